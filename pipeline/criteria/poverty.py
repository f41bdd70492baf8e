"""Criterion 1: do poor households concentrate here?

Here: smoothed rate, count, Getis-Ord Gi*, hot spots, the gate, suspect figures. Not here: reading TPMAP
(``sources.tpmap``), who is a neighbour (``places``), goalposts and the score (``scoring``).
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import ndtr

from pipeline.policy import Policy
from pipeline.scoring import goalpost

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def smoothed_rate(events: ArrayLike, population: ArrayLike) -> Floats:
    """Empirical Bayes rate: each district's rate drawn towards the common one, small districts most.

    ``m = ΣY/ΣH``; ``A = max(0, ΣH(r-m)²/ΣH - m/H̄)``; ``α = m²/A``; ``β = m/A``; ``r̃ = (Y+α)/(H+β)``, and
    ``r̃ = m`` where ``A = 0``. Y are ``events`` (n,), H is ``population`` (n,), both in the same unit (persons or
    households); gives shares (n,).

    Raises ``ValueError`` for unequal lengths, negative or missing values, or a population of 0.

    Source: Marshall (1991), Applied Statistics 40, 283-294, moment estimator; A clamped at 0.

    Two districts of 100 with 10 and 30 poor: m = 0.2, A = 0.01 - 0.2/100 = 0.008, α = 5, β = 25:

    >>> smoothed_rate([10, 30], [100, 100])
    array([0.12, 0.28])

    Equal rates differ by nothing but chance, so A = 0 and all are m:

    >>> smoothed_rate([10, 20], [100, 200])
    array([0.1, 0.1])
    """
    y, h = np.asarray(events, dtype=float), np.asarray(population, dtype=float)
    if y.ndim != 1 or y.shape != h.shape:
        raise ValueError(f"events {y.shape} and population {h.shape} must be two vectors of one length")
    if not (np.isfinite(y).all() and np.isfinite(h).all()) or (y < 0).any() or (h <= 0).any():
        raise ValueError("events must be 0 or more and population above 0, none missing")
    if y.size == 0:
        return y
    m = y.sum() / h.sum()
    variance = max(0.0, float((h * (y / h - m) ** 2).sum() / h.sum() - m / h.mean()))
    if variance <= np.finfo(float).eps * m or m == 0:
        return np.full_like(y, m)
    return np.asarray((y + m * m / variance) / (h + m / variance), dtype=float)


def gi_star(values: ArrayLike, neighbours: Any) -> Floats:
    """Getis-Ord Gi*, the district itself included, as a z score.

    ``z_i = (Σ_j w_ij x_j - x̄ W_i) / (s √((n Σ_j w_ij² - W_i²)/(n-1)))`` with ``W_i = Σ_j w_ij``, ``s`` the population
    standard deviation. ``values`` (n,) in any unit; ``neighbours`` (n, n) of 0 and 1 with ones on the
    diagonal, dense or scipy sparse; gives z (n,). Where nothing can be said (all values equal, or everyone
    a neighbour) z is 0.

    Raises ``ValueError`` for missing values, a matrix of another shape, weights other than 0 and 1, or a
    diagonal without ones.

    Source: Getis & Ord (1992), Geographical Analysis 24, 189-206; Ord & Getis (1995), 27, 286-306.

    Four districts in a row, values 1 2 3 4: x̄ = 2.5, s² = 1.25. The first has itself and the second:
    (3 - 5) / (√1.25 · √((4·2 - 4)/3)) = -2 / 1.2910 = -1.5492.

    >>> row = np.eye(4) + np.eye(4, k=1) + np.eye(4, k=-1)
    >>> gi_star([1, 2, 3, 4], row).round(4).tolist()
    [-1.5492, -1.3416, 1.3416, 1.5492]
    """
    x = np.asarray(values, dtype=float)
    w = sparse.csr_array(neighbours, dtype=float)
    n = x.size
    if x.ndim != 1 or w.shape != (n, n):
        raise ValueError(f"{n} values need a matrix of {n} by {n}, not {w.shape}")
    if not np.isfinite(x).all():
        raise ValueError("values must not be missing: leave such districts out of both arguments")
    if not np.isin(w.data, (0.0, 1.0)).all() or (n and (w.diagonal() != 1).any()):
        raise ValueError("neighbours must be 0 or 1, with 1 on the diagonal (the district itself)")
    if n < 2:
        return np.zeros(n)
    degree = np.asarray(w.sum(axis=1)).ravel()
    spread = x.std() * np.sqrt(np.maximum(0.0, (n * degree - degree**2) / (n - 1)))
    excess = w @ x - x.mean() * degree
    return np.divide(excess, spread, out=np.zeros(n), where=spread > 1e-12 * max(1.0, np.abs(x).max()))


def hot_spots(z: ArrayLike, q: float) -> Flags:
    """Districts whose Gi* is high beyond chance: z > 0 and significant after Benjamini-Hochberg.

    Two-sided p of ``z`` (n,) under the normal distribution, false discovery rate ``q`` over all n; gives
    booleans (n,).

    Raises ``ValueError`` for missing z or a q outside (0, 1).

    Source: Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.

    p of 3 is 0.0027, of 2 is 0.0455, of 1 is 0.317; at q = 0.1 the limits are 0.033, 0.067, 0.1; a cold spot
    counts among the tests but is no hot spot:

    >>> hot_spots([2.0, 3.0, 1.0], 0.10).tolist()
    [True, True, False]
    >>> hot_spots([2.0, -3.0, 1.0], 0.10).tolist()
    [True, False, False]
    """
    z = np.asarray(z, dtype=float)
    if not 0 < q < 1:
        raise ValueError(f"q is {q:g}; it must lie between 0 and 1")
    if not np.isfinite(z).all():
        raise ValueError("z must not be missing")
    if z.size == 0:
        return np.zeros(0, dtype=bool)
    p = 2 * ndtr(-np.abs(z))
    # Written out, since importing scipy.stats takes longer than all criteria together; scipy is the oracle in tests.
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= q * np.arange(1, z.size + 1) / z.size)
    return (z > 0) & (p <= (ordered[passing[-1]] if passing.size else -1.0))


def chance_above(rate: ArrayLike, error: ArrayLike, threshold: float) -> Floats:
    """Chance that the true rate exceeds ``threshold``, for a normal error; rates, errors (n,) in one unit.

    Where the error is missing, the pooled coefficient of variation of the others stands in for it.

    >>> chance_above([10.0, 12.0], [2.0, 2.0], 10.0).round(3).tolist()
    [0.5, 0.841]
    """
    r, e = np.asarray(rate, dtype=float), np.asarray(error, dtype=float)
    known = np.isfinite(e) & (r > 0)
    pooled = float(np.sqrt(np.mean((e[known] / r[known]) ** 2))) if known.any() else 0.0
    e = np.where(np.isfinite(e), e, pooled * r)
    return np.asarray(ndtr(np.divide(r - threshold, e, out=np.sign(r - threshold) * 99, where=e > 0)))


def suspect(rate_pct: pd.Series, province_code: pd.Series, percentile: float, times: float) -> Flags:
    """Figures to doubt: above ``percentile`` of all and over ``times`` the median of the province's others.

    A province's only district has no others and is never marked.

    >>> codes = pd.Series(["81"] * 4)
    >>> suspect(pd.Series([52.0, 5.0, 6.0, 7.0]), codes, 97.5, 3.0).tolist()
    [True, False, False, False]
    """
    high = rate_pct > np.percentile(rate_pct, percentile)
    others = [
        rate_pct[(province_code == province_code[i]) & (rate_pct.index != i)].median() if high[i] else np.nan
        for i in rate_pct.index
    ]
    return np.asarray(high & (rate_pct > times * pd.Series(others, index=rate_pct.index)), dtype=bool)


def measure(district_facts: pd.DataFrame, neighbours: sparse.csr_array, policy: Policy) -> pd.DataFrame:
    """Criterion 1 and its parts for every district with poverty figures.

    ``neighbours`` is over all rows of ``district_facts``, in order; districts without figures are no
    neighbours and leave n.
    """
    rules = policy.poverty
    has = district_facts["rate_any_min"].notna().to_numpy()
    f = district_facts[has].reset_index(drop=True)
    persons = f["labelled_population"].to_numpy(dtype=float)
    poor = f["rate_any_min"].to_numpy() / 100 * persons
    rate = smoothed_rate(poor, persons)
    national = float(poor.sum() / persons.sum())
    count = rate * f["survey_population"].to_numpy(dtype=float)
    z = gi_star(rate, neighbours[has][:, has])
    hot = hot_spots(z, rules.hot_spot_q)
    parts = np.column_stack(
        [
            goalpost(rate * 100, 0, rules.rate_goalpost_pct),
            goalpost(count, 0, rules.count_goalpost_persons),
            goalpost(z, 0, rules.cluster_goalpost_z),
        ]
    )
    weights = np.array([rules.parts.rate, rules.parts.count, rules.parts.cluster])
    named = f["district_code"].isin([item.district_code for item in rules.suspect.named])
    doubtful = suspect(
        f["rate_any_min"], f["province_code"], rules.suspect.percentile, rules.suspect.times_province_median
    )
    threshold = rules.gate.times_national_rate * national
    return pd.DataFrame(
        {
            "district_code": f["district_code"],
            "poverty": parts @ weights,
            "poverty_rate_part": parts[:, 0],
            "poverty_count_part": parts[:, 1],
            "poverty_cluster_part": parts[:, 2],
            "poverty_rate_pct": f["rate_any_min"],
            "poverty_rate_max_pct": f["rate_any_max"],
            "poverty_rate_smoothed_pct": rate * 100,
            "national_rate_pct": national * 100,
            "poor_persons_min": np.round(count).astype("int64"),
            "gi_star_z": z,
            "hot_spot": hot,
            "concentrated": (rate > threshold) | (hot & rules.gate.hot_spot_opens),
            "chance_above_gate": chance_above(rate * 100, f["rate_any_min_se"], threshold * 100),
            "suspect": doubtful | named.to_numpy(),
        }
    )
