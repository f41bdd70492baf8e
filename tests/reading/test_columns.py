"""A file's own column names are data: every input with its columns renamed, in another order, and with more columns."""

import csv
import io
import re
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import findings, workspace
from pipeline.contracts import CONTRACTS, Column, Contract, Kind
from pipeline.errors import InputError
from pipeline.project import Paths
from pipeline.reading.columns import ColumnMap, clean_name
from pipeline.reading.encodings import NOT_THAI
from pipeline.reading.table import parse_table
from pipeline.sources import nesdc, tpmap_counts, universities
from pipeline.workspace import Note
from tests.bad_files.readers import DISTRICTS, READERS, SHAPES, plain_of
from tests.conftest import ROOT

RAW = ROOT / "data" / "raw"


# The readers whose folder holds no other file: its map may be that of the folder.
ALONE = [name for name, reader in READERS.items() if len(list((RAW / reader.folder).glob("*.csv"))) == 1]


def mapped(sidecar: Path, lines: str) -> None:
    """Put a column map into a sidecar in place of the one it has."""
    text = re.sub(r"(?ms)^\[columns.*?(?=^\[sha256\])", "", sidecar.read_text(encoding="utf-8"))
    sidecar.write_text(text.replace("[sha256]", f"{lines}\n[sha256]"), encoding="utf-8")


def rewritten(file: Path, change: Callable[[list[str], int], Sequence[str]], **form: str) -> list[str]:
    """Write a file again with each row changed, given its number; return the header as it was."""
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    target = io.StringIO(newline="")
    csv.writer(target, **form).writerows(change(row, i) for i, row in enumerate(rows))
    file.write_text(target.getvalue(), encoding="utf-8", newline="")
    return rows[0]


@pytest.mark.parametrize("form", ["UTF-8", "CP874 with semicolons"])
@pytest.mark.parametrize(("name", "one_file"), [(name, True) for name in READERS] + [(name, False) for name in ALONE])
def test_a_renamed_column_needs_no_code(name: str, one_file: bool, form: str, tmp_path: Path) -> None:
    reader = READERS[name]
    file = reader.copied(tmp_path)
    ours = {"subdistrict_code": "place_code"} if name == "points" else {}
    delimiter = ";" if form != "UTF-8" else ","
    head = rewritten(file, lambda row, i: row if i else [f"คอลัมน์ {n}" for n, _ in enumerate(row)], delimiter=delimiter)
    if form != "UTF-8":
        file.write_bytes(file.read_text(encoding="utf-8").encode("cp874"))
    table = f'[columns."{file.name}"]' if one_file else "[columns]"
    lines = [table, *(f'"คอลัมน์ {n}" = "{ours.get(column, column)}"' for n, column in enumerate(head))]
    if name == "offices":  # the other file of the folder keeps its own map
        lines += ['[columns."subdistrict_points.csv"]', '"subdistrict_code" = "place_code"']
    mapped(file.parent / "SOURCE.toml", "\n".join(lines))
    received = reader.read(file.parent)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain_of(name))
    origin = next(o for o in received.origins if o.file.endswith(file.name))
    assert origin.delimiter == delimiter
    assert origin.encoding == ("utf-8" if form == "UTF-8" else "cp874")
    assert origin.ignored_columns == ()


@pytest.mark.parametrize("name", READERS)
def test_more_columns_are_ignored_and_listed(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    file = reader.copied(tmp_path)
    rewritten(file, lambda row, i: [*row, "x"] if i else [*row, "หมายเหตุ\n(ถ้ามี)"])
    received = reader.read(file.parent)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain_of(name))
    origin = next(o for o in received.origins if o.file.endswith(file.name))
    assert origin.ignored_columns == ("หมายเหตุ (ถ้ามี)",)


def test_ignored_columns_are_stored_and_become_a_warning(tmp_path: Path) -> None:
    file = READERS["regions"].copied(tmp_path)
    rewritten(file, lambda row, i: [*row, "x", "y"] if i else [*row, "note", ""])
    received = nesdc.regions(file.parent, DISTRICTS)
    paths = Paths.of(tmp_path)
    workspace.write(paths.table("regions"), received.table, Note("0", origins=received.origins, rows_in=77))
    inputs = CONTRACTS["inputs"].conform(workspace.inputs_table(paths, ["regions"]))
    assert inputs["ignored_columns"].tolist() == [("note", "column 8 without a name")]
    assert inputs["encoding"].tolist() == ["utf-8"]
    finding = findings.columns(inputs)
    assert not finding.fine
    assert "nesdc/regions.csv: note, column 8 without a name" in finding.sentence
    assert findings.columns(inputs.assign(ignored_columns="")).fine


REGIONS = '[columns]\n"รหัสจังหวัด" = "province_code"\n'
# The lines of [columns], the change of the header, and what the message holds.
REFUSED: dict[str, tuple[str, str, list[str]]] = {
    "a cell of a mapped column": (REGIONS, "รหัสจังหวัด", ["line 2, column รหัสจังหวัด (province_code): found '1x'"]),
    "a column that is neither ours nor mapped": (
        "",
        "รหัสจังหวัด",
        [
            "line 1: found no column province_code",
            'write "รหัสจังหวัด" = "province_code" under [columns] in',
            "SOURCE.toml",
        ],
    ),
    "a column with almost our name": (
        "",
        "Province-Code",
        ["rename Province-Code to province_code", 'write "Province-Code" = "province_code" under [columns] in'],
    ),
    "a mapped column that is not there": (
        REGIONS,
        "province_code",
        ["line 1: found no column รหัสจังหวัด", "uses as province_code", "correct [columns] in"],
    ),
    "a mapped column with another ending": (
        '[columns."regions.csv"]\n"รหัสจังหวัด" = "province_code"\n',
        "รหัสจังหวัด*",
        ['write "รหัสจังหวัด*" = "province_code" under [columns."regions.csv"] in'],
    ),
    "two columns for one of ours": (
        REGIONS,
        "รหัสจังหวัด,province_code",
        ["line 1: found the columns รหัสจังหวัด and province_code, both used as province_code"],
    ),
    "a mapped column twice": (REGIONS, "รหัสจังหวัด,รหัสจังหวัด", ["line 1: found column รหัสจังหวัด twice"]),
    "one of ours mapped twice": (
        REGIONS + '"จังหวัด" = "province_code"\n',
        "province_code",
        ["SOURCE.toml", "province_code twice, for 'รหัสจังหวัด' and 'จังหวัด'"],
    ),
    "one of theirs mapped twice": (
        REGIONS + '"รหัสจังหวัด " = "name_th"\n',
        "province_code",
        ["SOURCE.toml", "found the column 'รหัสจังหวัด' twice"],
    ),
    "a name that is not ours": (
        '[columns]\n"รหัสจังหวัด" = "provincecode"\n',
        "รหัสจังหวัด",
        ["SOURCE.toml, column รหัสจังหวัด: found 'provincecode'", "write province_code"],
    ),
    "a file that is not there": (
        '[columns."region.csv"]\n"รหัสจังหวัด" = "province_code"\n',
        "รหัสจังหวัด",
        ["found columns of 'region.csv'", 'write [columns."regions.csv"]'],
    ),
    "no table": ("columns = 1\n", "province_code", ["SOURCE.toml", "a table [columns]"]),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_messages_name_the_files_own_column(fault: str, tmp_path: Path) -> None:
    lines, names, parts = REFUSED[fault]
    file = READERS["regions"].copied(tmp_path)
    sidecar = file.parent / "SOURCE.toml"
    if lines.startswith("columns"):
        sidecar.write_text(lines + sidecar.read_text(encoding="utf-8"), encoding="utf-8")
    else:
        mapped(sidecar, lines)
    more = [""] * names.count(",")

    def change(row: list[str], i: int) -> list[str]:
        return [*([f"{row[0][0]}x" if i == 1 else row[0], *more] if i else names.split(",")), *row[1:]]

    rewritten(file, change)
    with pytest.raises(InputError) as refused:
        nesdc.regions(file.parent, DISTRICTS)
    line = str(refused.value)
    assert "\n" not in line
    for part in ("found ", "; expected ", "; to fix: ", *parts):
        assert part in line, line


def test_later_rules_name_the_files_own_column_too(tmp_path: Path) -> None:
    file = READERS["universities"].copied(tmp_path)
    mapped(file.parent / "SOURCE.toml", '[columns]\n"รหัสอำเภอ" = "district_code"\n')
    text = file.read_text(encoding="utf-8").replace("district_code", "รหัสอำเภอ", 1).replace("50,5001", "51,5001", 1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"column รหัสอำเภอ \(district_code\): found district 5001 with province 51"):
        universities.campuses(file.parent, DISTRICTS, SHAPES)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("smaple = true\n", ["the key 'smaple'", "write sample"]),
        ('sample = "false"\n', ["sample = 'false'", "true or false"]),
        ("note = [1]\n", ["note = '[1]'", "text"]),
    ],
)
def test_a_sidecar_is_read_strictly(line: str, words: list[str], tmp_path: Path) -> None:
    file = READERS["regions"].copied(tmp_path)
    sidecar = file.parent / "SOURCE.toml"
    text = re.sub(r"(?m)^note = .*\n", "", sidecar.read_text(encoding="utf-8"))
    sidecar.write_text(line + text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        nesdc.regions(file.parent, DISTRICTS)
    for word in ("SOURCE.toml", *words):
        assert word in str(refused.value)


def test_a_renamed_figure_of_one_aggregate_file(tmp_path: Path) -> None:
    place = Path(shutil.copytree(RAW / "tpmap_aggregates", tmp_path / "tpmap_aggregates"))
    sidecar = place / "SOURCE.toml"
    for carried in place.glob("*.csv"):
        carried.unlink()
    text = sidecar.read_text(encoding="utf-8")
    lines = '[columns."66_province.csv"]\n"จำนวนคนจนเป้าหมาย" = "target_poor_persons"\n'
    sidecar.write_text(text.replace("[sha256]", f"{lines}\n[sha256]"), encoding="utf-8")
    (place / "66_province.csv").write_text(
        "province_ID;จำนวนคนจนเป้าหมาย;ปี\n50;1500;2566\n58;700;2566\n", encoding="cp874"
    )
    (place / "65_province.csv").write_text("province_ID,poor.JPT.MOFval.CNT\n50,1600\n58,800\n", encoding="utf-8")
    received = tpmap_counts.release_counts(place, DISTRICTS)
    table = received.table.set_index(["year", "area_code"])["target_poor_persons"].dropna()
    assert table.to_dict() == {(2022, "50"): 1600, (2022, "58"): 800, (2023, "50"): 1500, (2023, "58"): 700}
    assert {o.file.split("/")[1]: o.ignored_columns for o in received.origins} == {
        "65_province.csv": (),
        "66_province.csv": ("ปี",),
    }


CONTRACT = Contract(
    "trial",
    "a table of every kind",
    ("code",),
    (
        Column("code", Kind.CODE, "code", pattern="[1-9][0-9]{3}"),
        Column("name", Kind.TEXT, "name"),
        Column("persons", Kind.COUNT, "persons", minimum=0),
        Column("rate", Kind.NUMBER, "rate", nullable=True, minimum=0, maximum=100),
    ),
    "nobody",
)
ROWS = [["1001", "พระนคร, เขต", "12", "1.5"], ["1002", 'ดุสิต "เขต"', "0", ""], ["5001", "เมือง; a|b", "7", "100"]]


@cache
def written_plainly() -> pd.DataFrame:
    return parse_table(written(CONTRACT.column_names, ROWS, ",").encode(), "a.csv", CONTRACT, ColumnMap(), {}).table


def written(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str) -> str:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows([header, *rows])
    return target.getvalue()


LETTERS = "กขคงจฉชซฐณดตถทธนบปผฝพฟภมยรลวศสหฬอฮ ()%,;|\"'=[].ABCabc0123456789"
NAME = (
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=20)
    .map(clean_name)
    .filter(lambda name: name and name not in CONTRACT.column_names and not NOT_THAI.search(name))
)


@given(data=st.data())
def test_any_order_and_names_of_columns_give_the_same_table(data: st.DataObject) -> None:
    ours = CONTRACT.column_names
    names = data.draw(st.lists(NAME, min_size=6, max_size=6, unique=True))
    kept = data.draw(st.sets(st.sampled_from(ours)))
    header = [name if name in kept else names[i] for i, name in enumerate(ours)]
    columns = ColumnMap({names[i]: name for i, name in enumerate(ours) if name not in kept}, "SOURCE.toml")
    ignored = names[4 : 4 + data.draw(st.integers(0, 2))]
    table = [[*header, *ignored], *([*row, *["x" for _ in ignored]] for row in ROWS)]
    order = data.draw(st.permutations(range(len(table[0]))))
    delimiter = data.draw(st.sampled_from(",;\t|"))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp874"]))
    text = written([table[0][i] for i in order], [[row[i] for i in order] for row in table[1:]], delimiter)
    parsed = parse_table(text.encode(encoding), "a.csv", CONTRACT, columns, {})
    pd.testing.assert_frame_equal(parsed.table, written_plainly())
    assert sorted(parsed.header.ignored) == sorted(ignored)
    assert parsed.delimiter == delimiter
