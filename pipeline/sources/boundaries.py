"""District boundaries: the outline of each district, from a file with P-codes.

Here: the choice of the file, reading it, its checks, the repair of invalid shapes. Not here: neighbours and
distances (``pipeline.places``), maps (``pipeline.pages``).
"""

import hashlib
import json
import re
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.reading.sidecar import Origin, origin_of, own_sidecar
from pipeline.reading.table import Received

WGS84 = "EPSG:4326"
SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".parquet", ".geoparquet")
MAGIC = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\0\0\x27\x0a",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
}
PCODE = r"\ATH[1-9][0-9]{3}\Z"
# Thailand with a margin: west, south, east, north, in degrees.
THAILAND = (97.0, 5.0, 106.5, 21.0)
# The boundary file of the project itself; any other file in the folder is the user's own and is used instead.
CARRIED = "boundaries_adm2_districts.parquet"


def district_shapes(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the outline of each district from the user's own file if there is one, else from the project's.

    Args:
        folder: ``data/raw/boundaries/``.
        districts: the DOPA list; its ``district_code`` are the codes that the file must have, each once.

    Returns:
        ``district_code`` and ``geometry`` (degrees, EPSG:4326), in the order of codes.

    Raises:
        InputError: there is no file, there are several of the user's own, or the file cannot be used (see
            ``read_boundary_file``).
    """
    path = _chosen_file(folder)
    shapes, repaired = read_boundary_file(path, districts)
    return Received(shapes, (_origin(path),), len(shapes), tuple(repaired))


def _chosen_file(folder: Path) -> Path:
    files = sorted(p for p in folder.glob("*") if p.suffix.lower() in SUFFIXES)
    own = [p for p in files if p.name != CARRIED]
    if len(own) > 1:
        found, fix = ", ".join(p.name for p in own), "keep one of them"
        raise InputError(Problem(shown_path(folder), found, f"at most one boundary file besides {CARRIED}", fix))
    if not files:
        fix = "restore the file, or put a file of all districts here"
        raise InputError(Problem(shown_path(folder), "no boundary file", CARRIED, fix))
    return own[0] if own else files[0]


def _origin(path: Path) -> Origin:
    """Describe the source of a boundary file by its sidecar; without a sidecar, state that the source is not known.

    The sidecar of the folder describes the project's file only, a user's own file has a sidecar of its own.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.name == CARRIED:
        return origin_of(path, digest)
    if own_sidecar(path).is_file():
        return origin_of(path, digest, own=True)
    return Origin(
        file=f"{path.parent.name}/{path.name}",
        sha256=digest,
        title_th="ขอบเขตอำเภอ",
        title_en="District boundaries",
        source=f"boundary file {path.name}, received without a statement of its source",
        address="",
        licence="not stated",
        received="",
        source_th=f"แฟ้มขอบเขต {path.name} ที่ได้รับโดยไม่มีคำชี้แจงที่มา",
        sidecar=own_sidecar(path).name,
        stated=False,
    )


def read_boundary_file(path: Path, districts: pd.DataFrame) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Read the outlines of districts from a boundary file by P-code; invalid geometry is repaired and recorded.

    Args:
        path: GeoJSON, GeoPackage, Shapefile or GeoParquet with a column of P-codes (TH and the district code).
        districts: the DOPA list; its ``district_code`` are the codes that the file must have, each once.

    Returns:
        ``district_code`` and ``geometry`` (degrees, EPSG:4326) in the order of codes, and one record for each
        repaired shape (file, line, column, found, used).

    Raises:
        InputError: the file cannot be read, has no P-codes, has coordinates outside Thailand, or does not have each
            district once as an area.
    """
    file = shown_path(path)
    shapes = _open_file(path, file)
    column = next((str(c) for c in shapes.columns if _holds_pcodes(shapes[c])), None)
    if column is None:
        raise InputError(
            Problem(
                file,
                f"columns {', '.join(map(str, shapes.columns[:8]))}",
                "a column of P-codes such as TH5001",
                "use a district (ADM2) file with P-codes",
            )
        )
    codes = shapes[column].str[2:]
    problems = [*_code_problems(codes, set(districts["district_code"])), *_shape_problems(shapes, column)]
    if problems:
        raise InputError([Problem(file, *parts, column=column) for parts in problems])
    if shapes.crs is None:
        shapes = shapes.set_crs(WGS84)
    shapes = shapes.to_crs(WGS84)
    _check_extent(shapes, file)
    invalid = ~shapes.geometry.is_valid
    valid = [shapely.make_valid(g) if bad else g for g, bad in zip(shapes.geometry, invalid, strict=True)]
    repaired = [
        {
            "file": f"{path.parent.name}/{path.name}",
            "line": int(position),
            "column": "geometry",
            "found": f"TH{codes.iloc[position]}: {shapely.is_valid_reason(shapes.geometry.iloc[position])}",
            "used": "shape repaired",
        }
        for position in np.flatnonzero(invalid)
    ]
    outlines = gpd.GeoDataFrame(
        {"district_code": codes.to_numpy(dtype=str)}, geometry=[_areas(g) for g in valid], crs=WGS84
    )
    return outlines.sort_values("district_code", ignore_index=True), repaired


def _code_problems(codes: pd.Series, wanted: set[str]) -> list[tuple[str, str, str]]:
    """Return found, expected and fix for codes that are unknown, repeated or missing."""
    problems = []
    if unknown := sorted(set(codes) - wanted):
        problems.append(
            (f"P-code {shown_value('TH' + unknown[0])}", "P-codes of the DOPA list", "correct it, or remove the shape")
        )
    if repeated := sorted(codes[codes.duplicated()]):
        first = repeated[0]
        problems.append(
            (f"TH{first} {int((codes == first).sum())} times", "each district once", "merge its shapes into one")
        )
    if missing := sorted(wanted - set(codes)):
        found = f"{len(wanted) - len(missing)} of {len(wanted)} districts; TH{', TH'.join(missing[:3])} missing"
        problems.append((found, f"all {len(wanted)} districts", "add the missing districts"))
    return problems


def _shape_problems(shapes: gpd.GeoDataFrame, column: str) -> list[tuple[str, str, str]]:
    """Return found, expected and fix for the first shape that is not an area."""
    polygons = shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & ~shapes.geometry.is_empty
    if polygons.all():
        return []
    first = shapes[~polygons].iloc[0]
    found = f"{first[column]} with {first.geometry.geom_type if first.geometry else 'no geometry'}"
    return [(found, "a Polygon or MultiPolygon", "correct its geometry in the GIS and export the file again")]


def _check_extent(shapes: gpd.GeoDataFrame, file: str) -> None:
    west, south, east, north = shapes.total_bounds
    if not (west > THAILAND[0] and south > THAILAND[1] and east < THAILAND[2] and north < THAILAND[3]):
        raise InputError(
            Problem(
                file,
                f"longitudes {west:.1f} to {east:.1f}, latitudes {south:.1f} to {north:.1f}",
                "longitudes 97 to 106, latitudes 5 to 21 (Thailand)",
                "write longitude before latitude, in the coordinate system that the file states",
            )
        )


def _open_file(path: Path, file: str) -> gpd.GeoDataFrame:
    """Read the shapes of a file by its suffix.

    GDAL would choose the driver by content, and some drivers open other files, even over the network.
    """
    if not path.is_file():
        raise InputError(Problem(file, "a folder, a pipe or a broken link", "a file", "put the file itself here"))
    kind = path.suffix.lower()
    with path.open("rb") as stream:
        start = stream.read(len(MAGIC[".gpkg"]))
    if not start.startswith(MAGIC.get(kind, b"")):
        raise InputError(
            Problem(
                file,
                f"content that is not {kind}",
                f"a {kind} file, as its suffix states",
                "rename it to the right suffix",
            )
        )
    try:
        if kind in (".parquet", ".geoparquet"):
            pq.read_table(path).validate(full=True)  # finds text that is not UTF-8
            return gpd.read_parquet(path)
        if kind in (".gpkg", ".shp"):
            with warnings.catch_warnings(action="ignore"):  # the checks of shapes cover what GDAL warns of
                return gpd.read_file(path)
        return _geojson(json.loads(path.read_text(encoding="utf-8-sig")), file)
    except InputError:
        raise
    except Exception as error:  # the readers raise many kinds of error for a file that cannot be read
        raise InputError(
            Problem(
                file,
                str(error).splitlines()[0][:120] if str(error) else type(error).__name__,
                "a boundary file (GeoJSON, GeoPackage, Shapefile or GeoParquet)",
                "export it again",
            )
        ) from error


def _geojson(content: Any, file: str) -> gpd.GeoDataFrame:
    """Read features as shapes and properties (RFC 7946); a ``crs`` member (GeoJSON 2008) is used if there is one."""
    features = content.get("features", [content]) if isinstance(content, dict) else None
    if not features or not all(isinstance(f, dict) and isinstance(f.get("properties"), dict) for f in features):
        raise InputError(Problem(file, "no features", "a GeoJSON FeatureCollection of districts", "export it again"))
    shapes = []
    for number, feature in enumerate(features, start=1):
        try:
            shape = shapely.geometry.shape(feature["geometry"]) if feature.get("geometry") else None
            if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
                raise ValueError("a coordinate that is not a number")
            if not _rings_closed(feature["geometry"]):
                raise ValueError("a ring that is not closed")
        except Exception as error:  # shapely and numpy raise many kinds of error
            name = next(
                (str(v) for v in feature["properties"].values() if re.match(PCODE, str(v))), f"feature {number}"
            )
            raise InputError(
                Problem(
                    file,
                    f"{name} with invalid geometry ({' '.join(str(error).split())[:80]})",
                    "closed rings of coordinates",
                    "correct its geometry in the GIS and export the file again",
                )
            ) from None
        shapes.append(shape)
    crs = content.get("crs", {}).get("properties", {}).get("name", WGS84) if content.get("crs") else WGS84
    return gpd.GeoDataFrame([f["properties"] for f in features], geometry=shapes, crs=crs)


def _rings_closed(geometry: Any) -> bool:
    """Return whether each ring of a GeoJSON geometry ends where it begins; shapely would close it without notice."""
    if not geometry or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return True
    areas = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return all(not ring or ring[0] == ring[-1] for rings in areas for ring in rings)


def _holds_pcodes(column: pd.Series) -> bool:
    """Return whether most values of a column are P-codes of districts: one wrong code can then be reported."""
    if isinstance(column, gpd.GeoSeries) or not len(column):
        return False
    return bool(column.map(lambda v: isinstance(v, str)).all() and column.str.match(PCODE).mean() > 0.5)


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape; a repair can leave lines and points."""
    parts = [g for g in shapely.get_parts(shape, return_index=False) if g.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]
