"""Household rows against what is published of the same place, before anything is computed from the rows.

A file whose answers are coded the other way round gives a rate near the complement of the published one. A file of
persons that is read as one of households has more persons than were surveyed. Here: these comparisons. Not here:
figures that are compared on pages (``published_figures``), rows (``staging``).
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem
from pipeline.households import answers, joining, mapping
from pipeline.households.database import BIT
from pipeline.policy import Households

# Fewer households of a province say nothing.
FEWEST_HOUSEHOLDS = 100
# A rate is the other way round if it is so many times nearer to the complement of the published one, and exceeds the
# published one by so much. With 10 % published, 75 % is refused and 70 % is not: no survey of everyone differs so much.
TIMES_NEARER = 3
SMALLEST_DIFFERENCE = 0.4
ANY = "any dimension"
# More persons than this many times those surveyed in a district cannot live there.
MOST_TIMES_PERSONS = 1.5


def is_complement(found: float, published: float) -> bool:
    """Decide whether a rate fits the complement of a published rate far better than the rate itself.

    Args:
        found: share of households, from 0 to 1.
        published: share of persons, from 0 to 1; NaN if it is not known.

    Returns:
        Whether the answers are probably coded the other way round.

    >>> [is_complement(found, 0.1) for found in (0.1, 0.4, 0.7, 0.75, 1.0)], is_complement(0.9, 0.5)
    ([False, False, False, True, True], False)
    """
    # A difference of 0.4 that is rounded down counts too.
    difference = found - published
    return difference > SMALLEST_DIFFERENCE - 1e-9 and TIMES_NEARER * abs(found - (1 - published)) < difference


def check_against_published(
    profiles: pd.DataFrame,
    poverty: pd.DataFrame,
    rules: Households,
    mapping_of: Callable[[str], str],
    log: Callable[[str], None],
) -> None:
    """Hold rates and persons of the systems that survey everyone against those published of each province and district.

    Args:
        profiles: households by system, district and deprivations (``sql/profiles.sql``).
        poverty: published rates by district and year, in per cent of ``labelled_population``, and persons surveyed.
        rules: the systems that survey every household. Others search for the poor and have no rate.
        mapping_of: the mapping file of a system, as messages show it.
        log: takes a line on the provinces that cannot be compared.

    Raises:
        InputError: a rate is near the complement of the published one, one problem for each system, province and
            dimension; or a system has far more persons in a district than were surveyed there.
    """
    published = _published(poverty)
    surveyed = profiles[profiles["system"].isin(rules.survey_systems)]
    problems = list(_too_many_persons(surveyed, poverty, mapping_of))
    for (system, province), rows in surveyed.groupby(["system", surveyed["district_code"].astype("str").str[:2]]):
        if province not in published.index:
            log(f"{system}, province {province}: no published rates to compare the rows with")
            continue
        households = int(rows["households"].sum())
        if households < FEWEST_HOUSEHOLDS:
            continue
        problems += [
            Problem(
                mapping_of(str(system)),
                f"{found:.0%} of {households:,} households of province {province} poor in {name}, {rate:.1%} published",
                "a rate that is nearer to the published one than to its complement",
                "if 1 means passes, write "
                + " ".join(f'[{answers.TABLE}.{n}] yes = ["0"] no = ["1"]' for n in _stated(name))
                + f" in {mapping.FILE}; if the files have poor households only, put them into the folder of another"
                " system",
            )
            for name, found, rate in _rates(rows, published.loc[province])
            if is_complement(found, rate)
        ]
    if problems:
        raise InputError(problems)


def _too_many_persons(
    profiles: pd.DataFrame, poverty: pd.DataFrame, mapping_of: Callable[[str], str]
) -> Iterator[Problem]:
    """Yield a problem for each system with more persons in a district than can live there; the worst district is named.

    If each row is a person and states how many live in the household, a household of three counts as nine persons.
    """
    newest = poverty[poverty["year"] == poverty.groupby("district_code")["year"].transform("max")]
    living = newest.set_index("district_code")["survey_population"].astype("float64")
    counted = profiles.groupby(["system", "district_code"], as_index=False)[["households", "persons"]].sum()
    surveyed = living.reindex(counted["district_code"]).to_numpy(dtype=float)
    counted["times"] = counted["persons"].to_numpy(dtype=float) / np.where(surveyed > 0, surveyed, np.nan)
    for system, rows in counted[counted["times"] > MOST_TIMES_PERSONS].groupby("system"):
        worst = rows.loc[rows["times"].idxmax()]
        yield Problem(
            mapping_of(str(system)),
            f"{worst['persons']:,} persons in {worst['households']:,} households of district {worst['district_code']},"
            f" {living[worst['district_code']]:,.0f} surveyed there",
            f"at most {MOST_TIMES_PERSONS} times as many persons as were surveyed",
            f"{joining.IF_PERSONS}; household_id joins them",
        )


def _stated(name: str) -> tuple[str, ...]:
    return tuple(DIMENSIONS) if name == ANY else (name,)


def _rates(rows: pd.DataFrame, published: pd.Series) -> Iterator[tuple[str, float, float]]:
    """Yield for any dimension and for each: its name, the share of households poor in it, and the published share."""
    households, deprived = rows["households"].to_numpy(dtype=float), rows["deprived"].to_numpy(dtype=int)
    for name, bits in ((ANY, sum(BIT.values())), *BIT.items()):
        poor = households[deprived & bits != 0].sum()
        yield name, float(poor / households.sum()), float(published[name])


def _published(poverty: pd.DataFrame) -> pd.DataFrame:
    """Average the published rates of each province's districts in its newest year, weighted by persons; from 0 to 1.

    >>> rates = {f"rate_{name}": 2.0 for name in DIMENSIONS} | {"rate_any_max": [4.0, 10.0]}
    >>> table = pd.DataFrame({"district_code": ["5001", "5002"], "year": 2022, "labelled_population": [2, 1], **rates})
    >>> _published(table).round(3).loc["50", [ANY, "health"]].tolist()
    [0.06, 0.02]
    """
    names = {ANY: "rate_any_max", **{name: f"rate_{name}" for name in DIMENSIONS}}
    table = poverty[poverty["labelled_population"].to_numpy(dtype=float) > 0]
    province = table["district_code"].astype("str").str[:2]
    table = table[table["year"] == table.groupby(province)["year"].transform("max")]
    persons = table["labelled_population"].astype("float64")
    weighted = pd.DataFrame({name: table[column].astype("float64") * persons for name, column in names.items()})
    by_province = table["district_code"].astype("str").str[:2]
    totals = persons.groupby(by_province).sum()
    return weighted.groupby(by_province).sum(min_count=1).div(totals, axis=0) / np.float64(100)
