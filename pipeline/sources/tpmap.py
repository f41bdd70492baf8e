"""Thai People Map and Analytics Platform: rates by unit, summed to districts.

Not here: TPMAP's counts (``tpmap_counts``), household rows (``households``), which figures are scored
(``published_figures``).
"""

import re
from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.reading.row_rules import refuse_rows
from pipeline.reading.table import Received, read_table

RATES_NAME = re.compile(r"tpmap_(?P<year>[0-9]{4})_by_district\.csv")


def district_rates(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the published rates per district of every year, from files ``tpmap_<year>_by_district.csv``.

    Args:
        folder: ``data/raw/tpmap/``.
        districts: the DOPA list.

    Returns:
        One row per district with figures and year; rates in per cent. No rows without such a file.

    Raises:
        InputError: a file has another name; or a row contradicts itself: it has another year than the name of its file,
            more persons with published rates than surveyed persons, or a lower bound above the upper bound.
    """
    read = []
    for path in sorted(folder.glob("*.csv")):
        named = RATES_NAME.fullmatch(path.name)
        if named is None:
            expected = "a name such as tpmap_2022_by_district.csv (tpmap_<year>_by_district.csv)"
            raise InputError(Problem(shown_path(path), shown_value(path.name), expected, "rename the file"))
        read.append(_of_year(folder, path.name, int(named["year"]), districts))
    names = CONTRACTS["poverty"].column_names
    tables = [received.table for received in read]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=names)
    origins = tuple(origin for received in read for origin in received.origins)
    repaired = tuple(record for received in read for record in received.repaired)
    return Received(table, origins, len(table), repaired)


def _of_year(folder: Path, name: str, year: int, districts: pd.DataFrame) -> Received:
    received = read_table(folder, name, CONTRACTS["poverty"], {"district_code": set(districts["district_code"])})
    t = received.table
    names = ("survey_population", "labelled_population", "n_units", "rate_any_max")
    surveyed, labelled, units, upper = map(received.shown, names)
    rules = [
        (t["year"] != year, "year", f"the year {year}, as in the file's name"),
        (
            t["labelled_population"] > t["survey_population"],
            "labelled_population",
            f"at most {surveyed}",
        ),
        (t["labelled_population"] < 1, "labelled_population", "at least one person"),
        (t["n_labelled"] > t["n_units"], "n_labelled", f"at most {units}"),
        (t["rate_any_min"] > t["rate_any_max"] + 0.001, "rate_any_min", f"at most {upper}"),
        *(
            (t[f"poor_{dimension}"] > t["labelled_population"], f"poor_{dimension}", f"at most {labelled}")
            for dimension in DIMENSIONS
        ),
    ]
    refuse_rows(received, folder / name, rules)
    if t.empty:
        raise InputError(
            Problem(shown_path(folder / name), "no rows", "a row per district", "add the figures of TPMAP")
        )
    return received
