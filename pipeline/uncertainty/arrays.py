"""What the scores rest on, as arrays: the country as the draws see it.

Here: from tables to arrays, once per run. Not here: what is drawn (``choices``), what a draw gives (``model``).
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from pipeline import places
from pipeline.criteria import poverty as criterion_1
from pipeline.criteria import university as criterion_2
from pipeline.policy import Policy

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
# So many places, in as many strips as cells, stand for a campus of which only the district is known.
STRIPS = 6
PLACES = STRIPS * STRIPS
# The goalposts are looked up between so many steps of the national overlap.
STEPS = 33


@dataclass(frozen=True)
class Pairs:
    """Districts and the campuses that may serve them, sorted by district.

    ``minutes`` is (pairs, PLACES + 1): from each place where the campus may be, at last from where it is recorded;
    infinite beyond the policy's limit.
    """

    district: Indices
    campus: Indices
    minutes: Floats


@dataclass(frozen=True)
class Country:
    """Districts with poverty figures (n,), in the order of their codes; provinces in the order of theirs.

    ``rate`` is the smoothed share poor (at least), ``slack`` what the upper bound adds, ``error`` its standard error;
    ``count`` persons per unit of rate, ``units`` its weight in the national rate. ``measured`` and ``unmeasured`` are
    criterion 3 by systems whose quality is known, and by the others were their quality 1 (NaN: none). ``may`` is false
    where a district can never be a pilot: excluded, or too little known.
    """

    codes: NDArray[np.object_]
    province: Indices
    provinces: NDArray[np.object_]
    rate: Floats
    slack: Floats
    error: Floats
    count: Floats
    units: Floats
    national: float
    neighbours: sparse.csr_array
    may: NDArray[np.bool_]
    pairs: Pairs
    campus_province: Indices
    capability: Floats
    kind_only: NDArray[np.bool_]
    place_known: NDArray[np.bool_]
    measured: Floats
    unmeasured: Floats
    policy: Policy

    @property
    def members(self) -> list[tuple[Indices, Indices]]:
        """For i = 0, 1, ...: the provinces that have an i-th district, and those districts."""
        order = np.argsort(self.province, kind="stable")
        place = np.arange(len(order)) - np.searchsorted(self.province[order], self.province[order])
        return [
            (self.province[order[place == i]], order[place == i])
            for i in range(int(place.max()) + 1 if len(place) else 0)
        ]


def country(
    district_criteria: pd.DataFrame,
    district_scores: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    universities: pd.DataFrame,
    partnerships: pd.DataFrame,
    regions: pd.DataFrame,
    policy: Policy,
) -> Country:
    """The country of one run; all district tables in the order of ``district_code``."""
    has = district_criteria["poverty"].notna().to_numpy()
    f = district_criteria[has].reset_index(drop=True)
    known = criterion_1.figures(f)
    near = places.neighbours(district_shapes, policy.poverty.neighbour_distance_m)[has][:, has]
    provinces = np.sort(regions["province_code"].to_numpy(dtype=object))
    found = criterion_2.serving(universities, partnerships, places.km_to_campuses(f, universities), policy)
    rate, rate_max, error = (
        f[name].to_numpy(dtype=float) / 100
        for name in ("poverty_rate_smoothed_pct", "poverty_rate_max_pct", "poverty_rate_se_pct")
    )
    return Country(
        codes=f["district_code"].to_numpy(dtype=object),
        province=np.searchsorted(provinces, f["province_code"].to_numpy(dtype=object)),
        provinces=provinces,
        rate=rate,
        slack=np.maximum(rate_max - known.rate, 0.0),
        error=error,
        count=known.persons_per_rate,
        units=known.units,
        national=float(f["national_rate_pct"].iloc[0]) / 100 if len(f) else 0.0,
        neighbours=sparse.csr_array(near),
        may=district_scores["status"][has].isin(["eligible", "below_gate"]).to_numpy(),
        pairs=_pairs(f, district_shapes, universities, found, policy),
        campus_province=np.searchsorted(provinces, universities["province_code"].to_numpy(dtype=object)),
        capability=found.capability,
        kind_only=found.pieces == 0,
        place_known=(universities["precision"] == "campus").to_numpy(),
        measured=f["data_system_measured"].to_numpy(dtype=float),
        unmeasured=f["data_system_unmeasured"].to_numpy(dtype=float),
        policy=policy,
    )


def _pairs(
    f: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    universities: pd.DataFrame,
    found: criterion_2.Serving,
    policy: Policy,
) -> Pairs:
    """The pairs of district and campus between which some place of the campus is within the limit."""
    at = places.places_within(district_shapes, universities["district_code"], STRIPS, policy.seed)
    recorded = universities[["lon", "lat"]].to_numpy(dtype=float)
    place_known = (universities["precision"] == "campus").to_numpy()
    at[place_known] = recorded[place_known, None]
    moved = places.km_between(*np.repeat(recorded, PLACES, axis=0).T, *at.reshape(-1, 2).T)
    away = moved.reshape(-1, PLACES).max(axis=1)
    reachable = found.minutes <= policy.university.limit_minutes + criterion_2.minutes_by_road(away, policy)
    district, campus = np.nonzero(found.nearest & reachable)
    centres = f[["centre_lon", "centre_lat"]].to_numpy(dtype=float)
    drawn = places.km_between(*np.repeat(centres[district], PLACES, axis=0).T, *at[campus].reshape(-1, 2).T)
    minutes = np.column_stack(
        [criterion_2.minutes_by_road(drawn.reshape(-1, PLACES), policy), found.minutes[district, campus]]
    )
    minutes[minutes > policy.university.limit_minutes] = np.inf
    within = np.isfinite(minutes).any(axis=1)
    return Pairs(district[within], campus[within], minutes[within])
