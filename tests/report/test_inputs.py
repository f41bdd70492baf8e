"""What `check` prints: whole file names on a terminal of 80 columns, and a warning for columns that are not used."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline import stored_tables, workspace
from pipeline.contracts import CONTRACTS, RAW_TABLES
from pipeline.errors import Stopped
from pipeline.project import Paths
from pipeline.reading.table import Received
from pipeline.report import inputs
from pipeline.sources import boundaries, dopa, nesdc, subdistricts
from pipeline.workspace import Note
from tests.bad_files.readers import DISTRICTS, RAW, SHAPES


@pytest.fixture
def looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("COLUMNS", "80")
    paths = Paths.of(tmp_path / "temporary")
    regions = nesdc.regions(RAW / "nesdc", DISTRICTS)
    odd = replace(
        regions.origins[0], encoding="cp874", delimiter=";", ignored_columns=("หมายเหตุ", "[red]"), as_recorded=False
    )
    for name, received in {
        "regions": replace(regions, origins=(odd,)),
        "population": dopa.population(RAW / "dopa", DISTRICTS, 2021),
        "district_shapes": boundaries.district_shapes(RAW / "boundaries", DISTRICTS),
        "subdistrict_points": subdistricts.subdistrict_points(RAW / "subdistrict_points", DISTRICTS, SHAPES),
        "household_files": household_files(),
    }.items():
        table = CONTRACTS[name].conform(received.table)
        workspace.write(paths.table(name), table, Note("0", origins=received.origins, rows_in=received.rows_in))
    return paths


def household_files() -> Received:
    row = {column.name: 0 if column.kind == "count" else "x" for column in CONTRACTS["household_files"]}
    row |= {"file": "households/pppconnext/รายครัวเรือน ปี 2565 จังหวัดยะลา ฉบับแก้ไข.csv", "sample": True, "rows_in": 2400}
    return Received(pd.DataFrame([row | {"encoding": "cp874", "problem": None}]), (), 1)


def test_file_names_stay_whole_at_80_columns(looked_at: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    inputs.print_inputs(looked_at, {})
    lines = capsys.readouterr().out.splitlines()
    for name in (
        "nesdc/regions.csv",
        "dopa/population_by_district.csv",
        "subdistrict_points/subdistrict_points.csv",
        "boundaries/boundaries_adm2_districts.parquet",
    ):
        assert name in lines
    assert "households/pppconnext/รายครัวเรือน ปี 2565 จังหวัดยะลา ฉบับแก้ไข.csv (cp874) (SAMPLE)" in lines
    at = lines.index("dopa/population_by_district.csv")
    assert lines[at + 1] == "  population: 4,640 rows in, 4,640 kept; figures of 2021"


def test_a_source_that_is_not_stated_is_one_line_on_how_to_state_it(
    looked_at: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    path = looked_at.table("district_shapes")
    note, shapes = workspace.read_note(path), stored_tables.read_shapes(path)
    own = replace(note.origins[0], file="boundaries/b.gpkg", sidecar="b.gpkg.SOURCE.toml", stated=False)
    workspace.write(path, shapes, replace(note, origins=(own,)))
    inputs.print_inputs(looked_at, {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[lines.index("boundaries/b.gpkg") + 2] == (
        "  WARNING: its source is not stated: write b.gpkg.SOURCE.toml with title_th, title_en, source, address,"
        " licence, received and a table [sha256]"
    )


def test_warnings_are_printed_below_their_file(looked_at: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    inputs.print_inputs(looked_at, {"poverty": Stopped("poverty", "x", ["[bold]a line"], refused=True)})
    output = capsys.readouterr().out
    lines = output.splitlines()
    below = lines[lines.index("nesdc/regions.csv") + 1 :][:4]
    assert below == [
        "  regions: 77 rows in, 77 kept",
        "  its sha256 is not the one in SOURCE.toml",
        "  read as cp874, separated by semicolons",
        "  WARNING: columns that are not used: หมายเหตุ, [red] (to use one, map it under [columns] in SOURCE.toml)",
    ]
    assert "poverty: [bold]a line" in lines
    assert "all inputs can be used" not in output
    missing = next(line for line in lines if line.startswith("not read, because"))
    assert "universities" in missing
    assert "poverty" not in missing.split(": ")[1].split(", ")
    assert set(missing.split(": ")[1].split(", ")) < set(RAW_TABLES)
