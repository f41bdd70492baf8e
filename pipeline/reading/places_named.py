"""Codes of areas from the names in a row, for lists that name provinces and districts.

Here: which columns of codes can be found from names, and what the rows mean. Not here: names themselves
(``gazetteer``), tables that keep the names of areas as they are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from pipeline.errors import Problem
from pipeline.gazetteer import Placement, installed
from pipeline.reading.columns import ColumnMap, Header, clean_name
from pipeline.reading.layout import STATE_NOT_ROWS

PROVINCE_NAME, DISTRICT_NAME = "province_name", "district_name"
PROVINCE_CODE, DISTRICT_CODE = "province_code", "district_code"


def names_for(columns: Collection[str]) -> tuple[str, ...]:
    """List the columns of names from which codes of a table can be found.

    Args:
        columns: our columns of the table.

    Returns:
        The names of columns; none for a table without codes, or with names of its own.

    >>> names_for(["district_code", "year"]), names_for(["province_code"]), names_for(["campus_code"])
    (('province_name', 'district_name'), ('province_name',), ())
    """
    if PROVINCE_NAME in columns or DISTRICT_NAME in columns:
        return ()
    if DISTRICT_CODE in columns:
        return (PROVINCE_NAME, DISTRICT_NAME)
    return (PROVINCE_NAME,) if PROVINCE_CODE in columns else ()


def columns_found(heading: Sequence[str], wanted: Sequence[str], columns: ColumnMap) -> tuple[list[str], list[str]]:
    """Decide which codes of a table are found from names.

    Args:
        heading: names as in the file.
        wanted: our columns of the table.
        columns: the file's column map.

    Returns:
        The columns that the file must have, and the columns of names that it has; none if it has no names to use.

    >>> columns_found(["province_name", "district_name", "year"], ["district_code", "year"], ColumnMap())
    (['year', 'province_name', 'district_name'], ['province_name', 'district_name'])
    """
    ours_of = {clean_name(theirs): ours for theirs, ours in columns.ours.items()}
    has = {ours_of.get(clean_name(name), clean_name(name)) for name in heading}
    named = [name for name in names_for(wanted) if name in has]
    if DISTRICT_CODE in wanted and DISTRICT_NAME not in has and DISTRICT_CODE not in has:
        named = []
    found = {PROVINCE_CODE, DISTRICT_CODE} - has if named else set()
    if DISTRICT_CODE in wanted and DISTRICT_NAME in named and not has & {PROVINCE_CODE, PROVINCE_NAME, DISTRICT_CODE}:
        return list(wanted), []
    return [*(name for name in wanted if name not in found), *named], named


def with_codes(
    cells: pd.DataFrame, header: Header, named: Sequence[str], wanted: Collection[str], file: str
) -> tuple[pd.DataFrame, Header, list[dict[str, Any]], list[Problem]]:
    """Find the codes of areas from the names, and the codes if any, of each row.

    Args:
        cells: text by our names, with the columns ``named``, indexed by line number.
        header: the file's own names.
        named: the columns of names.
        wanted: our columns of the table.
        file: the file, as messages show it.

    Returns:
        The cells with codes in place of names; the header; one record for each code that was found from a name; one
        problem for each row whose codes and names mean no area, or contradict each other.
    """
    codes = [name for name in (DISTRICT_CODE, PROVINCE_CODE) if name in wanted]
    of_district = DISTRICT_CODE in codes
    placed: dict[tuple[str, ...], Placement] = {}
    keys = [name for name in (PROVINCE_CODE, DISTRICT_CODE, PROVINCE_NAME, DISTRICT_NAME) if name in cells]
    found: dict[str, list[str]] = {name: [] for name in codes}
    records, problems = [], []
    for line, *row in cells[keys].itertuples():
        given = tuple(row)
        if given not in placed:
            placed[given] = _placed(dict(zip(keys, given, strict=True)), of_district=of_district)
        area, written = placed[given], dict(zip(keys, given, strict=True))
        for name in codes:
            old, new = written.get(name, ""), (area.code or "")[: 2 if name == PROVINCE_CODE else 4]
            found[name].append(new or old)
            if new and name == codes[0] and not old:
                said = " / ".join(written[n] for n in named)
                records.append({"line": int(line), "column": header.name(named[-1]), "found": said, "used": new})
        if area.reason:
            column = area.column if area.column in header.positions else named[-1]
            said = " / ".join(filter(None, written.values())) or "nothing"
            problems.append(
                Problem(
                    file,
                    f"'{said}': {area.reason}",
                    "codes and names of one area of the DOPA list",
                    f"correct the cell; {STATE_NOT_ROWS}",
                    line=int(line),
                    column=header.shown(str(column)),
                )
            )
    positions = dict(header.positions)
    for name in codes:
        positions.setdefault(name, positions[named[-1] if name == codes[0] else named[0]])
    kept = {name: at for name, at in positions.items() if name not in named}
    table = cells.drop(columns=list(named)).assign(
        **{n: pd.Series(v, cells.index, dtype="str") for n, v in found.items()}
    )
    return table, replace(header, positions=kept), records, problems


def _placed(row: Mapping[str, str], *, of_district: bool) -> Placement:
    if of_district:
        return installed().place(**row)
    code, name = row.get(PROVINCE_CODE, ""), row[PROVINCE_NAME]
    of_name = installed().province(name)
    of_code = installed().area(code, 2).code if code else None
    if code and of_name and of_code != of_name:
        return Placement(column=PROVINCE_NAME, reason="the name of another province than the code")
    if of_code or of_name:
        return Placement(of_code or of_name)
    return Placement(column=PROVINCE_NAME, reason="no such province")
