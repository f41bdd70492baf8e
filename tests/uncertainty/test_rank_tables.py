"""The tables: the same whatever the threads, sharp where nothing is uncertain, sensible on the real figures."""

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts import CONTRACTS
from pipeline.policy import Policy
from pipeline.stored_tables import Tables
from pipeline.uncertainty import arrays, rank_tables
from pipeline.uncertainty.choices import SOURCES
from tests.sentences.test_sentences import BROKEN, THAI

NAMES = ("district_uncertainty", "province_uncertainty", "sensitivity")


def measured(tables: Tables, policy: Policy, threads: int) -> dict[str, pd.DataFrame]:
    country = arrays.country(
        tables("district_criteria"),
        tables("district_scores"),
        tables.shapes("district_shapes"),
        tables("universities"),
        tables("partnerships"),
        tables("regions"),
        policy,
    )
    found = rank_tables.uncertainty_tables(country, threads)
    return {name: CONTRACTS[name].conform(table) for name, table in zip(NAMES, found, strict=True)}


def test_identical_for_any_number_of_threads(tables: Tables, few: Policy) -> None:
    one, two, five = (measured(tables, few, threads) for threads in (1, 2, 5))
    for name in NAMES:
        pd.testing.assert_frame_equal(one[name], two[name], check_exact=True)
        pd.testing.assert_frame_equal(one[name], five[name], check_exact=True)


def test_another_seed_other_draws_the_same_conclusions(tables: Tables, policy: Policy) -> None:
    a = tables("province_uncertainty")
    b = measured(tables, policy.overridden({"seed": 1}), 2)["province_uncertainty"]
    assert not a["top_k_share"].equals(b["top_k_share"])
    assert (a["top_k_share"] - b["top_k_share"]).abs().max() < 0.02
    assert (a["median_rank"] - b["median_rank"]).abs().max() <= 1.5


def test_without_uncertainty_ranks_have_no_range(tables: Tables, few: Policy) -> None:
    sure = few.overridden(
        {
            "uncertainty.weights_concentration": 1e9,
            "uncertainty.rho": [0.0],
            "uncertainty.capability_spread": 0.0,
            "uncertainty.sigma_minutes": [40, 40.0001],
            "uncertainty.goalpost_percentiles": [97.5, 97.5001],
            "uncertainty.unknown_quality": [0.7, 0.70001],
        }
    )
    known = tables("universities").assign(precision="campus")
    exact = tables("district_criteria")
    exact = exact.assign(
        poverty_rate_se_pct=exact["poverty_rate_se_pct"] * 0,
        rate_any_max=exact["rate_any_min"],
        poverty_rate_max_pct=exact["poverty_rate_pct"],
    )
    country = arrays.country(
        exact,
        tables("district_scores"),
        tables.shapes("district_shapes"),
        known,
        tables("partnerships"),
        tables("regions"),
        sure,
    )
    found = rank_tables.uncertainty_tables(country, 2)[1].set_index("province_code")
    listed = tables("provincial_shortlist").set_index("province_code")
    has = listed["value"] > 0
    assert (found["rank_high"] - found["rank_low"])[has].max() <= 1
    assert found["median_rank"][has].tolist() == listed["rank"][has].tolist()
    assert (found.loc[listed["shortlisted"], "firmness"] == "firm").all()
    assert (found.loc[~listed["shortlisted"], "top_k_share"] < 0.5).all()


def test_the_real_figures(tables: Tables, policy: Policy) -> None:
    provinces = tables("province_uncertainty").set_index("province_code")
    assert provinces["top_k_share"].sum() == pytest.approx(policy.shortlist_provinces, abs=1e-9)
    assert provinces.loc["95", "firmness"] == "firm"
    assert provinces.loc["95", "median_rank"] == 1
    assert (provinces["rank_low"] <= provinces["median_rank"]).all()
    assert (provinces["median_rank"] <= provinces["rank_high"]).all()
    assert provinces.loc["10", "top_k_share"] == 0
    districts = tables("district_uncertainty").set_index("district_code")
    per_province = districts["pilot_share"].groupby(districts.index.str[:2]).sum()
    most = 3 * provinces["top_k_share"]
    assert (per_province <= most + 1e-9).all()
    scores = tables("district_scores").set_index("district_code")
    assert districts["median_rank"].isna().tolist() == (scores["status"] == "data_needed").tolist()
    gate = tables("district_criteria").set_index("district_code")["chance_above_gate"]
    sure = districts["eligible_share"]
    assert (sure[gate > 0.9999] > 0.5).mean() > 0.95


def test_the_words_follow_the_numbers(tables: Tables, policy: Policy) -> None:
    rules = policy.uncertainty
    for name, share in (("district_uncertainty", "pilot_share"), ("province_uncertainty", "top_k_share")):
        table = tables(name).dropna(subset=[share])
        limits = {
            "firm": (rules.firm, 1.1),
            "likely": (rules.likely, rules.firm),
            "contested": (rules.contested, rules.likely),
            "unlikely": (-1, rules.contested),
        }
        for word, (low, high) in limits.items():
            own = table.loc[table["firmness"] == word, share]
            assert ((own >= low) & (own < high)).all()
        for text in table["certainty_th"]:
            assert THAI.search(text)
            assert not BROKEN.search(text)
        for text in table["certainty_en"]:
            assert not THAI.search(text)
            assert not BROKEN.search(text)


def test_sensitivity_of_the_real_figures(tables: Tables) -> None:
    table = tables("sensitivity").set_index("source")
    assert set(table.index) == set(SOURCES)
    assert 0.6 < table["first_order"].sum() < 1.05
    assert (table["total_order"] >= table["first_order"] - 0.05).all()
    assert table["total_order"].sum() > table["first_order"].sum()
    assert table.loc["weights", "total_order"] > table.loc["decay", "total_order"]
    for text in (*table["certainty_th"], *table["certainty_en"]):
        assert not BROKEN.search(text)


def test_without_figures_the_sentence_states_it(tables: Tables, few: Policy) -> None:
    """A country without any poverty figures: every district is uncertain, nothing breaks."""
    criteria, scores = tables("district_criteria"), tables("district_scores")
    known = [c for c in criteria if c.startswith(("poverty_", "rate_any")) or c == "poverty"]
    nothing = criteria.assign(**{c: criteria[c].where(criteria["district_code"] == "none") for c in known})
    country = arrays.country(
        nothing,
        scores.assign(status="data_needed"),
        tables.shapes("district_shapes"),
        tables("universities"),
        tables("partnerships"),
        tables("regions"),
        few,
    )
    found = rank_tables.uncertainty_tables(country, 1)
    tables_ = {name: CONTRACTS[name].conform(table) for name, table in zip(NAMES, found, strict=True)}
    assert tables_["district_uncertainty"]["median_rank"].isna().all()
    assert (tables_["province_uncertainty"]["top_k_share"] == 0).all()
    assert (tables_["sensitivity"]["total_order"] == 0).all()
    assert np.isfinite(tables_["province_uncertainty"]["median_rank"]).all()
