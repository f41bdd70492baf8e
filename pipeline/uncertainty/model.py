"""Scores under a draw: the same formulas as ``criteria`` and ``scoring``, for many draws at once.

Here: districts by draws, in blocks that fit a processor's cache. Not here: what is drawn (``choices``). At the policy's
own values it gives the published scores: a test holds it against them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pipeline.uncertainty.arrays import Country, Floats, Indices
from pipeline.uncertainty.choices import BLOCK, Choices, Draw

Answer = TypeVar("Answer")
Flags = NDArray[np.bool_]


class Model:
    """Scores of the districts of a country under any draw."""

    def __init__(self, of: Country) -> None:
        self.of, self.policy = of, of.policy
        n = len(of.rate)
        degree = np.asarray(of.neighbours.sum(axis=1)).ravel()
        self._degree = degree[:, None]
        self._spread = np.sqrt(np.maximum(0.0, (n * degree - degree**2) / max(n - 1, 1)))[:, None]
        # z beyond which k of n tests pass Benjamini-Hochberg, for k = 0 to n.
        passing = np.arange(n + 1) / max(n, 1)
        self._z_of_k = -ndtri(self.policy.poverty.hot_spot_q * passing / 2)
        self._members = of.members
        self._half_square = of.pairs.minutes**2 / 2
        self._by_province = np.argsort(of.campus_province, kind="stable")
        self._with_campus, self._campus_starts = np.unique(of.campus_province[self._by_province], return_index=True)
        raw = float((of.units * of.rate).sum())
        self._national = of.national / raw if raw > 0 else 0.0

    def scores(self, draw: Draw) -> Floats:
        """Scores (districts, draws) of those that may be a pilot in the draw; NaN for the others."""
        poverty, concentrated = self.poverty(draw)
        eligible = concentrated & self.of.may[:, None]
        # Most of the work is for the other two criteria: it is left out where no draw of the block asks for it.
        asked = np.flatnonzero(eligible.any(axis=1))
        criteria = np.stack([poverty[asked], self.university(draw, asked), self.data_system(draw, asked)])
        scores = np.full(poverty.shape, np.nan)
        scores[asked] = np.where(eligible[asked], self._mean(criteria, draw), np.nan)
        return scores

    def poverty(self, draw: Draw) -> tuple[Floats, Flags]:
        """Criterion 1, and whether poverty concentrates there."""
        of, rules = self.of, self.policy.poverty
        rate = np.minimum(of.rate[:, None] * draw.noise + draw.overlap * of.slack[:, None], 1.0)
        z = self._gi_star(rate)
        gate = rules.gate.times_national_rate * self._national * (of.units[:, None] * rate).sum(axis=0)
        concentrated = rate > gate
        if rules.gate.hot_spot_opens:
            concentrated |= self._hot_spots(z)
        whole = rules.parts.rate * np.minimum(rate / draw.rate_goalpost, 1.0)
        whole += rules.parts.count * np.minimum(rate * of.count[:, None] / draw.count_goalpost, 1.0)
        whole += rules.parts.cluster * np.clip(z / rules.cluster_goalpost_z, 0.0, 1.0)
        return whole, concentrated

    def _gi_star(self, rate: Floats) -> Floats:
        if not len(rate):
            return rate
        excess = self.of.neighbours @ rate - rate.mean(axis=0) * self._degree
        spread = self._spread * rate.std(axis=0)
        return np.divide(excess, spread, out=np.zeros_like(excess), where=spread > 1e-12)

    def _hot_spots(self, z: Floats) -> Flags:
        """Benjamini-Hochberg without sorting: from k = n down to the largest k of which k pass."""
        high = np.abs(z)
        k = np.full(z.shape[1], len(z))
        while True:
            passed = np.count_nonzero(high >= self._z_of_k[k], axis=0)
            if (passed >= k).all():
                return z >= np.where(k > 0, self._z_of_k[k], np.inf)
            k = np.minimum(passed, k)

    def university(self, draw: Draw, districts: Indices) -> Floats:
        """Criterion 2 of some districts, in rising order."""
        of, rules = self.of, self.policy.university
        wanted = np.zeros(len(of.rate), dtype=bool)
        wanted[districts] = True
        pair = np.flatnonzero(wanted[of.pairs.district])
        campus = of.pairs.campus[pair]
        chance = np.take_along_axis(self._half_square[pair], draw.place[campus], axis=1)
        chance /= -(draw.sigma**2)
        np.exp(chance, out=chance)
        chance *= draw.capability[campus]
        np.subtract(1.0, chance, out=chance)
        none = np.ones((len(of.rate), len(draw.sigma)))
        served, starts = np.unique(of.pairs.district[pair], return_index=True)
        if len(starts):
            none[served] = np.multiply.reduceat(chance, starts, axis=0)
        ablest = np.zeros((len(of.provinces), len(draw.sigma)))
        if len(self._campus_starts):
            sorted_by_province = draw.capability[self._by_province]
            ablest[self._with_campus] = np.maximum.reduceat(sorted_by_province, self._campus_starts, axis=0)
        return 1 - none[districts] * (1 - rules.province_mandate * ablest)[of.province[districts]]

    def data_system(self, draw: Draw, districts: Indices) -> Floats:
        """Criterion 3 of some districts; NaN where no system covers one and the draw says nothing."""
        of, (low, high) = self.of, self.policy.uncertainty.unknown_quality
        said = self.policy.data_system.unknown_quality
        quality = np.where(np.isnan(draw.quality), said, low + (high - low) * draw.quality)
        measured, unmeasured, province = of.measured[districts], of.unmeasured[districts], of.province[districts]
        value = np.fmax(measured[:, None], unmeasured[:, None] * quality[province])
        bare = np.isnan(measured) & np.isnan(unmeasured)
        value[bare] = draw.quality[province[bare]]
        return value

    def _mean(self, criteria: Floats, draw: Draw) -> Floats:
        """The weighted power mean; what is missing leaves its weight to the others."""
        missing = np.isnan(criteria[2])
        held = np.maximum(criteria, self.policy.score.floor)
        scores = np.empty_like(missing, dtype=float)
        for rho in np.unique(draw.rho):
            at = draw.rho == rho
            scores[:, at] = _power_mean(held[:, :, at], draw.weights[:, at], rho)
        for i, j in zip(*np.nonzero(missing), strict=True):
            scores[i, j] = _power_mean(held[:2, i, j], draw.weights[:2, j] / draw.weights[:2, j].sum(), draw.rho[j])
        return 100 * scores

    def provinces(self, scores: Floats) -> tuple[Floats, Floats]:
        """Values of the provinces (provinces, draws), and the score of the last of their best (0: they have fewer)."""
        n = self.policy.pilot_districts_per_province
        best = np.zeros((n, len(self.of.provinces), scores.shape[1]))
        known = np.nan_to_num(scores)
        for province, district in self._members:
            new = known[district]
            for i in range(n):
                held = best[i, province]
                best[i, province] = np.maximum(held, new)
                new = np.minimum(held, new)
        return best.sum(axis=0) / n, best[-1]


def _power_mean(values: Floats, weights: Floats, rho: float) -> Floats:
    """``scoring.power_mean`` over the first axis, for values already above 0."""
    w = weights[:, None, :] if values.ndim == 3 else weights
    if abs(rho) < 1e-9:
        return np.asarray(np.exp((w * np.log(values)).sum(axis=0)))
    if rho == 1:
        return np.asarray((w * values).sum(axis=0))
    return np.asarray(((w * values**rho).sum(axis=0)) ** (1 / rho))


def in_blocks(choices: Choices, u: Floats, work: Callable[[Draw], Answer], threads: int) -> list[Answer]:
    """``work`` on the draws of ``u`` (sources, draws), a block of them at a time, in order whatever the threads."""
    blocks = [u[:, start : start + BLOCK] for start in range(0, u.shape[1], BLOCK)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda block: work(choices.draw(block)), blocks))
