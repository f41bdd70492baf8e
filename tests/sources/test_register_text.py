"""DOPA's population text: places of municipal register offices, sums, months, and what is refused."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.sources import dopa, register_text
from tests.conftest import ROOT

# Two districts of one province; the municipality's office counts people of one subdistrict of each.
TEXT = """\
﻿5712|0|ทั่วประเทศ|0| |0| |0| |1,030|1,070|2,100|810|
5712|11|สมุทรปราการ|0| |0| |0| |1,030|1,070|2,100|810|
5712|11|สมุทรปราการ|1101|อำเภอเมืองสมุทรปราการ|0| |0| |500|520|1,020|400|
5712|11|สมุทรปราการ|1101|อำเภอเมืองสมุทรปราการ|110102|สำโรงเหนือ|0| |500|520|1,020|400|
5712|11|สมุทรปราการ|1102|อำเภอบางบ่อ|0| |0| |400|410|810|300|
5712|11|สมุทรปราการ|1102|อำเภอบางบ่อ|110201|บางบ่อ|0| |400|410|810|300|
5712|11|สมุทรปราการ|1199|ท้องถิ่นเทศบาลนครสมุทรปราการ|0| |0| |130|140|270|110|
5712|11|สมุทรปราการ|1199|ท้องถิ่นเทศบาลนครสมุทรปราการ|110101|ปากน้ำ|0| |100|105|205|90|
5712|11|สมุทรปราการ|1199|ท้องถิ่นเทศบาลนครสมุทรปราการ|110102|สำโรงเหนือ|0| |20|22|42|15|
5712|11|สมุทรปราการ|1199|ท้องถิ่นเทศบาลนครสมุทรปราการ|110201|บางบ่อ|0| |10|13|23|5|
"""
DISTRICTS = {("1101", 2014): (620, 647, 1267, 505), ("1102", 2014): (410, 423, 833, 305)}
SUBDISTRICTS = {
    ("110101", 2014): (100, 105, 205, 90),
    ("110102", 2014): (520, 542, 1062, 415),
    ("110201", 2014): (410, 423, 833, 305),
}
Put = Callable[[str], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    folder = tmp_path / "dopa"
    shutil.copytree(ROOT / "data" / "raw" / "dopa", folder)

    def text(content: str, name: str = "stat_t57.txt", encoding: str = "utf-8") -> Path:
        (folder / name).write_bytes(content.encode(encoding))
        return folder

    return text


def figures(table: pd.DataFrame, key: str) -> dict[tuple[str, int], tuple[int, ...]]:
    return {(row[key], row["year"]): tuple(row[list(register_text.COUNTS)]) for _, row in table.iterrows()}


def test_people_of_a_municipality_are_counted_in_their_districts(put: Put) -> None:
    (read,) = register_text.register_texts(put(TEXT))
    assert figures(read.districts, "district_code") == DISTRICTS
    assert figures(read.subdistricts, "subdistrict_code") == SUBDISTRICTS
    assert [(m["line"], m["found"], m["used"]) for m in read.repaired] == [
        (1, "5712", "2014"),
        (8, "1199 ท้องถิ่นเทศบาลนครสมุทรปราการ", "1101, 1102"),
    ]


def test_cp874_is_read_too(put: Put) -> None:
    (read,) = register_text.register_texts(put(TEXT.lstrip("\ufeff"), encoding="cp874"))  # type: ignore[call-arg]
    assert figures(read.districts, "district_code") == DISTRICTS


def test_years_of_texts_stand_beside_those_of_tables(put: Put, districts: pd.DataFrame) -> None:
    folder = put(TEXT)
    received = dopa.population(folder, districts, 2021)
    by_year = received.table.groupby("year").size()
    assert dict(by_year) == {2014: 2, 2017: 928, 2018: 928, 2019: 928, 2020: 928, 2021: 928}
    assert [Path(origin.file).name for origin in received.origins] == ["population_by_district.csv", "stat_t57.txt"]
    subdistricts = dopa.subdistrict_population(folder, 2021).table
    assert figures(subdistricts[subdistricts["year"] == 2014], "subdistrict_code") == SUBDISTRICTS


def test_a_text_is_enough_without_the_tables(put: Put, districts: pd.DataFrame) -> None:
    folder = put(TEXT)
    (folder / "population_by_district.csv").unlink()
    with pytest.raises(InputError, match=r"found 2 of 928 districts in 2014; without 1001, 1002"):
        dopa.population(folder, districts, 2014)
    with pytest.raises(InputError, match="the years 2014"):
        dopa.population(folder, districts, 2021)


def test_the_same_figures_twice_are_fine_and_others_are_one_line(put: Put, districts: pd.DataFrame) -> None:
    folder = put(TEXT)
    shutil.copy(folder / "stat_t57.txt", folder / "again.txt")
    assert len(dopa.population(folder, districts, 2021).table) == 5 * 928 + 2
    put(TEXT.replace("5712|", "6412|"))
    with pytest.raises(InputError, match=r"stat_t57.txt: found 620 male_persons of 1101 in 2021") as refused:
        dopa.population(folder, districts, 2021)
    assert len(refused.value.problems) == len(register_text.COUNTS)


@pytest.mark.parametrize(
    ("changed", "old", "new", "line", "part"),
    [
        (1, "5712|", "5706|", 1, "the month 06"),
        (1, "5712|", "2014|", 1, "'2014'"),
        (8, "|110101|", "|110199|", 8, "'110199'"),
        (8, "|205|90|", "|205", 8, "12 fields"),
        (8, "|205|90|", "|205|9x|", 8, "'9x'"),
        (8, "|1199|", "|0|", 8, "a code without that of the area around it"),
        (10, "|110201|", "|110101|", 10, "an area a second time"),
    ],
)
def test_what_is_refused(changed: int, old: str, new: str, line: int, part: str, put: Put) -> None:
    lines = TEXT.splitlines(keepends=True)
    assert old in lines[changed - 1]
    lines[changed - 1] = lines[changed - 1].replace(old, new, 1)
    with pytest.raises(InputError) as refused:
        register_text.register_texts(put("".join(lines)))
    assert refused.value.problems[0].line == line
    assert re.search(part, str(refused.value))


@pytest.mark.parametrize(
    ("changed", "old", "new", "line", "found", "used"),
    [
        (3, "|500|520|1,020|", "|500|521|1,021|", 2, "1,070 female persons of สมุทรปราการ", "1,071, the sum of its"),
        (8, "|100|105|205|", "|100|106|206|", 7, "140 female persons of ท้องถิ่นเทศบาลนครสมุทรปราการ", "141, the sum"),
        (2, "|810|", "|811|", 1, "810 houses of ทั่วประเทศ", "811, the sum of its provinces"),
        (8, "|100|105|205|", "|100|105|206|", 8, "206 persons of ปากน้ำ", "205, its 100 men and 105 women"),
    ],
)
def test_parts_are_used_and_each_difference_is_recorded(
    changed: int, old: str, new: str, line: int, found: str, used: str, put: Put
) -> None:
    lines = TEXT.splitlines(keepends=True)
    assert old in lines[changed - 1]
    lines[changed - 1] = lines[changed - 1].replace(old, new, 1)
    (read,) = register_text.register_texts(put("".join(lines)))
    records = [(r["line"], r["found"]) for r in read.repaired if r["used"].startswith(used)]
    assert (line, found) in records
    women = figures(read.districts, "district_code")["1101", 2014][1]
    assert women == DISTRICTS["1101", 2014][1] + ("|106|" in new)


def test_a_large_difference_stops_a_run_of_its_year_only(put: Put, districts: pd.DataFrame) -> None:
    folder = put(TEXT.replace("|810|", "|910|", 1))
    assert 2014 in set(dopa.population(folder, districts, 2021).table["year"])
    with pytest.raises(InputError, match=r"910 houses of ทั่วประเทศ; 810, .*; expected a difference of at most 1 %"):
        dopa.population(folder, districts, 2014)


def text_of(*rows: str) -> str:
    return "".join(f"6412|{row}|10|11|21|5|\n" for row in rows)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("10|กรุงเทพมหานคร|1001|ท้องถิ่นเขตเขตพระนคร|0| |0| ", "1001"),
        ("10|กรุงเทพมหานคร|1001|ท้องถิ่นเขตพระนคร|0| |0| ", "1001"),
        ("11|สมุทรปราการ|1102|อำเภอบางบ่อ|0| |0| ", "1102"),
        ("11|สมุทรปราการ|1198|ท้องถิ่นเทศบาลตำบลบางบ่อ|0| |0| ", "1102"),
        ("11|สมุทรปราการ|1199|ท้องถิ่นเทศบาลนครสมุทรปราการ|0| |0| ", "1101"),
        ("50|เชียงใหม่|5099|ท้องถิ่นเทศบาลนครเชียงใหม่|0| |0| ", "5001"),
        ("50|เชียงใหม่|500904|ท้องถิ่นเทศบาลเมืองสมมุติ|0| |0| ", "5009"),
        ("50|เชียงใหม่|5098|ท้องถิ่นเทศบาลเมืองสมมุติ|0| |0| ", None),
        ("50|เชียงใหม่|5001|อำเภอฝาง|0| |0| ", None),
    ],
)
def test_an_office_without_subdistricts_is_placed_by_its_code_or_name(row: str, code: str | None, put: Put) -> None:
    (read,) = register_text.register_texts(put(text_of(row)))
    office, name = row.split("|")[2:4]
    if code is None:
        assert read.districts.empty
        assert f"21 persons of {name} ({office})" in [record["found"] for record in read.repaired]
        assert [year for year, _ in read.doubts] == [2021]
        return
    assert figures(read.districts, "district_code") == {(code, 2021): (10, 11, 21, 5)}
    records = [(record["found"], record["used"]) for record in read.repaired if record["column"] == "office"]
    assert records == ([] if office == code else [(f"{office} {name}", code)])


AS_PUBLISHED = """\
\ufeff6412|0|ทั่วประเทศ|0| |0| |0| |32,000,001|33,000,002|65,000,003|27,000,004|
6412|11|สมุทรปราการ|0| |0| |0| |500,001|510,002|1,010,003|400,004|
6412|11|สมุทรปราการ|1101|อำเภอเมืองสมุทรปราการ|0| |0| |24,001|25,002|49,003|19,004|
6412|11|สมุทรปราการ|1102|อำเภอบางบ่อ|0| |0| |24,001|25,002|49,003|19,004|
6412|11|สมุทรปราการ|1199|ท้องถิ่นเทศบาลนครสมมุติ|0| |0| |40,001|41,002|81,003|39,004|
"""


def test_a_part_of_the_country_is_read_and_its_doubts_are_said(put: Put, districts: pd.DataFrame) -> None:
    """An excerpt: its sums are those of the whole, and nothing says where the municipality is."""
    folder = put(AS_PUBLISHED)
    (read,) = register_text.register_texts(folder)
    published = (24_001, 25_002, 49_003, 19_004)
    assert figures(read.districts, "district_code") == {("1101", 2021): published, ("1102", 2021): published}
    said = [f"{record['found']}; {record['used']}" for record in read.repaired]
    assert "81,003 persons of ท้องถิ่นเทศบาลนครสมมุติ (1199); in no district" in said
    assert len(read.doubts) == 3
    with pytest.raises(InputError) as refused:
        dopa.population(folder, districts, 2021)
    assert len(refused.value.problems) == 3
    assert "81,003 persons" in str(refused.value.problems[2])
    assert "expected at most 1 % of a province in no district" in str(refused.value.problems[2])
    assert set(dopa.subdistrict_population(folder, 2021).table["year"]) >= {2021}  # the text has no subdistricts
