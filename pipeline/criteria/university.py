"""Criterion 2: can a university here connect all partners?

Here: capability of a campus, reach, the province's mandate. Not here: distances (``places``), the list of
campuses (``sources.universities``), the score.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipeline.policy import Policy

Floats = NDArray[np.float64]


def reach(minutes: ArrayLike, capability: ArrayLike, sigma: float, limit: float) -> Floats:
    """The chance that at least one campus can serve a district.

    ``1 - Π_u (1 - S_u · exp(-t²/2σ²) · [t ≤ T])`` with t ``minutes`` (districts, campuses), S ``capability``
    (campuses,) from 0 to 1, σ ``sigma`` and T ``limit`` in minutes; gives shares (districts,). A missing time
    (NaN) is no reach.

    Raises ``ValueError`` for shapes that do not fit, capability outside [0, 1], negative minutes, sigma ≤ 0.

    One campus of capability 0.8 at the door, then 40 minutes away (0.8 · e^-0.5 = 0.4852), then too far:

    >>> reach([[0], [40], [91]], [0.8], sigma=40, limit=90).round(4).tolist()
    [0.8, 0.4852, 0.0]

    Two campuses of 0.5 at the door: 1 - 0.5 · 0.5.

    >>> reach([[0, 0]], [0.5, 0.5], sigma=40, limit=90).tolist()
    [0.75]
    """
    t, s = np.asarray(minutes, dtype=float), np.asarray(capability, dtype=float)
    if t.ndim != 2 or s.shape != (t.shape[1],):
        raise ValueError(f"minutes {t.shape} must be districts by campuses, capability one per campus")
    if not np.isfinite(s).all() or (s < 0).any() or (s > 1).any():
        raise ValueError("capability must lie between 0 and 1")
    if (t < 0).any() or not sigma > 0:
        raise ValueError("minutes must be 0 or more and sigma above 0")
    with np.errstate(invalid="ignore"):
        chance = np.where(t <= limit, s * np.exp(-(t**2) / (2 * sigma**2)), 0.0)
    return np.asarray(1 - np.prod(1 - chance, axis=1))


def capability(kinds: pd.Series, pieces: ArrayLike, policy: Policy) -> Floats:
    """How able each campus is to be the go-between: by kind, raised by evidence of partnership.

    ``S = 1 - (1 - S_kind)(1 - uplift)^n`` for n ``pieces`` of evidence: each closes a part of what is missing.
    """
    rules = policy.university
    by_kind = kinds.map(rules.capability.model_dump()).to_numpy(dtype=float)
    return np.asarray(1 - (1 - by_kind) * (1 - rules.partnership_uplift) ** np.asarray(pieces, dtype=float))


def minutes_by_road(km: ArrayLike, policy: Policy) -> Floats:
    """Minutes by road from kilometres as the crow flies, where no road data is at hand."""
    rules = policy.university
    return np.asarray(60 * rules.detour * np.asarray(km, dtype=float) / rules.speed_km_per_hour)


@dataclass(frozen=True)
class Serving:
    """Who can serve whom: ``minutes`` and ``nearest`` (each institution's nearest campus) are (districts, campuses);
    ``capability`` and the number of ``pieces`` of evidence behind it (campuses,)."""

    minutes: Floats
    nearest: NDArray[np.bool_]
    capability: Floats
    pieces: NDArray[np.int64]


def serving(universities: pd.DataFrame, partnerships: pd.DataFrame, km: Floats, policy: Policy) -> Serving:
    """Minutes, nearest campuses and capability, from ``km`` (districts, campuses)."""
    counted = partnerships["campus_code"].value_counts()
    pieces = universities["campus_code"].map(counted).fillna(0).to_numpy(dtype=np.int64)
    minutes = minutes_by_road(km, policy)
    return Serving(
        minutes,
        _one_campus_per_institution(minutes, universities["name_th"]),
        capability(universities["kind"], pieces, policy),
        pieces,
    )


def measure(
    districts: pd.DataFrame,
    universities: pd.DataFrame,
    partnerships: pd.DataFrame,
    km: Floats,
    policy: Policy,
) -> pd.DataFrame:
    """Criterion 2 and its parts for every district.

    ``km`` is (districts, campuses), in the order of the two tables. Each institution serves a district
    from its nearest campus; the nearest named is the nearest campus that can serve at all.
    """
    rules = policy.university
    found = serving(universities, partnerships, km, policy)
    able, minutes, nearest_campus = found.capability, found.minutes, found.nearest
    served = reach(np.where(nearest_campus, minutes, np.nan), able, rules.sigma_minutes, rules.limit_minutes)
    ablest = districts["province_code"].map(pd.Series(able).groupby(universities["province_code"].to_numpy()).max())
    mandate = rules.province_mandate * ablest.fillna(0.0).to_numpy()
    strongest = np.where(
        nearest_campus & (minutes <= rules.limit_minutes),
        able * np.exp(-(minutes**2) / (2 * rules.sigma_minutes**2)),
        -1,
    ).argmax(axis=1)
    nearest = np.where(able > 0, minutes, np.inf).argmin(axis=1)
    rows = np.arange(len(districts))
    reached = served > 0
    shown = np.where(reached, strongest, nearest)
    return pd.DataFrame(
        {
            "district_code": districts["district_code"],
            "university": 1 - (1 - served) * (1 - mandate),
            "university_reach": served,
            "university_mandate": mandate,
            "university_nearest": universities["name_th"].to_numpy()[nearest],
            "university_nearest_en": universities["name_en"].to_numpy()[nearest],
            "university_nearest_minutes": np.round(minutes[rows, nearest], 1),
            "university_strongest": universities["name_th"].to_numpy()[shown],
            "university_strongest_en": universities["name_en"].to_numpy()[shown],
            "university_strongest_minutes": np.round(minutes[rows, shown], 1),
            "university_strongest_in_district": universities["district_code"].to_numpy()[shown]
            == districts["district_code"].to_numpy(),
            "universities_in_reach": (nearest_campus & (minutes <= rules.limit_minutes)).sum(axis=1),
            "university_in_district": districts["district_code"].isin(universities["district_code"]),
            "university_in_province": districts["province_code"].isin(universities["province_code"]),
            "minutes_estimated": True,
        }
    )


def _one_campus_per_institution(minutes: Floats, institution: pd.Series) -> NDArray[np.bool_]:
    """True at each institution's nearest campus (the first of equals), districts by campuses."""
    chosen = np.zeros(minutes.shape, dtype=bool)
    codes = pd.factorize(institution)[0]
    for code in range(codes.max() + 1 if codes.size else 0):
        campuses = np.flatnonzero(codes == code)
        chosen[np.arange(len(minutes)), campuses[minutes[:, campuses].argmin(axis=1)]] = True
    return chosen
