"""The poverty criterion under draws: sampling error, the overlap of the dimensions, the goalposts.

Here: what a draw changes. Not here: the formulas (``criteria.poverty``, ``criteria.clusters``).
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pipeline.criteria.clusters import Neighbours, bare_gi_star, bare_hot_spots, least_z
from pipeline.criteria.draws import BLOCK, Country, Draw, Drawn, Floats, Stream, UnderDraws, Versions
from pipeline.criteria.poverty import bare_concentrated, bare_parts, bare_poverty, poverty_figures
from pipeline.policy.criterion_sections import Poverty

# Goalposts are interpolated between this many steps of the overlap.
STEPS = 33


class PovertyUnderDraws(UnderDraws):
    """The poverty criterion of the n districts of a country, and its gate.

    Attributes:
        rate: (n,) the smoothed share poor, lower bound.
        slack: (n,) what the upper bound adds to it, a share.
        error: (n,) the standard error of the rate, a share.
        persons_per_rate: (n,) the rate times this is the number of poor persons.
        units: (n,) the weight of each district in the national rate: persons or households.
    """

    def __init__(self, name: str, country: Country) -> None:
        super().__init__(name, country)
        self.rules = country.policy.poverty
        known = poverty_figures(country.districts)
        self.rate, rate_max, self.error = (
            country.column(column) / 100
            for column in ("poverty_rate_smoothed_pct", "poverty_rate_max_pct", "poverty_rate_se_pct")
        )
        self.slack = np.maximum(rate_max - known.rate, 0.0)
        self.persons_per_rate, self.units = known.persons_per_rate, known.units
        # The national rate of smoothed figures, times this, is the published one.
        smoothed = float((self.units * self.rate).sum())
        self._national = float(country.column("national_rate_pct")[0]) / 100 / smoothed if smoothed > 0 else 0.0
        self._neighbours = Neighbours.of(country.neighbours)
        self._least_z = least_z(len(self.rate), self.rules.hot_spot_q)
        self._goalposts = Goalposts(self.rate, self.slack, self.persons_per_rate, self.rules)

    @property
    def versions(self) -> Mapping[str, Callable[[Stream], Versions]]:
        return {"sampling": self._factors}

    def _factors(self, stream: Stream) -> Versions:
        """Factors of mean 1 on each district's rate, (draws, n): Gamma with the rate's standard error.

        With household rows that is the posterior of the rate. A Gamma factor also keeps every rate at 0 or above.
        """
        spread = np.divide(self.error, self.rate, out=np.zeros_like(self.rate), where=self.rate > 0)
        shape = np.where(spread > 0, 1 / np.maximum(spread, 1e-3) ** 2, 1.0).astype(np.float32)
        factors = np.ones((stream.draws, len(shape)), dtype=np.float32)

        def fill(start: int, chance: np.random.SeedSequence) -> None:
            block = factors[start : start + BLOCK]
            drawn = np.random.default_rng(chance).standard_gamma(shape, block.shape, dtype=np.float32)
            np.divide(drawn, shape, out=block, where=spread > 0)

        starts = range(0, stream.draws, BLOCK)
        with ThreadPoolExecutor(stream.threads) as pool:
            list(pool.map(fill, starts, stream.seed.spawn(len(starts))))
        return Versions(factors, 1.0)

    def rates(self, draw: Draw) -> Floats:
        """Compute the share poor under draws: the smoothed rate times its factor, plus a part of the slack, at most 1.

        Args:
            draw: m draws, with ``sampling`` (the factors) and ``overlap`` (the part of the slack).

        Returns:
            Shares, (n, m).
        """
        overlap = draw.between("overlap", 0.0, 1.0, 0.0)
        return np.minimum(self.rate[:, None] * draw["sampling"] + overlap * self.slack[:, None], 1.0)

    def goalposts(self, draw: Draw) -> tuple[Floats, Floats]:
        """Compute the goalposts under draws.

        Args:
            draw: m draws, with ``goalposts`` and ``overlap``.

        Returns:
            The goalpost of the rate (a share) and that of the count (persons), (m,) each.
        """
        percentile = draw.between(
            "goalposts", *self.country.policy.uncertainty.goalpost_percentiles, self.rules.goalpost_percentile
        )
        return self._goalposts.at(draw.between("overlap", 0.0, 1.0, 0.0), percentile)

    def at(self, draw: Draw) -> Drawn:
        """Compute the poverty criterion under draws, and where poverty is concentrated.

        Args:
            draw: m draws.

        Returns:
            The criterion, and whether each district passes the gate, (n, m).
        """
        rate = self.rates(draw)
        z = bare_gi_star(rate, self._neighbours)
        national = self._national * (self.units[:, None] * rate).sum(axis=0)
        concentrated = bare_concentrated(rate, national, bare_hot_spots(z, self._least_z), self.rules.gate)
        parts = bare_parts(rate, rate * self.persons_per_rate[:, None], z, *self.goalposts(draw), self.rules)
        poverty = bare_poverty(parts, self.rules)
        return Drawn(lambda districts: poverty[districts], concentrated)


class Goalposts:
    """Goalposts of rate and count at other percentiles, and for the rates that the overlap of a draw gives.

    A goalpost is the policy's goalpost times the ratio of two percentiles of the figures: the percentile of the draw at
    the overlap of the draw, and the policy's percentile at no overlap.
    """

    def __init__(self, rate: Floats, slack: Floats, persons_per_rate: Floats, rules: Poverty) -> None:
        self.rules = rules
        rates = rate + np.linspace(0, 1, STEPS)[:, None] * slack
        self._rates, self._counts = np.sort(rates, axis=1), np.sort(rates * persons_per_rate, axis=1)

    def at(self, overlap: Floats, percentile: Floats) -> tuple[Floats, Floats]:
        """Compute the goalposts of m draws.

        Args:
            overlap: (m,) the part of the slack that is added to the rates, from 0 to 1.
            percentile: (m,) of the n figures, from 0 to 100.

        Returns:
            The goalpost of the rate (a share) and that of the count (persons), (m,) each.
        """
        rate, count = (self._ratio(ordered, overlap, percentile) for ordered in (self._rates, self._counts))
        return self.rules.rate_goalpost_pct / 100 * rate, self.rules.count_goalpost_persons * count

    def _ratio(self, ordered: Floats, overlap: Floats, percentile: Floats) -> Floats:
        if not ordered.size:
            return np.ones_like(overlap)
        drawn = _quantile(ordered, overlap, percentile)
        nominal = _quantile(ordered, np.zeros(1), np.array([self.rules.goalpost_percentile]))[0]
        return np.divide(drawn, nominal, out=np.ones_like(drawn), where=(nominal > 0) & (drawn > 0))


def _quantile(ordered: Floats, overlap: Floats, percentile: Floats) -> Floats:
    """Type-7 quantiles of the rows of ``ordered`` (STEPS, n), linear between the steps of the overlap: (m,)."""
    at, step = (ordered.shape[1] - 1) * percentile / 100, overlap * (STEPS - 1)
    low, row = (np.floor(x).astype(np.int64) for x in (at, step))
    high, below = np.minimum(low + 1, ordered.shape[1] - 1), np.minimum(row + 1, STEPS - 1)
    upper, lower = (ordered[r, low] + (at - low) * (ordered[r, high] - ordered[r, low]) for r in (row, below))
    return upper + (step - row) * (lower - upper)
