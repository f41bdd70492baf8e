"""Reading district boundaries: what is accepted, repaired and refused."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.errors import InputError
from pipeline.reading.table import Received
from pipeline.sources import boundaries, subdistricts
from tests.conftest import ROOT

RAW = ROOT / "data" / "raw"


@pytest.fixture(scope="module")
def received(districts: pd.DataFrame) -> Received:
    return boundaries.district_shapes(RAW / "boundaries", districts)


@pytest.fixture(scope="module")
def shapes(received: Received) -> gpd.GeoDataFrame:
    return received.table


def test_the_projects_boundaries_are_whole_and_share_borders(received: Received, districts: pd.DataFrame) -> None:
    shapes = received.table
    assert not received.repaired
    assert shapes["district_code"].tolist() == districts["district_code"].tolist()
    assert shapes.geometry.is_valid.all()
    assert shapely.coverage_is_valid(shapes.geometry.to_numpy())
    square_km = shapes.geometry.to_crs("EPSG:6933").area.sum() / 1e6
    assert square_km == pytest.approx(513_120, rel=0.01)  # land area of Thailand


def test_every_subdistrict_point_is_in_its_district(shapes: gpd.GeoDataFrame, districts: pd.DataFrame) -> None:
    points = subdistricts.subdistrict_points(RAW / "subdistrict_points", districts, shapes).table
    own = shapes.set_index("district_code").geometry.reindex(points["district_code"])
    assert shapely.intersects_xy(own.to_numpy(), points["lon"].to_numpy(), points["lat"].to_numpy()).all()
    assert set(points["district_code"]) == set(districts["district_code"])
    assert points.loc[points["place_code"].str.len() == 4, "district_code"].tolist() == ["1047", "1050"]


def written(tmp_path: Path, shapes: gpd.GeoDataFrame, name: str = "b.geojson") -> Path:
    place = tmp_path / "boundaries"
    place.mkdir(exist_ok=True)
    frame = gpd.GeoDataFrame({"ADM2_PCODE": "TH" + shapes["district_code"]}, geometry=shapes.geometry, crs=shapes.crs)
    if name.endswith("parquet"):
        frame.to_parquet(place / name)
    else:
        frame.to_file(place / name)
    return place


@pytest.mark.parametrize("name", ["b.geojson", "b.gpkg", "b.parquet", "b.shp"])
def test_boundaries_are_recognised_by_their_pcodes(
    name: str, tmp_path: Path, shapes: gpd.GeoDataFrame, districts: pd.DataFrame
) -> None:
    received = boundaries.district_shapes(written(tmp_path, shapes, name), districts)
    assert received.origins[0].file == f"boundaries/{name}"
    assert received.table["district_code"].tolist() == districts["district_code"].tolist()


def changed(how: Callable[[dict], object]) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        content = json.loads((place / "b.geojson").read_text())
        how(content)
        (place / "b.geojson").write_text(json.dumps(content))

    return change


def swap(content: dict) -> None:
    for feature in content["features"]:
        feature["geometry"] = {"type": "Polygon", "coordinates": [[[15, 100], [15.1, 100], [15.1, 100.1], [15, 100]]]}


BAD = {
    "927 districts": (changed(lambda c: c["features"].pop(0)), ["927 of 928", "TH1001"]),
    "a district twice": (changed(lambda c: c["features"].append(c["features"][0])), ["TH1001 2 times"]),
    "an unknown code": (
        changed(lambda c: c["features"][0]["properties"].update(ADM2_PCODE="TH9999")),
        ["TH9999"],
    ),
    "no codes": (changed(lambda c: [f["properties"].clear() for f in c["features"]]), ["P-codes"]),
    "coordinates swapped": (changed(swap), ["longitudes 15.0", "longitude before latitude"]),
    "a point": (
        changed(lambda c: c["features"][3].update(geometry={"type": "Point", "coordinates": [100, 15]})),
        ["Point", "a Polygon or MultiPolygon"],
    ),
    "no shape": (changed(lambda c: c["features"][3].update(geometry=None)), ["TH1004", "a Polygon or MultiPolygon"]),
    "broken JSON": (lambda place: (place / "b.geojson").write_text('{"type": "Feat'), ["boundary file"]),
    "two files": (lambda place: (place / "c.gpkg").write_bytes(b"x"), ["one boundary file"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_boundaries(name: str, tmp_path: Path, shapes: gpd.GeoDataFrame, districts: pd.DataFrame) -> None:
    change, parts = BAD[name]
    place = written(tmp_path, shapes)
    change(place)
    with pytest.raises(InputError) as caught:
        boundaries.district_shapes(place, districts)
    assert "\n" not in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_a_self_crossing_outline_is_repaired_with_a_record(
    tmp_path: Path, shapes: gpd.GeoDataFrame, districts: pd.DataFrame
) -> None:
    place = written(tmp_path, shapes)
    bow = {"type": "Polygon", "coordinates": [[[100, 11], [100.1, 11.1], [100.1, 11], [100, 11.1], [100, 11]]]}
    changed(lambda c: c["features"][5].update(geometry=bow))(place)
    received = boundaries.district_shapes(place, districts)
    assert [m["found"][:6] for m in received.repaired] == ["TH1006", "a hole"]  # where it was
    assert received.table.geometry.is_valid.all()
