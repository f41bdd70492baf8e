"""Bare functions over draws: against numpy, scipy and functions whose indices are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import stats

from pipeline.uncertainty import draw_weights, rank_ranges
from pipeline.uncertainty.ranges import ranges_of, ranks_by_draw, sobol

# Few different values, so that ties are common; NaN: not in the ranking of the draw.
scores = arrays(
    float, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 6).map(float) | st.just(np.nan)
)


@given(scores)
def test_ranks_are_those_of_scipy_with_the_missing_behind(s: np.ndarray) -> None:
    lowest = np.where(np.isnan(s), -1.0, s)
    assert ranks_by_draw(s).tolist() == stats.rankdata(-lowest, method="min", axis=1).astype(int).tolist()


@given(scores)
def test_ranges_are_quantiles_of_type_7(s: np.ndarray) -> None:
    ranks = stats.rankdata(-np.where(np.isnan(s), -1.0, s), method="min", axis=1)
    found = rank_ranges(s)
    for got, p in zip(found, (50, 5, 95), strict=True):
        assert got == pytest.approx(np.percentile(ranks, p, axis=0, method="linear"))


@given(scores, st.floats(0.1, 50), st.floats(-20, 20))
def test_ranks_do_not_change_with_a_rising_transformation(s: np.ndarray, scale: float, shift: float) -> None:
    assert (ranks_by_draw(s) == ranks_by_draw(s * scale + shift)).all()
    assert (ranks_by_draw(s) == ranks_by_draw(s**3)).all()


@given(arrays(float, (4, 7), elements=st.floats(0, 1), unique=True))
def test_without_ties_ranks_are_1_to_n(s: np.ndarray) -> None:
    assert (np.sort(ranks_by_draw(s), axis=1) == np.arange(1, 8)).all()
    assert (ranks_by_draw(-s) == 8 - ranks_by_draw(s)).all()


@pytest.mark.parametrize("bad", [np.zeros(3), np.zeros((0, 3))])
def test_ranges_refuse(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="must be draws by units"):
        rank_ranges(bad)


def test_ranges_of_values_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).normal(size=(501, 4))
    found = ranges_of(values)
    assert found.low == pytest.approx(np.quantile(values, 0.05, axis=0))
    assert found.high == pytest.approx(np.quantile(values, 0.95, axis=0))


@settings(max_examples=25)
@given(arrays(float, 3, elements=st.floats(0.05, 1)), st.floats(5, 200))
def test_weights_have_the_moments_of_dirichlet(nominal: np.ndarray, concentration: float) -> None:
    w = draw_weights(nominal, concentration, 20_000, seed=7)
    share = nominal / nominal.sum()
    assert w.sum(axis=1) == pytest.approx(np.ones(20_000))
    assert (w >= 0).all()
    assert w.mean(axis=0) == pytest.approx(share, abs=0.01)
    assert w.var(axis=0) == pytest.approx(share * (1 - share) / (concentration + 1), rel=0.15, abs=1e-4)


def test_weights_are_seeded_and_a_criterion_without_weight_gets_none() -> None:
    a, b = (draw_weights([0.5, 0.5, 0.0], 40, 100, seed) for seed in (1, 1))
    assert (a == b).all()
    assert (a != draw_weights([0.5, 0.5, 0.0], 40, 100, 2)).any()
    assert (a[:, 2] == 0).all()
    assert np.isfinite(draw_weights([1, 1, 1], 1e-3, 1000, 1)).all()
    assert (draw_weights([1, 0, 0], 40, 5, 1) == [1, 0, 0]).all()


@pytest.mark.parametrize(
    ("nominal", "concentration"), [([0, 0], 40), ([-1, 2], 40), ([np.nan, 1], 40), ([0.5, 0.5], 0), ([[1.0]], 40)]
)
def test_weights_refuse(nominal: list, concentration: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        draw_weights(nominal, concentration, 10, 1)


def ishigami(u: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 over [-π, π]³."""
    x = np.pi * (2 * u - 1)
    return (np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))[None, :]


def ishigami_indices(a: float = 7.0, b: float = 0.1) -> tuple[list[float], list[float]]:
    """The indices in closed form: Ishigami & Homma (1990), ISUMA '90; Saltelli et al. (2008), Global Sensitivity
    Analysis: The Primer, 4.1."""
    v1 = (1 + b * np.pi**4 / 5) ** 2 / 2
    v2 = a**2 / 8
    v13 = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    return [v1 / v, v2 / v, 0.0], [(v1 + v13) / v, v2 / v, v13 / v]


def test_sobol_on_the_ishigami_function() -> None:
    first, total = ishigami_indices()
    assert first[:2] == pytest.approx([0.3139, 0.4424], abs=1e-4)  # as printed in the Primer
    found = sobol(ishigami, 3, 4096, seed=1)
    assert found.first_order == pytest.approx(first, abs=0.01)
    assert found.total_order == pytest.approx(total, abs=0.01)


def test_sobol_of_several_outputs_is_weighted_by_their_variances() -> None:
    """Outputs 3·u1 and 4·u2: variances 9 and 16, so the indices are 9/25 and 16/25; a constant does not count."""

    def outputs(u: np.ndarray) -> np.ndarray:
        return np.vstack([3 * u[0], 4 * u[1], np.ones(u.shape[1])])

    found = sobol(outputs, 2, 1024, seed=3)
    assert found.first_order == pytest.approx([9 / 25, 16 / 25], abs=0.01)
    assert found.total_order == pytest.approx([9 / 25, 16 / 25], abs=0.01)
    still = sobol(lambda u: np.ones((2, u.shape[1])), 2, 64, seed=3)
    assert still.first_order.tolist() == [0.0, 0.0]
