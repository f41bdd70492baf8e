"""Which code a table, an intake of rows and a page depend on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import code_version, workspace
from pipeline.contracts import CONTRACTS
from tests.conftest import ROOT


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the program that a test may change; versions are of the copy."""
    for folder in ("pipeline", "assets"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code_version, "HERE", tmp_path / "pipeline")
    code_version.code_version.cache_clear()
    yield tmp_path
    code_version.code_version.cache_clear()


def versions() -> dict[str, str]:
    code_version.code_version.cache_clear()
    of_three = {name: code_version.code_version(getattr(code_version, name)) for name in ("HOUSEHOLDS", "TABLES")}
    return {**of_three, **{name: workspace.code_of(name) for name in ("district_scores", "map_classes", "dossiers")}}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("pipeline/pages/static/app/page.css", {"dossiers"}),
        ("pipeline/pages/dossier.py", {"dossiers"}),
        ("pipeline/report/listing.py", {"dossiers"}),
        ("pipeline/pages/classes.py", {"TABLES", "district_scores", "map_classes", "dossiers"}),
        ("pipeline/scoring.py", {"TABLES", "district_scores", "map_classes", "dossiers"}),
        ("pipeline/district_table/district_facts.sql", {"TABLES", "district_scores", "map_classes", "dossiers"}),
        ("pipeline/households/sql/stage.sql", {"HOUSEHOLDS", "TABLES", "district_scores", "map_classes", "dossiers"}),
        ("pipeline/reading/encodings.py", {"HOUSEHOLDS", "TABLES", "district_scores", "map_classes", "dossiers"}),
    ],
)
def test_a_change_concerns_only_what_it_can_change(changed: Path, file: str, expected: set[str]) -> None:
    before = versions()
    with (changed / file).open("a", encoding="utf-8") as source:
        source.write("\n")
    after = versions()
    assert {name for name in before if before[name] != after[name]} == expected


def test_every_room_has_a_version(changed: Path) -> None:
    assert set(code_version.EVERYTHING) == {"assets", *_rooms()}
    assert set(code_version.code_versions()) == {*code_version.EVERYTHING, "pages/classes"}
    assert set(code_version.SHOWING) <= set(code_version.EVERYTHING)
    with pytest.raises(ValueError, match="nowhere: no such room"):
        code_version.code_version(("nowhere",))


def test_no_table_depends_on_rooms_that_show() -> None:
    """`TABLES` leaves out the rooms that show; none of the others but the wiring may import them."""
    for path in (ROOT / "pipeline").rglob("*.py"):
        if {path.stem, path.parent.name} & {*code_version.SHOWING, "orchestration"}:
            continue
        text = path.read_text(encoding="utf-8")
        for room in code_version.SHOWING:
            assert f"from pipeline.{room}" not in text, path
            assert f"from pipeline import {room}" not in text, path


def test_files_depend_on_everything_and_figures_on_tables() -> None:
    everything, tables = (code_version.code_version(rooms) for rooms in (code_version.EVERYTHING, code_version.TABLES))
    for name, contract in CONTRACTS.items():
        assert workspace.code_of(name) == (everything if contract.files_in else tables), name


def _rooms() -> set[str]:
    folders = {path.parent.name for path in (ROOT / "pipeline").glob("*/__init__.py")}
    return folders | {path.stem for path in (ROOT / "pipeline").glob("*.py")} - {"__init__"}
