"""DOPA's population text as published: one file for a month, fields between bars, without a header.

A row is the country, a province, a register office (of a district or a municipality), or a subdistrict as far as it
belongs to one office. The people of a municipality's office live in subdistricts, which have rows of their own: these
give their district. Here: reading the text and summing it. Not here: tables with columns (``dopa``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, installed
from pipeline.reading.encodings import decode
from pipeline.reading.numbers import BUDDHIST_MINUS_COMMON, number_hint, number_of
from pipeline.reading.sidecar import Origin, read_content, read_sidecar

SUFFIX = ".txt"
# The fields of a row; what follows the last is empty.
FIELDS = ("month", "province", "province_name", "office", "office_name", "subdistrict", "subdistrict_name", "village")
COUNTS = ("male_persons", "female_persons", "population_persons", "houses")
AT_COUNTS = len(FIELDS) + 1
MONTH = re.compile(r"[2-9][0-9](?:0[1-9]|1[0-2])")
NONE = ("", "0")


@dataclass(frozen=True)
class RegisterText:
    """The sums of one file.

    Attributes:
        districts: ``district_code``, ``year`` and ``COUNTS``.
        subdistricts: ``subdistrict_code``, ``year`` and ``COUNTS``.
        origin: of the file.
        repaired: what was understood: the year, and the districts of each municipality's office.
        rows: how many rows the file has.
    """

    districts: pd.DataFrame
    subdistricts: pd.DataFrame
    origin: Origin
    repaired: tuple[dict[str, Any], ...]
    rows: int


def register_texts(folder: Path) -> list[RegisterText]:
    """Read each population text of the folder.

    Args:
        folder: ``data/raw/dopa/``.

    Returns:
        The sums of each file, in the order of their names; none if there is no such file.

    Raises:
        InputError: a row cannot be read, an office cannot be placed in a district, or parts do not sum to their whole.
    """
    return [_read(folder, path.name) for path in sorted(folder.glob(f"[!.~]*{SUFFIX}"))]


def _read(folder: Path, name: str) -> RegisterText:
    content, sha256 = read_content(folder, name)
    file = shown_path(folder / name)
    text, encoding = decode(content, file)
    rows = _rows(text, file)
    problems = [*_unequal_parts(rows, file), *_unplaced(rows, file)]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    origin = read_sidecar(folder).origin(name, sha256)
    shown = f"{folder.name}/{name}"
    placed = [{"file": shown, **record} for record in _understood(rows)]
    fields = {**vars(origin), "encoding": encoding, "delimiter": "|"}
    return RegisterText(*_sums(rows), Origin(**fields), tuple(placed), len(rows))


def _rows(text: str, file: str) -> pd.DataFrame:
    """Return the rows as a table, indexed by line: codes, names, ``year``, ``level`` and counts."""
    rows, problems = [], []
    for line, cells in _cells(text):
        found, problem = _row(cells)
        if problem:
            problems.append(Problem(file, *problem, line=line))
        else:
            rows.append({"line": line, **found})
    if problems:
        raise InputError(problems)
    if not rows:
        raise InputError(Problem(file, "no rows", "DOPA's population text", "download it again"))
    table = pd.DataFrame(rows).set_index("line")
    key = ["year", "province", "office", "subdistrict", "village"]
    if repeated := [int(line) for line in table.index[table.duplicated(key)]]:
        raise InputError(
            [Problem(file, "an area a second time", "each area once", "keep one row", line=line) for line in repeated]
        )
    return table


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    for line, content in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in content.strip().strip("\ufeff").split("|")]
        if any(cells):
            yield line, cells


def _row(cells: list[str]) -> tuple[dict[str, Any], tuple[str, str, str] | None]:
    """Return one row, or found, expected and fix."""
    counts = cells[AT_COUNTS : AT_COUNTS + len(COUNTS)]
    if len(counts) < len(COUNTS) or any(cells[AT_COUNTS + len(COUNTS) :]):
        expected = f"{AT_COUNTS + len(COUNTS)} fields between bars, as DOPA publishes them"
        return {}, (f"{len(cells)} fields", expected, "download the population text again, or name the file .csv")
    row: dict[str, Any] = dict(zip(FIELDS, cells, strict=False))
    if not MONTH.fullmatch(row["month"]):
        return {}, (shown_value(row["month"]), "Buddhist year and month, such as 6412", "correct the first field")
    if not row["month"].endswith("12"):
        fix = "take the text of December, or move this file away"
        return {}, (f"the month {row['month'][2:]}", "December: tables hold persons of 31 December", fix)
    for name, count in zip(COUNTS, counts, strict=True):
        column = CONTRACTS["population"][name]
        number = number_of(count, column)
        if number is None or number < 0:
            return {}, (shown_value(count), column.expected, number_hint(count, column))
        row[name] = int(number)
    if row["male_persons"] + row["female_persons"] != row["population_persons"]:
        both = f"{row['male_persons']:,} men and {row['female_persons']:,} women, {row['population_persons']:,} persons"
        return {}, (both, "men and women that sum to persons", "correct the row")
    row["year"] = 2500 + int(row["month"][:2]) - BUDDHIST_MINUS_COMMON
    places = [row[name] not in NONE for name in ("province", "office", "subdistrict", "village")]
    row["level"] = places.index(False) if False in places else len(places)
    if any(places[row["level"] :]):
        return {}, ("a code without that of the area around it", "province, office and subdistrict", "correct the row")
    return row, None


def _unequal_parts(rows: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Yield a problem for each whole whose parts do not sum to it: country, provinces, offices with subdistricts."""
    keys = ["year", "province", "office"]
    for level, part in ((0, "provinces"), (1, "register offices"), (2, "subdistricts")):
        by = keys[: level + 1]
        wholes, parts = (rows[rows["level"] == each].copy() for each in (level, level + 1))
        if level == 0:
            wholes["province"] = parts["province"] = ""
        if level < 2 and parts.empty:
            continue
        sums = parts.groupby(by)[list(COUNTS)].sum()
        for line, whole in wholes.iterrows():
            key = tuple(whole[by]) if len(by) > 1 else whole[by[0]]
            if key not in sums.index:
                continue
            for name in COUNTS:
                if sums.at[key, name] != whole[name]:
                    area, parts_sum = whole["office_name"] or whole["province_name"], sums.at[key, name]
                    yield Problem(
                        file,
                        f"{whole[name]:,} {name.replace('_', ' ')} of {area}, whose {part} sum to {parts_sum:,}",
                        f"{part} that sum to their whole",
                        "add the missing rows, or download the text again",
                        line=int(line),
                    )
                    break


def _unplaced(rows: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Yield a problem for each area that is in no district of the DOPA list."""
    with_parts = set(rows.loc[rows["level"] == 3, "office"])
    for line, row in rows[rows["level"] == 2].iterrows():
        if row["office"] not in with_parts and _district_of(row) is None:
            yield Problem(
                file,
                f"{row['population_persons']:,} persons of {row['office_name']} ({row['office']}), in no district",
                "rows of the subdistricts of each municipality's office, which give their district",
                "take the text with subdistricts (ตำบล) from DOPA",
                line=int(line),
            )
    for line, row in rows[rows["level"] == 3].iterrows():
        if installed().area(row["subdistrict"], SUBDISTRICT).code is None:
            yield Problem(
                file,
                f"subdistrict {shown_value(row['subdistrict'])} ({row['subdistrict_name']})",
                "a subdistrict code of the DOPA list",
                "correct the code, or add its row to the subdistrict that replaced it",
                line=int(line),
            )


def _district_of(office: pd.Series) -> str | None:
    """Return the district that an office serves, if its code and its name are those of one."""
    if office["office_name"].startswith("ท้องถิ่นเทศบาล"):
        return None
    name = office["office_name"].removeprefix("ท้องถิ่น")
    code = installed().area(office["office"], DISTRICT).code
    return code if code and code in installed().districts_named(code[:PROVINCE], name) else None


def _sums(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum subdistricts over offices, and districts over subdistricts and offices without them."""
    finest = rows[rows["level"] == 3].copy()
    placed = [str(installed().area(code, SUBDISTRICT).code) for code in finest["subdistrict"]]
    finest["subdistrict_code"], finest["district_code"] = placed, [code[:DISTRICT] for code in placed]
    whole = rows[(rows["level"] == 2) & ~rows["office"].isin(set(finest["office"]))].copy()
    whole["district_code"] = [_district_of(row) for _, row in whole.iterrows()]
    both = pd.concat([finest, whole]).astype({"district_code": "str"})
    tables = []
    for table, key in ((both, "district_code"), (finest, "subdistrict_code")):
        summed = table.astype({key: "str"}).groupby([key, "year"], as_index=False)[list(COUNTS)].sum()
        tables.append(summed.astype(dict.fromkeys(("year", *COUNTS), "Int64")))
    return tables[0], tables[1]


def _understood(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield one record for each month, and one for each office whose rows belong to other districts than its code."""
    for line, row in rows.drop_duplicates("month").iterrows():
        yield {"line": int(line), "column": "month", "found": row["month"], "used": str(row["year"])}
    finest = rows[rows["level"] == 3]
    for office, parts in finest.groupby("office"):
        districts = sorted({str(installed().area(code, SUBDISTRICT).code)[:DISTRICT] for code in parts["subdistrict"]})
        if districts != [office]:
            found = f"{office} {parts['office_name'].iloc[0]}"
            yield {"line": int(parts.index[0]), "column": "office", "found": found, "used": ", ".join(districts)}
