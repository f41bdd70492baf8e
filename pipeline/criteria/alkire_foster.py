"""Multidimensional poverty by Alkire and Foster: how many are poor, and how poor they are.

Here: counting. Not here: household rows and their dimensions (``households``), the poverty criterion
(``criteria.poverty``).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AlkireFoster:
    """Multidimensional poverty of one group: all shares from 0 to 1, the last two (dimensions,)."""

    headcount: float
    intensity: float
    m0: float
    censored_headcounts: Floats
    contributions: Floats


def alkire_foster(
    deprivations: ArrayLike, weights: ArrayLike, cutoff: float, household_sizes: ArrayLike | None = None
) -> AlkireFoster:
    """Count who is poor in several dimensions: headcount ``H``, intensity ``A``, adjusted headcount ``M0 = H·A``.

    ``c_i = Σ_j w_j g_ij``; ``ρ_i = [c_i ≥ cutoff]``; ``H = mean ρ``; ``A = mean of c over the poor``;
    censored headcount ``h_j = mean of ρ·g_j``; ``M0 = Σ_j w_j h_j``; contribution ``w_j h_j / M0`` (0 if nobody
    is poor). The M0 of a group is exactly the mean of the M0 of its parts, weighted by their sizes.

    Args:
        deprivations: g, (households, dimensions) of 0 and 1.
        weights: w, (dimensions,), 0 or more; they are scaled to sum to 1.
        cutoff: in (0, 1]; a household deprived in at least this share of the weights is poor.
        household_sizes: (households,), how many times each row counts: its persons, or the number of equal rows that it
            represents. None: each row counts once.

    Returns:
        Shares from 0 to 1: H, A and M0 as numbers, censored headcounts and contributions as (dimensions,).

    Raises:
        ValueError: no rows, values other than 0 and 1, negative weights or sizes, weights or sizes that sum to 0, or a
            cutoff outside (0, 1].

    Source: Alkire & Foster (2011), Journal of Public Economics 95, 476-487; the example is theirs: four persons, four
    dimensions, poor from two on. c = 0, 2, 4, 1 of 4: two are poor, on average in 3 of 4: M0 = 6/16.

    >>> g = [[0, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 0, 0]]
    >>> result = alkire_foster(g, [1, 1, 1, 1], 0.5)
    >>> result.headcount, result.intensity, result.m0
    (0.5, 0.75, 0.375)
    >>> result.censored_headcounts.tolist(), result.contributions.round(4).tolist()
    ([0.25, 0.5, 0.25, 0.5], [0.1667, 0.3333, 0.1667, 0.3333])
    """
    g, w = np.asarray(deprivations, dtype=float), np.asarray(weights, dtype=float)
    if g.ndim != 2 or w.shape != g.shape[1:] or not g.size:
        raise ValueError(f"deprivations {g.shape} must be households by dimensions, one weight each, not {w.shape}")
    sizes = np.ones(len(g)) if household_sizes is None else np.asarray(household_sizes, dtype=float)
    if sizes.shape != g.shape[:1]:
        raise ValueError(f"{len(g)} households need as many household_sizes, not {sizes.shape}")
    if not np.isin(g, (0.0, 1.0)).all():
        raise ValueError("deprivations must be 0 or 1, none missing")
    for name, values in (("weights", w), ("household_sizes", sizes)):
        if not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
            raise ValueError(f"{name} must be 0 or more, none missing, and not all 0")
    if not 0 < cutoff <= 1:
        raise ValueError(f"the cutoff is {cutoff:g}; it must be above 0 and at most 1")
    w = w / w.sum()
    score = g @ w
    # Shares such as 3 · 0.2 miss 0.6 by a rounding error, which must not decide.
    poor = sizes * (score >= cutoff - 1e-9)
    everyone = sizes.sum()
    censored = poor @ g / everyone
    parts = w * censored
    m0, headcount = float(parts.sum()), float(poor.sum() / everyone)
    return AlkireFoster(
        headcount=headcount,
        intensity=m0 / headcount if headcount else 0.0,
        m0=m0,
        censored_headcounts=censored,
        contributions=parts / m0 if m0 else np.zeros_like(parts),
    )
