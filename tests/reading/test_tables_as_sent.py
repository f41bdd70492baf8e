"""Tables as offices send them: workbooks, titles and totals, names instead of codes, row numbers, words for nothing."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.layers.declared import establishments
from pipeline.reading.table import Received
from pipeline.sources import context, dopa, nesdc, universities
from tests.bad_files.readers import DISTRICTS, RAW, SHAPES

Rows = Sequence[Sequence[object]]


def rows_of_file(name: str) -> list[list[str]]:
    table = pd.read_csv(RAW / name, dtype=str, keep_default_na=False)
    return [list(table.columns), *table.to_numpy().tolist()]


def plain_regions() -> pd.DataFrame:
    return nesdc.regions(RAW / "nesdc", DISTRICTS).table.reset_index(drop=True)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Path]:
    """A folder of the project's inputs without its table."""

    def copied(name: str) -> Path:
        source = RAW / Path(name).parent
        shutil.copytree(source, tmp_path / source.name)
        (tmp_path / name).unlink()
        return tmp_path / source.name

    return copied


def workbook(path: Path, rows: Rows, sheet: str = "data") -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)


def states(folder: Path, text: str) -> None:
    sidecar = folder / "SOURCE.toml"
    before, mark, digests = sidecar.read_text(encoding="utf-8").partition("[sha256]")
    sidecar.write_text(f"{before}{text}\n{mark}{digests}", encoding="utf-8")


def test_a_workbook_stands_for_a_text_file(folder: Callable[[str], Path]) -> None:
    rows = rows_of_file("nesdc/regions.csv")
    place = folder("nesdc/regions.csv")
    workbook(place / "regions.xlsx", [rows[0], *([int(row[0]), *row[1:]] for row in rows[1:])])
    received = nesdc.regions(place, DISTRICTS)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain_regions())
    assert (received.origins[0].file, received.origins[0].encoding) == ("nesdc/regions.xlsx", "xlsx")


def test_title_heading_of_two_rows_second_sheet_total_and_source(folder: Callable[[str], Path]) -> None:
    rows = rows_of_file("nesdc/regions.csv")
    place = folder("nesdc/regions.csv")
    path = place / "regions.xlsx"
    above = [[cell if cell != "name_en" else "ชื่อ" for cell in rows[0][:2]] + ["ภาค"]]
    workbook(
        path,
        [
            ["ภาคของจังหวัด พ.ศ. 2565"],
            ["รหัส", "ชื่อ", None, "ภาค"],
            [None, "ไทย", "อังกฤษ", "en", "th", "sub"],
            *rows[1:],
            ["รวม", "77"],
            ["ที่มา: สศช."],
        ],
        "ตาราง",
    )
    assert above
    book = openpyxl.load_workbook(path)
    book.create_sheet("หมายเหตุ").append(["ข้อความ"])
    book.save(path)
    names = ["รหัส", "ชื่อ ไทย", "ชื่อ อังกฤษ", "ภาค en", "ภาค th", "ภาค sub"]
    columns = "\n".join(f'"{theirs}" = "{ours}"' for theirs, ours in zip(names, rows[0], strict=True))
    states(
        place,
        f'[columns]\n{columns}\n[layout]\nsheet = "ตาราง"\nheading_rows = [2, 3]\nnot_rows = ["รวม", "ที่มา"]\n',
    )
    received = nesdc.regions(place, DISTRICTS)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain_regions())
    assert [(m["line"], m["used"]) for m in received.repaired] == [(81, "no row"), (82, "no row")]


def test_a_title_row_of_a_text_file(folder: Callable[[str], Path]) -> None:
    text = (RAW / "nesdc" / "regions.csv").read_text(encoding="utf-8")
    place = folder("nesdc/regions.csv")
    (place / "regions.csv").write_text(f"ภาคของจังหวัด พ.ศ. 2565\n{text}", encoding="cp874")
    states(place, "[layout]\nheading_row = 2\n")
    pd.testing.assert_frame_equal(nesdc.regions(place, DISTRICTS).table.reset_index(drop=True), plain_regions())


def named_provinces(write: Callable[[str], str], place: Path) -> Received:
    rows = rows_of_file("nesdc/regions.csv")
    names = dict(zip(DISTRICTS["province_code"], DISTRICTS["province_name_th"], strict=True))
    table = pd.DataFrame([[write(names[row[0]]), *row[1:]] for row in rows[1:]], columns=["จังหวัด", *rows[0][1:]])
    table.to_csv(place / "regions.csv", index=False)
    states(place, '[columns]\n"จังหวัด" = "province_name"\n')
    return nesdc.regions(place, DISTRICTS)


@pytest.mark.parametrize("write", [str, "จ.{}".format, "จังหวัด {}".format])
def test_names_of_provinces_instead_of_codes(write: Callable[[str], str], folder: Callable[[str], Path]) -> None:
    received = named_provinces(write, folder("nesdc/regions.csv"))
    expected = plain_regions()
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True)[expected.columns], expected)
    assert len(received.repaired) == 77
    assert received.repaired[0]["column"] == "จังหวัด"


def test_a_name_of_no_province_is_refused_with_its_line(folder: Callable[[str], Path]) -> None:
    with pytest.raises(InputError, match=r"line 2, column จังหวัด \(province_name\): found 'กรุงเทพมหานครx': no such"):
        named_provinces(lambda name: name.replace("กรุงเทพมหานคร", "กรุงเทพมหานครx"), folder("nesdc/regions.csv"))


def test_names_of_districts_instead_of_codes(folder: Callable[[str], Path]) -> None:
    table = pd.read_csv(RAW / "universities" / "universities.csv", dtype=str, keep_default_na=False)
    names = DISTRICTS.set_index("district_code")
    table["province_name"] = table["district_code"].map(names["province_name_th"])
    table["district_name"] = "อ." + table["district_code"].map(names["name_th"]).str.removeprefix("เขต")
    place = folder("universities/universities.csv")
    table.drop(columns=["district_code", "province_code"]).to_csv(place / "universities.csv", index=False)
    received = universities.campuses(place, DISTRICTS, SHAPES)
    plain = universities.campuses(RAW / "universities", DISTRICTS, SHAPES).table
    pd.testing.assert_frame_equal(received.table[plain.columns], plain)


def test_a_code_and_a_name_that_contradict_each_other_are_refused(folder: Callable[[str], Path]) -> None:
    table = pd.read_csv(RAW / "universities" / "universities.csv", dtype=str, keep_default_na=False)
    names = DISTRICTS.set_index("district_code")
    table["district_name"] = table["district_code"].map(names["name_th"])
    at = table.index[table["campus_code"] == "CMRU"][0]
    table.loc[at, "district_name"] = "ฝาง"
    place = folder("universities/universities.csv")
    table.to_csv(place / "universities.csv", index=False)
    with pytest.raises(InputError, match="the name of another district than the code") as refused:
        universities.campuses(place, DISTRICTS, SHAPES)
    assert [problem.line for problem in refused.value.problems] == [at + 2]


def test_row_numbers_without_a_name_are_no_column(folder: Callable[[str], Path]) -> None:
    rows = rows_of_file("nesdc/regions.csv")
    place = folder("nesdc/regions.csv")
    table = pd.DataFrame(rows[1:], columns=rows[0])
    table.to_excel(place / "regions.xlsx")
    received = nesdc.regions(place, DISTRICTS)
    assert len(received.table) == 77
    (place / "regions.xlsx").unlink()
    table.to_csv(place / "regions.csv")
    assert nesdc.regions(place, DISTRICTS).origins[0].ignored_columns == ()


def test_a_table_twice_with_other_endings_is_refused(folder: Callable[[str], Path]) -> None:
    place = folder("nesdc/regions.csv")
    shutil.copy(RAW / "nesdc" / "regions.csv", place / "regions.csv")
    workbook(place / "regions.xlsx", [["province_code"]])
    with pytest.raises(InputError, match=r"found regions.csv and regions.xlsx; expected one of them"):
        nesdc.regions(place, DISTRICTS)


def test_words_for_not_known_where_a_cell_may_be_empty(folder: Callable[[str], Path]) -> None:
    text = (RAW / "dbd" / "new_firms_by_district.csv").read_text(encoding="utf-8").splitlines()
    place = folder("dbd/new_firms_by_district.csv")
    cells = text[1].split(",")
    lines = [text[0], ",".join([*cells[:-1], "-"]), *text[2:]]
    (place / "new_firms_by_district.csv").write_text("\n".join(lines), encoding="utf-8")
    from pipeline.layers.declared import new_firms

    received = context.layer_table(place.parent, new_firms, DISTRICTS)
    assert pd.isna(received.table["new_firms_per_10000"].iloc[0])
    assert [(m["line"], m["found"], m["used"]) for m in received.repaired] == [(2, "-", "")]


def test_a_word_for_not_known_is_no_count(folder: Callable[[str], Path]) -> None:
    text = (RAW / "labour" / establishments.file).read_text(encoding="utf-8")
    place = folder(f"labour/{establishments.file}")
    (place / establishments.file).write_text(text.replace("18,2664", "18,-"), encoding="utf-8")
    with pytest.raises(InputError, match=r"line 3, column establishments_small: found '-'; expected a whole number"):
        context.layer_table(place.parent, establishments, DISTRICTS)


def test_thousands_in_a_workbook_and_a_buddhist_year(folder: Callable[[str], Path]) -> None:
    rows = rows_of_file("dopa/population_by_district.csv")
    place = folder("dopa/population_by_district.csv")
    changed = [[row[0], str(int(row[1]) + 543), *(f"{int(cell):,}" for cell in row[2:])] for row in rows[1:]]
    workbook(place / "population_by_district.xlsx", [rows[0], *changed])
    received = dopa.population(place, DISTRICTS, 2021)
    plain = dopa.population(RAW / "dopa", DISTRICTS, 2021).table
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain.reset_index(drop=True))
