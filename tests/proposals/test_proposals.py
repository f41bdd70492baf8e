"""Proposals for strange files: saved as they are, they work; and they show no cell of a household."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline import cli, proposals
from pipeline.errors import InputError
from pipeline.sources import nesdc, tpmap_counts
from tests.bad_files.readers import DISTRICTS, RAW, READERS, plain_of
from tests.households.conftest import Province, citizen_id
from tests.households.conftest import province as of_households

DIMENSIONS = ["สุขภาพ", "ความเป็นอยู่", "การศึกษา", "รายได้", "เข้าถึงบริการรัฐ"]
ROWS = [[f"950000000{n:02d}", "500107", 3, n % 2, "-" if n < 8 else 0, 0, 0, 0] for n in range(30)]
HEADING = ["รหัสบ้าน", "รหัสตำบล", "สมาชิก", *DIMENSIONS]
province = of_households


def proposal(path: Path) -> str:
    return proposals.proposal(path).text


def csv_of(path: Path, lines: list[list[object]], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    path.write_text("\n".join(delimiter.join(map(str, line)) for line in lines) + "\n", encoding=encoding)
    return path


def as_sent(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "ข้อมูล"
    above = [["ครัวเรือนตัวอย่าง ประจำปี 2565"], [], ["รหัสบ้าน", "รหัสตำบล", "สมาชิก", "มิติ"], [None] * 3 + DIMENSIONS]
    for line in [*above, *ROWS, ["รวม", None, 90], [], ["ที่มา: แต่งขึ้น"]]:
        sheet.append(line)
    book.create_sheet("คำอธิบาย").append(["คอลัมน์", "ความหมาย"])
    book.save(path)
    return path


def with_years(path: Path) -> Path:
    return csv_of(path, [[*HEADING, "ปีที่สำรวจ"], *([*row, 2565] for row in ROWS)])


HOUSEHOLDS: dict[str, Callable[[Path], Path]] = {
    "a_sent.xlsx": as_sent,
    "b_title.csv": lambda p: csv_of(p, [["ครัวเรือนตัวอย่าง ปี 2565"], HEADING, *ROWS]),
    "c_with_year.csv": with_years,
    "d_2565.txt": lambda p: csv_of(p, [HEADING, *ROWS], "cp874", "|"),
    "e_2565.csv": lambda p: csv_of(p, [HEADING, *ROWS, ["รวม", "", 90, "", "", "", "", ""]], delimiter=";"),
    "f_2565.csv": lambda p: csv_of(p, [["HC_ID", "tambon_id", "จำนวนสมาชิก", *(f"มิติ{d}" for d in DIMENSIONS)], *ROWS]),
    "g_2565.csv": lambda p: csv_of(
        p, [["HHID", "จังหวัด", "อำเภอ", *HEADING[2:]], *([r[0], "เชียงใหม่", "อ.เมือง", *r[2:]] for r in ROWS)]
    ),
}


@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_a_proposal_for_household_rows_can_be_used_as_it_is(name: str, province: Province, tmp_path: Path) -> None:
    file = HOUSEHOLDS[name](tmp_path / name)
    text = proposal(file)
    province.put({name: file.read_bytes(), "mapping.toml": text.encode()})
    files = province.take_in().table("files")
    assert files["rows_kept"].tolist() == [30]
    assert files["rows_refused"].tolist() == [0]
    assert province.households() == {"5001": 30}
    assert not re.search("9500000", text)  # no id


def test_a_parquet_file(province: Province, tmp_path: Path) -> None:
    file = tmp_path / "rows_2565.parquet"
    pd.DataFrame([[str(cell) for cell in row] for row in ROWS], columns=HEADING).to_parquet(file)
    province.put({file.name: file.read_bytes(), "mapping.toml": proposal(file).encode()})
    assert province.households() == {"5001": 30}


def test_rows_of_persons_and_their_names_and_ids(tmp_path: Path) -> None:
    heading = ["เลขบัตรประชาชน", "ชื่อ-นามสกุล", *HEADING[1:]]
    rows = [[citizen_id(n), f"บุคคลสมมุติ{n}", *row[1:]] for n, row in enumerate(ROWS)]
    text = proposal(csv_of(tmp_path / "persons_2565.csv", [heading, *rows]))
    assert "# Look whether rows are persons (ชื่อ-นามสกุล)" in text
    assert '"เลขบัตรประชาชน" = "citizen_id"' in text
    assert not re.search(r"[0-9]{13}|บุคคลสมมุติ", text)


def test_words_that_need_a_meaning_are_counted(tmp_path: Path) -> None:
    rows = [[*row[:3], "มีปัญหา" if row[3] else "ไม่มี", *row[4:]] for row in ROWS]
    text = proposal(csv_of(tmp_path / "words_2565.csv", [HEADING, *rows]))
    assert "# words found in สุขภาพ: ไม่มี (15), มีปัญหา (15)" in text
    assert '# state what these mean: ["ไม่มี", "มีปัญหา"]\n# [values.health]' in text


def test_a_file_without_a_heading_is_refused_without_its_cells(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no heading") as refused:
        proposal(csv_of(tmp_path / "rows.csv", list(ROWS)))
    assert "9500000" not in str(refused.value)


def test_a_release_as_tpmap_publishes_it(tmp_path: Path) -> None:
    folder = tmp_path / "tpmap_aggregates"
    folder.mkdir()
    shutil.copy(RAW / "tpmap_aggregates" / "66_province.csv", folder)
    (folder / "SOURCE.toml").write_text(proposal(folder / "66_province.csv"), encoding="utf-8")
    received = tpmap_counts.release_counts(folder, DISTRICTS)
    assert len(received.table) == 75
    assert received.origins[0].as_recorded


def test_a_table_with_a_title_and_other_names(tmp_path: Path) -> None:
    regions = pd.read_csv(RAW / "nesdc" / "regions.csv", dtype=str)
    lines = [["ภาคของจังหวัด"], ["รหัสจังหวัด", "ชื่อ", *regions.columns[2:]], *regions.to_numpy().tolist()]
    text = proposal(csv_of(tmp_path / "ภาค.csv", lines))
    folder = tmp_path / "nesdc"
    folder.mkdir()
    assert "# Save as SOURCE.toml in data/raw/nesdc/, and the file as regions.csv beside it." in text
    shutil.copy(tmp_path / "ภาค.csv", folder / "regions.csv")
    (folder / "SOURCE.toml").write_text(text, encoding="utf-8")
    plain = nesdc.regions(RAW / "nesdc", DISTRICTS).table.reset_index(drop=True)
    pd.testing.assert_frame_equal(nesdc.regions(folder, DISTRICTS).table.reset_index(drop=True), plain)


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", b"PK\x03\x04"), ("a.parquet", b"PAR1PAR1"), ("a.csv", b"\0")])
def test_a_broken_file_is_one_line(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        proposal(tmp_path / name)


def test_columns_like_none_of_ours_are_refused_without_their_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 columns, of which none has a name that is known") as refused:
        proposal(csv_of(tmp_path / "x.csv", [["สมมุติ", "ตัวอย่าง"], ["a", "b"]]))
    assert "สมมุติ" not in str(refused.value)


@pytest.mark.parametrize("id_column", ["เลขบัตรประชาชน", "หมายเลข"])
def test_rows_of_persons_are_proposed_as_such(id_column: str, province: Province, tmp_path: Path) -> None:
    heading = ["รหัสบ้าน", id_column, "รหัสตำบล", *DIMENSIONS]
    rows = [[f"950000000{n // 3:02d}", citizen_id(n), "500107", n % 2, 0, 0, 0, 0] for n in range(30)]
    file = csv_of(tmp_path / "p_2565.csv", [heading, *rows])
    text = proposal(file)
    assert '\nrows = "persons"  # 10 of 10 households have several ' in text
    assert not re.search(r"[0-9]{11}", text)
    province.put({file.name: file.read_bytes(), "mapping.toml": text.encode()})
    files = province.take_in().table("files")
    assert files[["rows_in", "rows_refused"]].values.tolist() == [[30, 0]]
    assert province.households() == {"5001": 10}


def test_households_of_two_years_are_no_persons(tmp_path: Path) -> None:
    lines = [[*HEADING, "ปีที่สำรวจ"], *([*row, year] for row in ROWS for year in (2565, 2566))]
    assert "persons" not in proposal(csv_of(tmp_path / "a.csv", lines))


def test_only_frequent_words_of_answers_are_shown(tmp_path: Path) -> None:
    income = [5000, 5000, 5000, 5000, 5000, 5000, *range(9000, 9024)]
    health = ["สมชาย"] * 10 + ["เบาหวาน"] * 10 + ["ไม่ผ่าน"] * 4 + ["ผ่าน"] * 6
    rows = [[*row[:3], health[n], 0, "1", income[n], 0] for n, row in enumerate(ROWS)]
    text = proposal(csv_of(tmp_path / "a_2565.csv", [HEADING, *rows]))
    assert "# words found in สุขภาพ: ผ่าน (6), 3 other words, not shown" in text
    assert "# words found in รายได้: 25 other words, not shown" in text
    assert not re.search("สมชาย|เบาหวาน|5000|90[0-9]{2}", text)


WITHOUT_HEADING = {
    "ids and words": [[f"HH{n:03d}", "เชียงใหม่", "ฝาง", "จน", "ไม่จน", "มี"] for n in range(12)],
    "names of places": [["จ.เชียงใหม่", "อ.ฝาง", f"คน{n}", "ผ่าน"] for n in range(12)],
    "codes with letters": [[f"TH{50 + n}", f"A{n}", "ชาย"] for n in range(9)],
}


@pytest.mark.parametrize("kind", WITHOUT_HEADING)
def test_a_file_without_a_heading_is_told_by_its_first_row(kind: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no heading") as refused:
        proposal(csv_of(tmp_path / "rows.csv", WITHOUT_HEADING[kind]))
    assert not any(str(cell) in str(refused.value) for cell in WITHOUT_HEADING[kind][0])


def workbook_with_password(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


LONG = "x" * 200_000 + ",1\n"
NO_TABLES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a cell longer than any": (
        "a.csv",
        lambda p: p.write_text("จังหวัด,อำเภอ\n" + "x" * 200_000 + ",1\n"),
        "a cell of more",
    ),
    "a title longer than any": ("a.csv", lambda p: p.write_text("x" * 200_000 + "\na,b\n"), "a cell of more"),
    "a quotation mark": ("a.csv", lambda p: p.write_text('จังหวัด,อำเภอ\n"ก,1\nข,2\n'), "not closed"),
    "an empty file": ("a.csv", lambda p: p.write_text(""), "an empty file"),
    "spaces": ("a.csv", lambda p: p.write_text(" \n\n"), "an empty file"),
    "binary": ("a.csv", lambda p: p.write_bytes(bytes(range(256)) * 9), "NUL byte"),
    "UTF-16": ("a.csv", lambda p: p.write_text("จังหวัด,อำเภอ\n", encoding="utf-16"), "UTF-16"),
    "a folder": ("a.csv", lambda p: p.mkdir(), "a folder"),
    "no file": ("a.csv", lambda _: None, "no such file"),
    "a password": ("a.xlsx", workbook_with_password, "a workbook with a password"),
    "an old workbook": ("a.xls", workbook_with_password, "of the old kind"),
    "no workbook": ("a.xlsx", lambda p: p.write_bytes(b"PK\x03\x04 cut off"), "a broken archive"),
    "a page": ("a.csv", lambda p: p.write_text("<!DOCTYPE html><html></html>"), "a page of HTML"),
    "JSON": ("a.json", lambda p: p.write_text('[{"a": 1}]'), "JSON"),
    "a PDF": ("a.pdf", lambda p: p.write_bytes(b"%PDF-1.7 x"), "a PDF"),
    "attributes of outlines": ("a.dbf", lambda p: p.write_bytes(b"\x03abc"), "a file of outlines"),
    "an id in its name": (f"{citizen_id(1)}.csv", lambda p: p.write_text("a,b\n"), "contains a citizen id"),
    "a heading alone": ("a.csv", lambda p: p.write_text("a,b\n"), "none has a name that is known"),
}


@pytest.mark.parametrize("kind", NO_TABLES)
def test_what_is_no_table_is_one_line(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, make, found = NO_TABLES[kind]
    make(tmp_path / name)
    assert cli.main(["mapping", "propose", str(tmp_path / name)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert found in printed.err
    assert printed.err.count("\n") == 1


def test_a_list_of_universities_names_what_it_lacks(tmp_path: Path) -> None:
    heading = ["รหัสสถาบัน", "ชื่อสถาบัน", "ประเภทสถาบัน", "จังหวัด", "อำเภอ", "ละติจูด", "ลองจิจูด", "จำนวนประชากร"]
    rows = [[f"U{n}", f"มหาวิทยาลัยสมมุติ {n}", "public", "เชียงใหม่", "ฝาง", 19.9, 99.2, 1000 + n] for n in range(9)]
    with pytest.raises(InputError, match="columns of universities") as refused:
        proposal(csv_of(tmp_path / "mhesi.csv", [heading, *rows]))
    assert "รหัสสถาบัน = campus_code" in str(refused.value)
    assert "without name_en, campus_name" in str(refused.value)
    assert "dopa" not in str(refused.value)


def whole_table(source: str, to: Path, rename: Callable[[str], str], encoding: str, delimiter: str) -> Path:
    table = pd.read_csv(RAW / source, dtype=str, keep_default_na=False)
    lines = [["ตารางแต่งขึ้น"], [rename(name) for name in table.columns], *table.to_numpy().tolist()]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    to.write_text(text + "\n", encoding=encoding)
    return to


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [("population", "cp874", ";"), ("universities", "utf-8", "\t"), ("regions", "utf-8", "|")],
)
def test_a_table_as_proposed_gives_the_same_rows(name: str, encoding: str, delimiter: str, tmp_path: Path) -> None:
    reader = READERS[name]
    reader.copied(tmp_path)
    folder = tmp_path / reader.folder
    thai = {"district_code": "รหัสอำเภอ", "province_code": "รหัสจังหวัด", "year": "ปี พ.ศ.", "lat": "ละติจูด", "lon": "ลองจิจูด"}
    source = f"{reader.folder}/{reader.file}"
    file = whole_table(source, tmp_path / "x.csv", lambda column: thai.get(column, column), encoding, delimiter)
    text = proposal(file)
    assert f"# Save as SOURCE.toml in data/raw/{reader.folder}/, and the file as {reader.file}" in text
    (folder / reader.file).write_bytes(file.read_bytes())
    (folder / "SOURCE.toml").write_text(text, encoding="utf-8")
    received = reader.read(folder)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain_of(name))
    assert received.origins[0].as_recorded


def test_the_command_writes_to_a_new_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = with_years(tmp_path / "a.csv"), tmp_path / "mapping.toml"
    assert cli.main(["mapping", "propose", str(file)]) == 0
    assert capsys.readouterr().out == proposal(file)
    assert cli.main(["mapping", "propose", str(file), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == proposal(file)
    assert cli.main(["mapping", "propose", str(file), "--out", str(out)]) == 2
    assert cli.main(["mapping", "propose", str(tmp_path / "none.csv")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_what_is_still_to_be_stated_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[*row[:3], "กขค" if row[3] else "ไม่มี", *row[4:]] for row in ROWS]
    file, out = csv_of(tmp_path / "a.csv", [HEADING, *rows]), tmp_path / "mapping.toml"
    assert cli.main(["mapping", "propose", str(file), "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert "found nothing on survey_year (a column, or [constants] survey_year = 2565); the words of สุขภาพ" in error
    assert error.count("\n") == 1
    assert "กขค" not in error + out.read_text(encoding="utf-8")
