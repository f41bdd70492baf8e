"""Files that no reader takes: each is one line, a problem where someone expects it to be used."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.leftovers import inputs_in
from pipeline.project import Paths, input_files
from pipeline.sources.unread import refuse_unread, unread_inputs
from tests.conftest import ROOT

LEFTOVERS = (
    ".DS_Store",
    "universities/.gitkeep",
    "universities/Thumbs.db",
    "universities/desktop.ini",
    "universities/._universities.csv",
    "universities/~$universities.xlsx",
    "universities/.~lock.universities.csv#",
    "universities/universities.csv~",
    "__MACOSX/universities/._a.csv",
    "households/tpmap/Thumbs.db",
    "tpmap_aggregates/__MACOSX/61_province.csv",
    "universities/README.txt",
)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "raw", ignore=shutil.ignore_patterns("households"))
    return tmp_path / "raw"


def put(raw: Path, name: str) -> None:
    (raw / name).parent.mkdir(parents=True, exist_ok=True)
    (raw / name).write_bytes(b"a,b\n1,2\n")


def test_the_inputs_of_the_project_are_all_read(raw: Path) -> None:
    assert unread_inputs(raw) == []


def test_what_systems_leave_behind_is_no_input_anywhere(raw: Path) -> None:
    paths = Paths(raw, raw.parent / "processed", raw.parent / "maps", raw / "policy" / "policy.toml")
    before, digests = inputs_in(raw), input_files(paths)
    for name in LEFTOVERS:
        put(raw, name)
    assert unread_inputs(raw) == []
    assert inputs_in(raw) == before
    assert input_files(paths) == digests


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("universities/universities (1).csv", ["universities (1).csv", "keep the version that counts"]),
        ("universities/universities_2563.csv", ["universities_2563.csv", "universities.csv"]),
        ("universities/Universities.CSV", ["a file that is not read", "universities.csv"]),
        ("nesdc/regions.xls", ["regions.xls", "regions.csv"]),
        (
            "dopa/population.zip",
            ["population.zip", "population_by_district.csv or population_by_subdistrict.csv or *.txt"],
        ),
        ("dbd/new_firms_by_district - Copy.csv", ["new_firms_by_district - Copy.csv"]),
        ("univercities/universities.csv", ["the folder 'univercities' with 1 file", "rename it to universities"]),
        ("regions.csv", ["a file beside the folders", "the folder of its system"]),
    ],
)
def test_a_file_that_someone_expects_to_be_used_stops_a_run(name: str, parts: list[str], raw: Path) -> None:
    put(raw, name)
    with pytest.raises(InputError) as refused:
        refuse_unread(raw)
    assert len(refused.value.problems) == 1
    for part in parts:
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (
            ["universities/old/universities.csv", "universities/old/a.csv"],
            ["universities/old", "a folder with 2 files"],
        ),
        (["moph/hospitals.csv"], ["the folder 'moph' with 1 file", "a new system needs a layer"]),
        (["universities/letter.pdf"], ["letter.pdf", "a file that is not read"]),
        (["notes.docx"], ["notes.docx"]),
    ],
)
def test_what_was_put_aside_is_a_warning_of_one_line(names: list[str], parts: list[str], raw: Path) -> None:
    for name in names:
        put(raw, name)
    refuse_unread(raw)
    (entry,) = unread_inputs(raw)
    for part in parts:
        assert part in str(entry.problem)
