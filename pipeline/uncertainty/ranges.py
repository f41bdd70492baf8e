"""Functions over draws: weights, ranks, their ranges, sensitivity indices.

Here: numpy arrays only. Not here: districts, criteria, policy.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ranks = NDArray[np.int16]


class RankRanges(NamedTuple):
    """Median and 5-95 % range of each unit's rank over the draws, (units,) each."""

    median: Floats
    low: Floats
    high: Floats


def draw_weights(nominal: ArrayLike, concentration: float, n: int, seed: int) -> Floats:
    """Draw weights around the nominal ones: ``w ~ Dirichlet(concentration · nominal)``.

    Each row sums to 1, each column's mean is the nominal weight (scaled to sum to 1); its variance is
    ``w(1 - w)/(concentration + 1)``. A criterion of weight 0 has weight 0 in all draws. The same seed gives the same
    draws.

    Args:
        nominal: (criteria,) weights, 0 or more.
        concentration: above 0; larger values keep draws closer to the nominal weights.
        n: the number of draws.
        seed: of the random numbers.

    Returns:
        Weights, (n, criteria).

    Raises:
        ValueError: negative or missing weights, none above 0, or a concentration of 0 or less.

    Source: Saisana, Saltelli & Tarantola (2005), Journal of the Royal Statistical Society A 168, 307-323 (weights as an
    uncertain input).

    >>> draws = draw_weights([0.5, 0.25, 0.25], 40, n=10_000, seed=1)
    >>> draws.shape, draws.mean(axis=0).round(2).tolist(), bool(np.allclose(draws.sum(axis=1), 1))
    ((10000, 3), [0.5, 0.25, 0.25], True)
    """
    w = np.asarray(nominal, dtype=float)
    if w.ndim != 1 or not np.isfinite(w).all() or (w < 0).any() or w.sum() <= 0:
        raise ValueError("weights must be one row of numbers, 0 or more, not all 0")
    if not concentration > 0:
        raise ValueError(f"the concentration is {concentration:g}; it must be above 0")
    drawn = np.zeros((n, w.size))
    drawn[:, w > 0] = np.random.default_rng(seed).dirichlet(concentration * w[w > 0] / w.sum(), size=n)
    return drawn


def ranks_by_draw(scores: ArrayLike) -> Ranks:
    """Rank units within each draw.

    1 is the highest; equal scores share the smallest rank number. A missing score (NaN: not in the ranking of this
    draw) ranks behind all others, and all missing scores share that rank.

    Args:
        scores: (draws, units) in any unit, at most 32,767 units.

    Returns:
        Ranks, (draws, units).

    Raises:
        ValueError: not two dimensions, or too many units.

    >>> ranks_by_draw([[50, 80, 50, 10], [1, np.nan, 2, np.nan]]).tolist()
    [[2, 1, 2, 4], [2, 3, 1, 3]]
    """
    s = np.asarray(scores)
    if s.ndim != 2 or s.shape[1] > np.iinfo(np.int16).max:
        raise ValueError(f"scores must be draws by units, of at most 32,767 units, not of shape {s.shape}")
    lowered = np.where(np.isnan(s), np.inf, -s)
    order = np.argsort(lowered, axis=1)
    in_order = np.take_along_axis(lowered, order, axis=1)
    place = np.arange(1, s.shape[1] + 1, dtype=np.int16)
    first = np.ones(s.shape, dtype=bool)
    np.not_equal(in_order[:, 1:], in_order[:, :-1], out=first[:, 1:])
    shared = np.maximum.accumulate(np.where(first, place, np.int16(0)), axis=1)
    ranks = np.empty(s.shape, dtype=np.int16)
    np.put_along_axis(ranks, order, shared, axis=1)
    return ranks


def rank_ranges(scores: ArrayLike) -> RankRanges:
    """Compute the median and the 5-95 % range of each unit's rank over the draws.

    Ranks are those of ``ranks_by_draw``.

    Args:
        scores: (draws, units) in any unit.

    Returns:
        Ranks, (units,) each; quantiles as by ``ranges_of``.

    Raises:
        ValueError: another shape, or no draws.

    Three draws, ranks of the first unit 1, 1, 2: the median is 1, the 95th percentile 1 + 0.9 · (2 - 1):

    >>> median, low, high = rank_ranges([[9, 1], [8, 2], [3, 7]])
    >>> median.tolist(), low.tolist(), high.round(2).tolist()
    ([1.0, 2.0], [1.0, 1.1], [1.9, 2.0])
    """
    return ranges_of(ranks_by_draw(scores))


def ranges_of(values: ArrayLike) -> RankRanges:
    """Compute the median and the 5-95 % range of each unit over the draws.

    Quantiles are interpolated between order statistics (type 7, the default of numpy and R).

    Args:
        values: (draws, units): ranks, or values in any unit.

    Returns:
        (units,) each, in the unit of the values.

    Raises:
        ValueError: another shape, or no draws.

    Source: Hyndman & Fan (1996), The American Statistician 50, 361-365.

    >>> median, low, high = ranges_of([[1], [1], [2]])
    >>> median.tolist(), low.tolist(), high.round(2).tolist()
    ([1.0], [1.0], [1.9])
    """
    v = np.asarray(values)
    if v.ndim != 2 or not v.shape[0]:
        raise ValueError(f"values must be draws by units with at least one draw, not of shape {v.shape}")
    ordered = np.sort(v.T, axis=1, kind="stable")  # a radix sort for ranks of 16 bits
    return RankRanges(*(_quantile(ordered, p) for p in (0.5, 0.05, 0.95)))


def _quantile(ordered: NDArray[np.generic], p: float) -> Floats:
    at = (ordered.shape[1] - 1) * p
    below = int(at)
    above = min(below + 1, ordered.shape[1] - 1)
    low, high = ordered[:, below].astype(float), ordered[:, above].astype(float)
    return low + (at - below) * (high - low)


class Sensitivity(NamedTuple):
    """First-order and total Sobol index of each source, (sources,) each."""

    first_order: Floats
    total_order: Floats


def sobol(function: Callable[[Floats], Floats], sources: int, n: int, seed: int) -> Sensitivity:
    """Compute how much of the variance of a function's outputs each source explains, alone and with its interactions.

    Indices of several outputs are averaged, weighted by the variances of the outputs. Outputs that do not vary are left
    out, and if none varies all indices are 0. Estimates just below 0 are set to 0.

    Args:
        function: takes (sources, m) independent uniforms in [0, 1) and returns (outputs, m); it is called with n, n and
            n · sources columns.
        sources: the number of inputs of the function.
        n: a power of 2.
        seed: of the random numbers.

    Returns:
        Indices from 0 to about 1, (sources,) each.

    Source: Saltelli et al. (2010), Computer Physics Communications 181, 259-270, as in scipy; Gamboa et al. (2014),
    Electronic Journal of Statistics 8, 575-603 (several outputs).

    In ``x + 2y`` the second source has four times the variance of the first:

    >>> sobol(lambda u: (u[0] + 2 * u[1])[None, :], 2, 1024, seed=1).first_order.round(2).tolist()
    [0.2, 0.8]
    """
    from scipy.stats import sobol_indices, uniform

    outputs: list[Floats] = []

    def observed(u: Floats) -> Floats:
        outputs.append(np.asarray(function(u), dtype=float))
        return outputs[-1]

    found = sobol_indices(func=observed, n=n, dists=[uniform()] * sources, rng=np.random.default_rng(seed))
    variance = np.var(np.concatenate(outputs[:2], axis=1), axis=1)
    share = variance / variance.sum() if variance.sum() > 0 else np.zeros_like(variance)
    first, total = (
        np.maximum((share[:, None] * np.nan_to_num(np.atleast_2d(index))).sum(axis=0), 0.0)
        for index in (found.first_order, found.total_order)
    )
    return Sensitivity(first, total)
