"""From three criteria to a score: goalposts, the power mean, status, ranks, and what each criterion adds.

Here: composing and explaining. Not here: what a criterion measures (``criteria``), provinces and shortlists
(``shortlist``), words (``sentences``), how sure a rank is (``uncertainty``).
"""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipeline.criterion import NAMES
from pipeline.policy import Policy

Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]


def goalpost(values: ArrayLike, low: float, high: float) -> Floats:
    """Values on a scale from 0 at ``low`` to 1 at ``high``, cut off beyond: ``clip((x - low)/(high - low), 0, 1)``.

    Any shape, any unit that ``low`` and ``high`` share; a missing value (NaN) stays missing. Raises
    ``ValueError`` unless ``low`` is below ``high``, both finite.

    Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), min-max normalisation.

    >>> goalpost([10, 15, 30], 10, 20).tolist()
    [0.0, 0.5, 1.0]
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(f"low ({low:g}) must be below high ({high:g})")
    return np.clip((np.asarray(values, dtype=float) - low) / (high - low), 0.0, 1.0)


def power_mean(values: ArrayLike, weights: ArrayLike, rho: float) -> Floats:
    """Weighted power mean of each row: ``(Σ_k w_k x_k^ρ)^(1/ρ)``, and ``Π_k x_k^w_k`` at ρ = 0.

    ``values`` (rows, criteria), 0 or more; ``weights`` (criteria,) or one row of them per row of values, scaled
    to sum to 1; gives (rows,) in the unit of the values. ρ = 1 is the weighted sum, 0 the geometric and -1 the
    harmonic mean. No floor is applied: with ρ ≤ 0 one zero makes the row 0. A criterion without weight does
    not count, whatever its value.

    Raises ``ValueError`` for negative or missing values (where they have weight), negative weights, or a row
    of weights that sums to 0.

    Source: OECD/JRC Handbook (2008), aggregation; Hardy, Littlewood & Pólya, Inequalities (1934), 2.1.

    1 and 4 with equal weights: the sum gives 2.5, the geometric mean 2, the harmonic 2/(1 + 1/4) = 1.6:

    >>> [round(float(power_mean([[1, 4]], [0.5, 0.5], rho)[0]), 4) for rho in (1, 0, -1)]
    [2.5, 2.0, 1.6]
    """
    x = np.asarray(values, dtype=float)
    if x.ndim != 2:
        raise ValueError(f"values must be rows by criteria, not of shape {x.shape}")
    w = np.broadcast_to(np.asarray(weights, dtype=float), x.shape)
    if not np.isfinite(w).all() or (w < 0).any() or (w.sum(axis=1) <= 0).any():
        raise ValueError("weights must be 0 or more and sum to more than 0 in every row")
    w = w / w.sum(axis=1, keepdims=True)
    x = np.where(w > 0, x, 1.0)
    if not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("values must be 0 or more, none missing where it has weight")
    with np.errstate(divide="ignore"):
        logs = np.log(x)
    if abs(rho) < 1e-9:
        return np.asarray(np.exp(np.where(w > 0, w * logs, 0.0).sum(axis=1)))
    # Scaled by the row's extreme, so that large |rho| neither overflows nor underflows.
    scale = logs.max(axis=1) if rho > 0 else np.where(w > 0, logs, np.inf).min(axis=1)
    held = np.where(np.isfinite(scale), scale, 0.0)
    with np.errstate(divide="ignore", over="ignore"):
        summed = (w * np.where(w > 0, np.exp(rho * (logs - held[:, None])), 0.0)).sum(axis=1)
        return np.asarray(np.where(np.isfinite(scale), np.exp(held) * summed ** (1 / rho), 0.0))


def rank(scores: ArrayLike) -> Ranks:
    """Ranks of scores (n,): 1 is the highest, equal scores share the smallest rank number.

    Raises ``ValueError`` for missing scores: what is not scored has no rank.

    >>> rank([50.0, 80.0, 50.0, 10.0]).tolist()
    [2, 1, 2, 4]
    """
    s = np.asarray(scores, dtype=float)
    if s.ndim != 1 or not np.isfinite(s).all():
        raise ValueError("scores must be one vector without missing values")
    return np.asarray(np.searchsorted(np.sort(-s), -s, side="left") + 1, dtype=np.int64)


def weights_known(criteria: pd.DataFrame, policy: Policy) -> Floats:
    """The weight of each criterion (rows, criteria), 0 where the district has no value for it."""
    nominal = np.array(policy.nominal_weights)
    return np.where(criteria[list(NAMES)].notna().to_numpy(), nominal, 0.0)


def floored(criteria: pd.DataFrame, policy: Policy) -> Floats:
    """The criteria (rows, criteria), none below the policy's floor; missing ones stay missing."""
    return np.maximum(criteria[list(NAMES)].to_numpy(dtype=float), policy.score.floor)


def status(criteria: pd.DataFrame, policy: Policy) -> pd.Series:
    """May a district be a pilot: ``eligible``, ``below_gate``, ``data_needed`` or ``excluded``.

    A district whose concentration is unknown is ``data_needed`` whatever else is known: missing is never
    failed.
    """
    enough = weights_known(criteria, policy).sum(axis=1) >= policy.score.known_weight_needed - 1e-12
    concentrated = criteria["concentrated"]
    known = pd.Series(enough, index=criteria.index) & concentrated.notna()
    words = pd.Series("eligible", index=criteria.index, dtype="str")
    words = words.mask(~concentrated.fillna(False).astype(bool), "below_gate").mask(~known, "data_needed")
    return words.mask(criteria["rejected"].fillna(False).astype(bool), "excluded")


def scored(criteria: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Status, score (0-100) and rank of each district, in the order of ``criteria``.

    Where a criterion is missing but the others carry enough weight, theirs are scaled up. ``data_needed`` has
    no score; only ``eligible`` has a rank.
    """
    words = status(criteria, policy)
    weights = weights_known(criteria, policy)
    has = (words != "data_needed").to_numpy() & (weights.sum(axis=1) > 0)
    score = np.full(len(criteria), np.nan)
    score[has] = 100 * power_mean(floored(criteria, policy)[has], weights[has], policy.score.rho)
    eligible = (words == "eligible").to_numpy()
    ranks = pd.array([pd.NA] * len(criteria), dtype="Int64")
    ranks[eligible] = rank(score[eligible])
    return pd.DataFrame({"status": words, "score": score, "rank": ranks}, index=criteria.index)


def contributions(values: ArrayLike, reference: ArrayLike, weights: ArrayLike, rho: float) -> Floats:
    """How much of ``ln(S / S_ref)`` each criterion brings, exactly: the columns sum to the whole.

    ``values`` (rows, criteria) and ``reference`` (criteria,) above 0, ``weights`` as for ``power_mean``; gives
    (rows, criteria) in log points. At ρ = 0 it is ``w_k · ln(C_k / C_k,ref)``; at any other ρ the average over all
    orders in which the criteria can change from the reference to the value (Shapley), which sums to the whole too.

    Source: Shapley (1953), A value for n-person games.

    >>> parts = contributions([[0.4, 0.2]], [0.2, 0.2], [0.5, 0.5], rho=0)
    >>> parts.round(4).tolist()  # 0.5 · ln 2
    [[0.3466, 0.0]]
    """
    x, ref = np.asarray(values, dtype=float), np.asarray(reference, dtype=float)
    w = np.broadcast_to(np.asarray(weights, dtype=float), x.shape)
    if abs(rho) < 1e-9:
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
    """For each row of ``values`` (rows, criteria) the positions of its ``n`` nearest others, nearest first.

    Distance is Euclidean over the criteria; a row with a missing criterion has no peers and is none.

    >>> peers([[0.1, 0.1], [0.9, 0.9], [0.2, 0.1], [np.nan, 0.1]], 1)
    [[2], [2], [0], []]
    """
    x = np.asarray(values, dtype=float)
    known = np.flatnonzero(np.isfinite(x).all(axis=1))
    apart = ((x[known, None, :] - x[None, known, :]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest: list[list[int]] = [[] for _ in range(len(x))]
    for i, order in zip(known, np.argsort(apart, axis=1, kind="stable"), strict=True):
        nearest[i] = known[order[: min(n, len(known) - 1)]].tolist()
    return nearest


def criterion_needed(values: ArrayLike, weights: ArrayLike, rho: float, target: ArrayLike, k: int) -> Floats:
    """The value of criterion ``k`` that lifts each row's power mean to ``target``, all else as it is.

    ``values`` (rows, criteria) above 0, ``target`` (rows,) in the same unit; gives (rows,), infinite where no
    value can. At ρ = 0: ``C_k · (target/S)^(1/w_k)``.

    >>> criterion_needed([[0.25, 0.25]], [0.5, 0.5], 0, [0.5], k=1).tolist()
    [1.0]
    """
    x = np.asarray(values, dtype=float)
    w = np.broadcast_to(np.asarray(weights, dtype=float), x.shape)
    w = w / w.sum(axis=1, keepdims=True)
    goal = np.asarray(target, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if abs(rho) < 1e-9:
            return np.asarray(x[:, k] * (goal / power_mean(x, w, rho)) ** (1 / w[:, k]))
        others = (w * x**rho).sum(axis=1) - w[:, k] * x[:, k] ** rho
        rest = (goal**rho - others) / w[:, k]
        return np.asarray(np.where(rest > 0, rest ** (1 / rho), 0.0 if rho > 0 else np.inf))
