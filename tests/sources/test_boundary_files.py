"""Boundary files of every kind, alone, zipped and in folders, and what else may lie beside them."""

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import topojson

from pipeline.sources import boundaries
from pipeline.sources.boundaries import vector_files
from tests.bad_files.readers import refused
from tests.sources.squares import CODES, DISTRICTS, frame, read, same_squares, zipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "boundaries"
    place.mkdir()
    return place


def as_shapefile(place: Path, name: str = "adm2", shapes: gpd.GeoDataFrame | None = None) -> Path:
    place.mkdir(exist_ok=True)
    (frame() if shapes is None else shapes).to_file(place / f"{name}.shp")
    return place


def as_codab(place: Path) -> Path:
    """As COD-AB comes: country, provinces, districts, subdistricts and documents."""
    districts = frame(ADM2_PCODE=["TH" + c for c in CODES], ADM1_PCODE=["TH" + c[:2] for c in CODES], ADM0_PCODE="TH")
    as_shapefile(place, "tha_adm0", districts.dissolve("ADM0_PCODE", as_index=False)[["ADM0_PCODE", "geometry"]])
    as_shapefile(place, "tha_adm1", districts.dissolve("ADM1_PCODE", as_index=False)[["ADM1_PCODE", "geometry"]])
    as_shapefile(place, "tha_adm2", districts)
    as_shapefile(place, "tha_adm3", districts.assign(ADM3_PCODE=districts["ADM2_PCODE"] + "01"))
    (place / "tha-metaData.json").write_text('{"title": "invented"}')
    (place / "tha-metaData.xml").write_text("<metadata/>")
    (place / "read me.pdf").write_bytes(b"%PDF")
    return place


def as_topojson(path: Path) -> None:
    path.write_text(topojson.Topology(frame(), prequantize=False).to_json())


def as_arcgis(path: Path) -> None:
    features = [
        {"attributes": {"AMPHOE_IDN": int(code)}, "geometry": {"rings": [[list(xy) for xy in shape.exterior.coords]]}}
        for code, shape in zip(CODES, frame().geometry, strict=True)
    ]
    head = {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4326}}
    fields = [{"name": "AMPHOE_IDN", "type": "esriFieldTypeInteger"}]
    path.write_text(json.dumps({**head, "fields": fields, "features": features}))


def as_kmz(folder: Path) -> None:
    (folder / "x").mkdir()
    frame().to_file(folder / "x" / "doc.kml", driver="LIBKML")
    zipped(folder / "x", folder / "b.kmz")


def as_geodatabase(path: Path) -> None:
    frame().to_file(path, driver="OpenFileGDB", layer="adm2")


def zipped_geodatabase(folder: Path) -> None:
    (folder / "x").mkdir()
    as_geodatabase(folder / "x" / "b.gdb")
    zipped(folder / "x", folder / "b.gdb.zip")


def left_overs(folder: Path) -> None:
    frame().to_file(folder / "b.gpkg")
    for name in (".DS_Store", "._b.gpkg", "Thumbs.db", "desktop.ini", "~$b.xlsx", "b.qmd", "b.gpkg-shm", "b.gpkg-wal"):
        (folder / name).write_bytes(b"" if name.endswith("-wal") else b"x")
    (folder / "__MACOSX").mkdir()
    (folder / "b-metaData.json").write_text("{}")


GOOD: dict[str, Callable[[Path], object]] = {
    "GeoJSON": lambda p: frame().to_file(p / "b.geojson"),
    "GeoJSON named .json": lambda p: frame().to_file(p / "b.json", driver="GeoJSON"),
    "GeoPackage": lambda p: frame().to_file(p / "b.gpkg"),
    "Shapefile": as_shapefile,
    "GeoParquet": lambda p: frame().to_parquet(p / "b.parquet"),
    "FlatGeobuf": lambda p: frame().to_file(p / "b.fgb", driver="FlatGeobuf"),
    "KML": lambda p: frame().to_file(p / "b.kml", driver="LIBKML"),
    "KMZ": as_kmz,
    "GML": lambda p: frame().to_file(p / "b.gml", driver="GML"),
    "MapInfo": lambda p: frame().to_file(p / "b.tab", driver="MapInfo File"),
    "MapInfo interchange": lambda p: frame().to_file(p / "b.mif", driver="MapInfo File"),
    "TopoJSON": lambda p: as_topojson(p / "b.topojson"),
    "JSON of ArcGIS": lambda p: as_arcgis(p / "b.json"),
    "a geodatabase": lambda p: as_geodatabase(p / "b.gdb"),
    "a zipped geodatabase": zipped_geodatabase,
    "a Shapefile in a folder": lambda p: as_shapefile(p / "own"),
    "a zipped Shapefile": lambda p: zipped(as_shapefile(p / "x"), p / "b.zip"),
    "all levels in a folder": lambda p: as_codab(p / "own"),
    "all levels zipped": lambda p: zipped(as_codab(p / "x"), p / "b.zip"),
    "what operating systems leave": left_overs,
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_file_of_each_kind_gives_the_same_outlines(kind: str, folder: Path) -> None:
    GOOD[kind](folder)
    received = read(folder)
    assert same_squares(received)
    assert list(received.repaired) == []
    layers = "layer tha_adm2 of 4, districts by ADM1_PCODE, ADM2_PCODE" if "levels" in kind else ""
    assert layers in received.origins[0].read_as


def archive(folder: Path, members: dict[str, bytes], mode: int = 0) -> None:
    with zipfile.ZipFile(folder / "b.zip", "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)


def two_layers(folder: Path) -> None:
    frame().to_file(folder / "b.gpkg", layer="districts_2564")
    frame().to_file(folder / "b.gpkg", layer="districts_2566")


def linked(folder: Path) -> None:
    as_shapefile(folder / "own")
    (folder / "own" / "more.shp").symlink_to("/etc/hostname")


VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x</SrcDataSource>'
BAD: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "two files": (
        lambda p: (frame().to_file(p / "b.fgb", driver="FlatGeobuf"), zipped(as_shapefile(p / "x"), p / "a.zip")),
        ["a.zip, b.fgb", "at most one boundary file"],
    ),
    "a file and a folder": (
        lambda p: (frame().to_file(p / "b.gpkg"), as_shapefile(p / "own")),
        ["b.gpkg, own", "at most one boundary file"],
    ),
    "two layers of districts": (two_layers, ["districts_2564", "districts_2566", "one layer of districts"]),
    "an archive of another kind": (lambda p: (p / "b.rar").write_bytes(b"Rar!"), ["b.rar", "unpack it"]),
    "other data": (lambda p: (p / "notes.sav").write_bytes(b"PK"), ["notes.sav", "boundary files"]),
    "parts without their Shapefile": (
        lambda p: (as_shapefile(p), (p / "adm2.shp").unlink()),
        ["adm2.dbf", "put back the boundary file"],
    ),
    "a sidecar without its file": (lambda p: (p / "b.gpkg.SOURCE.toml").touch(), ["b.gpkg.SOURCE.toml"]),
    "a GeoPackage open in a GIS": (
        lambda p: (frame().to_file(p / "b.gpkg"), (p / "b.gpkg-wal").write_bytes(b"x")),
        ["b.gpkg-wal with unsaved changes"],
    ),
    "an empty folder": (lambda p: (p / "own").mkdir(), ["own", "no files"]),
    "a folder of documents": (
        lambda p: ((p / "own").mkdir(), (p / "own" / "a.pdf").touch()),
        ["own: found a.pdf", "a boundary file in it"],
    ),
    "an archive in an archive": (lambda p: archive(p, {"c.zip": b"PK"}), ["found c.zip", "unpacked"]),
    "a path out of the archive": (lambda p: archive(p, {"../b.shp": b"x"}), ["'../b.shp'", "plain files"]),
    "a path from the root": (lambda p: archive(p, {"/tmp/b.shp": b"x"}), ["'/tmp/b.shp'"]),
    "a link in the archive": (lambda p: archive(p, {"b.shp": b"/etc/passwd"}, stat.S_IFLNK), ["a link"]),
    "a link in the folder": (linked, ["a link (more.shp)"]),
    "an archive that unpacks to too much": (
        lambda p: archive(p, {"b.geojson": b" " * 3_000_000}),
        ["unpacks to 3 MB", "times its size"],
    ),
    "an archive cut short": (
        lambda p: (p / "b.zip").write_bytes(b"PK\x03\x04 and no more"),
        ["an archive that cannot be read"],
    ),
    "a driver that fetches, as KML": (lambda p: (p / "b.kml").write_bytes(VRT), ["content that is not .kml"]),
    "a driver that fetches, zipped": (lambda p: archive(p, {"b.gml": VRT}), ["b.zip/b.gml", "not .gml"]),
    "entities of XML": (
        lambda p: (p / "b.kml").write_bytes(b'<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>'),
        ["content that is not .kml"],
    ),
    "a MapInfo table that names another": (
        lambda p: (p / "b.tab").write_bytes(b'!table\n!version 300\nDefinition Table\n  Type "SHAPEFILE"\n'),
        ["content that is not .tab"],
    ),
    "a geodatabase without tables": (lambda p: (p / "b.gdb").mkdir(), ["b.gdb", "a file geodatabase"]),
    "a picture as FlatGeobuf": (lambda p: (p / "b.fgb").write_bytes(b"\x89PNG"), ["content that is not .fgb"]),
}


@pytest.mark.parametrize("fault", BAD)
def test_what_cannot_be_used_is_one_line(fault: str, folder: Path) -> None:
    make, parts = BAD[fault]
    make(folder)
    refused(lambda: read(folder), *parts)


def test_nothing_of_an_archive_is_written_outside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_files, "MOST_MEMBERS", 1)
    archive(folder, {"a.geojson": b"x", "b.geojson": b"y"})
    refused(lambda: read(folder), "an archive of 2 files")
    assert [p.name for p in folder.parent.rglob("*.geojson")] == []


def test_the_source_of_an_archive_or_folder_is_stated_by_its_sidecar(folder: Path) -> None:
    own = 'title_th = "ก"\ntitle_en = "A"\nsource = "Own survey"\naddress = "-"\nlicence = "-"\nreceived = 2026-01-01\n'
    as_shapefile(folder / "own")
    lines = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted((folder / "own").iterdir())
    )
    digest = hashlib.sha256(lines.encode()).hexdigest()  # what (cd own && sha256sum * | sha256sum) prints
    (folder / "own.SOURCE.toml").write_text(f'{own}[sha256]\n"own" = "{digest}"\n', encoding="utf-8")
    (origin,) = read(folder).origins
    assert (origin.source, origin.stated, origin.as_recorded) == ("Own survey", True, True)
    (folder / "own" / "more.txt").touch()
    assert not read(folder).origins[0].as_recorded


def test_cells_of_a_shapefile_in_thai_without_an_encoding(folder: Path) -> None:
    names = frame(amphoe=DISTRICTS["name_th"], changwat=DISTRICTS["province_name_th"])
    names.to_file(folder / "b.shp", encoding="cp874")
    (folder / "b.cpg").unlink()
    assert same_squares(read(folder))


def test_the_projects_file_is_used_beside_left_overs(folder: Path) -> None:
    (folder / ".DS_Store").touch()
    refused(lambda: read(folder), "no boundary file", boundaries.CARRIED)
