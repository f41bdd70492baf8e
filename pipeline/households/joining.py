"""Households from placed rows: rows of persons are joined, and of several rows of one household one counts.

Here: what becomes of rows that belong to one household. The order of rows decides nothing: the latest survey counts,
equal rows are one row, rows of one survey that contradict each other are all refused. Not here: reading rows
(``staging``), the balance per file (``balance``).
"""

import math
from pathlib import Path

import duckdb

from pipeline.errors import InputError, Problem
from pipeline.households import database, mapping
from pipeline.households.files import FilesToRead
from pipeline.households.progress import Log
from pipeline.policy import Households

# Members are joined for so many rows at a time, which needs about half of DuckDB's memory.
ROWS_AT_A_TIME = 8_000_000
# A file in which more than this share of the rows share a household and a survey with another citizen id has persons.
PERSONS_SHARE = 0.05
# Ids are not unique in the country if more than this share of the rows have an id that another place has too in one
# survey, or more than this share of the households that are found again in a later survey are then in another place.
ELSEWHERE_SHARE, MOVED_SHARE = 0.1, 0.2
IF_PERSONS = f'write rows = "persons" above the first table of {mapping.FILE} if each row is a person'


def join_members(connection: duckdb.DuckDBPyConnection, private: Path) -> None:
    """Join the rows of persons to households.

    Args:
        connection: a connection with placed rows. It gets the views ``placed`` and ``joined``: one row per household of
            the files of persons, also those that are refused.
        private: the folder for the joined rows.
    """
    database.run(connection, "placed")
    rows = connection.execute("SELECT count(*) FROM staged JOIN files USING (file) WHERE persons").fetchall()[0][0]
    parts = math.ceil(rows / ROWS_AT_A_TIME)
    paths = [private / f"joined-{part}.parquet" for part in range(max(parts, 1))]
    for part, path in enumerate(paths):
        database.copy_result(connection, "join_members", {"parts": max(parts, 1), "part": part}, path)
    connection.read_parquet([str(path.resolve()) for path in paths]).create_view("joined")


def _check_ids(connection: duckdb.DuckDBPyConnection, chosen: FilesToRead) -> None:
    """Raise ``InputError`` if the ids of a system's households are unique within a smaller area than stated."""
    for number, rows, all_rows, moved, followed in database.run(connection, "ids_elsewhere").fetchall():
        columns = chosen.mappings[chosen.systems[number]]
        if rows > ELSEWHERE_SHARE * all_rows:
            found = f"{rows:,} of {all_rows:,} rows whose household id another place has too, in the same survey"
        elif moved > MOVED_SHARE * followed:
            found = f"{moved:,} of {followed:,} households found again in a later survey, but in another place"
        else:
            continue
        smaller = list(mapping.AREAS)[list(mapping.AREAS).index(columns.ids_unique_in) + 1 :]
        fix = f'write {mapping.UNIQUE_IN} = "{smaller[-1]}" above the first table, or ' if smaller else ""
        raise InputError(
            Problem(
                columns.file,
                found,
                f"household ids that are unique in the {columns.ids_unique_in}",
                f"{fix}use a column with ids that are",
                column=mapping.UNIQUE_IN,
            )
        )


def settle_repeated(connection: duckdb.DuckDBPyConnection, chosen: FilesToRead, rules: Households, log: Log) -> None:
    """Find the one row that counts of each household with several, and the rows that do not count.

    Args:
        connection: a connection after ``join_members``. It gets the views ``valid`` and ``kept`` and the tables
            ``repeated``, ``surveys`` and ``not_kept``.
        chosen: the files read.
        rules: shares of rows from which two files count as the same survey, and a file as full of repeated rows.
        log: takes a line for each file with such rows.

    Raises:
        InputError: rows of a file are persons and its mapping does not state it, ids of households are those of
            households elsewhere, two files contain the same survey of the same households, or too many rows of a file
            are the same row again.
    """
    database.run(connection, "repeated")
    for file, rows, all_rows in database.run(connection, "rows_of_persons").fetchall():
        if rows > PERSONS_SHARE * all_rows:
            found = f"rows of persons: {rows:,} of {all_rows:,} rows with several citizen ids in one household"
            raise InputError(Problem(chosen.files[file].shown, found, "one row per household", IF_PERSONS))
    _check_ids(connection, chosen)
    for file, by_file, households, smaller in database.run(connection, "same_survey").fetchall():
        if households >= rules.same_survey_share_stops * smaller:
            raise InputError(
                Problem(
                    chosen.files[file].shown,
                    f"{households:,} households that {chosen.files[by_file].path.name} has in the same survey year",
                    "each survey in one file",
                    "keep the file that counts and move the other away",
                )
            )
    database.run(connection, "settled")
    for file, earlier, again, contradicting, again_here, rows in database.run(connection, "superseded_rows").fetchall():
        if again_here > rules.superseded_share_stops * rows:
            raise InputError(
                Problem(
                    chosen.files[file].shown,
                    f"{again_here:,} of {rows:,} rows that are the same household again in the same survey",
                    f"at most {rules.superseded_share_stops:.0%} (households.superseded_share_stops in the policy)",
                    f"keep one row per household, or {IF_PERSONS}",
                )
            )
        kinds = {
            "superseded by a later survey": earlier,
            "superseded by an equal row of the same survey": again,
            "refused, since they contradict each other in one survey": contradicting,
        }
        counted = ", ".join(f"{count:,} rows {what}" for what, count in kinds.items() if count)
        log(f"{chosen.files[file].name}: {counted}")
