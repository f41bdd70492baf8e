"""Stored tables, as functions ask for them: by name, from a folder or from memory.

Here: reading tables, shapes and files from Parquet, and what happens where a table is missing, not declared or from an
older version. Not here: where tables are stored and what their footer records (``workspace``), SQL over them
(``queries``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from pipeline.contracts import CONTRACTS, SEPARATOR, Kind
from pipeline.errors import InputError, Problem, shown_path
from pipeline.project import Paths


@dataclass(frozen=True)
class Stored:
    """The name and path of a stored table that is not loaded."""

    name: str
    path: Path


class TableSource(Protocol):
    """Where a function finds tables by name: a folder (``Tables``) or memory (``LoadedTables``)."""

    def __call__(self, name: str) -> pd.DataFrame:
        """A table without shapes."""

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        """Read a table with its shapes.

        Args:
            name: the name of its contract.

        Returns:
            One row per district, outlines in degrees (EPSG:4326).
        """


class UndeclaredTable(LookupError):
    """A function reads a table that its asset does not declare."""


@dataclass(frozen=True)
class LoadedTables:
    """The tables that an asset declares, by name. To read any other raises ``UndeclaredTable``."""

    by_name: Mapping[str, pd.DataFrame]

    def __call__(self, name: str) -> pd.DataFrame:
        if name not in self.by_name:
            declared = ", ".join(sorted(self.by_name))
            raise UndeclaredTable(f"the table {name} is read but not declared; declared are: {declared}")
        return self.by_name[name]

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        """Read a table with its shapes.

        Args:
            name: the name of its contract.

        Returns:
            One row per district, outlines in degrees (EPSG:4326).

        Raises:
            UndeclaredTable: the asset does not declare the table.
        """
        return gpd.GeoDataFrame(self(name))


@dataclass(frozen=True)
class Tables:
    """The stored tables of one folder: the published run, an archived round, the workspace.

    Attributes:
        folder: the folder of the Parquet files.
        hint: how to create the tables if they are missing.
    """

    folder: Path
    hint: str = "run `pilot-areas run` (or `make run`) first"

    def __call__(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a table without shapes.

        Args:
            name: the name of its contract.
            columns: the columns to read; all if not given.

        Returns:
            The rows in the order of the table's key.

        Raises:
            InputError: the table or one of the columns is missing.
        """
        path = self._path(name)
        wanted = [c.name for c in CONTRACTS[name] if c.kind is not Kind.GEOMETRY] if columns is None else list(columns)
        self._check_columns(path, wanted)
        return _without_shapes(path, name, wanted)

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        """Read a table with its shapes.

        Args:
            name: the name of its contract.

        Returns:
            One row per district, outlines in degrees (EPSG:4326).

        Raises:
            InputError: the table or one of its columns is missing.
        """
        path = self._path(name)
        self._check_columns(path, CONTRACTS[name].column_names)
        return read_shapes(path)

    def _check_columns(self, path: Path, wanted: Sequence[str]) -> None:
        """Raise ``InputError`` where a table from an older version of the program lacks a column."""
        stored = set(pq.read_schema(path).names)
        if missing := [column for column in wanted if column not in stored]:
            raise InputError(
                Problem(
                    shown_path(path),
                    f"no column {', '.join(missing)}: the table is from an older version of the program",
                    "the columns of this version",
                    self.hint,
                )
            )

    def _path(self, name: str) -> Path:
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise InputError(Problem(shown_path(path), "no such file", "a published run", self.hint))
        return path


def published_table(paths: Paths, name: str) -> pd.DataFrame | None:
    """Read a table of the published run.

    Args:
        paths: the folders of the project.
        name: the name of its contract.

    Returns:
        The table without shapes; None before the first run.
    """
    path = paths.processed / f"{name}.parquet"
    return read(path, name) if path.is_file() else None


def read(path: Path, name: str) -> pd.DataFrame:
    """Read a stored table without shapes.

    Args:
        path: its Parquet file, also one of an older version.
        name: the name of its contract.

    Returns:
        The columns of the contract; lists as tuples.
    """
    return _without_shapes(path, name, [column.name for column in CONTRACTS[name] if column.kind is not Kind.GEOMETRY])


def _without_shapes(path: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of a stored table; lists are tuples, also those that an older version stored as joined text."""
    stored = pq.read_table(path, columns=list(columns))
    table = pd.DataFrame(stored.to_pandas())
    for column in CONTRACTS[name].lists:
        if column in columns:
            listed = [_items(value) for value in stored[column].to_pylist()]
            table[column] = pd.Series(listed, index=table.index, dtype=object)
    return table


def _items(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """The items of a stored list, or of the text into which an older version joined them.

    >>> _items("9501, 9502"), _items(["9501"]), _items(None)
    (('9501', '9502'), ('9501',), ())
    """
    if isinstance(value, str):
        return tuple(item for item in value.split(SEPARATOR) if item)
    return tuple(value or ())


def read_shapes(path: Path) -> gpd.GeoDataFrame:
    """Read a stored table with its shapes.

    Args:
        path: its GeoParquet file.

    Returns:
        One row per district, outlines in degrees (EPSG:4326).
    """
    return gpd.read_parquet(path)


def read_files(path: Path) -> dict[str, bytes]:
    """Read the files of an asset whose value is files.

    Args:
        path: its Parquet file.

    Returns:
        The content of each file, by name.
    """
    table = pq.read_table(path)
    return dict(zip(table["file"].to_pylist(), table["bytes"].to_pylist(), strict=True))
