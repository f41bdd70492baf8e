"""The ranking: the value of a province, its pilot districts, the shortlist, and the value needed to be on it.

Not here: quotas, locks and vetoes (``portfolio``).
"""

import numpy as np
import pandas as pd

from pipeline import scoring
from pipeline.policy import Policy, without_agency


def provinces(district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Every province with value, rank, pilot districts, and whether it is among the first K.

    The value is the sum of the scores of its best n eligible districts divided by n (3 by default), so that
    a missing district counts 0: ``V_p = Σ S / n``. Equal values share a rank; if only some of them fit on
    the shortlist, lower province codes come first. A province without an eligible district is never on the list.
    """
    n = policy.pilot_districts_per_province
    best = best_districts(district_scores, n)
    by_province = best.groupby("province_code")
    table = regions[["province_code", "name_th", "name_en", "region"]].copy()
    table["value"] = table["province_code"].map(by_province["score"].sum() / n).fillna(0.0)
    pilots = by_province["district_code"].agg(tuple).to_dict()
    table["pilot_districts"] = pd.Series([pilots.get(code, ()) for code in table["province_code"]], table.index, object)
    table["rank"] = scoring.rank(table["value"])
    first = table[table["value"] > 0].sort_values(["rank", "province_code"]).head(policy.shortlist_provinces)
    table["shortlisted"] = table["province_code"].isin(first["province_code"])
    return table


def without_suspects(district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The same ranking without districts whose poverty figure is suspect."""
    doubtful = district_scores["suspect"].fillna(False).astype(bool)
    return provinces(district_scores[~doubtful], regions, policy)


def without_agencies(
    district_criteria: pd.DataFrame, district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """The ranking without the ballot of each agency in turn; no rows while fewer than two have voted."""
    rankings = []
    for agency in policy.voters if len(policy.voters) > 1 else ():
        without = without_agency(policy, agency)
        scores = district_scores.drop(columns=["status", "score", "rank"]).join(
            scoring.scored(district_criteria, without)
        )
        rankings.append(provinces(scores, regions, without).assign(without_agency=agency))
    none = provinces(district_scores, regions, policy).assign(without_agency="")[:0]
    return pd.concat(rankings) if rankings else none


def best_districts(district_scores: pd.DataFrame, n: int) -> pd.DataFrame:
    """The best ``n`` eligible districts of each province, best first; of equal scores the lower code."""
    eligible = district_scores[district_scores["status"] == "eligible"]
    ordered = eligible.sort_values(["province_code", "score", "district_code"], ascending=[True, False, True])
    return ordered.groupby("province_code").head(n)


def value_needed(provinces: pd.DataFrame, policy: Policy) -> pd.Series:
    """The smallest value that puts each province among the first K: the K-th best value of the other provinces."""
    k = policy.shortlist_provinces
    best = provinces.sort_values("value", ascending=False)["value"].tolist()
    edges = []
    for value in provinces["value"]:
        others = best.copy()
        others.remove(value)
        edges.append(others[k - 1] if len(others) >= k else 0.0)
    return pd.Series(edges, index=provinces.index)


def score_needed(district_scores: pd.DataFrame, provinces: pd.DataFrame, policy: Policy) -> pd.Series:
    """The smallest score that makes each district a pilot district, all others unchanged.

    It must be among the best n of its province: at least the score of its n-th best other district. And its
    province must be among the first K: at least ``n · V`` less the scores of its n - 1 best other districts, V being
    the K-th best value of the other provinces. Above 100, no score is enough.
    """
    n, k = policy.pilot_districts_per_province, policy.shortlist_provinces
    best = provinces.sort_values("value", ascending=False)[["province_code", "value"]].head(k + 1)
    edges = {}
    for province in provinces["province_code"]:
        others = best.loc[best["province_code"] != province, "value"].tolist()
        edges[province] = others[k - 1] if len(others) >= k else 0.0
    eligible = district_scores[district_scores["status"] == "eligible"]
    ordered = eligible.sort_values("score", ascending=False).groupby("province_code")["score"].agg(list).to_dict()
    own = np.where(district_scores["status"] == "eligible", district_scores["score"], np.nan)
    needed = np.zeros(len(district_scores))
    for i, province in enumerate(district_scores["province_code"]):
        others = list(ordered.get(province, ()))
        if own[i] in others:
            others.remove(own[i])
        among_best = others[n - 1] if len(others) >= n else 0.0
        needed[i] = max(among_best, n * edges[province] - sum(others[: n - 1]))
    return pd.Series(needed, index=district_scores.index)
