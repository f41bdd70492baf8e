"""TPMAP's own aggregates: any level, Buddhist years in the name, small counts left out."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError
from pipeline.sources import tpmap
from tests.attack import narrowest
from tests.conftest import ROOT

DIMS = ("health", "living", "education", "income", "accessibility")
HEADER = "province_ID,amphur_ID,JPT.MOFval.pov.rate,poor.JPT.MOFval.CNT," + ",".join(
    f"poor.JPT.MOFval.{d}" for d in DIMS
)
AMPHUR = f"""{HEADER}
50,5001,4.5,900,300,20,100,700,0
50,5002,6.5,400,100,3,60,300,2
50,5003,1.5,50,20,9,10,30,1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tpmap_aggregates"
    place.mkdir()
    shutil.copy(ROOT / "data" / "raw" / "tpmap_aggregates" / "SOURCE.toml", place)
    return place


def read(folder: Path, districts: pd.DataFrame, **files: str) -> pd.DataFrame:
    for name, text in files.items():
        (folder / f"{name.removeprefix('y')}.csv").write_text(text, encoding="utf-8")
    received = tpmap.target_poor(folder, districts, 5)
    return CONTRACTS["target_poor"].conform(received.table).set_index("area_code")


def test_no_files_are_an_empty_table(tmp_path: Path, districts: pd.DataFrame) -> None:
    assert read(tmp_path, districts).empty


def test_districts_sum_to_provinces_with_the_year_of_the_name(folder: Path, districts: pd.DataFrame) -> None:
    table = read(folder, districts, y61_50_amphur_11111=AMPHUR)
    assert set(table["year"]) == {2018}
    assert table.loc["5001", ["rate", "target_poor_persons", "target_poor_income"]].tolist()[1:] == [900, 700]
    assert table.loc["50", "target_poor_persons"] == 1350
    assert "TH" not in table.index  # one province is not the country


def test_small_counts_are_left_out_and_cannot_be_worked_out(folder: Path, districts: pd.DataFrame) -> None:
    table = read(folder, districts, y61_50_amphur_11111=AMPHUR)
    kinds = ["target_poor_persons", *(f"target_poor_{d}" for d in DIMS)]
    for kind in kinds:
        assert (table[kind].dropna() >= 5).all()
    shown = [{a: None if pd.isna(v) else int(v) for a, v in table[kind].items()} for kind in kinds]
    parts = {k: [0] for k in range(1, 6)}
    assert narrowest(shown, parts, union=(0, [1, 2, 3, 4, 5])) >= 1
    assert pd.isna(table.loc["5002", "target_poor_living"])
    assert pd.isna(table.loc["5002", "rate"])


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("tumbol_ID", ("500101", "500102", "500201", "500301")),
        ("village_ID", ("50010101", "50010102", "50020101", "50030101")),
    ],
)
def test_finer_levels_are_summed(column: str, codes: tuple[str, ...], folder: Path, districts: pd.DataFrame) -> None:
    rows = "\n".join(f"{code},{n}" for code, n in zip(codes, (100, 200, 300, 50), strict=True))
    table = read(folder, districts, y65_50_fine_common=f"{column},poor.JPT.MOFval.CNT\n{rows}\n")
    assert set(table["year"]) == {2022}
    assert table.loc[["5001", "5002", "5003", "50"], "target_poor_persons"].tolist() == [300, 300, 50, 650]


def test_the_coarsest_level_counts_and_files_of_one_level_add_columns(folder: Path, districts: pd.DataFrame) -> None:
    table = read(
        folder,
        districts,
        y61_50_amphur_11111=AMPHUR,
        y61_50_tumbol_11111="tumbol_ID,poor.JPT.MOFval.CNT\n500101,7\n500701,40\n500702,30\n",
        y61_province_11111="province_ID,poor.JPT.MOFval.CNT\n50,1500\n58,77\n",
        y61_50_amphur_common="amphur_ID,poor.JPT.MOFval.ind1.CNT,poor.JPT.MOFval.ind31.CNT\n5001,30,40\n5002,10,20\n",
    )
    assert table.loc["5001", ["target_poor_persons", "indicator_1", "indicator_31"]].tolist() == [900, 30, 40]
    assert table.loc["5007", "target_poor_persons"] == 70  # a district with finer figures only
    assert table.loc[["50", "58"], "target_poor_persons"].tolist() == [1500, 77]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("province_11111", "province_ID,poor.JPT.MOFval.CNT\n50,1\n", "a name that begins with a year"),
        ("61_x", "poor.JPT.MOFval.CNT\n1\n", "no column of codes"),
        ("61_x", "amphur_ID,amphur_ID,poor.JPT.MOFval.CNT\n5001,5001,1\n", "column amphur_ID twice"),
        ("61_x", "amphur_ID,wealth\n5001,1\n", "no column of figures"),
        ("61_x", "amphur_ID,poor.JPT.MOFval.CNT\n5099,1\n", "'5099'"),
        ("61_x", "tumbol_ID,poor.JPT.MOFval.CNT\n509901,1\n", "'509901'"),
        ("61_x", "province_ID,amphur_ID,poor.JPT.MOFval.CNT\n58,5001,1\n", "a code within its province"),
        ("61_x", "amphur_ID,poor.JPT.MOFval.CNT\n5001,-1\n", "0 or more"),
        ("61_x", "amphur_ID,JPT.MOFval.pov.rate\n5001,101\n", "from 0 to 100"),
        ("61_x", "amphur_ID,poor.JPT.MOFval.CNT\n5001,5\n5001,6\n", "a second time"),
        ("61_x", "amphur_ID,poor.JPT.MOFval.CNT\n5001,5,6\n", "3 fields"),
    ],
)
def test_bad_aggregates_are_refused(name: str, text: str, words: str, folder: Path, districts: pd.DataFrame) -> None:
    with pytest.raises(InputError) as refused:
        read(folder, districts, **{f"y{name}": text})
    assert words in str(refused.value)


def test_files_that_contradict_each_other_are_refused(folder: Path, districts: pd.DataFrame) -> None:
    one, other = "amphur_ID,poor.JPT.MOFval.CNT\n5001,5\n", "amphur_ID,poor.JPT.MOFval.CNT\n5001,6\n"
    with pytest.raises(InputError, match=r"poor.JPT.MOFval.CNT \(target_poor_persons\) of 5001 that differs from 61_b"):
        read(folder, districts, y61_a=one, y61_b=other)


def test_a_province_file_alone(folder: Path, districts: pd.DataFrame) -> None:
    table = read(folder, districts, y61_province_11111="province_ID,JPT.MOFval.pov.rate\n50,4.5\n58,7\n")
    assert table["rate"].tolist() == [4.5, 7.0]
    table = read(folder, districts, y61_province_11111="province_ID,poor.JPT.MOFval.CNT\n50,1500\n58,3\n")
    assert table["target_poor_persons"].isna().tolist() == [True, True]  # 3 is small, and the other would reveal it


def test_every_province_is_the_country(folder: Path, districts: pd.DataFrame) -> None:
    codes = sorted(set(districts["province_code"]))
    text = "province_ID,poor.JPT.MOFval.CNT\n" + "".join(f"{code},{100 + i}\n" for i, code in enumerate(codes))
    table = read(folder, districts, y61_province_11111=text)
    assert table.loc["TH", "target_poor_persons"] == sum(range(100, 177))


def test_the_rest_of_a_province_reveals_no_district(folder: Path, districts: pd.DataFrame) -> None:
    table = read(
        folder,
        districts,
        y61_province_11111="province_ID,poor.JPT.MOFval.CNT\n50,1003\n",
        y61_50_amphur_11111="amphur_ID,poor.JPT.MOFval.CNT\n5001,400\n5002,600\n",
    )
    assert pd.isna(table.loc["5001", "target_poor_persons"])  # 5003 would be the three that are left
    with pytest.raises(InputError, match="a smaller count for province 50 than for the sum of its districts"):
        read(folder, districts, y61_province_11111="province_ID,poor.JPT.MOFval.CNT\n50,900\n")


def test_a_header_alone_is_no_rows(folder: Path, districts: pd.DataFrame) -> None:
    assert read(folder, districts, y61_province_11111="province_ID,poor.JPT.MOFval.CNT\n").empty


def test_a_rate_does_not_pass_a_count_under_an_unknown_name(folder: Path, districts: pd.DataFrame) -> None:
    """A rate is suppressed with its count, so the count must be recognised."""
    renamed = AMPHUR.replace("poor.JPT.MOFval.CNT", "poor.JPT.new.CNT")
    with pytest.raises(InputError) as refused:
        read(folder, districts, y61_50_amphur_11111=renamed)
    problem = refused.value.problems[0]
    assert (problem.line, "poor.JPT.new.CNT" in problem.found, "[columns]" in problem.fix) == (1, True, True)
