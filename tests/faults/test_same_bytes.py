"""The same figures give the same result, in whatever order they come; and a run can be built again from its archive."""

import csv
import io
import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline import cli
from pipeline.project import Paths
from pipeline.runs import rounds, switching, verifying
from pipeline.stored_tables import Tables
from tests.conftest import HARD_TO_NAME, published_files, run_in, with_fewer_draws
from tests.faults.conftest import COMMAND
from tests.households.conftest import csv as household_csv
from tests.households.test_way import rows

# Which bytes came in, and at which line: what the order must change.
OF_THE_ORDER = ("inputs", "repaired", "about")


@pytest.fixture(scope="module")
def in_order(new_project: Callable[[], Path]) -> Paths:
    """A run with household rows of two systems, and with an earlier round to compare with."""
    root = new_project()
    root = with_fewer_draws(root.rename(root.with_name(HARD_TO_NAME)))
    paths = run_in(root)
    rounds.archive(paths, "earlier", pd.Timestamp("2026-01-31").date())
    text = paths.policy.read_text(encoding="utf-8")
    paths.policy.write_text(text.replace('previous_round = ""', 'previous_round = "earlier"'), encoding="utf-8")
    for system in ("tpmap", "pppconnext"):
        folder = paths.raw / "households" / system
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_bytes(household_csv(rows(system)))
    return run_in(root)


def shuffled(content: bytes, chance: random.Random) -> bytes:
    """A file with its rows in another order below its header."""
    head, *body = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    chance.shuffle(body)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([head, *body])
    return out.getvalue().encode()


def test_rows_in_another_order_give_the_same(in_order: Paths, tmp_path: Path) -> None:
    root = tmp_path / "shuffled"
    shutil.copytree(in_order.raw, root / "data" / "raw")
    shutil.copytree(in_order.rounds, root / "data" / "rounds")
    shutil.copy(in_order.maps.parent / "dagster.yaml", root)
    chance, many = random.Random(3), 0
    for file in sorted((root / "data" / "raw").rglob("*.csv")):
        before = file.read_bytes()
        file.write_bytes(shuffled(before, chance))
        many += file.read_bytes() != before
    assert many > 10
    other = run_in(root)
    ids = [json.loads((p.processed / "run.json").read_text(encoding="utf-8"))["run_id"] for p in (in_order, other)]
    assert ids[0] != ids[1]
    names = {p.relative_to(in_order.processed) for p in published_files(in_order.processed)}
    assert names == {p.relative_to(other.processed) for p in published_files(other.processed)}
    tables = [n.stem for n in names if n.suffix == ".parquet" and len(n.parts) == 1 and n.stem not in OF_THE_ORDER]
    assert len(tables) > 30
    for name in tables:
        one, two = Tables(in_order.processed)(name), Tables(other.processed)(name)
        pd.testing.assert_frame_equal(one, two, obj=name)
    texts = [p for p in published_files(in_order.maps) if p.suffix in (".html", ".svg", ".geojson")]
    assert len(texts) > 80
    for path in texts:
        texts = [p.read_text(encoding="utf-8") for p in (path, other.maps / path.relative_to(in_order.maps))]
        if path.suffix == ".svg":  # the run's id is drawn as outlines of letters: what is drawn besides is compared
            texts = ["\n".join(re.findall(r'<path d="[^"]+"[^>]*style="[^"]+"', text)) for text in texts]
            assert len(texts[0]) > 100_000
        else:  # of the brief without its pictures, which have the id painted in
            texts = [re.sub(r"data:image/[^\"]+", "", text) for text in texts]
        assert texts[0].replace(ids[0], ids[1]) == texts[1], path.name
    for path in sorted((in_order.maps / "downloads").glob("*.xlsx"))[:10]:
        books = [openpyxl.load_workbook(f) for f in (path, other.maps / "downloads" / path.name)]
        for sheet in books[0].sheetnames:
            if sheet not in OF_THE_ORDER:
                cells = [list(book[sheet].iter_rows(values_only=True)) for book in books]
                assert str(cells[0]).replace(ids[0], ids[1]) == str(cells[1]), (path.name, sheet)


def verified_elsewhere(root: Path) -> str:
    """The output of `verify` on one processor, in another time zone, locale and folder."""
    elsewhere = {"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"}
    one = {min(os.sched_getaffinity(0))}
    done = subprocess.run(
        [COMMAND, "verify"],
        cwd=root,
        env={**os.environ, **elsewhere},
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, one),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_run_is_built_again_from_its_archive(
    in_order: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = in_order.maps.parent
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.main(["rounds", "archive", "kept"]) == 0
    run = switching.shown_run(in_order)
    assert run is not None
    assert verifying.find_run(in_order, run.name[-16:]).folder == run
    # What is in data/raw now does not matter, but for the household rows.
    regions = in_order.raw / "nesdc" / "regions.csv"
    regions.write_bytes(b"changed\n")
    assert cli.main(["verify", "kept"]) == 0
    for output in (capsys.readouterr().out, verified_elsewhere(root)):
        assert f": run {run.name[-16:]}: all " in output
        assert "byte for byte" in output
        assert int(output.split(": all ")[1].split()[0]) > 200
    rows_file = in_order.raw / "households" / "tpmap" / "rows.csv"
    content = rows_file.read_bytes()
    rows_file.write_bytes(content.replace(b"2022", b"2021", 1))
    assert cli.main(["verify"]) == 2
    assert "expected the household rows of that run, which are not archived" in capsys.readouterr().err
    rows_file.unlink()
    assert cli.main(["verify"]) == 2
    assert "found no such file" in capsys.readouterr().err
    rows_file.write_bytes(content)
    page = run / "maps" / "57.html"
    page.write_bytes(page.read_bytes().replace("เชียงราย".encode(), "เชียงใหม่".encode(), 1))
    assert cli.main(["verify"]) == 1
    output = capsys.readouterr().out
    assert "differs: maps/57.html" in output
    assert "1 of " in output
