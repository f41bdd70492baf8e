"""Sandboxed DuckDB connections: SQL files over stored Parquet tables, streams of rows, and the read-only catalogue.

Here: every connection to DuckDB that reads files, and the one sandbox of all of them. Not here: the SQL
(``district_table``, ``households/sql``), the contracts of its results.
"""

import errno
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from pipeline.contracts import Contract, Kind
from pipeline.dimensions import DIMENSIONS
from pipeline.stored_tables import Stored

SAMPLE = "ข้อมูลตัวอย่าง SAMPLE: computed from invented rows, not for decisions"
# For DuckDB alone; with Python and its libraries a process then uses less than 2 GB.
MEMORY = "1200MB"


def _sandbox(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path]) -> None:
    """Allow files in ``folders`` and nothing else: no other file, no network, no extension, no change of settings."""
    allowed = sorted({str(folder.resolve()) for folder in folders})
    connection.execute("SET allowed_directories = ?", [allowed])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def streaming(folders: Iterable[Path], private: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB for more rows than fit into memory.

    Args:
        folders: the folders that it may read.
        private: the folder that it may also write, and where it spills what does not fit.

    Yields:
        A connection that can reach no other file and no network.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET memory_limit = ?", [MEMORY])
        connection.execute("SET temp_directory = ?", [str((private / "spilled").resolve())])
        _sandbox(connection, (*folders, private))
        yield connection


@contextmanager
def views_of(tables: Mapping[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB in which each table is a view of its Parquet file.

    Args:
        tables: Parquet files by the name of their view.

    Yields:
        A connection that can read only the folders of these files.
    """
    with duckdb.connect(":memory:") as connection:
        _sandbox(connection, (path.parent for path in tables.values()))
        for name, path in tables.items():
            connection.read_parquet(str(path.resolve())).create_view(name)
        yield connection


def sql_text(sql: Path, **columns: Mapping[str, object]) -> str:
    """Read a SQL file, and repeat each line with ``{dimension}`` for every dimension of poverty.

    So the dimensions are listed in Python only.

    Args:
        sql: the file, UTF-8.
        columns: further words in braces on such a line, each with its text by dimension.

    Returns:
        The statement, without a semicolon at its end.

    >>> sql = Path(__file__).with_name("households") / "sql" / "profiles.sql"
    >>> print(sql_text(sql).splitlines()[-1])
    ORDER BY ALL
    """
    lines: list[str] = []
    for line in sql.read_text(encoding="utf-8").rstrip().rstrip(";").splitlines():
        for dimension in DIMENSIONS if "{dimension}" in line else ():
            written = line.replace("{dimension}", dimension)
            for word, by_dimension in columns.items():
                written = written.replace(f"{{{word}}}", str(by_dimension[dimension]))
            lines.append(written)
        if "{dimension}" not in line:
            lines.append(line)
    return "\n".join(lines)


def query_result(
    sql: Path, tables: Mapping[str, Stored | pd.DataFrame], values: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Run one SQL file over tables, which the file refers to by their names.

    Args:
        sql: a file with one query, with a line per dimension as in ``sql_text``.
        tables: the tables that the query may read, stored or in memory, by name.
        values: the parameters of the query, by name.

    Returns:
        The result of the query.
    """
    stored = {name: table.path for name, table in tables.items() if isinstance(table, Stored)}
    with views_of(stored) as connection:
        for name, table in tables.items():
            if isinstance(table, pd.DataFrame):
                connection.register(name, pa.Table.from_pandas(table, preserve_index=False))
        return connection.execute(sql_text(sql), values).df()


@contextmanager
def database_file(
    file: Path, folders: Iterable[Path], *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file.

    Args:
        file: it is created if it does not exist.
        folders: the folders that the connection may read besides that of the file.
        read_only: whether the file may not be changed.

    Yields:
        A connection that can reach no other file and no network.
    """
    with duckdb.connect(str(file), read_only=read_only) as connection:
        _sandbox(connection, (*folders, file.parent))
        yield connection


def same_content(one: Path, other: Path) -> bool:
    """Decide whether two catalogues contain the same tables: columns, types, comments, rows and their order.

    Args:
        one: a DuckDB file.
        other: another one.

    Returns:
        False also where one of them is not a complete catalogue.
    """
    try:
        return _content(one) == _content(other)
    except duckdb.Error:  # not a complete catalogue
        return False


def _content(file: Path) -> list[tuple[object, ...]]:
    with database_file(file, (), read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() ORDER BY ALL"
        ).fetchall()
        comments = connection.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY table_name").fetchall()
        rows = [(name, str(connection.table(name).fetchall())) for name, _ in comments]
    return [*columns, *comments, *rows]


def write_catalogue(target: Path, tables: Mapping[str, tuple[Contract, Path]], sample: Collection[str]) -> None:
    """Write a new DuckDB file with one table per Parquet file, without geometries and file contents.

    Args:
        target: the file to write.
        tables: the contract and the Parquet file of each table.
        sample: names of the tables computed from invented rows; they are marked by a comment.

    Raises:
        OSError: the disk is full.
    """
    try:
        _write_tables(target, tables, sample)
    except duckdb.Error as error:
        if os.strerror(errno.ENOSPC) in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from None
        raise


def _write_tables(target: Path, tables: Mapping[str, tuple[Contract, Path]], sample: Collection[str]) -> None:
    with database_file(target, {path.parent for _, path in tables.values()}) as connection:
        for name, (contract, path) in sorted(tables.items()):
            columns = [c for c in contract if c.kind not in (Kind.GEOMETRY, Kind.BYTES)]
            relation = connection.read_parquet(str(path)).project(*(duckdb.ColumnExpression(c.name) for c in columns))
            relation.create(name)
            if name in sample:
                connection.execute(f"COMMENT ON TABLE {name} IS '{SAMPLE}'")
