"""The rows of TPMAP's releases: cells become codes, names and counts, and each row one area of the DOPA list.

Here: what a row must be. Not here: finding and opening files (``release_files``), how rows are combined
(``tpmap_counts``).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import pandas as pd

from pipeline.errors import InputError, Problem, shown_value
from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, installed
from pipeline.gazetteer.areas import subdistrict_codes
from pipeline.reading.cells import code_hint, typed_table
from pipeline.reading.columns import Header
from pipeline.small_cells import COUNTRY
from pipeline.sources.release_files import LEVELS, RELEASE, ReleaseFile

# TPMAP counts municipalities as units beside subdistricts: in 2561 593 of 7,588, with 51 to 99 in the last two digits
# of their codes. No subdistrict of the DOPA list has such digits.
FIRST_UNIT = "51"
# A file in which this share of the rows is of an area that has one is not a file of areas.
MOST_REPEATED = 0.6


def release_rows(
    files: Sequence[ReleaseFile], districts: pd.DataFrame
) -> Iterator[tuple[pd.DataFrame, list[dict[str, Any]]]]:
    """Convert the cells of files; those with the same columns together, since a release may have a file a province.

    Args:
        files: as they were opened.
        districts: the DOPA list.

    Yields:
        The rows of files with the same columns, with ``file``, ``code`` (the finest) and ``year``; and one record
        (file, line, column, found, used) for each repair.

    Raises:
        InputError: a cell cannot be used, a code is not within its province or district, or an area has two rows.
    """
    known: dict[str, Collection[str]] = {
        "province_code": set(districts["province_code"]),
        "district_code": set(districts["district_code"]),
    }
    problems: list[Problem] = []
    read: list[tuple[pd.DataFrame, list[dict[str, Any]]]] = []
    for _, same in groupby(sorted(files, key=_columns_of), key=_columns_of):
        group = list(same)
        header = group[0].cells.header
        text = pd.concat([file.cells.text for file in group], ignore_index=True)
        at = [(file, int(line)) for file in group for line in file.cells.text.index]
        table, records, found = typed_table(text, RELEASE, header, "", _with_units(known, text), group[0].not_known)
        levels = [name for name in LEVELS if name in table]
        if levels:
            others, unread = _other_names(table, levels, header)
            found, records = found + others, records + unread + _units(table, levels[-1], header)
        records = [{**record, "file": at[record["line"]][0].name, "line": at[record["line"]][1]} for record in records]
        records += [{**record, "file": file.name} for file in group for record in file.cells.repaired]
        added = {
            "file": pd.Series([file.shown for file, _ in at], dtype="str"),
            "code": table[levels[-1]] if levels else pd.Series(COUNTRY, index=table.index, dtype="str"),
        }
        if "year" not in table:
            added["year"] = pd.Series([file.year for file, _ in at], dtype="Int64")
        table = pd.concat([table, pd.DataFrame(added)], axis=1)
        if levels:
            found += _wrong_codes(table, levels, known["district_code"], header)
            found += _repeated(table, levels[-1], header)
        problems += [replace(p, file=at[p.line or 0][0].shown, line=at[p.line or 0][1]) for p in found]
        read.append((table, records))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: (problem.file, problem.line or 0)))
    yield from read


def _columns_of(file: ReleaseFile) -> tuple[Any, ...]:
    return file.cells.header.names, tuple(file.cells.header.positions.items()), file.not_known


def _with_units(known: dict[str, Collection[str]], text: pd.DataFrame) -> dict[str, Collection[str]]:
    """The codes that rows may have: those of the DOPA list, and the units of TPMAP that the rows have."""
    if "subdistrict_code" not in text:
        return known
    codes = text["subdistrict_code"]
    units = codes[_is_unit(codes) & codes.str[:DISTRICT].isin(known["district_code"])]
    return {**known, "subdistrict_code": subdistrict_codes() | set(units)}


def _is_unit(codes: pd.Series) -> pd.Series:
    """Whether codes are of TPMAP's units that are no subdistricts, most of them municipalities."""
    return codes.str.fullmatch("[0-9]{6}(?:[0-9]{2})?") & (codes.str[DISTRICT:SUBDISTRICT] >= FIRST_UNIT)


def _wrong_codes(
    table: pd.DataFrame, levels: Sequence[str], districts: Collection[str], header: Header
) -> list[Problem]:
    """Rows whose codes contradict each other, or are in no district or subdistrict of the DOPA list."""
    column, finest = levels[-1], table[levels[-1]]
    contradicts = pd.Series(False, index=table.index)
    for level in levels:
        contradicts |= finest.str[: LEVELS[level]] != table[level]
    in_district = finest.str[:DISTRICT].isin(districts) | (LEVELS[column] < DISTRICT)
    subdistricts = finest.str[:SUBDISTRICT]
    listed = subdistricts.isin(subdistrict_codes()) | _is_unit(finest).fillna(False) | (LEVELS[column] < SUBDISTRICT)
    problems = []
    for row in table.index[(contradicts | ~in_district | ~listed) & finest.notna()]:
        found, expected = f"'{finest[row]}'", "a code within its province and district"
        fix = "correct one of the codes in this row"
        if contradicts[row]:
            found += " beside " + " and ".join(str(table.at[row, level]) for level in levels[:-1])
        elif not in_district[row]:
            found, fix = f"{found}, in no district", "correct the code"
        else:
            found, expected = (
                f"{found}, in no subdistrict",
                "a subdistrict of the DOPA list, or a unit of TPMAP (51 to 99)",
            )
            fix = code_hint(subdistricts[row], "subdistrict_code")
        problems.append(Problem("", found, expected, fix, line=int(row), column=header.shown(column)))
    return problems


def _units(table: pd.DataFrame, level: str, header: Header) -> list[dict[str, Any]]:
    """One record for each row of a unit that is no subdistrict: it counts in its district."""
    if LEVELS[level] < SUBDISTRICT:
        return []
    codes = table[level].dropna()
    return [
        {"line": int(row), "column": header.name(level), "found": code, "used": code[:DISTRICT]}
        for row, code in codes[_is_unit(codes) & ~codes.str[:SUBDISTRICT].isin(subdistrict_codes())].items()
    ]


def _other_names(
    table: pd.DataFrame, levels: Sequence[str], header: Header
) -> tuple[list[Problem], list[dict[str, Any]]]:
    """Rows whose name is that of another area than their code; and names of no area, beside which the code is used."""
    gazetteer, finest = installed(), table[levels[-1]]
    problems: list[Problem] = []
    unread: list[dict[str, Any]] = []
    for column, digits in (("province_name", PROVINCE), ("district_name", DISTRICT)):
        if column not in table:
            continue
        pairs = pd.DataFrame({"code": finest.str[:digits], "name": table[column]}).dropna()
        for (code, name), rows in pairs[pairs["code"].str.len() == digits].groupby(["code", "name"]):
            if digits == PROVINCE:
                province = gazetteer.province(str(name))
                meant = frozenset({province} if province else ())
            else:
                meant = gazetteer.districts_named(str(code)[:PROVINCE], str(name))
            if not meant and str(name).strip():
                unread.append(
                    {"line": int(rows.index[0]), "column": header.name(column), "found": str(name), "used": str(code)}
                )
            if meant and code not in meant:
                problems.append(
                    Problem(
                        "",
                        f"{shown_value(name)} beside the code {code}",
                        "code and name of one area",
                        "correct one of the two",
                        line=int(rows.index[0]),
                        column=header.shown(column),
                    )
                )
    return problems, unread


def _repeated(table: pd.DataFrame, level: str, header: Header) -> list[Problem]:
    """Rows of an area that has one; or one problem for a file with many rows of each area, which are of households."""
    key = ["file", level, "year"]
    repeated = table.duplicated(key) & table[level].notna()
    problems = []
    for _, rows in table[repeated].groupby("file"):
        of_file = table[table["file"] == rows["file"].iloc[0]]
        areas, line, column = of_file[level].nunique(), int(rows.index[0]), header.shown(level)
        if len(rows) >= MOST_REPEATED * len(of_file):
            found, expected = f"{len(of_file):,} rows of {areas:,} areas", f"one row for each {column} and year"
            fix = "remove the rows that are not of areas; rows of households or persons belong in data/raw/households/"
            problems.append(Problem("", found, expected, fix, line=line, column=column))
            continue
        problems += [
            Problem(
                "",
                f"{table.at[row, level]} a second time",
                f"each {column} once",
                "keep one of the two rows",
                line=int(row),
                column=column,
            )
            for row in rows.index
        ]
    return problems
