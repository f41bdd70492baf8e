"""The tables of uncertainty: the certainty of each rank, and what moves ranks most.

Here: from outcomes to tables. Not here: drawing (``choices``), outcomes of draws (``outcomes``), words (``sentences``).
"""

import os

import numpy as np
import pandas as pd

from pipeline.categories import FIRMNESS
from pipeline.criteria.draws import Country
from pipeline.policy import Uncertainty
from pipeline.sentences import certainty
from pipeline.uncertainty.choices import SOURCES, Choices
from pipeline.uncertainty.model import Model, in_blocks
from pipeline.uncertainty.outcomes import Outcome, outcome, outcome_of
from pipeline.uncertainty.ranges import Floats, RankRanges, Ranks, ranges_of, sobol

THREADS = min(4, os.cpu_count() or 1)
ALONE = 200
SOBOL = 512
# Provinces in the sensitivity: those in the top K in at least this share of the draws.
CONTENDING = 0.05


def uncertainty_tables(country: Country, threads: int = THREADS) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Compute the three tables of uncertainty. They are the same for any number of threads.

    Args:
        country: what the draws read of the stored tables.
        threads: how many blocks of draws are computed at the same time.

    Returns:
        The tables ``district_uncertainty``, ``province_uncertainty`` and ``sensitivity``, with their sentences.
    """
    model, policy = Model(country), country.policy
    choices = Choices(model.criteria, policy, threads)
    nominal = outcome_of(choices, model, np.full((len(SOURCES), 1), np.nan), 1)
    drawn = outcome_of(choices, model, choices.uniforms(), threads)
    alone = [outcome_of(choices, model, _one(i), threads) for i in range(len(SOURCES))]
    return (
        certainty.add_places(_districts(model, drawn, nominal, alone), policy),
        certainty.add_places(_provinces(model, drawn, nominal, alone), policy),
        certainty.add_sources(_sensitivity(choices, model, drawn, nominal, alone, threads)),
    )


def _districts(model: Model, drawn: Outcome, nominal: Outcome, alone: list[Outcome]) -> pd.DataFrame:
    """``district_uncertainty`` without words; empty for districts that are a pilot in no draw."""
    table = _places(drawn.ranks, nominal.ranks, [a.ranks for a in alone]).assign(
        eligible_share=drawn.eligible,
        top_k_share=drawn.first,
        pilot_share=drawn.pilot,
    )
    table.loc[~model.country.may_be_pilot] = np.nan
    table["district_code"] = model.country.codes
    table["firmness"] = _firmness(table["pilot_share"], model.policy.uncertainty)
    everywhere = pd.DataFrame({"district_code": model.country.shapes["district_code"]})
    return everywhere.merge(table, on="district_code", how="left")


def _provinces(model: Model, drawn: Outcome, nominal: Outcome, alone: list[Outcome]) -> pd.DataFrame:
    """``province_uncertainty`` without words."""
    values = ranges_of(drawn.province_values)
    return _places(drawn.province_ranks, nominal.province_ranks, [a.province_ranks for a in alone]).assign(
        province_code=model.country.provinces,
        top_k_share=drawn.listed,
        firmness=_firmness(pd.Series(drawn.listed), model.policy.uncertainty),
        value_low=values.low,
        value_high=values.high,
    )


def _one(source: int) -> Floats:
    """Draws in which one source varies evenly and everything else has the policy's value."""
    u = np.full((len(SOURCES), ALONE), np.nan)
    u[source] = (np.arange(ALONE) + 0.5) / ALONE
    return u


def _places(ranks: Ranks, nominal: Ranks, alone: list[Ranks]) -> pd.DataFrame:
    """Range, shift and least certain source of each place."""
    ranges = ranges_of(ranks)
    spans = np.array([_span(ranges_of(r)) for r in alone])
    widest = spans.argmax(axis=0)
    return pd.DataFrame(
        {
            "median_rank": ranges.median,
            "rank_low": ranges.low,
            "rank_high": ranges.high,
            "mean_rank_shift": _shift(ranks, nominal),
            "least_certain": np.where(spans.max(axis=0) > 0, np.array(SOURCES, dtype=object)[widest], None),
            "least_certain_span_ranks": spans.max(axis=0),
        }
    )


def _span(ranges: RankRanges) -> Floats:
    return ranges.high - ranges.low


def _shift(ranks: Ranks, nominal: Ranks) -> Floats:
    """Mean distance of the ranks drawn from the published one, per place.

    Source: OECD/JRC Handbook (2008), uncertainty analysis: average shift in ranks.
    """
    return np.asarray(np.abs(ranks - nominal[0]).mean(axis=0))


def _firmness(share: pd.Series, rules: Uncertainty) -> pd.Series:
    """Name the share of the draws: firm, likely, contested or unlikely.

    Args:
        share: of the draws, from 0 to 1; may be missing.
        rules: the policy's section on uncertainty: the smallest share for each word.

    Returns:
        A word per share; missing where the share is missing.

    >>> from types import SimpleNamespace
    >>> _firmness(pd.Series([0.95, 0.9, 0.6, 0.3, 0.1]), SimpleNamespace(firm=0.9, likely=0.6, contested=0.3)).tolist()
    ['firm', 'firm', 'likely', 'contested', 'unlikely']
    """
    *least, last = FIRMNESS
    words = np.select([share >= getattr(rules, word) for word in least], least, last)
    return pd.Series(words, index=share.index, dtype="str").where(share.notna())


def _sensitivity(
    choices: Choices, model: Model, drawn: Outcome, nominal: Outcome, alone: list[Outcome], threads: int
) -> pd.DataFrame:
    """Sobol indices of the ranks of contending provinces, and the mean shift of their ranks by each source alone."""
    contending = drawn.listed >= CONTENDING

    def ranks(u: Floats) -> Floats:
        blocks = in_blocks(choices, u, lambda draw: outcome(model, draw).province_ranks[:, contending], threads)
        return np.concatenate(blocks).T.astype(float)

    first = total = np.zeros(len(SOURCES))
    if contending.any():
        first, total = sobol(ranks, len(SOURCES), SOBOL, model.policy.seed)
    shifts = [
        float(_shift(a.province_ranks, nominal.province_ranks)[contending].mean()) if contending.any() else 0.0
        for a in alone
    ]
    table = pd.DataFrame({"source": SOURCES, "first_order": first, "total_order": total, "mean_rank_shift": shifts})
    return table.assign(provinces=int(contending.sum()))
