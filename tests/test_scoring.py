"""Goalposts, power mean, ranks, status, contributions: identities, oracles, by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from pipeline import scoring
from pipeline.policy import Policy
from pipeline.score_analysis import contributions, criterion_needed
from pipeline.scoring import goalpost, power_mean, rank

positive = arrays(float, (5, 3), elements=st.floats(0.05, 1))
weights = arrays(float, 3, elements=st.floats(0.05, 1))
exponents = st.sampled_from([-8.0, -1.0, -0.3, 0.0, 0.4, 1.0, 2.0, 9.0])


@given(positive, weights, exponents)
def test_power_mean_equals_scipy(x: np.ndarray, w: np.ndarray, rho: float) -> None:
    assert power_mean(x, w, rho) == pytest.approx(stats.pmean(x, rho, weights=w, axis=1), rel=1e-9)


@given(positive, weights, exponents, exponents)
def test_power_mean_is_between_its_values_and_grows_with_rho(x: np.ndarray, w: np.ndarray, a: float, b: float) -> None:
    low, high = power_mean(x, w, min(a, b)), power_mean(x, w, max(a, b))
    assert (low <= high + 1e-9).all()
    assert (low >= x.min(axis=1) - 1e-9).all()
    assert (high <= x.max(axis=1) + 1e-9).all()


def test_a_zero_makes_the_geometric_mean_zero_but_not_without_weight() -> None:
    assert power_mean([[0.0, 1.0]], [0.5, 0.5], 0).tolist() == [0.0]
    assert power_mean([[0.0, 1.0]], [0.5, 0.5], -1).tolist() == [0.0]
    assert power_mean([[0.0, 0.7]], [0.0, 1.0], 0) == pytest.approx([0.7])
    assert power_mean([[np.nan, 0.7]], [0.0, 1.0], 1) == pytest.approx([0.7])


def test_the_example_of_the_design_sum_and_geometric_mean_disagree() -> None:
    """The OECD Handbook's (21, 1, 1, 1) and (6, 6, 6, 6): equal sums, geometric means 2.14 and 6."""
    x, w = [[21, 1, 1, 1], [6, 6, 6, 6]], [0.25] * 4
    assert power_mean(x, w, 1) == pytest.approx([6, 6])
    assert power_mean(x, w, 0).round(2).tolist() == [2.14, 6.0]


@pytest.mark.parametrize(
    ("x", "w"),
    [([1, 2], [1, 1]), ([[1, -2]], [1, 1]), ([[1, 2]], [-1, 2]), ([[1, 2]], [0, 0]), ([[np.nan, 1]], [1, 1])],
)
def test_power_mean_refuses(x: list, w: list) -> None:
    with pytest.raises(ValueError, match="must"):
        power_mean(x, w, 0)


@given(arrays(float, st.integers(0, 30), elements=st.integers(0, 8).map(float)))
def test_rank_equals_scipy(scores: np.ndarray) -> None:
    assert rank(scores).tolist() == stats.rankdata(-scores, method="min").astype(int).tolist()


def test_rank_and_goalpost_refuse() -> None:
    with pytest.raises(ValueError, match="missing"):
        rank([1.0, np.nan])
    with pytest.raises(ValueError, match="below"):
        goalpost([1.0], 2, 2)
    assert np.isnan(goalpost([np.nan], 0, 1)).all()


@given(positive, arrays(float, 3, elements=st.floats(0.05, 1)), weights, exponents)
def test_contributions_sum_to_the_whole(x: np.ndarray, ref: np.ndarray, w: np.ndarray, rho: float) -> None:
    whole = np.log(power_mean(x, w, rho) / power_mean(ref[None, :], w, rho))
    assert contributions(x, ref, w, rho).sum(axis=1) == pytest.approx(whole, abs=1e-8)


@given(positive, weights, st.sampled_from([-1.0, 0.0, 1.0]), st.floats(0.1, 0.9))
def test_the_value_needed_reaches_the_target(x: np.ndarray, w: np.ndarray, rho: float, target: float) -> None:
    need = criterion_needed(x, w, rho, np.full(5, target), 1)
    usable = np.isfinite(need) & (need > 0) & (need < 1e6)
    changed = x.copy()
    changed[:, 1] = np.where(usable, need, x[:, 1])
    assert power_mean(changed, w, rho)[usable] == pytest.approx(target, rel=1e-6)


def test_the_value_needed_at_rho_0_is_the_formula_of_the_design() -> None:
    x, w = np.array([[0.6, 0.4, 0.3]]), np.array([0.5, 0.25, 0.25])
    s = power_mean(x, w, 0)
    assert criterion_needed(x, w, 0, s * 1.1, 2) == pytest.approx(0.3 * 1.1**4)


def criteria(**columns: list) -> pd.DataFrame:
    base = {"poverty": [0.5], "university": [0.4], "data_system": [0.3], "concentrated": [True], "rejected": [False]}
    frame = pd.DataFrame({**base, **columns})
    return frame.astype({"concentrated": "boolean", "rejected": "boolean"})


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "eligible"),
        ({"concentrated": [False]}, "below_gate"),
        ({"poverty": [None], "concentrated": [None]}, "data_needed"),
        ({"university": [None], "data_system": [None]}, "data_needed"),  # 50 % of the weight known
        ({"data_system": [None]}, "eligible"),  # 75 % known
        ({"rejected": [True]}, "excluded"),
        ({"rejected": [None]}, "eligible"),
    ],
)
def test_status(columns: dict, expected: str, policy: Policy) -> None:
    assert scoring.status(criteria(**columns), policy).tolist() == [expected]


def test_unknown_poverty_is_never_failed_whatever_the_weights(policy: Policy) -> None:
    light = policy.overridden({"weights.poverty": 0.2, "weights.university": 0.4, "weights.data_system": 0.4})
    assert scoring.status(criteria(poverty=[None], concentrated=[None]), light).tolist() == ["data_needed"]


def test_score_by_hand_floor_and_renormalised_weights(policy: Policy) -> None:
    table = scoring.scored(criteria(), policy)
    assert table["score"].tolist() == pytest.approx([100 * 0.5**0.5 * 0.4**0.25 * 0.3**0.25])
    floored = scoring.scored(criteria(university=[0.0]), policy)
    assert floored["score"].tolist() == pytest.approx([100 * 0.5**0.5 * 0.05**0.25 * 0.3**0.25])
    partly = scoring.scored(criteria(data_system=[None]), policy)
    assert partly["score"].tolist() == pytest.approx([100 * 0.5 ** (2 / 3) * 0.4 ** (1 / 3)])
    bare = scoring.scored(criteria(poverty=[None], concentrated=[None]), policy)
    assert bare["score"].isna().all()
    assert bare["rank"].isna().all()
