"""Proposals for strange files: saved as they are, they work; and they show no cell of a household."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline import cli
from pipeline.errors import InputError
from pipeline.proposals import proposal
from pipeline.sources import nesdc, tpmap_counts
from tests.bad_files.readers import DISTRICTS, RAW
from tests.households.conftest import Province, citizen_id
from tests.households.conftest import province as of_households

DIMENSIONS = ["สุขภาพ", "ความเป็นอยู่", "การศึกษา", "รายได้", "เข้าถึงบริการรัฐ"]
ROWS = [[f"950000000{n:02d}", "500107", 3, n % 2, "-" if n < 8 else 0, 0, 0, 0] for n in range(30)]
HEADING = ["รหัสบ้าน", "รหัสตำบล", "สมาชิก", *DIMENSIONS]
province = of_households


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
    assert "# Rows may be persons, not households: the columns ชื่อ-นามสกุล." in text
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


def test_columns_like_none_of_ours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found columns ก, ข"):
        proposal(csv_of(tmp_path / "x.csv", [["ก", "ข"], ["a", "b"]]))


def test_the_command_writes_to_a_new_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = with_years(tmp_path / "a.csv"), tmp_path / "mapping.toml"
    assert cli.main(["mapping", "propose", str(file)]) == 0
    assert capsys.readouterr().out == proposal(file)
    assert cli.main(["mapping", "propose", str(file), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == proposal(file)
    assert cli.main(["mapping", "propose", str(file), "--out", str(out)]) == 2
    assert cli.main(["mapping", "propose", str(tmp_path / "none.csv")]) == 2
    assert "no such file" in capsys.readouterr().err
