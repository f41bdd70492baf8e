"""Explanations under policies at the edge: no weight on a criterion, nothing eligible."""

import numpy as np
import pytest

from pipeline import explain, scoring, shortlist, workspace
from pipeline.policy import Policy
from pipeline.workspace import Paths


@pytest.mark.parametrize(
    "changes",
    [
        {"weights.poverty": 1.0, "weights.university": 0.0, "weights.data_system": 0.0},
        {"weights.poverty": 0.0, "weights.university": 0.5, "weights.data_system": 0.5},
        {"score.rho": -1.0},
        {"score.rho": 1.0, "shortlist_provinces": 77},
        {"pilot_districts_per_province": 1},
    ],
)
def test_every_policy_explains_every_district(changes: dict, real_run: Paths, policy: Policy) -> None:
    tried = policy.overridden(changes)
    criteria = workspace.read(real_run.table("district_criteria"), "district_criteria")
    regions = workspace.read(real_run.table("regions"), "regions")
    scores = criteria.join(scoring.scored(criteria, tried))
    provinces = shortlist.provinces(scores, regions, tried)
    told = explain.explanations(criteria, scores, provinces, tried)
    scored = scores["score"].notna().to_numpy()
    parts = told.filter(like="contribution_").fillna(0.0).sum(axis=1)[scored]
    assert parts.to_numpy() == pytest.approx(np.log(scores["score"] / told["reference_score"])[scored].to_numpy())
    assert set(told.loc[told["pilot"], "district_code"]) <= set(
        scores.loc[scores["status"] == "eligible", "district_code"]
    )
    assert not told["outlook_th"].str.contains("nan").any()


def test_nothing_eligible(real_run: Paths, policy: Policy) -> None:
    criteria = workspace.read(real_run.table("district_criteria"), "district_criteria")
    criteria["concentrated"] = criteria["concentrated"].where(criteria["concentrated"].isna(), False)
    regions = workspace.read(real_run.table("regions"), "regions")
    scores = criteria.join(scoring.scored(criteria, policy))
    provinces = shortlist.provinces(scores, regions, policy)
    told = explain.explanations(criteria, scores, provinces, policy)
    assert not provinces["shortlisted"].any()
    assert not told["pilot"].any()
    assert told["reference_score"].isna().all()
