"""The university criterion under draws: how far a university reaches, where its campus is, how able it is.

Here: what a draw changes. Not here: the formulas (``criteria.university``), distances (``places``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline import places
from pipeline.criteria.draws import Country, Draw, Floats, Indices, Stream, UnderDraws, Versions
from pipeline.criteria.university import (
    Serving,
    bare_ablest,
    bare_university,
    bare_unserved,
    minutes_by_road,
    serving,
)

# Possible places of a campus of which only the district is known: PLACES of them, in STRIPS strips of equal size.
STRIPS = 6
PLACES = STRIPS * STRIPS


@dataclass(frozen=True)
class Pairs:
    """Districts and the campuses that may serve them, sorted by district.

    Attributes:
        district: (pairs,) positions.
        campus: (pairs,) positions.
        minutes: (pairs, PLACES + 1) from each place where the campus may be, and last from where it is recorded;
            infinite beyond the policy's limit.
    """

    district: Indices
    campus: Indices
    minutes: Floats


class UniversityUnderDraws(UnderDraws):
    """The university criterion of the n districts of a country.

    Attributes:
        pairs: districts and campuses.
        capability: (campuses,) by kind and evidence.
        kind_only: (campuses,) no evidence: only the kind of the campus is known.
        place_known: (campuses,) the place of the campus is known, not only its district.
        campus_province: (campuses,) positions of their provinces.
    """

    def __init__(self, name: str, country: Country) -> None:
        super().__init__(name, country)
        self.rules = country.policy.university
        universities = country.universities
        km = places.km_to_campuses(country.districts, universities)
        found = serving(universities, country.partnerships, km, country.policy)
        self.capability, self.kind_only = found.capability, found.pieces == 0
        self.place_known = (universities["precision"] == "campus").to_numpy()
        self.campus_province = country.province_of(universities["province_code"])
        self.pairs = _pairs_in_reach(country, found)
        self._half_square = self.pairs.minutes**2 / 2

    @property
    def versions(self) -> Mapping[str, Callable[[Stream], Versions]]:
        return {"campus_place": self._places, "campus_capability": self._capabilities}

    def _places(self, stream: Stream) -> Versions:
        """Positions among the places of each campus, (draws, campuses); the last where the place is known."""
        shape = (stream.draws, len(self.capability))
        place = np.random.default_rng(stream.seed).integers(0, PLACES, shape, dtype=np.int8)
        return Versions(np.where(self.place_known, np.int8(PLACES), place), PLACES)

    def _capabilities(self, stream: Stream) -> Versions:
        """Capability of each campus, (draws, campuses): evenly around that of its kind where only that is known."""
        shape = (stream.draws, len(self.capability))
        chance = np.random.default_rng(stream.seed).random(shape, dtype=np.float32)
        spread = self.country.policy.uncertainty.capability_spread
        moved = self.capability + spread * (2 * chance - 1) * self.kind_only
        return Versions(np.clip(moved, 0, 1).astype(np.float32), self.capability)

    def values(self, draw: Draw, districts: Indices) -> Floats:
        """Compute the university criterion of some districts under draws.

        Args:
            draw: m draws, with ``decay`` and the place and capability of each campus.
            districts: (k,) rising positions in the country.

        Returns:
            Values from 0 to 1, (k, m).
        """
        country, able = self.country, draw["campus_capability"]
        sigma = draw.between("decay", *country.policy.uncertainty.sigma_minutes, self.rules.sigma_minutes)
        position = np.full(len(country.codes), -1)
        position[districts] = np.arange(len(districts))
        pair = np.flatnonzero(position[self.pairs.district] >= 0)
        campus = self.pairs.campus[pair]
        place = draw["campus_place"].astype(np.int64)[campus]
        half_square = np.take_along_axis(self._half_square[pair], place, axis=1)
        unserved = bare_unserved(half_square, able[campus], sigma, position[self.pairs.district[pair]], len(districts))
        ablest = bare_ablest(able, self.campus_province, len(country.provinces))
        return bare_university(unserved, (self.rules.province_mandate * ablest)[country.province[districts]])


def _pairs_in_reach(country: Country, found: Serving) -> Pairs:
    """Find the pairs of district and campus for which some place of the campus is within the policy's limit of minutes.

    The first, cheap test adds the greatest distance that a campus can move to the distance from its recorded place.
    """
    universities, policy = country.universities, country.policy
    at = places.places_within(country.shapes, universities["district_code"], STRIPS, policy.seed)
    recorded = universities[["lon", "lat"]].to_numpy(dtype=float)
    place_known = (universities["precision"] == "campus").to_numpy()
    at[place_known] = recorded[place_known, None]
    moved = places.km_between(*np.repeat(recorded, PLACES, axis=0).T, *at.reshape(-1, 2).T)
    farthest = moved.reshape(-1, PLACES).max(axis=1)
    reachable = found.minutes <= policy.university.limit_minutes + minutes_by_road(farthest, policy)
    district, campus = np.nonzero(found.nearest & reachable)
    centres = country.districts[["centre_lon", "centre_lat"]].to_numpy(dtype=float)
    drawn = places.km_between(*np.repeat(centres[district], PLACES, axis=0).T, *at[campus].reshape(-1, 2).T)
    minutes = np.column_stack([minutes_by_road(drawn.reshape(-1, PLACES), policy), found.minutes[district, campus]])
    minutes[minutes > policy.university.limit_minutes] = np.inf
    within = np.isfinite(minutes).any(axis=1)
    return Pairs(district[within], campus[within], minutes[within])
