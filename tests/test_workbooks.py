"""Spreadsheets are inert: whatever a name holds, it is text in a workbook and no formula in a CSV file."""

import csv
import io
import zipfile

import openpyxl
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline import workbooks
from pipeline.policy import Policy

STARTS = st.sampled_from(
    ["=", "+", "-", "@", "\t", "\r", "＝", "＠", "{=", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")']
)
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(STARTS, CELLS)
def test_no_cell_of_a_csv_file_is_a_formula(start: str, rest: str) -> None:
    text = workbooks.csv(pd.DataFrame({"name_th": [start + rest], "rank": [-1]})).decode("utf-8-sig")
    cell, rank = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert cell.removeprefix("'") == start + rest
    assert rank == "-1"


@settings(max_examples=30)
@example("=", "1+1")
@given(STARTS, CELLS)
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(policy: Policy, start: str, rest: str) -> None:
    table = pd.DataFrame({"province_code": ["95"], "name_th": [start + rest], "name_en": [f"http://x/{rest}"]})
    content = workbooks.xlsx({"provincial_shortlist": table}, [(start + rest,)], policy)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    assert not [
        name for name in names if "external" in name.lower() or "vba" in name.lower() or "embed" in name.lower()
    ]


def test_lists_are_joined_in_spreadsheets(policy: Policy) -> None:
    codes = pd.Series([("9501", "9502"), ()], dtype=object)
    table = pd.DataFrame({"province_code": ["95", "10"], "pilot_districts": codes})
    text = workbooks.csv(table).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == [["95", "9501, 9502"], ["10", ""]]
    content = workbooks.xlsx({"provincial_shortlist": table}, [("about",)], policy)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["provincial_shortlist"]
    assert [cell.value for cell in sheet["B"]] == ["pilot_districts", "9501, 9502", None]
