"""Universities: campuses (Ministry of Higher Education) and evidence of partnership.

Not here: the criterion (``criteria.university``).
"""

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.row_rules import LATER_ROUND, refuse_rows
from pipeline.reading.table import Received, check_provinces, read_table
from pipeline.sources.located import check_points

CAMPUSES, PARTNERSHIPS = "universities.csv", "partnerships.csv"


def campuses(folder: Path, districts: pd.DataFrame, shapes: gpd.GeoDataFrame) -> Received:
    """Read all campuses.

    Args:
        folder: ``data/raw/universities/``.
        districts: the DOPA list.
        shapes: ``district_code`` and ``geometry`` of the districts, EPSG:4326.

    Returns:
        One row per campus.

    Raises:
        InputError: a cell cannot be used, a campus is listed twice, is in a district outside its province, or has a
            point outside its district.
    """
    known = {name: set(districts[name]) for name in ("district_code", "province_code")}
    received = read_table(folder, CAMPUSES, CONTRACTS["universities"], known)
    twice = received.table.duplicated(["name_th", "campus_name", "district_code"])
    refuse_rows(received, received.path_in(folder), [(twice, "campus_name", "each campus of an institution once")])
    return check_points(check_provinces(received, received.path_in(folder)), received.path_in(folder), shapes)


def partnerships(folder: Path, universities: pd.DataFrame, as_of: date) -> Received:
    """Read the evidence that a campus connects partners.

    Args:
        folder: ``data/raw/partnerships/``.
        universities: the result of ``campuses``; its codes are those that evidence can name.
        as_of: the date of the round; a later document does not exist yet.

    Returns:
        One row per campus, partner and document; may be empty.

    Raises:
        InputError: a cell cannot be used, or a document is later than ``as_of``.
    """
    received = read_table(
        folder,
        PARTNERSHIPS,
        CONTRACTS["partnerships"],
        {"campus_code": set(universities["campus_code"])},
    )
    later = received.table["signed_on"] > as_of.isoformat()
    expected = f"a date up to the policy's as_of, {as_of.isoformat()}"
    return refuse_rows(received, received.path_in(folder), [(later, "signed_on", expected)], LATER_ROUND)
