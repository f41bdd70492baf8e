"""The values of cells: text becomes codes, counts and numbers. Every repair of a cell is recorded.

Here: conversion, repairs, unknown codes, repeated keys. A cell that cannot be converted is a problem. Not here: which
column a cell belongs to (``columns``), what a column may hold (``contracts``).
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.characters import INVISIBLE, THAI_DIGITS
from pipeline.contracts import Column, Contract, Kind
from pipeline.errors import Problem, shown_value
from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, installed
from pipeline.reading.columns import Header
from pipeline.reading.layout import STATE_NOT_ROWS, UNKNOWN
from pipeline.reading.numbers import PLAIN, YEAR, number_hint, plain_number
from pipeline.reading.written import DATE, is_date, plain_date

# Cells that need no repair, which most columns hold throughout.
USUAL = {Kind.CODE: r"[0-9.eE+-]*", **{kind: f"(?:{form})?" for kind, form in PLAIN.items()}}
COMMON_YEAR = r"(?:1[0-9]|20|21)[0-9]{2}|"
FOUR_DIGITS = "[0-9]{4}-"
# Digits of the codes in columns of areas, as far as they are of one level.
AREA_DIGITS = {
    "province_code": PROVINCE,
    "district_code": DISTRICT,
    "subdistrict_code": SUBDISTRICT,
    "place_code": SUBDISTRICT,
    "code": None,
}
# The columns whose known values are not codes of DOPA: what a value must be, and where one can be added.
DEFINED = {
    "campus_code": ("a campus code of universities.csv", "add the campus to universities.csv"),
    "system": ("a system of data_systems.csv", "add the system to data_systems.csv"),
    "agency": ("an agency of the policy", "add the agency to agencies in the policy"),
}


def typed_table(
    text: pd.DataFrame,
    contract: Contract,
    header: Header,
    file: str,
    known: Mapping[str, Collection[str]],
    not_known: Sequence[str] = (),
) -> tuple[pd.DataFrame, list[dict[str, Any]], list[Problem]]:
    """Convert cells of text to the types of the contract.

    Args:
        text: cells by our column names, indexed by line number.
        contract: the columns' types and limits; columns that ``text`` lacks are left out.
        header: the file's own names, for messages.
        file: the file, as messages show it.
        known: the values that a column may hold, by our column name.
        not_known: words that mean *not known*, besides ``layout.UNKNOWN``; in a column that may be empty they are no
            value.

    Returns:
        The table; each repaired cell as line, column, found, used; one problem for each cell that cannot be used.
    """
    typed: dict[str, Any] = {}
    repaired: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for column in contract:
        if column.name not in text:
            continue
        cells, shown = text[column.name], header.shown(column.name)
        clean, records = repaired_cells(cells, column)
        if column.nullable:
            clean, records = _without_unknown(clean, records, cells, column, not_known)
        if column.name in AREA_DIGITS and column.name in known:
            clean, records = known_codes(cells, clean, records, column.name, known[column.name])
        repaired += [{"column": header.name(column.name), **record} for record in records]
        typed[column.name], wrong = typed_cells(clean, column)
        if (values := known.get(column.name)) is not None:
            unknown = clean.index[~clean.isin(values) & (clean != "") & ~clean.index.isin(wrong)]
            problems += [
                Problem(
                    file,
                    shown_value(clean[line]),
                    DEFINED[column.name][0]
                    if column.name in DEFINED
                    else f"a {column.name.replace('_', ' ')} of the DOPA list",
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
                cell_hint(cells[line], column),
                line=int(line),
                column=shown,
            )
            for line in wrong
        ]
    return pd.DataFrame(typed, index=text.index), repaired, problems


def _without_unknown(
    clean: pd.Series, records: list[dict[str, Any]], cells: pd.Series, column: Column, stated: Sequence[str]
) -> tuple[pd.Series, list[dict[str, Any]]]:
    """Empty the cells that hold a word for *not known*; in a column of text only a stated word."""
    words = {word.casefold() for word in (*stated, *(() if column.kind is Kind.TEXT else UNKNOWN))}
    found = clean.index[clean.str.casefold().isin(words)]
    if found.empty:
        return clean, records
    other = [record for record in records if record["line"] not in found]
    return clean.where(~clean.index.isin(found), ""), [
        *other,
        *({"line": int(line), "found": cells[line], "used": ""} for line in found),
    ]


def repaired_cells(cells: pd.Series, column: Column) -> tuple[pd.Series, list[dict[str, Any]]]:
    """Remove invisible characters from cells, and write codes, numbers, years and dates in one way.

    Codes lose spaces and have Western digits; for numbers see ``numbers``, for dates ``written``. Cells of text are
    also trimmed and composed (Unicode NFC), which is not recorded.

    Args:
        cells: text, (n,), indexed by line number.
        column: its kind decides what is repaired.

    Returns:
        The cells, (n,), and one record (line, found, used) for each recorded repair.

    >>> from pipeline.contracts import CONTRACTS
    >>> cells, records = repaired_cells(pd.Series(["๑๐๐๑", "1002"], index=[2, 3]), CONTRACTS["districts"].columns[0])
    >>> cells.tolist(), records
    (['1001', '1002'], [{'line': 2, 'found': '๑๐๐๑', 'used': '1001'}])
    """
    if column.kind in (Kind.CODE, Kind.COUNT, Kind.NUMBER):
        usual = COMMON_YEAR if column.unit == YEAR else USUAL[column.kind]
        if cells.str.fullmatch(usual).all():
            return cells, []
        if column.kind is Kind.CODE:
            clean = cells.map(lambda cell: cell.translate(INVISIBLE).strip().translate(THAI_DIGITS))
        else:
            clean = cells.map(lambda cell: plain_number(cell, column))
        changed = cells.index[cells != clean]
        return clean, [{"line": int(i), "found": cells[i], "used": clean[i]} for i in changed]
    clean = cells.map(lambda cell: unicodedata.normalize("NFC", cell.translate(INVISIBLE)).strip())
    changed = cells.index[cells.map(lambda cell: cell.translate(INVISIBLE)) != cells]
    if column.unit == DATE or column.pattern.startswith(FOUR_DIGITS):
        dates = clean.map(lambda cell: plain_date(cell.translate(THAI_DIGITS), column))
        changed = changed.union(clean.index[dates != clean])
        clean = dates
    return clean, [{"line": int(i), "found": shown_value(cells[i]), "used": clean[i]} for i in changed]


def known_codes(
    cells: pd.Series, clean: pd.Series, records: list[dict[str, Any]], column: str, known: Collection[str]
) -> tuple[pd.Series, list[dict[str, Any]]]:
    """Write codes of areas as the DOPA list has them: TH5001, 5001.0 and abolished codes with one successor too.

    Args:
        cells: text as in the file, (n,), indexed by line number.
        clean: the same cells without invisible characters and with Western digits.
        records: the repairs from ``cells`` to ``clean``.
        column: our name of the column, one of ``AREA_DIGITS``.
        known: the codes of the list.

    Returns:
        The cells, (n,), where a code is found as the list has it, and the records of all repairs.

    >>> cells = pd.Series(["TH5001", "4303", "5099"], index=[2, 3, 4])
    >>> used, records = known_codes(cells, cells, [], "district_code", {"5001", "3801"})
    >>> used.tolist(), records[1]
    (['5001', '3801', '5099'], {'line': 3, 'found': '4303', 'used': '3801'})
    """
    unknown = clean[~clean.isin(known) & (clean != "")]
    digits = AREA_DIGITS[column]
    levels = (digits,) if digits else (DISTRICT, PROVINCE)
    found = {
        cell: next(filter(None, (installed().area(cell, level).code for level in levels)), None)
        for cell in unknown.unique()
    }
    usable = unknown[unknown.map(lambda cell: found[cell] in known)]
    if usable.empty:
        return clean, records
    used = clean.copy()
    used[usable.index] = usable.map(found)
    other = [record for record in records if record["line"] not in usable.index]
    return used, other + [{"line": int(i), "found": cells[i], "used": used[i]} for i in usable.index]


def typed_cells(cells: pd.Series, column: Column) -> tuple[Any, list[int]]:
    """Convert cells to the type of a column, and find the cells that the column may not hold.

    Args:
        cells: repaired text, (n,), indexed by line number; an empty cell is ``""``.
        column: type, limits, allowed values and pattern.

    Returns:
        The values, (n,): ``Int64`` for counts, ``float64`` for numbers, else text; missing where the cell is empty.
        The line numbers of the cells that the column may not hold.
    """
    empty = cells == ""
    wrong = empty & (not column.nullable)
    if column.kind in (Kind.COUNT, Kind.NUMBER):
        is_number = cells.str.fullmatch(PLAIN[column.kind])
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
    if column.unit == DATE:
        wrong |= ~empty & ~cells.map(is_date).astype(bool)
    return cells.where(~empty, None), list(cells.index[wrong])


def cell_hint(cell: str, column: Column) -> str:
    """Say how to fix a cell that its column may not hold.

    Args:
        cell: as it is in the file.
        column: what it should hold.

    Returns:
        The end of a message, after "to fix:". A code without digits is a total or a note.

    >>> cell_hint("12", Column("code", Kind.CODE, "")), cell_hint("รวม", Column("code", Kind.CODE, ""))[:44]
    ('correct the cell and run again', 'correct the cell; if the line is a total or ')
    """
    is_word = column.kind is Kind.CODE and not any(c.isdigit() for c in cell)
    return f"correct the cell; {STATE_NOT_ROWS}" if is_word else number_hint(cell, column)


def code_hint(code: str, column: str) -> str:
    """Say how to fix an unknown code: by its successor if it was abolished, else where to find or add a code.

    Args:
        code: the code in the cell.
        column: our name of its column.

    Returns:
        The end of a message, after "to fix:".

    >>> code_hint("530306", "subdistrict_code")
    '530306 was abolished on 2015-03-11; use 530407'
    """
    from geothai.abolished import abolished_areas

    if column in DEFINED:
        return f"correct the cell, or {DEFINED[column][1]}"
    for area in abolished_areas():
        if area.code == code and area.successors:
            return f"{code} was abolished on {area.abolished_on}; use {' or '.join(area.successors)}"
    return "correct the code"


def repeated_keys(table: pd.DataFrame, key: Sequence[str], header: Header, file: str) -> list[Problem]:
    """Find the rows whose key an earlier row already has.

    Args:
        table: indexed by line number.
        key: our names of the columns that identify a row; a row without a value in one of them is not compared.
        header: the file's own names, for messages.
        file: the file, as messages show it.

    Returns:
        One problem for each such row, in the order of the file.
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
