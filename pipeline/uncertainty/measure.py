"""The tables: how sure each district's and each province's rank is, and which choice moves ranks most.

Here: putting the draws together. Not here: drawing (``choices``), scoring (``model``), words (``sentences``).
"""

import os
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.policy import Policy, Uncertainty
from pipeline.sentences import certainty
from pipeline.uncertainty.arrays import Floats, country
from pipeline.uncertainty.choices import SOURCES, Choices, Draw
from pipeline.uncertainty.model import Model, in_blocks
from pipeline.uncertainty.ranges import RankRanges, Ranks, ranges_of, ranks_by_draw, sobol

THREADS = min(4, os.cpu_count() or 1)
ALONE = 200
SOBOL = 512
# A province counts in the sensitivity where it may be on the list: in the top K in at least this share of the draws.
CONTENDING = 0.05


@dataclass(frozen=True)
class Outcome:
    """What draws give: ranks and who is chosen, (draws, districts) and (draws, provinces)."""

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
    """What a block of draws gives; shares of its draws, but for ranks and values."""
    policy = model.policy
    scores = model.scores(draw)
    chosen_by = lower_code_first(scores)
    values, last = model.provinces(chosen_by)
    listed = (ranks_by_draw(lower_code_first(values).T) <= policy.shortlist_provinces) & (values.T > 0)
    province_ranks = ranks_by_draw(np.where(values > 0, values, np.nan).T)
    ranks = ranks_by_draw(scores.T)
    has = np.isfinite(scores)
    province = model.of.province
    pilot = has & (chosen_by >= last[province]) & listed.T[province]
    first = has & (policy.shortlist_provinces * policy.pilot_districts_per_province >= ranks.T)
    return Outcome(
        ranks,
        has.sum(axis=1),
        first.sum(axis=1),
        pilot.sum(axis=1),
        values.T.astype(np.float32),
        province_ranks,
        listed.sum(axis=0),
    )


def together(blocks: list[Outcome]) -> Outcome:
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


def drawn(choices: Choices, model: Model, u: Floats, threads: int) -> Outcome:
    """The outcome of the draws of ``u`` (sources, draws)."""
    return together(in_blocks(choices, u, lambda draw: outcome(model, draw), threads))


def measure(
    district_criteria: pd.DataFrame,
    district_scores: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    universities: pd.DataFrame,
    partnerships: pd.DataFrame,
    regions: pd.DataFrame,
    policy: Policy,
    threads: int = THREADS,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """``district_uncertainty``, ``province_uncertainty`` and ``sensitivity``; the same for any number of threads."""
    of = country(district_criteria, district_scores, district_shapes, universities, partnerships, regions, policy)
    choices, model = Choices(of, threads), Model(of)
    unmoved = drawn(choices, model, np.full((len(SOURCES), 1), np.nan), 1)
    found = drawn(choices, model, choices.uniforms(), threads)
    alone = [drawn(choices, model, _one(i), threads) for i in range(len(SOURCES))]
    districts = _places(found.ranks, unmoved.ranks, [a.ranks for a in alone])
    districts = districts.assign(
        district_code=of.codes, eligible_share=found.eligible, top_k_share=found.first, pilot_share=found.pilot
    )
    districts.loc[~of.may] = np.nan
    districts["district_code"] = of.codes
    districts["firmness"] = firmness(districts["pilot_share"], policy.uncertainty)
    districts = district_scores[["district_code"]].merge(districts, on="district_code", how="left")
    values = ranges_of(found.province_values)
    provinces = _places(found.province_ranks, unmoved.province_ranks, [a.province_ranks for a in alone]).assign(
        province_code=of.provinces,
        top_k_share=found.listed,
        firmness=firmness(pd.Series(found.listed), policy.uncertainty),
        value_low=values.low,
        value_high=values.high,
    )
    return (
        certainty.add_places(districts, policy),
        certainty.add_places(provinces, policy),
        certainty.add_sources(_sensitivity(choices, model, found, unmoved, alone, threads)),
    )


def _one(source: int) -> Floats:
    """Draws in which one source varies, evenly, and all else is as the policy says."""
    u = np.full((len(SOURCES), ALONE), np.nan)
    u[source] = (np.arange(ALONE) + 0.5) / ALONE
    return u


def _places(ranks: Ranks, unmoved: Ranks, alone: list[Ranks]) -> pd.DataFrame:
    """Range, shift and least certain source of each place."""
    ranges = ranges_of(ranks)
    spans = np.array([_span(ranges_of(r)) for r in alone])
    widest = spans.argmax(axis=0)
    return pd.DataFrame(
        {
            "median_rank": ranges.median,
            "rank_low": ranges.low,
            "rank_high": ranges.high,
            "mean_rank_shift": _shift(ranks, unmoved),
            "least_certain": np.where(spans.max(axis=0) > 0, np.array(SOURCES, dtype=object)[widest], None),
            "least_certain_span_ranks": spans.max(axis=0),
        }
    )


def _span(ranges: RankRanges) -> Floats:
    return ranges.high - ranges.low


def _shift(ranks: Ranks, unmoved: Ranks) -> Floats:
    """Mean distance of the ranks drawn from the published one.

    Source: OECD/JRC Handbook (2008), uncertainty analysis: average shift in ranks.
    """
    return np.asarray(np.abs(ranks - unmoved[0]).mean(axis=0))


def firmness(share: pd.Series, rules: Uncertainty) -> pd.Series:
    """The word for a share of the draws: firm, likely, contested or unlikely; missing stays missing.

    >>> from types import SimpleNamespace
    >>> firmness(pd.Series([0.95, 0.9, 0.6, 0.3, 0.1]), SimpleNamespace(firm=0.9, likely=0.6, contested=0.3)).tolist()
    ['firm', 'firm', 'likely', 'contested', 'unlikely']
    """
    least = {"firm": rules.firm, "likely": rules.likely, "contested": rules.contested}
    words = np.select([share >= limit for limit in least.values()], list(least), "unlikely")
    return pd.Series(words, index=share.index, dtype="str").where(share.notna())


def _sensitivity(
    choices: Choices, model: Model, found: Outcome, unmoved: Outcome, alone: list[Outcome], threads: int
) -> pd.DataFrame:
    """Sobol indices of the ranks of the provinces that may be on the list; their mean shift by each source alone."""
    may = found.listed >= CONTENDING

    def ranks(u: Floats) -> Floats:
        blocks = in_blocks(choices, u, lambda draw: outcome(model, draw).province_ranks[:, may], threads)
        return np.concatenate(blocks).T.astype(float)

    first = total = np.zeros(len(SOURCES))
    if may.any():
        first, total = sobol(ranks, len(SOURCES), SOBOL, model.policy.seed)
    shifts = [float(_shift(a.province_ranks, unmoved.province_ranks)[may].mean()) if may.any() else 0.0 for a in alone]
    table = pd.DataFrame({"source": SOURCES, "first_order": first, "total_order": total, "mean_rank_shift": shifts})
    return table.assign(provinces=int(may.sum()))
