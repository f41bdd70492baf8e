"""From a delimited file to a checked table: decode it, find its columns, convert its cells, list its problems.

Here: the order of these steps, and ``Received``, a table with its origin. Not here: the steps themselves
(``encodings``, ``delimited``, ``columns``, ``cells``, ``sidecar``), what one system's file means (``sources``), what a
table must be (``contracts``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.contracts import Contract
from pipeline.errors import InputError, Problem, shown_path
from pipeline.reading.cells import repeated_keys, typed_table
from pipeline.reading.columns import ColumnMap, Header, find_columns, unnamed
from pipeline.reading.delimited import header_of, rows_of
from pipeline.reading.encodings import decode
from pipeline.reading.sidecar import Origin, read_content, read_sidecar

# Names of a column that numbers the rows: none, or the one that pandas gives such a column when it reads it.
ROW_NUMBERS = ("", "Unnamed: 0", "index")


@dataclass(frozen=True)
class Parsed:
    """The table of one file, indexed by line number, and how the file was read.

    Attributes:
        table: typed columns under our names.
        header: the file's own names.
        repaired: line, column, found and used of each repaired cell.
        encoding: of the file.
        delimiter: of the file.
    """

    table: pd.DataFrame
    header: Header
    repaired: tuple[dict[str, Any], ...]
    encoding: str
    delimiter: str


@dataclass(frozen=True)
class Cells:
    """The cells of one file as text, before they are converted.

    Attributes:
        text: by our column names, indexed by line number.
        header: the file's own names.
        encoding: of the file.
        delimiter: of the file.
    """

    text: pd.DataFrame
    header: Header
    encoding: str
    delimiter: str


@dataclass(frozen=True)
class Received:
    """A table with the files it comes from.

    Attributes:
        repaired: file, line, column, found and used of each repaired cell.
        header: the file's own column names, where the table is that of one file.
    """

    table: pd.DataFrame
    origins: tuple[Origin, ...]
    rows_in: int
    repaired: tuple[dict[str, Any], ...] = ()
    header: Header = field(default_factory=lambda: Header((), {}))

    def shown(self, column: str) -> str:
        """Name a column for a message: the file's own name, with ours in brackets if it differs.

        Args:
            column: our name of the column.

        Returns:
            The name to show.
        """
        return self.header.shown(column)


def read_table(
    folder: Path,
    name: str,
    contract: Contract,
    known: Mapping[str, Collection[str]] | None = None,
    *,
    partial: bool = False,
) -> Received:
    """Read a delimited file as the table of a contract, indexed by line number.

    The file is UTF-8 or CP874, separated by commas, semicolons, tabs or vertical bars. Its columns are found by the
    column map of its ``SOURCE.toml`` and by our own names, in any order; others are listed as ignored. Codes are text:
    spaces, zero-width characters and Thai digits in them are repaired, with a record.

    Args:
        folder: the folder of one source, with its ``SOURCE.toml``.
        name: the file within it.
        contract: columns, types and key of the table.
        known: the values that a column may hold, by our column name.
        partial: the file may lack columns, and its key is not checked.

    Returns:
        The table with its origin and its repaired cells.

    Raises:
        InputError: one or more cells, columns or rows cannot be used; it lists all problems found. A file with one
            problem is not used at all.
    """
    content, sha256 = read_content(folder, name)
    sidecar = read_sidecar(folder)
    columns = sidecar.columns_of(name, contract.column_names)
    parsed = parse_table(content, shown_path(folder / name), contract, columns, known or {}, partial=partial)
    origin = replace(
        sidecar.origin(name, sha256),
        encoding=parsed.encoding,
        delimiter=parsed.delimiter,
        ignored_columns=parsed.header.ignored,
    )
    repaired = tuple({"file": origin.file, **record} for record in parsed.repaired)
    return Received(parsed.table, (origin,), len(parsed.table), repaired, parsed.header)


def parse_table(
    content: bytes,
    file: str,
    contract: Contract,
    columns: ColumnMap,
    known: Mapping[str, Collection[str]],
    *,
    partial: bool = False,
) -> Parsed:
    """Parse the bytes of a delimited file as the table of a contract.

    Args:
        content: all bytes of the file.
        file: the file, as messages show it.
        contract: columns, types and key of the table.
        columns: the file's column map.
        known: the values that a column may hold, by our column name.
        partial: the file may lack columns, and its key is not checked.

    Returns:
        The table, indexed by line number, and how the file was read.

    Raises:
        InputError: one or more cells, columns or rows cannot be used; it lists all problems in the order of lines.
    """
    cells = read_cells(content, file, contract, columns, partial=partial)
    table, repaired, problems = typed_table(cells.text, contract, cells.header, file, known)
    if not partial:
        problems += repeated_keys(table, contract.key, cells.header, file)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return Parsed(table, cells.header, tuple(repaired), cells.encoding, cells.delimiter)


def read_cells(content: bytes, file: str, contract: Contract, columns: ColumnMap, *, partial: bool = False) -> Cells:
    """Find the columns of a contract in the bytes of a delimited file, and leave their cells as text.

    Args:
        content: all bytes of the file.
        file: the file, as messages show it.
        contract: the columns.
        columns: the file's column map.
        partial: the file may lack columns.

    Returns:
        The cells and how they were read.

    Raises:
        InputError: the text cannot be decoded, a column is missing or there are two of it, or a row has more or fewer
            cells than the header.
    """
    text, encoding = decode(content, file)
    delimiter, names = header_of(text, (*contract.column_names, *columns.ours), file)
    header = find_columns(names, contract.column_names, columns, file, partial=partial)
    rows = list(rows_of(text, delimiter, len(names), file))
    cells = pd.DataFrame(
        {ours: [row[at] for _, row in rows] for ours, at in header.positions.items()},
        index=pd.Index([line for line, _ in rows], dtype="int64"),
        dtype="str",
    )
    return Cells(cells, _without_row_numbers(header, [row for _, row in rows]), encoding, delimiter)


def _without_row_numbers(header: Header, rows: Sequence[Sequence[str]]) -> Header:
    """Leave an unnamed column out of those not used if it only numbers the rows, as pandas writes its index.

    The numbers rise; some may be missing, where rows were left out before the file was written.
    """
    for at, name in enumerate(header.names):
        if name in ROW_NUMBERS and at not in header.positions.values():
            numbers = [int(row[at]) if row[at].isascii() and row[at].isdigit() else -1 for row in rows]
            if min(numbers, default=-1) >= 0 and all(one < other for one, other in pairwise(numbers)):
                shown = unnamed(name, at)
                return replace(header, ignored=tuple(other for other in header.ignored if other != shown))
    return header


def check_provinces(received: Received, path: Path) -> Received:
    """Check that each district is in the province of its row.

    Args:
        received: a table with ``district_code`` and ``province_code``; a district may be missing.
        path: the file, for messages.

    Returns:
        The same table.

    Raises:
        InputError: one or more rows have a district of another province; it lists all of them.
    """
    table = received.table
    elsewhere = table["district_code"].notna() & (table["district_code"].str[:2] != table["province_code"])
    if problems := [
        Problem(
            shown_path(path),
            f"district {table.at[line, 'district_code']} with province {table.at[line, 'province_code']}",
            "a district of that province",
            "correct one of the two codes",
            line=int(line),
            column=received.shown("district_code"),
        )
        for line in table.index[elsewhere]
    ]:
        raise InputError(problems)
    return received
