"""Cells as values: text becomes codes, counts and numbers; a cell that cannot is a problem, a repair is recorded.

Not here: which column a cell belongs to (``columns``), what a column may hold (``contracts``).
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.contracts import Column, Contract, Kind
from pipeline.errors import Problem, shown_value
from pipeline.reading.columns import INVISIBLE, Header

THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
PLAIN_NUMBER = r"[0-9.eE+-]*"


def typed_table(
    text: pd.DataFrame, contract: Contract, header: Header, file: str, known: Mapping[str, Collection[str]]
) -> tuple[pd.DataFrame, list[dict[str, Any]], list[Problem]]:
    """Convert cells of text to the types of the contract.

    Args:
        text: cells by our column names, indexed by line number.
        contract: the columns' types and limits; columns that ``text`` lacks are left out.
        header: the file's own names, for messages.
        file: the file, as messages show it.
        known: values that exist, by column.

    Returns:
        The table; each repaired cell as line, column, found, used; each cell that cannot be used as a problem.
    """
    typed: dict[str, Any] = {}
    repaired: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for column in contract:
        if column.name not in text:
            continue
        cells, shown = text[column.name], header.shown(column.name)
        clean, records = repaired_cells(cells, column)
        repaired += [{"column": header.name(column.name), **record} for record in records]
        typed[column.name], wrong = typed_cells(clean, column)
        if (exist := known.get(column.name)) is not None:
            unknown = clean.index[~clean.isin(exist) & (clean != "") & ~clean.index.isin(wrong)]
            problems += [
                Problem(
                    file,
                    shown_value(clean[line]),
                    f"a {column.name} that exists",
                    code_hint(clean[line], column.name),
                    line=int(line),
                    column=shown,
                )
                for line in unknown
            ]
        problems += [
            Problem(
                file,
                shown_value(cells[line]) if cells[line] else "nothing",
                column.expected,
                "correct the cell and run again",
                line=int(line),
                column=shown,
            )
            for line in wrong
        ]
    return pd.DataFrame(typed, index=text.index), repaired, problems


def repaired_cells(cells: pd.Series, column: Column) -> tuple[pd.Series, list[dict[str, Any]]]:
    """Remove invisible characters; in codes and numbers also spaces, and write Thai digits as Western ones.

    Returns:
        The cells; line, found and used of each that changed. Text is also trimmed and composed (NFC), unrecorded.
    """
    if column.kind in (Kind.CODE, Kind.COUNT, Kind.NUMBER):
        if cells.str.fullmatch(PLAIN_NUMBER).all():
            return cells, []
        clean = cells.map(lambda cell: cell.translate(INVISIBLE).strip().translate(THAI_DIGITS))
        changed = cells.index[cells != clean]
        return clean, [{"line": int(i), "found": cells[i], "used": clean[i]} for i in changed]
    clean = cells.map(lambda cell: unicodedata.normalize("NFC", cell.translate(INVISIBLE)).strip())
    changed = cells.index[cells.map(lambda cell: cell.translate(INVISIBLE)) != cells]
    return clean, [{"line": int(i), "found": shown_value(cells[i]), "used": clean[i]} for i in changed]


def typed_cells(cells: pd.Series, column: Column) -> tuple[Any, list[int]]:
    """Convert cells to the column's type; return them and the line of each that the column may not hold."""
    empty = cells == ""
    wrong = empty & (not column.nullable)
    if column.kind in (Kind.COUNT, Kind.NUMBER):
        form = r"-?[0-9]+" if column.kind is Kind.COUNT else r"-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?"
        is_number = cells.str.fullmatch(form)
        values = pd.to_numeric(cells.where(is_number, None), errors="coerce").astype("float64")
        wrong |= ~empty & (~is_number | values.isna() | (values.abs() == float("inf")))
        if column.minimum is not None:
            wrong |= values < column.minimum
        if column.maximum is not None:
            wrong |= values > column.maximum
        if column.kind is Kind.COUNT:
            wrong |= values.abs() > 2**53
            return values.where(~wrong).astype("Int64"), list(cells.index[wrong])
        return values, list(cells.index[wrong])
    if column.allowed:
        wrong |= ~empty & ~cells.isin(column.allowed)
    if column.pattern:
        wrong |= ~empty & ~cells.str.fullmatch(column.pattern)
    return cells.where(~empty, None), list(cells.index[wrong])


def code_hint(code: str, column: str) -> str:
    """How to fix a code that does not exist: its successor if it was abolished, else where to look.

    >>> code_hint("530306", "subdistrict_code")
    '530306 was abolished on 2015-03-11; use 530407'
    """
    from geothai.abolished import abolished_areas

    if not column.endswith("_code") or column == "campus_code":
        return f"correct the {column}, or add it where it is defined"
    for area in abolished_areas():
        if area.code == code and area.successors:
            return f"{code} was abolished on {area.abolished_on}; use {' or '.join(area.successors)}"
    return "use a code of the DOPA list"


def repeated_keys(table: pd.DataFrame, key: Sequence[str], header: Header, file: str) -> list[Problem]:
    """A problem for each row whose key an earlier row already has.

    Args:
        table: indexed by line number.
        key: our names of the columns that identify a row.
        header: the file's own names, for messages.
        file: the file, as messages show it.
    """
    columns = list(key)
    repeated = table.duplicated(columns) & table[columns].notna().all(axis=1)
    return [
        Problem(
            file,
            f"{', '.join(str(table.at[line, name]) for name in columns)} a second time",
            "each " + " and ".join(map(header.shown, columns)) + " once",
            "keep one of the two rows",
            line=int(line),
            column=header.shown(columns[0]),
        )
        for line in table.index[repeated]
    ]
