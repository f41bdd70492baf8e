"""The portfolio: K provinces that go well together under the policy's quotas, locks and vetoes.

Here: from tables to rules and back. Not here: the programme that chooses (``rules``), words (``sentences.choice``).
"""

import numpy as np
import pandas as pd

from pipeline.errors import InputError, Problem
from pipeline.policy import Policy
from pipeline.sentences import choice
from pipeline.shortlist.ranking import best_districts
from pipeline.shortlist.rules import Conflict, choose, near_best, rules_of


def pilot_portfolio(
    provincial_shortlist: pd.DataFrame, district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All provinces, those of the portfolio marked, with what the rules cost; and all portfolios almost as good.

    As many as the shortlist has, or as many as qualify within the regions' quotas. The price of fairness is
    ``1 - V_portfolio / V_free``, V_free being the value of as many provinces without rules (Bertsimas, Farias &
    Trichakis 2011, Operations Research 59, 17-31).

    Raises ``InputError`` naming a smallest set of rules that cannot hold together.
    """
    asked = policy.portfolio
    table = provincial_shortlist.sort_values("province_code", ignore_index=True)
    codes, values = table["province_code"].tolist(), table["value"].to_numpy(dtype=float)
    can = values > 0
    by_region = pd.Series(can).groupby(table["region"].to_numpy()).sum()
    k = int(min(policy.shortlist_provinces, by_region.clip(upper=asked.region_most).sum()))
    given = {
        "loads": loads(table, district_scores, policy.pilot_districts_per_province),
        "load_limit": asked.districts_per_university,
        "locked": [codes.index(p.province_code) for p in asked.locks],
        "vetoed": [codes.index(p.province_code) for p in asked.vetoes],
        "names": table["name_th"] + " " + table["name_en"],
    }
    quotas = (asked.region_least, asked.region_most)
    chosen = np.zeros(len(table), dtype=bool)
    try:
        chosen[choose(values, table["region"].tolist(), k, quotas, **given)] = True
    except Conflict as conflict:
        raise InputError(
            Problem(
                "the policy",
                "; ".join(conflict.rules),
                "rules of a portfolio that can all hold together",
                "change one of them",
                column="portfolio",
            )
        ) from None
    others, margin = near_best(
        values, can, k, rules_of(table["region"].tolist(), k, quotas, can, **given), asked.near_best
    )
    free = np.sort(values)[::-1][:k].sum()
    reasons = {p.province_code: p.reason for p in asked.locks}, {p.province_code: p.reason for p in asked.vetoes}
    table = table.drop(columns="pilot_districts").assign(
        in_portfolio=chosen,
        near_best_share=others.mean(axis=0) if len(others) else 0.0,
        locked=table["province_code"].map(reasons[0]),
        vetoed=table["province_code"].map(reasons[1]),
        portfolios_near_best=len(others),
        near_best_margin_pct=100 * margin,
        price_of_fairness_pct=100 * max(0.0, 1 - values[chosen].sum() / free) if free > 0 else 0.0,
    )
    names = regions.set_index("province_code")["region_th"]
    table = choice.add_reasons(table.assign(region_th=table["province_code"].map(names)), policy)
    return table, listed(others, values, np.array(codes, dtype=object))


def listed(portfolios: np.ndarray, values: np.ndarray, codes: np.ndarray) -> pd.DataFrame:
    """Portfolios (portfolios, provinces), best first: value per province, and codes."""
    worth = (portfolios * values).sum(axis=1) / np.maximum(portfolios.sum(axis=1), 1)
    table = pd.DataFrame(
        {"value": worth, "provinces": [", ".join(codes[chosen]) for chosen in portfolios]}
    ).sort_values(["value", "provinces"], ascending=[False, True], ignore_index=True)
    return table.assign(portfolio=np.arange(1, len(table) + 1))


def loads(table: pd.DataFrame, district_scores: pd.DataFrame, n: int) -> dict[str, np.ndarray]:
    """For each institution how many pilot districts of each province have it as their nearest: (provinces,)."""
    best = best_districts(district_scores, n)
    counted = pd.crosstab(best["university_nearest"], best["province_code"])
    counted = counted.reindex(columns=table["province_code"], fill_value=0)
    return {str(name): row.to_numpy(dtype=float) for name, row in counted.iterrows()}
