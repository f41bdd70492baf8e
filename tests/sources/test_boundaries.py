"""Reading district boundaries: what is accepted, repaired and refused."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.errors import InputError
from pipeline.places import METRIC
from pipeline.sources import boundaries, subdistricts
from tests.conftest import ROOT, SHARED


@pytest.fixture(scope="module")
def points(districts: pd.DataFrame) -> pd.DataFrame:
    return subdistricts.subdistrict_points(ROOT / "data" / "raw" / "subdistrict_points", districts).table


@pytest.fixture(scope="module")
def schematic(points: pd.DataFrame) -> gpd.GeoDataFrame:
    return boundaries.schematic(points)


def test_schematic_districts_are_whole_and_share_borders(schematic: gpd.GeoDataFrame, districts: pd.DataFrame) -> None:
    assert schematic["district_code"].tolist() == districts["district_code"].tolist()
    assert schematic.geometry.is_valid.all()
    assert shapely.coverage_is_valid(schematic.geometry.to_numpy())


def test_every_point_is_in_its_own_district(schematic: gpd.GeoDataFrame, points: pd.DataFrame) -> None:
    own = schematic.set_index("district_code").geometry.reindex(points["district_code"])
    assert shapely.intersects_xy(own.to_numpy(), points["lon"].to_numpy(), points["lat"].to_numpy()).all()


def test_schematic_districts_resemble_the_real_ones(schematic: gpd.GeoDataFrame, districts: pd.DataFrame) -> None:
    file = SHARED / "boundaries_adm2_fine.geojson"
    if not file.is_file():
        pytest.skip("the real boundary file is not available")
    real, repaired = boundaries.read_boundary_file(file, districts)
    assert not repaired
    real, schematic = (g.geometry.to_crs(METRIC) for g in (real, schematic))
    overlap = real.intersection(schematic).area / real.union(schematic).area
    assert overlap.median() > 0.7


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
    name: str, tmp_path: Path, schematic: gpd.GeoDataFrame, districts: pd.DataFrame, points: pd.DataFrame
) -> None:
    received = boundaries.district_shapes(written(tmp_path, schematic, name), districts, points)
    assert received.table["outline"].unique().tolist() == ["boundary_file"]
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
        ["Point", "areas"],
    ),
    "no shape": (changed(lambda c: c["features"][3].update(geometry=None)), ["TH1004", "areas"]),
    "broken JSON": (lambda place: (place / "b.geojson").write_text('{"type": "Feat'), ["boundary file"]),
    "two files": (lambda place: (place / "c.gpkg").write_bytes(b"x"), ["one boundary file"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_boundaries(
    name: str, tmp_path: Path, schematic: gpd.GeoDataFrame, districts: pd.DataFrame, points: pd.DataFrame
) -> None:
    change, parts = BAD[name]
    place = written(tmp_path, schematic)
    change(place)
    with pytest.raises(InputError) as caught:
        boundaries.district_shapes(place, districts, points)
    assert "\n" not in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_a_self_crossing_outline_is_repaired_with_a_record(
    tmp_path: Path, schematic: gpd.GeoDataFrame, districts: pd.DataFrame, points: pd.DataFrame
) -> None:
    place = written(tmp_path, schematic)
    bow = {"type": "Polygon", "coordinates": [[[100, 15], [100.1, 15.1], [100.1, 15], [100, 15.1], [100, 15]]]}
    changed(lambda c: c["features"][5].update(geometry=bow))(place)
    received = boundaries.district_shapes(place, districts, points)
    assert [m["found"][:6] for m in received.repaired] == ["TH1006"]
    assert received.table.geometry.is_valid.all()
