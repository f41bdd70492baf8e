"""Explanations under policies at the edge: no weight on a criterion, nothing eligible."""

import dagster as dg
import numpy as np
import pytest
from scipy.spatial import cKDTree

from pipeline import explain, scoring, shortlist, stored_tables
from pipeline.criterion import NAMES
from pipeline.errors import InputError
from pipeline.orchestration import definitions
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.stored_tables import Tables
from tests.conftest import published
from tests.sentences.test_sentences import BROKEN


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
    criteria = stored_tables.read(real_run.table("district_criteria"), "district_criteria")
    regions = stored_tables.read(real_run.table("regions"), "regions")
    scores = criteria.join(scoring.scored(criteria, tried))
    provinces = shortlist.provinces(scores, regions, tried)
    found = explain.district_explanations(criteria, scores, provinces, tried)
    scored = scores["score"].notna().to_numpy()
    parts = found.filter(like="contribution_").fillna(0.0).sum(axis=1)[scored]
    assert parts.to_numpy() == pytest.approx(np.log(scores["score"] / found["reference_score"])[scored].to_numpy())
    assert set(found.loc[found["pilot"], "district_code"]) <= set(
        scores.loc[scores["status"] == "eligible", "district_code"]
    )
    assert not found["outlook_th"].str.contains("nan").any()


def test_nothing_eligible(real_run: Paths, policy: Policy) -> None:
    criteria = stored_tables.read(real_run.table("district_criteria"), "district_criteria")
    criteria["concentrated"] = criteria["concentrated"].where(criteria["concentrated"].isna(), False)
    regions = stored_tables.read(real_run.table("regions"), "regions")
    scores = criteria.join(scoring.scored(criteria, policy))
    provinces = shortlist.provinces(scores, regions, policy)
    found = explain.district_explanations(criteria, scores, provinces, policy)
    assert not provinces["shortlisted"].any()
    assert not found["pilot"].any()
    assert found["reference_score"].isna().all()


def test_peers_are_those_of_a_kd_tree(real_run: Paths) -> None:
    scores = published(real_run, "district_scores")
    known = scores[scores["score"].notna()].reset_index(drop=True)
    points = known[list(NAMES)].to_numpy(dtype=float)
    found = published(real_run, "district_explanations").set_index("district_code")
    tree, places = cKDTree(points), {code: i for i, code in enumerate(known["district_code"])}
    for i in range(0, len(known), 37):
        peers = found.loc[known.at[i, "district_code"], "peers"]
        distances = [np.linalg.norm(points[places[c]] - points[i]) for c in peers]
        assert distances == pytest.approx(np.sort(tree.query(points[i], 6)[0])[1:])
    assert found.loc["1001", "peers"] == ()


def test_value_needed_is_exactly_the_edge(real_run: Paths, policy: Policy) -> None:
    listed = published(real_run, "provincial_shortlist")
    found = published(real_run, "province_explanations").set_index("province_code")["value_needed"]
    ordered = listed.sort_values("value", ascending=False)
    assert found[ordered["province_code"].iloc[0]] == pytest.approx(ordered["value"].iloc[8])
    assert found[ordered["province_code"].iloc[8]] == pytest.approx(ordered["value"].iloc[7])


@pytest.mark.parametrize("code", ["9501", "5021", "1101", "1001", "95", "55", "10"])
def test_five_answers_about_any_place(code: str, real_run: Paths) -> None:
    found = explain.explain_place(Tables(real_run.processed), code)
    assert len(found.answers) == 5
    for question, lines in found.answers:
        assert " · " in question
        assert lines
        assert not any(BROKEN.search(line) for line in lines)
    assert found.markdown.count("**") == 10


def test_the_answers_equal_the_tables(real_run: Paths) -> None:
    whole = explain.explain_place(Tables(real_run.processed), "55").markdown
    for part in ("น่าน", "rank 8 of 77", "contested", "the North region already has 2", "0.1 points less"):
        assert part in whole
    with pytest.raises(InputError, match="DOPA code"):
        explain.explain_place(Tables(real_run.processed), "77777")


@pytest.mark.parametrize(
    ("place", "code"),
    [("เชียงใหม่", "50"), ("TH5001", "5001"), ("อ.เมือง จ.เชียงใหม่", "5001"), ("Nan province", "55"), ("เบตง", "9502")],
)
def test_a_place_is_found_by_its_name(place: str, code: str, real_run: Paths) -> None:
    tables = Tables(real_run.processed)
    assert explain.explain_place(tables, place) == explain.explain_place(tables, code)


def test_a_name_of_several_places_is_refused_with_their_codes(real_run: Paths) -> None:
    with pytest.raises(InputError, match=r"the name of 5 districts.*3032 \(เฉลิมพระเกียรติ, นครราชสีมา\)"):
        explain.explain_place(Tables(real_run.processed), "เฉลิมพระเกียรติ")


@pytest.mark.parametrize(("code", "success"), [("9501", True), ("95", True), ("0", False)])
def test_the_ui_answers_too(code: str, success: bool, real_run: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(real_run.maps.parent)
    config = {"ops": {"explain_place": {"config": {"code": code}}}, **definitions.QUIET}
    with dg.DagsterInstance.ephemeral() as instance:
        result = (
            definitions.build(real_run)
            .resolve_job_def("explain_one")
            .execute_in_process(run_config=config, instance=instance, raise_on_error=False)
        )
    assert result.success is success
    seen = [e for e in result.all_events if e.event_type_value == "ASSET_OBSERVATION"]
    assert len(seen) == success
    if success:
        (metadata,) = [e.event_specific_data.asset_observation.metadata for e in seen]
        assert "Why this rank" in metadata[code].value
    else:
        assert "DOPA code" in str(definitions.failed(result)["explain_place"])
