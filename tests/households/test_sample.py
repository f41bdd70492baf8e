"""Invented rows: they follow the published figures, are reproducible, and are always marked."""

import tomllib
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from stdnum.th import pin

from pipeline import cli
from pipeline.errors import InputError
from pipeline.households.balance import BALANCE
from pipeline.households.sample import Order, write_sample
from pipeline.sources import tpmap
from tests.conftest import ROOT
from tests.households.conftest import Province, csv, row

PPP = {"50", "58", "95"}


@pytest.fixture(scope="module")
def rates(districts: pd.DataFrame) -> pd.DataFrame:
    return tpmap.district_rates(ROOT / "data" / "raw" / "tpmap", districts).table


def test_district_totals_follow_sizes_and_rates(tmp_path: Path, rates: pd.DataFrame, districts: pd.DataFrame) -> None:
    (path,) = write_sample(Order(300_000, defects=0), tmp_path, rates, districts, PPP)
    found = duckdb.sql(
        f'SELECT "province_ID" || "amphur_ID" AS district_code, count(*) AS n, count_if(\'1\' IN (health, living,'
        f" education, income, accessibility)) AS poor FROM '{path}' GROUP BY ALL ORDER BY ALL"
    ).df()
    expected = rates.sort_values("district_code", ignore_index=True)
    assert found["district_code"].tolist() == expected["district_code"].tolist()
    assert found["n"].sum() == 300_000
    share = 300_000 * expected["survey_population"] / expected["survey_population"].sum()
    assert (found["n"] - share).abs().max() <= 1
    assert (found["poor"] - found["n"] * expected["rate_any_min"] / 100).abs().max() <= 1


def test_the_seed_decides_the_rows(tmp_path: Path, rates: pd.DataFrame, districts: pd.DataFrame) -> None:
    tables = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (path,) = write_sample(Order(5000, seed), tmp_path / name, rates, districts, PPP)
        tables.append(pd.read_parquet(path))
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])


FIGURES = ["system", "district_code", "deprived", "welfare_card", "households", "persons"]


@pytest.mark.parametrize(
    ("kind", "system", "defects"), [("parquet", "tpmap", 0.2), ("csv", "tpmap", 0), ("csv", "pppconnext", 0.2)]
)
def test_persons_give_the_figures_of_their_households(
    province: Province, rates: pd.DataFrame, districts: pd.DataFrame, kind: str, system: str, defects: float
) -> None:
    order = Order(4000, 5, defects, kind, system)
    counted = []
    for persons in (False, True):
        written = write_sample(replace(order, persons=persons), province.paths.raw, rates, districts, PPP)
        done = province.take_in()
        files = done.table("files")
        assert files["sample"].all()
        assert len(files) == len(written)
        assert (files["rows_in"] == files[list(BALANCE)].sum(axis=1)).all()
        assert (files["rows_joined"].sum() > 1.5 * files["rows_kept"].sum()) == persons
        counted.append(done.table("profiles")[FIGURES])
    pd.testing.assert_frame_equal(*counted)


def test_members_stand_apart_and_answer_for_themselves(
    tmp_path: Path, rates: pd.DataFrame, districts: pd.DataFrame
) -> None:
    write_sample(Order(5000, defects=0, persons=True), tmp_path, rates, districts, PPP)
    folder = tmp_path / "households" / "tpmap"
    assert tomllib.loads((folder / "mapping.toml").read_text(encoding="utf-8"))["rows"] == "persons"
    table = pd.read_parquet(folder / "sample_tpmap.parquet")
    assert len(table) == pytest.approx(3 * 5000, rel=0.05)
    assert table["PID"].is_unique
    households = table.groupby("house_ID")["members"]
    assert (households.size() == households.first().astype(int)).all()
    assert (table["house_ID"] == table["house_ID"].shift()).sum() < 10
    answers = table[table["members"] > "1"].groupby("house_ID")[["health", "income"]].nunique()
    assert (answers == 2).any().all()


def test_no_sample_id_is_a_citizen_id(tmp_path: Path, rates: pd.DataFrame, districts: pd.DataFrame) -> None:
    (path,) = write_sample(Order(2000), tmp_path, rates, districts, PPP)
    ids = pd.read_parquet(path)["PID"]
    assert ids.str.startswith("9").all()
    assert all(pin.is_valid(i.replace("9", "1", 1)) or len(i) == 13 for i in ids)
    assert all(pin.calc_check_digit(i[:-1]) == i[-1] for i in ids)


def test_the_header_of_an_export_is_that_of_the_agency_whatever_pages_call_dimensions(
    tmp_path: Path, rates: pd.DataFrame, districts: pd.DataFrame
) -> None:
    order = Order(100, defects=0, system="pppconnext", format="csv")
    (path,) = write_sample(order, tmp_path, rates, districts, PPP)
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert [name for name in header if name.startswith("ด้าน")] == [
        "ด้านสุขภาพ",
        "ด้านความเป็นอยู่",
        "ด้านการศึกษา",
        "ด้านรายได้",
        "ด้านการเข้าถึงบริการรัฐ",
    ]


def test_every_fault_of_a_real_export_occurs_and_is_handled(
    province: Province, rates: pd.DataFrame, districts: pd.DataFrame
) -> None:
    write_sample(Order(20_000, defects=0.2), province.paths.raw, rates, districts, PPP)
    write_sample(Order(6000, defects=0.2, system="pppconnext", format="csv"), province.paths.raw, rates, districts, PPP)
    done = province.take_in()
    table = done.table("files")
    assert table["encoding"].tolist() == ["utf-8", "cp874", "parquet"]
    assert table["sample"].all()
    assert (table["rows_in"] == table[list(BALANCE)].sum(axis=1)).all()
    refused, repaired = province.refused(), province.repaired()
    reasons = set(refused["reason"].str.split(";").str[0])
    assert reasons == {
        "the same household in a later survey",
        "no such district name in its province",
        "not a number of members from 1 to 99",
        "not a year from 1990 to the policy's as_of (Buddhist years are understood)",
    }
    assert refused.loc[refused["column"].str.contains("district_name"), "reason"].str.contains("; near: ").mean() > 0.9
    assert {what for words in repaired["what"] for what in words.split(", ")} >= {
        "lost leading zero",
        "spaces or Thai digits",
        "abolished code",
        "district by name",
        "Buddhist year",
    }
    # A fifth has a fault of eight kinds: two kinds are refused, one is an earlier survey.
    assert len(refused) == pytest.approx(20_000 * 0.2 * 3 / 8, rel=0.1)
    agreement = done.table("agreement")
    assert set(agreement["district_code"].str[:2]) <= PPP
    assert agreement["agreement_share"].dropna().between(0.7, 0.98).all()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_kinds_of_file_hold_the_same_rows(
    kind: str, tmp_path: Path, rates: pd.DataFrame, districts: pd.DataFrame
) -> None:
    (parquet,) = write_sample(Order(500), tmp_path / "a", rates, districts, PPP)
    (other,) = write_sample(Order(500, format=kind, cp874=False), tmp_path / "b", rates, districts, PPP)
    if kind == "csv":
        found = pd.read_csv(other, dtype="str")
    else:
        rows = list(openpyxl.load_workbook(other).active.iter_rows(values_only=True))
        found = pd.DataFrame(rows[1:], columns=rows[0]).astype("str").where(pd.DataFrame(rows[1:]).notna().to_numpy())
    pd.testing.assert_frame_equal(found, pd.read_parquet(parquet), check_dtype=False)


def test_real_rows_are_never_replaced(province: Province, rates: pd.DataFrame, districts: pd.DataFrame) -> None:
    province.put({"real.csv": csv([row(1)])})
    with pytest.raises(InputError, match=r"files that are not a sample \(real\.csv\)"):
        write_sample(Order(10), province.paths.raw, rates, districts, PPP)
    assert (province.paths.raw / "households" / "tpmap" / "real.csv").is_file()


def test_an_earlier_sample_is_replaced(tmp_path: Path, rates: pd.DataFrame, districts: pd.DataFrame) -> None:
    write_sample(Order(100), tmp_path, rates, districts, PPP)
    written = write_sample(Order(100, format="csv"), tmp_path, rates, districts, PPP)
    folder = tmp_path / "households" / "tpmap"
    assert sorted(p.name for p in folder.glob("sample_*")) == sorted(p.name for p in written)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--households", "0"], "--households: found 0; expected 1 or more"),
        (["--defects", "2"], "--defects: found 2; expected a share from 0 to 1"),
        (["--households", "2000000", "--format", "xlsx"], "a sheet has no more"),
    ],
)
def test_an_order_that_cannot_be_met(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["sample", *arguments, "--raw", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "households").exists()
