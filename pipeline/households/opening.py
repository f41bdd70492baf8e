"""Opening a household file for DuckDB: its rows as columns of text under our names.

Here: kinds of files, and what must be copied before DuckDB can read it. Not here: encodings, headings and sheets
(``reading``), what a cell must be (``sql/stage.sql``). No message shows a cell: it names a file, a line or a column.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputError, Problem, shown_value
from pipeline.households.citizen_ids import without_ids
from pipeline.households.files import HouseholdFile
from pipeline.households.mapping import COLUMNS, FILE, Mapping
from pipeline.households.progress import Log
from pipeline.reading.columns import Header, clean_name
from pipeline.reading.delimited import header_of, lay_out
from pipeline.reading.encodings import scan_text, transcode
from pipeline.reading.layout import Layout
from pipeline.reading.sheets import Sheet, open_sheet

LONGEST_HEADER = 1 << 16
# The table of lines that DuckDB could not read as rows, and its table of the files scanned.
REJECTS, REJECTS_SCANS = "csv_rejects", "csv_rejects_scans"
# Lines of a sheet that are copied at a time.
BATCH = 20_000


@dataclass(frozen=True)
class Opened:
    """A file ready to be read.

    Attributes:
        rows: all our columns as text; NULL where the file has no such column.
        encoding: an encoding of text, ``parquet`` or ``xlsx``.
        header: the file's own columns.
        first_line: the number of the first line below the heading; 1 for Parquet, which has no heading.
        above: lines of a text file above its heading. DuckDB counts lines from the heading.
        is_text: whether lines can be unreadable; the table ``csv_rejects`` then lists them after the rows are read.
        lines: lines of rows in a text file, without heading, empty lines and lines that are no rows.
        empty: numbers of the empty lines of a text file or a sheet.
        not_rows: number and word of each line that the layout makes no row.
    """

    rows: duckdb.DuckDBPyRelation
    encoding: str
    header: Header
    first_line: int = 1
    above: int = 0
    is_text: bool = False
    lines: int = 0
    empty: tuple[int, ...] = ()
    not_rows: tuple[tuple[int, str], ...] = ()


def open_file(
    file: HouseholdFile, mapping: Mapping, private: Path, connection: duckdb.DuckDBPyConnection, log: Log
) -> Opened:
    """Open a file as a DuckDB relation; only its header and its encoding are read now.

    Args:
        file: the file to open.
        mapping: the file's column for each of ours.
        private: a folder that only this intake uses, for files that must be unpacked or converted first.
        connection: the connection that will read the rows.
        log: takes a line for each long step.

    Returns:
        The file, ready to be read.

    Raises:
        InputError: the file is empty, its content is not of the kind that its ending states, or a column is missing.
    """
    suffix = file.path.suffix.lower()
    if file.path.stat().st_size == 0:
        raise InputError(Problem(file.shown, "0 bytes", "a file with rows", "export it again, or remove it"))
    with file.path.open("rb") as stream:
        start = stream.read(8)
    kind = "parquet" if start[:4] == b"PAR1" else "xlsx" if start[:2] == b"PK" else "text"
    if kind != {".parquet": "parquet", ".xlsx": "xlsx"}.get(suffix, "text"):
        what = {"parquet": "a Parquet file", "xlsx": "a ZIP archive", "text": "neither Parquet nor a workbook"}[kind]
        raise InputError(
            Problem(file.shown, what, f"a {suffix} file", "rename it to the right ending, or export it again")
        )
    if kind == "text":
        return _open_text(file, mapping, private, connection, log)
    if kind == "parquet":
        rows, names = _open_parquet(file, file.path, mapping, connection)
        return Opened(rows, kind, _header(names, mapping))
    return _open_sheet(file, mapping, private, connection, log)


def _open_sheet(
    file: HouseholdFile, mapping: Mapping, private: Path, connection: duckdb.DuckDBPyConnection, log: Log
) -> Opened:
    """Copy the used columns of a sheet to a Parquet file of text, and open that."""
    layout, unpacked = mapping.layouts.of(file.path.name), private / f"{file.sha256}.parquet"
    with (
        file.path.open("rb") as stream,
        open_sheet(stream, file.shown, layout, mapping.columns.values()) as sheet,
    ):
        header = _as_mapped(sheet.heading, mapping)
        _check_header(header, mapping, file.shown, layout)
        empty = _unpack(sheet, header, unpacked, log)
    rows, _ = _open_parquet(file, unpacked, mapping, connection)
    return Opened(
        rows,
        "xlsx",
        _header(header, mapping),
        first_line=layout.last_heading + 1,
        empty=tuple(empty),
        not_rows=tuple(sheet.not_rows),
    )


def _unpack(sheet: Sheet, header: list[str], target: Path, log: Log) -> list[int]:
    """Write the used columns of a sheet to a Parquet file; return the numbers of the empty lines between its rows."""
    used = sorted(sheet.used)
    schema = pa.schema([(header[at], pa.string()) for at in used])
    rows: list[list[str | None]] = []
    empty: list[int] = []
    passed_over, before, count = 0, sheet.layout.last_heading, 0
    with pq.ParquetWriter(target, schema) as out:

        def write() -> None:
            columns = [[row[at] for row in rows] for at in used]
            out.write_table(pa.table(columns, schema=schema))

        for line, cells in sheet.lines():
            known = {number for number, _ in sheet.not_rows[passed_over:]}
            passed_over = len(sheet.not_rows)
            empty += [number for number in range(before + 1, line) if number not in known]
            before, count = line, count + 1
            rows.append(cells)
            if len(rows) == BATCH:
                write()
                rows.clear()
                if count % (10 * BATCH) == 0:
                    log(f"{sheet.file}: {count:,} rows unpacked")
        write()
    return empty


def _open_parquet(
    file: HouseholdFile, path: Path, mapping: Mapping, connection: duckdb.DuckDBPyConnection
) -> tuple[duckdb.DuckDBPyRelation, list[str]]:
    """Return the rows of a Parquet file, and the names of its columns."""
    try:
        names, rows = pq.read_schema(path).names, pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError, ValueError):
        # The footer is cut off or changed, or has names that are not UTF-8.
        raise InputError(
            Problem(
                file.shown, "a Parquet file without a complete footer", "a complete file", "copy or export it again"
            )
        ) from None
    if not rows:
        raise InputError(Problem(file.shown, "no rows", "at least one row", "export it again, or remove it"))
    _check_header(names, mapping, file.shown, Layout(file=mapping.file))
    lower = [name.casefold() for name in names]
    if ambiguous := [name for name in names if lower.count(name.casefold()) > 1 and name in mapping.columns.values()]:
        raise InputError(
            Problem(
                file.shown,
                f"columns that differ from {shown_value(ambiguous[0])} in capitals only",
                "one column",
                "rename the other",
            )
        )
    return _our_columns(connection.read_parquet(_literal(path)), {name: name for name in names}, mapping), names


def _literal(path: Path) -> str:
    """A path that DuckDB takes literally although it treats ``*``, ``?`` and ``[`` as patterns.

    A path whose folder has such characters is returned unchanged: the folders that DuckDB may read are known by their
    literal names, and it takes a path literally where no file matches it as a pattern.

    >>> _literal(Path("/x/a[1].csv")), _literal(Path("/x [1]/a[1].csv"))
    ('/x/a[[]1].csv', '/x [1]/a[1].csv')
    """
    whole = path.resolve()
    if re.search(r"[*?\[]", str(whole.parent)):
        return str(whole)
    return str(whole.with_name(re.sub(r"([*?\[])", r"[\1]", whole.name)))


def _our_columns(rows: duckdb.DuckDBPyRelation, column_of: dict[str, str], mapping: Mapping) -> duckdb.DuckDBPyRelation:
    """Select all our columns as text, in order; NULL for a column that the file does not have."""
    cells = []
    for ours in COLUMNS:
        theirs = mapping.columns.get(ours)
        cell = duckdb.ColumnExpression(column_of[theirs]) if theirs in column_of else duckdb.ConstantExpression(None)
        cells.append(cell.cast("VARCHAR").alias(ours))
    return rows.project(*cells)


def _header(names: list[str], mapping: Mapping) -> Header:
    """Find the file's columns by our names; citizen ids in the names of other columns are hidden.

    >>> _header(["บุตร", "PID", ""], Mapping({"citizen_id": "PID"})).ignored
    ('บุตร', 'column 3 without a name')
    """
    positions = {ours: names.index(theirs) for ours, theirs in mapping.columns.items() if theirs in names}
    used = set(positions.values())
    ignored = tuple(
        without_ids(clean_name(name)) or f"column {i + 1} without a name"
        for i, name in enumerate(names)
        if i not in used
    )
    return Header(tuple(map(clean_name, names)), positions, ignored)


def _as_mapped(header: list[str], mapping: Mapping) -> list[str]:
    """Write each name of the header as the mapping does, which may differ in spaces and invisible characters."""
    as_mapped = {clean_name(name): name for name in mapping.columns.values()}
    return [as_mapped.get(name, name) for name in header]


def _check_header(header: list[str], mapping: Mapping, file: str, layout: Layout) -> None:
    """Raise ``InputError`` if a column that the file must have is missing, or a mapped column occurs twice."""
    twice = sorted({name for name in header if header.count(name) > 1 and name in mapping.columns.values()})
    if twice:
        raise InputError(
            Problem(
                file,
                f"column {shown_value(twice[0])} twice",
                "each column once",
                "remove one",
                line=layout.last_heading,
            )
        )
    if missing := mapping.missing(header):
        stated = [name for name in missing if name in {mapping.columns[ours] for ours in mapping.stated} - set(header)]
        found = f"no column {', '.join(map(shown_value, stated[:5]))}" if stated else ""
        raise InputError(
            Problem(
                file,
                found or f"no column for {'; '.join(missing)}",
                f"the columns that {mapping.file} names" if stated else "a column for each, under our name or mapped",
                f"correct {mapping.file}, also heading_row under [layout] if the names are in another line"
                if Path(mapping.file).is_file()
                else f"name them in a file {FILE}; `pilot-areas mapping propose` writes one",
                line=layout.last_heading,
            )
        )


def _open_text(
    file: HouseholdFile, mapping: Mapping, private: Path, connection: duckdb.DuckDBPyConnection, log: Log
) -> Opened:
    """Open a delimited text file: one pass for its encoding, then fixed columns. DuckDB guesses nothing."""
    layout = mapping.layouts.of(file.path.name)
    scan = scan_text(file.path, file.shown)
    encoding, path = scan.encoding, file.path
    if encoding == "cp874":
        path = private / f"{file.sha256}.csv"
        log(f"{file.name}: CP874, converting to UTF-8")
        transcode(file.path, path, file.shown)
    with path.open("rb") as stream:
        top = stream.read(LONGEST_HEADER).decode("utf-8-sig", errors="ignore")
    delimiter, header = header_of(top, mapping.columns.values(), file.shown, layout)
    header = _as_mapped(header, mapping)
    _check_header(header, mapping, file.shown, layout)
    above = 0
    not_rows: tuple[tuple[int, str], ...] = ()
    if not layout.as_written or not scan.plain:
        copy = private / f"{file.sha256}-rows.csv"
        laid_out = lay_out(path, copy, delimiter, header, layout, file.shown)
        above, not_rows = laid_out.above, laid_out.not_rows
        path, scan = copy, scan_text(copy, file.shown)
    if scan.newlines == 0 or scan.lines <= 1:
        raise InputError(
            Problem(file.shown, "a header and no rows", "at least one row", "export it again, or remove it")
        )
    for table in (REJECTS, REJECTS_SCANS):  # left by an earlier file that was left out while it was read
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    rows = connection.read_csv(
        _literal(path),
        header=True,
        sep=delimiter,
        quotechar='"',
        escapechar='"',
        columns={f"c{i}": "VARCHAR" for i in range(len(header))},
        auto_detect=False,
        strict_mode=True,
        store_rejects=True,
        rejects_table=REJECTS,
        rejects_scan=REJECTS_SCANS,
        rejects_limit=0,
    )
    return Opened(
        _our_columns(rows, {name: f"c{i}" for i, name in enumerate(header)}, mapping),
        encoding,
        _header(header, mapping),
        first_line=above + 2,
        above=above,
        is_text=True,
        lines=scan.lines - 1,
        empty=tuple(sorted({line + above for line in scan.empty} - {line for line, _ in not_rows})),
        not_rows=not_rows,
    )


@contextmanager
def duckdb_errors_hidden(file: HouseholdFile) -> Iterator[None]:
    """Raise ``InputError`` in place of an error of DuckDB, whose message may contain a line of the file.

    Args:
        file: the file that DuckDB reads.

    Yields:
        Once, for the statements that read the file.

    Raises:
        InputError: DuckDB raised an error; the message names its kind only.
    """
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise InputError(
            Problem(file.shown, "more rows than memory and disk can hold", "room on the disk", "free space on the disk")
        ) from None
    except duckdb.Error as error:
        kind = type(error).__name__.removesuffix("Exception")
        raise InputError(
            Problem(
                file.shown,
                f"rows that cannot be separated ({kind})",
                "a complete file, with the same line ending in all lines",
                "export it again as 'CSV UTF-8' or Parquet",
            )
        ) from None
