"""A file that nobody has described: its lines as text, where its heading seems to be, which lines are no rows.

Not here: what its columns mean (``guesses``).
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.characters import plain
from pipeline.errors import InputError, Problem, shown_path
from pipeline.gazetteer import installed
from pipeline.reading.delimited import DELIMITERS, first_records, rows_of
from pipeline.reading.encodings import decode
from pipeline.reading.layout import Layout, joined_heading
from pipeline.reading.sheets import cell_text
from pipeline.reading.workbook_archive import OLE, check_archive

# Lines and bytes that are looked at.
MOST_LINES, MOST_BYTES = 5000, 8_000_000
LAST_HEADING = 20
ENDS_OF_TABLES = ("รวม", "ทั้งหมด", "ที่มา", "หมายเหตุ", "total", "Total", "TOTAL", "source", "Source")

# How files begin that are no tables.
SAVE_AGAIN, LOOK = "save it as .xlsx without a password", "look at the file, and get the table itself"
NOT_READ = (
    (OLE, "a workbook with a password, or of the old kind (.xls)", SAVE_AGAIN),
    (b"%pdf", "a PDF", LOOK),
    (b"<", "a page of HTML or XML", LOOK),
    (b"{", "JSON", LOOK),
    (b"[", "JSON", LOOK),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"sqlite fo", "a database or a GeoPackage", "outlines belong in data/raw/boundaries/"),
)
OUTLINES = (".shp", ".dbf", ".shx", ".prj", ".cpg", ".kml", ".fgb", ".geojson", ".topojson", ".gpkg", ".gdb")
# Of the cells of a first line, the share that are like the cells below it from which it is a row itself.
LIKE_ROWS = 1 / 3

Line = tuple[int, list[str]]


@dataclass(frozen=True)
class StrangeFile:
    """The first lines of a file.

    Attributes:
        path: the file.
        encoding: of text, ``xlsx`` or ``parquet``.
        delimiter: of text.
        sheet: the sheet with most cells; empty if it is the only one, or for other files.
        heading_rows: the lines of the heading; none for Parquet.
        names: of the columns.
        rows: the lines below the heading that seem to be rows, and their cells.
        not_rows: the words with which other lines below the heading begin.
        above: what stands above the heading.
    """

    path: Path
    encoding: str
    delimiter: str
    sheet: str
    heading_rows: tuple[int, ...]
    names: tuple[str, ...]
    rows: tuple[Line, ...]
    not_rows: tuple[str, ...]
    above: str


def look_at(path: Path) -> StrangeFile:
    """Read the first lines of a file.

    Args:
        path: CSV or other delimited text, a workbook (.xlsx) or Parquet.

    Returns:
        What was found.

    Raises:
        InputError: there is no such file, it is of another kind, or it has no lines.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise InputError(Problem(shown_path(path), found, "a file", "give the path of one file"))
    with path.open("rb") as stream:
        content = stream.read(MOST_BYTES)
    if not content.strip():
        raise InputError(Problem(shown_path(path), "an empty file", "a file with rows", "export it again"))
    start = content[:4]
    for beginning, found, fix in NOT_READ:
        if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:9].lower().startswith(beginning):
            raise InputError(Problem(shown_path(path), found, "CSV, text, .xlsx or Parquet", fix))
    if path.suffix.lower() in OUTLINES:
        fix = "put it into data/raw/boundaries/, which needs no mapping"
        raise InputError(Problem(shown_path(path), "a file of outlines", "a table", fix))
    if start == b"PAR1":
        try:
            with pq.ParquetFile(path) as stored:
                batch = next(stored.iter_batches(MOST_LINES), None)
                table = batch.to_pydict() if batch else dict.fromkeys(stored.schema_arrow.names, ())
        except (pa.ArrowException, OSError):
            raise InputError(Problem(shown_path(path), "a broken file", "Parquet", "export it again")) from None
        cells = zip(*([cell_text(cell) or "" for cell in column] for column in table.values()), strict=True)
        rows = tuple((number, list(row)) for number, row in enumerate(cells, start=1))
        return StrangeFile(path, "parquet", "", "", (), tuple(table), rows, (), "")
    if start[:2] == b"PK":
        sheet, lines = _largest_sheet(path)
        return _laid_out(path, "xlsx", "", sheet, lines)
    content = content if len(content) < MOST_BYTES else content[: content.rindex(b"\n") + 1]
    text, encoding = decode(content, shown_path(path))
    delimiter = max(DELIMITERS, key=lambda each: sum(line.count(each) for line in text.splitlines()[:50]))
    lines = [*enumerate(first_records(text, delimiter, LAST_HEADING, shown_path(path)), start=1)]
    heading = _heading_rows(lines, shown_path(path))
    width = len(lines[heading[-1] - 1][1]) if lines else 0
    layout = Layout(heading_rows=heading, not_rows=ENDS_OF_TABLES)
    below = []
    for line, row in rows_of(text, delimiter, width, shown_path(path), layout):
        below.append((line, row))
        if len(below) == MOST_LINES:
            break
    every = [*lines[: heading[-1]], *below, *_ends(text, delimiter, heading[-1])]
    return _laid_out(path, encoding, delimiter, "", sorted(every), heading)


def _ends(text: str, delimiter: str, heading: int) -> list[Line]:
    """The lines below the heading that begin like totals and sources, as far as their first words."""
    empty = f' "\ufeff{delimiter}'
    starts = ((n, line[:100].lstrip(empty)) for n, line in enumerate(text.splitlines(), start=1) if n > heading)
    return [(n, [start]) for n, start in starts if start.startswith(ENDS_OF_TABLES)]


def _largest_sheet(path: Path) -> tuple[str, list[Line]]:
    with path.open("rb") as stream:
        check_archive(stream, shown_path(path))
        found: dict[str, list[Line]] = {}
        try:
            with warnings.catch_warnings(action="ignore"):
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
                for sheet in book.worksheets:
                    sheet.reset_dimensions()
                    rows = enumerate(sheet.iter_rows(values_only=True, max_row=MOST_LINES), start=1)
                    found[sheet.title] = [(n, [cell_text(cell) or "" for cell in row]) for n, row in rows if any(row)]
        except Exception:  # openpyxl raises many kinds of error for a broken workbook; they contain cells
            raise InputError(Problem(shown_path(path), "a broken workbook", "an .xlsx file", "save it again")) from None
    filled = {name: lines for name, lines in found.items() if lines}
    if not filled:
        raise InputError(Problem(shown_path(path), "no sheet with cells", "a table", "look for another file"))
    name = max(filled, key=lambda each: sum(len(cells) for _, cells in filled[each]))
    return (name if len(filled) > 1 else ""), filled[name]


def _laid_out(
    path: Path, encoding: str, delimiter: str, sheet: str, lines: Sequence[Line], heading: tuple[int, ...] = ()
) -> StrangeFile:
    heading = heading or _heading_rows(lines, shown_path(path))
    by_number = dict(lines)
    names = joined_heading([by_number.get(number, []) for number in heading])
    layout, rows, words = Layout(heading_rows=heading, not_rows=ENDS_OF_TABLES), [], []
    for line, cells in lines:
        if line > heading[-1]:
            word = layout.why_cells_no_row(cells)
            if word:
                words.append(word)
            elif any(map(plain, cells)):
                rows.append((line, [*cells, *[""] * (len(names) - len(cells))]))
    above = " ".join(plain(cell) for line, cells in lines if line < heading[0] for cell in cells if cell)
    shown = tuple(dict.fromkeys(words))
    return StrangeFile(path, encoding, delimiter, sheet, heading, tuple(names), tuple(rows), shown, above)


def _heading_rows(lines: Sequence[Line], file: str) -> tuple[int, ...]:
    """Find the first line with names over most columns, and the line below it if that names the rest of them.

    A file without such a line is refused: cells of a row, taken for names, would be shown.
    """
    head = [(n, [plain(cell) for cell in cells]) for n, cells in lines if n <= LAST_HEADING]
    width = max((sum(map(bool, cells)) for _, cells in head), default=1)
    for at, (number, cells) in enumerate(head):
        filled = [cell for cell in cells if cell]
        of_values = any(map(_is_value, filled))
        if len(filled) < max(1, width * 0.4) or (of_values and len(filled) < width * 0.8):
            continue
        if of_values or _is_like_rows(cells, [other for _, other in head[at + 1 :]]):
            break
        if at + 1 < len(head):
            below = head[at + 1][1]
            named = [cell for cell in below if cell]
            gaps = any(cell and (i >= len(cells) or not cells[i]) for i, cell in enumerate(below))
            if gaps and named and not any(map(_is_value, named)):
                return (number, head[at + 1][0])
        return (number,)
    expected = f"a line of names, unlike the rows below it, among the first {LAST_HEADING} lines"
    raise InputError(Problem(file, "no heading", expected, "add a line that names the columns"))


def _is_like_rows(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a line is itself a row: many of its cells occur below, or are numbered, written or placed like those."""
    rows = [row for row in below if row != cells and any(row)]
    like = 0
    for at, cell in enumerate(cells):
        column = [row[at] for row in rows if at < len(row) and row[at]]
        same_form = sum(_form(other) == _form(cell) for other in column)
        areas = bool(column) and _is_area(cell) and sum(map(_is_area, column)) > len(column) / 2
        numbered = "0" in _form(cell) and same_form > len(column) / 2
        like += bool(cell) and bool(column) and (cell in column or numbered or areas)
    return like >= max(1, LIKE_ROWS * sum(map(bool, cells)))


def _form(cell: str) -> str:
    """A cell with 0 for digits and a for letters, so that HH001 and HH002 have one form."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"[0-9]+", "0", cell))


def _is_area(cell: str) -> bool:
    places = installed()
    return places.province(cell) is not None or any(places.districts_named(p, cell) for p in places.provinces)


def _is_value(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").replace("-", "").strip().isdigit() or cell in ("-", "")
