"""What is uncertain, and how it is drawn.

Here: the sources of uncertainty, one uniform number each, and from these the values a draw works with. Not here: what a
draw does to scores (``model``).

Each source is one number u in [0, 1), so that sources are independent of each other even where what they stand for is
not (three weights that sum to 1): u picks one of the versions drawn beforehand, or a value between two bounds. NaN
stands for the value the policy says.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.uncertainty.arrays import PLACES, STEPS, Country, Floats
from pipeline.uncertainty.ranges import draw_weights

Small = NDArray[np.float32]

SOURCES = (
    "sampling",
    "overlap",
    "weights",
    "exponent",
    "decay",
    "goalposts",
    "campus_place",
    "campus_capability",
    "system_quality",
)
# Those of which there are as many versions as draws, each many numbers at once.
VERSIONED = ("sampling", "weights", "campus_place", "campus_capability", "system_quality")
BLOCK = 250


@dataclass(frozen=True)
class Draw:
    """The values of m draws: (m,) where one number each, (m columns) where one per district, campus or province.

    ``quality`` is NaN where the policy's value stands.
    """

    noise: Floats
    overlap: Floats
    weights: Floats
    rho: Floats
    sigma: Floats
    rate_goalpost: Floats
    count_goalpost: Floats
    place: NDArray[np.int64]
    capability: Floats
    quality: Floats


class Choices:
    """The versions of all that is uncertain about a country, drawn once from the policy's seed."""

    def __init__(self, of: Country, threads: int) -> None:
        rules, self.of = of.policy.uncertainty, of
        self.draws = rules.draws
        seeds = dict(zip(SOURCES, np.random.SeedSequence(of.policy.seed).spawn(len(SOURCES)), strict=True))
        self._noise = self._noises(seeds["sampling"], threads)
        self._weights = draw_weights(
            of.policy.nominal_weights,
            rules.weights_concentration,
            self.draws,
            int(seeds["weights"].generate_state(1)[0]),
        )
        campuses = len(of.capability)
        place = np.random.default_rng(seeds["campus_place"]).integers(0, PLACES, (self.draws, campuses), dtype=np.int8)
        self._place = np.where(of.place_known, np.int8(PLACES), place)
        chance = np.random.default_rng(seeds["campus_capability"]).random((self.draws, campuses), dtype=np.float32)
        moved = of.capability + rules.capability_spread * (2 * chance - 1) * of.kind_only
        self._capability = np.clip(moved, 0, 1).astype(np.float32)
        shape = (self.draws, len(of.provinces))
        self._quality = np.random.default_rng(seeds["system_quality"]).random(shape, dtype=np.float32)
        self._plain = seeds["overlap"]
        self._goalposts = _Goalposts(of)

    def _noises(self, seed: np.random.SeedSequence, threads: int) -> Small:
        """Factors of mean 1 on each district's rate, (draws, n): Gamma with the rate's standard error.

        With household rows that is the posterior of the rate; and no rate falls below 0.
        """
        spread = np.divide(self.of.error, self.of.rate, out=np.zeros_like(self.of.rate), where=self.of.rate > 0)
        shape = np.where(spread > 0, 1 / np.maximum(spread, 1e-3) ** 2, 1.0).astype(np.float32)
        noise = np.ones((self.draws, len(shape)), dtype=np.float32)

        def fill(start: int, chance: np.random.SeedSequence) -> None:
            block = noise[start : start + BLOCK]
            drawn = np.random.default_rng(chance).standard_gamma(shape, block.shape, dtype=np.float32)
            np.divide(drawn, shape, out=block, where=spread > 0)

        starts = range(0, self.draws, BLOCK)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, starts, seed.spawn(len(starts))))
        return noise

    def uniforms(self) -> Floats:
        """One number per source and draw, (sources, draws): each version once, all else at random."""
        u = np.random.default_rng(self._plain).random((len(SOURCES), self.draws))
        for name in VERSIONED:
            u[SOURCES.index(name)] = (np.arange(self.draws) + 0.5) / self.draws
        return u

    def draw(self, u: Floats) -> Draw:
        """The values for each column of ``u`` (sources, m)."""
        policy, rules = self.of.policy, self.of.policy.uncertainty
        by = dict(zip(SOURCES, u, strict=True))
        m = u.shape[1]

        def version(name: str, table: NDArray[np.generic], nominal: NDArray[np.generic] | float) -> Floats:
            asked = by[name]
            stays = np.isnan(asked)
            if stays.all():
                return np.broadcast_to(np.asarray(nominal, dtype=float), (m, table.shape[1])).T
            chosen = table[(np.where(stays, 0, asked) * self.draws).astype(np.int64)].T
            return np.where(stays, np.broadcast_to(nominal, (m, table.shape[1])).T, chosen)

        def value(name: str, low: float, high: float, nominal: float) -> Floats:
            return np.where(np.isnan(by[name]), nominal, low + (high - low) * by[name])

        exponents = np.array(rules.rho)
        stays = np.isnan(by["exponent"])
        picked = exponents[(np.where(stays, 0, by["exponent"]) * len(exponents)).astype(np.int64)]
        overlap = value("overlap", 0.0, 1.0, 0.0)
        percentile = value("goalposts", *rules.goalpost_percentiles, policy.poverty.goalpost_percentile)
        rate_goalpost, count_goalpost = self._goalposts.at(overlap, percentile)
        return Draw(
            noise=version("sampling", self._noise, 1.0),
            overlap=overlap,
            weights=version("weights", self._weights, np.array(policy.nominal_weights)),
            rho=np.where(stays, policy.score.rho, picked),
            sigma=value("decay", *rules.sigma_minutes, policy.university.sigma_minutes),
            rate_goalpost=rate_goalpost,
            count_goalpost=count_goalpost,
            place=version("campus_place", self._place, PLACES).astype(np.int64),
            capability=version("campus_capability", self._capability, self.of.capability),
            quality=version("system_quality", self._quality, np.nan),
        )


class _Goalposts:
    """Goalposts of rate and count at another percentile, and for the measure that a draw's overlap gives.

    The policy's goalpost times what that percentile of the figures is to the policy's percentile at no overlap.
    """

    def __init__(self, of: Country) -> None:
        self.rules = of.policy.poverty
        steps = np.linspace(0, 1, STEPS)[:, None]
        rates = of.rate + steps * of.slack
        self.ordered = [np.sort(rates, axis=1), np.sort(rates * of.count, axis=1)]

    def at(self, overlap: Floats, percentile: Floats) -> tuple[Floats, Floats]:
        rate, count = (self._times(ordered, overlap, percentile) for ordered in self.ordered)
        return self.rules.rate_goalpost_pct / 100 * rate, self.rules.count_goalpost_persons * count

    def _times(self, ordered: Floats, overlap: Floats, percentile: Floats) -> Floats:
        if not ordered.size:
            return np.ones_like(overlap)
        drawn = self._quantile(ordered, overlap, percentile)
        said = self._quantile(ordered, np.zeros(1), np.array([self.rules.goalpost_percentile]))[0]
        return np.divide(drawn, said, out=np.ones_like(drawn), where=(said > 0) & (drawn > 0))

    @staticmethod
    def _quantile(ordered: Floats, overlap: Floats, percentile: Floats) -> Floats:
        """Type-7 quantiles, linear between the steps of the overlap."""
        at, step = (ordered.shape[1] - 1) * percentile / 100, overlap * (STEPS - 1)
        low, row = (np.floor(x).astype(np.int64) for x in (at, step))
        high, below = np.minimum(low + 1, ordered.shape[1] - 1), np.minimum(row + 1, STEPS - 1)
        upper, lower = (ordered[r, low] + (at - low) * (ordered[r, high] - ordered[r, low]) for r in (row, below))
        return upper + (step - row) * (lower - upper)
