"""Scores and provinces under draws, by the kernels of ``criteria`` and ``scoring``.

Here: putting the criteria together, districts by draws, in blocks that fit a processor's cache. Not here: formulas,
what is drawn (``choices``). Where nothing is drawn it gives the published scores, which a test holds.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from pipeline.criteria import under_draws
from pipeline.criteria.draws import BLOCK, Country, Draw, Floats
from pipeline.scoring import ELIGIBLE, bare_power_mean, bare_province_values, bare_status, enough_known
from pipeline.uncertainty.choices import Choices

Answer = TypeVar("Answer")


class Model:
    """Scores of the districts of a country under any draw."""

    def __init__(self, country: Country) -> None:
        self.country, self.policy = country, country.policy
        self.criteria = under_draws(country)

    def scores(self, draw: Draw) -> Floats:
        """Scores (districts, draws) of those that may be a pilot in the draw; NaN for the others."""
        drawn = [criterion.at(draw) for criterion in self.criteria.values()]
        passes = np.broadcast_to(self.country.may_be_pilot[:, None], (len(self.country.codes), len(draw.rho)))
        for criterion in drawn:
            passes = passes if criterion.passes is None else passes & criterion.passes
        # Most criteria are computed only for the districts that pass in some draw of the block.
        asked = np.flatnonzero(passes.any(axis=1))
        values = np.stack([criterion.values(asked) for criterion in drawn])
        status = bare_status(enough_known(~np.isnan(values), self.policy), passes[asked], np.zeros(1, dtype=bool))
        scores = np.full(passes.shape, np.nan)
        scores[asked] = np.where(status == ELIGIBLE, self.composed(values, draw), np.nan)
        return scores

    def composed(self, values: Floats, draw: Draw) -> Floats:
        """Scores (k, m) from the criteria (criteria, k, m); the weight of what is missing goes to the others."""
        held = np.maximum(values, self.policy.score.floor)
        scores = np.empty(values.shape[1:])
        for rho in np.unique(draw.rho):
            at = draw.rho == rho
            scores[:, at] = bare_power_mean(held[:, :, at], draw.weights[:, None, at], rho)
        return 100 * scores

    def provinces(self, scores: Floats) -> tuple[Floats, Floats]:
        """Values of the provinces (provinces, draws), and the score of the last of their best (0: they have fewer)."""
        country = self.country
        return bare_province_values(
            scores, country.province, len(country.provinces), self.policy.pilot_districts_per_province
        )


def in_blocks(choices: Choices, u: Floats, work: Callable[[Draw], Answer], threads: int) -> list[Answer]:
    """``work`` on the draws of ``u`` (sources, draws), block by block, in order for any number of threads."""
    blocks = [u[:, start : start + BLOCK] for start in range(0, u.shape[1], BLOCK)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda block: work(choices.draw(block)), blocks))
