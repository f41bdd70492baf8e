"""Workbooks, Parquet files and settings that are not quite that: with macros, links, bombs, odd types, too deep."""

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import backtest
from pipeline import policy as policies
from pipeline.errors import InputError
from pipeline.households.balance import BALANCE
from pipeline.project import Paths
from pipeline.sources import tpmap
from tests.bad_files.readers import DISTRICTS, RAW, READERS, refused
from tests.households.conftest import BASE, Province, citizen_id, csv, parquet, province, row, table, xlsx

__all__ = ["province"]
ROWS = [row(n) for n in range(1, 30)]


def repacked(**members: bytes | None) -> bytes:
    """A good workbook with members replaced or added; a name's `__` is a slash, `None` takes it out."""
    names = {name.replace("__", "/"): content for name, content in members.items()}
    source, target = zipfile.ZipFile(io.BytesIO(xlsx(ROWS))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            if name not in names:
                out.writestr(name, source.read(name))
        for name, content in names.items():
            if content is not None:
                out.writestr(name, content)
    return target.getvalue()


def with_member(info: zipfile.ZipInfo, content: bytes) -> bytes:
    target = io.BytesIO(xlsx(ROWS))
    with zipfile.ZipFile(target, "a") as out:
        out.writestr(info, content)
    return target.getvalue()


def a_link() -> bytes:
    info = zipfile.ZipInfo("xl/worksheets/link.xml")
    info.external_attr = 0o120777 << 16
    return with_member(info, b"/etc/passwd")


def marked_encrypted() -> bytes:
    content = bytearray(xlsx(ROWS))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(magic)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(magic, place + 4)
    return bytes(content)


def with_cells(change: Callable[[Any], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(ROWS)))
    change(book.active)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def laughs() -> bytes:
    """A billion laughs: ten entities, each ten times the one before."""
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))
    return f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><x>&l9;</x>'.encode()


OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
EXTERNAL = b'<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
# The verdict is how many of the 29 rows are kept, or the words of the message.
WORKBOOKS: dict[str, tuple[Callable[[], bytes], int | list[str]]] = {
    "macros": (lambda: repacked(xl__vbaProject__bin=b"\xd0\xcf\x11\xe0 macro", **{"xl/vbaProject.bin": b"x"}), 29),
    "a link to another workbook": (lambda: repacked(xl__externalLinks__externalLink1=EXTERNAL), 29),
    "an archive within": (lambda: repacked(xl__embeddings__more=xlsx(ROWS)), 29),
    "a comment with markup": (lambda: repacked(xl__comments1=b"<script>alert(1)</script>"), 29),
    "a number for a text": (lambda: with_cells(lambda s: s.__setitem__("C2", 3)), 29),
    "a float for a code": (lambda: with_cells(lambda s: s.__setitem__("B2", 500107.0)), 29),
    "a formula, never computed": (
        lambda: with_cells(lambda s: s.__setitem__("C2", "=1+2")),
        ["line 2, column members: found a formula without its result"],
    ),
    "an error of a spreadsheet": (lambda: with_cells(lambda s: s.__setitem__("C2", "#REF!")), 28),
    "a date for a count": (lambda: with_cells(lambda s: s.__setitem__("C2", pd.Timestamp("2022-01-01"))), 28),
    "a row of nothing between": (lambda: with_cells(lambda s: s.insert_rows(5)), 29),
    "a title above the header": (
        lambda: with_cells(lambda s: s.insert_rows(1)),
        ["line 1: found no cells", "heading_row under [layout]"],
    ),
    "a header twice": (lambda: with_cells(lambda s: s.__setitem__("C1", "citizen_id")), ["column 'citizen_id' twice"]),
    "entities in the sheet": (lambda: repacked(**{"xl/worksheets/sheet1.xml": laughs()}), ["EntitiesForbidden"]),
    "entities in the settings": (lambda: repacked(**{"xl/workbook.xml": laughs()}), ["EntitiesForbidden"]),
    "an entity that is a file": (lambda: repacked(**{"xl/worksheets/sheet1.xml": OUTSIDE}), ["EntitiesForbidden"]),
    "no sheet": (lambda: repacked(**{"xl/worksheets/sheet1.xml": None}), ["0 sheets with rows"]),
    "no settings": (lambda: repacked(**{"xl/workbook.xml": None}), ["a workbook that cannot be read"]),
    "an absolute name": (lambda: with_member(zipfile.ZipInfo("/etc/cron.d/x"), b"1"), ["an archive of"]),
    "a name that climbs": (lambda: with_member(zipfile.ZipInfo("xl/../../x"), b"1"), ["an archive of"]),
    "a link as a member": (a_link, 29),
    "a password": (marked_encrypted, ["a workbook that cannot be read"]),
    "thousands of members": (lambda: repacked(**{f"x/{i}": b"" for i in range(3000)}), ["an archive of 30"]),
    "an old workbook named .xlsx": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        ["neither Parquet nor a workbook"],
    ),
    "half of one": (lambda: xlsx(ROWS)[: len(xlsx(ROWS)) // 2], ["a broken archive"]),
    "its middle overwritten": (lambda: (b := xlsx(ROWS))[:800] + b"\xff" * 900 + b[1700:], ["cannot be read"]),
}


def verdict(province: Province, name: str, content: bytes, expected: int | list[str]) -> None:
    """So many rows are kept and the others counted, or a message gives the reason; never a value of a household."""
    province.put({name: content})
    if isinstance(expected, int):
        files = province.take_in().table("files")
        assert files["rows_kept"].tolist() == [expected]
        assert (files["rows_in"] == files[list(BALANCE)].sum(axis=1)).all()
        return
    try:
        province.take_in()
    except InputError as error:
        line = str(error)
    else:
        raise AssertionError("it was not refused")
    assert "\n" not in line
    for part in (name, "; expected ", "; to fix: ", *expected):
        assert part in line, line
    assert citizen_id(1) not in line


@pytest.mark.parametrize("fault", WORKBOOKS)
def test_workbooks(fault: str, province: Province) -> None:
    make, expected = WORKBOOKS[fault]
    verdict(province, "a.xlsx", make(), expected)


def arrow(change: Callable[[pa.Table], pa.Table]) -> bytes:
    target = io.BytesIO()
    pq.write_table(change(pa.Table.from_pandas(table(ROWS))), target)
    return target.getvalue()


def column(name: str, values: pa.Array) -> Callable[[pa.Table], pa.Table]:
    return lambda t: t.set_column(t.column_names.index(name), name, values)


def typed(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda t: column(name, t[name].cast(kind))(t)


def changed_in_the_footer(at: int) -> bytes:
    content = bytearray(parquet(ROWS))
    content[len(content) - 8 - int.from_bytes(content[-8:-4], "little") + at] ^= 1
    return bytes(content)


N = len(ROWS)
PARQUET: dict[str, tuple[Callable[[], bytes], int | list[str]]] = {
    "whole numbers": (lambda: arrow(typed("subdistrict_code", pa.int64())), 29),
    "numbers with decimals": (lambda: arrow(typed("members", pa.float64())), 29),
    "decimals": (lambda: arrow(column("members", pa.array([Decimal("3.00")] * N))), 29),
    "a dictionary": (lambda: arrow(typed("members", pa.dictionary(pa.int32(), pa.string()))), 29),
    "true and false": (lambda: arrow(column("health", pa.array([False] * N))), 29),
    "codes as floats": (
        lambda: arrow(lambda t: typed("subdistrict_code", pa.float64())(typed("subdistrict_code", pa.int64())(t))),
        29,
    ),
    "years as dates": (lambda: arrow(column("survey_year", pa.array([pd.Timestamp("2022-01-01")] * N))), 0),
    "lists": (lambda: arrow(column("members", pa.array([[3]] * N))), 0),
    "records": (lambda: arrow(column("members", pa.array([{"a": 3}] * N))), 0),
    "bytes that are no text": (lambda: arrow(column("members", pa.array([b"\xff\xfe"] * N))), 0),
    "nothing in a column": (lambda: arrow(column("members", pa.nulls(N))), 0),
    "a number without end": (lambda: arrow(column("members", pa.array([float("inf")] * N))), 0),
    "not a number": (lambda: arrow(column("members", pa.array([float("nan")] * N))), 0),
    "no rows": (lambda: arrow(lambda t: t.slice(0, 0)), ["no rows"]),
    "no column that is needed": (lambda: arrow(lambda t: t.drop_columns(["members"])), ["no column for members"]),
    "a footer overwritten": (lambda: parquet(ROWS)[:-100] + b"\xff" * 92 + parquet(ROWS)[-8:], ["complete footer"]),
    "a footer longer than the file": (lambda: parquet(ROWS)[:-8] + b"\xff\xff\xff\x7fPAR1", ["complete footer"]),
    "a footer of no length": (lambda: parquet(ROWS)[:-8] + b"\0\0\0\0PAR1", ["complete footer"]),
    "the beginning only": (lambda: b"PAR1", ["complete footer"]),
    "the beginning and the end": (lambda: b"PAR1PAR1", ["complete footer"]),
    "names that are no UTF-8": (lambda: parquet(ROWS).replace(b"income", b"inc\xffme"), ["complete footer"]),
    # The kind of the first column, which Arrow takes from its own description further on, and DuckDB from here.
    "a footer that Arrow reads and DuckDB does not": (lambda: changed_in_the_footer(5), ["cannot be separated"]),
    "encrypted": (lambda: b"PAR1" + parquet(ROWS)[4:-4] + b"PARE", ["complete footer"]),
}


@pytest.mark.parametrize("fault", PARQUET)
def test_parquet(fault: str, province: Province) -> None:
    make, expected = PARQUET[fault]
    verdict(province, "a.parquet", make(), expected)


NAMES = [
    "a'b.csv",
    'a"b.csv',
    "a; DROP TABLE x; --.csv",
    "*.csv",
    "[a-z]?.csv",
    "a{1,2}.csv",
    "$HOME.csv",
    "`id`.csv",
    "ตารางที่ ๑.csv",
    "a\u202eb.csv",
    " a .csv",
    "a\\b.csv",
    "%00.csv",
    "s3:..csv",
    "-rf.csv",
    "'); ATTACH 'x.csv",
]


def test_nor_is_the_name_of_a_folder(tmp_path: Path, province: Province) -> None:
    root = tmp_path / "it's a [new] *?; --"
    raw = root / "raw"
    raw.mkdir(parents=True)
    province.paths = Paths(raw, root / "processed", root / "maps", raw / "policy.toml")
    province.put({"a.csv": csv(ROWS), "b.parquet": parquet([row(n) for n in range(100, 110)])})
    assert province.take_in().table("files")["rows_kept"].tolist() == [29, 10]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_file_is_only_a_name(name: str, province: Province) -> None:
    """SQL, globs and shells would stumble over these; a second file that a glob would take in is there."""
    province.put({name: csv(ROWS), "other.csv": csv([row(n) for n in range(100, 110)])})
    files = province.take_in().table("files").set_index("file")
    assert files["rows_kept"].to_dict() == {f"households/tpmap/{name}": 29, "households/tpmap/other.csv": 10}


HOSTILE = ["'; DROP TABLE received; --", '"', "x'); COPY (SELECT 1) TO '/tmp/x", "{{7*7}}", "a\u0000b"[:1], "$1", "?"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_word_of_a_mapping_is_only_a_word(text: str, province: Province) -> None:
    quoted = json.dumps(text)
    columns = "\n".join(f'"{name}" = "{name}"' for name in BASE if name != "health")
    cells = pd.DataFrame([{**r, "health": "0"} for r in ROWS]).rename(columns={"health": text})
    cells[text] = [text if i < 5 else "no" for i in range(len(cells))]
    province.put(
        {
            "a.csv": cells.to_csv(index=False).encode(),
            "mapping.toml": (
                f'[columns]\n{columns}\n{quoted} = "health"\n[values]\nyes = [{quoted}]\nno = ["no", "0"]\n'
            ).encode(),
        }
    )
    profiles = province.take_in().table("profiles")
    assert profiles.groupby("deprived")["households"].sum().to_dict() == {0: 24, 1: 5}


POLICY = (RAW / "policy" / "policy.toml").read_text(encoding="utf-8")
SETTINGS: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "nothing": (lambda: b"", ["policy.toml"]),
    "not UTF-8": (lambda: POLICY.encode("utf-8")[:40] + b"\xff\xfe" + POLICY.encode()[40:], ["not UTF-8"]),
    "UTF-16": (lambda: POLICY.encode("utf-16"), ["not UTF-8"]),
    "a NUL": (lambda: POLICY.encode().replace(b"seed", b"se\0ed", 1), ["TOML"]),
    "a key twice": (lambda: (POLICY + "\n[score]\nrho = 1\n").encode(), ["TOML"]),
    "a value nested too deep": (lambda: (POLICY + "\nx = " + "[" * 5000 + "]" * 5000).encode(), ["policy.toml"]),
    "a number of too many digits": (
        lambda: POLICY.replace("seed = 2565", "seed = " + "9" * 5000).encode(),
        ["policy.toml"],
    ),
    "a seed beyond all": (lambda: POLICY.replace("seed = 2565", "seed = 99999999999999999999").encode(), ["seed"]),
    "not a number": (lambda: POLICY.replace("rho = 0.0", "rho = nan").encode(), ["score.rho"]),
    "without end": (lambda: POLICY.replace("rho = 0.0", "rho = inf").encode(), ["score.rho"]),
    "a truth for a number": (lambda: POLICY.replace("rho = 0.0", "rho = true").encode(), ["score.rho"]),
    "a number for a table": (lambda: POLICY.replace("[score]", "[other]").encode() + b"\n", ["score"]),
    "a Buddhist date": (lambda: POLICY.replace("as_of = 2", "as_of = 3", 1).encode(), ["as_of"]),
    "JSON": (lambda: b'{"seed": 1}', ["TOML"]),
    "YAML": (lambda: b"seed: 1\n", ["TOML"]),
}


@pytest.mark.parametrize("fault", SETTINGS)
def test_policies(fault: str, tmp_path: Path) -> None:
    make, parts = SETTINGS[fault]
    file = tmp_path / "policy.toml"
    content = make()
    assert content != POLICY.encode()
    file.write_bytes(content)
    refused(lambda: policies.read_policy(file, DISTRICTS["district_code"]), "policy.toml", *parts)


SIDECARS: dict[str, tuple[bytes, list[str]]] = {
    "nothing": (b"", ["no title_th, title_en"]),
    "not TOML": (b"title_th: x\n", ["TOML"]),
    "not UTF-8": ('title_th = "ก"\n'.encode("cp874"), ["not UTF-8"]),
    "nested too deep": (b"x = " + b"[" * 5000 + b"]" * 5000, ["SOURCE.toml"]),
    "a table for a title": (b"[title_th]\na = 1\n", ["no title_en"]),
    "digests that are a list": (
        "\n".join(f'{k} = "x"' for k in ("title_th", "title_en", "source", "address", "licence", "received")).encode()
        + b"\nsha256 = [1]\n",
        ["[sha256]"],
    ),
}


@pytest.mark.parametrize("fault", SIDECARS)
def test_sidecars(fault: str, tmp_path: Path) -> None:
    content, parts = SIDECARS[fault]
    file = READERS["poverty"].copied(tmp_path)
    (file.parent / "SOURCE.toml").write_bytes(content)
    refused(lambda: tpmap.district_rates(file.parent, DISTRICTS), "SOURCE.toml", *parts)


LISTS: dict[str, tuple[bytes, list[str]]] = {
    "nothing": (b"", ["no column code"]),
    "a header only": (b"code,year,programme\n", ["no row"]),
    "another header": (b"district,year,programme\n9501,2562,x\n", ["no column code"]),
    "a place that is none": (b"code,year,programme\n9599,2019,x\n", ["'9599'"]),
    "a code that is no whole number": (b"code,year,programme\n9501.5,2019,x\n", ["'9501.5'"]),
    "Latin-1": ("code,year,programme\n9501,2019,café\n".encode("latin-1"), ["line 2", "CP874", "CSV UTF-8"]),
    "a workbook": (xlsx(ROWS), ["NUL"]),
}


@pytest.mark.parametrize("fault", LISTS)
def test_lists_of_past_choices(fault: str, tmp_path: Path) -> None:
    content, parts = LISTS[fault]
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    refused(lambda: backtest.past_choices(file, DISTRICTS["district_code"]), "list.csv", *parts)


def test_a_code_of_past_choices_as_software_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"code,year,programme\n9501.0,2019,x\n")
    assert backtest.past_choices(file, DISTRICTS["district_code"]).table["code"].tolist() == ["9501"]
