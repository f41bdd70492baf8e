"""The figures of 2022: published values, compared with their sources."""

import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline.policy import Policy
from pipeline.project import Paths
from tests.conftest import published

COLUMNS = [
    "district_code",
    "province_code",
    "name_th",
    "name_en",
    "status",
    "rank",
    "score",
    "poverty",
    "university",
    "data_system",
    "poverty_rate_pct",
    "poverty_rate_smoothed_pct",
    "poor_persons_min",
    "hot_spot",
    "suspect",
    "university_nearest",
    "university_nearest_minutes",
    "survey_coverage_pct",
    "reason_th",
    "reason_en",
    "geometry",
]
TRIAL = {"95", "58", "94", "50", "31", "80", "93", "81", "55", "57"}


@pytest.fixture(scope="module")
def scores(real_run: Paths) -> pd.DataFrame:
    return published(real_run, "district_scores")


def test_district_scores_are_geoparquet_with_the_promised_columns(real_run: Paths) -> None:
    path = real_run.processed / "district_scores.parquet"
    shapes = gpd.read_parquet(path)
    assert shapes.columns.tolist() == COLUMNS
    assert len(shapes) == 928
    assert json.loads(pq.read_schema(path).metadata[b"geo"])["version"] == "1.1.0"
    assert shapes.crs.to_epsg() == 4326


def test_bangkok_is_data_needed_never_zero_never_missing(scores: pd.DataFrame) -> None:
    bangkok = scores[scores["province_code"] == "10"]
    assert len(bangkok) == 50
    assert (bangkok["status"] == "data_needed").all()
    nothing = ["rank", "score", "poverty", "data_system", "poverty_rate_pct", "poor_persons_min", "hot_spot", "suspect"]
    assert bangkok[nothing].isna().all(axis=None)
    assert (scores["status"] == "data_needed").sum() == 50


def test_scores_ranks_and_limits(scores: pd.DataFrame) -> None:
    rest = scores[scores["status"] != "data_needed"]
    assert len(rest) == 878
    assert rest["score"].between(0, 100).all()
    eligible = rest[rest["status"] == "eligible"].sort_values("score", ascending=False)
    assert eligible["rank"].tolist() == list(range(1, len(eligible) + 1))
    assert rest.loc[rest["status"] != "eligible", "rank"].isna().all()
    for k in ("poverty", "university", "data_system"):
        assert rest[k].between(0, 1).all()
    expected = 100 * np.prod(
        [rest[k].clip(lower=0.05) ** w for k, w in (("poverty", 0.5), ("university", 0.25), ("data_system", 0.25))],
        axis=0,
    )
    assert rest["score"].to_numpy() == pytest.approx(expected)


def test_totals_are_those_the_sources_published(real_run: Paths) -> None:
    facts = published(real_run, "district_facts")
    assert facts["survey_population"].sum() == 36_103_806
    assert facts["population_persons"].sum() == 66_171_439
    assert facts["houses"].sum() == 27_708_608


def test_goalposts_of_the_policy_are_the_percentiles_of_the_figures(scores: pd.DataFrame, policy: Policy) -> None:
    rate, count = scores["poverty_rate_smoothed_pct"].dropna(), scores["poor_persons_min"].dropna()
    assert np.percentile(rate, 97.5) == pytest.approx(policy.poverty.rate_goalpost_pct, rel=0.001)
    assert np.percentile(count.astype(float), 97.5) == pytest.approx(policy.poverty.count_goalpost_persons, rel=0.001)


def test_the_first_ten_provinces_are_those_of_the_first_trial(real_run: Paths) -> None:
    ranked = published(real_run, "provincial_shortlist").sort_values("rank")
    assert set(ranked["province_code"].head(10)) == TRIAL
    assert ranked["shortlisted"].sum() == 8
    assert ranked["shortlisted"].head(8).all()
    assert len(ranked) == 77


def test_named_suspects_are_marked_and_kept(scores: pd.DataFrame) -> None:
    marked = scores[scores["suspect"].fillna(False)]
    assert {"8103", "8405"} <= set(marked["district_code"])
    assert marked["score"].notna().all()


def test_csv_opens_in_excel_and_xlsx_holds_text_and_no_formula(real_run: Paths) -> None:
    content = (real_run.processed / "provincial_shortlist.csv").read_bytes()
    assert content.startswith(
        b"\xef\xbb\xbfprovince_code,name_th,name_en,region,rank,value,shortlisted,pilot_districts,median_rank,"
    )
    assert content.count(b"\r\n") == 78
    book = openpyxl.load_workbook(real_run.processed / "provincial_shortlist.xlsx")
    assert book.sheetnames[:2] == ["about", "provincial_shortlist"]
    sheet = book["provincial_shortlist"]
    assert sheet.max_row == 78
    assert isinstance(sheet["A2"].value, str)
    assert not [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    book.close()


def test_run_json_names_the_source_of_every_number(real_run: Paths) -> None:
    record = json.loads((real_run.processed / "run.json").read_text(encoding="utf-8"))
    assert {
        "run_id",
        "inputs_sha256",
        "policy",
        "policy_sha256",
        "seed",
        "code_versions",
        "versions",
        "dagster_run_id",
        "started",
        "finished",
        "sample",
    } == set(record)
    assert "raw/tpmap/tpmap_2022_by_district.csv" in record["inputs_sha256"]
    assert record["sample"] is False
