"""Where districts are: outlines, neighbours, kilometres.

Here: geometry in and out of geopandas and shapely. Not here: codes and names (``sources.dopa``), minutes by road
(``criteria.university``), maps (``pages``).
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
from numpy.typing import NDArray
from scipy import sparse

from pipeline.contracts import REGISTER_RAW
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.reading.table import SIDECAR, Origin, Received, origin_of, read_table

WGS84 = "EPSG:4326"
# So many random places for each that `places_within` keeps.
IN_A_CELL = 9
METRIC = "EPSG:32647"
"""UTM zone 47 north: true to 0.2 % over Thailand, which is enough for 'within 100 m'."""
BOUNDARY_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".parquet", ".geoparquet")
MAGIC = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\0\0\x27\x0a",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
}
PCODE = r"\ATH[1-9][0-9]{3}\Z"
# Grid of schematic outlines and of repaired ones, degrees (about 0.1 m): shared borders stay shared.
GRID = 1e-6
HULL_RATIO = 0.03
MARGIN_DEGREES = 0.02


def subdistrict_points(folder: Path, districts: pd.DataFrame) -> Received:
    """One point inside each subdistrict; districts without any get their office's point."""
    known = {"district_code": set(districts["district_code"])}
    points, offices = (read_table(folder, c.name, c, known) for c in REGISTER_RAW)
    t = points.table
    if (astray := t.index[t["subdistrict_code"].str[:4] != t["district_code"]]).size:
        raise InputError(
            [
                Problem(
                    shown_path(folder / REGISTER_RAW[0].name),
                    f"{shown_value(t.at[line, 'subdistrict_code'])} in district {t.at[line, 'district_code']}",
                    "a subdistrict of that district",
                    "correct one of the two codes",
                    line=int(line),
                    column="subdistrict_code",
                )
                for line in astray
            ]
        )
    has = set(points.table["district_code"])
    office = offices.table[~offices.table["district_code"].isin(has)]
    if missing := sorted(known["district_code"] - has - set(office["district_code"])):
        raise InputError(
            Problem(
                shown_path(folder / REGISTER_RAW[0].name),
                f"no point for district {', '.join(missing[:5])}",
                "a subdistrict point or a district office for each of the districts",
                "add a row to one of the two files",
                column="district_code",
            )
        )
    table = pd.concat(
        [
            points.table.rename(columns={"subdistrict_code": "place_code"}),
            office.assign(place_code=office["district_code"])[["place_code", "district_code", "lon", "lat"]],
        ]
    )
    return Received(
        table,
        points.origins + offices.origins,
        points.rows_in + len(office),
        points.repaired + offices.repaired,
    )


def district_shapes(folder: Path, districts: pd.DataFrame, points: pd.DataFrame) -> Received:
    """The outline of each district: from the boundary file in ``folder``, else schematic."""
    files = sorted(p for p in folder.glob("*") if p.suffix.lower() in BOUNDARY_SUFFIXES)
    if len(files) > 1:
        raise InputError(
            Problem(shown_path(folder), ", ".join(p.name for p in files), "one boundary file", "keep one of them")
        )
    if not files:
        shapes = schematic(points)
        return Received(shapes.assign(outline="schematic"), (), len(shapes))
    shapes, repaired = boundaries(files[0], districts)
    return Received(shapes.assign(outline="boundary_file"), (_boundary_origin(files[0]),), len(shapes), tuple(repaired))


def _boundary_origin(path: Path) -> Origin:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if (path.parent / SIDECAR).is_file():
        return origin_of(path, digest)
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
    )


def boundaries(path: Path, districts: pd.DataFrame) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Outlines from a boundary file, by its P-codes; invalid shapes are repaired, with a record.

    Raises ``InputError`` for a file that cannot be read, has no P-codes, no coordinate system, lies outside
    Thailand, or does not hold each district once.
    """
    file = shown_path(path)
    shapes = _read(path, file)
    column = next((str(c) for c in shapes.columns if _is_pcode(shapes[c])), None)
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
    wanted = set(districts["district_code"])
    problems = []
    if strange := sorted(set(codes) - wanted):
        problems.append((f"P-code {shown_value('TH' + strange[0])}", "P-codes of the DOPA list", "remove it"))
    if twice := sorted(codes[codes.duplicated()]):
        problems.append((f"TH{twice[0]} {int((codes == twice[0]).sum())} times", "each once", "merge its shapes"))
    if missing := sorted(wanted - set(codes)):
        found = f"{len(wanted) - len(missing)} of {len(wanted)} districts; TH{', TH'.join(missing[:3])} missing"
        problems.append((found, f"all {len(wanted)}", "add the missing districts"))
    problems += _shape_problems(shapes, column)
    if problems:
        raise InputError([Problem(file, *words, column=column) for words in problems])
    if shapes.crs is None:
        shapes = shapes.set_crs(WGS84)
    shapes = shapes.to_crs(WGS84)
    west, south, east, north = shapes.total_bounds
    if not (west > 97 and east < 106.5 and south > 5 and north < 21):
        raise InputError(
            Problem(
                file,
                f"longitudes {west:.1f} to {east:.1f}, latitudes {south:.1f} to {north:.1f}",
                "longitudes 97 to 106, latitudes 5 to 21 (Thailand)",
                "give longitude before latitude, in the coordinate system the file states",
            )
        )
    broken = ~shapes.geometry.is_valid
    repaired = [shapely.make_valid(g) if bad else g for g, bad in zip(shapes.geometry, broken, strict=True)]
    repaired = [
        {
            "file": f"{path.parent.name}/{path.name}",
            "line": int(position),
            "column": "geometry",
            "found": f"TH{codes.iloc[position]}: {shapely.is_valid_reason(shapes.geometry.iloc[position])}",
            "used": "shape repaired",
        }
        for position in np.flatnonzero(broken)
    ]
    outline = gpd.GeoDataFrame(
        {"district_code": codes.to_numpy(dtype=str)}, geometry=[_areas(g) for g in repaired], crs=WGS84
    )
    return outline.sort_values("district_code", ignore_index=True), repaired


def _read(path: Path, file: str) -> gpd.GeoDataFrame:
    """The file as its ending says; a file it cannot be is an ``InputError``.

    GDAL would look at the content instead, and some kinds of file send it elsewhere, even over the network.
    """
    if not path.is_file():
        raise InputError(Problem(file, "a folder, a pipe or a link to nothing", "a file", "put the file itself here"))
    kind = path.suffix.lower()
    with path.open("rb") as stream:
        start = stream.read(len(MAGIC[".gpkg"]))
    if not start.startswith(MAGIC.get(kind, b"")):
        raise InputError(
            Problem(file, f"a file that is no {kind} inside", "what its ending says", "give it the right ending")
        )
    try:
        if kind in (".parquet", ".geoparquet"):
            pq.read_table(path).validate(full=True)  # else text that is no UTF-8 is found out wherever it is used
            return gpd.read_parquet(path)
        if kind in (".gpkg", ".shp"):
            with warnings.catch_warnings(action="ignore"):  # what GDAL warns of is looked at below, shape by shape
                return gpd.read_file(path)
        return _geojson(json.loads(path.read_text(encoding="utf-8-sig")), file)
    except InputError:
        raise
    except Exception as error:  # the readers raise many kinds, all of which mean the same to the reader
        raise InputError(
            Problem(
                file,
                str(error).splitlines()[0][:120] if str(error) else type(error).__name__,
                "a boundary file (GeoJSON, GeoPackage, Shapefile or GeoParquet)",
                "export it again",
            )
        ) from error


def _geojson(content: Any, file: str) -> gpd.GeoDataFrame:
    """Features as shapes and properties (RFC 7946; a ``crs`` of the older standard is heeded)."""
    features = content.get("features", [content]) if isinstance(content, dict) else None
    if not features or not all(isinstance(f, dict) and isinstance(f.get("properties"), dict) for f in features):
        raise InputError(Problem(file, "no features", "a GeoJSON FeatureCollection of districts", "export it again"))
    shapes = []
    for number, feature in enumerate(features, start=1):
        try:
            shape = shapely.geometry.shape(feature["geometry"]) if feature.get("geometry") else None
            if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
                raise ValueError("a place that is not a number")
            if not _closed(feature["geometry"]):
                raise ValueError("a ring that is not closed")
        except Exception as error:  # shapely and numpy raise many kinds
            says = next(
                (str(v) for v in feature["properties"].values() if re.match(PCODE, str(v))), f"feature {number}"
            )
            raise InputError(
                Problem(
                    file,
                    f"{says} with a shape that is none ({' '.join(str(error).split())[:80]})",
                    "rings of places that are closed",
                    "redraw it",
                )
            ) from None
        shapes.append(shape)
    crs = content.get("crs", {}).get("properties", {}).get("name", WGS84) if content.get("crs") else WGS84
    return gpd.GeoDataFrame([f["properties"] for f in features], geometry=shapes, crs=crs)


def _closed(geometry: Any) -> bool:
    """Whether each ring of a GeoJSON shape ends where it begins; shapely would close it."""
    if not geometry or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return True
    areas = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return all(not ring or ring[0] == ring[-1] for rings in areas for ring in rings)


def _is_pcode(column: pd.Series) -> bool:
    """Most of the column looks like a district's P-code: so one odd code is named, not the whole file."""
    if isinstance(column, gpd.GeoSeries) or not len(column):
        return False
    return bool(column.map(lambda v: isinstance(v, str)).all() and column.str.match(PCODE).mean() > 0.5)


def _shape_problems(shapes: gpd.GeoDataFrame, column: str) -> list[tuple[str, str, str]]:
    polygons = shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & ~shapes.geometry.is_empty
    if polygons.all():
        return []
    first = shapes[~polygons].iloc[0]
    return [
        (f"{first[column]} with {first.geometry.geom_type if first.geometry else 'no shape'}", "areas", "redraw it")
    ]


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a shape: repairing may leave lines and points."""
    parts = [g for g in shapely.get_parts(shape, return_index=False) if g.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]


def schematic(points: pd.DataFrame) -> gpd.GeoDataFrame:
    """Schematic districts: Voronoi cells of the points, joined by district, cut to a concave hull of all.

    ``points`` has ``district_code``, ``lon``, ``lat``. They show where a district lies and what it borders on, not
    where its border runs.
    """
    spots = points.sort_values(["district_code", "lon", "lat"]).drop_duplicates(["lon", "lat"])
    cloud = shapely.MultiPoint(spots[["lon", "lat"]].to_numpy())
    hull = shapely.concave_hull(cloud, ratio=HULL_RATIO).buffer(MARGIN_DEGREES, quad_segs=2)
    cells = shapely.get_parts(shapely.voronoi_polygons(cloud, extend_to=hull, ordered=True))
    shapely.prepare(hull)
    beyond = ~shapely.contains_properly(hull, cells)
    cells[beyond] = shapely.intersection(cells[beyond], hull)
    land = gpd.GeoDataFrame({"district_code": spots["district_code"].to_numpy()}, geometry=cells, crs=WGS84)
    joined = land.dissolve("district_code", as_index=False)
    joined["geometry"] = shapely.set_precision(joined.geometry.to_numpy(), GRID)
    return joined.sort_values("district_code", ignore_index=True)


def district_at(lon: NDArray[np.float64], lat: NDArray[np.float64], shapes: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """The code of the district each point (n,) lies in, in degrees; None outside all.

    On a border the lower code holds. A million points take well under a second.

    >>> square = gpd.GeoDataFrame({"district_code": ["1001"]}, geometry=[shapely.box(100, 13, 101, 14)])
    >>> district_at(np.array([100.5, 99.0]), np.array([13.5, 13.5]), square).tolist()
    ['1001', None]
    """
    outlines = shapes.sort_values("district_code")
    areas = outlines.geometry.to_numpy()
    shapely.prepare(areas)
    points = shapely.points(lon, lat)
    area, point = shapely.STRtree(points).query(areas, predicate="intersects")
    found = np.full(len(points), None, dtype=object)
    # Written from the highest code down, so that on a border the lowest is what stays.
    found[point[::-1]] = outlines["district_code"].to_numpy(dtype=object)[area[::-1]]
    return found


def neighbours(shapes: gpd.GeoDataFrame, distance_m: float) -> sparse.csr_array:
    """Who borders on whom, each district included: 1 where two outlines lie within ``distance_m``.

    Rows and columns in the order of ``shapes``. Outlines drawn apart by a few metres still touch. A district
    with no neighbour, an island, gets its two nearest; they do not get it.
    """
    flat = shapes.geometry.to_crs(METRIC).to_numpy()
    shapely.prepare(flat)
    tree = shapely.STRtree(flat)
    rows, columns = tree.query(flat, predicate="dwithin", distance=distance_m)
    matrix = sparse.lil_array((len(flat), len(flat)), dtype=float)
    matrix[rows, columns] = 1.0
    matrix.setdiag(1.0)
    for island in np.flatnonzero(matrix.tocsr().sum(axis=1) == 1):
        away = shapely.distance(flat[island], flat)
        away[island] = np.inf
        matrix[island, np.argsort(away, kind="stable")[:2]] = 1.0
    return sparse.csr_array(matrix)


def km_to_campuses(district_facts: pd.DataFrame, universities: pd.DataFrame) -> NDArray[np.float64]:
    """Kilometres from each district's population-weighted centre to each campus: (districts, campuses)."""
    centres, campuses = district_facts[["centre_lon", "centre_lat"]], universities[["lon", "lat"]]
    return km(*centres.to_numpy(dtype=float).T, *campuses.to_numpy(dtype=float).T)


def km(
    lon: NDArray[np.float64], lat: NDArray[np.float64], to_lon: NDArray[np.float64], to_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Kilometres on the WGS 84 ellipsoid from each place (n,) to each other place (m,): (n, m).

    Along the equator one degree is 111.32 km:

    >>> km(np.array([0.0]), np.array([0.0]), np.array([1.0]), np.array([0.0])).round(2).tolist()
    [[111.32]]
    """
    shape = (len(lon), len(to_lon))
    pairs = (np.broadcast_to(a, shape).ravel() for a in (lon[:, None], lat[:, None], to_lon, to_lat))
    return km_between(*pairs).reshape(shape)


def km_between(
    lon: NDArray[np.float64], lat: NDArray[np.float64], to_lon: NDArray[np.float64], to_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Kilometres on the WGS 84 ellipsoid from each place (n,) to the other place of its pair (n,): (n,)."""
    from pyproj import Geod

    return np.asarray(Geod(ellps="WGS84").inv(lon, lat, to_lon, to_lat)[2], dtype=float) / 1000


def places_within(shapes: gpd.GeoDataFrame, codes: pd.Series, strips: int, seed: int) -> NDArray[np.float64]:
    """``strips²`` places spread evenly over the district of each code: (codes, strips², 2) of lon, lat.

    Of many random places in the district, strips of equally many from west to east, cells of equally many from south to
    north in each; the middle one of each cell stays. Random places alone would lie unevenly.
    """
    outlines = shapes[shapes["district_code"].isin(codes)]
    many = strips * strips * IN_A_CELL
    drawn = outlines.geometry.sample_points(many, rng=np.random.default_rng(seed))
    at = shapely.get_coordinates(drawn.to_numpy()).reshape(len(outlines), many, 2)
    at = np.take_along_axis(at, at[:, :, :1].argsort(axis=1, kind="stable"), axis=1)
    at = at.reshape(len(outlines), strips, strips * IN_A_CELL, 2)
    at = np.take_along_axis(at, at[:, :, :, 1:].argsort(axis=2, kind="stable"), axis=2)
    middle = at[:, :, IN_A_CELL // 2 :: IN_A_CELL].reshape(len(outlines), strips * strips, 2)
    row = pd.Series(range(len(outlines)), index=outlines["district_code"])
    return np.asarray(middle[codes.map(row)], dtype=float)
