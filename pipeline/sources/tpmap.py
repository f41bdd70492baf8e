"""Thai People Map and Analytics Platform: poverty by five dimensions."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.intake import Received, read_table


def district_rates(folder: Path, districts: pd.DataFrame, year: int) -> Received:
    """Published rates of one year per district, from ``tpmap_<year>_by_district.csv``.

    Raises ``InputError`` for rows whose parts contradict each other: another year, more labelled than
    surveyed persons, a lower bound above the upper.
    """
    name = f"tpmap_{year}_by_district.csv"
    received = read_table(folder, name, CONTRACTS["poverty"], {"district_code": set(districts["district_code"])})
    t = received.table
    rules = [
        (t["year"] != year, "year", f"the year {year}, as in the file's name"),
        (t["labelled_population"] > t["survey_population"], "labelled_population", "at most survey_population"),
        (t["labelled_population"] < 1, "labelled_population", "at least one person"),
        (t["n_labelled"] > t["n_units"], "n_labelled", "at most n_units"),
        (t["rate_any_min"] > t["rate_any_max"] + 0.001, "rate_any_min", "at most rate_any_max"),
    ]
    problems = [
        Problem(
            shown_path(folder / name), f"'{t.at[line, column]}'", expected, "correct the row",
            line=int(line), column=column,
        )
        for broken, column, expected in rules
        for line in t.index[broken]
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    if t.empty:
        raise InputError(Problem(shown_path(folder / name), "no rows", "a row per district", "put the figures in"))
    return received
