"""One bad file at a time: one clear line without any value of a household; the last good intake is kept."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from stdnum.th import pin

from pipeline.errors import InputError
from pipeline.households import citizen_ids, files, kept
from pipeline.reading import encodings
from pipeline.reading.sidecar import REQUIRED
from tests.households.conftest import BASE, NO_RATES, Province, citizen_id, csv, parquet, row, table, xlsx

ROWS = [row(n) for n in range(1, 40)]
THAI = [{**r, "district_name": "กันทรลักษ์"} for r in ROWS]
COLUMNS = "\n".join(f'"{name}" = "{name}"' for name in BASE)


def half_and_half(_: Path) -> bytes:
    lines = csv(THAI).decode().splitlines(keepends=True)
    return "".join(lines[:20]).encode() + "".join(lines[20:]).encode("cp874")


def archive(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in members.items():
            book.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def bomb(_: Path) -> bytes:
    return archive(**{"xl__worksheets__sheet1.xml": b"\0" * (200 << 20)})


def with_entity(_: Path) -> bytes:
    evil = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&a;'
    )
    evil += b"</t></is></c></row></sheetData></worksheet>"
    source = zipfile.ZipFile(io.BytesIO(xlsx(ROWS)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            out.writestr(name, evil if name.endswith("sheet1.xml") else source.read(name))
    return target.getvalue()


def two_sheets(_: Path) -> bytes:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(xlsx(ROWS)))
    book.create_sheet("more").append(["x"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


SOURCE = "".join(f'{key} = "x"\n' for key in REQUIRED)

# name of the file, its content, what the message contains
BAD: dict[str, tuple[str, Callable[[Path], bytes], list[str]]] = {
    "half UTF-8, half CP874": ("a.csv", half_and_half, ["line 21 not UTF-8 and line 2 not CP874", "one encoding"]),
    "UTF-16": ("a.csv", lambda _: csv(ROWS).decode().encode("utf-16"), ["UTF-16", "CSV UTF-8"]),
    "a NUL byte": ("a.csv", lambda _: csv(ROWS).replace(b"50000", b"5\0000", 1), ["line 2", "NUL byte"]),
    "empty": ("a.csv", lambda _: b"", ["0 bytes", "export it again"]),
    "empty Parquet": ("a.parquet", lambda _: b"", ["0 bytes"]),
    "a header only": ("a.csv", lambda _: csv(ROWS).splitlines()[0] + b"\n", ["a header and no rows"]),
    "Parquet without rows": ("a.parquet", lambda _: parquet(ROWS[:1])[:0] or _no_rows(), ["no rows"]),
    "truncated Parquet": ("a.parquet", lambda _: parquet(ROWS)[:-30], ["without a complete footer", "copy or export"]),
    "Parquet broken inside": ("a.parquet", lambda _: _broken_inside(), ["cannot be separated"]),
    "ids in the district column": (
        "a.csv",
        lambda _: csv([{**r, "subdistrict_code": r["citizen_id"]} for r in ROWS]),
        ["column subdistrict_code", "13-digit numbers (citizen ids?)"],
    ),
    "a ragged file that a sniffer reads as one row": (
        "a.csv",
        lambda _: b"citizen_id,subdistrict_code\n1,2,3\n4\n5,6,7,8\n9,1\n2\n3,4,5\n",
        ["no column for members"],
    ),
    "ragged rows": (
        "a.csv",
        lambda _: csv(ROWS).replace(b",2022\n", b"\n"),
        ["39 of 39 rows", "cannot be read as a row", "column row"],
    ),
    "a cell longer than any": ("a.csv", lambda _: csv(ROWS).replace(b"50000", b'"' + b"5\n" * 70_000, 1), ["line 2"]),
    "lines ended in two ways": ("a.csv", lambda _: csv(ROWS).replace(b"\n", b"\r\n", 3), ["the same line ending"]),
    "an open quotation mark": ("a.csv", lambda _: csv(ROWS).replace(b"50000", b'"50000', 1), ["line 2", "not closed"]),
    "a quotation mark that takes in other rows": (
        "a.csv",
        lambda _: (
            csv([{**r, "note": "x"} for r in ROWS])
            .replace(b",2022\n", b',"2022\n', 1)
            .replace(b",2022\n", b',2022"\n', 1)
        ),
        ["line 2", "a quotation mark that takes in other rows"],
    ),
    "columns that differ in capitals only": (
        "a.parquet",
        lambda _: _capitals(),
        ["columns that differ from 'health' in capitals only"],
    ),
    "a missing column": ("a.csv", lambda _: csv(ROWS).replace(b"members", b"m"), ["line 1", "no column for members"]),
    "a column twice": ("a.csv", lambda _: csv(ROWS).replace(b"welfare_card", b"members"), ["column 'members' twice"]),
    "no delimiter we know": ("a.csv", lambda _: csv(ROWS, sep="^"), ["line 1", "no column"]),
    "a ZIP named .csv": ("a.csv", lambda _: xlsx(ROWS), ["a ZIP archive", "a .csv file"]),
    "a text named .xlsx": ("a.xlsx", lambda _: csv(ROWS), ["neither Parquet nor a workbook"]),
    "a text named .parquet": ("a.parquet", lambda _: csv(ROWS), ["neither Parquet nor a workbook"]),
    "a zip bomb": ("a.xlsx", bomb, ["unpacks to 210 MB", "times its size"]),
    "an archive that climbs": ("a.xlsx", lambda _: archive(**{"..__..__x": b"1"}), ["an archive of 1 parts"]),
    "a ZIP that is no workbook": ("a.xlsx", lambda _: archive(x=b"1"), ["a workbook that cannot be read"]),
    "a broken ZIP": ("a.xlsx", lambda _: xlsx(ROWS)[:200], ["a broken archive"]),
    "entities in a workbook": ("a.xlsx", with_entity, ["cannot be read (EntitiesForbidden)"]),
    "two sheets with rows": ("a.xlsx", two_sheets, ["2 sheets with rows"]),
    "a kind of file we do not read": ("a.sav", lambda _: b"x", ["a file of the kind '.sav'"]),
    "a sidecar of one file": (
        "good.csv.SOURCE.toml",
        lambda _: SOURCE.encode(),
        ["good.csv.SOURCE.toml", "a file of the kind '.toml'"],
    ),
    "the same file twice": ("b.csv", lambda folder: (folder / "good.csv").read_bytes(), ["the same content as"]),
    "too many rows refused": (
        "a.csv",
        lambda _: csv([{**r, "members": "-1"} for r in ROWS]),
        ["39 of 39 rows that cannot be used", "members", "households.refused_share_stops"],
    ),
}
MAPPINGS = {
    "names a column twice": (COLUMNS + '\n"x" = "members"', ["members twice, for 'members' and 'x'"]),
    "names their column twice": (COLUMNS + '\n"members" = "lon"', ["mapping.toml", "correct the line named"]),
    "names a column we do not have": (COLUMNS + '\n"x" = "wealth"', ["'wealth'", "one of household_id"]),
    "takes a dimension for another": (
        COLUMNS.replace('"living" = "living"', "").replace('"health" = "health"', '"living" = "health"'),
        ["no column for living", "mapping.toml"],
    ),
    "names what the file lacks": (COLUMNS + '\n"x" = "lon"', ["no column 'x'", "mapping.toml names"]),
    "uses a word for yes and no": (COLUMNS + '\n[values]\nyes = ["1"]\nno = ["1"]', ["'1' for yes and for no"]),
    "has a year in words": (COLUMNS + '\n[constants]\nsurvey_year = "last"', ["column survey_year", "'last'"]),
    "has an impossible year": (COLUMNS + "\n[constants]\nsurvey_year = 99999", ["'99999'", "a year such as"]),
    "has a table with a name that a terminal would obey": (
        COLUMNS + '\n["\\u001b[31m"]\nx = 1',
        ["the table \\x1b[31m;"],
    ),
    "has a table too many": (COLUMNS + "\n[wishes]\nx = 1", ["the table wishes"]),
}


def _no_rows() -> bytes:
    import pandas as pd

    target = io.BytesIO()
    pd.DataFrame({name: pd.Series(dtype="str") for name in BASE}).to_parquet(target)
    return target.getvalue()


def _capitals() -> bytes:
    target = io.BytesIO()
    table(ROWS).assign(Health="1").to_parquet(target)
    return target.getvalue()


def _broken_inside() -> bytes:
    content = bytearray(parquet([row(n) for n in range(5000)]))
    content[5000:25000] = b"\xff" * 20000
    return bytes(content)


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_line(case: str, province: Province) -> None:
    province.rules(refused_share_stops=0.2)
    province.put({"good.csv": csv([row(n) for n in range(100, 110)])})
    good = province.take_in()
    before = {p: p.read_bytes() for p in good.folder.rglob("*") if p.is_file()}
    name, content, words = BAD[case]
    folder = province.paths.raw / "households" / "tpmap"
    province.put({name: content(folder)})
    with pytest.raises(InputError) as refused:
        province.take_in()
    line = str(refused.value)
    for word in words:
        assert word in line
    assert "\n" not in line
    assert citizen_id(1) not in line
    assert {p: p.read_bytes() for p in good.folder.rglob("*") if p.is_file()} == before
    assert not list(province.paths.households.glob(".intake-*"))


@pytest.mark.parametrize("place", ["{}.csv", "old/{}.csv", "ครัวเรือน {} ใหม่.parquet", ".{}.csv", "{}.pdf"])
@pytest.mark.parametrize("way", ["in one piece", "with dashes", "in Thai digits"])
@pytest.mark.parametrize("unusable_file", ["stop", "skip"])
def test_a_name_that_holds_a_citizen_id_is_refused_and_not_repeated(
    place: str, way: str, unusable_file: str, province: Province
) -> None:
    one = citizen_id(7)
    dashed = "-".join((one[0], one[1:5], one[5:10], one[10:12], one[12]))
    thai = one.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    name = place.format({"in one piece": one, "with dashes": dashed, "in Thai digits": thai}[way])
    province.rules(unusable_file=unusable_file)
    (province.paths.raw / "households" / "tpmap" / "old").mkdir(parents=True)
    province.put({"good.csv": csv(ROWS), name: csv(ROWS)})
    with pytest.raises(InputError, match="found a name that contains a citizen id") as refused:
        province.take_in()
    shown = str(refused.value) + "".join(province.log)
    assert place.rsplit("/", 1)[-1].format("#") in shown
    assert not any(form in shown for form in (one, dashed, thai))


def test_ids_found_in_names_equal_those_of_stdnum() -> None:
    chance = random.Random(5)
    numbers = [str(chance.randrange(10**12, 9 * 10**12)) for _ in range(2000)]
    assert [citizen_ids.without_ids(n) == "#" for n in numbers] == [pin.is_valid(n) for n in numbers]
    assert 100 < sum(map(pin.is_valid, numbers)) < 300


def test_other_numbers_in_names_are_accepted(province: Province) -> None:
    wrong = citizen_id(7)[:12] + str((int(citizen_id(7)[12]) + 1) % 10)
    province.put({f"{n}.csv": csv([row(i)]) for i, n in enumerate((wrong, "2565-11-24 10.30.45", citizen_id(7) + "0"))})
    assert len(province.take_in().table("files")) == 3


SKIPPED = [c for c in BAD if "rows" not in c and "sniffer" not in c] + ["Parquet without rows"]


@pytest.mark.parametrize("case", SKIPPED)
def test_a_bad_file_is_left_out_where_the_policy_allows_it(case: str, province: Province) -> None:
    province.rules(unusable_file="skip")
    province.put({"good.csv": csv([row(n) for n in range(100, 110)])})
    name, content, words = BAD[case]
    province.put({name: content(province.paths.raw / "households" / "tpmap")})
    table = province.take_in().table("files").set_index("file")
    assert table["rows_kept"].sum() == 10
    problem = table["problem"].dropna()
    assert len(problem) == 1
    assert all(word in problem.iloc[0] for word in words)
    assert any("left out, as the policy allows" in line for line in province.log)


@pytest.mark.parametrize("case", MAPPINGS)
def test_a_bad_mapping_is_refused_in_one_line(case: str, province: Province) -> None:
    text, words = MAPPINGS[case]
    province.put({"a.csv": csv(ROWS), "mapping.toml": f"[columns]\n{text}\n".encode()})
    with pytest.raises(InputError) as refused:
        province.take_in()
    for word in words:
        assert word in str(refused.value)
    assert "\n" not in str(refused.value)


SIDECARS = {
    "has an unknown key": (f'{SOURCE}publisher = "x"\n', ["SOURCE.toml", "the key 'publisher'"]),
    "lacks a key": (SOURCE.replace("licence", "note"), ["SOURCE.toml", "no licence"]),
    "is no TOML": ("title_th", ["SOURCE.toml", "correct the line named"]),
}


@pytest.mark.parametrize("case", SIDECARS)
def test_a_bad_sidecar_is_a_fault_of_its_folder(case: str, province: Province) -> None:
    text, words = SIDECARS[case]
    province.put({"a.csv": csv(ROWS), "SOURCE.toml": text.encode()})
    province.put({"b.csv": csv(ROWS)}, system="pppconnext")
    with pytest.raises(InputError) as refused:
        province.take_in()
    assert all(word in str(refused.value) for word in words)
    province.rules(unusable_file="skip")
    found = kept.household_tables(
        province.paths, province.districts, province.shapes, NO_RATES, province.policy, province.log.append
    )[0]
    table = found.table.set_index("system")
    assert table["rows_kept"].to_dict() == {"tpmap": 0, "pppconnext": len(ROWS)}
    assert all(word in table.at["tpmap", "problem"] for word in words)
    assert any("left out, as the policy allows" in line for line in province.log)
    assert {o.file: o.licence for o in found.origins}["households/tpmap/a.csv"].startswith("under agreement")


def test_a_mapping_translates_any_column_names(province: Province) -> None:
    theirs = {name: f"ช่อง {i}" for i, name in enumerate(BASE)}
    mapping = "\n".join(f'"{theirs[n]}" = "{n}"' for n in BASE if n != "survey_year")
    text = csv([row(1, health="จน"), row(2, health="ไม่จน")]).decode()
    for ours, name in theirs.items():
        text = text.replace(ours, name, 1)
    province.put(
        {
            "a.csv": text.encode("cp874"),
            "mapping.toml": f'[columns]\n{mapping}\n[constants]\nsurvey_year = 2564\n[values]\nyes = ["จน", "1"]\n'
            'no = ["ไม่จน", "0"]\n'.encode(),
        }
    )
    profiles = province.take_in().table("profiles")
    assert profiles[["deprived", "households", "survey_year"]].to_numpy().tolist() == [[0, 1, 2021], [1, 1, 2021]]


def test_a_folder_name_that_is_not_a_system_is_refused(province: Province) -> None:
    province.put({"a.csv": csv(ROWS)}, system="ทีพีแมป")
    with pytest.raises(InputError, match="the name of a system in small letters"):
        province.take_in()


def test_a_linked_folder_is_refused(province: Province, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (province.paths.raw / "households").mkdir()
    (province.paths.raw / "households" / "tpmap").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="found a link"):
        province.take_in()


def test_a_linked_file_is_refused(province: Province, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_bytes(csv(ROWS))
    province.put({"good.csv": csv(ROWS)})
    (province.paths.raw / "households" / "tpmap" / "a.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputError, match="a link or a folder"):
        province.take_in()


@pytest.mark.parametrize("encoding", ["utf-8", "cp874"])
def test_an_encoding_is_found_where_a_chunk_ends_within_a_letter(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "CHUNK", 7)
    path = tmp_path / "a.csv"
    path.write_bytes("ก,ข\nอำเภอเมืองน่าน,1\n".encode(encoding))
    seen = encodings.scan_text(path, "a.csv")
    assert (seen.encoding, seen.lines) == (encoding, 2)


def test_tables_are_empty_where_no_file_can_be_used(province: Province) -> None:
    province.rules(unusable_file="skip")
    province.put({"a.csv": b"", "b.sav": b"x"})
    done = province.take_in()
    assert done.table("files")["problem"].notna().tolist() == [True, True]
    assert all(done.table(name).empty for name in ("profiles", "poverty", "agreement"))
    assert done.row_lists() == {}


def test_a_file_without_read_permission_is_named(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    province.put({"a.csv": csv(ROWS)})
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    with pytest.raises(InputError, match=r"a\.csv: found permission denied; .*; to fix: grant read permission"):
        province.take_in()
