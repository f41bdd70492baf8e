"""Invented household rows for trials, in any number; everything made from them is marked as a sample.

District totals follow the published rates and survey sizes. Some rows have the faults of real exports. Here: how many
households each district gets, the columns of each system, files. Not here: a row (``sql/sample.sql``).
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import geothai
import numpy as np
import pandas as pd

from pipeline.digests import sha256_of
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.households import database, mapping
from pipeline.households.files import FOLDER
from pipeline.reading.file_content import read_toml
from pipeline.reading.sidecar import SIDECAR

LARGEST_SHEET = 1_048_575
MOST_MEMBERS = 5
# A system that looks for the poor also surveys this share of other households.
ASKED_SHARE = 0.15
FAULTS = (
    "earlier survey",
    "lost zero",
    "thai digits",
    "buddhist year",
    "abolished code",
    "misspelt name",
    "impossible",
    "name only",
)

# The column for each of ours as the two systems might export it; columns that are not ours are never read.
COLUMNS = {
    "tpmap": {
        "citizen_id": "PID",
        "province_code": "province_ID",
        "district_code": "amphur_ID",
        "subdistrict_code": "tumbol_ID",
        "province_name": "province_name",
        "district_name": "amphur_name",
        "members": "members",
        **{name: name for name in DIMENSIONS},
        "income_per_person": "income_per_person",
        "welfare_card": "MOF_card",
        "survey_year": "survey_year",
    },
    "pppconnext": {
        "citizen_id": "เลขประจำตัวประชาชน",
        "name": "ชื่อ",
        "telephone": "โทรศัพท์",
        "province_code": "รหัสจังหวัด",
        "district_code": "รหัสอำเภอ",
        "subdistrict_code": "รหัสตำบล",
        "province_name": "จังหวัด",
        "district_name": "อำเภอ",
        "members": "จำนวนสมาชิก",
        "health": "ด้านสุขภาพ",
        "living": "ด้านความเป็นอยู่",
        "education": "ด้านการศึกษา",
        "income": "ด้านรายได้",
        "accessibility": "ด้านการเข้าถึงบริการรัฐ",
        "income_per_person": "รายได้ต่อคน",
        "welfare_card": "บัตรสวัสดิการ",
        "survey_year": "ปีที่สำรวจ",
    },
}
HOUSEHOLD_IDS = {"tpmap": "house_ID", "pppconnext": "รหัสครัวเรือน"}


@dataclass(frozen=True)
class Order:
    """The order of a sample.

    Attributes:
        households: the number of households.
        seed: the same seed gives the same rows.
        defects: share of rows with a fault of a real export, from 0 to 1.
        format: ``parquet``, ``csv`` or ``xlsx``.
        system: ``tpmap`` surveys everyone; any other system looks for the poor.
        cp874: whether a tenth of the rows is in a second file, in CP874, if the format is CSV and there are defects.
        faults: the kinds of fault, each equally likely; see ``sql/sample.sql``.
        persons: whether each row is a person; rows of earlier surveys are then in files of their own.
    """

    households: int
    seed: int = 1
    defects: float = 0.02
    format: str = "parquet"
    system: str = "tpmap"
    cp874: bool = True
    faults: tuple[str, ...] = FAULTS
    persons: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """The column of the files for each of ours."""
        household = {"household_id": HOUSEHOLD_IDS[self.system]} if self.persons else {}
        return {**household, **COLUMNS[self.system]}


def write_sample(
    order: Order, raw: Path, poverty: pd.DataFrame, districts: pd.DataFrame, provinces: set[str]
) -> list[Path]:
    """Write the files of a sample under ``raw/households/<system>/``, in place of an earlier sample.

    Args:
        order: what to invent.
        raw: the folder of inputs.
        poverty: the published rates, one row per district.
        districts: the table ``districts``.
        provinces: codes of the provinces in which a system that looks for the poor works.

    Returns:
        The files of rows; mapping and sidecar are written to the same folder.

    Raises:
        InputError: the folder holds rows that are not a sample, or the order cannot be met.
    """
    looks_for_poor = order.system != "tpmap"
    _check(order)
    folder = _cleared(raw / FOLDER / order.system)
    if looks_for_poor:
        poverty = poverty[poverty["district_code"].str[:2].isin(provinces)]
    if poverty.empty:
        raise InputError(
            Problem(
                "sample",
                "no district with published rates",
                "at least one",
                "add rates to data/raw/tpmap/, or choose another system",
            )
        )
    quota = _quota(order.households, poverty, districts)
    year = int(poverty["year"].max())
    values: dict[str, Any] = {"seed": str(order.seed), "defects": order.defects, "year": year, "tenth": None}
    values |= {"looks_for_poor": looks_for_poor, "faults": list(order.faults), "earlier": None}
    written: list[Path] = []
    with duckdb.connect(":memory:") as connection, tempfile.TemporaryDirectory(dir=folder, prefix=".") as spilled:
        connection.execute("SET memory_limit = '1500MB'")
        connection.execute("SET temp_directory = $spilled", {"spilled": spilled})
        for name in ("citizen_id", "sample_macros"):
            database.run(connection, name)
        database.create_table(connection, "quota", quota)
        for ending, part in _parts(order).items():
            path = folder / f"sample_{order.system}{ending}.{order.format}"
            rows = _write_rows(connection, {**values, **part}, order, path)
            if written and not rows:
                path.unlink()
                continue
            if part.get("tenth"):
                path.write_bytes(path.read_bytes().decode("utf-8").encode("cp874"))
            written.append(path)
    _describe(folder, order, year, written)
    return written


def _parts(order: Order) -> dict[str, dict[str, bool]]:
    """Name the files by what their names end with, and say which rows each has.

    >>> _parts(Order(10, persons=True))
    {'': {'earlier': False}, '_earlier': {'earlier': True}}
    """
    parts: dict[str, dict[str, bool]] = {"": {}}
    if order.format == "csv" and order.defects > 0 and order.cp874:
        parts = {"": {"tenth": False}, "_cp874": {"tenth": True}}
    if order.persons and order.defects > 0 and "earlier survey" in order.faults:
        # One file has one survey of a household of persons.
        earlier = {f"{ending}_earlier": {**part, "earlier": True} for ending, part in parts.items()}
        parts = {ending: {**part, "earlier": False} for ending, part in parts.items()} | earlier
    return parts


def _check(order: Order) -> None:
    most_rows = order.households * (MOST_MEMBERS if order.persons else 1) * (1 + order.defects)
    rules = [
        (order.households < 1, "--households", f"{order.households}", "1 or more"),
        (order.households > 200_000_000, "--households", f"{order.households:,}", "at most 200,000,000"),
        (not 0 <= order.defects <= 1, "--defects", f"{order.defects:g}", "a share from 0 to 1"),
        (
            order.format == "xlsx" and most_rows > LARGEST_SHEET,
            "--format xlsx",
            f"{order.households:,} households{f' of up to {MOST_MEMBERS} persons' if order.persons else ''}",
            f"at most {LARGEST_SHEET:,} rows: a sheet has no more",
        ),
    ]
    for broken, what, found, expected in rules:
        if broken:
            raise InputError(Problem("sample", found, expected, "give another value", column=what))


def _cleared(folder: Path) -> Path:
    """Remove an earlier sample from the folder; raise ``InputError`` if it has rows that are not a sample."""
    if folder.is_dir():
        is_sample = (folder / SIDECAR).is_file() and read_toml(folder / SIDECAR).get("sample") is True
        others = [p.name for p in folder.iterdir() if not p.name.startswith(("sample_", ".")) and p.suffix != ".toml"]
        if others or (not is_sample and any(folder.iterdir())):
            raise InputError(
                Problem(
                    shown_path(folder),
                    f"files that are not a sample ({', '.join(others) or mapping.FILE})",
                    "an empty folder",
                    "move them away first, or give another folder with --raw",
                )
            )
        for path in folder.glob("sample_*"):
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _quota(households: int, poverty: pd.DataFrame, districts: pd.DataFrame) -> pd.DataFrame:
    """Divide households among districts by persons surveyed (largest remainder); add rates, names and codes."""
    table = poverty.merge(districts, on="district_code").sort_values("district_code", ignore_index=True)
    exact = households * table["survey_population"].to_numpy(dtype=float) / table["survey_population"].sum()
    count = np.floor(exact).astype("int64")
    most = np.argsort(-(exact - count), kind="stable")[: households - int(count.sum())]
    count[most] += 1
    rate = table["rate_any_min"].to_numpy(dtype=float) / 100
    names = table.groupby("province_code")["name_th"].agg(set).to_dict()
    named = zip(table["name_th"], table["province_code"], strict=True)
    replaced = _abolished()
    quota = pd.DataFrame(
        {
            "district_code": table["district_code"],
            "province_code": table["province_code"],
            "province_name": table["province_name_th"],
            "district_name": table["name_th"],
            "misspelt_name": [_misspelt(name, names[province]) for name, province in named],
            "prefix": np.where(table["province_code"] == "10", "เขต", "อำเภอ"),
            "households": count,
            "candidates": np.ceil(count / np.maximum(rate + ASKED_SHARE * (1 - rate), 1e-3)).astype("int64") * 2 + 20,
            "rate": rate,
            "parts": [sorted(s.code[4:] for s in geothai.subdistricts(c)) for c in table["district_code"]],
            "abolished": [replaced.get(code) for code in table["district_code"]],
        }
    )
    dims = table[[f"rate_{name}" for name in DIMENSIONS]].to_numpy(dtype=float)
    quota["most"] = np.array(list(DIMENSIONS))[dims.argmax(axis=1)]
    for i, name in enumerate(DIMENSIONS):
        quota[f"p_{name}"] = np.divide(dims[:, i] / 100, rate, out=np.zeros(len(table)), where=rate > 0)
    return quota


def _misspelt(name: str, others: set[str]) -> str:
    """Misspell a name: without its last letter, or with it twice if the first is another district's name.

    >>> _misspelt("ฝาง", {"ฝาง"})
    'ฝา'
    """
    return next(n for n in (name[:-1], name + name[-1], name + name[-1] * 2) if n not in others)


def _abolished() -> dict[str, str]:
    """Find, for each district, an abolished subdistrict code whose only successor by a notice is in the district."""
    from geothai.abolished import abolished_areas

    return {
        area.successors[0][:4]: area.code
        for area in abolished_areas()
        if area.successors_basis == "notice" and len(area.successors) == 1 and len(area.code) == 6
    }


def _write_rows(connection: duckdb.DuckDBPyConnection, values: dict[str, Any], order: Order, path: Path) -> int:
    """Write one file and count its rows.

    The same seed gives the same bytes. Members of a household do not follow each other.
    """
    columns = ", ".join(f'"{ours}" AS "{theirs}"' for ours, theirs in order.columns.items())
    persons = f", rows AS ({database.sql_of('sample_persons')})" if order.persons else ""
    rows, sorted_by = ("rows", "hash(person, $seed), person") if order.persons else ("household", "number, years_ago")
    households = database.sql_of("sample")
    query = f"WITH household AS ({households}){persons} SELECT {columns} FROM {rows} ORDER BY {sorted_by}"  # noqa: S608
    unfinished = path.with_name(f".{path.name}")
    try:
        if order.format == "xlsx":
            rows_written = _write_workbook(connection, query, values, list(order.columns.values()), unfinished)
        else:
            how = "FORMAT csv, HEADER" if order.format == "csv" else "FORMAT parquet"
            copied = connection.execute(f"COPY ({query}) TO $path ({how})", {**values, "path": str(unfinished)})
            rows_written = int(copied.fetchall()[0][0])
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows_written


def _write_workbook(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any], header: list[str], path: Path
) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("SAMPLE")
    sheet.write_row(0, 0, header)
    i = 0
    for i, row in enumerate(_fetched(connection.execute(query, values)), start=1):
        for j, cell in enumerate(row):
            if cell is not None:
                sheet.write_string(i, j, cell)
    book.close()
    return i


def _fetched(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[str | None, ...]]:
    while rows := result.fetchmany(10_000):
        yield from rows


def _describe(folder: Path, order: Order, year: int, written: list[Path]) -> None:
    """Write mapping and sidecar of the files."""
    ours = {name: theirs for name, theirs in order.columns.items() if name in mapping.COLUMNS}
    rows = f'# each row is a person\n{mapping.ROWS} = "persons"\n' if order.persons else ""
    lines = [f'"{theirs}" = "{name}"' for name, theirs in ours.items()]
    (folder / mapping.FILE).write_text(
        f"{rows}# column of the file = ours\n[columns]\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    shown = re.sub(r"[^a-z0-9]", " ", order.system).upper()
    digests = [f'"{p.name}" = "{sha256_of(p)}"' for p in written]
    (folder / SIDECAR).write_text(
        f'sample = true\ntitle_th = "ข้อมูลรายครัวเรือนตัวอย่าง {shown} {year + 543}"\n'
        f'title_en = "Sample household rows, {shown} {year}"\n'
        f'source = "invented by pilot-areas sample --households {order.households} --seed {order.seed}'
        f' --defects {order.defects:g}{" --rows persons" if order.persons else ""}"\n'
        'address = ""\nlicence = "invented rows"\nreceived = ""\n\n[sha256]\n' + "\n".join(digests) + "\n",
        encoding="utf-8",
    )
