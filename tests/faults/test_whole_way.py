"""Whole runs on the command line: invented household rows, ballots of agencies.

Not here: faults. These are here since `make test` must stay short.
"""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest

from pipeline import cli, what_if, workspace
from pipeline.policy import WhatIf
from pipeline.project import Paths
from pipeline.stored_tables import Tables
from tests.conftest import with_fewer_draws
from tests.policy.test_ballots import voted


def test_everything_from_sample_rows_is_marked(
    new_project: Callable[[], Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = with_fewer_draws(new_project())
    monkeypatch.chdir(root)
    assert cli.main(["sample", "--households", "3000", "--seed", "4"]) == 0
    assert cli.main(["sample", "--households", "600", "--system", "pppconnext", "--format", "csv"]) == 0
    assert "SAMPLE" in capsys.readouterr().out
    assert cli.main(["run"]) == 0
    assert "SAMPLE" in capsys.readouterr().out
    paths = Paths.of(root)
    assert json.loads((paths.processed / "run.json").read_text(encoding="utf-8"))["sample"] is True
    page = (paths.maps / "index.html").read_text(encoding="utf-8")
    assert "This page contains invented rows" in page
    # A file may hold one district: what became of its rows is for the analyst, and is not published.
    assert not (paths.processed / "household_files.parquet").exists()
    rest_on_rows = {"household_poverty", "district_facts", "district_scores", "provincial_shortlist"}
    for path in paths.processed.glob("*.parquet"):
        assert workspace.read_note(path).sample == (path.stem in rest_on_rows) or path.stem not in rest_on_rows
    assert (paths.processed / "provincial_shortlist.csv").read_text(encoding="utf-8-sig").count(",SAMPLE\n") == 77
    book = openpyxl.load_workbook(paths.processed / "provincial_shortlist.xlsx")
    for name in ("provincial_shortlist", "without_suspects", "district_scores"):
        assert next(book[name].iter_rows(min_row=2, values_only=True))[-1] == "SAMPLE"
    with duckdb.connect(str(paths.processed / "pilot_areas.duckdb"), read_only=True) as catalogue:
        comments = dict(catalogue.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert all("SAMPLE" in comments[name] for name in rest_on_rows)
    assert comments["universities"] is None
    for kind in ("refused", "repaired"):
        for path in (paths.processed / kind).glob("*.parquet"):
            assert b"sample" in (pq.read_schema(path).metadata or {})


def test_a_run_with_ballots_shows_the_list_without_each_agency(
    new_project: Callable[[], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way of a ballot: file, weights, table, terminal, page, workbook."""
    root = new_project()
    file = voted(tmp_path, ("CODI", 80, 10, 10), ("DASTA", 20, 60, 20), ("OSMEP", 50, 25, 25))
    text = file.read_text(encoding="utf-8").replace("draws = 10000", "draws = 200")
    (root / "data" / "raw" / "policy" / "policy.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "160")
    assert cli.main(["run"]) == 0
    output = capsys.readouterr().out
    assert "mean of the ballots of CODI, DASTA and OSMEP (3/4 agencies)" in output
    assert "without the ballot of DASTA: " in output
    paths = Paths.of(root)
    tables = Tables(paths.processed)
    without = tables("shortlist_without_agencies")
    assert sorted(set(without["without_agency"])) == ["CODI", "DASTA", "OSMEP"]
    policy = what_if.published_ranking(tables).policy
    assert np.allclose(policy.nominal_weights, (0.5, 0.95 / 3, 0.55 / 3))
    alone = what_if.ranking_under(tables, WhatIf(drop_agencies=["DASTA"]).applied(policy)).provinces
    own = without[without["without_agency"] == "DASTA"]
    assert own["rank"].tolist() == alone["rank"].tolist()
    page = (paths.maps / "index.html").read_text(encoding="utf-8")
    assert "หากไม่นับบัตรของ DASTA" in page
    assert "ยังไม่มีการลงมติ" not in page
