"""Delimited text: the character that separates its fields, its heading, and its rows with their line numbers.

Not here: encodings (``encodings``), the names of columns (``columns``), which lines are heading and rows (``layout``).
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.characters import INVISIBLE
from pipeline.errors import InputError, Problem
from pipeline.reading.columns import clean_name
from pipeline.reading.layout import AS_WRITTEN, STATE_NOT_ROWS, Layout, has_cells, joined_heading

DELIMITERS = ",;\t|"
# What is looked at to tell a table from prose.
FIRST_BYTES, FIRST_LINES = 8192, 3


def header_of(text: str, known: Collection[str], file: str, layout: Layout = AS_WRITTEN) -> tuple[str, list[str]]:
    """Find the delimiter that divides the heading into the largest number of known names.

    Args:
        text: the text of the file, or its beginning with the whole heading.
        known: names that the heading may have, ours and the file's own.
        file: the file, as messages show it.
        layout: the lines of the heading.

    Returns:
        The delimiter, one of ``DELIMITERS`` (a comma if no name is known), and the names in the heading.

    Raises:
        InputError: two delimiters give equally many known names.

    >>> header_of("a;b,c\\n1;2\\n", ["a", "b,c"], "x.csv")
    (';', ['a', 'b,c'])
    """
    wanted = {clean_name(name) for name in known}
    best: tuple[int, str, list[str]] = (0, ",", [])
    for delimiter in DELIMITERS:
        try:
            header = _heading(text, delimiter, layout)
        except csv.Error:
            continue
        hits = len(wanted.intersection(header))
        if hits and hits == best[0] and header != best[2]:
            raise InputError(
                Problem(
                    file,
                    f"a header that both {best[1]!r} and {delimiter!r} divide into known columns",
                    "one delimiter",
                    "separate all columns by the same character, and quote names that contain it",
                    line=layout.last_heading,
                )
            )
        if hits > best[0] or not best[2]:
            best = hits, delimiter, header
    return best[1], best[2]


def _heading(text: str, delimiter: str, layout: Layout) -> list[str]:
    """Read the names of the columns."""
    first = layout.heading_rows[0]
    reader, _ = _records_below(text, delimiter, first - 1)
    lines = list(islice(reader, layout.last_heading - first + 1))
    stated = [lines[number - first] for number in layout.heading_rows if number - first < len(lines)]
    if len(layout.heading_rows) == 1:
        return [clean_name(cell) for cell in (stated or [[]])[0]]
    return joined_heading(stated)


def _records_below(text: str, delimiter: str, above: int) -> tuple[Any, int]:
    """Return a reader of the records below the first ones, and the number of lines of these; they may be anything."""
    lines = io.StringIO(text, newline="")
    titles = csv.reader(lines, delimiter=delimiter)
    for _ in range(above):
        next(titles, None)
    return csv.reader(lines, delimiter=delimiter, strict=True), titles.line_num


def rows_of(
    text: str,
    delimiter: str,
    fields: int,
    file: str,
    layout: Layout = AS_WRITTEN,
    not_rows: list[tuple[int, str]] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Read the rows below the heading one by one; empty lines are skipped, also lines of empty cells.

    Args:
        text: the text of the file.
        delimiter: the character that separates the cells.
        fields: how many cells each row must have.
        file: the file, as messages show it.
        layout: the lines of the heading, and the lines that are no rows.
        not_rows: number and word of each line that the layout makes no row are added to it.

    Yields:
        The line number (the first line of a row that spans several) and the cells of each row.

    Raises:
        InputError: a row does not have ``fields`` cells, a quotation mark is not closed, or a cell is too long.
    """
    reader, above, line = None, 0, 1
    try:
        reader, above = _records_below(text, delimiter, layout.last_heading - 1)
        next(reader, None)
        line = above + reader.line_num + 1
        for row in reader:
            if not has_cells(row):
                pass
            elif word := layout.why_cells_no_row(row):
                if not_rows is not None:
                    not_rows.append((line, word))
            elif len(row) != fields:
                raise InputError(
                    Problem(
                        file,
                        f"{len(row)} fields",
                        f"{fields} fields, as in the header",
                        f"complete the row, or quote a field that contains the delimiter; {STATE_NOT_ROWS}",
                        line=line,
                    )
                )
            else:
                if reader.line_num + above > line:
                    _refuse_rows_within(row, delimiter, fields, file, line)
                yield line, row
            line = above + reader.line_num + 1
    except csv.Error as error:
        raise InputError(_broken(error, file, line)) from error


def is_prose(path: Path) -> bool:
    """Return whether a text file is written for people: no delimiter divides each of its first lines.

    Args:
        path: the file.

    Returns:
        Whether it is no table; also for an empty file. A file that cannot be opened is for its reader to refuse.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(FIRST_BYTES)
    except OSError:
        return False
    lines = [line for line in start.splitlines() if line.strip()][:FIRST_LINES]
    counts = {delimiter: {line.count(delimiter.encode()) for line in lines} for delimiter in DELIMITERS}
    # Prose has commas too, but rarely the same number in each line.
    by_commas = len(lines) > 1 and len(counts[","]) == 1 and counts[","] != {0}
    return not by_commas and not any(found and 0 not in found for sign, found in counts.items() if sign != ",")


def _refuse_rows_within(cells: Sequence[str], delimiter: str, fields: int, file: str, line: int) -> None:
    """Refuse a cell with a line break and as many delimiters as a row: rows behind an open quotation mark."""
    if any("\n" in cell and cell.count(delimiter) >= max(fields - 1, 1) for cell in cells):
        expected, fix = "a cell within quotation marks", "close the quotation mark at the end of its cell"
        raise InputError(Problem(file, "a quotation mark that takes in other rows", expected, fix, line=line))


def first_records(text: str, delimiter: str, most: int, file: str) -> list[list[str]]:
    """Read the first records of a file that nobody has described.

    Args:
        text: the text of the file.
        delimiter: the character that separates the cells.
        most: how many to read.
        file: the file, as messages show it.

    Returns:
        The cells of each record; an empty line has none.

    Raises:
        InputError: a cell is too long.

    >>> first_records('"a title\\nof two lines"\\n\\na,b\\n', ",", 3, "a.csv")
    [['a title\\nof two lines'], [], ['a', 'b']]
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(islice(reader, most))
    except csv.Error as error:
        raise InputError(_broken(error, file, reader.line_num)) from None


def _broken(error: csv.Error, file: str, line: int) -> Problem:
    found, fix = str(error), "close the quotation marks"
    if "end of data" in found:
        found = "a quotation mark that is not closed"
    if "field limit" in found:
        found = f"a cell of more than {csv.field_size_limit():,} characters"
        fix = "shorten it, or close the quotation marks before it"
    return Problem(file, found, "delimited text", fix, line=line)


@dataclass(frozen=True)
class LaidOut:
    """A copy of a text file, with its heading in line 1.

    Attributes:
        above: lines of the file above its heading: line ``n`` of the copy is line ``n + above`` of the file.
        not_rows: number in the file and word of each line that the layout makes no row.
    """

    above: int
    not_rows: tuple[tuple[int, str], ...]


def lay_out(source: Path, target: Path, delimiter: str, heading: Sequence[str], layout: Layout, file: str) -> LaidOut:
    """Copy a text file with its heading in line 1 and each row in one line below.

    For files too large for memory. A line break within a cell becomes a space, and empty lines follow the row for its
    further lines. A line that is no row, or whose cells are empty, becomes an empty line.

    Args:
        source: the file, UTF-8.
        target: the copy.
        delimiter: the character that separates the cells.
        heading: the names of the columns.
        layout: the lines of the heading, and the lines that are no rows.
        file: the file, as messages show it.

    Returns:
        Which line is which, and the lines that are no rows.

    Raises:
        InputError: a quotation mark is not closed.
    """
    not_rows, above, line = [], 0, 1
    nothing = "".join((' \t"', delimiter, *map(chr, INVISIBLE)))
    with (
        source.open("r", encoding="utf-8-sig", newline="\n") as stream,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for number, (lines, cells) in enumerate(_records(stream, delimiter, file), start=1):
            ending = "\r\n" if lines[-1].endswith("\r\n") else "\n" if lines[-1].endswith("\n") else ""
            writer = csv.writer(out, delimiter=delimiter, lineterminator=ending)
            text = lines[0].lstrip(nothing)
            word = layout.why_no_row(text) if len(lines) == 1 else layout.why_cells_no_row(cells)
            if number < layout.last_heading:
                above += len(lines)
            elif number == layout.last_heading:
                writer.writerow(heading)
                out.write(ending * (len(lines) - 1))
            elif word or (not text.rstrip() and len(lines) == 1):
                not_rows += [(line, word)] if word else []
                out.write(ending * len(lines))
            elif len(lines) == 1:
                out.write(lines[0])
            else:
                _refuse_rows_within(cells, delimiter, len(heading), file, line)
                writer.writerow([" ".join(cell.splitlines()) for cell in cells])
                out.write(ending * (len(lines) - 1))
            line += len(lines)
    return LaidOut(above, tuple(not_rows))


def _records(stream: Iterator[str], delimiter: str, file: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the lines of each record, and the cells of a record of several lines."""
    number = 1
    for line in stream:
        lines, cells = [line], []
        if '"' in line:
            try:
                cells = next(csv.reader(_taking(lines, stream), delimiter=delimiter, strict=True), [])
            except csv.Error as error:
                if len(lines) > 1 or "limit" in str(error):
                    raise InputError(_broken(error, file, number)) from None
        yield lines, cells
        number += len(lines)


def _taking(lines: list[str], stream: Iterator[str]) -> Iterator[str]:
    """Yield the first line of a record, then lines of the file as long as they are asked for."""
    yield lines[0]
    for line in stream:
        lines.append(line)
        yield line
