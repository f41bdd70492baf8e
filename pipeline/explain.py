"""Scores with their reasons: the tables in which a district is explained, number and sentence side by side.

Here: putting together what ``scoring`` and ``shortlist`` compute and ``sentences`` words. Not here: any formula.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline import scoring, shortlist
from pipeline.contracts import CONTRACTS
from pipeline.policy import Policy
from pipeline.scoring import CRITERIA
from pipeline.sentences import district as sentences


def district_scores(
    district_criteria: pd.DataFrame, district_shapes: gpd.GeoDataFrame, policy: Policy
) -> gpd.GeoDataFrame:
    """Status, score, rank and reason of each district, with its outline joined back one to one."""
    table = sentences.add_reasons(district_criteria.join(scoring.scored(district_criteria, policy)), policy)
    outlines = district_shapes[["district_code", "geometry"]]
    joined = outlines.merge(table, on="district_code", how="right", validate="one_to_one")
    return gpd.GeoDataFrame(joined[CONTRACTS["district_scores"].column_names], geometry="geometry", crs=outlines.crs)


def explanations(
    district_criteria: pd.DataFrame, district_scores: pd.DataFrame, provinces: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Per district: what each criterion adds against the median eligible district, what it would take, in words.

    All tables in the order of ``district_code``. The reference is the district that has the median of the
    eligible in each criterion.
    """
    values, weights = scoring.floored(district_criteria, policy), scoring.weights_known(district_criteria, policy)
    rho = policy.score.rho
    eligible = (district_scores["status"] == "eligible").to_numpy()
    has = district_scores["score"].notna().to_numpy()
    pilots = {
        code for codes in provinces.loc[provinces["shortlisted"], "pilot_districts"] for code in codes.split(", ")
    }
    table = pd.DataFrame({"district_code": district_scores["district_code"]})
    table["score_needed"] = shortlist.score_needed(district_scores, provinces, policy).where(has)
    filled = np.where(weights > 0, values, 1.0)
    compared = np.full(values.shape, np.nan)
    reference_score = np.nan
    if eligible.any():
        counted = [values[eligible & (weights[:, k] > 0), k] for k in range(len(CRITERIA))]
        reference = np.array([np.median(column) if column.size else 1.0 for column in counted])
        nominal = np.array(policy.nominal_weights)
        reference_score = 100 * float(scoring.power_mean(reference[None, :], nominal, rho)[0])
        compared[has] = scoring.contributions(filled[has], reference, weights[has], rho)
    for k, name in enumerate(CRITERIA):
        table[f"contribution_{name}"] = np.where(weights[:, k] > 0, compared[:, k], np.nan)
    table["reference_score"] = np.where(has, reference_score, np.nan)
    target = np.where(has, table["score_needed"] / 100, 1.0)
    safe = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, 1.0)
    for k, name in ((1, "university"), (2, "data_system")):
        need = scoring.criterion_needed(filled, safe, rho, target, k)
        valued = has & (weights[:, k] > 0)
        table[f"{name}_needed"] = np.where(valued & np.isfinite(need), np.maximum(need, 0), np.nan)
    table["pilot"] = table["district_code"].isin(pilots)
    known = district_criteria.assign(status=district_scores["status"], score=district_scores["score"])
    return sentences.add_explanations(table, known)
