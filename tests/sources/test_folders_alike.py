"""Every folder of inputs treats alike what is no table: nothing to say, one line in `check`, or one line that stops."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import sources
from pipeline.errors import InputError, disk_error
from pipeline.households.files import files_to_read
from pipeline.layers import LAYERS
from pipeline.project import Paths, input_files
from pipeline.sources import dopa
from pipeline.sources.unread import BY_THEMSELVES, FOLDERS, POLICIES, refuse_unread, unread_inputs
from tests.conftest import ROOT

DISTRICTS = dopa.districts().table
SYSTEM = "households/tpmap"
PLACES = sorted({*FOLDERS, SYSTEM} - {"households"})
ROWS = "household_id,subdistrict_code,members,survey_year,health,living,education,income,accessibility\n"
Put = Callable[[Path], None]


def written(name: str, content: bytes) -> Put:
    def put(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return put


PROSE = "อ่านก่อนใช้\nข้อมูลนี้มาจากกรม\nโทร 02".encode()
# What leaves no word.
SILENT: dict[str, Put] = {
    "readme.txt": written("readme.txt", PROSE),
    "README.md": written("README.md", b"# a"),
    "desktop.ini": written("desktop.ini", b"[a]"),
    "Thumbs.db": written("Thumbs.db", b"x"),
    "._x.csv": written("._x.csv", b"x"),
    "~$x.xlsx": written("~$x.xlsx", b"x"),
    ".DS_Store": written(".DS_Store", b"x"),
    "an empty folder": lambda folder: (folder / "new").mkdir(),
}
# What is one line and stops no run.
NAMED: dict[str, Put] = {
    "letter.docx": written("letter.docx", b"PK"),
    "letter.pdf": written("letter.pdf", b"%PDF"),
    "notes.txt": written("notes.txt", PROSE),
    "map.png": written("map.png", b"x"),
    "empty.txt": written("empty.txt", b""),
}
# What someone expects to be used: one line that stops the run.
REFUSED: dict[str, Put] = {
    "empty.csv": written("empty.csv", b""),
    "gone.csv": lambda folder: (folder / "gone.csv").symlink_to(folder / "target.csv"),
    "locked.csv": lambda folder: (written("locked.csv", b"a,b\n1,2\n")(folder), (folder / "locked.csv").chmod(0))[0],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = tmp_path_factory.mktemp("folders") / "raw"
    shutil.copytree(ROOT / "data" / "raw", raw)
    (raw / SYSTEM).mkdir(parents=True, exist_ok=True)
    (raw / SYSTEM / "rows.csv").write_text(ROWS + "1,500101,3,2022,0,0,0,1,0\n", encoding="utf-8")
    return raw


@pytest.fixture
def raw(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "raw", copy_function=os.link)
    return tmp_path / "raw"


def lines_of(raw: Path, place: str) -> tuple[list[str], list[str]]:
    """The lines of `check` about a folder, and those that stop a run: of its reader and of what no reader takes."""
    policy = raw / POLICIES / "policy.toml"
    said = [str(entry.problem) for entry in unread_inputs(raw, policy) if not entry.expected_to_be_used]
    stops: list[str] = []
    layers = [lambda layer=layer: sources.context.layer_table(raw, layer, DISTRICTS) for layer in LAYERS]
    readers = {
        "boundaries": [lambda: sources.boundaries.district_shapes(raw / place, DISTRICTS)],
        "dopa": [lambda: dopa.population(raw / place, DISTRICTS, 2021)],
        "nesdc": [lambda: sources.nesdc.regions(raw / place, DISTRICTS)],
        "tpmap": [lambda: sources.tpmap.district_rates(raw / place, DISTRICTS)],
        "tpmap_aggregates": [lambda: sources.tpmap_counts.release_counts(raw / place, DISTRICTS)],
        SYSTEM: [lambda: files_to_read(raw, False, lambda _: None)],
        **{layer.folder: [read] for layer, read in zip(LAYERS, layers, strict=True)},
    }
    checks = [lambda: refuse_unread(raw), lambda: input_files(Paths(raw, raw.parent / "p", raw.parent / "m", policy))]
    for read in (*readers.get(place, []), *checks):
        try:
            read()
        except InputError as error:
            stops += map(str, error.problems)
        except OSError as error:
            stops.append(str(disk_error(error)))
    return said, list(dict.fromkeys(stops))


@pytest.mark.parametrize("place", PLACES)
def test_what_is_left_behind_and_notes_need_no_word(place: str, raw: Path) -> None:
    for put in SILENT.values():
        put(raw / place)
    if place == "boundaries":
        (raw / place / "new").rmdir()  # a folder there is a folder of boundary files
    assert lines_of(raw, place) == ([], [])


@pytest.mark.parametrize("place", PLACES)
def test_documents_and_prose_are_one_line_each_and_stop_nothing(place: str, raw: Path) -> None:
    for put in NAMED.values():
        put(raw / place)
    said, stops = lines_of(raw, place)
    assert stops == []
    assert len(said) == len(NAMED)
    assert all(sum(f"{place}/{name}" in line for line in said) == 1 for name in NAMED)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("place", PLACES)
def test_data_that_cannot_be_used_stops_a_run(place: str, name: str, raw: Path) -> None:
    if name == "locked.csv" and os.geteuid() == 0 and place == SYSTEM:
        pytest.skip("root may read every file")
    if name == "empty.csv" and place == SYSTEM:
        pytest.skip("an empty file is refused as it is opened (tests/households)")
    REFUSED[name](raw / place)
    _, stops = lines_of(raw, place)
    assert [line for line in stops if name in line], stops
    assert len(stops) <= 2


@pytest.mark.parametrize("place", [p for p in PLACES if p not in (*BY_THEMSELVES, SYSTEM)])
def test_a_folder_within_is_one_line(place: str, raw: Path) -> None:
    (raw / place / "old").mkdir()
    for name in ("a.csv", "b.csv"):
        (raw / place / "old" / name).write_bytes(b"a,b\n1,2\n")
    said, stops = lines_of(raw, place)
    assert (len(said), stops) == (1, [])
    assert f"{place}/old: found a folder with 2 files that are not read" in said[0]


def test_another_policy_is_one_line(raw: Path) -> None:
    shutil.copy(raw / POLICIES / "policy.toml", raw / POLICIES / "policy_2570.toml")
    said, stops = lines_of(raw, POLICIES)
    assert stops == []
    assert len(said) == 1
    assert "policy_2570.toml: found a policy that is not used" in said[0]
    used = raw / POLICIES / "policy_2570.toml"
    assert "policy.toml: found a policy that is not used" in str(unread_inputs(raw, used)[0].problem)
