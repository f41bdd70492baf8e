"""Sheets of workbooks (.xlsx) as lines of text cells, read one by one: for tables, and for millions of household rows.

Here: which sheet is read, its heading, the text of a cell. Not here: the archive (``workbook_archive``), what a cell
must be (``cells``, ``households``). The size that a sheet states for itself is not used, since programs write it
wrongly. openpyxl reads with defusedxml, which follows no entity; macros and links to other files are not read.
"""

import re
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO, Any, TypeVar

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from pipeline.errors import InputError, Problem, shown_value
from pipeline.reading.columns import STATE_HEADING, clean_name
from pipeline.reading.layout import TABLE, Layout, has_cells, joined_heading
from pipeline.reading.workbook_archive import check_archive

# The limits of a sheet.
MOST_LINES, MOST_COLUMNS = 1_048_576, 16_384
# A spreadsheet keeps 15 digits of a number; longer ones have lost their last digits.
FIRST_INEXACT = 10**15
MOST_NAMED = 5
# Stands for the value of a formula that was never computed.
NOT_COMPUTED = object()

Line = tuple[int, list[Any]]
Step = TypeVar("Step")


@dataclass
class Sheet:
    """A sheet that is open for reading.

    Attributes:
        file: the workbook, as messages show it.
        heading: the name of each column; empty for a column without a name.
        not_rows: number and word of each line that the layout makes no row; complete when all lines are read.
    """

    file: str
    heading: list[str]
    layout: Layout
    used: frozenset[int]
    parser: Any
    rest: Iterator[Line]
    not_rows: list[tuple[int, str]] = field(default_factory=list)

    def lines(self) -> Iterator[tuple[int, list[str | None]]]:
        """Read the lines below the heading; empty lines are left out.

        Yields:
            The number of each line, and its cells as text, one per column of the heading; None for an empty cell, and
            for a cell in a column that is not used.

        Raises:
            InputError: the sheet cannot be read to its end, or has a cell that would be lost: one under no heading, one
                merged over several lines, a formula that was never computed, a number with more digits than are kept.
        """
        for line, cells in self.rest:
            if not has_cells(cells):
                continue
            if word := self.layout.why_cells_no_row([None if cell is None else str(cell) for cell in cells]):
                self.not_rows.append((line, word))
                continue
            self._check_headed(line, cells)
            texts = [self._text(line, at, cell) for at, cell in enumerate(cells[: len(self.heading)])]
            yield line, texts + [None] * (len(self.heading) - len(texts))
        self._check_merged()

    def _text(self, line: int, at: int, cell: Any) -> str | None:
        if at not in self.used:
            return None
        wrong: tuple[str, ...] = ()
        if cell is NOT_COMPUTED:
            wrong = "a formula without its result", "values", "open the workbook, let it compute, and save it again"
        elif isinstance(cell, int | float) and abs(cell) >= FIRST_INEXACT:
            wrong = "a number of 16 digits or more, of which a sheet keeps 15", "text", "store the column as text"
        if wrong:
            raise InputError(Problem(self.file, wrong[0], wrong[1], wrong[2], line=line, column=self.heading[at]))
        return cell_text(cell)

    def _check_headed(self, line: int, cells: list[Any]) -> None:
        for at, cell in enumerate(cells):
            if at == 0 and not self.heading[0] and isinstance(cell, int):
                continue  # row numbers, as pandas writes them
            if cell not in (None, "") and (at >= len(self.heading) or not self.heading[at]):
                raise InputError(
                    Problem(
                        self.file,
                        "a cell under no heading",
                        f"a name in line {self.layout.last_heading} over every column with cells",
                        f"name the column, or remove its cells; {STATE_HEADING}",
                        line=line,
                        column=get_column_letter(at + 1),
                    )
                )

    def _check_merged(self) -> None:
        merged = self.parser.merged_cells
        for area in merged.mergeCell if merged is not None else ():
            over = area.max_row > max(area.min_row, self.layout.last_heading)
            if over and not self.used.isdisjoint(range(area.min_col - 1, area.max_col)):
                raise InputError(
                    Problem(
                        self.file,
                        f"cells merged over several lines ({area.coord})",
                        "a cell of its own in every line",
                        "undo the merging and fill in each line",
                        line=area.min_row,
                    )
                )


@contextmanager
def open_sheet(stream: IO[bytes], file: str, layout: Layout, wanted: Collection[str] | None = None) -> Iterator[Sheet]:
    """Open the sheet of a workbook that its layout names, else its only sheet with rows.

    Args:
        stream: the workbook; it stays open.
        file: its name in messages.
        layout: the sheet, the lines of its heading, and the lines that are no rows.
        wanted: the columns that are used, by their names in the heading; by default all.

    Yields:
        The sheet, with its heading read.

    Raises:
        InputError: the archive is not a workbook, is too large when unpacked, or has no such sheet or heading.
        RuntimeError: openpyxl is set to read without defusedxml.
    """
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("openpyxl would follow entities without defusedxml; unset OPENPYXL_DEFUSEDXML")
    check_archive(stream, file)
    # Warnings and errors of openpyxl must not be shown: they contain cells.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = _read(lambda: openpyxl.load_workbook(stream, read_only=True, data_only=True), file)
        chosen = _chosen(book, file, layout)
        parser, rest = _lines_of(chosen, file)
        heading = _heading(rest, file, layout)
        names = None if wanted is None else set(map(clean_name, wanted))
        used = frozenset(at for at, name in enumerate(heading) if name and (names is None or name in names))
        yield Sheet(file, heading, layout, used, parser, rest)


def cell_text(cell: Any) -> str | None:
    """Write the value of a cell as text.

    Args:
        cell: the value as openpyxl reads it.

    Returns:
        A whole number without the ``.0`` with which a spreadsheet stores it, other numbers to the 15 digits that it
        keeps, a day as ``2022-11-24``, yes and no as ``1`` and ``0``; None for an empty cell.

    >>> [cell_text(c) for c in (3.0, 0.1 + 0.2, True, datetime(2022, 11, 24), "-", None)]
    ['3', '0.3', '1', '2022-11-24', '-', None]
    """
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


class _Parser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's parser of one sheet, which also tells a formula without its result from an empty cell.

    A number that the spreadsheet shows in per cent is text with the sign, such as ``4.5%`` for 0.045.
    """

    percent_styles: frozenset[int] = frozenset()

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if isinstance(cell["value"], int | float) and int(element.get("s", 0)) in self.percent_styles:
            cell["value"] = f"{100 * cell['value']:.15g}%"  # as the spreadsheet shows it
        if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
            cell["value"] = NOT_COMPUTED
        return cell


def _read(step: Callable[[], Step], file: str) -> Step:
    """Take one step of openpyxl, which raises many kinds of error for a broken workbook."""
    try:
        return step()
    except InputError:
        raise
    except Exception as error:
        cause = error.__cause__ or error.__context__ or error
        found = f"a workbook that cannot be read ({type(cause).__name__})"
        raise InputError(Problem(file, found, "an .xlsx file", "save it again")) from None


def _chosen(book: Any, file: str, layout: Layout) -> Any:
    sheets = {clean_name(sheet.title): sheet for sheet in book.worksheets}
    if layout.sheet:
        if (name := clean_name(layout.sheet)) not in sheets:
            expected = f"the sheet {shown_value(name)} that {layout.file or 'the layout'} names"
            raise InputError(Problem(file, f"the sheets {_named(sheets)}", expected, f"correct [{TABLE}] sheet"))
        return sheets[name]
    filled = [name for name, sheet in sheets.items() if _has_cells(sheet, file)]
    if len(filled) != 1:
        found = f"{len(filled)} sheets with rows" + (f" ({_named(filled)})" if filled else "")
        name = f'write sheet = "{filled[0]}" or another under [{TABLE}] in {layout.file}' if filled else ""
        fix = name if name and layout.file else "save each sheet as a file"
        raise InputError(Problem(file, found, "rows on one sheet", fix))
    return sheets[filled[0]]


def _named(sheets: Collection[str]) -> str:
    more = f" and {len(sheets) - MOST_NAMED} more" if len(sheets) > MOST_NAMED else ""
    return ", ".join(shown_value(name) for name in list(sheets)[:MOST_NAMED]) + more


def _has_cells(sheet: Any, file: str) -> bool:
    return any(cell not in (None, "") for _, cells in _lines_of(sheet, file)[1] for cell in cells)


def _percent_styles(book: Any) -> frozenset[int]:
    """The styles of a workbook whose numbers are shown in per cent."""

    def shown(number: int) -> str:
        custom = number - BUILTIN_FORMATS_MAX_SIZE
        formats = book._number_formats
        own = formats[custom] if 0 <= custom < len(formats) else ""
        return re.sub(r'"[^"]*"|\\.', "", BUILTIN_FORMATS.get(number, own))

    return frozenset(at for at, style in enumerate(book._cell_styles) if "%" in shown(style.numFmtId))


def _lines_of(sheet: Any, file: str) -> tuple[_Parser, Iterator[Line]]:
    """Return the parser of a sheet, and its lines: their numbers and values, without lines that are not stored."""
    book = sheet.parent
    formats = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
    source = _read(sheet._get_source, file)
    parser = _Parser(source, sheet._shared_strings, data_only=True, epoch=book.epoch, **formats)
    parser.percent_styles = _percent_styles(book)

    def lines() -> Iterator[Line]:
        rows, before = parser.parse(), 0
        with source:
            while (row := _read(lambda: next(rows, None), file)) is not None:
                line, stored = row
                by_column = {cell["column"]: cell["value"] for cell in stored}
                width = max(by_column, default=0)
                if not before < line <= MOST_LINES or width > MOST_COLUMNS or len(by_column) < len(stored):
                    raise InputError(
                        Problem(
                            file,
                            "lines or cells out of order",
                            "each line and cell once, in order, as a spreadsheet writes them",
                            "open the workbook and save it again",
                            line=line,
                        )
                    )
                before = line
                yield line, [by_column.get(column) for column in range(1, width + 1)]

    return parser, lines()


def _heading(rest: Iterator[Line], file: str, layout: Layout) -> list[str]:
    found: dict[int, list[Any]] = {}
    line = 0
    while line < layout.last_heading:
        line, cells = next(rest, (layout.last_heading + 1, []))
        found[line] = cells
    names = [[None if c is NOT_COMPUTED else cell_text(c) for c in found.get(n, [])] for n in layout.heading_rows]
    heading = joined_heading(names)
    while heading and not heading[-1]:
        heading.pop()
    if line > layout.last_heading or not heading:
        raise InputError(
            Problem(
                file,
                "no cells",
                "the names of the columns",
                f"write heading_row under [{TABLE}] in {layout.file}" if layout.file else "name the columns",
                line=layout.last_heading,
            )
        )
    return heading
