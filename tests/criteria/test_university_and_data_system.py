"""Criteria 2 and 3 by hand."""

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts import CONTRACTS
from pipeline.criteria import data_system, university
from pipeline.policy import Policy


def test_reach_by_hand() -> None:
    served = university.reach([[0, 40]], [0.5, 0.8], sigma=40, limit=90)
    assert served == pytest.approx([1 - 0.5 * (1 - 0.8 * np.exp(-0.5))])


def test_a_missing_time_gives_no_reach() -> None:
    assert university.reach([[np.nan, 0]], [0.9, 0.4], 40, 90) == pytest.approx([0.4])


@pytest.mark.parametrize(
    ("minutes", "able", "sigma"), [([0], [0.5], 40), ([[0]], [1.5], 40), ([[-1]], [0.5], 40), ([[0]], [0.5], 0)]
)
def test_reach_refuses(minutes: list, able: list, sigma: float) -> None:
    with pytest.raises(ValueError, match="must"):
        university.reach(minutes, able, sigma, 90)


def campuses(rows: list[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["campus_code", "name_th", "kind", "province_code", "district_code"]).assign(
        name_en=lambda t: t["name_th"]
    )


def test_institution_serves_once_and_its_province_by_mandate(policy: Policy) -> None:
    places = pd.DataFrame({"district_code": ["5001", "5801"], "province_code": ["50", "58"]})
    listed = campuses([("A", "ก", "rajabhat", "50", "5001"), ("A2", "ก", "rajabhat", "50", "5007")])
    none = pd.DataFrame({"campus_code": []})
    km = np.array([[0.0, 10.0], [300.0, 310.0]])
    found = university.university_table(places, listed, none, km, policy).set_index("district_code")
    assert found.loc["5001", "university_reach"] == pytest.approx(0.8)  # not 1 - 0.2²: one institution
    assert found.loc["5001", "university"] == pytest.approx(1 - 0.2 * (1 - 0.5 * 0.8))
    assert found.loc["5801", "university"] == 0  # too far, and nothing in its own province
    assert found.loc["5801", "university_nearest_minutes"] == pytest.approx(300 * 1.3 / 45 * 60, abs=0.05)
    assert found["university_in_district"].tolist() == [True, False]


def test_evidence_of_partnership_closes_a_part_of_the_gap(policy: Policy) -> None:
    able = university.capability(pd.Series(["rajabhat", "rajabhat", "private"]), [0, 1, 2], policy)
    assert able == pytest.approx([0.8, 1 - 0.2 * 0.75, 1 - 0.8 * 0.75**2])


def facts(**columns: list) -> pd.DataFrame:
    base = {"district_code": ["5001"], "province_code": ["50"], "survey_population": [50.0]}
    base |= {"published_by": ["TPMAP"], "population_persons": [100.0], "labelled_share": [0.72]}
    return pd.DataFrame({**base, **columns})


NO_ROWS = (
    pd.DataFrame(columns=CONTRACTS["household_poverty"].column_names),
    pd.DataFrame(columns=CONTRACTS["household_agreement"].column_names),
)


def rows(system: str, persons: float | None, known: float, year: int) -> dict:
    return {
        "system": system,
        "area_code": "5001",
        "level": "district",
        "persons": persons,
        "answers_known_share": known,
        "survey_year": year,
    }


def systems(*rows: tuple) -> pd.DataFrame:
    names = ["system", "province_code", "level", "surveyed_year", "claimed_coverage", "claimed_completeness"]
    return pd.DataFrame(rows, columns=names)


def stated(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["system", "agency", "accepted"])


ALL = [("TPMAP", a, "yes") for a in ("PMU-A", "CODI", "OSMEP", "DASTA")]


def test_measured_quality_overrules_the_claim(policy: Policy) -> None:
    found = data_system.district_data_system(
        facts(), systems(("TPMAP", "50", "digital", 2022, 1.0, 1.0)), stated(*ALL), *NO_ROWS, policy
    )
    assert found["data_system"].tolist() == pytest.approx([0.5 * 1 * 0.6 * 1])  # √(0.5 · 0.72) = 0.6
    assert not found["data_system_quality_assumed"].any()


def test_unknown_quality_is_assumed_and_flagged(policy: Policy) -> None:
    found = data_system.district_data_system(
        facts(),
        systems(("PPP", "50", "household_linked", 2020, None, None)),
        stated(("PPP", "CODI", "yes")),
        *NO_ROWS,
        policy,
    )
    assert found["data_system"].tolist() == pytest.approx([0.75 * 0.25 * 0.7 * 0.8])
    assert found["data_system_quality_assumed"].all()


def test_the_best_system_counts_and_rejection_needs_all_agencies_and_all_systems(policy: Policy) -> None:
    both = systems(("TPMAP", "50", "digital", 2022, None, None), ("PPP", "50", "shared_case", 2022, 1.0, 1.0))
    no = [("PPP", a, "no") for a in ("PMU-A", "CODI", "OSMEP", "DASTA")]
    found = data_system.district_data_system(facts(), both, stated(*ALL, *no), *NO_ROWS, policy)
    assert found["data_system_name"].tolist() == ["TPMAP"]
    assert not found["rejected"].any()
    only = data_system.district_data_system(facts(), both[both["system"] == "PPP"], stated(*no), *NO_ROWS, policy)
    assert only["rejected"].all()


def test_household_rows_overrule_published_figures_and_claims(policy: Policy) -> None:
    by_rows = pd.DataFrame([rows("tpmap", 81.0, 0.64, 2024)])
    found = data_system.district_data_system(
        facts(published_by=[None]),
        systems(("TPMAP", "50", "digital", 2022, 1.0, 1.0)),
        stated(*ALL),
        by_rows,
        NO_ROWS[1],
        policy,
    )
    assert found["data_system_quality"].tolist() == pytest.approx([0.9 * 0.8])  # √(0.81 · 0.64)
    assert found["data_system_year"].tolist() == [2024]


def test_a_register_of_the_poor_covers_what_it_holds_of_the_poor_that_a_survey_found(policy: Policy) -> None:
    by_rows = pd.DataFrame([rows("ppp", 3.0, 1.0, 2022), rows("tpmap", 81.0, 0.64, 2022)])
    found_again = pd.DataFrame(
        [{"system": "ppp", "other_system": "tpmap", "district_code": "5001", "poor_found_share": 0.49}]
    )
    ppp = systems(("PPP", "50", "household_linked", 2020, None, None))
    agree = [("PPP", a, "yes") for a in ("PMU-A", "CODI", "OSMEP", "DASTA")]
    found = data_system.district_data_system(facts(), ppp, stated(*agree), by_rows, found_again, policy)
    assert found["data_system_quality"].tolist() == pytest.approx([0.7])
    assert not found["data_system_quality_assumed"].any()
    # Its three persons of a hundred registered are no coverage: it never asks those who are not poor.
    alone = data_system.district_data_system(facts(), ppp, stated(*agree), by_rows.head(1), NO_ROWS[1], policy)
    assert alone["data_system_quality_assumed"].all()
