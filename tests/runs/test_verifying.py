"""An archived run compared with what its inputs give, and what its archive holds."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline import cli
from pipeline.code_version import code_version
from pipeline.errors import InputError
from pipeline.project import Paths, inputs_digest
from pipeline.runs import publishing, switching, verifying
from tests.conftest import digests


def test_every_byte_that_differs_is_found(project: Paths, real_run: Paths, tmp_path: Path) -> None:
    whole = switching.shown_run(real_run)
    assert whole is not None
    found = verifying.find_run(real_run, "current")
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


@pytest.mark.parametrize("unknown", ["zzz", "../..", "run", ""])
def test_an_unknown_run_is_refused_with_the_runs_there_are(
    unknown: str, project: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.maps.parent)
    run = switching.shown_run(project)
    assert run is not None
    assert cli.main(["verify", unknown]) == 2
    message = capsys.readouterr().err
    assert "expected one of: current, " + run.name[-16:] in message
    assert message.count("\n") == 1


def test_tables_made_by_other_code_are_refused(
    project: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.maps.parent)
    run = switching.shown_run(project)
    assert run is not None
    record = run / "processed" / "run.json"
    record.write_bytes(record.read_bytes().replace(code_version(("scoring",)).encode(), b"0" * 64))
    assert cli.main(["verify", run.name[-16:]]) == 2
    assert "found tables made by other code of scoring; expected" in capsys.readouterr().err


def test_a_style_sheet_that_changed_leaves_the_tables_to_compare(project: Paths, real_run: Paths) -> None:
    """A run whose pages were made by other code: its tables are compared, its pages and workbooks are not."""
    folder = switching.shown_run(real_run)
    assert folder is not None
    record = json.loads((folder / "processed" / "run.json").read_text(encoding="utf-8"))
    other = {**record, "run_id": "0" * 16, "code_versions": {**record["code_versions"], "pages": "0" * 64}}
    run = project.state / f"run-20200101T000000000000-{'0' * 16}"
    shutil.copytree(folder, run)
    (run / "processed" / "run.json").write_text(json.dumps(other), encoding="utf-8")
    (run / "maps" / "95.html").write_text("of an older style sheet")
    found = verifying.find_run(project, "00000000")
    assert found.changed_rooms == ("pages",)
    verdict = verifying.compare(found, project)
    tables = len(list((run / "processed").glob("*.parquet")))
    assert verdict.differ == ()
    assert verdict.files == tables + 2  # run.json and the catalogue
    assert verdict.files + verdict.not_compared == len(digests(real_run)) + 2
    table = run / "processed" / "district_scores.parquet"
    table.write_bytes(table.read_bytes() + b" ")
    assert verifying.compare(found, project).differ == ("processed/district_scores.parquet",)


def test_the_archived_inputs_are_restored_and_a_changed_one_is_refused(project: Paths, tmp_path: Path) -> None:
    archived = verifying.find_run(project, "current")
    restored = verifying.restore_inputs(project, archived, tmp_path / "as archived")
    assert inputs_digest(restored) == inputs_digest(project)
    changed = archived.folder / "inputs" / "raw" / "nesdc" / "regions.csv"
    changed.write_bytes(changed.read_bytes() + b"\n")
    with pytest.raises(InputError, match=r"regions\.csv: found sha256 .*expected the input as it was archived"):
        verifying.restore_inputs(project, archived, tmp_path / "changed")


def test_household_rows_are_named_but_never_archived(project: Paths, tmp_path: Path) -> None:
    folder = project.raw / "households" / "tpmap"
    folder.mkdir(parents=True)
    (folder / "rows.csv").write_text("citizen_id\n1101700203451\n", encoding="utf-8")
    (folder / "mapping.toml").write_text("", encoding="utf-8")
    named = publishing.archive_inputs(project, tmp_path / "inputs")
    assert "raw/households/tpmap/rows.csv" in named
    kept = {p.relative_to(tmp_path / "inputs").as_posix() for p in (tmp_path / "inputs").rglob("*") if p.is_file()}
    assert set(named) - kept == {"raw/households/tpmap/rows.csv"}
    assert "raw/households/tpmap/mapping.toml" in kept
