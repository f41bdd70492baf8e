"""DOPA's population text as published: one file for a month, fields between bars, without a header.

A row is the country, a province, a register office (of a district or a municipality), or a subdistrict as far as it
belongs to one office. The people of a municipality's office live in subdistricts, which have rows of their own: these
give their district, else its name does. Where a whole is not the sum of its parts, the parts are used and the
difference is recorded. Here: reading the text and summing it. Not here: tables with columns, and which year must be
without doubt (``dopa``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, installed
from pipeline.leftovers import is_leftover, is_note
from pipeline.reading.encodings import decode
from pipeline.reading.file_content import read_content
from pipeline.reading.numbers import BUDDHIST_MINUS_COMMON, number_hint, number_of
from pipeline.reading.opened import is_for_people
from pipeline.reading.sidecar import Origin, read_sidecar
from pipeline.sources import register_differences
from pipeline.sources.register_differences import COUNTS

SUFFIX = ".txt"
# The usual names of tables in the folder, which may be text too.
TABLES = ("population_by_district", "population_by_subdistrict")
# The fields of a row; what follows the last is empty.
FIELDS = ("month", "province", "province_name", "office", "office_name", "subdistrict", "subdistrict_name", "village")
AT_COUNTS = len(FIELDS) + 1
MONTH = re.compile(r"[2-9][0-9](?:0[1-9]|1[0-2])")
NONE = ("", "0")
MUNICIPALITY = re.compile("(?:ท้องถิ่น)?เทศบาล(?:นคร|เมือง|ตำบล)?(?P<name>.+)")


@dataclass(frozen=True, eq=False)
class RegisterText:
    """The sums of one file.

    Attributes:
        districts: ``district_code``, ``year`` and ``COUNTS``.
        subdistricts: ``subdistrict_code``, ``year`` and ``COUNTS``.
        origin: of the file.
        repaired: what was understood: the year, the districts of each municipality's office, each whole that is not
            the sum of its parts, each office in no district.
        rows: how many rows the file has.
        doubts: year and problem where a difference is large: the figures of that year should not be used.
    """

    districts: pd.DataFrame
    subdistricts: pd.DataFrame
    origin: Origin
    repaired: tuple[dict[str, Any], ...]
    rows: int
    doubts: tuple[tuple[int, Problem], ...] = ()


def register_texts(folder: Path) -> list[RegisterText]:
    """Read each population text of the folder.

    Args:
        folder: ``data/raw/dopa/``.

    Returns:
        The sums of each file, in the order of their names; none if there is no such file.

    Raises:
        InputError: a row cannot be read, or its subdistrict is not of the DOPA list.
    """
    return [_read(folder, path.name) for path in sorted(folder.glob(f"*{SUFFIX}")) if _is_text(path)]


def _is_text(path: Path) -> bool:
    """Whether a file is a population text: not one of the tables, a note, or prose."""
    other = path.stem in TABLES or is_leftover(PurePath(path.name)) or is_note(path)
    return path.is_file() and not other and not is_for_people(path)


def _read(folder: Path, name: str) -> RegisterText:
    content, sha256 = read_content(folder, name)
    file = shown_path(folder / name)
    text, encoding = decode(content, file)
    rows = _rows(text, file)
    if problems := list(_unlisted(rows, file)):
        raise InputError(problems)
    origin = read_sidecar(folder).origin(name, sha256)
    shown = f"{folder.name}/{name}"
    offices = {int(line): _district_of(row) for line, row in register_differences.without_subdistricts(rows).iterrows()}
    differences = register_differences.differences(rows, offices)
    records = [*_understood(rows), *_placed(rows, offices), *(difference.record for difference in differences)]
    placed = [{"file": shown, **record} for record in sorted(records, key=lambda record: record["line"])]
    doubts = tuple((d.year, d.problem(file)) for d in differences if d.is_large)
    fields = {**vars(origin), "encoding": encoding, "delimiter": "|"}
    return RegisterText(*_sums(rows, offices), Origin(**fields), tuple(placed), len(rows), doubts)


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
    row["year"] = 2500 + int(row["month"][:2]) - BUDDHIST_MINUS_COMMON
    places = [row[name] not in NONE for name in ("province", "office", "subdistrict", "village")]
    row["level"] = places.index(False) if False in places else len(places)
    if any(places[row["level"] :]):
        return {}, ("a code without that of the area around it", "province, office and subdistrict", "correct the row")
    return row, None


def _unlisted(rows: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Yield a problem for each subdistrict that is not of the DOPA list."""
    for line, row in rows[rows["level"] == 3].iterrows():
        if installed().area(row["subdistrict"], SUBDISTRICT).code is None:
            yield Problem(
                file,
                f"subdistrict {shown_value(row['subdistrict'])} ({row['subdistrict_name']})",
                "a subdistrict code of the DOPA list",
                "correct the code, or add its row to the subdistrict that replaced it",
                line=int(str(line)),
            )


def _district_of(office: pd.Series) -> str | None:
    """Return the district that an office serves: by its code and name, for a municipality by its code or its name.

    A municipality that has the name of one district of its province is in it, one that has the name of its province in
    the district of the capital.
    """
    gazetteer, name = installed(), office["office_name"].removeprefix("ท้องถิ่น")
    code = gazetteer.area(office["office"][:DISTRICT], DISTRICT).code
    municipality = MUNICIPALITY.fullmatch(office["office_name"])
    if municipality is None:
        return code if code and code in gazetteer.districts_named(code[:PROVINCE], name) else None
    if code:
        return code
    province, name = office["province"], municipality["name"]
    capital = f"เมือง{name}" if gazetteer.province(name) == province else name
    found = gazetteer.districts_named(province, name) or gazetteer.districts_named(province, capital)
    return next(iter(found)) if len(found) == 1 else None


def _placed(rows: pd.DataFrame, offices: Mapping[int, str | None]) -> Iterator[dict[str, Any]]:
    """Yield one record for each municipality's office that was placed in a district by its code or name."""
    for line, code in offices.items():
        row = rows.loc[line]
        if code and code != row["office"]:
            found = f"{row['office']} {row['office_name']}"
            yield {"line": line, "column": "office", "found": found, "used": code}


def _sums(rows: pd.DataFrame, offices: Mapping[int, str | None]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum subdistricts over offices, and districts over subdistricts and offices without them."""
    finest = rows[rows["level"] == 3].copy()
    placed = [str(installed().area(code, SUBDISTRICT).code) for code in finest["subdistrict"]]
    finest["subdistrict_code"], finest["district_code"] = placed, [code[:DISTRICT] for code in placed]
    whole = rows.loc[[line for line, code in offices.items() if code]].copy()
    whole["district_code"] = [code for code in offices.values() if code]
    both = pd.concat([finest, whole]).astype({"district_code": "str"})
    both["population_persons"] = both["male_persons"] + both["female_persons"]
    finest["population_persons"] = finest["male_persons"] + finest["female_persons"]
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
