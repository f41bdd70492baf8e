"""Delimited text: the character that separates its fields, its heading, and its rows with their line numbers.

Not here: encodings (``encodings``), the names of columns (``columns``), which lines are heading and rows (``layout``).
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, Problem
from pipeline.reading.columns import clean_name
from pipeline.reading.layout import AS_WRITTEN, Layout, joined_heading

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
    """Read the names of the columns; only a heading of one line may have a line break within quotation marks."""
    if len(layout.heading_rows) == 1:
        return [clean_name(cell) for cell in next(_reader(_below(text, layout.last_heading - 1), delimiter), [])]
    lines = text.split("\n", layout.last_heading)[: layout.last_heading]
    stated = [lines[number - 1] for number in layout.heading_rows if number <= len(lines)]
    return joined_heading([next(_reader(line.rstrip("\r"), delimiter), []) for line in stated])


def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _below(text: str, lines: int) -> str:
    """The text without its first lines.

    >>> _below("a\\nb\\nc", 1), _below("a", 1)
    ('b\\nc', '')
    """
    for _ in range(lines):
        text = text.partition("\n")[2]
    return text


def rows_of(
    text: str,
    delimiter: str,
    fields: int,
    file: str,
    layout: Layout = AS_WRITTEN,
    not_rows: list[tuple[int, str]] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Read the rows below the heading one by one; empty lines are skipped.

    Args:
        text: the text of the file.
        delimiter: the character that separates the cells.
        fields: how many cells each row must have.
        file: the file, as messages show it.
        layout: the lines of the heading, and the lines that are no rows.
        not_rows: number and word of each line that the layout makes no row are added to it.

    Yields:
        The line number (the last line of a row that spans several) and the cells of each row.

    Raises:
        InputError: a row does not have ``fields`` cells, a quotation mark is not closed, or a cell is too long.
    """
    above = layout.last_heading - 1
    reader = _reader(_below(text, above), delimiter)
    try:
        next(reader, None)
        for row in reader:
            if word := layout.why_cells_no_row(row):
                if not_rows is not None:
                    not_rows.append((above + reader.line_num, word))
            elif row and len(row) != fields:
                raise InputError(
                    Problem(
                        file,
                        f"{len(row)} fields",
                        f"{fields} fields, as in the header",
                        "complete the row, or quote a field that contains the delimiter",
                        line=above + reader.line_num,
                    )
                )
            elif row:
                yield above + reader.line_num, row
    except csv.Error as error:
        found, fix = str(error), "close the quotation marks"
        if "field limit" in found:
            found = f"a cell of more than {csv.field_size_limit():,} characters"
            fix = "shorten it, or close the quotation marks before it"
        raise InputError(Problem(file, found, "delimited text", fix, line=above + reader.line_num)) from error


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


def lay_out(
    source: Path, target: Path, delimiter: str, heading: Sequence[str], layout: Layout
) -> list[tuple[int, str]]:
    """Copy a text file with its heading in line 1, its rows below, and an empty line for each line that is no row.

    For files too large for memory. Line ``n`` of the copy is line ``n + layout.last_heading - 1`` of the file.

    Args:
        source: the file, UTF-8.
        target: the copy.
        delimiter: the character that separates the cells.
        heading: the names of the columns.
        layout: the lines of the heading, and the lines that are no rows.

    Returns:
        Number and word of each line that is no row.
    """
    not_rows = []
    empty = f' \t"{delimiter}'
    with (
        source.open("r", encoding="utf-8-sig", newline="\n") as stream,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for number, line in enumerate(stream, start=1):
            ending = "\r\n" if line.endswith("\r\n") else "\n" if line.endswith("\n") else ""
            if number == layout.last_heading:
                csv.writer(out, delimiter=delimiter, lineterminator=ending).writerow(heading)
            elif number > layout.last_heading:
                word = layout.why_no_row(line.lstrip(empty))
                if word:
                    not_rows.append((number, word))
                out.write(ending if word else line)
    return not_rows
