"""Surveyed persons against registered persons of the same area: a survey cannot have more than live there.

Here: the comparison, for every table of surveyed persons. Not here: the tables themselves (``tpmap``,
``tpmap_counts``), registered persons (``dopa``).
"""

import pandas as pd

from pipeline.errors import InputError, Problem
from pipeline.gazetteer import PROVINCE
from pipeline.reading.table import Received

# In 2561 and 2565 the survey has at most 0.88 times the registered persons of a district. Some live where they are not
# registered.
MOST_SURVEYED_SHARE = 1.5
MOST_NAMED = 3
RATE = "target_poor_pct"


def within_registered(received: Received, population: pd.DataFrame, area: str, surveyed: str) -> Received:
    """Refuse more persons surveyed than could live in an area.

    Args:
        received: a table with a year, areas and surveyed persons.
        population: registered persons by ``district_code`` and ``year``.
        area: the column of codes.
        surveyed: the column of surveyed persons.

    Returns:
        The same table.

    Raises:
        InputError: an area has too many; it names all such areas. Where the persons are computed from a count and a
            rate, it names the rate.
    """
    table, file = received.table, ", ".join(origin.file for origin in received.origins[:MOST_NAMED])
    problems = []
    for year, rows in table.groupby("year"):
        given = rows.set_index(area)
        of_year = _registered(population, int(str(year))).reindex(given.index)
        persons = given[surveyed].astype("float64")
        computed = given.get("surveyed_computed", pd.Series(False, index=given.index)).fillna(False).astype(bool)
        for code in given.index[persons > MOST_SURVEYED_SHARE * of_year]:
            expected = f"at most {MOST_SURVEYED_SHARE:g} times the {of_year[code]:,.0f} persons registered there"
            if computed[code]:
                found = f"{RATE} of {given.at[code, RATE]:g} in area {code}, {year}: of {persons[code]:,.0f} persons"
                fix = "write rates in per cent (12, not 0.12), or correct the count"
            else:
                found = f"{surveyed} of {persons[code]:,.0f} in area {code}, {year}"
                fix = "correct the figures of this area, or its code"
            problems.append(Problem(file, found, expected, fix))
    if problems:
        raise InputError(problems)
    return received


def _registered(population: pd.DataFrame, year: int) -> pd.Series:
    """Registered persons of districts and provinces, of the year or the nearest one that there is."""
    years = population["year"].astype("int64")
    nearest = years.loc[(years - year).abs().idxmin()]
    rows = population[years == nearest]
    persons = rows.set_index("district_code")["population_persons"].astype("float64")
    codes = pd.Series(persons.index, index=persons.index)
    return pd.concat([persons, persons.groupby(codes.str[:PROVINCE]).sum()])
