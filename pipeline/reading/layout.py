"""Layout of a file: which sheet, which lines are the heading, which lines below it are no rows, what means *not known*.

A TOML file states it in ``[layout]`` for all files of its folder, and in ``[layout."<file>"]`` for one. Lines are
counted as a spreadsheet counts rows: a line break within quotation marks begins no line. Here: the words of that table,
names joined from a heading of several lines, lines that are no rows. Not here: reading lines (``delimited``) and sheets
(``sheets``), the names of columns (``columns``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pipeline.errors import InputError, Problem, shown_value
from pipeline.reading.columns import INVISIBLE, clean_name

TABLE = "layout"
KEYS = ("sheet", "heading_row", "heading_rows", "not_rows", "unknown")
# Words for *not known* that need not be stated.
UNKNOWN = ("-", "–", "—", "n/a", "na", "nan", "null", "none", "unknown", "ไม่มีข้อมูล", "ไม่ระบุ", "ไม่ทราบ")
# How to fix a line that is no row.
STATE_NOT_ROWS = f"if the line is a total or a note, add its first word to not_rows under [{TABLE}] in SOURCE.toml"
# A heading further down is a mistake for a count of rows.
LAST_HEADING = 1000


@dataclass(frozen=True)
class Layout:
    """The layout of one file.

    Attributes:
        sheet: the name of the sheet of a workbook; empty for its only sheet with rows.
        heading_rows: the lines of the heading, in order; lines above and between are skipped.
        not_rows: a line below the heading whose first cell begins with one of these words is no row.
        unknown: words that mean *not known*.
        file: the TOML file that states it, or could.
    """

    sheet: str = ""
    heading_rows: tuple[int, ...] = (1,)
    not_rows: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    @property
    def last_heading(self) -> int:
        """The last line of the heading; rows are below it."""
        return self.heading_rows[-1]

    @property
    def as_written(self) -> bool:
        """Whether the heading is line 1 and every line below it is a row, so that a reader needs nothing of this."""
        return self.heading_rows == (1,) and not self.not_rows

    def why_no_row(self, text: str) -> str:
        """Find the word that makes a line no row.

        Args:
            text: the first cell of the line that is not empty.

        Returns:
            The word with which the cell begins, or nothing if the line is a row.

        >>> Layout(not_rows=("รวม", "ที่มา")).why_no_row(" รวมทั้งสิ้น"), Layout().why_no_row("รวม")
        ('รวม', '')
        """
        if not self.not_rows:
            return ""
        start = text.translate(INVISIBLE).lstrip()
        return next((word for word in self.not_rows if start.startswith(word)), "")

    def why_cells_no_row(self, cells: Sequence[str | None]) -> str:
        """Find the word that makes a line of cells no row.

        Args:
            cells: all cells of the line, in order.

        Returns:
            The word with which its first cell that is not empty begins, or nothing if the line is a row.

        >>> Layout(not_rows=("รวม",)).why_cells_no_row(["", None, "รวม", "30"])
        'รวม'
        """
        return self.why_no_row(next((cell for cell in cells if cell and cell.strip()), "")) if self.not_rows else ""


def has_cells(cells: Iterable[object]) -> bool:
    """Return whether a line of cells is more than an empty line.

    Args:
        cells: all cells of the line.

    Returns:
        Whether one of them holds more than spaces and invisible characters.

    >>> has_cells(["", None, " \\u200b"]), has_cells(["", 0])
    (False, True)
    """
    return any(cell is not None and bool(str(cell).translate(INVISIBLE).strip()) for cell in cells)


# The heading in line 1 and a row in every line below it.
AS_WRITTEN = Layout()


def joined_heading(lines: Sequence[Sequence[str | None]]) -> list[str]:
    """Join a heading of several lines to one name per column.

    A name that stands over several columns is written in the first of them only, as in merged cells. It is taken for
    each column to its right that has a name below and none of its own; a name over a single column, with nothing below
    it, is not.

    Args:
        lines: the cells of each line, from top to bottom.

    Returns:
        The name of each column, empty where no line has one.

    >>> joined_heading([["code", "มิติ", None, "year"], [None, "สุขภาพ", "รายได้", None]])
    ['code', 'มิติ สุขภาพ', 'มิติ รายได้', 'year']
    """
    width = max((len(line) for line in lines), default=0)
    cells = [[clean_name(cell or "") for cell in line] + [""] * (width - len(line)) for line in lines]
    for upper, line in enumerate(cells[:-1]):
        below = [any(lower[at] for lower in cells[upper + 1 :]) for at in range(width)]
        over = ""
        for at in range(width):
            if line[at]:
                over = line[at] if below[at] else ""
            elif below[at]:
                line[at] = over
            else:
                over = ""
    return [" ".join(filter(None, (line[at] for line in cells))) for at in range(width)]


@dataclass(frozen=True)
class Layouts:
    """The layout of each file of a folder."""

    common: Layout = Layout()
    of_files: Mapping[str, Layout] = field(default_factory=dict)

    def of(self, name: str) -> Layout:
        """Return the layout of one file.

        Args:
            name: the file within the folder.

        Returns:
            What is stated for this file, and for all files where it states nothing.
        """
        return self.of_files.get(name, self.common)


def read_layouts(entries: Any, file: str, names: Collection[str]) -> Layouts:
    """Check the table ``[layout]`` as it is read from TOML.

    Args:
        entries: the table; ``{}`` if there is none.
        file: the TOML file, as messages show it.
        names: the files that it may state a layout for.

    Returns:
        The layout of all files, and of each file that has a table of its own.

    Raises:
        InputError: an unknown key or file, or a value of the wrong type.

    >>> layouts = read_layouts({"unknown": ["-"], "a.csv": {"heading_row": 2}}, "mapping.toml", ["a.csv"])
    >>> layouts.of("b.csv").heading_rows, layouts.of("a.csv").heading_rows, layouts.of("a.csv").unknown
    ((1,), (2,), ('-',))
    """
    if not isinstance(entries, Mapping):
        found = f"{TABLE} = {shown_value(entries)}"
        raise InputError(Problem(file, found, f"a table [{TABLE}]", f"write [{TABLE}] and its lines below"))
    own = {name: lines for name, lines in entries.items() if isinstance(lines, Mapping)}
    for name in own:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            fix = f'write [{TABLE}."{near[0]}"]' if near else "correct the name, or remove the table"
            raise InputError(Problem(file, f"the layout of {shown_value(name)}", "the name of a file here", fix))
    common = {key: value for key, value in entries.items() if key not in own}
    of_files = {name: _layout(_both(common, lines), file, f'[{TABLE}."{name}"]') for name, lines in own.items()}
    return Layouts(_layout(common, file, f"[{TABLE}]"), of_files)


def _both(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The lines of one file and those of all files; its own heading replaces theirs, however either is written."""
    headings = {"heading_row", "heading_rows"}
    replaced = headings if headings & set(own) else set()
    return {**{key: value for key, value in common.items() if key not in replaced}, **own}


def _layout(lines: Mapping[str, Any], file: str, table: str) -> Layout:
    for key in lines:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            fix = f"write {near[0]}" if near else "remove it"
            raise InputError(Problem(file, f"the key {shown_value(key)} in {table}", f"one of {', '.join(KEYS)}", fix))
    sheet = lines.get("sheet", "")
    if not isinstance(sheet, str):
        raise InputError(Problem(file, shown_value(sheet), "the name of a sheet", "quote it", column="sheet"))
    return Layout(
        sheet, _heading_rows(lines, file, table), _words(lines, "not_rows", file), _words(lines, "unknown", file), file
    )


def _heading_rows(lines: Mapping[str, Any], file: str, table: str) -> tuple[int, ...]:
    if "heading_row" in lines and "heading_rows" in lines:
        found = f"heading_row and heading_rows in {table}"
        raise InputError(Problem(file, found, "one of them", "keep heading_rows for a heading of several lines"))
    given = lines.get("heading_rows", [lines.get("heading_row", 1)])
    rows = given if isinstance(given, list) else []
    whole = all(isinstance(row, int) and not isinstance(row, bool) and 1 <= row <= LAST_HEADING for row in rows)
    if not rows or not whole or rows != sorted(set(rows)):
        key = "heading_rows" if "heading_rows" in lines else "heading_row"
        expected = f"line numbers from 1 to {LAST_HEADING}, in order, such as heading_row = 3 or heading_rows = [3, 4]"
        raise InputError(Problem(file, shown_value(lines[key]), expected, "count the lines of the file", column=key))
    return tuple(rows)


def _words(lines: Mapping[str, Any], key: str, file: str) -> tuple[str, ...]:
    words = lines.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        expected = f'a list of texts such as {key} = ["{"รวม" if key == "not_rows" else "-"}"]'
        raise InputError(Problem(file, shown_value(words), expected, "quote each word", column=key))
    return tuple(clean_name(word) for word in words)
