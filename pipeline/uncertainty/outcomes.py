"""The outcomes of draws: ranks, and which districts and provinces are chosen.

Here: from scores under draws to ranks and shares. Not here: scores (``model``), tables (``rank_tables``).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.criteria.draws import Draw, Floats
from pipeline.uncertainty.choices import Choices
from pipeline.uncertainty.model import Model, in_blocks
from pipeline.uncertainty.ranges import Ranks, ranks_by_draw


@dataclass(frozen=True)
class Outcome:
    """Ranks and choices of some draws. Vectors are counts of draws for one block, and shares for all draws.

    Attributes:
        ranks: of districts, (draws, districts).
        eligible: draws in which a district is eligible, (districts,).
        first: draws in which it is among the first districts, as many as there are pilot districts, (districts,).
        pilot: draws in which it is a pilot district of a listed province, (districts,).
        province_values: (draws, provinces), in points.
        province_ranks: (draws, provinces).
        listed: draws in which a province is listed, (provinces,).
    """

    ranks: Ranks
    eligible: Floats
    first: Floats
    pilot: Floats
    province_values: NDArray[np.float32]
    province_ranks: Ranks
    listed: Floats


def _lower_code_first(points: Floats) -> Floats:
    """Make scores or values (places, draws) unequal: of equals the lower code comes first.

    Equal scores do occur: where poverty is at its goalposts, and university and data system are those of the province.
    """
    return points - 1e-9 * np.arange(len(points))[:, None]


def outcome(model: Model, draw: Draw) -> Outcome:
    """Compute ranks and choices of a block of draws.

    Args:
        model: scores under draws.
        draw: the m draws of the block.

    Returns:
        Ranks of districts and provinces, and counts of draws.
    """
    policy = model.policy
    scores = model.scores(draw)
    chosen_by = _lower_code_first(scores)
    values, last = model.provinces(chosen_by)
    listed = (ranks_by_draw(_lower_code_first(values).T) <= policy.shortlist_provinces) & (values.T > 0)
    ranks = ranks_by_draw(scores.T)
    has = np.isfinite(scores)
    province = model.country.province
    return Outcome(
        ranks,
        eligible=has.sum(axis=1),
        first=(has & (policy.shortlist_provinces * policy.pilot_districts_per_province >= ranks.T)).sum(axis=1),
        pilot=(has & (chosen_by >= last[province]) & listed.T[province]).sum(axis=1),
        province_values=values.T.astype(np.float32),
        province_ranks=ranks_by_draw(np.where(values > 0, values, np.nan).T),
        listed=listed.sum(axis=0),
    )


def _joined(blocks: list[Outcome]) -> Outcome:
    """Join the outcomes of blocks of draws; counts become shares."""
    draws = sum(len(b.ranks) for b in blocks)

    def share(name: str) -> Floats:
        return np.asarray(sum(getattr(b, name) for b in blocks) / draws)

    return Outcome(
        np.concatenate([b.ranks for b in blocks]),
        share("eligible"),
        share("first"),
        share("pilot"),
        np.concatenate([b.province_values for b in blocks]),
        np.concatenate([b.province_ranks for b in blocks]),
        share("listed"),
    )


def outcome_of(choices: Choices, model: Model, u: Floats, threads: int) -> Outcome:
    """Compute ranks and choices of many draws.

    Args:
        choices: what turns numbers into draws.
        model: scores under draws.
        u: (sources, draws) numbers in [0, 1); NaN gives the policy's value.
        threads: how many blocks are computed at the same time.

    Returns:
        Ranks of districts and provinces, and shares of the draws.
    """
    return _joined(in_blocks(choices, u, lambda draw: outcome(model, draw), threads))
