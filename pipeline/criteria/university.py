"""The university criterion: can a university here connect all partners?

Here: capability of a campus, reach, the province's mandate. Not here: distances (``places``), the list of
campuses (``sources.universities``), universities under draws (``criteria.university_draws``), the score (``scoring``).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipeline import places
from pipeline.policy import Policy

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]


def bare_chance(half_square: Floats, capability: Floats, sigma: Floats | float, out: Floats | None = None) -> Floats:
    """Compute the chance that a campus serves a district: ``S · exp(-t²/2σ²)``; 0 at infinite minutes.

    Args:
        half_square: t²/2 of the minutes t, any shape; the last axis may be draws.
        capability: S, from 0 to 1, of a shape that broadcasts.
        sigma: σ in minutes, one number or one per draw.
        out: where the result is written; it may be ``half_square``.

    Returns:
        Shares, in the shape of ``half_square``.

    >>> bare_chance(np.array([0.0, 800.0, np.inf]), np.array(0.8), 40.0).round(4).tolist()
    [0.8, 0.4852, 0.0]
    """
    chance = np.divide(half_square, -(sigma**2), out=out)
    np.exp(chance, out=chance)
    chance *= capability
    return chance


def bare_unserved(
    half_square: Floats, capability: Floats, sigma: Floats | float, district: Indices, districts: int
) -> Floats:
    """Compute the chance that no campus serves a district: ``Π_u (1 - S_u · exp(-t²/2σ²))``.

    Args:
        half_square: t²/2 of the minutes t between a district and a campus, (pairs, draws). It is overwritten, because
            it is large.
        capability: S of the campus, from 0 to 1, (pairs, draws).
        sigma: σ in minutes, one number or one per draw.
        district: (pairs,) positions in rising order; no campus serves a district without pairs.
        districts: the number of districts.

    Returns:
        Shares, (districts, draws).
    """
    chance = bare_chance(half_square, capability, sigma, out=half_square)
    np.subtract(1.0, chance, out=chance)
    unserved = np.ones((districts, chance.shape[1]))
    with_campus, starts = np.unique(district, return_index=True)
    if len(starts):
        unserved[with_campus] = np.multiply.reduceat(chance, starts, axis=0)
    return unserved


def reach(minutes: ArrayLike, capability: ArrayLike, sigma: float, limit: float) -> Floats:
    """Compute the chance that at least one campus can serve a district: ``1 - Π_u (1 - S_u · exp(-t²/2σ²) · [t ≤ T])``.

    Args:
        minutes: t, (districts, campuses); a campus with a missing time (NaN) does not serve the district.
        capability: S, (campuses,), from 0 to 1.
        sigma: σ in minutes.
        limit: T in minutes.

    Returns:
        Shares, (districts,).

    Raises:
        ValueError: shapes that do not fit, capability outside [0, 1], negative minutes, sigma ≤ 0.

    One campus of capability 0.8 in the district's centre, then 40 minutes away (0.8 · e^-0.5 = 0.4852), then too far:

    >>> reach([[0], [40], [91]], [0.8], sigma=40, limit=90).round(4).tolist()
    [0.8, 0.4852, 0.0]

    Two campuses of 0.5 in the centre: 1 - 0.5 · 0.5.

    >>> reach([[0, 0]], [0.5, 0.5], sigma=40, limit=90).tolist()
    [0.75]
    """
    t, s = np.asarray(minutes, dtype=float), np.asarray(capability, dtype=float)
    if t.ndim != 2 or s.shape != (t.shape[1],):
        raise ValueError(f"minutes {t.shape} must be districts by campuses, capability one per campus")
    if not np.isfinite(s).all() or (s < 0).any() or (s > 1).any():
        raise ValueError("capability must be between 0 and 1")
    if (t < 0).any() or not sigma > 0:
        raise ValueError("minutes must be 0 or more and sigma above 0")
    district, campus = np.nonzero(t <= limit)
    half_square = t[district, campus][:, None] ** 2 / 2
    return 1.0 - bare_unserved(half_square, s[campus][:, None], sigma, district, len(t))[:, 0]


def bare_ablest(capability: Floats, province: Indices, provinces: int) -> Floats:
    """Find the capability of each province's most capable campus.

    Args:
        capability: (campuses, draws), from 0 to 1.
        province: (campuses,) positions from 0 to ``provinces`` - 1.
        provinces: the number of provinces.

    Returns:
        Capabilities, (provinces, draws); 0 for a province without a campus.

    >>> bare_ablest(np.array([[0.5], [0.8], [0.6]]), np.array([0, 0, 2]), 3).ravel().tolist()
    [0.8, 0.0, 0.6]
    """
    ablest = np.zeros((provinces, capability.shape[1]))
    order = np.argsort(province, kind="stable")
    with_campus, starts = np.unique(province[order], return_index=True)
    if len(starts):
        ablest[with_campus] = np.maximum.reduceat(capability[order], starts, axis=0)
    return ablest


def bare_university(unserved: Floats, mandate: Floats) -> Floats:
    """Compute the university criterion: ``1 - (1 - reach)(1 - mandate)``.

    Args:
        unserved: ``1 - reach``, the chance that no campus serves the district.
        mandate: from 0 to 1, of a shape that broadcasts.

    Returns:
        Values from 0 to 1.

    >>> bare_university(np.array([0.5]), np.array([0.4])).tolist()
    [0.7]
    """
    return 1 - unserved * (1 - mandate)


def capability(kinds: pd.Series, pieces: ArrayLike, policy: Policy) -> Floats:
    """Compute how well each campus can connect the partners: by its kind, raised by evidence of partnership.

    ``S = 1 - (1 - S_kind)(1 - uplift)^n`` for n ``pieces`` of evidence: each closes a part of what is missing.

    Args:
        kinds: (campuses,) the kind of each, one of ``university.capability`` of the policy.
        pieces: n, (campuses,) the pieces of evidence of each.
        policy: the policy of the run.

    Returns:
        S, (campuses,), from 0 to 1.
    """
    rules = policy.university
    by_kind = kinds.map(rules.capability.model_dump()).to_numpy(dtype=float)
    return np.asarray(1 - (1 - by_kind) * (1 - rules.partnership_uplift) ** np.asarray(pieces, dtype=float))


def minutes_by_road(km: ArrayLike, policy: Policy) -> Floats:
    """Estimate minutes by road from kilometres in a straight line: ``60 · detour · km / speed``.

    Args:
        km: kilometres, any shape.
        policy: the policy of the run; it names detour (a factor) and speed (km per hour).

    Returns:
        Minutes, in the shape of ``km``.
    """
    rules = policy.university
    return np.asarray(60 * rules.detour * np.asarray(km, dtype=float) / rules.speed_km_per_hour)


@dataclass(frozen=True)
class Serving:
    """Which campuses can serve which districts.

    Attributes:
        minutes: by road, (districts, campuses).
        nearest: each institution's nearest campus, (districts, campuses).
        capability: (campuses,).
        pieces: the pieces of evidence behind it, (campuses,).
    """

    minutes: Floats
    nearest: Flags
    capability: Floats
    pieces: Indices


def serving(universities: pd.DataFrame, partnerships: pd.DataFrame, km: Floats, policy: Policy) -> Serving:
    """Compute which campuses can serve which districts.

    Args:
        universities: one row per campus, with its kind and the name of its institution.
        partnerships: one row per piece of evidence, with its ``campus_code``.
        km: kilometres in a straight line, (districts, campuses).
        policy: the policy of the run.

    Returns:
        Minutes by road, each institution's nearest campus, and capability.
    """
    counted = partnerships["campus_code"].value_counts()
    pieces = universities["campus_code"].map(counted).fillna(0).to_numpy(dtype=np.int64)
    minutes = minutes_by_road(km, policy)
    return Serving(
        minutes,
        _one_campus_per_institution(minutes, universities["name_th"]),
        capability(universities["kind"], pieces, policy),
        pieces,
    )


def mandate(districts: pd.DataFrame, universities: pd.DataFrame, able: Floats, policy: Policy) -> Floats:
    """Compute each district's share in the mandate of its province's most capable campus.

    Args:
        districts: one row per district, with ``province_code``.
        universities: one row per campus, with ``province_code``.
        able: (campuses,) capability, from 0 to 1.
        policy: the policy of the run; ``province_mandate`` is the share of the capability that counts.

    Returns:
        (districts,), from 0 to 1; 0 where the province has no campus.
    """
    provinces, positions = np.unique(
        np.concatenate([districts["province_code"], universities["province_code"]]).astype(str), return_inverse=True
    )
    of_district, of_campus = np.split(positions, [len(districts)])
    ablest = bare_ablest(able[:, None], of_campus, len(provinces))[:, 0]
    return policy.university.province_mandate * ablest[of_district]


def district_university(
    district_facts: pd.DataFrame, universities: pd.DataFrame, partnerships: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Compute the university criterion and its parts for every district.

    Each institution serves a district from its nearest campus. The nearest campus in the table is the nearest one with
    a capability above 0.

    Args:
        district_facts: one row per district, with its population-weighted centre.
        universities: one row per campus.
        partnerships: evidence of partnership, by campus.
        policy: the policy of the run.

    Returns:
        The columns of the contract ``district_university``.
    """
    return university_table(
        district_facts, universities, partnerships, places.km_to_campuses(district_facts, universities), policy
    )


def university_table(
    districts: pd.DataFrame, universities: pd.DataFrame, partnerships: pd.DataFrame, km: Floats, policy: Policy
) -> pd.DataFrame:
    """Compute ``district_university`` from given distances.

    Args:
        districts: one row per district.
        universities: one row per campus.
        partnerships: evidence of partnership, by campus.
        km: kilometres in a straight line, (districts, campuses), in the order of the two tables.
        policy: the policy of the run.

    Returns:
        The columns of the contract ``district_university``.
    """
    rules = policy.university
    found = serving(universities, partnerships, km, policy)
    able, minutes = found.capability, found.minutes
    in_reach = found.nearest & (minutes <= rules.limit_minutes)
    reached = reach(np.where(found.nearest, minutes, np.nan), able, rules.sigma_minutes, rules.limit_minutes)
    by_mandate = mandate(districts, universities, able, policy)
    nearest = np.where(able > 0, minutes, np.inf).argmin(axis=1)
    strongest = np.where(in_reach, bare_chance(minutes**2 / 2, able, rules.sigma_minutes), -1).argmax(axis=1)
    strongest = np.where(reached > 0, strongest, nearest)
    rows = np.arange(len(districts))
    named = {name: universities[name].to_numpy() for name in ("name_th", "name_en", "district_code")}
    return pd.DataFrame(
        {
            "district_code": districts["district_code"],
            "university": bare_university(1 - reached, by_mandate),
            "university_reach": reached,
            "university_mandate": by_mandate,
            "university_nearest": named["name_th"][nearest],
            "university_nearest_en": named["name_en"][nearest],
            "university_nearest_minutes": np.round(minutes[rows, nearest], 1),
            "university_strongest": named["name_th"][strongest],
            "university_strongest_en": named["name_en"][strongest],
            "university_strongest_minutes": np.round(minutes[rows, strongest], 1),
            "university_strongest_in_district": named["district_code"][strongest] == districts["district_code"],
            "universities_in_reach": in_reach.sum(axis=1),
            "university_in_district": districts["district_code"].isin(universities["district_code"]),
            "university_in_province": districts["province_code"].isin(universities["province_code"]),
            "minutes_estimated": True,
        }
    )


def _one_campus_per_institution(minutes: Floats, institution: pd.Series) -> NDArray[np.bool_]:
    """True at each institution's nearest campus (the first of equals), (districts, campuses)."""
    chosen = np.zeros(minutes.shape, dtype=bool)
    codes = pd.factorize(institution)[0]
    for code in range(codes.max() + 1 if codes.size else 0):
        campuses = np.flatnonzero(codes == code)
        chosen[np.arange(len(minutes)), campuses[minutes[:, campuses].argmin(axis=1)]] = True
    return chosen
