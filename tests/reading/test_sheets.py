"""Sheets of workbooks: every line and cell arrives, or the file is refused in one line."""

import io
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from pipeline.errors import InputError
from pipeline.reading.layout import Layout
from pipeline.reading.sheets import open_sheet
from tests.reading.sheet_files import changed, stating, workbook

TABLE = [["code", "name", "n"], *([f"50{i:02}", f"x{i}", i] for i in range(1, 21))]
Cells = list[tuple[int, list[str | None]]]


def cells_of(content: bytes, layout: Layout | None = None, wanted: list[str] | None = None) -> tuple[list[str], Cells]:
    with open_sheet(io.BytesIO(content), "a.xlsx", layout or Layout(), wanted) as sheet:
        return sheet.heading, list(sheet.lines())


@pytest.mark.parametrize("stated", ["A1", "A1:B3", "A1:C5", "A1:XFD1048576", "B2:C3", "C21", "A1:A1048576", ""])
def test_the_size_that_a_sheet_states_changes_nothing(stated: str) -> None:
    plain = workbook(TABLE)
    expected = [(i + 1, [f"50{i:02}", f"x{i}", str(i)]) for i in range(1, 21)]
    assert cells_of(stating(plain, stated)) == cells_of(plain) == (["code", "name", "n"], expected)


def test_lines_keep_their_numbers_over_gaps_and_empty_lines() -> None:
    lines = [["code", "n"], ["a", 1], [None, None], ["", ""], ["b", 2], [], []]
    shifted = changed(workbook(lines), lambda xml: xml.replace('r="5"', 'r="900"').replace('5"', '900"'))
    assert cells_of(shifted)[1] == [(2, ["a", "1"]), (900, ["b", "2"])]


def test_cells_are_written_as_a_reader_of_the_sheet_sees_them() -> None:
    row = [7.0, 0.1 + 0.2, True, False, date(2022, 11, 24), datetime(2022, 11, 24, 8, 30), " ๑๒ ", "0050"]
    heading = [f"c{i}" for i in range(len(row))]
    texts = ["7", "0.3", "1", "0", "2022-11-24", "2022-11-24 08:30:00", " ๑๒ ", "0050"]
    assert cells_of(workbook([heading, row]))[1] == [(2, texts)]


def test_columns_that_are_not_wanted_are_not_read() -> None:
    formula = [["code", "total"], ["a", "=1+1"]]
    assert cells_of(workbook(formula), wanted=["code"]) == (["code", "total"], [(2, ["a", None])])


def test_an_empty_column_without_a_name_is_no_fault() -> None:
    assert cells_of(workbook([["a", None, "b"], [1, None, 2]])) == (["a", "", "b"], [(2, ["1", None, "2"])])


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell() -> None:
    computed = changed(
        workbook([["a", "b"], [1, "=1"]]), lambda xml: re.sub(r'<c r="B2"[^>]*>', '<c r="B2" t="str">', xml)
    )
    assert cells_of(computed)[1] == [(2, ["1", None])]


def test_title_lines_two_lines_of_heading_and_lines_that_are_no_rows() -> None:
    lines = [
        ["ครัวเรือน ปี 2565"],
        [None],
        ["code", "n", "มิติ", None, None],
        [None, None, "สุขภาพ", "รายได้", None],
        ["5001", 3, 1, 0, None],
        ["รวมทั้งสิ้น", "=SUM(B5:B5)", None, None, None],
        [None],
        ["ที่มา: x", None, None, None, "y"],
    ]
    layout = Layout(heading_rows=(3, 4), not_rows=("รวม", "ที่มา"))
    with open_sheet(io.BytesIO(workbook(lines, ["A1:E1", "C3:D3"])), "a.xlsx", layout) as sheet:
        assert sheet.heading == ["code", "n", "มิติ สุขภาพ", "มิติ รายได้"]
        assert list(sheet.lines()) == [(5, ["5001", "3", "1", "0"])]
        assert sheet.not_rows == [(6, "รวม"), (8, "ที่มา")]


def test_the_sheet_that_the_layout_names_is_read() -> None:
    book = workbook([["note"], ["x"]], ข้อมูล=TABLE)
    assert cells_of(book, Layout(sheet="ข้อมูล")) == cells_of(workbook(TABLE))


BAD: dict[str, tuple[bytes | Callable[[], bytes], dict[str, Any], list[str]]] = {
    "two sheets": (
        workbook(TABLE, more=[["x"]]),
        {"file": "mapping.toml"},
        ["2 sheets with rows ('Sheet', 'more')", 'sheet = "Sheet"', "[layout] in mapping.toml"],
    ),
    "a sheet that is not there": (workbook(TABLE), {"sheet": "data"}, ["the sheets 'Sheet'", "the sheet 'data'"]),
    "no heading where it should be": (workbook(TABLE), {"heading_rows": (30,)}, ["line 30", "no cells"]),
    "a cell beyond the heading": (workbook([["a", "b"], [1, 2], [1, 2, 3]]), {}, ["line 3, column C", "no heading"]),
    "a cell in a column without a name": (workbook([["a", None, "b"], [1, 2, 3]]), {}, ["line 2, column B"]),
    "a formula that was never computed": (workbook([["a", "b"], [1, "=A2+1"]]), {}, ["line 2, column b", "a formula"]),
    "a number with lost digits": (workbook([["a"], [1234567890123456]]), {}, ["line 2, column a", "16 digits"]),
    "cells merged over lines": (workbook([["a", "b"], [1, 2], [None, 3]], ["A2:A3"]), {}, ["(A2:A3)", "line 2"]),
    "a line twice": (
        lambda: changed(workbook(TABLE), lambda xml: xml.replace('<row r="4"', '<row r="3"')),
        {},
        ["line 3", "out of order"],
    ),
    "lines in the wrong order": (
        lambda: changed(workbook(TABLE), lambda xml: xml.replace('<row r="4"', '<row r="90"')),
        {},
        ["line 5", "out of order"],
    ),
    "more lines than a sheet has": (
        lambda: changed(workbook(TABLE), lambda xml: xml.replace('<row r="21"', '<row r="99999999"')),
        {},
        ["line 99999999"],
    ),
    "a cell twice": (
        lambda: changed(workbook(TABLE), lambda xml: xml.replace('<c r="B3"', '<c r="A3"')),
        {},
        ["line 3", "out of order"],
    ),
    "no cells at all": (workbook([[]]), {}, ["0 sheets with rows"]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_would_be_lost_is_one_line(name: str) -> None:
    content, stated, expected = BAD[name]
    with pytest.raises(InputError) as error:
        cells_of(content if isinstance(content, bytes) else content(), Layout(**stated))
    line = str(error.value)
    assert [text for text in expected if text not in line] == [], line
    assert "\n" not in line
    assert "1234567890123456" not in line


@pytest.mark.parametrize(
    ("number_format", "text"), [("0.00%", "4.5%"), ("0%", "4.5%"), ("0.00", "0.045"), ('0.0"%"', "0.045")]
)
def test_a_number_shown_in_per_cent_is_what_is_shown(number_format: str, text: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "rate"])
    sheet.append(["8301", 0.045])
    sheet["B2"].number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    assert cells_of(stream.getvalue()) == (["code", "rate"], [(2, ["8301", text])])
