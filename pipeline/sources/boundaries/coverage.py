"""Outlines of districts as one coverage: neighbours share their borders, nothing overlaps.

Maps are simplified and provinces are put together along shared borders, and each household belongs to one district:
that needs a coverage. Here: coordinates, invalid shapes, pieces, detail, overlaps and gaps. Not here: which district a
shape is (``district_layer``), neighbours and distances (``pipeline.places``).

Limits, with their reasons:

- Files of more than ``MOST_PLACES`` points are simplified along shared borders by ``TOLERANCE_DEGREES`` (about 110 m at
  most where a border has no spikes): about the distance within which two districts without a common border are
  neighbours, and less than the error of the project's own outlines, which is up to some hundred metres. Files of less
  detail stay as they are.
- Gaps narrower than ``GAP_DEGREES`` (1.1 km) are given to the district with the longest border to them. Wider ones
  are kept: they may be lakes.
- An overlap is given to one district. If it covers more than ``LARGEST_OVERLAP`` of the smaller one, or is wider than
  ``WIDEST_OVERLAP_DEGREES`` (3.3 km), one of the outlines is wrong and the file is refused: outlines simplified each by
  itself by 1 km overlap by twice that at most.
- A district that common borders make more than ``MOST_TIMES`` larger or smaller is another district, and the file is
  refused. Small districts of Bangkok grow by up to 84 % if all outlines are simplified each by itself by 1 km.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipeline.errors import InputError, Problem

WGS84 = "EPSG:4326"
EQUAL_AREA = "EPSG:6933"
# Thailand with a margin: west, south, east, north, in degrees.
THAILAND = (97.0, 5.0, 106.5, 21.0)
MOST_PLACES = 300_000
TOLERANCE_DEGREES = 0.001
GAP_DEGREES = 0.01
LARGEST_OVERLAP = 0.2
WIDEST_OVERLAP_DEGREES = 0.03
MOST_TIMES = 2.0
# Pieces of one district may overlap by this share of the smaller one: their borders are drawn twice.
PIECES_OVERLAP = 0.01
# Smaller changes and holes are not recorded one by one.
SMALLEST_KM2 = 0.001
FIX = "correct its geometry in the GIS and export the file again"

Shapes = NDArray[np.object_]
Records = list[dict[str, Any]]


def outlines(shapes: gpd.GeoDataFrame, placed: pd.Series, file: str) -> tuple[gpd.GeoDataFrame, Records]:
    """Make one coverage of the shapes of a file.

    Args:
        shapes: the features of the file, in the order of ``placed``.
        placed: the district code of each feature; each district occurs.
        file: the file, for messages.

    Returns:
        ``district_code`` and ``geometry`` (degrees, EPSG:4326), valid and without overlaps, in the order of codes, and
        one record (line, column, found, used) for each repair; line is the number of the feature, 0 for all.

    Raises:
        InputError: a shape is not an area, coordinates are outside Thailand, or districts overlap too much.
    """
    codes = placed.to_numpy(dtype=str)
    given = shapes.geometry.to_numpy()
    _check_areas(given, codes, file)
    if shapes.crs is None:
        _check_extent(shapes.total_bounds, file, stated=False)
        shapes = shapes.set_crs(WGS84)
    shapes = shapes.to_crs(WGS84)
    _check_extent(shapes.total_bounds, file, stated=True)
    areas, records = _simplified(shapely.force_2d(shapes.geometry.to_numpy()))
    areas, repaired = _valid_areas(areas, codes)
    areas, codes, merged = _merged(areas, codes, file)
    records += [*repaired, *merged]
    not_shared = ~shapely.is_empty(shapely.coverage_invalid_edges(areas))
    if not_shared.any():
        areas, cleaned = _cleaned(areas, codes, not_shared, file)
        records += cleaned
    records += _holes(areas)
    table = gpd.GeoDataFrame({"district_code": codes.astype(object)}, geometry=areas, crs=WGS84)
    table["district_code"] = table["district_code"].astype(str)
    return table, records


def _record(line: int, found: str, used: str) -> dict[str, Any]:
    return {"line": line, "column": "geometry", "found": found, "used": used}


def _check_areas(shapes: Shapes, codes: NDArray[np.str_], file: str) -> None:
    """Check that each shape is an area.

    Raises:
        InputError: one is not; it names the first.
    """
    for at, shape in enumerate(shapes):
        kinds = {part.geom_type for part in shapely.get_parts(shape)} if shape is not None else set()
        if shape is None or shape.is_empty or not kinds & {"Polygon", "MultiPolygon"}:
            found = f"TH{codes[at]} with {shape.geom_type if shape is not None else 'no geometry'}"
            raise InputError(Problem(file, found, "a Polygon or MultiPolygon", FIX, line=at + 1))


def _check_extent(bounds: NDArray[np.float64], file: str, *, stated: bool) -> None:
    """Check that coordinates are in Thailand.

    Raises:
        InputError: they are not; it names the likely cause.
    """
    west, south, east, north = map(float, bounds)
    if _in_thailand(west, south, east, north):
        return
    found = f"longitudes {west:.1f} to {east:.1f}, latitudes {south:.1f} to {north:.1f}"
    expected = "longitudes 97 to 106, latitudes 5 to 21 (Thailand)"
    fix = "write longitude before latitude, in the coordinate system that the file states"
    if _in_thailand(south, west, north, east):
        found += ": latitude and longitude are exchanged"
        fix = "write longitude before latitude"
    elif not stated and max(abs(west), abs(south), abs(east), abs(north)) > 1000:
        found += ": metres, not degrees, and no coordinate system stated"
        fix = "add the .prj of the file, or export it in WGS 84 (EPSG:4326)"
    raise InputError(Problem(file, found, expected, fix))


def _in_thailand(west: float, south: float, east: float, north: float) -> bool:
    return west > THAILAND[0] and south > THAILAND[1] and east < THAILAND[2] and north < THAILAND[3]


def _simplified(areas: Shapes) -> tuple[Shapes, Records]:
    """Simplify outlines of more detail than anything needs, along shared borders."""
    polygons = np.isin(shapely.get_type_id(areas), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    if (many := int(shapely.get_num_coordinates(areas).sum())) <= MOST_PLACES or not polygons.all():
        return areas, []
    simple = shapely.coverage_simplify(areas, TOLERANCE_DEGREES)
    left = int(shapely.get_num_coordinates(simple).sum())
    return simple, [_record(0, f"{many:,} points", f"{left:,} points, simplified by {TOLERANCE_DEGREES} degrees")]


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape; a repair can leave lines and points."""
    parts = [g for g in shapely.get_parts(shape) if g.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]


def _valid_areas(shapes: Shapes, codes: NDArray[np.str_]) -> tuple[Shapes, Records]:
    """Repair shapes that are not valid, and leave lines and points out."""
    areas, records = shapes.copy(), []
    for at in np.flatnonzero(~shapely.is_valid(shapes)):
        areas[at] = _polygons(shapely.make_valid(shapes[at]))
        found = f"TH{codes[at]}: {shapely.is_valid_reason(shapes[at])}"
        records.append(_record(int(at) + 1, found, "shape repaired"))
    collections = shapely.get_type_id(areas) == shapely.GeometryType.GEOMETRYCOLLECTION
    for at in np.flatnonzero(collections):
        areas[at] = _polygons(areas[at])
        records.append(_record(int(at) + 1, f"TH{codes[at]}: GeometryCollection", "its areas"))
    return areas, records


def _merged(areas: Shapes, codes: NDArray[np.str_], file: str) -> tuple[Shapes, NDArray[np.str_], Records]:
    """Merge the pieces of each district, and sort by code.

    Raises:
        InputError: pieces of a district overlap: it is there twice.
    """
    order = np.argsort(codes, kind="stable")
    areas, codes = areas[order], codes[order]
    each, first, times = np.unique(codes, return_index=True, return_counts=True)
    merged, records, problems = areas[first].copy(), [], []
    for at in np.flatnonzero(times > 1):
        pieces = areas[first[at] : first[at] + times[at]]
        merged[at] = shapely.union_all(pieces)
        size = shapely.area(pieces)
        if size.sum() - merged[at].area > PIECES_OVERLAP * size.min():
            found = f"TH{each[at]} {times[at]} times, and its shapes overlap"
            problems.append(Problem(file, found, "each district once", "keep one of them, or correct the codes"))
        records.append(_record(int(order[first[at]]) + 1, f"TH{each[at]} in {times[at]} features", "merged into one"))
    if problems:
        raise InputError(problems)
    return merged, each, records


def _cleaned(
    areas: Shapes, codes: NDArray[np.str_], not_shared: NDArray[np.bool_], file: str
) -> tuple[Shapes, Records]:
    """Give neighbours one common border, and record how much each district changes.

    Raises:
        InputError: districts overlap too much, no common border can be found, or a district changes too much by it.
    """
    overlap_km2 = _check_overlaps(areas, codes, not_shared, file)
    clean = shapely.coverage_clean(areas, gap_width=GAP_DEGREES)
    empty = shapely.is_empty(clean)
    if empty.any() or not shapely.is_valid(clean).all() or not shapely.coverage_is_valid(clean):
        found = f"TH{codes[np.argmax(empty)]} without an area of its own" if empty.any() else "borders that cross"
        expected = "districts that share their borders"
        raise InputError(Problem(file, found, expected, "simplify with shared borders (mapshaper, TopoJSON)"))
    before_km2, after_km2 = _km2(areas), _km2(clean)
    _check_changes(before_km2, after_km2, codes, file)
    change_km2 = after_km2 - before_km2
    gaps_km2 = max(float(change_km2.sum()) + overlap_km2, 0.0)
    found = f"borders not shared: overlaps of {overlap_km2:,.3f} km2, gaps of {gaps_km2:,.3f} km2"
    records = [_record(0, found, f"each given to one district (gaps narrower than {GAP_DEGREES} degrees)")]
    for at in np.flatnonzero(np.abs(change_km2) >= SMALLEST_KM2):
        found = f"TH{codes[at]}: border not shared with its neighbours"
        records.append(_record(0, found, f"common border, area {change_km2[at]:+,.3f} km2"))
    return clean, records


def _check_changes(
    before_km2: NDArray[np.float64], after_km2: NDArray[np.float64], codes: NDArray[np.str_], file: str
) -> None:
    """Check that common borders leave each district about as large as it was.

    Raises:
        InputError: some do not; it names all of them.
    """
    times = np.maximum(after_km2 / before_km2, before_km2 / after_km2)
    problems = [
        Problem(
            file,
            f"TH{codes[at]} of {before_km2[at]:,.2f} km2, which common borders with its neighbours make"
            f" {after_km2[at]:,.2f} km2",
            f"at most {MOST_TIMES:g} times larger or smaller",
            "simplify with shared borders (mapshaper, TopoJSON), and less",
        )
        for at in np.flatnonzero(times > MOST_TIMES)
    ]
    if problems:
        raise InputError(problems)


def _check_overlaps(areas: Shapes, codes: NDArray[np.str_], not_shared: NDArray[np.bool_], file: str) -> float:
    """Return the area of all overlaps in km².

    Raises:
        InputError: one or more are too large; it names all of them.
    """
    suspect = np.flatnonzero(not_shared)
    found_by, found = shapely.STRtree(areas).query(areas[suspect], predicate="intersects")
    pairs = np.unique(np.sort(np.stack([suspect[found_by], found]), axis=0), axis=1)
    one, other = pairs[:, pairs[0] != pairs[1]]
    common = shapely.intersection(areas[one], areas[other])
    size = shapely.area(common)
    share = size / np.minimum(shapely.area(areas[one]), shapely.area(areas[other]))
    problems, total = [], float(_km2(common).sum())
    wide = np.zeros(len(common), dtype=bool)
    # An overlap of less area than a circle of that width is not as wide.
    for at in np.flatnonzero(size > np.pi * (WIDEST_OVERLAP_DEGREES / 2) ** 2):
        radius = max(
            shapely.length(shapely.maximum_inscribed_circle(p)) for p in shapely.get_parts(common[at]) if p.area
        )
        wide[at] = 2 * radius > WIDEST_OVERLAP_DEGREES
    for at in np.flatnonzero((share > LARGEST_OVERLAP) | wide):
        km2 = float(_km2(common[at : at + 1])[0])
        both = f"TH{codes[one[at]]} and TH{codes[other[at]]} overlap by {km2:,.1f} km2, {share[at]:.0%} of the smaller"
        expected = f"at most {LARGEST_OVERLAP:.0%}, not wider than {WIDEST_OVERLAP_DEGREES} degrees"
        problems.append(Problem(file, both, expected, "correct the one that is wrong"))
    if problems:
        raise InputError(problems)
    return total


def _holes(areas: Shapes) -> Records:
    """Record land or water that districts enclose and none has."""
    whole = shapely.coverage_union_all(areas)
    rings = [ring for part in shapely.get_parts(whole) for ring in part.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    records = []
    for hole, km2 in zip(holes, _km2(holes), strict=True):
        at = hole.representative_point()
        if km2 >= SMALLEST_KM2:
            found = f"a hole of {km2:,.3f} km2 in no district near {at.x:.3f}, {at.y:.3f}"
            records.append(_record(0, found, "kept (it may be a lake)"))
    return records


def _km2(shapes: Shapes) -> NDArray[np.float64]:
    projected = gpd.GeoSeries(shapes, crs=WGS84).to_crs(EQUAL_AREA)
    return np.asarray(projected.area, dtype=float) / 1e6
