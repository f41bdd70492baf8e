"""DuckDB as this room uses it: the statements of ``sql/``, their variables, tables in and Parquet files out.

Where SQL is written: a statement with any logic is a file of ``sql/``. In Python there are only statements of one line
without logic: SET VARIABLE, DROP, DELETE of one file's rows, INSERT of a registered table, and the COPY around a query.
Not here: connections and what they may read (``queries``), the order of the statements (``counting``).
"""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline import queries
from pipeline.categories import DIMENSIONS
from pipeline.households.mapping import Mapping

SQL = Path(__file__).with_name("sql")
# The bit of each dimension in the column ``deprived``, in the order of the one list of dimensions.
BIT = {name: 1 << i for i, name in enumerate(DIMENSIONS)}


def sql_of(name: str) -> str:
    """The text of ``sql/<name>.sql``, with each line that mentions ``{dimension}`` written once per dimension.

    ``{bit}`` on such a line is the dimension's bit. So dimensions and bits are listed in Python only.

    >>> print(sql_of("profiles").splitlines()[-1])
    ORDER BY ALL
    """
    return queries.sql_text(SQL / f"{name}.sql", bit=BIT)


def run(connection: duckdb.DuckDBPyConnection, name: str, **values: Any) -> duckdb.DuckDBPyConnection:
    """Execute ``sql/<name>.sql`` with its parameters; the result is fetched from what is returned."""
    return connection.execute(sql_of(name), values or None)


def copy_result(
    connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any], target: Path, *, sample: bool = False
) -> None:
    """Write the result of ``sql/<name>.sql`` to a Parquet file, marked in its metadata where rows are invented."""
    mark = ", KV_METADATA {sample: 'invented rows'}" if sample else ""
    connection.execute(
        f"COPY ({sql_of(name)}) TO $target (FORMAT parquet, COMPRESSION snappy{mark})",
        {**values, "target": str(target.resolve())},
    )


def create_table(connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame) -> None:
    """Make a temporary table from a frame."""
    connection.register("registered", table)
    connection.execute(f"CREATE TEMP TABLE {name} AS FROM registered")
    connection.unregister("registered")


def insert(connection: duckdb.DuckDBPyConnection, name: str, rows: Any) -> None:
    """Add rows to a table: a frame or an Arrow table with the same columns."""
    connection.register("registered", rows)
    connection.execute(f"INSERT INTO {name} BY NAME FROM registered")
    connection.unregister("registered")


def set_variables(connection: duckdb.DuckDBPyConnection, mapping: Mapping, latest_year: int) -> None:
    """Set all variables that ``macros.sql`` and ``stage.sql`` read, for the files of one system.

    They are variables, not parameters, since a macro is stored text that cannot have parameters of a statement; DuckDB
    replaces them by constants when it plans the statement.

    ``yes``, ``no``
        the commonest word for each, compared first.
    ``words``
        every word for yes (true) and no (false).
    ``survey_year``
        the year of files without a column for it; NULL if there is one.
    ``latest_year``
        the latest plausible survey year, that of the policy's ``as_of``.
    """
    words = mapping.words
    constants = {
        "yes": mapping.yes[0],
        "no": mapping.no[0],
        "survey_year": mapping.survey_year,
        "latest_year": latest_year,
    }
    for name, value in constants.items():
        connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
    connection.execute(
        "SET VARIABLE words = map($words, $meanings)", {"words": list(words), "meanings": list(words.values())}
    )
