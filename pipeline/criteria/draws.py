"""The interface of a criterion under draws.

Here: the country under draws, the values of some draws, a criterion that keeps its stored value. Not here: how
numbers are drawn and what ranks follow (``uncertainty``), the formulas of each criterion (its own modules).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from pipeline.policy import Policy

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]
# Draws are computed in blocks of this many, which fit a processor's cache.
BLOCK = 250


@dataclass(frozen=True)
class Country:
    """The n districts whose concentration of poverty is known, in the order of their codes.

    Attributes:
        districts: the rows of ``district_criteria``.
        shapes: the outlines of all districts.
        universities: every campus.
        partnerships: evidence of partnership, by campus.
        provinces: codes of all provinces, sorted.
        neighbours: (n, n) of 0 and 1, each district a neighbour of itself.
        may_be_pilot: (n,) false where a district is a pilot in no draw: excluded, or too little is known.
        policy: the policy of the run.
    """

    districts: pd.DataFrame
    shapes: gpd.GeoDataFrame
    universities: pd.DataFrame
    partnerships: pd.DataFrame
    provinces: NDArray[np.object_]
    neighbours: sparse.csr_array
    may_be_pilot: Flags
    policy: Policy

    @cached_property
    def codes(self) -> NDArray[np.object_]:
        """Codes of the districts, (n,)."""
        return self.districts["district_code"].to_numpy(dtype=object)

    @cached_property
    def province(self) -> Indices:
        """Position of each district's province in ``provinces``, (n,)."""
        return self.province_of(self.districts["province_code"])

    def province_of(self, codes: pd.Series) -> Indices:
        """Find the positions of province codes in ``provinces``.

        Args:
            codes: (k,) codes of two digits, all of them in ``provinces``.

        Returns:
            Positions, (k,).
        """
        return np.searchsorted(self.provinces, codes.to_numpy(dtype=object))

    def column(self, name: str) -> Floats:
        """Take a column of ``districts`` as numbers.

        Args:
            name: a numeric column of ``district_criteria``.

        Returns:
            (n,) in the unit of the column; NaN where a cell is empty.
        """
        return self.districts[name].to_numpy(dtype=float, na_value=np.nan)


@dataclass(frozen=True)
class Stream:
    """What versions are made from.

    Attributes:
        seed: of the random stream of one uncertain quantity.
        draws: how many versions to make.
        threads: how many may work at the same time; the versions are the same for any number.
    """

    seed: np.random.SeedSequence
    draws: int
    threads: int


@dataclass(frozen=True)
class Versions:
    """As many versions of many numbers as there are draws.

    Attributes:
        table: (draws, columns), one version per row.
        nominal: the value where nothing is drawn: one number, or one per column.
    """

    table: NDArray[np.generic]
    nominal: NDArray[np.generic] | float

    def at(self, u: Floats) -> Floats:
        """Pick one version per draw.

        Args:
            u: (m,) numbers in [0, 1): the share of the table above the version that is picked; NaN picks ``nominal``.

        Returns:
            The versions, (columns, m).

        >>> Versions(np.array([[1.0, 2.0], [3.0, 4.0]]), 0.0).at(np.array([0.0, 0.5, np.nan])).tolist()
        [[1.0, 3.0, 0.0], [2.0, 4.0, 0.0]]
        """
        keeps = np.isnan(u)
        nominal = np.broadcast_to(np.asarray(self.nominal, dtype=float), (len(u), self.table.shape[1])).T
        if keeps.all():
            return nominal
        picked = self.table[(np.where(keeps, 0, u) * len(self.table)).astype(np.int64)].T
        return np.where(keeps, nominal, picked)


@dataclass(frozen=True)
class Draw:
    """The values of m draws.

    Attributes:
        weights: (criteria, m), each column sums to 1.
        rho: (m,) exponents of the power mean.
        values: for everything uncertain about a criterion, by its name: the version picked, (columns, m), or a number
            in [0, 1), (m,), which ``between`` turns into a value; NaN where nothing is drawn.
    """

    weights: Floats
    rho: Floats
    values: Mapping[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.values[name]

    def between(self, name: str, low: float, high: float, nominal: float) -> Floats:
        """Draw a value evenly between two bounds.

        Args:
            name: an uncertain quantity that is declared without versions.
            low: the value at the number 0.
            high: the value that the number 1 would give, in the same unit.
            nominal: the policy's value, in the same unit; it is used where nothing is drawn.

        Returns:
            Values, (m,), in the unit of the bounds.

        >>> draw = Draw(np.ones((1, 2)), np.zeros(2), {"decay": np.array([0.5, np.nan])})
        >>> draw.between("decay", 20, 60, 30).tolist()
        [40.0, 30.0]
        """
        u = self.values[name]
        return np.where(np.isnan(u), nominal, low + (high - low) * u)


class Drawn(NamedTuple):
    """A criterion under m draws.

    Attributes:
        values: the criterion of some districts, given as k rising positions: (k, m); NaN where there is no value.
        passes: (n, m) whether a district may be a pilot; None where the criterion has no gate.
    """

    values: Callable[[Indices], Floats]
    passes: Flags | None = None


class UnderDraws:
    """A criterion under draws. This base class keeps the stored value in every draw.

    A criterion with uncertainty of its own overrides ``values``, and ``versions`` where it needs many numbers per draw.
    A criterion that also has a gate overrides ``at``.

    Attributes:
        name: the name of the criterion, which is also its column.
        country: the districts and everything that criteria read.
    """

    def __init__(self, name: str, country: Country) -> None:
        self.name, self.country = name, country

    @property
    def versions(self) -> Mapping[str, Callable[[Stream], Versions]]:
        """What makes the versions of everything that the criterion declares with ``versions=True``, by name."""
        return {}

    def values(self, draw: Draw, districts: Indices) -> Floats:
        """Compute the criterion of some districts under draws.

        Args:
            draw: m draws.
            districts: (k,) rising positions in the country.

        Returns:
            Values from 0 to 1, (k, m); NaN where there is no value.
        """
        stored = self.country.column(self.name)[districts]
        return np.broadcast_to(stored[:, None], (len(stored), len(draw.rho)))

    def at(self, draw: Draw) -> Drawn:
        """Compute the criterion under draws, with its gate if it has one.

        Args:
            draw: m draws.

        Returns:
            The criterion: a function that computes it for some districts, and who passes the gate.
        """
        return Drawn(lambda districts: self.values(draw, districts))
