"""Rates of rows against published rates: answers coded the other way round stop, surveys that differ do not."""

import numpy as np
import pandas as pd
import pytest

from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError
from pipeline.households.database import BIT
from pipeline.households.plausibility import FEWEST_HOUSEHOLDS, check_against_published
from pipeline.policy import Policy


def published(any_pct: float = 8.0, each_pct: float = 2.0, code: str = "5601") -> pd.DataFrame:
    rates = {f"rate_{name}": each_pct for name in DIMENSIONS}
    older = {
        "district_code": code,
        "year": 2017,
        "labelled_population": 9,
        "survey_population": 3_000,
        **rates,
        "rate_any_max": 90.0,
    }
    return pd.DataFrame([{**older, "year": 2022, "rate_any_max": any_pct}, older])


def rows(poor: dict[int, int], others: int, system: str = "tpmap") -> pd.DataFrame:
    """So many households by the bits of their deprivations, and others without any."""
    counted = {**poor, 0: others}
    table = {"system": system, "district_code": "5601", "deprived": list(counted), "households": list(counted.values())}
    return pd.DataFrame(table).assign(persons=lambda t: 3 * t["households"])


def problems(policy: Policy, profiles: pd.DataFrame, rates: pd.DataFrame) -> tuple[list[str], list[str]]:
    log: list[str] = []
    try:
        check_against_published(profiles, rates, policy.households, lambda system: f"{system}/mapping.toml", log.append)
    except InputError as error:
        return [str(problem) for problem in error.problems], log
    return [], log


ALL = sum(BIT.values())


def test_a_file_in_which_one_means_passes_is_refused_with_the_way_to_state_it(policy: Policy) -> None:
    found, _ = problems(policy, rows({ALL: 920}, 80), published())
    assert len(found) == 1 + len(DIMENSIONS)
    assert "tpmap/mapping.toml: found 92% of 1,000 households of province 56 poor in any dimension, 8.0%" in found[0]
    assert '[values.health] yes = ["0"] no = ["1"]' in found[0]


def test_one_dimension_coded_the_other_way_is_named_alone(policy: Policy) -> None:
    bit = BIT["living"]
    found, _ = problems(policy, rows({bit: 970}, 30), published(any_pct=60.0))
    assert ["poor in living" in line for line in found] == [True]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.08, 0.3, 0.5, 0.65])
@pytest.mark.parametrize("rate", [0.5, 8.0, 30.0, 49.0])
def test_surveys_that_differ_from_the_published_rate_are_used(policy: Policy, share: float, rate: float) -> None:
    poor = round(1000 * share)
    spread = dict.fromkeys(BIT.values(), poor // 5)
    assert problems(policy, rows(spread, 1000 - sum(spread.values())), published(rate, rate / 4))[0] == []


@pytest.mark.parametrize("rate", [0.0, 1.0, 8.0, 20.0, 30.0])
def test_every_rate_turned_round_is_refused(policy: Policy, rate: float) -> None:
    poor = round(1000 * (1 - rate / 100))
    assert problems(policy, rows({ALL: poor}, 1000 - poor), published(rate, rate / 4))[0]


def test_systems_that_search_for_the_poor_few_households_and_unpublished_places_are_not_compared(
    policy: Policy,
) -> None:
    assert problems(policy, rows({ALL: 1000}, 0, "pppconnext"), published()) == ([], [])
    assert problems(policy, rows({ALL: FEWEST_HOUSEHOLDS - 1}, 0), published()) == ([], [])
    found, log = problems(policy, rows({ALL: 1000}, 0), published(code="5701"))
    assert (found, log) == ([], ["tpmap, province 56: no published rates to compare the rows with"])
    assert problems(policy, rows({ALL: 1000}, 0), published(np.nan, np.nan))[0] == []


@pytest.mark.parametrize(("households", "stops"), [(1_500, False), (1_501, True)])
def test_more_persons_than_were_surveyed_are_rows_of_persons(policy: Policy, households: int, stops: bool) -> None:
    """3,000 persons were surveyed; each household has three."""
    found, _ = problems(policy, rows({}, households), published())
    assert bool(found) == stops
    if stops:
        assert "4,503 persons in 1,501 households of district 5601, 3,000 surveyed there" in found[0]
        assert 'write rows = "persons" above the first table of mapping.toml' in found[0]
