"""A disk that is full or may not be written, two runs at once: one clear line, and the last good run stays whole."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import HANGS
from tests.faults.conftest import FAULTS, Measured, Project

MEGABYTES = 500


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk in memory, which only root can mount."""
    place = tmp_path_factory.mktemp("small_disk")
    size = f"size={MEGABYTES}m"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
    yield place
    os.chdir("/")
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="module")
def on_it(small_disk: Path, make_project: Callable[[Path], Project]) -> Project:
    return make_project(small_disk / "project")


def test_a_full_disk(on_it: Project, small_disk: Path, record_property: Measured) -> None:
    number = on_it.which()
    on_it.choose(1 - number)
    filler = small_disk / "filler"
    # From nothing at all to almost enough, so that it fills up at the database of runs, tables, pages, catalogue.
    most = 36_000
    filled_up = set()
    for i in range(FAULTS):
        free_kb = 0 if i == 0 else round(most * (i / FAULTS) ** 1.5)
        free = shutil.disk_usage(small_disk).free - free_kb * 1024
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free)
        code, output = on_it.run()
        filler.unlink()
        if code == 0:  # it was enough
            assert on_it.which() == 1 - number
            number = 1 - number
            on_it.choose(1 - number)
            most = free_kb
            continue
        assert code == 2, output
        assert "Traceback" not in output
        assert [line for line in output.splitlines() if line.startswith("pilot-areas: ")] == [output.splitlines()[-1]]
        assert "to fix: free some space" in output
        filled_up.add(output.splitlines()[-1].split(":")[1].strip().rsplit("/", 1)[-1])
        assert on_it.which() == number
    assert on_it.run() == (0, "")
    assert on_it.which() == 1 - number
    assert on_it.leftovers() == []
    record_property("runs on a full disk, and where it filled up", (FAULTS, sorted(filled_up)))


def test_a_disk_that_may_only_be_read(on_it: Project, small_disk: Path) -> None:
    number = on_it.which()
    on_it.choose(1 - number)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        code, output = on_it.run()
        assert on_it.which() == number
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert code == 2
    assert "Traceback" not in output
    assert output.splitlines()[-1].startswith("pilot-areas: ")
    assert on_it.run() == (0, "")


@pytest.mark.parametrize("folder", ["data/processed", "maps", "data/.processed.runs", ".dagster"])
def test_a_folder_that_may_only_be_read(folder: str, on_it: Project) -> None:
    """Root may write anywhere, so that the folder is mounted over itself."""
    number = on_it.which()
    on_it.choose(1 - number)
    place = on_it.root / folder
    subprocess.run(["mount", "--bind", str(place), str(place)], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(place)], check=True)
    try:
        code, output = on_it.run()
        # A run whose files have the names of the last needs no new link: it needs no right to the folders of links.
        published = on_it.which()
    finally:
        subprocess.run(["umount", str(place)], check=True)
    if folder in ("data/processed", "maps"):
        assert (code, published) == (0, 1 - number)
        return
    assert (code, published) == (2, number)
    assert "Traceback" not in output
    assert output.splitlines()[-1].startswith("pilot-areas: ")


def test_two_runs_at_once(on_it: Project) -> None:
    on_it.choose(1 - on_it.which())
    both = [on_it.command("run"), on_it.command("run")]
    output = [run.communicate(timeout=HANGS)[1] for run in both]
    assert sorted(run.returncode for run in both) == [0, 2]
    loser = next(text for run, text in zip(both, output, strict=True) if run.returncode == 2)
    assert "found another run in progress; expected one run at a time; to fix: wait until it ends" in loser
    assert "Traceback" not in loser
    on_it.which()
