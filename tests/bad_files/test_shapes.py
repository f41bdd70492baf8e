"""Faulty boundary files: unclosed rings, wrong coordinates, files of another kind than their suffix states."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.sources import boundaries
from tests.bad_files.readers import DISTRICTS, RAW, SHAPES, refused


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A boundary file of each kind: 928 districts, each a square around a point inside it."""
    place = tmp_path_factory.mktemp("good")
    at = SHAPES.geometry.representative_point()
    squares = [shapely.box(p.x - 0.001, p.y - 0.001, p.x + 0.001, p.y + 0.001) for p in at]
    frame = gpd.GeoDataFrame(
        {"ADM2_PCODE": "TH" + SHAPES["district_code"].to_numpy()}, geometry=squares, crs=boundaries.WGS84
    )
    for kind in ("geojson", "gpkg", "shp"):
        frame.to_file(place / f"b.{kind}")
    frame.to_parquet(place / "b.parquet")
    return {p.suffix[1:]: p for p in place.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "boundaries"
    place.mkdir()
    return place


def read(folder: Path) -> Any:
    return boundaries.district_shapes(folder, DISTRICTS)


def geometry(coordinates: Any, kind: str = "Polygon") -> Callable[[dict], None]:
    def change(content: dict) -> None:
        content["features"][3]["geometry"] = {"type": kind, "coordinates": coordinates}

    return change


def each(change: Callable[[float, float], list[float]]) -> Callable[[dict], None]:
    """A change of every coordinate."""

    def of(content: dict) -> None:
        for feature in content["features"]:
            feature["geometry"]["coordinates"] = [[change(x, y) for x, y in feature["geometry"]["coordinates"][0]]]

    return of


def pcodes(change: Callable[[str], str], first: int = 928) -> Callable[[dict], None]:
    def of(content: dict) -> None:
        for feature in content["features"][:first]:
            feature["properties"]["ADM2_PCODE"] = change(feature["properties"]["ADM2_PCODE"])

    return of


def crs(name: str) -> Callable[[dict], None]:
    return lambda content: content.update(crs={"type": "name", "properties": {"name": name}})


SQUARE = [[100, 15], [100.1, 15], [100.1, 15.1], [100, 15.1], [100, 15]]
BOW = [[100, 15], [100.1, 15.1], [100.1, 15], [100, 15.1], [100, 15]]
HOLE = [[101, 15], [101.1, 15], [101.1, 15.1], [101, 15.1], [101, 15]]
GEOJSON: dict[str, tuple[Callable[[dict], Any], str, list[str]]] = {
    "a height with each coordinate": (each(lambda x, y: [x, y, 12.0]), "accepted", []),
    "rings the other way round": (
        lambda c: [f["geometry"]["coordinates"][0].reverse() for f in c["features"]],
        "accepted",
        [],
    ),
    "another order of districts": (lambda c: c["features"].reverse(), "accepted", []),
    "columns without meaning": (
        lambda c: [f["properties"].update(a=None, b=[1]) for f in c["features"]],
        "accepted",
        [],
    ),
    "the CRS written out": (crs("urn:ogc:def:crs:OGC:1.3:CRS84"), "accepted", []),
    "a bow tie": (geometry([BOW]), "repaired", ["TH1004: Self-intersection"]),
    "a hole outside its ring": (geometry([SQUARE, HOLE]), "repaired", ["TH1004: Hole lies outside shell"]),
    "the same point many times": (geometry([[*SQUARE[:2], SQUARE[1], *SQUARE[1:]]]), "accepted", []),
    "a ring that is not closed": (geometry([SQUARE[:-1]]), "refused", ["TH1004", "not closed"]),
    "a ring of two points": (geometry([[[100, 15], [100.1, 15]]]), "refused", ["b.geojson"]),
    "a ring without coordinates": (geometry([[]]), "refused", ["TH1004", "a Polygon or MultiPolygon"]),
    "a line": (geometry(SQUARE, "LineString"), "refused", ["TH1004 with LineString", "a Polygon or MultiPolygon"]),
    "a point": (geometry([100, 15], "Point"), "refused", ["TH1004 with Point", "a Polygon or MultiPolygon"]),
    "a collection": (
        lambda c: c["features"][3].update(geometry={"type": "GeometryCollection", "geometries": []}),
        "refused",
        ["TH1004", "a Polygon or MultiPolygon"],
    ),
    "no shape": (lambda c: c["features"][3].update(geometry=None), "refused", ["TH1004 with no geometry"]),
    "a coordinate that is not a number": (
        geometry([[[100, float("nan")], *SQUARE[1:-1], [100, float("nan")]]]),
        "refused",
        ["b.geojson"],
    ),
    "a coordinate that is infinite": (
        geometry([[[100, 15], [float("inf"), 15], *SQUARE[2:]]]),
        "refused",
        ["b.geojson"],
    ),
    "coordinates that are words": (geometry([[["a", "b"], *SQUARE[1:]]]), "refused", ["b.geojson"]),
    "latitude before longitude": (each(lambda x, y: [y, x]), "refused", ["longitude before latitude"]),
    "metres called degrees": (each(lambda x, y: [x * 6000, y * 110000]), "refused", ["longitudes"]),
    "degrees called metres": (crs("urn:ogc:def:crs:EPSG::32647"), "refused", ["longitudes"]),
    "the whole world moved": (each(lambda x, y: [x - 100, y]), "refused", ["longitudes"]),
    "a CRS that is none": (crs("urn:ogc:def:crs:EPSG::999999"), "refused", ["b.geojson"]),
    "P-codes in small letters": (pcodes(str.lower), "accepted", []),
    "P-codes of provinces": (pcodes(lambda p: p[:4]), "refused", ["a column of P-codes such as TH5001"]),
    "P-codes of subdistricts": (pcodes(lambda p: p + "01"), "refused", ["a column of P-codes such as TH5001"]),
    "codes without TH": (pcodes(lambda p: p[2:]), "accepted", []),
    "P-codes of another country": (pcodes(lambda p: "LA" + p[2:]), "refused", ["a column of P-codes"]),
    "one P-code in Thai digits": (pcodes(lambda p: "TH๑๐๐๑", 1), "repaired", ["TH๑๐๐๑"]),
    "one P-code twice": (pcodes(lambda _: "TH1002", 1), "refused", ["TH1002 2 times"]),
    "one that does not exist": (pcodes(lambda _: "TH1099", 1), "refused", ["'TH1099'", "DOPA"]),
    "no feature": (lambda c: c.update(features=[]), "refused", ["b.geojson"]),
    "a single feature": (lambda c: (c.update(c["features"][0]), c.pop("features")), "refused", ["1 of 928"]),
    "not GeoJSON": (lambda c: (c.clear(), c.update(a=1)), "refused", ["b.geojson"]),
}


@pytest.mark.parametrize("fault", GEOJSON)
def test_geojson(fault: str, good: dict[str, Path], folder: Path) -> None:
    change, verdict, parts = GEOJSON[fault]
    content = json.loads(good["geojson"].read_text())
    change(content)
    (folder / "b.geojson").write_text(json.dumps(content))
    if verdict == "refused":
        refused(lambda: read(folder), "b.geojson", *parts)
        return
    received = read(folder)
    assert len(received.table) == 928
    assert received.table.geometry.is_valid.all()
    assert [m["found"] for m in received.repaired if not any(p in m["found"] for p in parts)] == []
    assert len(received.repaired) == len(parts)


def of_kind(kind: str, name: str, change: Callable[[bytes], bytes] = lambda b: b) -> Callable[[dict, Path], object]:
    return lambda good, folder: (folder / name).write_bytes(change(good[kind].read_bytes()))


def without(*kinds: str) -> Callable[[dict, Path], object]:
    return lambda good, folder: [
        shutil.copy(path, folder) for kind, path in good.items() if kind in {"shp", "shx", "dbf", "prj"} - set(kinds)
    ]


def not_utf_8(good: dict[str, Path], folder: Path) -> None:
    gpd.read_parquet(good["parquet"]).to_parquet(folder / "b.parquet", compression=None)
    content = (folder / "b.parquet").read_bytes()
    (folder / "b.parquet").write_bytes(content.replace(b"TH1003", b"\xd4H1003"))


def geoparquet_of(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[dict, Path], object]:
    return lambda good, folder: change(gpd.read_parquet(good["parquet"])).to_parquet(folder / "b.parquet")


FILES: dict[str, tuple[Callable[[dict, Path], object], str, list[str]]] = {
    "a GeoPackage": (of_kind("gpkg", "b.gpkg"), "accepted", []),
    "GeoParquet": (of_kind("parquet", "b.parquet"), "accepted", []),
    "a Shapefile": (without(), "accepted", []),
    "a Shapefile without .prj": (without("prj"), "accepted", []),
    "a Shapefile without .dbf": (without("dbf"), "refused", ["b.shp"]),
    "a Shapefile without .shx": (without("shx"), "refused", ["b.shp"]),
    "a GeoPackage named .geojson": (of_kind("gpkg", "b.geojson"), "refused", ["b.geojson"]),
    "GeoJSON named .parquet": (of_kind("geojson", "b.parquet"), "refused", ["b.parquet"]),
    "GeoJSON named .gpkg": (of_kind("geojson", "b.gpkg"), "refused", ["b.gpkg"]),
    "Parquet without shapes": (
        geoparquet_of(lambda g: pd.DataFrame(g.drop(columns="geometry"))),
        "refused",
        ["b.parquet"],
    ),
    "half a GeoJSON": (of_kind("geojson", "b.geojson", lambda b: b[: len(b) // 2]), "refused", ["b.geojson"]),
    "half a GeoPackage": (of_kind("gpkg", "b.gpkg", lambda b: b[: len(b) // 2]), "refused", ["b.gpkg"]),
    "GeoParquet whose text is not UTF-8": (not_utf_8, "refused", ["b.parquet"]),
    "half a Parquet file": (of_kind("parquet", "b.parquet", lambda b: b[: len(b) // 2]), "refused", ["b.parquet"]),
    "a Parquet footer broken": (
        of_kind("parquet", "b.parquet", lambda b: b[:-200] + b"\xff" * 192 + b[-8:]),
        "refused",
        ["b.parquet"],
    ),
    "a Parquet footer of a false length": (
        of_kind("parquet", "b.parquet", lambda b: b[:-8] + b"\xff\xff\xff\x7f" + b[-4:]),
        "refused",
        ["b.parquet"],
    ),
    "empty": (lambda _, folder: (folder / "b.geojson").touch(), "refused", ["b.geojson"]),
    "an error page": (lambda _, folder: (folder / "b.geojson").write_text("<html>"), "refused", ["b.geojson"]),
    "a picture named .gpkg": (
        lambda _, folder: (folder / "b.gpkg").write_bytes(b"\x89PNG\r\n\x1a\n"),
        "refused",
        ["b.gpkg"],
    ),
    "a folder": (lambda _, folder: (folder / "b.geojson").mkdir(), "refused", ["b.geojson", "a file"]),
    "a pipe": (lambda _, folder: os.mkfifo(folder / "b.geojson"), "refused", ["b.geojson", "a file"]),
    "a link to nothing": (lambda _, folder: (folder / "b.gpkg").symlink_to("nowhere"), "refused", ["b.gpkg", "a file"]),
    "two files": (
        lambda good, folder: [shutil.copy(good[k], folder) for k in ("gpkg", "geojson")],
        "refused",
        ["b.geojson, b.gpkg", "one boundary file"],
    ),
    "GeoJSON nested 100,000 deep": (
        lambda _, folder: (folder / "b.geojson").write_text("[" * 100_000),
        "refused",
        ["b.geojson"],
    ),
    "a driver that fetches": (
        lambda _, folder: (folder / "b.geojson").write_text(
            '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x</SrcDataSource>'
            "</OGRVRTLayer></OGRVRTDataSource>"
        ),
        "refused",
        ["b.geojson"],
    ),
}


def test_the_projects_file_is_used_where_there_is_no_other_and_never_in_the_way(
    good: dict[str, Path], folder: Path
) -> None:
    for name in (boundaries.CARRIED, "README.md", "SOURCE.toml"):
        shutil.copy(RAW / "boundaries" / name, folder)
    (origin,) = read(folder).origins
    assert origin.file == f"boundaries/{boundaries.CARRIED}"
    assert origin.as_recorded
    assert "Royal Thai Survey Department" in origin.source
    shutil.copy(good["gpkg"], folder)
    received = read(folder)
    assert received.origins[0].file == "boundaries/b.gpkg"
    assert "without a statement of its source" in received.origins[0].source
    assert shapely.area(received.table.geometry.to_numpy()).max() < 0.001  # its squares
    shutil.copy(good["geojson"], folder)
    refused(lambda: read(folder), "b.geojson, b.gpkg", "one boundary file")


def test_a_users_file_has_the_source_that_its_own_sidecar_states(good: dict[str, Path], folder: Path) -> None:
    shutil.copy(good["gpkg"], folder)
    digest = hashlib.sha256(good["gpkg"].read_bytes()).hexdigest()
    carried = (RAW / "boundaries" / "SOURCE.toml").read_text(encoding="utf-8")
    # The attribution of the project's file is not that of another one, even if it lists it.
    (folder / "SOURCE.toml").write_text(f'{carried}"b.gpkg" = "{digest}"\n', encoding="utf-8")
    (origin,) = read(folder).origins
    assert "Royal Thai Survey Department" not in origin.source
    assert (origin.licence, origin.stated) == ("not stated", False)
    assert origin.how_to_state.startswith("write b.gpkg.SOURCE.toml with title_th, title_en, source, ")
    own = carried.replace("COD-AB Thailand", "Own survey").partition("[sha256]")[0]
    (folder / "b.gpkg.SOURCE.toml").write_text(f'{own}[sha256]\n"b.gpkg" = "{digest}"\n', encoding="utf-8")
    (origin,) = read(folder).origins
    assert origin.source.startswith("Own survey")
    assert origin.as_recorded
    assert origin.how_to_state == ""
    (folder / "b.gpkg.SOURCE.toml").write_text(f"{own}[columns]\n", encoding="utf-8")
    refused(lambda: read(folder), "b.gpkg.SOURCE.toml: found the key 'columns'")


def test_no_boundary_file_at_all_is_an_error(folder: Path) -> None:
    refused(lambda: read(folder), "no boundary file", boundaries.CARRIED)


def test_a_broken_link_is_named_as_the_user_sees_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    (folder / "b.gpkg").symlink_to("nowhere")
    refused(lambda: read(folder), "boundaries/b.gpkg: found")


@pytest.mark.parametrize("fault", FILES)
def test_files(fault: str, good: dict[str, Path], folder: Path) -> None:
    make, verdict, parts = FILES[fault]
    make(good, folder)
    if verdict == "refused":
        refused(lambda: read(folder), *parts)
    else:
        assert len(read(folder).table) == 928
