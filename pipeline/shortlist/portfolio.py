"""The portfolio: the best K provinces under the policy's quotas, locks and vetoes.

Here: from tables to rules and back. Not here: the optimisation (``rules``), sentences (``sentences.choice``).
"""

import numpy as np
import pandas as pd

from pipeline.errors import InputError, Problem
from pipeline.policy import Policy
from pipeline.shortlist.ranking import best_districts
from pipeline.shortlist.rules import Conflict, choose, near_best, rules_of


def pilot_portfolio(
    provincial_shortlist: pd.DataFrame, district_scores: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose the best portfolio, and list all portfolios almost as good.

    It has as many provinces as the shortlist, or as many as the regional quotas allow. The price of fairness is
    ``1 - V_portfolio / V_free``, V_free being the value of as many provinces without rules.

    Source: Bertsimas, Farias & Trichakis (2011), The price of fairness, Operations Research 59, 17-31.

    Args:
        provincial_shortlist: all provinces, ranked.
        district_scores: scores of the districts, with the nearest university of each.
        policy: the policy of the round.

    Returns:
        All provinces, with those of the portfolio marked; and one row per portfolio almost as good as the best.

    Raises:
        InputError: no portfolio meets all rules; the message names a smallest set of rules that conflict.
    """
    rules = policy.portfolio
    table = provincial_shortlist.sort_values("province_code", ignore_index=True)
    codes, values = table["province_code"].tolist(), table["value"].to_numpy(dtype=float)
    can = values > 0
    by_region = pd.Series(can).groupby(table["region"].to_numpy()).sum()
    k = int(min(policy.shortlist_provinces, by_region.clip(upper=rules.region_most).sum()))
    given = {
        "loads": _loads(table, district_scores, policy.pilot_districts_per_province),
        "load_limit": rules.districts_per_university,
        "locked": [codes.index(p.province_code) for p in rules.locks],
        "vetoed": [codes.index(p.province_code) for p in rules.vetoes],
        "names": table["name_th"] + " " + table["name_en"],
    }
    quotas = (rules.region_least, rules.region_most)
    chosen = np.zeros(len(table), dtype=bool)
    try:
        chosen[choose(values, table["region"].tolist(), k, quotas, **given)] = True
    except Conflict as conflict:
        raise InputError(
            Problem(
                "the policy",
                "; ".join(conflict.rules),
                "rules that one portfolio can meet",
                "change one of them",
                column="portfolio",
            )
        ) from None
    others, margin = near_best(
        values, can, k, rules_of(table["region"].tolist(), k, quotas, can, **given), rules.near_best
    )
    free = np.sort(values)[::-1][:k].sum()
    reasons = {p.province_code: p.reason for p in rules.locks}, {p.province_code: p.reason for p in rules.vetoes}
    table = table.drop(columns="pilot_districts").assign(
        in_portfolio=chosen,
        near_best_share=others.mean(axis=0) if len(others) else 0.0,
        locked=table["province_code"].map(reasons[0]),
        vetoed=table["province_code"].map(reasons[1]),
        portfolios_near_best=len(others),
        near_best_margin_pct=100 * margin,
        price_of_fairness_pct=100 * max(0.0, 1 - values[chosen].sum() / free) if free > 0 else 0.0,
    )
    return table, _listed(others, values, np.array(codes, dtype=object))


def _listed(portfolios: np.ndarray, values: np.ndarray, codes: np.ndarray) -> pd.DataFrame:
    """Portfolios (portfolios, provinces) as rows, best first: the value per province, and the codes."""
    worth = (portfolios * values).sum(axis=1) / np.maximum(portfolios.sum(axis=1), 1)
    provinces = [tuple(codes[chosen]) for chosen in portfolios]
    order = sorted(range(len(provinces)), key=lambda i: (-worth[i], provinces[i]))
    return pd.DataFrame(
        {
            "portfolio": np.arange(1, len(order) + 1),
            "value": worth[order],
            "provinces": pd.Series([provinces[i] for i in order], dtype=object),
        }
    )


def _loads(table: pd.DataFrame, district_scores: pd.DataFrame, n: int) -> dict[str, np.ndarray]:
    """Count for each institution the pilot districts of each province that have it as their nearest: (provinces,)."""
    best = best_districts(district_scores, n)
    counted = pd.crosstab(best["university_nearest"], best["province_code"])
    counted = counted.reindex(columns=table["province_code"], fill_value=0)
    return {str(name): row.to_numpy(dtype=float) for name, row in counted.iterrows()}
