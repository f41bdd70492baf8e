"""TPMAP's releases as published: any level, one file or many, folders, archives, years in names, figures that clash."""

import shutil
import zipfile
from pathlib import Path

import geothai
import pandas as pd
import pytest

from pipeline.contracts import CONTRACTS
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError
from pipeline.sources import tpmap_counts
from pipeline.sources.release_files import TPMAP_NAMES
from tests.conftest import ROOT

CARRIED = ROOT / "data" / "raw" / "tpmap_aggregates"
HEADER = "province_ID,amphur_ID,JPT.MOFval.pov.rate,poor.JPT.MOFval.CNT," + ",".join(
    f"poor.JPT.MOFval.{d}" for d in DIMENSIONS
)
# 900 of 20,000 surveyed persons are 4.5 %, 400 of 6,400 are 6.25 %, 60 of 4,000 are 1.5 %.
# Phuket has three districts.
AMPHUR = f"""{HEADER}
83,8301,4.5,900,300,20,100,700,0
83,8302,6.25,400,100,3,60,300,2
83,8303,1.5,60,20,9,10,30,1
"""
# The release of 2561 as published: sums of its files.
SUMS_OF_2561 = {
    "surveyed_households": 12_935_866,
    "surveyed_persons": 36_647_817,
    "poor_households": 1_249_672,
    "poor_persons": 4_405_684,
    "target_poor_persons": 1_032_987,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tpmap_aggregates"
    place.mkdir()
    shutil.copy(CARRIED / "SOURCE.toml", place)
    return place


@pytest.fixture(scope="module")
def carried(districts: pd.DataFrame) -> pd.DataFrame:
    return table_of(CARRIED, districts)


def table_of(folder: Path, districts: pd.DataFrame) -> pd.DataFrame:
    return CONTRACTS["tpmap_counts"].conform(tpmap_counts.release_counts(folder, districts).table)


def read(folder: Path, districts: pd.DataFrame, files: dict[str, str]) -> pd.DataFrame:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return table_of(folder, districts).set_index("area_code")


def test_no_files_are_an_empty_table(folder: Path, districts: pd.DataFrame) -> None:
    assert read(folder, districts, {}).empty


def test_districts_sum_to_provinces_with_the_year_of_the_name(folder: Path, districts: pd.DataFrame) -> None:
    table = read(folder, districts, {"61_83_amphur_11111.csv": AMPHUR})
    assert set(table["year"]) == {2018}
    assert table.loc["8301", ["target_poor_persons", "target_poor_income"]].tolist() == [900, 700]
    assert table.loc["83", "target_poor_persons"] == 1360
    assert "TH" not in table.index  # one province is not the country


def test_some_districts_are_not_the_province(folder: Path, districts: pd.DataFrame) -> None:
    text = "amphur_ID,poor.JPT.CNT,HOUSEMEMBER_CNT\n8301,100,1000\n8302,200,2000\n"
    (folder / "67_83_amphur.csv").write_text(text, encoding="utf-8")
    received = tpmap_counts.release_counts(folder, districts)
    assert received.table.set_index("area_code")["poor_persons"].dropna().to_dict() == {"8301": 100, "8302": 200}
    assert [record["found"] for record in received.repaired] == ["2 of 3 districts of 83 in 2024"]


def test_a_count_that_a_part_lacks_is_not_known_of_the_whole(folder: Path, districts: pd.DataFrame) -> None:
    text = "amphur_ID,poor.JPT.CNT,household.CNT\n8301,5,10\n8302,6,\n8303,7,10\n"
    table = read(folder, districts, {"61_83_amphur.csv": text})
    assert table.loc["83", "poor_persons"] == 18
    assert pd.isna(table.loc["83", "surveyed_households"])
    text = "tumbol_ID,poor.JPT.CNT,HOUSEMEMBER_CNT\n830201,10,100\n830202,,900\n830203,5,50\n"
    table = read(folder, districts, {"62_83_tumbol.csv": text})
    of_2019 = table[table["year"] == 2019]
    assert pd.isna(of_2019.loc["8302", "poor_persons"])
    assert of_2019.loc["8302", "surveyed_persons"] == 1050


def test_small_published_counts_are_published(folder: Path, districts: pd.DataFrame) -> None:
    table = read(folder, districts, {"61_83_amphur_11111.csv": AMPHUR})
    assert table.loc["8302", ["target_poor_living", "target_poor_accessibility"]].tolist() == [3, 2]


def test_persons_surveyed_follow_from_target_poor_and_their_rate(folder: Path, districts: pd.DataFrame) -> None:
    table = read(folder, districts, {"61_83_amphur_11111.csv": AMPHUR})
    assert table.loc[["8301", "8302", "8303"], "surveyed_persons"].tolist() == [20_000, 6_400, 4_000]
    assert table["surveyed_computed"].loc[["8301", "8302", "8303"]].all()
    common = "amphur_ID,household.CNT,HOUSEMEMBER_CNT\n8301,7000,20000\n8302,2000,6400\n8303,1200,4000\n"
    table = read(folder, districts, {"61_83_amphur_common.csv": common})
    assert table.loc["8301", ["surveyed_persons", "surveyed_households"]].tolist() == [20_000, 7_000]
    assert not table.loc["8301", "surveyed_computed"]


def test_a_rounded_small_rate_gives_no_persons_surveyed(folder: Path, districts: pd.DataFrame) -> None:
    """10 at 0.03 % may be of 28,572 to 40,000 persons."""
    text = "amphur_ID,poor.JPT.MOFval.CNT,JPT.MOFval.pov.rate\n8301,10,0.03\n8302,10,2.50\n"
    table = read(folder, districts, {"61_83_amphur.csv": text})
    assert pd.isna(table.loc["8301", "surveyed_persons"])
    assert table.loc["8302", "surveyed_persons"] == 400


@pytest.mark.parametrize(("column", "ending"), [("tumbol_ID", ""), ("village_ID", "01")])
def test_finer_levels_are_summed(column: str, ending: str, folder: Path, districts: pd.DataFrame) -> None:
    codes = [s.code for d in geothai.districts("83") for s in geothai.subdistricts(d.code)]
    rows = "".join(f"{code}{ending},10\n" for code in codes)
    table = read(folder, districts, {"65_83_fine.csv": f"{column},poor.JPT.CNT\n{rows}"})
    assert set(table["year"]) == {2022}
    # Eight subdistricts of the capital, three of Kathu, six of Thalang.
    assert table.loc[["8301", "8302", "8303", "83"], "poor_persons"].tolist() == [80, 30, 60, 170]


def test_one_subdistrict_is_not_the_district(folder: Path, districts: pd.DataFrame) -> None:
    text = "tumbol_ID,poor.JPT.CNT,HOUSEMEMBER_CNT\n830101,10,100\n"
    (folder / "67_83_tumbol.csv").write_text(text, encoding="utf-8")
    received = tpmap_counts.release_counts(folder, districts)
    assert received.table["poor_persons"].isna().all()
    assert "1 of 8 subdistricts of 8301 in 2024" in [record["found"] for record in received.repaired]


def test_the_coarsest_level_counts_and_files_of_one_level_add_columns(folder: Path, districts: pd.DataFrame) -> None:
    table = read(
        folder,
        districts,
        {
            "61_83_amphur_11111.csv": AMPHUR.replace("83,8303,1.5,60,20,9,10,30,1\n", ""),
            "61_83_tumbol_11111.csv": "tumbol_ID,poor.JPT.MOFval.CNT\n830201,7\n830301,40\n830302,30\n830303,1\n",
            "61_province_11111.csv": "province_ID,poor.JPT.MOFval.CNT\n83,1500\n58,77\n",
            "61_83_amphur_common.csv": "amphur_ID,indicator1.ALL,indicator38.CNT\n8301,30,40\n8302,10,20\n",
        },
    )
    assert table.loc["8301", ["target_poor_persons", "asked_1", "failed_38"]].tolist() == [900, 30, 40]
    assert table.loc["8302", "target_poor_persons"] == 400
    assert table.loc["8303", "target_poor_persons"] == 71  # a district with finer figures only
    assert table.loc[["83", "58"], "target_poor_persons"].tolist() == [1500, 77]


NAMES = {
    "61_province_11111.csv": 2018,
    "2561_province.csv": 2018,
    "y66_province.csv": 2023,
    "tpmap_2566_by_province.csv": 2023,
    "TPMAP 2023 province.csv": 2023,
    "2561/province.csv": 2018,
    "old/tpmap_2561/province.csv": 2018,
    "2567/50.csv": 2024,
    "67/50_province.csv": 2024,
    "2566/TPMAP_2024-03-01.csv": 2023,
    "67_50_province.csv": 2024,
    "67_province_50.csv": 2024,
    "50/67.csv": 2024,
}


@pytest.mark.parametrize("name", NAMES)
def test_the_year_is_in_the_name_of_the_file_or_its_folder(name: str, folder: Path, districts: pd.DataFrame) -> None:
    table = read(folder, districts, {name: "province_ID,poor.JPT.CNT\n50,5\n"})
    assert set(table["year"]) == {NAMES[name]}


def test_a_column_has_the_year(folder: Path, districts: pd.DataFrame) -> None:
    text = "province_ID,year,poor.JPT.CNT\n50,2018,5\n50,2019,6\n"
    table = read(folder, districts, {"province.csv": text}).set_index("year", append=True)
    assert table["poor_persons"].to_dict() == {("50", 2018): 5, ("50", 2019): 6}


REFUSED = {
    "no year": ("province.csv", "province_ID,poor.JPT.CNT\n50,1\n", "one year in its name"),
    "two years": ("tpmap_2561_2566.csv", "province_ID,poor.JPT.CNT\n50,1\n", "one year in its name"),
    "a province, not a year": ("61_amphur.csv", "amphur_ID,poor.JPT.CNT\n6101,1\n", "one year in its name"),
    "a year to come": ("99_province.csv", "province_ID,poor.JPT.CNT\n50,1\n", "one year in its name"),
    "a year of two digits of the Common Era": ("24_p.csv", "province_ID,poor.JPT.CNT\n50,1\n", "one year in its name"),
    "years of folder and file": ("2566/67_p.csv", "province_ID,poor.JPT.CNT\n50,1\n", "one year in its name"),
    "years of name and column": (
        "66_p.csv",
        "province_ID,year,poor.JPT.CNT\n50,2567,1\n",
        "the year 2023 in the name, and 2024 in its rows",
    ),
    "a header alone": ("61_province_11111.csv", "province_ID,poor.JPT.CNT\n", "no rows"),
    "no codes": ("61_x.csv", "poor.JPT.CNT\n1\n", "no column of codes"),
    "no codes, other columns": ("61_x.csv", "place,poor.JPT.CNT\nx,1\n", "columns not used: place"),
    "a column twice": ("61_x.csv", "amphur_ID,amphur_ID,poor.JPT.CNT\n5001,5001,1\n", "column amphur_ID twice"),
    "no figures": ("61_x.csv", "amphur_ID,wealth\n5001,1\n", "no column of figures"),
    "unknown district": ("61_x.csv", "amphur_ID,poor.JPT.CNT\n5099,1\n", "'5099'"),
    "unknown district of a subdistrict": ("61_x.csv", "tumbol_ID,poor.JPT.CNT\n509901,1\n", "'509901'"),
    "another province": ("61_x.csv", "province_ID,amphur_ID,poor.JPT.CNT\n58,5001,1\n", "a code within its province"),
    "negative": ("61_x.csv", "amphur_ID,poor.JPT.CNT\n5001,-1\n", "0 or more"),
    "rate over 100": ("61_x.csv", "amphur_ID,JPT.MOFval.pov.rate\n5001,101\n", "from 0 to 100"),
    "twice": ("61_x.csv", "amphur_ID,poor.JPT.CNT\n5001,5\n5001,6\n", "5001 a second time"),
    "ragged": ("61_x.csv", "amphur_ID,poor.JPT.CNT\n5001,5,6\n", "3 fields"),
    "more poor than surveyed": (
        "61_x.csv",
        "amphur_ID,HOUSEMEMBER_CNT,poor.JPT.CNT\n5001,100,101\n",
        "poor_persons of 101 in area 5001, 2018; expected at most surveyed_persons (100)",
    ),
    "more target poor than poor": (
        "61_x.csv",
        "amphur_ID,poor.JPT.CNT,poor.JPT.MOFval.CNT\n5001,100,101\n",
        "at most poor_persons (100)",
    ),
    "a dimension above the whole": (
        "61_x.csv",
        "amphur_ID,poor.JPT.MOFval.CNT,poor.JPT.MOFval.health\n5001,100,101\n",
        "target_poor_health of 101",
    ),
    "more poor households than households": (
        "61_x.csv",
        "amphur_ID,household.CNT,poor.household.CNT\n5001,10,11\n",
        "at most surveyed_households (10)",
    ),
    "another rate": (
        "61_x.csv",
        "amphur_ID,HOUSEMEMBER_CNT,poor.JPT.MOFval.CNT,JPT.MOFval.pov.rate\n5001,1000,100,12\n",
        "target_poor_pct of 12 in area 5001, 2018; expected 100 x target_poor_persons / surveyed_persons (1,000)",
    ),
    "name of another province": (
        "66_x.csv",
        "province_ID,poor.JPT.CNT,province_name\n50,5,ลำพูน\n",
        "'ลำพูน' beside the code 50",
    ),
    "name of another district": (
        "66_x.csv",
        "amphur_ID,poor.JPT.CNT,amphur_name\n5001,5,ฝาง\n",
        "'ฝาง' beside the code 5001",
    ),
    "another kind of file": ("61_x.sav", "$FL2", "a file of the kind '.sav'"),
    "not an archive": ("61.zip", "PK", "an archive that cannot be read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_files_are_refused(name: str, folder: Path, districts: pd.DataFrame) -> None:
    file, text, words = REFUSED[name]
    with pytest.raises(InputError) as refused:
        read(folder, districts, {file: text})
    assert words in str(refused.value)
    assert "tpmap_aggregates" in str(refused.value)


def test_files_that_contradict_each_other_are_refused(folder: Path, districts: pd.DataFrame) -> None:
    one, other = "amphur_ID,poor.JPT.CNT\n5001,5\n", "amphur_ID,poor.JPT.CNT\n5001,6\n"
    with pytest.raises(InputError, match=r"61_a.csv: found poor_persons of 5001 that differs from 61_b.csv"):
        read(folder, districts, {"61_a.csv": one, "61_b.csv": other})


@pytest.mark.parametrize(
    ("coarse", "fine", "words"),
    [
        ("province_ID,poor.JPT.CNT\n50,9\n", "amphur_ID,poor.JPT.CNT\n5001,4\n5002,6\n", "poor_persons of province 50"),
        ("amphur_ID,poor.JPT.CNT\n5001,9\n", "tumbol_ID,poor.JPT.CNT\n500101,10\n", "poor_persons of district 5001"),
    ],
)
def test_parts_with_more_than_the_whole(
    coarse: str, fine: str, words: str, folder: Path, districts: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match=words):
        read(folder, districts, {"61_a.csv": coarse, "61_b.csv": fine})


def test_the_country_is_the_sum_of_all_surveyed_provinces(folder: Path, districts: pd.DataFrame) -> None:
    codes = sorted(set(districts["province_code"]) - {"10"})
    text = "province_ID,poor.JPT.CNT\n" + "".join(f"{code},{100 + i}\n" for i, code in enumerate(codes))
    files = {"61_province_11111.csv": text}
    assert read(folder, districts, files).loc["TH", "poor_persons"] == sum(range(100, 176))
    table = read(folder, districts, {"61_country_11111.csv": "poor.JPT.CNT,poor.household.CNT\n10450,3000\n"})
    assert table.loc["TH", ["poor_persons", "poor_households"]].tolist() == [10_450, 3_000]
    with pytest.raises(InputError, match="poor_persons of country TH: 10,449, and 10,450 in its parts"):
        read(folder, districts, {"61_country_11111.csv": "poor.JPT.CNT\n10449\n"})


CODES = {
    "numbers with a decimal point": ("amphur_ID", ["8301.0", "8302.0"]),
    "P-codes": ("amphur_ID", ["TH8301", "TH-8302"]),
    "parts": ("province_ID,amphur_ID", ["83,1", "83,02"]),
    "names": ("province_name,amphur_name", ["ภูเก็ต,อ.เมือง", "จ.ภูเก็ต,กะทู้"]),
}


@pytest.mark.parametrize("name", CODES)
def test_codes_as_people_write_them(name: str, folder: Path, districts: pd.DataFrame) -> None:
    columns, codes = CODES[name]
    rows = "".join(f"{code},{persons}\n" for code, persons in zip(codes, (5, 6), strict=True))
    (folder / "67_83.csv").write_text(f"{columns},poor.JPT.CNT\n{rows}", encoding="utf-8")
    received = tpmap_counts.release_counts(folder, districts)
    found = received.table.set_index("area_code")["poor_persons"].dropna()
    assert found.to_dict() == {"8301": 5, "8302": 6}
    assert len(received.repaired) >= 2  # each code, and that one district is not there


@pytest.mark.parametrize(("code", "used"), [("830101.0", "830101"), ("TH830102", "830102")])
def test_codes_of_subdistricts_are_repaired_too(code: str, used: str, folder: Path, districts: pd.DataFrame) -> None:
    (folder / "67_83.csv").write_text(f"tumbol_ID,poor.JPT.CNT\n{code},5\n", encoding="utf-8")
    repaired = tpmap_counts.release_counts(folder, districts).repaired
    assert (code, used) in [(record["found"], record["used"]) for record in repaired]


def test_a_name_of_no_area_is_recorded_beside_its_code(folder: Path, districts: pd.DataFrame) -> None:
    (folder / "67_p.csv").write_text("amphur_ID,amphur_name,poor.JPT.CNT\n8301,กขค,5\n", encoding="utf-8")
    repaired = tpmap_counts.release_counts(folder, districts).repaired
    assert ("กขค", "8301") in [(record["found"], record["used"]) for record in repaired]


def test_words_for_not_known_are_stated_in_the_layout(folder: Path, districts: pd.DataFrame) -> None:
    sidecar = folder / "SOURCE.toml"
    text = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(text.replace("[sha256]", '[layout]\nunknown = ["<5"]\n\n[sha256]', 1), encoding="utf-8")
    table = read(folder, districts, {"67_83.csv": "amphur_ID,poor.JPT.CNT\n8301,<5\n8302,7\n"})
    assert pd.isna(table.loc["8301", "poor_persons"])
    assert table.loc["8302", "poor_persons"] == 7


def test_an_empty_archive(folder: Path, districts: pd.DataFrame) -> None:
    with zipfile.ZipFile(folder / "67.zip", "w") as archive:
        archive.writestr("__MACOSX/._a.csv", "x")
    with pytest.raises(InputError, match="an empty archive"):
        table_of(folder, districts)


def test_an_index_and_names_beside_codes(folder: Path, districts: pd.DataFrame) -> None:
    text = ",province_ID,poor.JPT.CNT,province_name\n0,50,5,เชียงใหม่\n1,51,6,ลำพูน\n"
    (folder / "66_province.csv").write_text(text, encoding="utf-8")
    received = tpmap_counts.release_counts(folder, districts)
    assert received.origins[0].ignored_columns == ()
    assert received.table.set_index("area_code")["poor_persons"].to_dict() == {"50": 5, "51": 6}


def test_every_published_name_has_a_column() -> None:
    assert {f"poor.JPT.MOFval.ind{i}.CNT" for i in range(1, 39)} <= set(TPMAP_NAMES)
    assert len(set(TPMAP_NAMES.values())) == len(TPMAP_NAMES)


def test_the_releases_carried_have_the_published_sums(carried: pd.DataFrame) -> None:
    table = carried.set_index(["year", "area_code"])
    assert table.loc[(2018, "TH"), list(SUMS_OF_2561)].astype(int).to_dict() == SUMS_OF_2561
    assert table.loc[(2018, "TH"), "target_poor_pct"] == pytest.approx(2.81868630810943, abs=1e-12)
    lengths = carried["area_code"].str.len().where(carried["area_code"] != "TH", 0)
    assert lengths[carried["year"] == 2018].value_counts().to_dict() == {4: 878, 2: 76, 0: 1}
    of_2023 = carried[carried["year"] == 2023]
    assert of_2023["area_code"].str.len().unique().tolist() == [2]
    assert int(of_2023["poor_persons"].sum()) == 645_860
    assert int(of_2023["target_poor_persons"].sum()) == 208_447
    assert int(of_2023["surveyed_persons"].sum()) == 35_843_220


PUBLISHED = ROOT.parent / "shared" / "data" / "tpmap_2561"


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the 156 files as published are not carried with the project")
@pytest.mark.parametrize("how", ["156 files", "one archive"])
def test_the_release_as_published_gives_the_same_table(
    how: str, folder: Path, districts: pd.DataFrame, carried: pd.DataFrame
) -> None:
    files = sorted(PUBLISHED.glob("*.csv"))
    if how == "156 files":
        for path in files:
            shutil.copy(path, folder)
    else:
        with zipfile.ZipFile(folder / "tpmap.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, f"tpmap_2561/{path.name}")
            archive.writestr("__MACOSX/._61_province_11111.csv", "not a file of a release")
    expected = carried[carried["year"] == 2018].reset_index(drop=True)
    pd.testing.assert_frame_equal(table_of(folder, districts), expected, rtol=1e-9)


def test_a_file_of_each_province_in_an_archive(folder: Path, districts: pd.DataFrame) -> None:
    with zipfile.ZipFile(folder / "61.zip", "w") as archive:
        archive.writestr("tpmap/61_83_amphur_11111.csv", AMPHUR)
        archive.writestr("tpmap/61_58_amphur_11111.csv", f"{HEADER}\n58,5801,5,50,1,2,3,4,5\n")
        archive.writestr("tpmap/.DS_Store", "x")
    table = table_of(folder, districts).set_index("area_code")
    assert table.loc[["83", "5801"], "target_poor_persons"].tolist() == [1360, 50]


def test_a_problem_in_an_archive_names_file_and_line(folder: Path, districts: pd.DataFrame) -> None:
    with zipfile.ZipFile(folder / "61.zip", "w") as archive:
        archive.writestr("a/61_50.csv", "amphur_ID,poor.JPT.CNT\n5001,1\n")
        archive.writestr("a/61_51.csv", "amphur_ID,poor.JPT.CNT\n5101,1\n5102,many\n")
    with pytest.raises(InputError) as refused:
        table_of(folder, districts)
    assert "tpmap_aggregates/61.zip/a/61_51.csv, line 3, column poor.JPT.CNT (poor_persons)" in str(refused.value)
