"""The layout of a file as TOML states it, and headings of several lines."""

import tomllib
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from pipeline.errors import InputError
from pipeline.reading.delimited import header_of, lay_out, rows_of
from pipeline.reading.layout import Layout, joined_heading, read_layouts

STATED = """
not_rows = ["รวม"]
heading_row = 2
["a.xlsx"]
heading_rows = [3, 4]
sheet = "ข้อมูล"
"""


def test_what_is_stated_for_one_file_replaces_what_is_stated_for_all() -> None:
    layouts = read_layouts(tomllib.loads(STATED), "m.toml", ["a.xlsx", "b.csv"])
    assert layouts.of("a.xlsx") == Layout("ข้อมูล", (3, 4), ("รวม",))
    assert layouts.of("b.csv") == Layout("", (2,), ("รวม",))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("heading = 2", ["'heading' in [layout]", "write heading_row"]),
        ("heading_row = 0", ["heading_row", "line numbers from 1"]),
        ("heading_row = true", ["heading_row"]),
        ('heading_row = "2"', ["heading_row"]),
        ("heading_rows = []", ["heading_rows"]),
        ("heading_rows = [3, 2]", ["heading_rows", "in order"]),
        ("heading_rows = [2, 2]", ["heading_rows"]),
        ("heading_rows = 2", ["heading_rows"]),
        ("heading_row = 2\nheading_rows = [2, 3]", ["heading_row and heading_rows"]),
        ('not_rows = "รวม"', ["not_rows", "a list of texts"]),
        ('not_rows = [""]', ["not_rows"]),
        ("unknown = [0]", ["unknown", "quote each word"]),
        ("sheet = 1", ["sheet", "the name of a sheet"]),
        ('["b.csv"]\nheading_row = 2', ["the layout of 'b.csv'", 'write [layout."a.csv"]']),
        ('["a.csv"]\nsheets = "x"', ["'sheets' in [layout.\"a.csv\"]", "write sheet"]),
    ],
)
def test_what_is_not_understood_is_one_line(stated: str, expected: list[str]) -> None:
    with pytest.raises(InputError) as error:
        read_layouts(tomllib.loads(stated), "m.toml", ["a.csv"])
    line = str(error.value)
    assert [text for text in expected if text not in line] == [], line


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([["a", "b"]], ["a", "b"]),
        ([["a", "มิติ", None], [None, "x", "y"]], ["a", "มิติ x", "มิติ y"]),
        ([["a", "b", None], [None, None, "y"]], ["a", "b", "y"]),
        ([["พื้นที่", "", "n"], ["จังหวัด", "อำเภอ", ""]], ["พื้นที่ จังหวัด", "พื้นที่ อำเภอ", "n"]),
        ([["A", None, None], ["B", None, "C"], ["d", "e", "f"]], ["A B d", "A B e", "A C f"]),
        ([["a"], ["x", "y"]], ["a x", "a y"]),
    ],
)
def test_a_heading_of_several_lines_is_joined(lines: list[list[str | None]], names: list[str]) -> None:
    assert joined_heading(lines) == names


def test_text_below_a_title_with_lines_that_are_no_rows() -> None:
    text = 'ครัวเรือน, ปี 2565\n\na,มิติ,\n,x,y\n1,2,3\n"รวม",2,3\n\n4,5,6\nที่มา: z\n'
    layout, not_rows = Layout(heading_rows=(3, 4), not_rows=("รวม", "ที่มา")), []
    assert header_of(text, ["a", "มิติ x"], "a.csv", layout) == (",", ["a", "มิติ x", "มิติ y"])
    rows = list(rows_of(text, ",", 3, "a.csv", layout, not_rows))
    assert rows == [(5, ["1", "2", "3"]), (8, ["4", "5", "6"])]
    assert not_rows == [(6, "รวม"), (9, "ที่มา")]


@given(
    st.lists(
        st.sampled_from(
            ["1,2", "รวม,9", '"รวม",9', " รวม,9", "x,รวม", "ที่มา", "", ",", ' ,""', '"1\nรวม",2', '"รวม\nx",3', '5",6']
        ),
        max_size=8,
    ),
    st.integers(0, 3),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(deadline=None, max_examples=60)
def test_a_copy_has_the_rows_and_the_line_numbers_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, below: list[str], titles: int, ending: str
) -> None:
    folder: Path = tmp_path_factory.mktemp("copy")
    text = ending.join([*['"a title\nof two lines"'] * titles, "a,b", *below]) + ending
    (folder / "a.csv").write_bytes(text.encode())
    layout, not_rows = Layout(heading_rows=(titles + 1,), not_rows=("รวม", "ที่มา")), []
    expected = list(rows_of(text, ",", 2, "a.csv", layout, not_rows))
    copy = lay_out(folder / "a.csv", folder / "b.csv", ",", ["a", "b"], layout, "a.csv")
    assert (copy.above, list(copy.not_rows)) == (2 * titles, not_rows)
    copied = (folder / "b.csv").read_bytes().decode()
    found = [(line + copy.above, cells) for line, cells in rows_of(copied, ",", 2, "b.csv")]
    assert found == [(line, [cell.replace("\n", " ") for cell in cells]) for line, cells in expected]


def test_a_cell_of_two_lines_that_holds_a_row_is_refused(tmp_path: Path) -> None:
    text = 'a,b\n1,"2\n3,4"\n5,6\n'
    with pytest.raises(InputError, match="line 2: found a quotation mark that takes in other rows"):
        list(rows_of(text, ",", 2, "a.csv"))
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(InputError, match="line 2: found a quotation mark that takes in other rows"):
        lay_out(tmp_path / "a.csv", tmp_path / "b.csv", ",", ["a", "b"], Layout(), "a.csv")
