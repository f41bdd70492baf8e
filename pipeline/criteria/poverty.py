"""Criterion 1: do poor households concentrate here?

Here: smoothed rate, count, Getis-Ord Gi*, hot spots, the gate, suspect figures; Alkire-Foster poverty of household
rows. Not here: reading TPMAP (``sources.tpmap``) and household rows (``households``), who is a neighbour
(``places``), goalposts and the score (``scoring``).
"""

from dataclasses import dataclass
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
    m, beta = prior(y, h)
    return np.full_like(y, m) if np.isinf(beta) else np.asarray((y + m * beta) / (h + beta), dtype=float)


def prior(y: Floats, h: Floats) -> tuple[float, float]:
    """The common rate ``m`` and how many units of population it is worth: ``β = m/A``, infinite where ``A = 0``.

    >>> m, beta = prior(np.array([10.0, 30.0]), np.array([100.0, 100.0]))
    >>> round(m, 6), round(beta, 6)
    (0.2, 25.0)
    """
    m = float(y.sum() / h.sum())
    variance = max(0.0, float((h * (y / h - m) ** 2).sum() / h.sum() - m / h.mean()))
    return m, np.inf if variance <= np.finfo(float).eps * m or m == 0 else m / variance


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
    """Headcount ``H``, intensity ``A`` and adjusted headcount ``M0 = H·A``, with what each dimension contributes.

    ``deprivations`` (households, dimensions) of 0 and 1; ``weights`` (dimensions,), 0 or more, scaled to sum to 1;
    ``cutoff`` in (0, 1]: who is deprived in at least this share of the weights is poor. ``household_sizes``
    (households,) counts each row that many times: persons instead of households, or equal rows counted once.

    ``c_i = Σ_j w_j g_ij``; ``ρ_i = [c_i ≥ cutoff]``; ``H = mean ρ``; ``A = mean of c over the poor``;
    censored headcount ``h_j = mean of ρ·g_j``; ``M0 = Σ_j w_j h_j``; contribution ``w_j h_j / M0`` (0 where no
    one is poor). M0 of a group is the mean of its parts' M0 weighted by their sizes, exactly.

    Raises ``ValueError`` for no rows, values other than 0 and 1, negative weights or sizes, weights or sizes that sum
    to 0, or a cutoff outside (0, 1].

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
        raise ValueError(f"the cutoff is {cutoff:g}; it must lie above 0 and at most at 1")
    w = w / w.sum()
    score = g @ w
    # Shares such as 3 · 0.2 miss 0.6 by a rounding error: who reaches the cutoff but for that is poor.
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
    r = np.asarray(rate, dtype=float)
    e = standard_error(rate, error)
    return np.asarray(ndtr(np.divide(r - threshold, e, out=np.sign(r - threshold) * 99, where=e > 0)))


def standard_error(rate: ArrayLike, error: ArrayLike) -> Floats:
    """The errors (n,), those missing filled with the pooled coefficient of variation of the others times the rate.

    >>> standard_error([10.0, 20.0, 30.0], [1.0, 2.0, np.nan]).tolist()
    [1.0, 2.0, 3.0]
    """
    r, e = np.asarray(rate, dtype=float), np.asarray(error, dtype=float)
    known = np.isfinite(e) & (r > 0)
    pooled = float(np.sqrt(np.mean((e[known] / r[known]) ** 2))) if known.any() else 0.0
    return np.where(np.isfinite(e), e, pooled * r)


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


@dataclass(frozen=True)
class Figures:
    """What criterion 1 rests on, (n,) each, for the districts with figures.

    ``rate`` and ``rate_max`` are shares poor in any dimension, at least and at most, of ``units`` (all households, or
    all persons); rate times ``persons_per_rate`` is the count of poor persons. ``observed`` are the independent
    observations behind a rate: households, where there are rows; not known (NaN) where rates are published.
    """

    rate: Floats
    rate_max: Floats
    units: Floats
    persons_per_rate: Floats
    observed: Floats
    by_household: bool


def figures(f: pd.DataFrame) -> Figures:
    """The figures of districts that have some.

    Rates count households where every district has household rows, else persons: one unit for all, since published
    figures know persons only. The count is of persons always: persons per poor household as observed.
    """
    by_household = bool(len(f) and f["survey_households"].notna().all() and f["poor_households_pct"].notna().all())
    persons_pct, persons_max = (f[name].to_numpy(dtype=float) for name in ("rate_any_min", "rate_any_max"))
    rate = f["poor_households_pct"].to_numpy(dtype=float) if by_household else persons_pct
    larger = np.divide(persons_pct, rate, out=np.ones_like(rate), where=rate > 0)
    return Figures(
        rate=rate / 100,
        rate_max=np.minimum(rate + persons_max - persons_pct, 100) / 100,
        units=f["survey_households" if by_household else "labelled_population"].to_numpy(dtype=float),
        persons_per_rate=larger * f["survey_population"].to_numpy(dtype=float),
        observed=f["survey_households"].to_numpy(dtype=float, na_value=np.nan),
        by_household=by_household,
    )


def smoothed_error(known: Figures, smooth: Floats, published_error: Floats) -> Floats:
    """Standard error of the smoothed rate, a share (n,).

    With household rows that of the posterior Gamma(Y+α, H+β), ``√(r̃/(H+β))``, a household counting as one observation;
    else the published one, filled by ``standard_error``.
    """
    _, beta = prior(known.rate * known.units, known.units)
    rows = np.isfinite(known.observed)
    posterior = np.sqrt(smooth / (np.where(rows, known.observed, 1.0) + beta))
    return np.where(rows, posterior, standard_error(known.rate, published_error))


def measure(district_facts: pd.DataFrame, neighbours: sparse.csr_array, policy: Policy) -> pd.DataFrame:
    """Criterion 1 and its parts for every district with poverty figures.

    ``neighbours`` is over all rows of ``district_facts``, in order; districts without figures are no
    neighbours and leave n.
    """
    rules = policy.poverty
    has = district_facts["rate_any_min"].notna().to_numpy()
    f = district_facts[has].reset_index(drop=True)
    known = figures(f)
    poor = known.rate * known.units
    rate = smoothed_rate(poor, known.units)
    national = float(poor.sum() / known.units.sum())
    count = rate * known.persons_per_rate
    rate_pct = pd.Series(known.rate * 100)
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
    doubtful = suspect(rate_pct, f["province_code"], rules.suspect.percentile, rules.suspect.times_province_median)
    threshold = rules.gate.times_national_rate * national
    return pd.DataFrame(
        {
            "district_code": f["district_code"],
            "poverty": parts @ weights,
            "poverty_rate_part": parts[:, 0],
            "poverty_count_part": parts[:, 1],
            "poverty_cluster_part": parts[:, 2],
            "poverty_unit": "households" if known.by_household else "persons",
            "poverty_rate_pct": rate_pct,
            "poverty_rate_max_pct": known.rate_max * 100,
            "poverty_rate_smoothed_pct": rate * 100,
            "poverty_rate_se_pct": smoothed_error(known, rate, f["rate_any_min_se"].to_numpy(dtype=float) / 100) * 100,
            "national_rate_pct": national * 100,
            "poor_persons_min": np.round(count).astype("int64"),
            "gi_star_z": z,
            "hot_spot": hot,
            "concentrated": (rate > threshold) | (hot & rules.gate.hot_spot_opens),
            "chance_above_gate": chance_above(rate * 100, f["rate_any_min_se"], threshold * 100),
            "suspect": doubtful | named.to_numpy(),
        }
    )
