"""Thai People Map and Analytics Platform: rates by unit, summed to districts.

Not here: TPMAP's counts (``tpmap_counts``), household rows (``households``), which figures are scored
(``published_figures``).
"""

import re
from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.reading.opened import RECEIVED, name_as_received
from pipeline.reading.row_rules import refuse_rows
from pipeline.reading.table import Received, read_table
from pipeline.reading.written import BUDDHIST_MINUS_COMMON, FIRST_BUDDHIST_YEAR

ENDINGS = "|".join(map(re.escape, RECEIVED))
RATES_NAME = re.compile(rf"(?P<stem>tpmap_(?P<year>[0-9]{{4}})_by_district)(?:{ENDINGS})")
# Published rates are rounded, to at least two decimals.
ROUNDED_PCT = 0.006
IN_PER_CENT = "write rates in per cent (12, not 0.12), or correct the row"


def district_rates(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the published rates per district of every year, from files such as ``tpmap_<year>_by_district.csv``.

    Args:
        folder: ``data/raw/tpmap/``.
        districts: the DOPA list.

    Returns:
        One row per district with figures and year; rates in per cent. No rows without such a file.

    Raises:
        InputError: two files are of one year; or a row contradicts itself: it has another year than the name of its
            file, more persons with published rates than surveyed persons, a rate that is not that of its count, or a
            lower bound above the upper bound or below the rate of a dimension.
    """
    found = filter(None, (RATES_NAME.fullmatch(path.name) for path in sorted(folder.glob("*"))))
    years = {f"{named['stem']}.csv": _common_year(int(named["year"])) for named in found}
    if len(set(years.values())) < len(years):
        expected, fix = "one file of each year", "keep the right one, move the other away"
        raise InputError(Problem(shown_path(folder), " and ".join(years), expected, fix))
    read = [_of_year(folder, name_as_received(folder, name), year, districts) for name, year in years.items()]
    names = CONTRACTS["poverty"].column_names
    tables = [received.table for received in read]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=names)
    origins = tuple(origin for received in read for origin in received.origins)
    repaired = tuple(record for received in read for record in received.repaired)
    return Received(table, origins, len(table), repaired)


def _common_year(year: int) -> int:
    return year - BUDDHIST_MINUS_COMMON * (year >= FIRST_BUDDHIST_YEAR)


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
    of_persons = t["labelled_population"].astype("float64")
    rates = [
        *(
            (
                (t[f"rate_{dimension}"] - 100 * t[f"poor_{dimension}"] / of_persons).abs() > ROUNDED_PCT,
                f"rate_{dimension}",
                f"100 x {received.shown(f'poor_{dimension}')} / {labelled}",
            )
            for dimension in DIMENSIONS
        ),
        (
            t[[f"rate_{dimension}" for dimension in DIMENSIONS]].max(axis=1) > t["rate_any_min"] + ROUNDED_PCT,
            "rate_any_min",
            "at least the rate of each dimension",
        ),
    ]
    refuse_rows(received, folder / name, rates, IN_PER_CENT)
    if t.empty:
        raise InputError(
            Problem(shown_path(folder / name), "no rows", "a row per district", "add the figures of TPMAP")
        )
    return received
