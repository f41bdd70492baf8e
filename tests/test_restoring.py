"""A copied project that a test has changed is restored for the next test."""

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import restore


def contents(folder: Path) -> dict[str, object]:
    """What each path in a folder is: a link's target, a file's bytes and rights, or a folder."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[path.relative_to(folder).as_posix()] = os.readlink(path)
        else:
            found[path.relative_to(folder).as_posix()] = (
                path.read_bytes() if path.is_file() else None,
                path.stat().st_mode,
            )
    return found


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "data" / "a.csv").write_text("one")
    (folder / "data" / "deep" / "b.csv").write_text("two")
    (folder / "data" / "deep" / "b.csv").chmod(0o444)
    (folder / "link").symlink_to("data/a.csv")
    (folder / "whole").symlink_to("data")
    return folder


CHANGES = {
    "nothing": lambda copy: None,
    "other bytes of the same length": lambda copy: (copy / "data" / "a.csv").write_text("xxx"),
    "a file less": lambda copy: (copy / "data" / "a.csv").unlink(),
    "a file more": lambda copy: (copy / "data" / "deep" / "c.csv").write_text("three"),
    "other rights": lambda copy: (copy / "data" / "deep" / "b.csv").chmod(0o644),
    "a folder less": lambda copy: shutil.rmtree(copy / "data"),
    "a folder more": lambda copy: (copy / "more" / "and more").mkdir(parents=True),
    "a folder for a link": lambda copy: ((copy / "whole").unlink(), (copy / "whole").mkdir()),
    "a link for a folder": lambda copy: (
        shutil.rmtree(copy / "data" / "deep"),
        (copy / "data" / "deep").symlink_to("."),
    ),
    "a file for a folder": lambda copy: (shutil.rmtree(copy / "data" / "deep"), (copy / "data" / "deep").touch()),
    "another target": lambda copy: ((copy / "link").unlink(), (copy / "link").symlink_to("nowhere")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_undone_and_the_source_stays(change: str, source: Path, tmp_path: Path) -> None:
    before, copy = contents(source), tmp_path / "copy"
    restore(source, copy)
    assert contents(copy) == before
    CHANGES[change](copy)
    assert (contents(copy) == before) == (change == "nothing")
    restore(source, copy)
    assert contents(copy) == before
    assert contents(source) == before
