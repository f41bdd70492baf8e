"""The poverty criterion: do poor households concentrate here?

Here: smoothed rate, count and cluster against their goalposts, the gate, suspect figures. Not here: reading TPMAP
(``sources.tpmap``) and household rows (``households``), Gi* (``criteria.clusters``), poverty under draws
(``criteria.poverty_draws``), the score (``scoring``).
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import ndtr

from pipeline import places
from pipeline.criteria.clusters import gi_star, hot_spots
from pipeline.policy import Policy
from pipeline.policy.criterion_sections import Gate, Poverty
from pipeline.scoring import bare_goalpost

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def smoothed_rate(events: ArrayLike, population: ArrayLike) -> Floats:
    """Smooth rates by empirical Bayes: each moves towards the common rate, those of small districts most.

    ``m = ΣY/ΣH``; ``A = max(0, ΣH(r-m)²/ΣH - m/H̄)``; ``α = m²/A``; ``β = m/A``; ``r̃ = (Y+α)/(H+β)``, and
    ``r̃ = m`` where ``A = 0``.

    Args:
        events: Y, (n,), the poor.
        population: H, (n,), in the same unit (persons or households).

    Returns:
        Shares, (n,).

    Raises:
        ValueError: unequal lengths, negative or missing values, or a population of 0.

    Source: Marshall (1991), Applied Statistics 40, 283-294, moment estimator; negative A is set to 0.

    Two districts of 100 with 10 and 30 poor: m = 0.2, A = 0.01 - 0.2/100 = 0.008, α = 5, β = 25:

    >>> smoothed_rate([10, 30], [100, 100])
    array([0.12, 0.28])

    Equal rates do not differ beyond chance, so A = 0 and all are m:

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
    """Estimate the prior of the smoothed rates: the common rate ``m`` and its weight ``β = m/A``.

    Args:
        y: Y, (n,), the poor, 0 or more.
        h: H, (n,), the population in the same unit, above 0.

    Returns:
        m, a share, and β, the units of population that the common rate is worth; β is infinite where ``A = 0``.

    Source: as for ``smoothed_rate``.

    >>> m, beta = prior(np.array([10.0, 30.0]), np.array([100.0, 100.0]))
    >>> round(m, 6), round(beta, 6)
    (0.2, 25.0)
    """
    m = float(y.sum() / h.sum())
    variance = max(0.0, float((h * (y / h - m) ** 2).sum() / h.sum() - m / h.mean()))
    return m, np.inf if variance <= np.finfo(float).eps * m or m == 0 else m / variance


def chance_above(rate: ArrayLike, error: ArrayLike, threshold: float) -> Floats:
    """Compute the chance that the true rate exceeds a threshold, for a normal error: ``Φ((r - threshold)/e)``.

    Args:
        rate: r, (n,).
        error: e, (n,) standard errors in the same unit; missing ones are filled by ``standard_error``.
        threshold: one number in the same unit.

    Returns:
        Shares, (n,).

    >>> chance_above([10.0, 12.0], [2.0, 2.0], 10.0).round(3).tolist()
    [0.5, 0.841]
    """
    r = np.asarray(rate, dtype=float)
    e = standard_error(rate, error)
    return np.asarray(ndtr(np.divide(r - threshold, e, out=np.sign(r - threshold) * 99, where=e > 0)))


def standard_error(rate: ArrayLike, error: ArrayLike) -> Floats:
    """Fill missing standard errors with the pooled coefficient of variation of the others times the rate.

    The pooled coefficient is ``√(mean (e/r)²)`` over rates above 0 with a known error, and 0 if there are none.

    Args:
        rate: r, (n,).
        error: e, (n,), in the same unit; NaN where missing.

    Returns:
        Standard errors, (n,), in the same unit.

    >>> standard_error([10.0, 20.0, 30.0], [1.0, 2.0, np.nan]).tolist()
    [1.0, 2.0, 3.0]
    """
    r, e = np.asarray(rate, dtype=float), np.asarray(error, dtype=float)
    known = np.isfinite(e) & (r > 0)
    pooled = float(np.sqrt(np.mean((e[known] / r[known]) ** 2))) if known.any() else 0.0
    return np.where(np.isfinite(e), e, pooled * r)


def suspect(rate_pct: pd.Series, province_code: pd.Series, percentile: float, times: float) -> Flags:
    """Mark suspect figures: above ``percentile`` of all rates and over ``times`` the median of the province's others.

    A province's only district has no others and is never marked.

    Args:
        rate_pct: (n,) rates in per cent.
        province_code: (n,) the province of each district, with the same index.
        percentile: of all n rates, from 0 to 100.
        times: a multiple of the median of the other districts of the province.

    Returns:
        Booleans, (n,).

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
class PovertyFigures:
    """The figures behind the poverty criterion, (n,) each, for the districts with figures.

    Attributes:
        rate: share poor in any dimension, at least, of ``units``.
        rate_max: the same, at most.
        units: all households, or all persons.
        persons_per_rate: the rate times this is the number of poor persons.
        observed: independent observations behind a rate: households, where there are rows; not known (NaN) where rates
            are published.
        by_household: ``units`` are households.
    """

    rate: Floats
    rate_max: Floats
    units: Floats
    persons_per_rate: Floats
    observed: Floats
    by_household: bool


def poverty_figures(districts: pd.DataFrame) -> PovertyFigures:
    """Choose the unit of the rates, and compute the figures behind the criterion.

    Rates count households where every district has household rows, and persons otherwise: all districts share one
    unit, and published figures count persons only. The number of the poor is always in persons.

    Args:
        districts: the n rows of ``district_facts`` or ``district_criteria`` that have poverty figures.

    Returns:
        Rates as shares, populations in the unit of the rates, (n,) each.
    """
    f = districts
    by_household = bool(len(f) and f["survey_households"].notna().all() and f["poor_households_pct"].notna().all())
    persons_pct, persons_max = (f[name].to_numpy(dtype=float) for name in ("rate_any_min", "rate_any_max"))
    rate = f["poor_households_pct"].to_numpy(dtype=float) if by_household else persons_pct
    larger = np.divide(persons_pct, rate, out=np.ones_like(rate), where=rate > 0)
    return PovertyFigures(
        rate=rate / 100,
        rate_max=np.minimum(rate + persons_max - persons_pct, 100) / 100,
        units=f["survey_households" if by_household else "labelled_population"].to_numpy(dtype=float),
        persons_per_rate=larger * f["survey_population"].to_numpy(dtype=float),
        observed=f["survey_households"].to_numpy(dtype=float, na_value=np.nan),
        by_household=by_household,
    )


def smoothed_error(known: PovertyFigures, smooth: Floats, published_error: Floats) -> Floats:
    """Compute the standard error of the smoothed rates.

    With household rows it is that of the posterior Gamma(Y+α, H+β), ``√(r̃/(H+β))``, where each household is one
    observation. Without them it is the published error, filled by ``standard_error``.

    Args:
        known: the figures of n districts.
        smooth: r̃, (n,), shares from ``smoothed_rate``.
        published_error: (n,), shares; NaN where missing.

    Returns:
        Shares, (n,).

    Source: Marshall (1991), as for ``smoothed_rate``.
    """
    _, beta = prior(known.rate * known.units, known.units)
    rows = np.isfinite(known.observed)
    posterior = np.sqrt(smooth / (np.where(rows, known.observed, 1.0) + beta))
    return np.where(rows, posterior, standard_error(known.rate, published_error))


@dataclass(frozen=True)
class Parts:
    """The parts of the poverty criterion, each from 0 to 1, of one shape."""

    rate: Floats
    count: Floats
    cluster: Floats


def bare_parts(
    rate: Floats,
    count: Floats,
    z: Floats,
    rate_goalpost: Floats | float,
    count_goalpost: Floats | float,
    rules: Poverty,
) -> Parts:
    """Compare rate, number of the poor and Gi* with their goalposts.

    Args:
        rate: the share poor, (n,) or (n, draws).
        count: poor persons, of the same shape.
        z: Gi* of the rate, of the same shape.
        rate_goalpost: a share, one number or (draws,).
        count_goalpost: persons, one number or (draws,).
        rules: the policy's section on poverty.

    Returns:
        The parts, each from 0 to 1, in the shape of ``rate``.
    """
    return Parts(
        bare_goalpost(rate, 0.0, rate_goalpost),
        bare_goalpost(count, 0.0, count_goalpost),
        bare_goalpost(z, 0.0, rules.cluster_goalpost_z),
    )


def bare_poverty(parts: Parts, rules: Poverty) -> Floats:
    """Compute the poverty criterion: the sum of its parts by their weights.

    Args:
        parts: from 0 to 1, of any shape.
        rules: the policy's section on poverty; the weights of its parts sum to 1.

    Returns:
        Values from 0 to 1, in the shape of the parts.

    >>> from types import SimpleNamespace
    >>> rules = SimpleNamespace(parts=SimpleNamespace(rate=0.5, count=0.3, cluster=0.2))
    >>> bare_poverty(Parts(np.array([1.0]), np.array([0.5]), np.array([0.0])), rules).tolist()
    [0.65]
    """
    weights = rules.parts
    value = weights.rate * parts.rate
    value += weights.count * parts.count
    value += weights.cluster * parts.cluster
    return value


def bare_concentrated(rate: Floats, national: ArrayLike, hot: Flags, gate: Gate) -> Flags:
    """Apply the gate: a rate above a multiple of the national rate, or a hot spot if the policy accepts that.

    Args:
        rate: shares, (n,) or (n, draws).
        national: the national rate, a share: one number or (draws,).
        hot: hot spots, in the shape of ``rate``.
        gate: the policy's gate.

    Returns:
        Booleans in the shape of ``rate``: true where poverty is concentrated.

    The national rate is 0.1 and the gate 1.5 times as high; the second district is a hot spot:

    >>> from types import SimpleNamespace
    >>> gate = SimpleNamespace(times_national_rate=1.5, hot_spot_opens=True)
    >>> bare_concentrated(np.array([0.16, 0.12, 0.12]), 0.1, np.array([False, True, False]), gate).tolist()
    [True, True, False]
    """
    above = rate > gate.times_national_rate * np.asarray(national)
    return above | hot if gate.hot_spot_opens else above


def district_poverty(district_facts: pd.DataFrame, district_shapes: gpd.GeoDataFrame, policy: Policy) -> pd.DataFrame:
    """Compute the poverty criterion and its parts for every district with poverty figures.

    Districts without figures are no neighbours and do not count in n.

    Args:
        district_facts: one row per district.
        district_shapes: the outlines of the same districts, in the same order.
        policy: the policy of the run.

    Returns:
        The columns of the contract ``district_poverty``.
    """
    has = district_facts["rate_any_min"].notna().to_numpy()
    near = places.neighbours(district_shapes, policy.poverty.neighbour_distance_m)[has][:, has]
    return _poverty_table(district_facts[has].reset_index(drop=True), near, policy)


def _poverty_table(districts: pd.DataFrame, neighbours: sparse.csr_array, policy: Policy) -> pd.DataFrame:
    """Compute ``district_poverty`` of n districts with figures, whose ``neighbours`` are (n, n)."""
    rules = policy.poverty
    known = poverty_figures(districts)
    poor = known.rate * known.units
    rate = smoothed_rate(poor, known.units)
    national = float(poor.sum() / known.units.sum())
    count = rate * known.persons_per_rate
    z = gi_star(rate, neighbours)
    hot = hot_spots(z, rules.hot_spot_q)
    parts = bare_parts(rate, count, z, rules.rate_goalpost_pct / 100, rules.count_goalpost_persons, rules)
    published_error = districts["rate_any_min_se"].to_numpy(dtype=float)
    gate_pct = 100 * rules.gate.times_national_rate * national
    return pd.DataFrame(
        {
            "district_code": districts["district_code"],
            "poverty": bare_poverty(parts, rules),
            "poverty_rate_part": parts.rate,
            "poverty_count_part": parts.count,
            "poverty_cluster_part": parts.cluster,
            "poverty_unit": "households" if known.by_household else "persons",
            "poverty_rate_pct": known.rate * 100,
            "poverty_rate_max_pct": known.rate_max * 100,
            "poverty_rate_smoothed_pct": rate * 100,
            "poverty_rate_se_pct": smoothed_error(known, rate, published_error / 100) * 100,
            "national_rate_pct": national * 100,
            "poor_persons_min": np.round(count).astype("int64"),
            "gi_star_z": z,
            "hot_spot": hot,
            "concentrated": bare_concentrated(rate, national, hot, rules.gate),
            "chance_above_gate": chance_above(rate * 100, published_error, gate_pct),
            "suspect": _suspect_figures(known, districts, rules),
        }
    )


def _suspect_figures(known: PovertyFigures, districts: pd.DataFrame, rules: Poverty) -> Flags:
    """Mark the figures that ``suspect`` finds and those that the policy names, (n,)."""
    by_rule = suspect(
        pd.Series(known.rate * 100),
        districts["province_code"],
        rules.suspect.percentile,
        rules.suspect.times_province_median,
    )
    named = np.zeros(len(districts), dtype=bool)
    for item in rules.suspect.named:
        of_year = item.survey_year is None or districts["survey_year"] == item.survey_year
        named |= np.asarray((districts["district_code"] == item.district_code) & of_year, dtype=bool)
    return np.asarray(by_rule | named, dtype=bool)
