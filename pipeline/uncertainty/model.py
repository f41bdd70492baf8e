"""Scores and provinces under draws, by the kernels of ``criteria`` and ``scoring``.

Here: putting the criteria together, districts by draws, in blocks that fit a processor's cache. Not here: formulas,
what is drawn (``choices``). Where nothing is drawn the scores are the published ones, which a test checks.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from pipeline.criteria import under_draws
from pipeline.criteria.draws import BLOCK, Country, Draw, Floats
from pipeline.scoring import ELIGIBLE, bare_power_mean, bare_province_values, bare_status, enough_known
from pipeline.uncertainty.choices import Choices

Result = TypeVar("Result")


class Model:
    """Scores of the districts of a country under any draw.

    Attributes:
        country: the n districts and everything that criteria read.
        policy: the policy of the run.
        criteria: the criteria under draws, by name.
    """

    def __init__(self, country: Country) -> None:
        self.country, self.policy = country, country.policy
        self.criteria = under_draws(country)

    def scores(self, draw: Draw) -> Floats:
        """Compute the scores of the districts under draws.

        Args:
            draw: m draws.

        Returns:
            Points from 0 to 100, (n, m); NaN where the district is not eligible in the draw.
        """
        drawn = [criterion.at(draw) for criterion in self.criteria.values()]
        passes = np.broadcast_to(self.country.may_be_pilot[:, None], (len(self.country.codes), len(draw.rho)))
        for criterion in drawn:
            passes = passes if criterion.passes is None else passes & criterion.passes
        # Most criteria are computed only for the districts that pass in some draw of the block.
        needed = np.flatnonzero(passes.any(axis=1))
        values = np.stack([criterion.values(needed) for criterion in drawn])
        status = bare_status(enough_known(~np.isnan(values), self.policy), passes[needed], np.zeros(1, dtype=bool))
        scores = np.full(passes.shape, np.nan)
        scores[needed] = np.where(status == ELIGIBLE, self.composed(values, draw), np.nan)
        return scores

    def composed(self, values: Floats, draw: Draw) -> Floats:
        """Combine criteria into scores. The weight of a missing criterion goes to the others.

        Args:
            values: (criteria, k, m) from 0 to 1; NaN where missing.
            draw: m draws, with weights and exponents.

        Returns:
            Points from 0 to 100, (k, m).
        """
        floored = np.maximum(values, self.policy.score.floor)
        scores = np.empty(values.shape[1:])
        for rho in np.unique(draw.rho):
            at = draw.rho == rho
            scores[:, at] = bare_power_mean(floored[:, :, at], draw.weights[:, None, at], rho)
        return 100 * scores

    def provinces(self, scores: Floats) -> tuple[Floats, Floats]:
        """Compute the values of the provinces under draws.

        Args:
            scores: points of the n districts, (n, m); NaN where not eligible.

        Returns:
            The values of the provinces in points, (provinces, m), and the score of the last of their best districts, of
            the same shape (0 if they have fewer eligible districts).
        """
        country = self.country
        return bare_province_values(
            scores, country.province, len(country.provinces), self.policy.pilot_districts_per_province
        )


def in_blocks(choices: Choices, u: Floats, work: Callable[[Draw], Result], threads: int) -> list[Result]:
    """Do some work on draws, block by block.

    Args:
        choices: what turns numbers into draws.
        u: (sources, draws) numbers in [0, 1), or NaN.
        work: takes the draws of one block.
        threads: how many blocks are computed at the same time.

    Returns:
        The results of ``work``, one per block of ``BLOCK`` draws, in the order of the draws for any number of threads.
    """
    blocks = [u[:, start : start + BLOCK] for start in range(0, u.shape[1], BLOCK)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda block: work(choices.draw(block)), blocks))
