"""Releases as people keep them: folders by Buddhist year, a workbook per province, other columns, titles, copies."""

import io
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.reading.table import Received
from pipeline.sources import tpmap_counts
from tests.conftest import ROOT

HEADING = ["province_ID", "amphur_ID", "amphur_name", "poor.JPT.CNT", "HOUSEMEMBER_CNT"]
PHUKET = [
    [83, 8301, "เมืองภูเก็ต", 1200, 20000],
    [83, 8302, "กะทู้", 100, 6400],
    [83, 8303, "ถลาง", 60, 4000],
]
RANONG = [
    [85, 8501, "เมืองระนอง", 5, 100],
    [85, 8502, "ละอุ่น", 6, 100],
    [85, 8503, "กะเปอร์", 7, 100],
    [85, 8504, "กระบุรี", 8, 100],
    [85, 8505, "สุขสำราญ", 9, 100],
]
Rows = list[list[object]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tpmap_aggregates"
    place.mkdir()
    shutil.copy(ROOT / "data" / "raw" / "tpmap_aggregates" / "SOURCE.toml", place)
    return place


def workbook(rows: Rows) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def text(rows: Rows, delimiter: str = ",") -> bytes:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows).encode()


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def is_phuket(received: Received, year: int = 2018) -> None:
    table = received.table.set_index("area_code")
    assert set(table["year"]) == {year}
    found = table.loc[["8301", "8302", "8303", "83"], "poor_persons"].tolist()
    assert found == [1200, 100, 60, 1360]


@pytest.mark.parametrize(
    ("names", "year"),
    [
        (["2561/83.xlsx", "2561/85.xlsx"], 2018),
        (["ปี 2561/ภูเก็ต.xlsx", "ปี 2561/ระนอง.xlsx"], 2018),
        (["ปี ๒๕๖๑/83.xlsx", "ปี ๒๕๖๑/85.xlsx"], 2018),
        (["TPMAP_61/83_amphur.xlsx", "TPMAP_61/85_amphur.xlsx"], 2018),
        (["tpmap 61/อำเภอ/83.xlsx", "tpmap 61/อำเภอ/85.xlsx"], 2018),
        (["พ.ศ. 2565/จ.ภูเก็ต.xlsx", "พ.ศ. 2565/จ.ระนอง.xlsx"], 2022),
        (["จปฐ. 65/83.xlsx", "จปฐ. 65/85.xlsx"], 2022),
        (["2022/83.xlsx", "2022/85.xlsx"], 2022),
        (["TPMAP65_83.xlsx", "TPMAP65_85.xlsx"], 2022),
        (["65_83_amphur.xlsx", "65_85_amphur.xlsx"], 2022),
    ],
)
def test_a_workbook_per_province_in_a_folder_of_the_year(
    names: list[str], year: int, folder: Path, districts: pd.DataFrame
) -> None:
    for name, rows in zip(names, (PHUKET, RANONG), strict=True):
        put(folder, name, workbook([HEADING, *rows]))
    received = tpmap_counts.release_counts(folder, districts)
    is_phuket(received, year)
    assert received.table.set_index("area_code").loc["85", "poor_persons"] == 35


def test_an_archive_named_after_the_year(folder: Path, districts: pd.DataFrame) -> None:
    with zipfile.ZipFile(folder / "TPMAP_61.zip", "w") as archive:
        archive.writestr("83.xlsx", workbook([HEADING, *PHUKET]))
    is_phuket(tpmap_counts.release_counts(folder, districts))


def in_order(rows: Rows, order: list[int]) -> Rows:
    return [[row[at] for at in order] for row in rows]


WHOLE: Rows = [list(HEADING), *PHUKET]
RIGHT: dict[str, Rows] = {
    "another order of columns": in_order(WHOLE, [4, 3, 2, 1, 0]),
    "without the province": in_order(WHOLE, [1, 3, 4]),
    "without names": in_order(WHOLE, [0, 1, 3, 4]),
    "without persons surveyed": in_order(WHOLE, [0, 1, 3]),
    "other columns too": [[*row, extra] for row, extra in zip(WHOLE, ["หมายเหตุ", "-", "x", ""], strict=True)],
    "a column of numbers": [[at, *row] for at, row in zip(["", 0, 1, 2], WHOLE, strict=True)],
    "thousands": [
        list(HEADING),
        [83, 8301, "เมืองภูเก็ต", '"1,200"', '"20,000"'],
        [83, 8302, "กะทู้", 100, '"6,400"'],
        [83, 8303, "ถลาง", 60, '"4,000"'],
    ],
    "codes as decimals": [list(HEADING), *([83.0, f"{row[1]}.0", *row[2:]] for row in PHUKET)],
    "names with อ.": [list(HEADING), *([row[0], row[1], f"อ.{row[2]}", *row[3:]] for row in PHUKET)],
    "rows in another order": [list(HEADING), *reversed(PHUKET)],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_has_one_meaning_is_read(name: str, kind: str, folder: Path, districts: pd.DataFrame) -> None:
    rows: Rows = RIGHT[name]
    if kind == "xlsx":
        rows = [[cell.strip('"') if isinstance(cell, str) else cell for cell in row] for row in rows]
    put(folder, f"2561/83.{kind}", text(rows) if kind == "csv" else workbook(rows))
    is_phuket(tpmap_counts.release_counts(folder, districts))


def test_common_figures_in_a_file_of_their_own_or_not_at_all(folder: Path, districts: pd.DataFrame) -> None:
    put(folder, "2561/83_amphur.csv", text(in_order(WHOLE, [0, 1, 3])))
    assert tpmap_counts.release_counts(folder, districts).table["surveyed_persons"].isna().all()
    put(folder, "2561/83_amphur_common.csv", text(in_order(WHOLE, [0, 1, 4])))
    received = tpmap_counts.release_counts(folder, districts)
    is_phuket(received)
    assert received.table.set_index("area_code").loc["83", "surveyed_persons"] == 30_400


def test_two_copies_of_one_file_count_once(folder: Path, districts: pd.DataFrame) -> None:
    for name in ("2561/83.csv", "2561/83 (1).csv", "83_2561.csv"):
        put(folder, name, text(WHOLE))
    is_phuket(tpmap_counts.release_counts(folder, districts))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_title_and_a_total_are_stated_in_the_layout(kind: str, folder: Path, districts: pd.DataFrame) -> None:
    rows: Rows = [["คนจน ปี 2561", "", "", "", ""], *WHOLE, ["รวม", "", "", 1360, 30400], ["ที่มา: TPMAP", "", "", "", ""]]
    put(folder, f"2561/83.{kind}", text(rows) if kind == "csv" else workbook(rows))
    with pytest.raises(InputError) as refused:
        tpmap_counts.release_counts(folder, districts)
    assert len(refused.value.problems) == 1
    assert "state heading_row under [layout]" in str(refused.value)
    sidecar = folder / "SOURCE.toml"
    stated = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(stated.replace("[sha256]", "[layout]\nheading_row = 2\n\n[sha256]", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"'รวม'.*add its first word to not_rows under \[layout\]"):
        tpmap_counts.release_counts(folder, districts)
    layout = '[layout]\nheading_row = 2\nnot_rows = ["รวม", "ที่มา"]\n\n[sha256]'
    sidecar.write_text(stated.replace("[sha256]", layout, 1), encoding="utf-8")
    is_phuket(tpmap_counts.release_counts(folder, districts))


@pytest.mark.parametrize(
    ("name", "rows", "words"),
    [
        ("amphur.csv", WHOLE, "one year in its name"),
        ("2561/66_83.csv", WHOLE, "one year in its name"),
        ("TPMAP_83.csv", WHOLE, "one year in its name"),
        ("2561/83.csv", in_order(WHOLE, [3, 4]), "no column of codes"),
        ("2561/83.csv", in_order(WHOLE, [0, 1, 2]), "no column of figures"),
    ],
)
def test_what_has_no_meaning_is_one_line(
    name: str, rows: Rows, words: str, folder: Path, districts: pd.DataFrame
) -> None:
    put(folder, name, text(rows))
    with pytest.raises(InputError) as refused:
        tpmap_counts.release_counts(folder, districts)
    assert len(refused.value.problems) == 1
    assert words in str(refused.value)
