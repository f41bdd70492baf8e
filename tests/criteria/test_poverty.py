"""Criterion 1 against hand-computed numbers, esda and scipy."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse, stats

from pipeline.criteria.clusters import gi_star, hot_spots
from pipeline.criteria.poverty import chance_above, smoothed_rate, suspect


def test_smoothing_draws_small_districts_most() -> None:
    events, population = np.array([5.0, 500.0, 40.0]), np.array([10.0, 1000.0, 1000.0])
    raw, smooth = events / population, smoothed_rate(events, population)
    m = events.sum() / population.sum()
    assert abs(smooth[0] - m) < abs(raw[0] - m)
    assert abs(smooth[0] - raw[0]) > abs(smooth[1] - raw[1])


def test_variance_below_chance_is_clamped_to_the_common_rate() -> None:
    assert smoothed_rate([10, 10, 11], [100, 100, 100]) == pytest.approx([31 / 300] * 3)


@given(arrays(float, 12, elements=st.floats(0, 1)), arrays(float, 12, elements=st.integers(1, 100_000).map(float)))
def test_smoothed_rates_are_between_their_own_and_the_common_rate(share: np.ndarray, population: np.ndarray) -> None:
    events = share * population
    m, smooth = events.sum() / population.sum(), smoothed_rate(events, population)
    low, high = np.minimum(share, m), np.maximum(share, m)
    assert ((smooth >= low - 1e-9) & (smooth <= high + 1e-9)).all()


@pytest.mark.parametrize(
    ("events", "population"), [([1], [1, 2]), ([-1], [5]), ([1], [0]), ([float("nan")], [5]), ([[1]], [[5]])]
)
def test_smoothing_refuses(events: list, population: list) -> None:
    with pytest.raises(ValueError, match="must be"):
        smoothed_rate(events, population)


def random_neighbours(n: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed).random((n, n)) < 0.15
    w = (draw | draw.T).astype(float)
    np.fill_diagonal(w, 1.0)
    return w


@pytest.mark.parametrize("seed", range(4))
def test_gi_star_equals_esda(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esda.getisord import G_Local
        from libpysal.weights import W

    n = 60
    values, w = np.random.default_rng(seed).gamma(2, 1, n), random_neighbours(n, seed)
    without_self = {i: [j for j in np.flatnonzero(w[i]) if j != i] for i in range(n)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = G_Local(values, W(without_self, silence_warnings=True), star=True, transform="B", permutations=0)
    assert gi_star(values, w) == pytest.approx(oracle.Zs, abs=1e-9)
    assert gi_star(values, sparse.csr_array(w)) == pytest.approx(oracle.Zs, abs=1e-9)


def test_gi_star_is_0_without_variation() -> None:
    assert gi_star([3.0, 3.0, 3.0], np.eye(3)).tolist() == [0, 0, 0]
    assert gi_star([1.0, 2.0, 3.0], np.ones((3, 3))).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("values", "w"),
    [([1, 2], np.eye(3)), ([1, float("nan")], np.eye(2)), ([1, 2], 2 * np.eye(2)), ([1, 2], np.zeros((2, 2)))],
)
def test_gi_star_refuses(values: list, w: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"must|need"):
        gi_star(values, w)


@given(arrays(float, 40, elements=st.floats(-6, 6)), st.sampled_from([0.01, 0.05, 0.1, 0.5]))
def test_hot_spots_equal_scipy(z: np.ndarray, q: float) -> None:
    p = 2 * stats.norm.sf(np.abs(z))
    adjusted = stats.false_discovery_control(p, method="bh")
    clear = np.abs(adjusted - q) > 1e-9
    assert (hot_spots(z, q)[clear] == ((z > 0) & (adjusted <= q))[clear]).all()


def test_hot_spots_refuse() -> None:
    for z, q in (([1.0], 0.0), ([float("nan")], 0.1)):
        with pytest.raises(ValueError, match="must"):
            hot_spots(z, q)


def test_a_missing_error_is_pooled() -> None:
    # errors 2 of 10 and 4 of 20 pool to 20 %: the third has 0.2 * 15 = 3, so 15 is one error above 12
    chance = chance_above([10.0, 20.0, 15.0], [2.0, 4.0, float("nan")], 12.0)
    assert chance[2] == pytest.approx(stats.norm.cdf(1.0))


def test_suspect_needs_both_a_high_rate_and_a_province_of_low_ones() -> None:
    rates = pd.Series([50.0, 5.0, 5.0, 45.0, 44.0, 43.0])
    provinces = pd.Series(["81", "81", "81", "58", "58", "58"])
    assert suspect(rates, provinces, 60, 3.0).tolist() == [True, False, False, False, False, False]
    assert not suspect(pd.Series([50.0, 5.0]), pd.Series(["81", "58"]), 50, 3.0).any()
