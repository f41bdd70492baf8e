"""The portfolio of the real figures, and rules that no portfolio meets, from the policy to the message."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.sentences import choice
from pipeline.shortlist import pilot_portfolio
from pipeline.stored_tables import Tables


@pytest.fixture(scope="module")
def tables(real_run: Paths) -> Tables:
    return Tables(real_run.processed)


def chosen(tables: Tables, policy: Policy) -> tuple[pd.DataFrame, pd.DataFrame]:
    return pilot_portfolio(tables("provincial_shortlist"), tables("district_scores"), policy)


def test_the_real_portfolio_keeps_every_rule(tables: Tables, policy: Policy) -> None:
    table = tables("pilot_portfolio").set_index("province_code")
    picked = table[table["in_portfolio"]]
    assert len(picked) == policy.shortlist_provinces
    per_region = picked.groupby("region").size()
    assert set(per_region.index) == set(table.loc[table["value"] > 0, "region"])
    assert per_region.between(1, 2).all()
    shortlist = tables("provincial_shortlist").set_index("province_code")
    scores = tables("district_scores").set_index("district_code")
    pilots = [code for codes in shortlist.loc[picked.index, "pilot_districts"] for code in codes]
    assert scores.loc[pilots, "university_nearest"].value_counts().max() <= 3


def test_price_of_fairness_and_near_best(tables: Tables, policy: Policy) -> None:
    table, near = tables("pilot_portfolio"), tables("near_best_portfolios")
    free = table["value"].nlargest(8).sum()
    best = table.loc[table["in_portfolio"], "value"].sum()
    assert table["price_of_fairness_pct"].iloc[0] == pytest.approx(100 * (1 - best / free))
    assert near["value"].iloc[0] == pytest.approx(best / 8)
    assert near["value"].iloc[-1] >= 0.98 * best / 8 - 1e-9
    assert near["provinces"].is_unique
    assert len(near) == table["portfolios_near_best"].iloc[0]
    named = near["provinces"].explode().value_counts()
    shares = table.set_index("province_code")["near_best_share"]
    assert shares[named.index].to_numpy() == pytest.approx((named / len(near)).to_numpy())
    assert set(near["provinces"].iloc[0]) == set(table.loc[table["in_portfolio"], "province_code"])


def test_locks_and_vetoes_hold_and_their_reasons_are_given(tables: Tables, policy: Policy) -> None:
    asked = policy.overridden(
        {
            "portfolio.locks": [{"province_code": "55", "reason": "งานเดิม"}],
            "portfolio.vetoes": [{"province_code": "95", "reason": "ยังไม่พร้อม"}],
        }
    )
    table = choice.add_reasons(chosen(tables, asked)[0], tables("regions"), asked).set_index("province_code")
    assert table.loc["55", "in_portfolio"]
    assert not table.loc["95", "in_portfolio"]
    assert "งานเดิม" in table.loc["55", "portfolio_th"]
    assert "ยังไม่พร้อม" in table.loc["95", "portfolio_en"]
    assert table["price_of_fairness_pct"].iloc[0] > tables("pilot_portfolio")["price_of_fairness_pct"].iloc[0]


@pytest.mark.parametrize(
    ("locks", "vetoes", "named"),
    [
        (["50", "58", "57"], [], ["at most 2 in North", "เชียงใหม่", "แม่ฮ่องสอน", "เชียงราย"]),
        ([], ["94", "95", "96"], ["at least 1 in Southern Border", "ยะลา", "ปัตตานี", "นราธิวาส"]),
        (["95"], ["95"], ["lock of ยะลา", "veto of ยะลา"]),
    ],
)
def test_rules_that_conflict_are_named(locks: list, vetoes: list, named: list, tables: Tables, policy: Policy) -> None:
    asked = policy.overridden(
        {
            f"portfolio.{kind}": [{"province_code": code, "reason": "x"} for code in codes]
            for kind, codes in (("locks", locks), ("vetoes", vetoes))
        }
    )
    with pytest.raises(InputError) as caught:
        chosen(tables, asked)
    message = str(caught.value)
    assert "\n" not in message
    for part in named:
        assert part in message
    assert message.count("lock of") == len(locks)
    assert message.count("veto of") == len(vetoes)


def test_fewer_qualify_than_asked_for_never_stops(tables: Tables, policy: Policy) -> None:
    """Three provinces of the north qualify, two of a region are allowed: two are chosen."""
    shortlist = tables("provincial_shortlist")
    north = shortlist["province_code"].isin(["50", "57", "58"])
    few = shortlist.assign(value=np.where(north, shortlist["value"], 0.0))
    table, near = pilot_portfolio(few, tables("district_scores"), policy)
    assert sorted(table.loc[table["in_portfolio"], "province_code"]) == ["50", "58"]
    none, nothing = pilot_portfolio(shortlist.assign(value=0.0), tables("district_scores"), policy)
    assert not none["in_portfolio"].any()
    assert none["price_of_fairness_pct"].eq(0).all()
    assert len(near) >= 1
    assert len(nothing) <= 1
