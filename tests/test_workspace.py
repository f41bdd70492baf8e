"""Stored tables and the inputs of a project."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline import workspace
from pipeline.errors import InputError
from pipeline.workspace import Paths


def test_a_link_that_leads_out_of_the_inputs_is_refused(project: Paths, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text("x")
    (project.raw / "nesdc" / "more.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputError, match=r"more\.csv: found a link that leads out"):
        workspace.inputs(project)


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
