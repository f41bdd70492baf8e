"""TPMAP's releases: how many persons and households are poor, by area, as TPMAP publishes them.

Here: what cells must be, how levels and files of one year are combined, what contradicts itself. What an agency has
published is not left out where it is small: limits on small counts apply to household rows only. Not here: finding and
opening files (``release_files``), which release is scored (``published_figures``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts import CONTRACTS, Kind
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, installed
from pipeline.gazetteer.areas import subdistrict_codes
from pipeline.reading.cells import typed_table
from pipeline.reading.columns import Header
from pipeline.reading.table import Received
from pipeline.small_cells import COUNTRY
from pipeline.sources.release_files import FIGURES, LEVELS, RELEASE, ReleaseFile, release_files

COUNTS = tuple(column.name for column in FIGURES if column.kind is Kind.COUNT)
# Two files may have the same figure with another number of decimals.
SAME = 1e-6
# The units of TPMAP are subdistricts and municipalities; in 2561 a district has at least 0.6 times as many as it has
# subdistricts. Fewer than half are not the district.
UNITS_NEEDED = 0.5
# A published rate may be rounded to two decimals.
ROUNDED_PCT = 0.006
LEAST_ROUNDED_PCT = 0.5
# The survey of basic needs (JPT) is not made in Bangkok, so that the country is the sum of the other provinces.
NOT_SURVEYED = ("10",)
# Figures that count some of those that the other figure counts.
PART_OF = (
    ("poor_persons", "surveyed_persons"),
    ("poor_households", "surveyed_households"),
    ("poor_applicants_persons", "poor_persons"),
    ("target_poor_persons", "poor_persons"),
    *((name, "target_poor_persons") for name in COUNTS if name.startswith("target_poor_") and name[-8:] != "_persons"),
)


def release_counts(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the figures of every release per district, province and country, from files of any level.

    Files of one year are combined. Where a district has figures of its own, those are used; else the sum of its
    subdistricts or villages. Persons surveyed are computed from target poor and their rate where no file has them.

    Args:
        folder: ``data/raw/tpmap_aggregates/``, with files such as ``61_province_11111.csv``.
        districts: the DOPA list.

    Returns:
        One row per year and area; the country (``TH``) where its file is there or every surveyed province has figures.

    Raises:
        InputError: a file is not one of a release, a code is not within its province or district, or figures contradict
            each other.
    """
    files, origins = release_files(folder)
    contract = CONTRACTS["tpmap_counts"]
    if not files:
        return Received(pd.DataFrame(columns=contract.column_names), (), 0)
    repaired: list[dict[str, Any]] = []
    tables: list[pd.DataFrame] = []
    for table, records in _typed(files, districts):
        tables.append(table)
        repaired += [{**record, "file": f"{folder.name}/{record['file']}"} for record in records]
    surveyed = set(districts["province_code"]) - set(NOT_SURVEYED)
    rows = []
    for year, of_year in pd.concat(tables).groupby("year"):
        repaired += [{**record, "file": folder.name} for record in _incomplete(of_year)]
        areas = _with_surveyed(_combined(of_year, folder), folder)
        rows.append(_with_country(areas, surveyed, folder).assign(year=year))
    if not rows:
        return Received(pd.DataFrame(columns=contract.column_names), tuple(origins), 0)
    merged = pd.concat(rows).rename_axis("area_code").reset_index()
    result = merged.reindex(columns=contract.column_names)
    return Received(result, tuple(origins), sum(map(len, tables)), tuple(repaired))


def _typed(
    files: Sequence[ReleaseFile], districts: pd.DataFrame
) -> Iterator[tuple[pd.DataFrame, list[dict[str, Any]]]]:
    """Convert files with the same columns together, since a release may have a file for each province."""
    known = {"province_code": set(districts["province_code"]), "district_code": set(districts["district_code"])}
    problems: list[Problem] = []
    read: list[tuple[pd.DataFrame, list[dict[str, Any]]]] = []
    for _, same in groupby(sorted(files, key=_columns_of), key=_columns_of):
        group = list(same)
        header = group[0].cells.header
        text = pd.concat([file.cells.text for file in group], ignore_index=True)
        at = [(file, int(line)) for file in group for line in file.cells.text.index]
        table, records, found = typed_table(text, RELEASE, header, "", known, group[0].not_known)
        levels = [name for name in LEVELS if name in table]
        if levels:
            others, unread = _other_names(table, levels, header)
            found, records = found + others, records + unread
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


def _wrong_codes(table: pd.DataFrame, levels: Sequence[str], known: set[str], header: Header) -> list[Problem]:
    finest = table[levels[-1]]
    wrong = pd.Series(False, index=table.index)
    for column in levels:
        wrong |= finest.str[: LEVELS[column]] != table[column]
    if LEVELS[levels[-1]] >= LEVELS["district_code"]:
        wrong |= ~finest.str[: LEVELS["district_code"]].isin(known)
    return [
        Problem(
            "",
            f"'{finest[row]}'",
            "a code within its province and district",
            "correct one of the codes in this row",
            line=int(row),
            column=header.shown(levels[-1]),
        )
        for row in table.index[wrong & finest.notna()]
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
    repeated = table.duplicated(["file", level, "year"]) & table[level].notna()
    return [
        Problem(
            "",
            f"{table.at[row, level]} a second time",
            f"each {header.shown(level)} once",
            "keep one of the two rows",
            line=int(row),
            column=header.shown(level),
        )
        for row in table.index[repeated]
    ]


def _combined(cells: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Combine the files of one year to one row per district and province, and the country if it has a file."""
    names = [column.name for column in FIGURES]
    present = [name for name in names if name in cells]
    values = cells[present].astype("float64")
    grouped = values.groupby(cells["code"].to_numpy())
    low, high = grouped.min(), grouped.max()
    differ = (high - low) > SAME * high.abs()
    if differ.any(axis=None):
        raise _differing(cells, values, differ, folder)
    by_code = grouped.first()
    digits = by_code.index.str.len()
    is_country = by_code.index == COUNTRY
    of_level = {n: by_code[(digits == n) & ~is_country] for n in LEVELS.values()}
    counts = [name for name in present if name in COUNTS]
    whole = of_level[4]
    for finer in (level for level in (of_level[6], of_level[8]) if len(level)):
        _check_sums(whole, _sums(finer[counts], 4), "district", folder)
        # A district with figures of its own takes none from its parts, which may be only some of its places.
        summed = _sums(finer[counts], 4, UNITS_NEEDED * _parts_of(SUBDISTRICT, 4))
        whole = pd.concat([whole, summed[~summed.index.isin(whole.index)]])
    provinces = of_level[2]
    if len(whole):
        _check_sums(provinces, _sums(whole[counts], 2), "province", folder)
        provinces = provinces.combine_first(_sums(whole[counts], 2, _parts_of(DISTRICT, 2)))
    table = pd.concat([whole, provinces, by_code[is_country]]).reindex(columns=names).copy()
    table.attrs["year"] = cells["year"].iloc[0]
    return table


@cache
def _parts_of(digits: int, whole: int) -> pd.Series:
    """How many areas of a level each area of a coarser level has, by the DOPA list."""
    codes = pd.Series(sorted(subdistrict_codes()) if digits == SUBDISTRICT else sorted(installed().districts))
    return codes.groupby(codes.str[:whole]).size()


def _sums(parts: pd.DataFrame, digits: int, needed: pd.Series | None = None) -> pd.DataFrame:
    """Sum counts to a coarser level.

    Args:
        parts: counts by code.
        digits: of the codes of the coarser level.
        needed: the least number of parts of an area whose sum is that of the area. A count that one part lacks is then
            not known of the area. Not given: what is there is summed, which the area must have at least.

    Returns:
        Counts by the codes of the coarser level.
    """
    wholes = parts.index.str[:digits]
    groups = parts.groupby(wholes)
    sums = groups.sum(min_count=1)
    if needed is None:
        return sums
    units = pd.Series(parts.index.str[: digits + 2], index=wholes).groupby(level=0).nunique()
    enough = units >= needed.reindex(units.index).fillna(np.inf)
    return sums.where(groups.count().eq(groups.size(), axis=0)).where(enough, axis=0)


def _incomplete(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Areas without figures of their own, of which only some parts have figures: one record for each."""
    records = []
    codes = pd.Series(cells["code"].unique())
    of_level = {digits: codes[codes.str.len() == digits] for digits in LEVELS.values()}
    year = int(cells["year"].iloc[0])
    finer = pd.concat([of_level[6], of_level[8].str[:6]]).drop_duplicates()
    for parts, digits, needed, word in (
        (finer, 4, UNITS_NEEDED * _parts_of(SUBDISTRICT, 4), "subdistricts"),
        (pd.concat([of_level[4], finer.str[:4]]).drop_duplicates(), 2, _parts_of(DISTRICT, 2), "districts"),
    ):
        units = parts.groupby(parts.str[:digits]).size()
        listed = _parts_of(SUBDISTRICT if digits == 4 else DISTRICT, digits).reindex(units.index).fillna(np.inf)
        enough = units >= needed.reindex(units.index).fillna(np.inf)
        few = units[(units < listed) & ~units.index.isin(of_level[digits])]
        records += [
            {
                "line": 0,
                "column": "",
                "found": f"{n} of {listed[code]:.0f} {word} of {code} in {year}",
                "used": "their sum" if enough[code] else "no sum of its parts",
            }
            for code, n in few.items()
        ]
    return records


def _first(flags: pd.DataFrame) -> tuple[str, str]:
    """The row and column of the first flag that is true."""
    row, column = np.argwhere(flags.to_numpy(dtype=bool))[0]
    return str(flags.index[row]), str(flags.columns[column])


def _differing(cells: pd.DataFrame, values: pd.DataFrame, differ: pd.DataFrame, folder: Path) -> InputError:
    code, name = _first(differ)
    both = cells[(cells["code"] == code) & values[name].notna()].drop_duplicates("file")
    one, other = both["file"].iloc[0], both["file"].iloc[1]
    theirs = other.removeprefix(f"{shown_path(folder)}/")
    return InputError(
        Problem(
            one,
            f"{name} of {code} that differs from {theirs}",
            "the same value in both files",
            "keep the file with the right value and move the other away",
        )
    )


def _check_sums(whole: pd.DataFrame, summed: pd.DataFrame, level: str, folder: Path) -> None:
    """Raise ``InputError`` where the parts of an area have more than the area itself."""
    shared = [name for name in summed if name in whole]
    both = whole.index.intersection(summed.index)
    more = summed.loc[both, shared] > whole.loc[both, shared]
    if more.any(axis=None):
        code, name = _first(more)
        raise InputError(
            Problem(
                shown_path(folder),
                f"{name} of {level} {code}: {whole.at[code, name]:,.0f}, and {summed.at[code, name]:,.0f} in its parts",
                f"a {level} that has at least the sum of its parts",
                "keep the files with the right counts and move the others away",
            )
        )


def _with_surveyed(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Check the figures of each area against each other, and compute persons surveyed where only a rate is known."""
    target, rate = table["target_poor_persons"], table["target_poor_pct"]
    # A rate rounded to two decimals gives the persons surveyed to one in a hundred from 0.5 per cent upwards only.
    rounded = (100 * rate - (100 * rate).round()).abs() < 1e-9
    computed = (100 * target / rate).where((rate > 0) & (~rounded | (rate >= LEAST_ROUNDED_PCT))).round()
    missing = table["surveyed_persons"].isna() & computed.notna()
    table = table.assign(
        surveyed_persons=table["surveyed_persons"].fillna(computed),
        surveyed_computed=missing,
    )
    for part, whole in PART_OF:
        _check_area(table, table[part] > table[whole], part, "", whole, folder)
    expected = 100 * target / table["surveyed_persons"]
    _check_area(
        table,
        (rate - expected).abs() > ROUNDED_PCT,
        "target_poor_pct",
        "100 x target_poor_persons / ",
        "surveyed_persons",
        folder,
    )
    return table.assign(target_poor_pct=rate.fillna(expected.where(table["surveyed_persons"] > 0)))


def _check_area(table: pd.DataFrame, wrong: pd.Series, part: str, formula: str, whole: str, folder: Path) -> None:
    """Raise ``InputError`` naming the areas whose figures contradict each other, with year and both figures."""
    problems = [
        Problem(
            shown_path(folder),
            f"{part} of {table.at[code, part]:,.6g} in area {code}, {int(table.attrs['year'])}",
            f"{formula or 'at most '}{whole} ({table.at[code, whole]:,.0f})",
            "correct the figures of this area in the files of that year, or leave them out",
        )
        for code in table.index[wrong]
    ]
    if problems:
        raise InputError(problems)


def _with_country(table: pd.DataFrame, surveyed: set[str], folder: Path) -> pd.DataFrame:
    """Add the country as the sum of its provinces where all have figures, and hold a file of the country against it."""
    provinces = table[table.index.isin(surveyed)]
    counts = list(COUNTS)
    complete = provinces[counts].notna().sum() == len(surveyed)
    summed = provinces[counts].sum().where(complete)
    if COUNTRY in table.index:
        _check_sums(table.loc[[COUNTRY], counts], summed.to_frame(COUNTRY).T, "country", folder)
        return table
    if not complete.any():
        return table
    row = summed.to_frame(COUNTRY).T
    pct = 100 * row["target_poor_persons"] / row["surveyed_persons"]
    row = row.assign(target_poor_pct=pct, surveyed_computed=bool(provinces["surveyed_computed"].any()))
    return pd.concat([table, row.reindex(columns=table.columns)])
