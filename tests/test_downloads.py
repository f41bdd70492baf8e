"""Downloads for planners: workbooks that name their sources, layers that a GIS reads."""

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from pipeline import downloads
from pipeline.dimensions import DIMENSIONS
from pipeline.project import Paths
from tests.conftest import published


def test_a_workbook_for_each_province(real_run: Paths) -> None:
    books = sorted((real_run.maps / "downloads").glob("[0-9][0-9].xlsx"))
    assert len(books) == 77
    book = openpyxl.load_workbook(real_run.maps / "downloads" / "95.xlsx")
    assert book.sheetnames == ["about", "districts"]
    about = "\n".join(str(cell.value) for row in book["about"] for cell in row)
    run = json.loads((real_run.processed / "run.json").read_text())
    for part in (run["run_id"], "TPMAP", "district_code", "ค่าเริ่มต้น ยังไม่มีการลงมติ"):
        assert part in about
    rows = list(book["districts"].values)
    table = pd.DataFrame(rows[1:], columns=rows[0])
    scores = published(real_run, "district_scores")
    own = scores[scores["province_code"] == "95"]
    assert table["district_code"].tolist() == own["district_code"].tolist()
    assert {type(code) for code in table["district_code"]} == {str}
    assert table["score"].astype(float).tolist() == pytest.approx(own["score"].tolist())
    assert all(cell.data_type != "f" for row in book["districts"].iter_rows() for cell in row)


def test_the_shortlist_is_there_too(real_run: Paths) -> None:
    for name in ("provincial_shortlist.xlsx", "provincial_shortlist.csv"):
        assert (real_run.maps / "downloads" / name).read_bytes() == (real_run.processed / name).read_bytes()


@pytest.mark.parametrize(
    ("figures_from", "left_out"),
    [("household rows", [False, True, False]), ("published counts", [False, False, False])],
)
def test_rates_of_small_counts_of_household_rows_are_left_out(figures_from: str, left_out: list[bool]) -> None:
    base = {f"{kind}_{name}": [0.0, 4.0, 5.0] for name in DIMENSIONS for kind in ("poor", "rate")}
    kept = downloads.without_small_counts(pd.DataFrame(base).assign(figures_from=figures_from), 5)
    for name in DIMENSIONS:
        assert kept[f"rate_{name}"].isna().tolist() == left_out


@pytest.mark.parametrize("kind", ["geojson", "gpkg"])
def test_a_gis_reads_the_districts(real_run: Paths, kind: str) -> None:
    layer = gpd.read_file(real_run.maps / "downloads" / f"districts.{kind}")
    scores = published(real_run, "district_scores")
    assert layer.crs.to_epsg() == 4326
    assert layer["district_code"].tolist() == scores["district_code"].tolist()
    assert layer["score"].tolist() == pytest.approx(scores["score"].tolist(), nan_ok=True)
    assert layer.geometry.is_valid.all()
    assert set(layer.columns) == {*downloads.GIS_COLUMNS, "sample", "run_id", "geometry"}
    run = json.loads((real_run.processed / "run.json").read_text())
    assert set(layer["run_id"]) == {run["run_id"]}


def test_geojson_is_whole_and_of_the_standard(real_run: Paths) -> None:
    collection = json.loads((real_run.maps / "downloads" / "districts.geojson").read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection  # RFC 7946: always WGS 84
    assert len(collection["features"]) == 928
    assert {f["geometry"]["type"] for f in collection["features"]} <= {"Polygon", "MultiPolygon"}
    assert isinstance(collection["features"][0]["properties"]["district_code"], str)


def test_the_same_layer_the_same_bytes(real_run: Paths, policy) -> None:
    layer = gpd.read_file(real_run.maps / "downloads" / "districts.gpkg")
    assert downloads.geopackage(layer, policy, "© A") == downloads.geopackage(layer, policy, "© A")


def test_layers_carry_the_attribution_that_their_licence_requires(real_run: Paths) -> None:
    folder = real_run.maps / "downloads"
    collection = json.loads((folder / "districts.geojson").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(f"file:{folder / 'districts.gpkg'}?mode=ro", uri=True)) as package:
        (description,) = package.execute("SELECT description FROM gpkg_contents").fetchone()
    book = openpyxl.load_workbook(folder / "95.xlsx")
    about = "\n".join(str(cell.value) for row in book["about"] for cell in row)
    for part in ("Royal Thai Survey Department", "UN OCHA", "simplified", "CC BY 3.0 IGO"):
        assert part in collection["attribution"]
        assert part in description
        assert part in about
    assert "กรมแผนที่ทหาร" in collection["attribution"]
