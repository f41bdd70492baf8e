"""One whole run or nothing: what is checked before publishing, what-ifs, and bad input after a good run."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline import cli, stored_tables, workspace
from pipeline.contracts import CONTRACTS, Kind
from pipeline.errors import NotPublished
from pipeline.orchestration import definitions
from pipeline.project import Paths
from pipeline.runs import publishing
from tests.conftest import digests, lineage, materialise, published, published_files


def test_the_catalogue_holds_every_published_table(real_run: Paths) -> None:
    for name, contract in CONTRACTS.items():
        if contract.files_in or not contract.published:
            continue
        columns = [c.name for c in contract if c.kind is not Kind.GEOMETRY]
        with duckdb.connect(str(real_run.processed / "pilot_areas.duckdb"), read_only=True) as catalogue:
            stored = catalogue.table(name).df()
            types = dict(zip(catalogue.table(name).columns, map(str, catalogue.table(name).types), strict=True))
        assert stored.columns.tolist() == columns
        assert [column for column, kind in types.items() if kind == "VARCHAR[]"] == contract.lists
        stored = stored.assign(**{column: stored[column].map(tuple) for column in contract.lists})
        expected = published(real_run, name)
        empty = expected.columns[expected.isna().all()]
        assert stored[empty].isna().all(axis=None)
        pd.testing.assert_frame_equal(
            stored.drop(columns=empty), expected.drop(columns=empty), check_dtype=False, check_column_type=False
        )


def test_no_published_file_names_the_machine(real_run: Paths) -> None:
    root = str(real_run.maps.parent).encode()
    for folder in (real_run.processed, real_run.maps):
        for path in published_files(folder):
            assert root not in path.read_bytes(), path.name


def test_an_input_that_changes_while_the_run_is_published_stops_it(
    project: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, state = digests(project), {p.name for p in project.state.iterdir()}
    file = project.raw / "nesdc" / "regions.csv"
    archive = publishing.archive_inputs

    def meanwhile(paths: Paths, folder: Path) -> dict[str, str]:
        archived = archive(paths, folder)
        file.write_bytes(file.read_bytes() + b"\n")
        return archived

    monkeypatch.setattr(publishing, "archive_inputs", meanwhile)
    with pytest.raises(NotPublished, match="an input changed while the run was published"):
        publishing.publish(project, lineage(project), "by hand", datetime.now(UTC))
    assert digests(project) == before
    assert {p.name for p in project.state.iterdir()} == state


def test_a_whole_workspace_passes(project: Paths) -> None:
    publishing.check_whole(project, lineage(project))


def test_a_missing_table_is_not_published(project: Paths) -> None:
    project.table("district_poverty").unlink()
    with pytest.raises(NotPublished, match="district_poverty has not been materialised"):
        publishing.check_whole(project, lineage(project))


def test_a_table_read_before_the_inputs_changed_is_not_published(project: Paths) -> None:
    file = project.raw / "nesdc" / "SOURCE.toml"
    content = file.read_bytes()
    file.write_bytes(content + b"\n# changed\n")
    before = digests(project)
    with pytest.raises(NotPublished, match="read before"):
        publishing.check_whole(project, lineage(project))
    result = materialise(project, "published")
    assert "read before" in str(definitions.failed(result)["published"])
    # One raw table that is read again does not make the others new.
    assert materialise(project, "regions").success
    assert not materialise(project, "published").success
    assert digests(project) == before
    # With the old content its stamp is the old one, and all tables fit together again.
    file.write_bytes(content)
    assert materialise(project, "regions").success
    publishing.check_whole(project, lineage(project))


def test_a_file_that_changed_while_it_was_read_is_not_published(project: Paths) -> None:
    path = project.table("regions")
    note = workspace.read_note(path)
    torn = replace(note, origins=(replace(note.origins[0], sha256="0" * 64),))
    workspace.write(path, stored_tables.read(path, "regions"), torn)
    with pytest.raises(NotPublished, match=r"nesdc/regions\.csv changed while regions was read"):
        publishing.check_whole(project, lineage(project))


def test_neither_a_what_if_nor_what_is_made_from_it_is_published(project: Paths) -> None:
    before, current = digests(project), project.current.resolve()
    what_if = {"weights": {"poverty": 0.2, "university": 0.4, "data_system": 0.4}}
    tried = ("policy", "district_scores", "provincial_shortlist", "published")
    result = materialise(project, *tried, config=what_if)
    assert result.success
    observed = [e for e in result.all_events if e.event_type_value == "ASSET_OBSERVATION"]
    note = observed[0].event_specific_data.asset_observation.metadata["what if"].value
    assert "enters: " in note
    assert "leaves: " in note
    assert sorted(publishing.changed_parameters(project)) == [
        "weights.data_system = 0.4",
        "weights.poverty = 0.2",
        "weights.university = 0.4",
    ]
    assert project.current.resolve() == current
    changed = stored_tables.read(project.table("district_scores"), "district_scores")
    assert not changed["score"].equals(published(project, "district_scores")["score"])
    # With the official policy alone, the tables made from the what-if no longer fit.
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


def test_a_bad_file_after_a_good_run_leaves_every_byte(
    project: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, record = digests(project), (project.processed / "run.json").read_bytes()
    file = project.raw / "tpmap" / "tpmap_2022_by_district.csv"
    file.write_bytes(file.read_bytes().replace(b"2.6728", b"102.6728", 1).replace(b"6.2164", b"x", 1))
    monkeypatch.chdir(project.maps.parent)
    assert cli.main(["run"]) == 2
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert message.startswith(
        "pilot-areas: data/raw/tpmap/tpmap_2022_by_district.csv, line 2, column rate_any_min: found"
    )
    assert "and 1 more" in message
    assert digests(project) == before
    assert (project.processed / "run.json").read_bytes() == record
    assert cli.main(["check"]) == 2
    listed = capsys.readouterr().out
    assert "'102.6728'" in listed
    assert "'x'" in listed
