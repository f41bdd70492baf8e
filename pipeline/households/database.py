"""DuckDB for household rows: the statements of ``sql/``, their variables, tables in and Parquet files out.

A statement with any logic is a file of ``sql/``. In Python there are only statements of one line without logic: SET
VARIABLE, DROP, DELETE of one file's rows, INSERT of a registered table, and the COPY around a query. Not here:
connections and what they may read (``queries``), the order of the statements (``counting``).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from pipeline import queries
from pipeline.contracts import Column, Kind
from pipeline.contracts.shared_columns import LON, YEAR
from pipeline.dimensions import DIMENSIONS
from pipeline.households.answers import ANSWERS, OTHER
from pipeline.households.mapping import Mapping
from pipeline.reading.numbers import BAHT, common_year, number_of

SQL = Path(__file__).with_name("sql")
# The bit of each dimension in the column ``deprived``, in the order of the one list of dimensions.
BIT = {name: 1 << i for i, name in enumerate(DIMENSIONS)}

# Why a row is refused whose answer is no word of its column.
NOT_AN_ANSWER = "neither yes nor no"
# Why rows are refused that share an id with rows of other places.
SEVERAL_PLACES = "the same household id in different places, in one survey"
NO_SUBDISTRICT = "no subdistrict, within which household ids are unique"


# The numbers of household rows, each by the name of the function that reads it in SQL.
NUMBERS = {
    "count_written": Column("members", Kind.COUNT, "persons in the household", "persons"),
    "baht_written": Column("income_per_person", Kind.NUMBER, "income", BAHT),
    "degrees_written": LON,
    "year_written": YEAR,
}


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the functions, macros and tables of an intake.

    Numbers that are not in their usual form are read by ``reading.numbers``, as in every table.

    Args:
        connection: a new connection.
    """
    for name, column in NUMBERS.items():
        connection.create_function(
            name,
            _reading(column),
            ["VARCHAR"],
            "DOUBLE",
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
    for name in ("citizen_id", "macros", "tables"):
        run(connection, name)


def _reading(column: Column) -> Callable[[pa.Array], pa.Array]:
    """A function of SQL that reads numbers of a column; it remembers cells, since most are repeated."""
    read = lru_cache(maxsize=100_000)(lambda cell: None if cell is None else number_of(cell, column))
    return lambda cells: pa.array(map(read, cells.to_pylist()), type=pa.float64())


def sql_of(name: str) -> str:
    """Read the text of ``sql/<name>.sql``, with each line that mentions ``{dimension}`` written once per dimension.

    ``{bit}`` on such a line is the dimension's bit. So dimensions and bits are listed in Python only.

    Args:
        name: the file in ``sql/``, without its ending.

    Returns:
        The statement, or statements, without the last semicolon.

    >>> print(sql_of("profiles").splitlines()[-1])
    ORDER BY ALL
    """
    return queries.sql_text(SQL / f"{name}.sql", bit=BIT)


def run(connection: duckdb.DuckDBPyConnection, name: str, **values: Any) -> duckdb.DuckDBPyConnection:
    """Execute ``sql/<name>.sql``.

    Args:
        connection: the connection of the intake.
        name: the file in ``sql/``, without its ending.
        **values: the parameters of the statement, by name.

    Returns:
        The connection, from which the result can be fetched.
    """
    return connection.execute(sql_of(name), values or None)


def copy_result(
    connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any], target: Path, *, sample: bool = False
) -> None:
    """Write the result of ``sql/<name>.sql`` to a Parquet file.

    Args:
        connection: the connection of the intake.
        name: the file in ``sql/``, without its ending: one query.
        values: the parameters of the query, by name.
        target: the file to write.
        sample: whether rows are invented; the metadata of the file then states it.
    """
    mark = ", KV_METADATA {sample: 'invented rows'}" if sample else ""
    connection.execute(
        f"COPY ({sql_of(name)}) TO $target (FORMAT parquet, COMPRESSION snappy{mark})",
        {**values, "target": str(target.resolve())},
    )


def create_table(connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame) -> None:
    """Create a temporary table.

    Args:
        connection: the connection of the intake.
        name: the name of the new table.
        table: its columns and rows.
    """
    connection.register("registered", table)
    connection.execute(f"CREATE TEMP TABLE {name} AS FROM registered")
    connection.unregister("registered")


def insert(connection: duckdb.DuckDBPyConnection, name: str, rows: Any) -> None:
    """Add rows to a table.

    Args:
        connection: the connection of the intake.
        name: the name of the table.
        rows: a frame or an Arrow table; columns are matched by name.
    """
    connection.register("registered", rows)
    connection.execute(f"INSERT INTO {name} BY NAME FROM registered")
    connection.unregister("registered")


def set_variables(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, unknown: Sequence[str], latest_year: int
) -> None:
    """Set all variables that ``macros.sql`` and ``stage.sql`` read, for one file.

    They are variables, not parameters, since a macro is stored text that cannot have parameters of a statement; DuckDB
    replaces them by constants when it plans the statement. Of each answer's column, by its name: ``yes`` and ``no`` are
    the commonest word for each, which is compared first, and ``words`` gives the meaning of every word: yes is true, no
    is false. ``unknown`` has the words for *not known*, also of other columns. ``survey_year`` is the year of files
    that have no column for it, and NULL if they have one. The others are reasons.

    Args:
        connection: the connection of the intake.
        mapping: the words and the survey year of the system's files.
        unknown: words for *not known* in every column of the file.
        latest_year: the latest plausible survey year, Common Era: that of the policy's ``as_of``.
    """
    words = {name: mapping.answers.of(name, unknown) for name in (*ANSWERS, OTHER)}
    constants = {
        "yes": {name: words[name].yes[0] for name in ANSWERS},
        "no": {name: words[name].no[0] for name in ANSWERS},
        "not_an_answer": NOT_AN_ANSWER,
        "several_places": SEVERAL_PLACES,
        "no_subdistrict": NO_SUBDISTRICT,
        "survey_year": mapping.survey_year and common_year(mapping.survey_year),
        "latest_year": latest_year,
    }
    for name, value in constants.items():
        connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
    _set_maps(connection, "words", {name: dict(words[name].meanings) for name in ANSWERS})
    _set_maps(connection, "unknown", {name: dict.fromkeys(of.not_known, True) for name, of in words.items()})


def _set_maps(connection: duckdb.DuckDBPyConnection, variable: str, words: dict[str, dict[str, bool]]) -> None:
    """Set a variable to a STRUCT of maps, one for each column; words may be anything, and are given as lists."""
    maps = ", ".join(f"{name}: map(${name}, $is_{name})" for name in words)
    lists: dict[str, list[Any]] = {name: list(of) for name, of in words.items()}
    lists |= {f"is_{name}": list(of.values()) for name, of in words.items()}
    connection.execute(f"SET VARIABLE {variable} = {{{maps}}}", lists)
