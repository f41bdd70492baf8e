"""Department of Provincial Administration: codes, names, registered population.

Not here: outlines of districts (``boundaries``), criteria (``criteria``).
"""

from pathlib import Path

import geothai
import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.gazetteer import district_list
from pipeline.gazetteer.areas import subdistrict_codes
from pipeline.reading.sidecar import Origin
from pipeline.reading.table import Received, read_table

DISTRICT_FILE = "population_by_district.csv"
SUBDISTRICT_FILE = "population_by_subdistrict.csv"


def districts() -> Received:
    """List the 928 districts with their provinces, from the installed geothai package.

    Returns:
        One row per district: its code and its names, and those of its province.
    """
    table = district_list().copy()
    origin = Origin(
        file="geothai",
        sha256=f"version {geothai.DATA_VERSION}",
        title_th="รหัสและชื่อเขตการปกครอง",
        title_en="Codes and names of administrative areas",
        source="Department of Provincial Administration, through the geothai package",
        address="https://geothai.fasu.dev",
        licence="CC BY 4.0",
        received=geothai.DATA_VERSION.replace(".", "-"),
        source_th="กรมการปกครอง ผ่านชุดโปรแกรม geothai",
    )
    return Received(table, (origin,), len(table))


def population(folder: Path, districts: pd.DataFrame, year: int) -> Received:
    """Read registered persons and houses per district and year.

    Args:
        folder: ``data/raw/dopa/``.
        districts: the DOPA list.
        year: the year that the policy uses, Common Era.

    Returns:
        One row per district and year, also of other years.

    Raises:
        InputError: the file has no rows of ``year``.
    """
    codes = set(districts["district_code"])
    return _of_year(folder, read_table(folder, DISTRICT_FILE, CONTRACTS["population"], {"district_code": codes}), year)


def subdistrict_population(folder: Path, year: int) -> Received:
    """Read registered persons and houses per subdistrict and year.

    Args:
        folder: ``data/raw/dopa/``.
        year: the year that the policy uses, Common Era.

    Returns:
        One row per subdistrict and year, also of other years.

    Raises:
        InputError: the file has no rows of ``year``.
    """
    known = {"subdistrict_code": subdistrict_codes()}
    return _of_year(folder, read_table(folder, SUBDISTRICT_FILE, CONTRACTS["subdistrict_population"], known), year)


def _of_year(folder: Path, received: Received, year: int) -> Received:
    years = sorted(set(received.table["year"]))
    if year not in years:
        raise InputError(
            Problem(
                shown_path(folder / Path(received.origins[0].file).name),
                f"the years {', '.join(map(str, years)) or 'none'}",
                f"the policy's population_year {year}",
                "add that year's rows, or change poverty.population_year in the policy",
                column=received.shown("year"),
            )
        )
    return received
