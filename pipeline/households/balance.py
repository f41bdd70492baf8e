"""The balance of each file: how many of its rows are kept, joined, superseded and refused.

Here: the balance per file, and the share of refused rows that stops an intake. Not here: which row of a household
counts (``joining``), households by district (``counting``).
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from pipeline.errors import InputError, Problem, shown_value
from pipeline.households import answers, database, mapping
from pipeline.households.files import FilesToRead, Unusable
from pipeline.households.joining import IF_PERSONS
from pipeline.households.progress import Log
from pipeline.households.staging import Staged
from pipeline.policy import Households

BALANCE = ("rows_kept", "rows_joined", "rows_superseded", "rows_refused")
ROWS = ("rows_in", *BALANCE, "lines_not_rows", "cells_repaired", "check_digits_wrong")
# The reason in sql/lines.sql that rows of persons have which are read as rows of households.
CONTRADICTING = "rows of one household in one survey that contradict each other"
# A word that is no answer is shown if at least this many rows of a file have it, and at most so many words of a file. A
# place with fewer rows is not judged by itself.
FEWEST_ROWS, MOST_WORDS = 20, 5
# A spelling without a district is a lost place if it has more than this share of the rows of an average district.
LEAST_OF_A_PLACE = 0.05
COLUMNS = ("file", "system", "encoding", *ROWS, "sample", "problem")


def rows_of_files(
    connection: duckdb.DuckDBPyConnection, chosen: FilesToRead, staged: Staged, rules: Households, log: Log
) -> pd.DataFrame:
    """Compute the balance of each staged file: ``rows_in`` is the sum of ``BALANCE``.

    Args:
        connection: a connection after ``settle_repeated``. It gets the views ``not_used`` and ``cells_repaired``.
        chosen: the files to read.
        staged: those that were staged.
        rules: largest shares of refused rows in a file and in a place.
        log: takes a line for each word of many rows that is no answer.

    Returns:
        The columns of the contract ``household_files``, one row per staged file.

    Raises:
        InputError: too many rows of a file, or of a place with at least ``FEWEST_ROWS``, are refused.
    """
    database.run(connection, "lines")
    counts = database.run(connection, "counts").df().astype(dict.fromkeys((*ROWS, "invented"), "int64"))
    read = [chosen.files[number] for number in counts["file"]]
    for row, file in zip(counts.itertuples(), read, strict=True):
        words = _unknown_words(connection, int(row.file), chosen.mappings[file.system].file)
        for word in words:
            log(f"{file.name}: {word}")
        if row.rows_refused > rules.refused_share_stops * row.rows_in:
            reason, column, rows = _commonest_reason(connection, int(row.file))
            how = f"check this column in the file and in {mapping.FILE}"
            if reason == CONTRADICTING:
                how = f"keep one row per household, or {IF_PERSONS}"
            raise InputError(
                Problem(
                    file.shown,
                    f"{row.rows_refused:,} of {row.rows_in:,} rows that cannot be used, {rows:,} of them for: {reason}",
                    f"at most {rules.refused_share_stops:.0%} (households.refused_share_stops in the policy)",
                    words[0] if words and reason == database.NOT_AN_ANSWER else how,
                    column=column,
                )
            )
    _check_places(connection, chosen, rules)
    declared = np.array([chosen.origins[file.name].sample for file in read], dtype=bool)
    invented = (counts["invented"] > counts["rows_in"] / 2).to_numpy(dtype=bool)
    return counts.assign(
        encoding=[staged.encodings[number] for number in counts["file"]],
        file=[file.name for file in read],
        system=[file.system for file in read],
        sample=declared | invented,
        problem=pd.Series([None] * len(read), dtype="str"),
    )[list(COLUMNS)]


def _check_places(connection: duckdb.DuckDBPyConnection, chosen: FilesToRead, rules: Households) -> None:
    """Raise ``InputError`` if a place loses most of its rows, however few they are of a file.

    A district's rows are all its rows of one system; a place that is not found is one spelling of enough rows.
    """
    share = rules.place_refused_share_stops
    found = database.run(
        connection, "places_refused", share=share, fewest=FEWEST_ROWS, least=LEAST_OF_A_PLACE
    ).fetchall()
    problems = [
        Problem(
            chosen.files[file].shown,
            f"{refused:,} of {rows:,} rows of {place} that cannot be used, {commonest:,} of them for: {reason}",
            f"at most {share:.0%} of the rows of a place (households.place_refused_share_stops in the policy)",
            f"check this column in the file and in {mapping.FILE}",
            line=line,
            column=column,
        )
        for place, rows, refused, reason, column, commonest, file, line in found
    ]
    if problems:
        raise InputError(problems)


def with_unusable(rows: pd.DataFrame, unusable: Sequence[Unusable]) -> pd.DataFrame:
    """Add the files that are not used to the balance of the files that were read.

    Args:
        rows: the result of ``rows_of_files``; may be empty.
        unusable: the files that are not used.

    Returns:
        The table ``household_files``: one row per file; a file that is not used has counts of 0 and its problem.

    >>> with_unusable(pd.DataFrame(), [Unusable("tpmap", "households/tpmap/a.sav", "..")])[["file", "rows_in"]].values
    array([['households/tpmap/a.sav', 0]], dtype=object)
    """
    table = pd.DataFrame([(u.name, u.system, u.problem) for u in unusable], columns=["file", "system", "problem"])
    table = table.astype("str").assign(encoding="", sample=False, **dict.fromkeys(ROWS, 0))
    tables = [t for t in (rows, table) if len(t)] or [table]
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def _unknown_words(connection: duckdb.DuckDBPyConnection, file: int, mapping_file: str) -> list[str]:
    """Say of each word that many rows have in place of an answer how to state what it means; the commonest first.

    Only a short word in many rows is shown: it is an answer, and not the content of one household's cell.
    """
    found = database.run(connection, "unknown_words", file=file, fewest=FEWEST_ROWS, most=MOST_WORDS).fetchall()
    return [
        f'state what {shown_value(word)} ({rows:,} rows) means: yes, no or unknown = ["{word}"] under'
        f" [{answers.TABLE}.{column}] in {mapping_file}"
        for column, word, rows in found
    ]


def _commonest_reason(connection: duckdb.DuckDBPyConnection, file: int) -> tuple[str, str, int]:
    """Return the commonest reason for which rows of a file are refused, its column, and how many rows have it."""
    reason, column, rows = database.run(connection, "commonest_reason", file=file).fetchall()[0]
    return reason, column, rows
