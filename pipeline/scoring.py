"""From criteria to a score: goalposts, the power mean, status, ranks and provinces.

Here: bare kernels that take one column or thousands of draws, and the functions that validate and call them. Not here:
what a criterion measures (``criteria``), what explains a score (``score_analysis``), shortlists (``shortlist``), words
(``sentences``), what is drawn (``uncertainty``).
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipeline import categories
from pipeline.criterion import NAMES
from pipeline.policy import Policy

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ranks = NDArray[np.int64]
STATUSES = tuple(categories.STATUSES)
ELIGIBLE, BELOW_GATE, DATA_NEEDED, EXCLUDED = (
    STATUSES.index(name) for name in ("eligible", "below_gate", "data_needed", "excluded")
)
# Exponents closer to 0 than this give the geometric mean.
NEARLY_ZERO = 1e-9


def bare_goalpost(values: Floats, low: float, high: Floats | float) -> Floats:
    """Compute ``clip((x - low)/(high - low), 0, 1)``, without validation.

    Args:
        values: x, (n,) or (n, draws), in any unit.
        low: the value that becomes 0, in the same unit.
        high: the value that becomes 1: one number, or (draws,).

    Returns:
        Shares in the shape of ``values``; a missing value (NaN) stays missing.

    >>> bare_goalpost(np.array([[10.0, 10.0]]), 0.0, np.array([20.0, 40.0])).tolist()
    [[0.5, 0.25]]
    """
    shares = np.asarray((values - low if low else values) / (high - low))
    return np.clip(shares, 0.0, 1.0, out=shares)


def goalpost(values: ArrayLike, low: float, high: float) -> Floats:
    """Put values on a scale from 0 at ``low`` to 1 at ``high``: ``clip((x - low)/(high - low), 0, 1)``.

    Args:
        values: x, any shape, in any unit; a missing value (NaN) stays missing.
        low: the value that becomes 0, in the same unit.
        high: the value that becomes 1, in the same unit.

    Returns:
        Shares of the shape of ``values``.

    Raises:
        ValueError: ``low`` is not below ``high``, or one of them is not finite.

    Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), min-max normalisation.

    >>> goalpost([10, 15, 30], 10, 20).tolist()
    [0.0, 0.5, 1.0]
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(f"low ({low:g}) must be below high ({high:g})")
    return bare_goalpost(np.asarray(values, dtype=float), low, high)


def bare_power_mean(values: Floats, weights: Floats, rho: float) -> Floats:
    """Compute the weighted power mean over the first axis, without validation; the formula is at ``power_mean``.

    A value that is missing (NaN) or has no weight does not count: the weights of the others are scaled to sum to 1.

    Args:
        values: (criteria, ...), 0 or more.
        weights: of a shape that broadcasts to that of ``values``; they sum to 1 over the first axis.
        rho: the exponent.

    Returns:
        The mean, (...); NaN where nothing counts.

    >>> bare_power_mean(np.array([[1.0, 1.0], [4.0, np.nan]]), np.array([[0.5], [0.5]]), 0).tolist()
    [2.0, 1.0]
    """
    counts = (weights > 0) & ~np.isnan(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        if not counts.all():
            weights = np.where(counts, weights, 0.0)
            weights = weights / weights.sum(axis=0)
            values = np.where(counts, values, _neutral(values, counts, rho))
        if abs(rho) < NEARLY_ZERO:
            return np.asarray(np.exp((weights * np.log(values)).sum(axis=0)))
        if rho == 1:
            return np.asarray((weights * values).sum(axis=0))
        if abs(rho) <= 1:
            return np.asarray((weights * values**rho).sum(axis=0) ** (1 / rho))
        # Divided by the largest or the smallest, so that a large exponent neither overflows nor underflows.
        extreme = values.max(axis=0) if rho > 0 else values.min(axis=0)
        mean = extreme * (weights * (values / extreme) ** rho).sum(axis=0) ** (1 / rho)
    return np.where(extreme == 0, 0.0, mean)


def _neutral(values: Floats, counts: Flags, rho: float) -> Floats:
    """The value that replaces one without weight and changes nothing: the largest or smallest that counts, (...)."""
    if abs(rho) < NEARLY_ZERO:
        return np.ones(values.shape[1:])
    if rho > 0:
        return np.asarray(np.where(counts, values, -np.inf).max(axis=0))
    return np.asarray(np.where(counts, values, np.inf).min(axis=0))


def power_mean(values: ArrayLike, weights: ArrayLike, rho: float) -> Floats:
    """Compute the weighted power mean of each row: ``(Σ_k w_k x_k^ρ)^(1/ρ)``, and ``Π_k x_k^w_k`` at ρ = 0.

    ρ = 1 is the weighted sum, 0 the geometric and -1 the harmonic mean. No floor is applied: with ρ ≤ 0 one zero makes
    the mean of its row 0. A criterion without weight does not count, whatever its value.

    Args:
        values: x, (rows, criteria), 0 or more.
        weights: w, (criteria,) or one row of them per row of values, scaled to sum to 1.
        rho: the exponent.

    Returns:
        The mean of each row, (rows,), in the unit of the values.

    Raises:
        ValueError: negative or missing values (where they have weight), negative weights, or a row of weights that sums
            to 0.

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
    counted = x[w > 0]
    if not np.isfinite(counted).all() or (counted < 0).any():
        raise ValueError("values must be 0 or more, none missing where it has weight")
    return bare_power_mean(x.T, (w / w.sum(axis=1, keepdims=True)).T, rho)


def enough_known(has: Flags, policy: Policy) -> Flags:
    """Decide whether the criteria that have a value carry ``score.known_weight_needed`` of the policy's weights.

    Args:
        has: (criteria, ...) in the order of ``criterion.NAMES``: true where the criterion has a value.
        policy: the policy of the run.

    Returns:
        Booleans, (...).
    """
    if has.all():
        return np.ones(has.shape[1:], dtype=bool)
    weights = np.array(policy.nominal_weights).reshape(-1, *([1] * (has.ndim - 1)))
    return np.asarray((has * weights).sum(axis=0) >= policy.score.known_weight_needed - 1e-12)


def bare_status(known: Flags, passes: Flags, excluded: Flags) -> NDArray[np.int8]:
    """Decide the status of places: excluded first, then too little known, then the gate.

    Args:
        known: enough is known, any shape that broadcasts with the others.
        passes: the place passes the gate.
        excluded: every agency rejects every data system of the place.

    Returns:
        Positions in ``STATUSES``, in the common shape.

    >>> [STATUSES[i] for i in bare_status(np.array([True, True, False]), np.array([True, False, False]), np.False_)]
    ['eligible', 'below_gate', 'data_needed']
    """
    status = np.where(passes, np.int8(ELIGIBLE), np.int8(BELOW_GATE))
    status = np.where(known, status, np.int8(DATA_NEEDED))
    return np.where(excluded, np.int8(EXCLUDED), status)


def bare_province_values(scores: Floats, province: NDArray[np.int64], provinces: int, n: int) -> tuple[Floats, Floats]:
    """Compute the value of each province: the sum of its best ``n`` scores divided by ``n``.

    A province with fewer scores has the same divisor: a missing score counts as 0.

    Args:
        scores: (districts, draws); NaN where a district is not eligible.
        province: (districts,) positions from 0 to ``provinces`` - 1.
        provinces: the number of provinces.
        n: pilot districts per province.

    Returns:
        Values, and the n-th best score of each province (0 if it has fewer), both (provinces, draws).

    Two provinces, the first with the scores 30, 60 and 90:

    >>> value, last = bare_province_values(np.array([[30.0], [60.0], [90.0]]), np.array([0, 0, 0]), 2, 2)
    >>> value.tolist(), last.tolist()
    ([[75.0], [0.0]], [[60.0], [0.0]])
    """
    known = np.nan_to_num(scores)
    best = np.zeros((n, provinces, scores.shape[1]))
    order = np.argsort(province, kind="stable")
    place = np.arange(len(order)) - np.searchsorted(province[order], province[order])
    # The i-th districts of all provinces at once: each is sorted into the best scores so far.
    for i in range(int(place.max(initial=-1)) + 1):
        district = order[place == i]
        own, new = province[district], known[district]
        for j in range(n):
            current = best[j, own]
            best[j, own] = np.maximum(current, new)
            new = np.minimum(current, new)
    return best.sum(axis=0) / n, best[-1]


def rank(scores: ArrayLike) -> Ranks:
    """Rank scores: 1 is the highest, equal scores share the smallest rank number.

    Args:
        scores: (n,), none missing.

    Returns:
        Ranks, (n,).

    Raises:
        ValueError: a score is missing: a place without a score has no rank.

    >>> rank([50.0, 80.0, 50.0, 10.0]).tolist()
    [2, 1, 2, 4]
    """
    s = np.asarray(scores, dtype=float)
    if s.ndim != 1 or not np.isfinite(s).all():
        raise ValueError("scores must be one vector without missing values")
    return np.asarray(np.searchsorted(np.sort(-s), -s, side="left") + 1, dtype=np.int64)


def weights_known(criteria: pd.DataFrame, policy: Policy) -> Floats:
    """List the weight of each criterion for each district.

    Args:
        criteria: one row per district with the criteria; missing where a district has no value.
        policy: the policy of the run.

    Returns:
        (rows, criteria); 0 where the district has no value for the criterion.
    """
    nominal = np.array(policy.nominal_weights)
    return np.where(criteria[list(NAMES)].notna().to_numpy(), nominal, 0.0)


def floored(criteria: pd.DataFrame, policy: Policy) -> Floats:
    """Raise the criteria to the policy's floor, so that one low value does not make a score 0.

    Args:
        criteria: one row per district with the criteria.
        policy: the policy of the run.

    Returns:
        (rows, criteria), from the floor to 1; missing values stay missing (NaN).
    """
    return np.maximum(criteria[list(NAMES)].to_numpy(dtype=float), policy.score.floor)


def status(criteria: pd.DataFrame, policy: Policy) -> pd.Series:
    """Decide whether each district may be a pilot.

    A district is ``data_needed`` if it is unknown whether poverty is concentrated there, even if other criteria are
    known.

    Args:
        criteria: one row per district with the criteria, ``concentrated`` (it passes the gate; missing where that is
            unknown) and ``rejected``.
        policy: the policy of the run.

    Returns:
        ``eligible``, ``below_gate``, ``data_needed`` or ``excluded`` for each district.
    """
    concentrated = criteria["concentrated"]
    known = enough_known(criteria[list(NAMES)].notna().to_numpy().T, policy) & concentrated.notna().to_numpy()
    passes, rejected = (column.fillna(False).to_numpy(dtype=bool) for column in (concentrated, criteria["rejected"]))
    words = np.array(STATUSES, dtype=object)[bare_status(known, passes, rejected)]
    return pd.Series(words, index=criteria.index, dtype="str")


def scored(criteria: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Compute status, score and rank of each district.

    Where a criterion is missing but the others carry enough weight, their weights are scaled up. A district that is
    ``data_needed`` has no score; only an ``eligible`` one has a rank.

    Args:
        criteria: one row per district, as for ``status``.
        policy: the policy of the run.

    Returns:
        ``status``, ``score`` (0 to 100 points) and ``rank``, in the order of ``criteria``.
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
