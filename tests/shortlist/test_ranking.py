"""Province values by hand; the edge of the list by recomputing the list."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import policy as policies
from pipeline import shortlist
from pipeline.policy import Policy
from tests.conftest import ROOT

REAL = policies.read_policy(ROOT / "data" / "raw" / "policy" / "policy.toml")[0]


def country(*rows: tuple[str, float | None, str]) -> pd.DataFrame:
    """Districts as (code, score, status)."""
    table = pd.DataFrame(rows, columns=["district_code", "score", "status"])
    return table.assign(province_code=table["district_code"].str[:2], suspect=False)


def regions(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"province_code": codes, "name_th": codes, "name_en": codes, "region": "North"})


def policy_of(k: int) -> Policy:
    return REAL.overridden({"shortlist_provinces": k})


def test_value_is_the_best_three_by_three_and_missing_ones_count_nothing() -> None:
    scores = country(
        ("1101", 60.0, "eligible"),
        ("1102", 30.0, "eligible"),
        ("1103", 90.0, "below_gate"),
        ("1201", 40.0, "eligible"),
        ("1202", 40.0, "eligible"),
        ("1203", 40.0, "eligible"),
        ("1204", 39.0, "eligible"),
        ("1301", None, "data_needed"),
    )
    table = shortlist.provinces(scores, regions("11", "12", "13"), policy_of(2)).set_index("province_code")
    assert table["value"].tolist() == [30.0, 40.0, 0.0]
    assert table["rank"].tolist() == [2, 1, 3]
    assert table["shortlisted"].tolist() == [True, True, False]
    assert table.loc["11", "pilot_districts"] == ("1101", "1102")
    assert table.loc["12", "pilot_districts"] == ("1201", "1202", "1203")
    assert table.loc["13", "pilot_districts"] == ()


def test_a_province_without_an_eligible_district_is_never_listed() -> None:
    table = shortlist.provinces(country(("1101", 60.0, "below_gate")), regions("11", "12"), policy_of(8))
    assert not table["shortlisted"].any()


def test_equal_values_share_a_rank_and_the_lower_code_takes_the_last_place() -> None:
    scores = country(("1101", 60.0, "eligible"), ("1201", 60.0, "eligible"))
    table = shortlist.provinces(scores, regions("11", "12"), policy_of(1))
    assert table["rank"].tolist() == [1, 1]
    assert table["shortlisted"].tolist() == [True, False]


def test_without_suspects_leaves_them_out_and_nothing_else() -> None:
    scores = country(("1101", 60.0, "eligible"), ("1102", 30.0, "eligible")).assign(suspect=[True, False])
    table = shortlist.without_suspects(scores.astype({"suspect": "boolean"}), regions("11"), policy_of(1))
    assert table["value"].tolist() == [10.0]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(11, 16), st.integers(10, 900)), min_size=4, max_size=24, unique_by=lambda t: t[1]),
    st.integers(1, 4),
    st.integers(0, 23),
)
def test_score_needed_is_exactly_the_edge(drawn: list[tuple[int, int]], k: int, chosen: int) -> None:
    rows = [(f"{p}{i:02d}", s / 10, "eligible") for i, (p, s) in enumerate(drawn)]
    scores, named = country(*rows), regions(*map(str, range(11, 17)))
    listed = shortlist.provinces(scores, named, policy_of(k))
    i = chosen % len(rows)
    need, code = shortlist.score_needed(scores, listed, policy_of(k))[i], rows[i][0]

    def is_pilot(score: float) -> bool:
        tried = scores.copy()
        tried.loc[i, "score"] = score
        table = shortlist.provinces(tried, named, policy_of(k))
        return any(code in codes for codes in table.loc[table["shortlisted"], "pilot_districts"])

    assert is_pilot(max(need, 0) + 1e-6)
    if need > 1e-3:
        assert not is_pilot(need - 1e-3)
