"""The switch to a run, what is removed afterwards, and two runs at once."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.errors import Stopped
from pipeline.orchestration import definitions
from pipeline.project import Paths
from pipeline.runs import switching
from tests.conftest import materialise, run_in


def test_a_second_run_is_refused_while_one_writes(project: Paths) -> None:
    with FileLock(project.state / "lock"), pytest.raises(Stopped, match="another run in progress") as caught:
        run_in(project.maps.parent)
    assert caught.value.refused


def test_a_users_own_folder_in_the_place_of_a_link_is_refused(project: Paths) -> None:
    link = project.maps / "downloads"
    link.unlink()
    link.mkdir()
    result = materialise(project, "published")
    assert "maps/downloads: found a folder that no run created" in str(definitions.failed(result)["published"])


def test_old_runs_leftovers_and_stale_links_are_removed(project: Paths) -> None:
    for i in range(switching.KEPT_RUNS + 2):
        (project.state / f"run-2020010{i}-x").mkdir()
    (project.state / "building-99999").mkdir()
    (project.state / "view-20200101").mkdir()
    (project.workspace / ".districts.parquet.99999").touch()
    (project.maps / ".pilot-areas-index.html").symlink_to("nowhere")
    broken = project.processed / "broken.parquet"
    broken.symlink_to("../.processed.runs/current/processed/broken.parquet")
    mine = project.processed / "mine.txt"
    mine.write_text("kept")
    assert materialise(project, "published").success
    assert len(list(project.state.glob("run-*"))) == switching.KEPT_RUNS
    assert not [*project.state.glob("building-*"), *project.state.glob("view-*")]
    assert not [*project.workspace.glob(".*"), *project.maps.glob(".*")]
    assert not broken.is_symlink()
    assert mine.read_text() == "kept"
    assert project.current.is_symlink()
    tables = set(project.processed.glob("*.parquet"))
    assert {p.resolve().parent.parent for p in tables} == {project.current.resolve()}


def test_a_run_has_another_name_while_it_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths.of(tmp_path)
    for i in range(switching.KEPT_RUNS + 1):
        (paths.state / f"run-2020010{i}-x").mkdir(parents=True)
    with monkeypatch.context() as interrupted:
        interrupted.setattr(switching.shutil, "rmtree", lambda *_, **__: None)
        switching.remove_leftovers(paths)
    assert [run.name for run in switching.kept_runs(paths)] == [
        f"run-2020010{i}-x" for i in range(1, switching.KEPT_RUNS + 1)
    ]
    switching.remove_leftovers(paths)
    assert not list(paths.state.glob("building-*"))


def test_files_are_copied_where_links_cannot_be_made(
    project: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    other = Paths(project.raw, tmp_path / "processed", tmp_path / "maps", project.policy)
    folder = Path(shutil.copytree(project.current.resolve(), other.state / "building-1"))
    monkeypatch.setattr(Path, "symlink_to", refuse)
    switching.switch_to(other, folder, "run-1")
    assert (other.maps / "index.html").read_bytes() == (project.maps / "index.html").read_bytes()
    assert (other.maps / "downloads" / "95.xlsx").is_file()
    assert not any(p.is_symlink() for p in (*other.processed.rglob("*"), *other.maps.rglob("*")))
