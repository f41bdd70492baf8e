"""Outlines, neighbours, kilometres."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline import places
from pipeline.errors import InputError
from tests.conftest import ROOT, SHARED


@pytest.fixture(scope="module")
def points(districts: pd.DataFrame) -> pd.DataFrame:
    return places.subdistrict_points(ROOT / "data" / "raw" / "subdistrict_points", districts).table


@pytest.fixture(scope="module")
def schematic(points: pd.DataFrame) -> gpd.GeoDataFrame:
    return places.schematic(points)


def test_schematic_districts_are_whole_and_share_borders(schematic: gpd.GeoDataFrame, districts: pd.DataFrame) -> None:
    assert schematic["district_code"].tolist() == districts["district_code"].tolist()
    assert schematic.geometry.is_valid.all()
    assert shapely.coverage_is_valid(schematic.geometry.to_numpy())


def test_every_point_lies_in_its_own_district(schematic: gpd.GeoDataFrame, points: pd.DataFrame) -> None:
    own = schematic.set_index("district_code").geometry.reindex(points["district_code"])
    assert shapely.intersects_xy(own.to_numpy(), points["lon"].to_numpy(), points["lat"].to_numpy()).all()


def test_schematic_districts_resemble_the_real_ones(schematic: gpd.GeoDataFrame, districts: pd.DataFrame) -> None:
    file = SHARED / "boundaries_adm2_fine.geojson"
    if not file.is_file():
        pytest.skip("the real boundary file is not beside the project")
    real, repaired = places.boundaries(file, districts)
    assert not repaired
    real, schematic = (g.geometry.to_crs(places.METRIC) for g in (real, schematic))
    overlap = real.intersection(schematic).area / real.union(schematic).area
    assert overlap.median() > 0.7


def test_neighbours_within_a_distance_and_islands_get_their_two_nearest() -> None:
    squares = [shapely.box(x, 15, x + 0.1, 15.1) for x in (100, 100.1005, 100.3, 101)]  # gaps 54 m, 11 km, 64 km
    shapes = gpd.GeoDataFrame(geometry=squares, crs=places.WGS84)
    matrix = places.neighbours(shapes, 100).toarray()
    assert matrix.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1]]


def test_km_of_one_degree_north() -> None:
    assert places.km(*(np.array([v]) for v in (100.0, 0.0, 100.0, 1.0)))[0, 0] == pytest.approx(110.574, abs=0.001)


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
    received = places.district_shapes(written(tmp_path, schematic, name), districts, points)
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
        places.district_shapes(place, districts, points)
    assert "\n" not in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_a_self_crossing_outline_is_repaired_with_a_record(
    tmp_path: Path, schematic: gpd.GeoDataFrame, districts: pd.DataFrame, points: pd.DataFrame
) -> None:
    place = written(tmp_path, schematic)
    bow = {"type": "Polygon", "coordinates": [[[100, 15], [100.1, 15.1], [100.1, 15], [100, 15.1], [100, 15]]]}
    changed(lambda c: c["features"][5].update(geometry=bow))(place)
    received = places.district_shapes(place, districts, points)
    assert [m["found"][:6] for m in received.repaired] == ["TH1006"]
    assert received.table.geometry.is_valid.all()


def test_places_within_lie_in_their_district_and_spread_over_it(schematic: gpd.GeoDataFrame) -> None:
    codes = pd.Series(["5001", "9501", "5001"])
    found = places.places_within(schematic, codes, 6, seed=1)
    assert found.shape == (3, 36, 2)
    outlines = schematic.set_index("district_code").geometry
    for code, points in zip(codes, found, strict=True):
        assert shapely.contains_xy(outlines[code].buffer(1e-9), points[:, 0], points[:, 1]).all()
        # means of evenly spread places lie near the centroid, nearer than those of 36 random ones would
        west, _, east, _ = outlines[code].bounds
        assert abs(points[:, 0].mean() - outlines[code].centroid.x) < 0.05 * (east - west)
    assert (found[0] == found[2]).all()
    assert (found == places.places_within(schematic, codes, 6, seed=1)).all()
    assert (found != places.places_within(schematic, codes, 6, seed=2)).any()


def test_km_between_pairs_is_km_of_the_table() -> None:
    chance = np.random.default_rng(1)
    lon, lat = chance.uniform(98, 105, 5), chance.uniform(6, 20, 5)
    whole = places.km(lon, lat, lon, lat)
    assert places.km_between(lon, lat, lon[::-1], lat[::-1]) == pytest.approx(whole[np.arange(5), np.arange(5)[::-1]])
