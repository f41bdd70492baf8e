"""Figures of TPMAP that cannot be: codes of no subdistrict, rows of people, shares for per cent, too many surveyed."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.reading.table import Received
from pipeline.sources import dopa, registered, tpmap, tpmap_counts
from tests.conftest import ROOT

RAW = ROOT / "data" / "raw"
# Three districts of Phuket, with 100,000 persons each.
POPULATION = pd.DataFrame(
    {"district_code": ["8301", "8302", "8303"], "year": [2021] * 3, "population_persons": [100_000] * 3}
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tpmap_aggregates"
    place.mkdir()
    shutil.copy(RAW / "tpmap_aggregates" / "SOURCE.toml", place)
    return place


def received(folder: Path, districts: pd.DataFrame, **files: str) -> Received:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return tpmap_counts.release_counts(folder, districts)


def test_a_unit_that_is_no_subdistrict_counts_in_its_district_with_a_record(
    folder: Path, districts: pd.DataFrame
) -> None:
    text = "tumbol_ID,poor.JPT.CNT\n830201,10\n830202,20\n830203,30\n830299,4\n"
    result = received(folder, districts, y61=text)
    assert result.table.set_index("area_code").loc["8302", "poor_persons"] == 64
    record = {"line": 5, "column": "tumbol_ID", "found": "830299", "used": "8302"}
    assert {**record, "file": "tpmap_aggregates/y61.csv"} in result.repaired
    assert result.origins[0].read_as == "parts of their districts: 1 unit that is no subdistrict (830299)"


@pytest.mark.parametrize(
    ("column", "code", "words"),
    [
        ("tumbol_ID", "500141", "line 3, column tumbol_ID (subdistrict_code): found '500141'"),
        ("tumbol_ID", "509951", "'509951'"),
        ("village_ID", "50014101", "'50014101', in no subdistrict; expected a subdistrict of the DOPA list"),
        ("village_ID", "50990101", "in no district"),
    ],
)
def test_codes_of_no_subdistrict_are_refused(
    column: str, code: str, words: str, folder: Path, districts: pd.DataFrame
) -> None:
    good = "500101" if column == "tumbol_ID" else "50010101"
    with pytest.raises(InputError) as refused:
        received(folder, districts, y61=f"{column},poor.JPT.CNT\n{good},1\n{code},2\n")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("column", "code", "used"),
    [
        ("tumbol_ID", "500199", "5001"),
        ("village_ID", "50019901", "5001"),
        ("tumbol_ID", "530306", "530407"),  # abolished in 2015
    ],
)
def test_codes_of_other_places_are_recorded(
    column: str, code: str, used: str, folder: Path, districts: pd.DataFrame
) -> None:
    repaired = received(folder, districts, y61=f"{column},poor.JPT.CNT\n{code},2\n").repaired
    assert (code, used) in [(record["found"], record["used"]) for record in repaired]


PEOPLE = {
    "an id of persons": "PID,amphur_ID,poor.JPT.CNT\n{id},5001,1\n{other},5001,0\n",
    "ids without a telling name": "x,amphur_ID,poor.JPT.CNT\n{id},5001,1\n{other},5001,0\n",
    "ids with separators": "x,amphur_ID,poor.JPT.CNT\n1-1017-00203-45-0,5001,1\n,5002,0\n",
    "an id of households": "รหัสบ้าน,amphur_ID,poor.JPT.CNT\n50010012345,5001,1\n50010012346,5001,0\n",
    "surnames": "ชื่อ-สกุล,amphur_ID,poor.JPT.CNT\nก ข,5001,1\n",
    "our names": "household_id,district_code,poor_persons\n1,5001,1\n2,5001,0\n",
    "a row per household": "amphur_ID,poor.JPT.CNT\n" + "5001,1\n5002,0\n" * 5,
}


@pytest.mark.parametrize("name", PEOPLE)
def test_rows_of_people_are_one_line_that_says_where_they_belong(
    name: str, folder: Path, districts: pd.DataFrame
) -> None:
    text = PEOPLE[name].format(id="1101700203450", other="3101700203451")
    with pytest.raises(InputError) as refused:
        received(folder, districts, y61=text)
    assert len(refused.value.problems) == 1
    assert "data/raw/households/" in str(refused.value)
    assert "110170020345" not in str(refused.value)


def test_rows_of_people_in_other_tables(tmp_path: Path, districts: pd.DataFrame) -> None:
    shutil.copytree(RAW / "tpmap", tmp_path / "tpmap")
    (tmp_path / "tpmap" / "tpmap_2023_by_district.csv").write_text("hhid,members,health\n1,2,0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"rows of households or persons \(the column hhid\)"):
        tpmap.district_rates(tmp_path / "tpmap", districts)


def test_tax_numbers_of_companies_are_no_ids_of_persons(folder: Path, districts: pd.DataFrame) -> None:
    text = "tax,amphur_ID,poor.JPT.CNT\n0105500203450,5001,1\n"
    assert received(folder, districts, y61=text).table["poor_persons"].max() == 1


SHARES = {
    "with surveyed persons": "amphur_ID,poor.JPT.MOFval.CNT,HOUSEMEMBER_CNT,JPT.MOFval.pov.rate\n8301,60,500,0.12\n",
    "beside other years": "province_ID,JPT.MOFval.pov.rate\n50,0.015\n51,0.02\n",
}


@pytest.mark.parametrize("name", SHARES)
def test_rates_written_as_shares_are_refused(name: str, folder: Path, districts: pd.DataFrame) -> None:
    earlier = "province_ID,JPT.MOFval.pov.rate\n50,1.8\n51,1.9\n"
    with pytest.raises(InputError, match=r"write rates in per cent \(12, not 0.12\)"):
        received(folder, districts, y61=SHARES[name], y60=earlier)


def test_low_rates_are_no_shares(folder: Path, districts: pd.DataFrame) -> None:
    files = {"y61": "province_ID,JPT.MOFval.pov.rate\n50,1.8\n51,1.9\n"}
    files["y66"] = "province_ID,JPT.MOFval.pov.rate\n50,0.4\n51,0.3\n"
    assert len(received(folder, districts, **files).table) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # 6,000 poor at 0.12 per cent would be of 5,000,000 persons.
        ("amphur_ID,poor.JPT.MOFval.CNT,JPT.MOFval.pov.rate\n8301,6000,0.1234\n", "target_poor_pct of 0.1234 in area"),
        ("amphur_ID,HOUSEMEMBER_CNT\n8301,160000\n", "surveyed_persons of 160,000 in area 8301, 2018"),
        ("province_ID,HOUSEMEMBER_CNT\n83,460000\n", "at most 1.5 times the 300,000 persons registered there"),
    ],
)
def test_more_surveyed_than_registered(text: str, words: str, folder: Path, districts: pd.DataFrame) -> None:
    table = received(folder, districts, y61=text)
    with pytest.raises(InputError) as refused:
        registered.within_registered(table, POPULATION, "area_code", "surveyed_persons")
    assert words in str(refused.value)
    assert "tpmap_aggregates/y61.csv" in str(refused.value)


def test_what_is_carried_is_within_registered_persons() -> None:
    districts = dopa.districts().table
    population = dopa.population(RAW / "dopa", districts, 2021).table
    counts = tpmap_counts.release_counts(RAW / "tpmap_aggregates", districts)
    assert registered.within_registered(counts, population, "area_code", "surveyed_persons") is counts
    rates = tpmap.district_rates(RAW / "tpmap", districts)
    assert registered.within_registered(rates, population, "district_code", "survey_population") is rates


RATES = RAW / "tpmap" / "tpmap_2022_by_district.csv"


def as_workbook(target: Path) -> None:
    book = openpyxl.Workbook()
    for line in RATES.read_text(encoding="utf-8").splitlines():
        book.active.append([float(c) if c.replace(".", "", 1).isdigit() else c for c in line.split(",")])
    book.save(target)


def as_archive(target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(RATES, "tpmap/rates.csv")
        archive.writestr("__MACOSX/._rates.csv", "x")


def as_tabs(target: Path) -> None:
    target.write_text(RATES.read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8")


@pytest.mark.parametrize(
    ("ending", "write"), [(".xlsx", as_workbook), (".zip", as_archive), (".tsv", as_tabs), (".txt", as_tabs)]
)
def test_rates_by_district_as_any_kind_of_table(
    ending: str, write: Callable[[Path], None], tmp_path: Path, districts: pd.DataFrame
) -> None:
    place = tmp_path / "tpmap"
    place.mkdir()
    shutil.copy(RAW / "tpmap" / "SOURCE.toml", place)
    write(place / f"tpmap_2565_by_district{ending}")
    expected = tpmap.district_rates(RAW / "tpmap", districts).table
    pd.testing.assert_frame_equal(tpmap.district_rates(place, districts).table, expected, check_dtype=False)
    shutil.copy(RATES, place / "tpmap_2022_by_district.csv")
    with pytest.raises(InputError, match="one file of each year"):
        tpmap.district_rates(place, districts)


@pytest.mark.parametrize(
    ("column", "words"),
    [("rate_health", "100 x poor_health / labelled_population"), ("rate_any_min", "at least the rate of each")],
)
def test_rates_by_district_written_as_shares(column: str, words: str, tmp_path: Path, districts: pd.DataFrame) -> None:
    shutil.copytree(RAW / "tpmap", tmp_path / "tpmap")
    table = pd.read_csv(RATES, dtype={"district_code": str})
    table[column] = (table[column] / 100).round(6)
    table.to_csv(tmp_path / "tpmap" / RATES.name, index=False)
    with pytest.raises(InputError) as refused:
        tpmap.district_rates(tmp_path / "tpmap", districts)
    assert words in str(refused.value)
    assert "in per cent (12, not 0.12)" in str(refused.value)


@pytest.mark.parametrize(("ending", "delimiter"), [("tsv", "\t"), ("txt", "\t"), ("txt", ";"), ("txt", "|")])
def test_releases_separated_by_other_characters(
    ending: str, delimiter: str, folder: Path, districts: pd.DataFrame
) -> None:
    text = "amphur_ID,poor.JPT.CNT\n8301,5\n".replace(",", delimiter)
    (folder / f"61_amphur.{ending}").write_text(text, encoding="utf-8")
    table = received(folder, districts).table
    assert table.set_index("area_code")["poor_persons"].dropna().to_dict() == {"8301": 5}
