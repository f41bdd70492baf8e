"""Opening files of shapes: their layers, each with its cells, and its shapes when they are asked for.

Here: kinds of files, zip archives and folders, what must never be opened. GDAL would choose a driver by content, and
some drivers open other files, even over the network: a file is opened only if its content is of the kind that its name
states. Not here: which layer has the districts (``district_layer``).
"""

import json
import re
import stat
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from pipeline.errors import InputError, Problem, shown_value
from pipeline.reading.archives import open_archive, unpacked

PARQUET = (".parquet", ".geoparquet")
JSON = (".geojson", ".json", ".topojson")
XML = (".kml", ".gml")
MAPINFO = (".tab", ".mif")
ARCHIVES = (".zip", ".kmz")
GEODATABASE = ".gdb"
MAGIC = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\0\0\x27\x0a",
    ".fgb": b"fgb\x03",
    ".tab": b"!table",
    ".mif": b"Version",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
    ".zip": b"PK",
    ".kmz": b"PK",
}
KINDS = {*MAGIC, *JSON, *XML}
ROOTS = {".kml": "kml", ".gml": "FeatureCollection"}
# What GDAL would do on its own: fetch schemas over the network.
OPEN_OPTIONS: dict[str, dict[str, str]] = {".gml": {"DOWNLOAD_SCHEMA": "NO"}}
# COD-AB of Thailand at survey resolution is a zip archive of 358 MB.
MOST_MEMBERS = 5_000
LARGEST_UNPACKED = 4_000_000_000
LARGEST_RATIO = 200
LEFT_OVER = re.compile(r"\..*|~\$.*|Thumbs\.db|desktop\.ini|__MACOSX|Icon\r|.*\.lock", re.IGNORECASE)


@dataclass(frozen=True)
class Layer:
    """One layer of a file.

    Attributes:
        name: of the layer, or of its file within an archive or folder.
        file: the file with the layer, as messages show it.
        cells: the columns of its features, without shapes.
        shapes: reads its features with their shapes, in the same order.
        is_area: whether it can have areas; lines and points are not districts.
    """

    name: str
    file: str
    cells: pd.DataFrame
    shapes: Callable[[], gpd.GeoDataFrame]
    is_area: bool = True


def is_left_over(name: str) -> bool:
    """Return whether operating systems and programs leave a file of this name.

    Args:
        name: of a file or folder, without its path.

    Returns:
        True for files that are no input.

    >>> [is_left_over(name) for name in (".DS_Store", "._b.shp", "Thumbs.db", "~$b.xlsx", "b.shp")]
    [True, True, True, True, False]
    """
    return LEFT_OVER.fullmatch(name) is not None


@contextmanager
def opened(path: Path, file: str) -> Iterator[list[Layer]]:
    """Open a file of shapes; an archive is unpacked for as long as it is open.

    Args:
        path: a file of one of ``KINDS``, a geodatabase, or a folder with such files.
        file: the path as messages show it.

    Yields:
        The layers, in the order of files.

    Raises:
        InputError: the file cannot be read, is not of the kind that its name states, or is not safe to open.
    """
    kind = path.suffix.lower()
    if not (path.is_dir() and kind not in KINDS) and not path.is_file():
        raise InputError(Problem(file, "a folder, a pipe or a broken link", "a file", "put the file itself here"))
    if path.is_dir():
        yield _layers_within(path, file, KINDS)
    elif kind in ARCHIVES:
        with tempfile.TemporaryDirectory(prefix="boundaries-") as unpacked:
            _unpack(path, Path(unpacked), file)
            yield _layers_within(Path(unpacked), file, {".kml"} if kind == ".kmz" else KINDS)
    else:
        yield _layers_of(path, file)


def _layers_within(folder: Path, file: str, kinds: set[str]) -> list[Layer]:
    """Open every file of shapes in a folder. Other files, such as documents and metadata, are left alone there."""
    inside = sorted(p for p in folder.rglob("*") if not any(map(is_left_over, p.relative_to(folder).parts)))
    if links := [p for p in (folder, *inside) if p.is_symlink()]:
        found, fix = f"a link ({links[0].name})", "put the file itself here"
        raise InputError(Problem(file, found, "files", fix))
    databases = [p for p in (folder, *inside) if p.is_dir() and p.suffix.lower() == GEODATABASE]
    files = [p for p in inside if p.is_file() and p.suffix.lower() in kinds]
    files = [p for p in files if not any(p.is_relative_to(d) for d in databases)]
    layers = [
        layer
        for path in (*databases, *files)
        if path in databases or not _is_plain_json(path)
        for layer in _layers_of(path, file if path == folder else f"{file}/{path.relative_to(folder).as_posix()}")
    ]
    if not layers:
        names = ", ".join(p.name for p in inside if p.is_file())[:100] or "no files"
        expected = f"a boundary file in it ({', '.join(sorted(kinds - set(ARCHIVES)))})"
        raise InputError(Problem(file, names, expected, "put one of these files here, unpacked"))
    return layers


def _is_plain_json(path: Path) -> bool:
    """Return whether a file is JSON without shapes, such as the metadata of a download, or an archive in an archive."""
    if path.suffix.lower() in ARCHIVES:
        return True
    if path.suffix.lower() != ".json":
        return False
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return not isinstance(content, dict) or not content.keys() & {"features", "arcs", "geometry"}


def _unpack(path: Path, to: Path, file: str) -> None:
    """Unpack an archive, unless it holds paths that lead out of it, links, or more than a boundary file can be."""
    try:
        _check_start(path, file)
        with open_archive(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            size = sum(m.file_size for m in members)
            if len(members) > MOST_MEMBERS or size > LARGEST_UNPACKED or size > LARGEST_RATIO * path.stat().st_size:
                found = f"an archive of {len(members):,} files that unpacks to {size / 1e6:,.0f} MB"
                limits = f"{MOST_MEMBERS:,} files, {LARGEST_UNPACKED / 1e6:,.0f} MB, {LARGEST_RATIO} times its size"
                raise InputError(Problem(file, found, f"at most {limits}", "put the boundary file itself here"))
            for member in members:
                parts = PurePosixPath(member.filename.replace("\\", "/")).parts
                leads_out = not parts or ".." in parts or parts[0].endswith((":", "/"))
                if stat.S_ISLNK(member.external_attr >> 16) or leads_out:
                    found = f"a link or a path out of the archive ({shown_value(member.filename)})"
                    raise InputError(Problem(file, found, "plain files", "make the archive again"))
                if not any(map(is_left_over, parts)):
                    _unpack_member(archive, member, to.joinpath(*parts))
    except (zipfile.BadZipFile, ValueError) as error:
        found = f"an archive that cannot be read ({' '.join(str(error).split())[:60]})"
        raise InputError(Problem(file, found, "a zip archive without a password", "copy or save it again")) from None


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as target:
        for piece in unpacked(archive, member):
            target.write(piece)


def _check_start(path: Path, file: str) -> None:
    """Check that a file begins as its suffix states.

    Raises:
        InputError: it does not.
    """
    kind = path.suffix.lower()
    with path.open("rb") as stream:
        start = stream.read(1 << 16)
    if kind in XML:
        text = start.decode("utf-8-sig", errors="replace")
        root = re.search(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
        fits = text.lstrip().startswith("<") and "<!DOCTYPE" not in text and root is not None and root[1] == ROOTS[kind]
    elif kind in MAPINFO:
        fits = start.lower().startswith(MAGIC[kind].lower())
        # A table of this format can name other files and databases.
        if kind == ".tab" and not re.search(rb"^\s*Type NATIVE", start, re.IGNORECASE | re.MULTILINE):
            fits = False
        if re.search(rb"IsSeamless\"\s*=\s*\"TRUE", start, re.IGNORECASE):
            fits = False
    else:
        fits = start.startswith(MAGIC.get(kind, b""))
    if not fits:
        found, expected = f"content that is not {kind}", f"a {kind} file, as its suffix states"
        raise InputError(Problem(file, found, expected, "rename it to the right suffix"))


def _layers_of(path: Path, file: str) -> list[Layer]:
    kind = path.suffix.lower()
    try:
        if kind == GEODATABASE:
            if not (path / "a00000001.gdbtable").is_file():
                fix = "copy the whole folder again"
                raise InputError(Problem(file, "no table a00000001.gdbtable", "a file geodatabase", fix))
            return _ogr_layers(path, file)
        _check_start(path, file)
        if kind in PARQUET:
            return [_parquet_layer(path, file)]
        if kind in JSON:
            return _json_layers(path, file)
        return _ogr_layers(path, file)
    except InputError:
        raise
    except Exception as error:  # the readers raise many kinds of error for a file that cannot be read
        raise _unreadable(error, file) from error


def _unreadable(error: Exception, file: str) -> InputError:
    found = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return InputError(Problem(file, found, f"a boundary file ({', '.join(sorted(KINDS))})", "export it again"))


def _parquet_layer(path: Path, file: str) -> Layer:
    shapes = gpd.read_parquet(path)
    cells = pd.DataFrame(shapes.drop(columns=shapes.geometry.name))
    pq.read_table(path, columns=list(cells.columns)).validate(full=True)  # finds text that is not UTF-8
    return Layer(path.stem, file, cells, lambda: shapes)


def _ogr_layers(path: Path, file: str) -> list[Layer]:
    """List the layers of a file that GDAL reads, with their cells."""
    options: dict[str, Any] = dict(OPEN_OPTIONS.get(path.suffix.lower(), {}))
    if encoding := _dbf_encoding(path):
        options["encoding"] = encoding
    layers = []
    with warnings.catch_warnings(action="ignore"):  # the checks of shapes cover what GDAL warns of
        for name, geometry_type in pyogrio.list_layers(path):
            if geometry_type is None:
                continue

            def shapes(name: str = name) -> gpd.GeoDataFrame:
                try:
                    with warnings.catch_warnings(action="ignore"):
                        return gpd.GeoDataFrame(pyogrio.read_dataframe(path, layer=name, **options))
                except Exception as error:  # as in _layers_of
                    raise _unreadable(error, file) from error

            cells = pyogrio.read_dataframe(path, layer=name, read_geometry=False, **options)
            is_area = not re.search("Point|LineString", geometry_type)
            layers.append(Layer(str(name), file, pd.DataFrame(cells), shapes, is_area))
    return layers


def _dbf_encoding(path: Path) -> str | None:
    """Return the encoding of the cells of a Shapefile that does not state it: UTF-8, else the Thai one of Windows."""
    parts = {p.suffix.lower(): p for p in path.parent.glob(f"{path.stem}.*") if p.stem == path.stem}
    if path.suffix.lower() != ".shp" or ".cpg" in parts or ".dbf" not in parts:
        return None
    content = parts[".dbf"].read_bytes()
    header = int.from_bytes(content[8:10], "little")
    try:
        content[header:].decode("utf-8")
    except UnicodeDecodeError:
        return "cp874"
    return "utf-8"


def _json_layers(path: Path, file: str) -> list[Layer]:
    """Open GeoJSON; TopoJSON and the JSON of ArcGIS are left to GDAL once their content has been seen."""
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    if isinstance(content, dict) and (content.get("type") == "Topology" or "geometryType" in content):
        return _ogr_layers(path, file)
    features = content.get("features", [content]) if isinstance(content, dict) else None
    if not features or not all(isinstance(f, dict) and isinstance(f.get("properties"), dict) for f in features):
        raise InputError(Problem(file, "no features", "a GeoJSON FeatureCollection of districts", "export it again"))
    cells = pd.DataFrame([f["properties"] for f in features], index=range(len(features)))
    return [Layer(path.stem, file, cells, lambda: _geojson(content, features, cells, file))]


def _geojson(content: dict[str, Any], features: list[Any], cells: pd.DataFrame, file: str) -> gpd.GeoDataFrame:
    """Read features as shapes (RFC 7946); a ``crs`` member (GeoJSON 2008) is used if there is one."""
    shapes = []
    for number, feature in enumerate(features, start=1):
        try:
            shape = shapely.geometry.shape(feature["geometry"]) if feature.get("geometry") else None
            if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
                raise ValueError("a coordinate that is not a number")
            if not _rings_closed(feature.get("geometry")):
                raise ValueError("a ring that is not closed")
        except Exception as error:  # shapely and numpy raise many kinds of error
            values = map(str, feature["properties"].values())
            name = next((v for v in values if re.fullmatch(r"TH[0-9]{4}", v)), f"feature {number}")
            found = f"{name} with invalid geometry ({' '.join(str(error).split())[:80]})"
            fix = "correct its geometry in the GIS and export the file again"
            raise InputError(Problem(file, found, "closed rings of coordinates", fix, line=number)) from None
        shapes.append(shape)
    crs = "EPSG:4326"
    try:
        if content.get("crs"):
            crs = content["crs"].get("properties", {}).get("name", crs)
        return gpd.GeoDataFrame(cells, geometry=shapes, crs=crs)
    except Exception as error:  # pyproj and geopandas raise many kinds of error
        raise _unreadable(error, file) from None


def _rings_closed(geometry: Any) -> bool:
    """Return whether each ring of a GeoJSON geometry ends where it begins; shapely would close it without notice."""
    if not geometry or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return True
    areas = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return all(not ring or ring[0] == ring[-1] for rings in areas for ring in rings)
