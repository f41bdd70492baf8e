"""What is open for the meeting: each question only where the figures ask it."""

import pandas as pd
import pytest

from pipeline.policy import Ballot, Policy
from pipeline.sentences.decision import decisions

NAMES = {"11": ("ก", "A"), "12": ("ข", "B"), "13": ("ค", "C"), "14": ("ง", "D")}


def tables(firmness: list[str], portfolio: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Four provinces by rank, the first two on the list, each with one pilot district."""
    codes = list(NAMES)
    names = {"name_th": [NAMES[c][0] for c in codes], "name_en": [NAMES[c][1] for c in codes]}
    listed = pd.DataFrame(
        {
            "province_code": codes,
            **names,
            "rank": range(1, 5),
            "shortlisted": [True, True, False, False],
            "pilot_districts": [(f"{c}01",) for c in codes],
        }
    )
    inside = portfolio or codes[:2]
    return {
        "provincial_shortlist": listed,
        "province_uncertainty": pd.DataFrame({"province_code": codes, "firmness": firmness}),
        "pilot_portfolio": listed.assign(in_portfolio=[c in inside for c in codes], price_of_fairness_pct=3.5),
        "district_scores": pd.DataFrame(
            {"district_code": [f"{c}01" for c in codes], **names, "status": "eligible", "suspect": False}
        ),
        "universities": pd.DataFrame({"confidence": ["high"]}),
        "acceptances": pd.DataFrame({"system": ["TPMAP"], "year": pd.array([2022], dtype="Int64")}),
    }


@pytest.fixture
def voted(policy: Policy) -> Policy:
    points = {"poverty": 50, "university": 25, "data_system": 25}
    ballots = tuple(
        Ballot.model_validate({"agency": name, "points": points, "cast_by": "x", "cast_on": "2026-01-01"})
        for name in policy.agencies
    )
    return policy.model_copy(update={"ballots": ballots})


def asked(policy: Policy, **given: pd.DataFrame) -> list[str]:
    table = decisions(**given, policy=policy)
    assert table["number"].tolist() == list(range(1, len(table) + 1))
    return table["question_en"].tolist()


def test_a_firm_list_asks_only_to_be_adopted(voted: Policy) -> None:
    given = tables(["firm", "likely", "unlikely", "unlikely"])
    assert asked(voted, **given) == ["Adopt A and B?"]


def test_contested_provinces_are_named_on_both_sides_of_the_edge(voted: Policy) -> None:
    given = tables(["firm", "contested", "contested", "unlikely"])
    table = decisions(**given, policy=voted)
    assert table["question_en"].tolist() == ["Adopt A?", "Which of the contested provinces: B and C?"]
    assert table["because_en"].tolist()[1] == (
        "The data cannot separate them (on the shortlist: B; not on the shortlist: C): decide on other grounds"
        " and record why."
    )


def test_without_certain_provinces_there_is_nothing_to_adopt(voted: Policy) -> None:
    given = tables(["unlikely", "contested", "unlikely", "unlikely"])
    assert asked(voted, **given) == ["Which of the contested provinces: A and B?"]


def test_everything_that_can_be_open(policy: Policy) -> None:
    given = tables(["firm", "firm", "unlikely", "unlikely"], portfolio=["11", "14"])
    scores = given["district_scores"]
    given["district_scores"] = scores.assign(
        suspect=[True, False, True, False], status=["eligible", "eligible", "eligible", "data_needed"]
    )
    given["universities"] = pd.DataFrame({"confidence": ["high", "medium", "medium"]})
    given["acceptances"] = pd.DataFrame({"system": ["X"], "year": pd.array([pd.NA], dtype="Int64")})
    assert asked(policy, **given) == [
        "Adopt A and B?",
        "Use the shortlist by score, or the portfolio across regions (D instead of B)?",
        "Cast the ballots on the weights: PMU-A, CODI, OSMEP and DASTA.",
        "Check the poverty figures of A.",  # C is suspect too, but no pilot
        "Obtain poverty figures for the districts that cannot be scored (1).",
        "Confirm in writing which data systems are accepted: X.",
        "Check the assumed locations of campuses (2).",
    ]
