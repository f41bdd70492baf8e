"""Household files as offices send them: titles, headings of two lines, other sheets, lines of totals and sources."""

import re

import pandas as pd
import pytest

from pipeline.errors import InputError
from tests.households.conftest import Province, csv, row, xlsx
from tests.reading.sheet_files import stating, workbook

ROWS = [row(n, health=str(n % 2)) for n in range(1, 31)]
TITLES = [["ครัวเรือนตัวอย่าง ปี 2565"], []]
TOTALS = [["รวม", "", "90", "15"], [], ["ที่มา: แต่งขึ้น"]]
NAMES = {"citizen_id": "เลขบัตร", "subdistrict_code": "ตำบล", "members": "สมาชิก", "survey_year": "ปี"}
DIMENSIONS = ["health", "living", "education", "income", "accessibility"]
MAPPING = "\n".join(
    [
        "[columns]",
        *(f'"{theirs}" = "{ours}"' for ours, theirs in NAMES.items()),
        *(f'"มิติ {name}" = "{name}"' for name in DIMENSIONS),
        '[layout]\nheading_rows = [3, 4]\nnot_rows = ["รวม", "ที่มา"]\n',
    ]
)
HEADING = [[*NAMES.values(), "มิติ"], ["", "", "", "", *DIMENSIONS]]
LINES = [*TITLES, *HEADING, *([r[name] for name in (*NAMES, *DIMENSIONS)] for r in ROWS), *TOTALS]


def text(lines: list[list[str]], encoding: str = "utf-8-sig", sep: str = ",") -> bytes:
    width = max(map(len, lines))
    padded = [sep.join([*line, *[""] * (width - len(line))] if line else []) for line in lines]
    return ("\r\n".join(padded) + "\r\n").encode(encoding)


def sent(kind: str) -> dict[str, bytes]:
    blank = [[cell or None for cell in line] for line in LINES]
    files = {
        "xlsx": {"a.xlsx": workbook(blank, ["A1:I1", "E3:I3"])},
        "xlsx of the wrong size": {"a.xlsx": stating(workbook(blank), "A1:B2")},
        "csv": {"a.csv": text(LINES)},
        "csv in CP874": {"a.csv": text(LINES, "cp874")},
        "csv with semicolons": {"a.csv": text(LINES, sep=";")},
        "short lines": {"a.csv": text(LINES).replace(b"\xe0\xb8\x82\xe0\xb8\xb6\xe0\xb9\x89\xe0\xb8\x99,,,,,,,,", b"")},
    }
    return files[kind]


@pytest.mark.parametrize(
    "kind", ["xlsx", "xlsx of the wrong size", "csv", "csv in CP874", "csv with semicolons", "short lines"]
)
def test_a_file_as_sent_gives_the_figures_of_the_plain_file(province: Province, kind: str) -> None:
    province.put({"a.csv": csv(ROWS)}, "plain")
    province.put({**sent(kind), "mapping.toml": MAPPING.encode()})
    intake = province.take_in()
    files = intake.table("files").set_index("system")
    assert files.loc["tpmap", "rows_in"] == files.loc["tpmap", "rows_kept"] == files.loc["plain", "rows_kept"] == 30
    poverty = intake.table("poverty").set_index(["system", "area_code"])[["households", "poor_households"]]
    pd.testing.assert_frame_equal(poverty.loc["tpmap"], poverty.loc["plain"])
    listed = province.refused()
    assert listed[["line", "verdict"]].values.tolist() == [[35, "no row"], [37, "no row"]]
    assert any("2 lines are no rows by [layout]" in line for line in province.log)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_refused_rows_are_listed_by_the_lines_of_the_file(province: Province, kind: str) -> None:
    lines = [list(line) for line in LINES]
    lines[10][2] = "0"  # line 11 of the file
    lines.insert(8, [])  # an empty line before it
    lines.insert(6, ["รวมย่อย"])
    content = text(lines) if kind == "csv" else workbook([[cell or None for cell in line] for line in lines])
    province.put({f"a.{kind}": content, "mapping.toml": MAPPING.encode()})
    listed = province.refused()
    refused = listed[listed["verdict"] == "refused"]
    assert refused[["line", "column"]].values.tolist() == [[13, "สมาชิก (members)"]]
    assert listed.loc[listed["verdict"] == "no row", "line"].tolist() == [7, 37, 39]


@pytest.mark.parametrize("stated", ["A1", "A1:L11", "A1:XFD1048576", ""])
def test_a_workbook_that_states_a_wrong_size_gives_all_rows(province: Province, stated: str) -> None:
    province.put({"a.xlsx": stating(xlsx(ROWS), stated)})
    assert province.take_in().table("files")[["rows_in", "rows_kept"]].values.tolist() == [[30, 30]]


def test_a_ragged_line_is_listed_by_its_line_below_a_title(province: Province) -> None:
    lines = text(LINES).decode("utf-8-sig").split("\r\n")
    lines[6] += ",,more"
    province.put({"a.csv": "\r\n".join(lines).encode(), "mapping.toml": MAPPING.encode()})
    listed = province.refused()
    assert listed.loc[listed["verdict"] == "refused", "line"].tolist() == [7]


def test_one_file_has_a_layout_of_its_own(province: Province) -> None:
    other = [[*NAMES.values(), *(f"มิติ {name}" for name in DIMENSIONS)]]
    other += [[row(n)[name] for name in (*NAMES, *DIMENSIONS)] for n in range(40, 50)]
    mapping = MAPPING + '[layout."b.csv"]\nheading_row = 1\n'
    province.put({"a.csv": text(LINES), "b.csv": text(other), "mapping.toml": mapping.encode()})
    assert province.take_in().table("files")["rows_kept"].tolist() == [30, 10]


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (MAPPING.replace("[3, 4]", "[2, 3]"), ["line 3", "no column"]),
        (MAPPING.replace("[3, 4]", "[3, 5]"), ["line 5", "no column"]),
        (MAPPING.replace("[3, 4]", "[300, 301]"), ["line 301"]),
        (MAPPING.replace("heading_rows", "heading"), ["'heading'"]),
        (MAPPING + '[layout."b.xlsx"]\n', ["the layout of 'b.xlsx'", "correct the name"]),
        (re.sub(r"\[layout\](.|\n)*", "[lay]\n", MAPPING), ["the table lay"]),
    ],
)
def test_a_layout_that_does_not_fit_is_one_line(province: Province, mapping: str, expected: list[str]) -> None:
    province.put({"a.csv": text(LINES), "mapping.toml": mapping.encode()})
    with pytest.raises(InputError) as error:
        province.take_in()
    assert [words for words in expected if words not in str(error.value)] == [], str(error.value)


OWN = {name: name for name in row()}


@pytest.mark.parametrize(
    ("stated", "renamed", "left_out"),
    [
        ("", {}, ()),
        ('[values]\nyes = ["1"]\nno = ["0"]\n', {}, ()),
        ("[constants]\nsurvey_year = 2565\n", {}, ("survey_year",)),
        ('rows = "persons"\n', {"citizen_id": "household_id"}, ("members",)),
        ('[columns]\n"สมาชิก" = "members"\n', {"members": "สมาชิก"}, ()),
        (
            '[columns]\n"income" = "income_per_person"\n"รายได้" = "income"\n',
            {"income": "รายได้"},
            ("income_per_person",),
        ),
    ],
)
def test_columns_with_our_names_need_no_line(
    province: Province, stated: str, renamed: dict[str, str], left_out: tuple[str, ...]
) -> None:
    rows = [{name: cell for name, cell in r.items() if name not in left_out} for r in ROWS]
    lines = [[renamed.get(name, name) for name in rows[0]], *([*r.values()] for r in rows)]
    if "income_per_person" in left_out:
        lines = [[*lines[0], "income"], *([*line, "50000"] for line in lines[1:])]
    province.put({"a.csv": text(lines), "mapping.toml": stated.encode()})
    files = province.take_in().table("files")
    assert files[["rows_in", "rows_kept", "rows_refused"]].values.tolist() == [[30, 30, 0]]
    assert province.households() == {"5001": 30}


def test_a_line_for_one_column_leaves_the_others_needed(province: Province) -> None:
    lines = [["สมาชิก", "citizen_id", "subdistrict_code"], ["3", "1101700203451", "500107"]]
    province.put({"a.csv": text(lines), "mapping.toml": '[columns]\n"สมาชิก" = "members"\n'.encode()})
    with pytest.raises(InputError, match=r"no column for health; living; .* survey_year"):
        province.take_in()


def quoted(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


@pytest.mark.parametrize("above", [[], ['"a title\r\nof two lines",'], ['"รวม\r\n""ทุก""",', "", ",,"]])
def test_cells_of_two_lines_and_lines_of_empty_cells(province: Province, above: list[str]) -> None:
    names = [*OWN]
    rows = [[r[name] for name in names] for r in ROWS]
    lines = [",".join(["note", *names]).replace("note", '"note of\r\n2565"')]
    lines += [",".join(['"99/1\r\nรวม, x"' if n % 3 else "-", *cells]) for n, cells in enumerate(rows)]
    lines[12] = lines[12].replace(",3,", ",0,", 1)
    lines[5:5] = ["," * len(names), "", ' ,""' + "," * (len(names) - 1), '"รวม\r\nสอง"']
    lines += ["," * len(names)] * 2
    stated = f'[layout]\nheading_row = {len(above) + 1}\nnot_rows = ["รวม"]\n'
    province.put({"a.csv": quoted([*above, *lines]), "mapping.toml": stated.encode()})
    files = province.take_in().table("files")
    assert files[["rows_in", "rows_kept", "rows_refused"]].values.tolist() == [[30, 29, 1]]
    listed = province.refused()
    content = quoted([*above, *lines]).decode().split("\r\n")
    at = {verdict: rows["line"].tolist() for verdict, rows in listed.groupby("verdict")}
    assert [content[line - 1] for line in at["no row"]] == ['"รวม']
    assert [",0,0,0,0,0,0," in content[line] for line in at["refused"]] == [True]


def test_a_file_with_empty_lines_of_cells_needs_no_layout(province: Province) -> None:
    content = csv(ROWS)
    fields = content.split(b"\n")[0].count(b",")
    province.put({"a.csv": content.replace(b"\n", b"\n" + b"," * fields + b"\n", 3) + b"," * fields})
    assert province.take_in().table("files")[["rows_in", "rows_kept"]].values.tolist() == [[30, 30]]
