"""Poverty of all years, measures and sources of an area beside each other, from published figures and household rows.

Not here: which release is scored (``published_figures``), how years are shown (``pages``).
"""

import numpy as np
import pandas as pd

from pipeline.categories import (
    HOUSEHOLD_ROWS,
    MEASURES,
    PUBLISHED_COUNTS,
    PUBLISHED_RATES,
    SURVEY_POOR,
    TARGET_POOR,
    TPMAP_COUNTS,
    TPMAP_RATES,
)
from pipeline.contracts import CONTRACTS
from pipeline.policy import Policy
from pipeline.published_figures import COUNTRY, KEY, POOR


def poverty_history(
    poverty: pd.DataFrame,
    tpmap_counts: pd.DataFrame,
    household_poverty: pd.DataFrame,
    releases: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Put the figures of all years, measures and sources of an area beside each other.

    A rate of a province or the country from rates of its districts is their mean, weighted by the persons they are of.

    Args:
        poverty: rates by district and year.
        tpmap_counts: counts by area and year.
        household_poverty: counts of household rows, without those too small to publish.
        releases: the releases at hand, with the one that is scored.
        policy: the policy of the run. Systems that do not survey every household have no rate of their own.

    Returns:
        The columns of the contract ``poverty_history``.
    """
    rows = household_poverty[household_poverty["system"].isin(policy.households.survey_systems)]
    parts = [
        *(_history_of_counts(tpmap_counts, measure) for measure in MEASURES),
        _history_of_rates(poverty),
        *(_history_of_rows(rows, measure) for measure in MEASURES),
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else parts[0]
    scored = releases.loc[releases["scored"].astype(bool), KEY]
    lengths = table["area_code"].str.len().where(table["area_code"] != COUNTRY, 0)
    table = table.assign(
        level=lengths.map({0: "country", 2: "province", 4: "district"}),
        scored=pd.MultiIndex.from_frame(table[KEY]).isin(pd.MultiIndex.from_frame(scored)),
    )
    return table.reindex(columns=CONTRACTS["poverty_history"].column_names)


def _history_of_counts(counts: pd.DataFrame, measure: str) -> pd.DataFrame:
    """TPMAP's counts of one measure; the rate of the target poor as published, where surveyed persons are not known."""
    poor, surveyed = counts[POOR[measure]].astype("Float64"), counts["surveyed_persons"].astype("Float64")
    rate = (100 * poor / surveyed).where((surveyed > 0).fillna(False))
    if measure == TARGET_POOR:
        rate = rate.fillna(counts["target_poor_pct"].astype("Float64"))
    columns = {
        "area_code": counts["area_code"],
        "year": counts["year"],
        "measure": measure,
        "source": TPMAP_COUNTS,
        "figures_from": PUBLISHED_COUNTS,
        "poor_persons": poor,
        "surveyed_persons": surveyed,
        "rate_pct": rate,
        "rate_max_pct": rate,
        "surveyed_share": 1.0,
    }
    table = pd.DataFrame(columns)
    return table[table["poor_persons"].notna() | table["rate_pct"].notna()]


def _history_of_rates(poverty: pd.DataFrame) -> pd.DataFrame:
    """TPMAP's rates of districts, and their means for provinces and the country."""
    rows = poverty[["district_code", "year", "survey_population", "labelled_population"]].astype({"year": "Int64"})
    weight = poverty["labelled_population"].astype("float64")
    rows = rows.assign(low=weight * poverty["rate_any_min"], high=weight * poverty["rate_any_max"])
    codes = (rows["district_code"], rows["district_code"].str[:2], pd.Series(COUNTRY, index=rows.index, dtype="str"))
    summed = pd.concat(
        [
            rows.assign(area_code=of).groupby(["area_code", "year"], as_index=False).sum(numeric_only=True)
            for of in codes
        ]
    )
    labelled = summed["labelled_population"].astype("float64")
    return pd.DataFrame(
        {
            "area_code": summed["area_code"].astype("str"),
            "year": summed["year"],
            "measure": SURVEY_POOR,
            "source": TPMAP_RATES,
            "figures_from": PUBLISHED_RATES,
            "poor_persons": pd.array([pd.NA] * len(summed), dtype="Float64"),
            "surveyed_persons": summed["survey_population"].astype("Float64"),
            "rate_pct": summed["low"] / labelled,
            "rate_max_pct": np.minimum(summed["high"] / labelled, 100.0),
            "surveyed_share": labelled / summed["survey_population"].astype("float64"),
        }
    )


def _history_of_rows(household_poverty: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Counts of household rows of one measure, as published: a count that is too small is not there."""
    poor = household_poverty[POOR[measure]].astype("Float64")
    persons = household_poverty["persons"].astype("Float64")
    rate = 100 * poor / persons
    table = pd.DataFrame(
        {
            "area_code": household_poverty["area_code"],
            "year": household_poverty["survey_year"],
            "measure": measure,
            "source": "households/" + household_poverty["system"].astype("str"),
            "figures_from": HOUSEHOLD_ROWS,
            "poor_persons": poor,
            "surveyed_persons": persons,
            "rate_pct": rate,
            "rate_max_pct": rate,
            "surveyed_share": household_poverty["answers_known_share"],
        }
    )
    return table[table["poor_persons"].notna()]
