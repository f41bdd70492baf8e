"""What draws give: ranks, and which districts and provinces are chosen.

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
    """What some draws give; of one block counts of its draws, of all together shares.

    Attributes:
        ranks: of districts, (draws, districts).
        eligible: draws in which a district is eligible, (districts,).
        first: draws in which it is among the first districts, as many as there are pilot districts, (districts,).
        pilot: draws in which it is a pilot district of a listed province, (districts,).
        province_values: (draws, provinces).
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


def lower_code_first(points: Floats) -> Floats:
    """Scores or values (places, draws) in which no two are equal: of equals the lower code comes first.

    Equal scores do occur: where poverty is at its goalposts, and university and data system are those of the province.
    """
    return points - 1e-9 * np.arange(len(points))[:, None]


def outcome(model: Model, draw: Draw) -> Outcome:
    """What a block of draws gives, with counts of its draws."""
    policy = model.policy
    scores = model.scores(draw)
    chosen_by = lower_code_first(scores)
    values, last = model.provinces(chosen_by)
    listed = (ranks_by_draw(lower_code_first(values).T) <= policy.shortlist_provinces) & (values.T > 0)
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


def joined(blocks: list[Outcome]) -> Outcome:
    """Blocks of draws as one; counts become shares."""
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
    """The outcome of the draws of ``u`` (sources, draws)."""
    return joined(in_blocks(choices, u, lambda draw: outcome(model, draw), threads))
