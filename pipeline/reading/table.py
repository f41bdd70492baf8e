"""From a file to a checked table: read its lines, find its columns, convert its cells, list its problems.

Here: the order of these steps, and ``Received``, a table with its origin. Not here: the steps themselves
(``opened``, ``columns``, ``places_named``, ``cells``, ``sidecar``), what one system's file means (``sources``), what a
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
from pipeline.reading.archives import ARCHIVE, only_member
from pipeline.reading.cells import repeated_keys, typed_table
from pipeline.reading.columns import ColumnMap, Header, find_columns, unnamed
from pipeline.reading.file_content import read_content
from pipeline.reading.layout import AS_WRITTEN, Layout
from pipeline.reading.opened import SUFFIXES, name_as_received, open_lines
from pipeline.reading.people import refuse_ids_of_people, refuse_names_of_people
from pipeline.reading.places_named import columns_found, names_for, with_codes
from pipeline.reading.sidecar import Origin, read_sidecar

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
        repaired: line, column, found and used of codes found from names, and of lines that are no rows.
    """

    text: pd.DataFrame
    header: Header
    encoding: str
    delimiter: str
    repaired: tuple[dict[str, Any], ...] = ()


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

    def path_in(self, folder: Path) -> Path:
        """Name the file that the table comes from.

        Args:
            folder: its folder.

        Returns:
            The path of the first file.
        """
        return folder / Path(self.origins[0].file).name


def read_table(
    folder: Path,
    name: str,
    contract: Contract,
    known: Mapping[str, Collection[str]] | None = None,
    *,
    partial: bool = False,
) -> Received:
    """Read a file as the table of a contract, indexed by line number.

    The file is a workbook, or text in UTF-8 or CP874, separated by commas, semicolons, tabs or vertical bars, or a
    zip archive with one such file. Its columns are found by the column map of its ``SOURCE.toml`` and by our own names,
    in any order; others are listed as ignored. Codes may be written in other ways or be names of areas, numbers with
    separators, years in the Buddhist Era: each repair has a record.

    Args:
        folder: the folder of one source, with its ``SOURCE.toml``.
        name: the file within it; a workbook, text file or archive of that name with another ending is read too.
        contract: columns, types and key of the table.
        known: the values that a column may hold, by our column name.
        partial: the file may lack columns, and its key is not checked.

    Returns:
        The table with its origin and its repaired cells.

    Raises:
        InputError: one or more cells, columns or rows cannot be used; it lists all problems found. A file with one
            problem is not used at all.
    """
    name = name_as_received(folder, name)
    content, sha256 = read_content(folder, name)
    sidecar = read_sidecar(folder)
    columns = sidecar.columns_of(name, (*contract.column_names, *names_for(contract.column_names)))
    file, layout = shown_path(folder / name), sidecar.layout_of(name)
    if name.lower().endswith(ARCHIVE):
        member, content = only_member(content, file, SUFFIXES)
        file = f"{file}/{member}"
    parsed = parse_table(content, file, contract, columns, known or {}, layout, partial=partial)
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
    layout: Layout = AS_WRITTEN,
    *,
    partial: bool = False,
) -> Parsed:
    """Parse the bytes of delimited text or of a workbook as the table of a contract.

    Args:
        content: all bytes of the file.
        file: the file, as messages show it.
        contract: columns, types and key of the table.
        columns: the file's column map.
        known: the values that a column may hold, by our column name.
        layout: the sheet, the lines of the heading, the lines that are no rows, and words for *not known*.
        partial: the file may lack columns, and its key is not checked.

    Returns:
        The table, indexed by line number, and how the file was read.

    Raises:
        InputError: one or more cells, columns or rows cannot be used; it lists all problems in the order of lines.
    """
    cells = read_cells(content, file, contract, columns, layout, partial=partial)
    table, repaired, problems = typed_table(cells.text, contract, cells.header, file, known, layout.unknown)
    if not partial:
        problems += repeated_keys(table, contract.key, cells.header, file)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return Parsed(table, cells.header, (*cells.repaired, *repaired), cells.encoding, cells.delimiter)


def read_cells(
    content: bytes,
    file: str,
    contract: Contract,
    columns: ColumnMap,
    layout: Layout = AS_WRITTEN,
    *,
    partial: bool = False,
) -> Cells:
    """Find the columns of a contract in the bytes of delimited text or of a workbook, and leave their cells as text.

    Args:
        content: all bytes of the file.
        file: the file, as messages show it.
        contract: the columns.
        columns: the file's column map.
        layout: the sheet, the lines of the heading, and the lines that are no rows.
        partial: the file may lack columns.

    Returns:
        The cells and how they were read; codes of areas are found from names if the file has names instead.

    Raises:
        InputError: the text cannot be decoded, a column is missing or there are two of it, a row has more or fewer
            cells than the header, or rows are those of households or persons.
    """
    known = (*contract.column_names, *names_for(contract.column_names), *columns.ours)
    with open_lines(content, file, known, layout) as lines:
        refuse_names_of_people(lines.names, file)
        wanted, named = columns_found(lines.names, contract.column_names, columns)
        header = find_columns(lines.names, wanted, columns, file, partial=partial)
        rows = list(lines.rows)
    refuse_ids_of_people({name: [row[at] for _, row in rows] for at, name in enumerate(lines.names)}, file)
    named = [name for name in named if name in header.positions]
    text = pd.DataFrame(
        {ours: [row[at] for _, row in rows] for ours, at in header.positions.items()},
        index=pd.Index([line for line, _ in rows], dtype="int64"),
        dtype="str",
    )
    records: list[dict[str, Any]] = [
        {"line": line, "column": "", "found": f"a line that begins with {word}", "used": "no row"}
        for line, word in lines.not_rows
    ]
    problems: list[Problem] = []
    header = _without_row_numbers(header, [row for _, row in rows])
    if named:
        text, header, found, problems = with_codes(text, header, named, contract.column_names, file)
        records += found
    if problems:
        raise InputError(problems)
    return Cells(text, header, lines.encoding, lines.delimiter, tuple(records))


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
