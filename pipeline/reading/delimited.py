"""Delimited text: the character that separates its fields, its header, and its rows with their line numbers.

Not here: encodings (``encodings``), the names of columns (``columns``).
"""

import csv
import io
from collections.abc import Collection, Iterator

from pipeline.errors import InputError, Problem
from pipeline.reading.columns import clean_name

DELIMITERS = ",;\t|"


def header_of(text: str, known: Collection[str], file: str) -> tuple[str, list[str]]:
    """Find the delimiter that divides the header into the largest number of known names.

    Args:
        text: the text of the file, or its beginning with the whole header.
        known: names that the header may have, ours and the file's own.
        file: the file, as messages show it.

    Returns:
        The delimiter, one of ``DELIMITERS`` (a comma if no name is known), and the names in the header.

    Raises:
        InputError: two delimiters give equally many known names.

    >>> header_of("a;b,c\\n1;2\\n", ["a", "b,c"], "x.csv")
    (';', ['a', 'b,c'])
    """
    wanted = {clean_name(name) for name in known}
    best: tuple[int, str, list[str]] = (0, ",", [])
    for delimiter in DELIMITERS:
        try:
            first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        header = [clean_name(cell) for cell in first]
        hits = len(wanted.intersection(header))
        if hits and hits == best[0] and header != best[2]:
            raise InputError(
                Problem(
                    file,
                    f"a header that both {best[1]!r} and {delimiter!r} divide into known columns",
                    "one delimiter",
                    "separate all columns by the same character, and quote names that contain it",
                    line=1,
                )
            )
        if hits > best[0] or not best[2]:
            best = hits, delimiter, header
    return best[1], best[2]


def rows_of(text: str, delimiter: str, fields: int, file: str) -> Iterator[tuple[int, list[str]]]:
    """Read the rows below the header one by one; empty lines are skipped.

    Args:
        text: the text of the file.
        delimiter: the character that separates the cells.
        fields: how many cells each row must have.
        file: the file, as messages show it.

    Yields:
        The line number (the last line of a row that spans several) and the cells of each row.

    Raises:
        InputError: a row does not have ``fields`` cells, a quotation mark is not closed, or a cell is too long.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        next(reader, None)
        for row in reader:
            if row and len(row) != fields:
                raise InputError(
                    Problem(
                        file,
                        f"{len(row)} fields",
                        f"{fields} fields, as in the header",
                        "complete the row, or quote a field that contains the delimiter",
                        line=reader.line_num,
                    )
                )
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        found, fix = str(error), "close the quotation marks"
        if "field limit" in found:
            found = f"a cell of more than {csv.field_size_limit():,} characters"
            fix = "shorten it, or close the quotation marks before it"
        raise InputError(Problem(file, found, "delimited text", fix, line=reader.line_num)) from error
