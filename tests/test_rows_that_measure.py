"""Which household rows measure a district, and which leave its published figures in place."""

import pandas as pd
import pytest

from pipeline import district_table
from pipeline.households.measures import household_poverty
from pipeline.policy import Policy
from pipeline.poverty_findings import rows_used
from pipeline.project import Paths
from pipeline.stored_tables import Stored, read

# Of each: district, households and survey year. Bangkok's (1001) has no published figures.
ROWS = {
    "enough": ("9501", 100, 2022),
    "too few": ("9502", 99, 2022),
    "older": ("9503", 5000, 2021),
    "newer": ("9504", 5000, 2022),
    "unpublished, old": ("1001", 100, 2020),
    "unpublished, too few": ("1002", 30, 2022),
}


@pytest.fixture
def measured(policy: Policy) -> pd.DataFrame:
    """One household in ten is poor; households have three persons."""
    profiles = pd.DataFrame(
        [
            {
                "system": "tpmap",
                "district_code": district,
                "deprived": deprived,
                "welfare_card": False,
                "households": households,
                "persons": 3 * households,
                "answers": 5 * households,
                "survey_year": year,
            }
            for district, count, year in ROWS.values()
            for deprived, households in ((1, count // 10), (0, count - count // 10))
        ]
    )
    return household_poverty(profiles, policy.households)


def test_rows_measure_a_district_if_they_are_enough_and_not_older(
    measured: pd.DataFrame, real_run: Paths, policy: Policy
) -> None:
    tables = {name: Stored(name, real_run.table(name)) for name in district_table.FACTS_FROM}
    joined = district_table.district_facts(tables | {"household_poverty": measured}, policy)
    by_rows = joined.loc[joined["figures_system"].notna(), "district_code"].tolist()
    assert by_rows == ["1001", "9501", "9504"]
    published = read(real_run.table("published_poverty"), "published_poverty")
    kept = joined[joined["district_code"].isin(["9502", "9503"])]
    expected = published[published["district_code"].isin(["9502", "9503"])]
    assert kept["rate_any_min"].tolist() == expected["rate_any_min"].tolist()
    finding = rows_used(measured, published, joined, policy)
    assert not finding.fine
    assert finding.sentence.split("; ") == [
        "household rows measure 3 districts",
        "those of 1 district (9503) are older than the published figures, which are used",
        "those of 2 districts (1002, 9502) are of fewer than 100 households, not used",
        "those of 1 district (1001) have no published figures to compare them with",
        "those of 1 district (9501) are of less than 50% of the persons surveyed there, but used",
    ]


def test_without_household_rows_there_is_nothing_to_say(real_run: Paths, policy: Policy) -> None:
    tables = {name: read(real_run.table(name), name) for name in ("household_poverty", "published_poverty")}
    facts = read(real_run.table("district_facts"), "district_facts")
    finding = rows_used(tables["household_poverty"], tables["published_poverty"], facts, policy)
    assert finding.fine
    assert finding.sentence == "household rows measure 0 districts"
