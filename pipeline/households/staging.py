"""From files to typed rows: each file is read once and staged as one Parquet file.

Here: reading, unreadable lines, files that turn out to be unusable. Not here: opening a file (``opening``), what a cell
must be (``sql/stage.sql``), the districts of the rows (``placing``).
"""

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem
from pipeline.households import database, mapping, opening
from pipeline.households.files import FilesToRead, HouseholdFile, Unusable
from pipeline.households.mapping import AREAS, Mapping
from pipeline.households.opening import Opened
from pipeline.households.progress import Log, progress_logged
from pipeline.households.pseudonyms import Key
from pipeline.reading.columns import Header

MOST_SPELLINGS = 300_000


@dataclass(frozen=True)
class Staged:
    """The files that were staged.

    Their rows are the view ``staged`` of the connection, the files its table ``files``, the spellings of places its
    table ``spelled``, lines that are not rows its tables ``rejects``, ``empty_lines`` and ``not_rows``, the files' own
    names of columns its table ``labels``. There is no view and no table ``files`` or ``labels`` if no file was staged.

    Attributes:
        encodings: the encoding of each file staged, by its number (its position among the files to read).
        headers: the columns of each file staged, by its number.
        left_out: files that turned out to be unusable while they were read, as the policy allows.
    """

    encodings: dict[int, str]
    headers: dict[int, Header]
    left_out: tuple[Unusable, ...]


def stage_files(
    connection: duckdb.DuckDBPyConnection,
    chosen: FilesToRead,
    key: Key,
    latest_year: int,
    skip_unusable: bool,
    private: Path,
    log: Log,
) -> Staged:
    """Read each file to typed rows in a Parquet file of its own, in which a household is a pseudonym.

    Args:
        connection: a connection with the macros and tables of ``sql/macros.sql`` and ``sql/tables.sql``.
        chosen: the files to read, with their mappings.
        key: the key of the pseudonyms.
        latest_year: the latest plausible survey year, Common Era.
        skip_unusable: leave out a file that cannot be read to its end and log it, instead of stopping.
        private: a folder that only this intake uses; the rows are staged there.
        log: takes lines on the progress.

    Returns:
        The files that were staged, and those that were left out.

    Raises:
        InputError: a file cannot be used and ``skip_unusable`` is false.
    """
    encodings: dict[int, str] = {}
    headers: dict[int, Header] = {}
    first_lines: dict[int, int] = {}
    left_out: list[Unusable] = []
    sizes = [file.path.stat().st_size for file in chosen.files]
    for number, file in enumerate(chosen.files):
        began = time.monotonic()
        try:
            opened, rows = _stage_file(connection, chosen, number, key, latest_year, private, log)
        except InputError as error:
            if not skip_unusable:
                raise
            for table in ("rejects", "empty_lines", "not_rows", "spelled"):
                connection.execute(f"DELETE FROM {table} WHERE file = ?", [number])  # noqa: S608  # names of ours
            left_out.append(Unusable(file.system, file.name, str(error)))
            log(f"left out, as the policy allows: {error}")
            continue
        encodings[number], headers[number] = opened.encoding, opened.header
        first_lines[number] = opened.first_line
        if opened.not_rows:
            log(f"{file.name}: {len(opened.not_rows):,} lines are no rows by [layout] in {mapping.FILE}")
        more, rest = len(sizes) - number - 1, sum(sizes[number + 1 :])
        log(
            f"{file.name}: {rows:,} rows read in {time.monotonic() - began:.1f} s; "
            + (f"{more} files of {rest / 1e6:,.0f} MB remain" if more else "no files remain")
        )
    if encodings:
        _create_staged(connection, chosen, first_lines, private)
        _create_labels(connection, headers)
    return Staged(encodings, headers, tuple(left_out))


def _staged_file(private: Path, number: int) -> Path:
    return private / f"staged-{number}.parquet"


def _create_staged(
    connection: duckdb.DuckDBPyConnection, chosen: FilesToRead, first_lines: dict[int, int], private: Path
) -> None:
    """Create the view ``staged`` over all staged rows, and the table ``files``."""
    numbers = sorted(first_lines)
    paths = [str(_staged_file(private, number).resolve()) for number in numbers]
    relation = connection.read_parquet(paths, file_row_number=True)
    columns = [duckdb.ColumnExpression(c) for c in relation.columns if c != "file_row_number"]
    relation.project(*columns, duckdb.ColumnExpression("file_row_number").alias("row")).create_view("staged")
    files = [chosen.files[number] for number in numbers]
    table = {
        "file": np.array(numbers, dtype="uint16"),
        "system": np.array([chosen.systems.index(file.system) for file in files], dtype="uint8"),
        "name": pd.array([file.name for file in files], dtype="str"),
        "ids_within": np.array([AREAS[chosen.mappings[file.system].ids_unique_in] for file in files], dtype="uint32"),
        "persons": np.array([chosen.mappings[file.system].persons for file in files], dtype=bool),
        "first_line": np.array([first_lines[number] for number in numbers], dtype="int64"),
    }
    database.create_table(connection, "files", pd.DataFrame(table))


def _create_labels(connection: duckdb.DuckDBPyConnection, headers: dict[int, Header]) -> None:
    """Create the table ``labels``: the name in lists of rows of each of our columns, for each file."""
    rows = [(number, *of) for number, header in headers.items() for of in mapping.column_labels(header).items()]
    labels = pd.DataFrame(rows, columns=["file", "column", "label"])
    database.create_table(connection, "labels", labels.astype({"file": "uint16", "column": "str", "label": "str"}))


def _stage_file(
    connection: duckdb.DuckDBPyConnection,
    chosen: FilesToRead,
    number: int,
    key: Key,
    latest_year: int,
    private: Path,
    log: Log,
) -> tuple[Opened, int]:
    """Stage one file; return how it was opened and its number of rows, including unreadable ones."""
    file = chosen.files[number]
    columns = chosen.mappings[file.system]
    with opening.duckdb_errors_hidden(file), progress_logged(connection, log, f"{file.name}: opening"):
        opened = opening.open_file(file, columns, private, connection, log)
        opened.rows.create_view("cells", replace=True)
    database.set_variables(connection, columns, columns.layouts.of(file.path.name).unknown, latest_year)
    with opening.duckdb_errors_hidden(file):
        with progress_logged(connection, log, f"{file.name}: looking for places"):
            _collect_spellings(connection, number, file, columns)
        with progress_logged(connection, log, f"{file.name}: reading"):
            system = chosen.systems.index(file.system)
            values = {"file": number, "system": system, "inner": key.inner, "outer": key.outer}
            values["persons"] = columns.persons
            database.copy_result(connection, "stage", values, _staged_file(private, number))
    rows = pq.read_metadata(_staged_file(private, number)).num_rows
    if opened.is_text:
        rows += _collect_unreadable(connection, number, file, opened, rows)
    _insert_lines(connection, "empty_lines", number, [(line, "") for line in opened.empty])
    _insert_lines(connection, "not_rows", number, list(opened.not_rows))
    if sha256_of(file.path) != file.sha256:
        raise InputError(
            Problem(
                file.shown,
                "a file that changed while it was read",
                "a file that does not change during a run",
                "run again",
            )
        )
    return opened, rows


def _collect_spellings(
    connection: duckdb.DuckDBPyConnection, number: int, file: HouseholdFile, columns: Mapping
) -> None:
    """Add the distinct spellings of places in one file; raise ``InputError`` if too many, or if citizen ids."""
    database.run(connection, "spellings", file=number, most=MOST_SPELLINGS + 1)
    counts = database.run(connection, "spelling_counts", file=number).df().iloc[0]
    for name in mapping.PLACES:
        if counts[name] > counts["spellings"] / 2:
            raise InputError(
                Problem(
                    file.shown,
                    "13-digit numbers (citizen ids?)",
                    f"codes or names of places, our {name}",
                    f"correct {mapping.FILE}",
                    column=columns.columns.get(name),
                )
            )
    if counts["spellings"] > MOST_SPELLINGS:
        raise InputError(
            Problem(
                file.shown,
                f"more than {MOST_SPELLINGS:,} spellings of places",
                "codes or names of places",
                f"check the columns that {mapping.FILE} maps to codes and names",
            )
        )


def _collect_unreadable(
    connection: duckdb.DuckDBPyConnection, number: int, file: HouseholdFile, opened: Opened, read: int
) -> int:
    """Add the lines of a text file that could not be read as rows, by number and kind only; return their number."""
    unreadable = database.run(connection, "unreadable_lines").fetchall()
    for line, _, several_lines in unreadable:
        if several_lines:
            raise InputError(
                Problem(
                    file.shown,
                    "a quotation mark that is not closed",
                    "quotation marks in pairs",
                    "close or remove it",
                    line=line + opened.above,
                )
            )
    _insert_lines(connection, "rejects", number, [(line + opened.above, problem) for line, problem, _ in unreadable])
    if read + len(unreadable) != opened.lines:
        raise InputError(
            Problem(
                file.shown,
                f"{opened.lines:,} lines of rows that DuckDB separates into {read + len(unreadable):,} rows",
                "one row per line: the same line ending in all lines, no line break within quotation marks",
                "export the file again as 'CSV UTF-8'",
            )
        )
    return len(unreadable)


def _insert_lines(connection: duckdb.DuckDBPyConnection, table: str, number: int, lines: list[tuple[int, str]]) -> None:
    """Add lines of a file that are not rows, each with its kind."""
    if lines:
        rows = {
            "file": np.full(len(lines), number, dtype="uint16"),
            "line": np.array([line for line, _ in lines], dtype="uint64"),
            "found": pd.array([kind for _, kind in lines], dtype="str"),
        }
        database.insert(connection, table, pd.DataFrame(rows))
