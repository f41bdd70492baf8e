"""One whole run or nothing: stamps, what-if, the switch, old runs, two runs at once, bad input after good."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pytest
from filelock import FileLock

from pipeline import cli, workspace
from pipeline.contracts import CONTRACTS, Kind
from pipeline.errors import InputError, NotPublished, Stopped
from pipeline.orchestration import definitions
from pipeline.runs import publishing, switching, verifying
from pipeline.workspace import Paths
from tests.conftest import HARD_TO_NAME, digests, published, published_files, run_in


@pytest.fixture(scope="module")
def project(real_run: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The run on the figures of 2022 in a folder of its own, which these tests change."""
    root = tmp_path_factory.mktemp("publishing") / HARD_TO_NAME
    shutil.copytree(real_run.maps.parent, root, symlinks=True)
    return Paths.of(root)


def lineage(paths: Paths) -> dict[str, tuple[str, ...]]:
    return definitions.build(paths).resources["lineage"].made_from


def materialise(paths: Paths, *names: str, config: dict | None = None) -> dg.ExecuteInProcessResult:
    """Some assets alone, as from the Launchpad."""
    root = paths.maps.parent
    os.chdir(root)
    selection = dg.AssetSelection.assets(*names)
    job = dg.define_asset_job("some", selection=selection, executor_def=dg.in_process_executor)
    defs = dg.Definitions.merge(definitions.build(paths), dg.Definitions(jobs=[job]))
    run_config = {**definitions.QUIET, "ops": {"policy": {"config": config}}} if config else definitions.QUIET
    with dg.DagsterInstance.from_config(str(root)) as instance:
        return defs.resolve_job_def("some").execute_in_process(
            run_config=run_config, instance=instance, raise_on_error=False
        )


def test_the_catalogue_holds_every_published_table(project: Paths) -> None:
    for name, contract in CONTRACTS.items():
        if contract.files_in or not contract.published:
            continue
        columns = [c.name for c in contract if c.kind is not Kind.GEOMETRY]
        with duckdb.connect(str(project.processed / "pilot_areas.duckdb"), read_only=True) as catalogue:
            stored = catalogue.table(name).df()
        assert stored.columns.tolist() == columns
        expected = published(project, name)
        nothing = expected.columns[expected.isna().all()]
        assert stored[nothing].isna().all(axis=None)
        said = [frame.drop(columns=nothing) for frame in (stored, expected)]
        pd.testing.assert_frame_equal(*said, check_dtype=False, check_column_type=False)


def test_verifying_finds_every_byte_that_is_not_what_the_inputs_give(
    project: Paths, real_run: Paths, tmp_path: Path
) -> None:
    whole = switching.shown_run(real_run)
    assert whole is not None
    found = verifying.find(real_run, "current")
    assert verifying.compare(found, project) == verifying.Verdict(len(digests(real_run)) + 2, ())
    copy = Path(shutil.copytree(whole, tmp_path / "run"))
    tampered = ("processed/district_scores.parquet", "maps/95.html", "maps/downloads/districts.gpkg")
    for name in tampered:
        content = bytearray((copy / name).read_bytes())
        content[len(content) // 2] ^= 1
        (copy / name).write_bytes(content)
    (copy / "maps" / "brief.html").unlink()
    (copy / "maps" / "more.html").write_text("not of the run")
    record = json.loads((copy / "processed" / "run.json").read_text(encoding="utf-8"))
    (copy / "processed" / "run.json").write_text(json.dumps({**record, "seed": 1}), encoding="utf-8")
    (copy / "processed" / "pilot_areas.duckdb").chmod(0o644)
    with duckdb.connect(str(copy / "processed" / "pilot_areas.duckdb")) as catalogue:
        catalogue.execute("UPDATE district_scores SET score = score + 0.0001 WHERE district_code = '9501'")
    verdict = verifying.compare(replace(found, folder=copy), project)
    assert set(verdict.differ) == {
        *tampered,
        "maps/brief.html",
        "maps/more.html",
        "processed/run.json",
        "processed/pilot_areas.duckdb",
    }


def test_what_cannot_be_verified_is_refused_in_one_line(
    project: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.maps.parent)
    run = switching.shown_run(project)
    assert run is not None
    for unknown in ("zzz", "../..", "run", ""):
        assert cli.main(["verify", unknown]) == 2
        said = capsys.readouterr().err
        assert "expected one of: current, " + run.name[-16:] in said
        assert said.count("\n") == 1
    record = run / "processed" / "run.json"
    content = record.read_bytes()
    record.write_bytes(content.replace(workspace.code_version().encode(), b"0" * 64))
    assert cli.main(["verify", run.name[-16:]]) == 2
    assert "a run made by code 000000000000" in capsys.readouterr().err
    record.write_bytes(content)
    archived = verifying.find(project, "current")
    changed = run / "inputs" / "raw" / "nesdc" / "regions.csv"
    kept = changed.read_bytes()
    changed.write_bytes(kept + b"\n")
    with pytest.raises(InputError, match=r"regions\.csv: found sha256 .*expected the input as it was archived"):
        verifying.lay_out(project, archived, tmp_path / "a")
    changed.write_bytes(kept)
    laid = verifying.lay_out(project, archived, tmp_path / "b")
    assert workspace.inputs_digest(laid) == workspace.inputs_digest(project)


def test_household_rows_are_named_but_never_archived(project: Paths, tmp_path: Path) -> None:
    folder = project.raw / "households" / "tpmap"
    folder.mkdir(parents=True)
    (folder / "rows.csv").write_text("citizen_id\n1101700203451\n", encoding="utf-8")
    (folder / "mapping.toml").write_text("", encoding="utf-8")
    try:
        named = publishing.archive_inputs(project, tmp_path / "inputs")
    finally:
        shutil.rmtree(project.raw / "households")
    assert "raw/households/tpmap/rows.csv" in named
    kept = {p.relative_to(tmp_path / "inputs").as_posix() for p in (tmp_path / "inputs").rglob("*") if p.is_file()}
    assert set(named) - kept == {"raw/households/tpmap/rows.csv"}
    assert "raw/households/tpmap/mapping.toml" in kept


def test_an_input_that_changes_while_the_run_is_published_stops_it(
    project: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, state = digests(project), {p.name for p in project.state.iterdir()}
    file = project.raw / "nesdc" / "regions.csv"
    content = file.read_bytes()
    figures = publishing._figures_and_pages

    def meanwhile(*given: object) -> int:
        file.write_bytes(content + b"\n")
        return figures(*given)

    monkeypatch.setattr(publishing, "_figures_and_pages", meanwhile)
    try:
        with pytest.raises(NotPublished, match="an input changed while the run was published"):
            publishing.publish(project, lineage(project), "by hand", datetime.now(UTC))
    finally:
        file.write_bytes(content)
    assert digests(project) == before
    assert {p.name for p in project.state.iterdir()} == state


def test_a_link_that_leads_out_of_the_inputs_is_refused(project: Paths, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text("x")
    link = project.raw / "nesdc" / "more.csv"
    link.symlink_to(tmp_path / "elsewhere.csv")
    try:
        with pytest.raises(InputError, match=r"more\.csv: found a link that leads out"):
            workspace.inputs(project)
    finally:
        link.unlink()


def test_a_folder_of_ones_own_where_a_link_must_stand_is_refused(project: Paths) -> None:
    link = project.maps / "downloads"
    target = os.readlink(link)
    link.unlink()
    link.mkdir()
    try:
        result = materialise(project, "published")
        assert "maps/downloads: found a folder that no run has made" in str(definitions.failed(result)["published"])
    finally:
        link.rmdir()
        link.symlink_to(target)


def test_no_published_file_names_the_machine(project: Paths) -> None:
    root = str(project.maps.parent).encode()
    for folder in (project.processed, project.maps):
        for path in published_files(folder):
            assert root not in path.read_bytes(), path.name


def test_a_whole_workspace_passes_and_each_missing_table_does_not(project: Paths) -> None:
    publishing.check_whole(project, lineage(project))
    path = project.table("district_poverty")
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(NotPublished, match="district_poverty has not been materialised"):
        publishing.check_whole(project, lineage(project))
    path.write_bytes(content)


def test_a_table_read_before_the_inputs_changed_is_not_published(project: Paths) -> None:
    file = project.raw / "nesdc" / "SOURCE.toml"
    content = file.read_bytes()
    file.write_bytes(content + b"\n# changed\n")
    before = digests(project)
    with pytest.raises(NotPublished, match="read before"):
        publishing.check_whole(project, lineage(project))
    result = materialise(project, "published")
    assert not result.success
    assert "read before" in str(definitions.failed(result)["published"])
    # one raw table read anew does not make the others new
    assert materialise(project, "regions").success
    assert not materialise(project, "published").success
    assert digests(project) == before
    file.write_bytes(content)
    assert materialise(project, "regions").success
    # its stamp is as before, so that all fits together again
    publishing.check_whole(project, lineage(project))


def test_a_file_that_changed_while_it_was_read_is_not_published(project: Paths) -> None:
    path = project.table("regions")
    content, note = path.read_bytes(), workspace.read_note(path)
    torn = replace(note, origins=(replace(note.origins[0], sha256="0" * 64),))
    workspace.write(path, workspace.read(path, "regions"), torn)
    with pytest.raises(NotPublished, match=r"nesdc/regions\.csv changed while regions was read"):
        publishing.check_whole(project, lineage(project))
    path.write_bytes(content)


def test_a_what_if_is_never_published_and_what_is_made_from_it_neither(project: Paths) -> None:
    before, current = digests(project), project.current.resolve()
    what_if = {"weights": {"poverty": 0.2, "university": 0.4, "data_system": 0.4}}
    tried = ("policy", "district_scores", "provincial_shortlist", "published")
    result = materialise(project, *tried, config=what_if)
    assert result.success
    seen = [e for e in result.all_events if e.event_type_value == "ASSET_OBSERVATION"]
    said = seen[0].event_specific_data.asset_observation.metadata["what if"].value
    assert "enters: " in said
    assert "leaves: " in said
    assert sorted(publishing.what_if(project)) == [
        "weights.data_system = 0.4",
        "weights.poverty = 0.2",
        "weights.university = 0.4",
    ]
    assert project.current.resolve() == current
    changed = workspace.read(project.table("district_scores"), "district_scores")
    assert not changed["score"].equals(published(project, "district_scores")["score"])
    # the policy put back alone: what was made from the what-if no longer fits
    assert materialise(project, "policy").success
    result = materialise(project, "published")
    assert "was made from other tables" in str(definitions.failed(result)["published"])
    assert digests(project) == before
    assert materialise(project, *tried).success
    assert digests(project) == before


def test_a_bad_override_fails_with_the_line_that_helps(project: Paths) -> None:
    result = materialise(project, "policy", config={"weights": {"poverty": 0.9, "university": 0.5}})
    assert "found poverty=0.9, university=0.5; expected weights of 0 or more that sum to 1" in str(
        definitions.failed(result)["policy"]
    )
    assert materialise(project, "policy").success


def test_a_bad_file_after_a_good_run_leaves_every_byte(
    project: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, record = digests(project), (project.processed / "run.json").read_bytes()
    whole = shutil.copytree(project.workspace, project.state / "aside")
    file = project.raw / "tpmap" / "tpmap_2022_by_district.csv"
    content = file.read_bytes()
    file.write_bytes(content.replace(b"2.6728", b"102.6728", 1).replace(b"6.2164", b"x", 1))
    monkeypatch.chdir(project.maps.parent)
    assert cli.main(["run"]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("pilot-areas: data/raw/tpmap/tpmap_2022_by_district.csv, line 2, column rate_any_min: found")
    assert "and 1 more" in said
    assert digests(project) == before
    assert (project.processed / "run.json").read_bytes() == record
    assert cli.main(["check"]) == 2
    told = capsys.readouterr().out
    assert "'102.6728'" in told
    assert "'x'" in told
    file.write_bytes(content)
    shutil.rmtree(project.workspace)
    whole.rename(project.workspace)


def test_a_second_run_is_refused_while_one_writes(project: Paths) -> None:
    with FileLock(project.state / "lock"), pytest.raises(Stopped, match="another run writing here") as caught:
        run_in(project.maps.parent)
    assert caught.value.refused


def test_old_runs_and_leftovers_are_swept_and_stale_links_removed(project: Paths) -> None:
    for i in range(switching.KEPT_RUNS + 2):
        (project.state / f"run-2020010{i}-x").mkdir()
    (project.state / "building-99999").mkdir()
    (project.state / "view-20200101").mkdir()
    (project.workspace / ".districts.parquet.99999").touch()
    (project.maps / ".pilot-areas-index.html").symlink_to("nowhere")
    gone = project.processed / "gone.parquet"
    gone.symlink_to("../.processed.runs/current/processed/gone.parquet")
    mine = project.processed / "mine.txt"
    mine.write_text("kept")
    assert materialise(project, "published").success
    assert len(list(project.state.glob("run-*"))) == switching.KEPT_RUNS
    assert not [*project.state.glob("building-*"), *project.state.glob("view-*")]
    assert not [*project.workspace.glob(".*"), *project.maps.glob(".*")]
    assert not gone.is_symlink()
    assert mine.read_text() == "kept"
    mine.unlink()
    assert project.current.is_symlink()
    assert {p.resolve().parent.parent for p in project.processed.glob("*.parquet")} == {project.current.resolve()}


def test_where_links_cannot_be_made_files_are_copied(
    project: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    run = project.current.resolve()
    other = Paths(project.raw, tmp_path / "processed", tmp_path / "maps", project.policy)
    other.state.mkdir()
    monkeypatch.setattr(Path, "symlink_to", refuse)
    switching._switch(other, run)
    assert (other.maps / "index.html").read_bytes() == (project.maps / "index.html").read_bytes()
    assert not any(p.is_symlink() for p in other.processed.iterdir())


def test_a_failed_write_leaves_the_old_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, note = tmp_path / "t.parquet", workspace.Note(stamp="a")
    workspace.write(path, pd.DataFrame({"a": [1]}), note)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(workspace.pq, "write_table", full)
    with pytest.raises(OSError, match="no space"):
        workspace.write(path, pd.DataFrame({"a": [2]}), note)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]
