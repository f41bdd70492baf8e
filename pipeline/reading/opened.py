"""The heading and the lines of a table's file, as text: delimited text, or a sheet of a workbook.

Here: which of the two a file is, and its name with another ending. Not here: how each is read (``delimited``,
``sheets``), which column is which (``columns``).
"""

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError, Problem, shown_path
from pipeline.leftovers import is_document
from pipeline.reading.archives import ARCHIVE
from pipeline.reading.delimited import header_of, is_prose, rows_of
from pipeline.reading.encodings import decode
from pipeline.reading.layout import Layout
from pipeline.reading.sheets import open_sheet

# A table may come with any of these endings.
WORKBOOK = ".xlsx"
SUFFIXES = (".csv", ".txt", ".tsv", WORKBOOK)
PROSE = ".txt"
# A table, or an archive with one.
RECEIVED = (*SUFFIXES, ARCHIVE)


@dataclass(frozen=True)
class Lines:
    """The lines of one file.

    Attributes:
        names: of the columns, as in the heading.
        rows: the number of each line and its cells, read one by one; an empty cell is ``""``.
        encoding: of text, or ``xlsx``.
        delimiter: of text; empty for a sheet.
        not_rows: number and word of each line that the layout makes no row; complete when all rows are read.
    """

    names: list[str]
    rows: Iterator[tuple[int, list[str]]]
    encoding: str
    delimiter: str
    not_rows: list[tuple[int, str]]


@contextmanager
def open_lines(content: bytes, file: str, known: Collection[str], layout: Layout) -> Iterator[Lines]:
    """Open a file: its heading is read, and its rows can be.

    Args:
        content: all bytes of the file.
        file: the file, as messages show it.
        known: names that columns may have, ours and the file's own; cells of other columns of a sheet are not read.
        layout: the sheet, the lines of the heading, and the lines that are no rows.

    Yields:
        The lines.

    Raises:
        InputError: the file cannot be read as text or as a workbook.
    """
    if file.lower().endswith(WORKBOOK):
        with open_sheet(io.BytesIO(content), file, layout, known) as sheet:
            cells_of = ((line, [cell or "" for cell in cells]) for line, cells in sheet.lines())
            yield Lines(sheet.heading, cells_of, WORKBOOK.strip("."), "", sheet.not_rows)
        return
    text, encoding = decode(content, file)
    delimiter, names = header_of(text, known, file, layout)
    not_rows: list[tuple[int, str]] = []
    yield Lines(names, rows_of(text, delimiter, len(names), file, layout, not_rows), encoding, delimiter, not_rows)


def is_for_people(path: Path) -> bool:
    """Return whether a file is a document, a picture or prose: ``check`` names it, and no reader opens it.

    Args:
        path: the file.

    Returns:
        Whether it holds no data.
    """
    return is_document(path) or (path.suffix.lower() == PROSE and path.is_file() and is_prose(path))


def name_as_received(folder: Path, name: str) -> str:
    """Find a table's file under its name with any of ``RECEIVED``.

    Args:
        folder: the folder of one source.
        name: its usual name, such as ``regions.csv``.

    Returns:
        The name that it has; the usual one if there is no such file.

    Raises:
        InputError: there are two files of that name with different endings.
    """
    stem = Path(name).stem
    found = [stem + suffix for suffix in RECEIVED if (folder / (stem + suffix)).is_file()]
    if len(found) > 1:
        raise InputError(
            Problem(shown_path(folder), " and ".join(found), "one of them", "keep the right one, move the other away")
        )
    return found[0] if found else name
