"""What explains a score: what each criterion adds, what is needed to reach a target, and which places are similar.

Not here: the score itself (``scoring``), the tables (``explain``) and sentences (``sentences``) that show it.
"""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from pipeline.scoring import NEARLY_ZERO, Floats, power_mean


def contributions(values: ArrayLike, reference: ArrayLike, weights: ArrayLike, rho: float) -> Floats:
    """Split ``ln(S / S_ref)`` into the contributions of the criteria, which sum to it exactly.

    At ρ = 0 a contribution is ``w_k · ln(C_k / C_k,ref)``. At any other ρ it is the average over all orders in which
    the criteria can change from the reference to the value (Shapley value).

    Args:
        values: C, (rows, criteria), above 0.
        reference: C_ref, (criteria,), above 0.
        weights: w, as for ``power_mean``.
        rho: the exponent.

    Returns:
        (rows, criteria) in log points.

    Source: Shapley (1953), A value for n-person games.

    >>> parts = contributions([[0.4, 0.2]], [0.2, 0.2], [0.5, 0.5], rho=0)
    >>> parts.round(4).tolist()  # 0.5 · ln 2
    [[0.3466, 0.0]]
    """
    x, ref = np.asarray(values, dtype=float), np.asarray(reference, dtype=float)
    w = np.broadcast_to(np.asarray(weights, dtype=float), x.shape)
    if abs(rho) < NEARLY_ZERO:
        share = w / w.sum(axis=1, keepdims=True)
        return np.asarray(share * np.log(x / ref))
    orders: Sequence[tuple[int, ...]] = list(permutations(range(x.shape[1])))
    parts = np.zeros_like(x)
    for order in orders:
        now = np.broadcast_to(ref, x.shape).copy()
        before = np.log(power_mean(now, w, rho))
        for k in order:
            now[:, k] = x[:, k]
            after = np.log(power_mean(now, w, rho))
            parts[:, k] += after - before
            before = after
    return parts / len(orders)


def peers(values: ArrayLike, n: int) -> list[list[int]]:
    """Find the most similar other rows of each row, by Euclidean distance over the criteria.

    A row with a missing criterion has no peers and is not a peer.

    Args:
        values: (rows, criteria), from 0 to 1; NaN where missing.
        n: the number of peers.

    Returns:
        For each row the positions of at most ``n`` others, nearest first.

    >>> peers([[0.1, 0.1], [0.9, 0.9], [0.2, 0.1], [np.nan, 0.1]], 1)
    [[2], [2], [0], []]
    """
    x = np.asarray(values, dtype=float)
    known = np.flatnonzero(np.isfinite(x).all(axis=1))
    distance = ((x[known, None, :] - x[None, known, :]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest: list[list[int]] = [[] for _ in range(len(x))]
    for i, order in zip(known, np.argsort(distance, axis=1, kind="stable"), strict=True):
        nearest[i] = known[order[: min(n, len(known) - 1)]].tolist()
    return nearest


def criterion_needed(values: ArrayLike, weights: ArrayLike, rho: float, target: ArrayLike, k: int) -> Floats:
    """Compute the value of criterion ``k`` that raises each row's power mean to ``target``, everything else unchanged.

    At ρ = 0: ``C_k · (target/S)^(1/w_k)``.

    Args:
        values: C, (rows, criteria), above 0.
        weights: w, as for ``power_mean``.
        rho: the exponent.
        target: (rows,), in the unit of the values.
        k: the position of the criterion.

    Returns:
        (rows,), in the unit of the values; infinite where no value is enough.

    The power mean of 0.25 and 0.25 is 0.25; √(0.25 · 1) is 0.5:

    >>> criterion_needed([[0.25, 0.25]], [0.5, 0.5], 0, [0.5], k=1).tolist()
    [1.0]
    """
    x = np.asarray(values, dtype=float)
    w = np.broadcast_to(np.asarray(weights, dtype=float), x.shape)
    w = w / w.sum(axis=1, keepdims=True)
    goal = np.asarray(target, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if abs(rho) < NEARLY_ZERO:
            return np.asarray(x[:, k] * (goal / power_mean(x, w, rho)) ** (1 / w[:, k]))
        others = (w * x**rho).sum(axis=1) - w[:, k] * x[:, k] ** rho
        rest = (goal**rho - others) / w[:, k]
        return np.asarray(np.where(rest > 0, rest ** (1 / rho), 0.0 if rho > 0 else np.inf))
