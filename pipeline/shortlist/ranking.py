"""The ranking: the value of a province, its pilot districts, the shortlist, and the value needed to be on it.

Not here: quotas, locks and vetoes (``portfolio``).
"""

import numpy as np
import pandas as pd

from pipeline import scoring
from pipeline.policy import Policy, without_agency


def provinces(district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Rank every province by the scores of its best districts, and mark the first K.

    The value is the sum of the scores of the best n eligible districts divided by n (3 by default), so that
    a missing district counts as 0: ``V_p = Σ S / n``. Equal values share a rank; if only some of them fit on
    the shortlist, lower province codes come first. A province without an eligible district is never on the shortlist.

    Args:
        district_scores: status and score of the districts; a district that is left out cannot be a pilot district.
        regions: all provinces, with names and region.
        policy: the policy of the run, with n and K.

    Returns:
        One row per province, in the order of ``regions``: value in points, rank, codes of the pilot districts,
        ``shortlisted``.

    Two of three districts are eligible, with 60 and 30 points, so the value is (60 + 30) / 3 = 30:

    >>> from types import SimpleNamespace
    >>> districts = pd.DataFrame({"district_code": ["1001", "1002", "1003"], "province_code": "10"})
    >>> districts = districts.assign(status=["eligible", "eligible", "below_gate"], score=[30.0, 60.0, 90.0])
    >>> regions = pd.DataFrame({"province_code": ["10"], "name_th": "ก", "name_en": "A", "region": "Central"})
    >>> policy = SimpleNamespace(pilot_districts_per_province=3, shortlist_provinces=10)
    >>> provinces(districts, regions, policy)[["value", "rank", "pilot_districts", "shortlisted"]].values.tolist()
    [[30.0, 1, ('1002', '1001'), True]]
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
    """Rank the provinces without the districts whose poverty figure is suspect.

    Args:
        district_scores: status and score of the districts, with ``suspect``.
        regions: all provinces, with names and region.
        policy: the policy of the run.

    Returns:
        The columns of ``provinces``.
    """
    suspect = district_scores["suspect"].fillna(False).astype(bool)
    return provinces(district_scores[~suspect], regions, policy)


def without_agencies(
    district_criteria: pd.DataFrame, district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Rank the provinces without the ballot of each agency in turn.

    Args:
        district_criteria: the criteria of all districts.
        district_scores: further columns of the same districts, in the same order.
        regions: all provinces, with names and region.
        policy: the policy of the run, with the ballots.

    Returns:
        The columns of ``provinces`` and ``without_agency``, one ranking per ballot. There are no rows while fewer than
        two agencies have voted.
    """
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
    """Select the best eligible districts of each province.

    Args:
        district_scores: status and score of the districts.
        n: the number of districts per province.

    Returns:
        Rows of ``district_scores``, at most ``n`` per province, best first; of equal scores the lower code first.
    """
    eligible = district_scores[district_scores["status"] == "eligible"]
    ordered = eligible.sort_values(["province_code", "score", "district_code"], ascending=[True, False, True])
    return ordered.groupby("province_code").head(n)


def value_needed(provinces: pd.DataFrame, policy: Policy) -> pd.Series:
    """Compute the smallest value that puts each province among the first K.

    It is the K-th best value of the other provinces.

    Args:
        provinces: all provinces, with ``value`` in points.
        policy: the policy of the run, with K.

    Returns:
        Points, with the index of ``provinces``; 0 if there are fewer than K other provinces.

    The first two of three are chosen. The first must have as much as the third, which is the second best of the others:

    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"value": [50.0, 40.0, 30.0]})
    >>> value_needed(table, SimpleNamespace(shortlist_provinces=2)).tolist()
    [30.0, 30.0, 40.0]
    """
    k = policy.shortlist_provinces
    best = provinces.sort_values("value", ascending=False)["value"].tolist()
    edges = []
    for value in provinces["value"]:
        others = best.copy()
        others.remove(value)
        edges.append(others[k - 1] if len(others) >= k else 0.0)
    return pd.Series(edges, index=provinces.index)


def score_needed(district_scores: pd.DataFrame, provinces: pd.DataFrame, policy: Policy) -> pd.Series:
    """Compute the smallest score that makes each district a pilot district, all other scores unchanged.

    The district must be among the best n of its province: its score must reach that of the n-th best other district.
    And the province must be among the first K: the score must reach ``n · V`` less the scores of the n - 1 best other
    districts, V being the K-th best value of the other provinces.

    Args:
        district_scores: status and score of the districts.
        provinces: all provinces, with ``value`` in points.
        policy: the policy of the run, with n and K.

    Returns:
        Points, with the index of ``district_scores``. Above 100, no score is enough.
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
