"""DuckDB, closed in: SQL files over stored Parquet tables, and the read-only catalogue.

Here: every connection to DuckDB. Not here: the SQL itself (``assets/sql``), the contracts of its results.
"""

import errno
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from pipeline.contracts import Contract, Kind
from pipeline.workspace import Stored

SAMPLE = "ข้อมูลตัวอย่าง SAMPLE: rests on invented rows, not for decisions"
# DuckDB's own share; with Python and its libraries a process then stays below 2 GB.
MEMORY = "1200MB"


@contextmanager
def streaming(folders: Iterable[Path], aside: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB for more rows than fit: it reads ``folders``, writes and spills into ``aside``, no more."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET memory_limit = ?", [MEMORY])
        connection.execute("SET temp_directory = ?", [str((aside / "spilled").resolve())])
        connection.execute("SET allowed_directories = ?", [sorted(str(f.resolve()) for f in (*folders, aside))])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


@contextmanager
def closed_in(tables: Mapping[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB in which each table is a view of its Parquet file, and which reads nothing else."""
    with duckdb.connect(":memory:") as connection:
        folders = sorted({str(path.resolve().parent) for path in tables.values()})
        connection.execute("SET allowed_directories = ?", [folders])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        for name, path in tables.items():
            connection.read_parquet(str(path.resolve())).create_view(name)
        yield connection


def answer(sql: Path, tables: Iterable[Stored]) -> pd.DataFrame:
    """The result of one SQL file over stored tables, named as in the file."""
    with closed_in({table.name: table.path for table in tables}) as connection:
        return connection.execute(sql.read_text(encoding="utf-8")).df()


@contextmanager
def _opened(file: Path, folders: Iterable[Path], *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file, closed in: besides it only ``folders`` can be read."""
    with duckdb.connect(str(file), read_only=read_only) as connection:
        allowed = sorted({str(folder.resolve()) for folder in (*folders, file.parent)})
        connection.execute("SET allowed_directories = ?", [allowed])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def same_content(one: Path, other: Path) -> bool:
    """Whether two catalogues hold the same tables: columns, types, comments, rows and their order."""
    try:
        return _content(one) == _content(other)
    except duckdb.Error:  # not a whole catalogue
        return False


def _content(file: Path) -> list[tuple[object, ...]]:
    with _opened(file, (), read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() ORDER BY ALL"
        ).fetchall()
        said = connection.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY table_name").fetchall()
        rows = [(name, str(connection.table(name).fetchall())) for name, _ in said]
    return [*columns, *said, *rows]


def write_catalogue(target: Path, tables: Mapping[str, tuple[Contract, Path]], sample: Collection[str]) -> None:
    """A new DuckDB file at ``target`` with one table per Parquet file; shapes stay in the GeoParquet.

    Tables named in ``sample`` say so in their comment. Raises ``OSError`` where the disk is full.
    """
    try:
        _write_tables(target, tables, sample)
    except duckdb.Error as error:
        if os.strerror(errno.ENOSPC) in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from None
        raise


def _write_tables(target: Path, tables: Mapping[str, tuple[Contract, Path]], sample: Collection[str]) -> None:
    with _opened(target, {path.parent for _, path in tables.values()}) as connection:
        for name, (contract, path) in sorted(tables.items()):
            columns = [c for c in contract if c.kind not in (Kind.GEOMETRY, Kind.BYTES)]
            relation = connection.read_parquet(str(path)).project(*(duckdb.ColumnExpression(c.name) for c in columns))
            relation.create(name)
            if name in sample:
                connection.execute(f"COMMENT ON TABLE {name} IS '{SAMPLE}'")
