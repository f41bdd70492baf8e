"""The geography of districts: the district of a point, neighbours, kilometres, places spread over a district.

Here: geometry in geopandas and shapely. Not here: reading boundaries and points (``sources.boundaries``,
``sources.subdistricts``), minutes by road (``criteria.university``), maps (``pages``).
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

METRIC = "EPSG:32647"
"""UTM zone 47 north: distances are true to 0.2 % over Thailand, which is enough for 'within 100 m'."""
# Random places drawn for each one that `places_within` keeps.
DRAWN_FOR_EACH = 9
# Two outlines whose distances differ by less are equally far.
SAME_DISTANCE_M = 1e-3
EARTH_M = 4e7


def district_at(lon: NDArray[np.float64], lat: NDArray[np.float64], shapes: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Find the district that each point is in.

    Args:
        lon: longitudes (n,), degrees.
        lat: latitudes (n,), degrees.
        shapes: ``district_code`` and ``geometry`` of the districts, EPSG:4326.

    Returns:
        District codes (n,); None outside all districts. A point on a border gets the lower code.

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
    # Written from the highest code down, so that on a border the lowest code remains.
    found[point[::-1]] = outlines["district_code"].to_numpy(dtype=object)[area[::-1]]
    return found


def km_outside(
    lon: NDArray[np.float64], lat: NDArray[np.float64], codes: pd.Series, shapes: gpd.GeoDataFrame
) -> NDArray[np.float64]:
    """Compute how far each point is outside its district.

    Args:
        lon: longitudes (n,), degrees.
        lat: latitudes (n,), degrees.
        codes: the district of each point (n,).
        shapes: ``district_code`` and ``geometry`` of the districts, EPSG:4326.

    Returns:
        Kilometres (n,); 0 within the district.

    Two hundredths of a degree along the 13th parallel are 2.17 km:

    >>> square = gpd.GeoDataFrame({"district_code": ["1001"]}, geometry=[shapely.box(99, 13, 100, 14)], crs=4326)
    >>> km_outside(np.array([99.5, 100.02]), np.array([13.5, 13.0]), pd.Series(["1001", "1001"]), square).round(2)
    array([0.  , 2.17])
    """
    needed = shapes[shapes["district_code"].isin(codes)].set_index("district_code").geometry.to_crs(METRIC)
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(METRIC)
    away = shapely.distance(needed.loc[codes].to_numpy(), points.to_numpy())
    return np.asarray(away, dtype=float) / 1000


def neighbours(shapes: gpd.GeoDataFrame, distance_m: float) -> sparse.csr_array:
    """Find the neighbours of each district: outlines within ``distance_m`` of its own, itself included.

    The distance bridges gaps of a few metres between outlines. A district without a neighbour (an island) gets its two
    nearest districts as neighbours; those do not get the island.

    Args:
        shapes: outlines of the districts.
        distance_m: largest gap between two neighbours, in metres.

    Returns:
        A sparse matrix (districts, districts) of 0 and 1, in the order of ``shapes``.
    """
    flat = shapes.geometry.to_crs(METRIC).to_numpy()
    shapely.prepare(flat)
    tree = shapely.STRtree(flat)
    rows, columns = tree.query(flat, predicate="dwithin", distance=distance_m)
    matrix = sparse.lil_array((len(flat), len(flat)), dtype=float)
    matrix[rows, columns] = 1.0
    matrix.setdiag(1.0)
    for island in np.flatnonzero(matrix.tocsr().sum(axis=1) == 1):
        matrix[island, _two_nearest(tree, flat, int(island), distance_m)] = 1.0
    return sparse.csr_array(matrix)


def _two_nearest(tree: shapely.STRtree, flat: NDArray[np.object_], island: int, within_m: float) -> NDArray[np.intp]:
    """Find the two outlines nearest to one that has none within ``within_m``.

    Finding what is within a distance of a prepared outline takes a time that grows with the detail of outlines;
    distances to all outlines take a time that grows with its square.
    """
    near, far = within_m, within_m
    found = np.empty(0, dtype=np.intp)
    while len(found) < 2 and far < EARTH_M:
        near, far = far, 2 * far
        found = _others(tree, flat, island, far)
    # Halved until it has the two nearest only: few outlines are left to compare.
    while len(found) > 2 and far - near > SAME_DISTANCE_M:
        middle = (near + far) / 2
        closer = _others(tree, flat, island, middle)
        near, far, found = (near, middle, closer) if len(closer) >= 2 else (middle, far, found)
    return found[:2]


def _others(tree: shapely.STRtree, flat: NDArray[np.object_], at: int, within_m: float) -> NDArray[np.intp]:
    found = tree.query(flat[at], predicate="dwithin", distance=within_m)
    return np.sort(found[found != at])


def km_to_campuses(district_facts: pd.DataFrame, universities: pd.DataFrame) -> NDArray[np.float64]:
    """Compute kilometres from each district's population-weighted centre to each campus.

    Args:
        district_facts: ``centre_lon``, ``centre_lat`` of the districts, degrees.
        universities: ``lon``, ``lat`` of the campuses, degrees.

    Returns:
        Kilometres (districts, campuses).
    """
    centres, campuses = district_facts[["centre_lon", "centre_lat"]], universities[["lon", "lat"]]
    return km(*centres.to_numpy(dtype=float).T, *campuses.to_numpy(dtype=float).T)


def km(
    lon: NDArray[np.float64], lat: NDArray[np.float64], to_lon: NDArray[np.float64], to_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute kilometres on the WGS 84 ellipsoid between all pairs of two sets of places.

    Args:
        lon: longitudes of the first set (n,), degrees.
        lat: latitudes of the first set (n,), degrees.
        to_lon: longitudes of the second set (m,), degrees.
        to_lat: latitudes of the second set (m,), degrees.

    Returns:
        Kilometres (n, m).

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
    """Compute kilometres on the WGS 84 ellipsoid between the two places of each pair.

    Args:
        lon: longitudes of the first places (n,), degrees.
        lat: latitudes of the first places (n,), degrees.
        to_lon: longitudes of the second places (n,), degrees.
        to_lat: latitudes of the second places (n,), degrees.

    Returns:
        Kilometres (n,).

    Source: Karney (2013), Algorithms for geodesics, Journal of Geodesy 87, 43-55, as in PROJ.
    """
    from pyproj import Geod

    return np.asarray(Geod(ellps="WGS84").inv(lon, lat, to_lon, to_lat)[2], dtype=float) / 1000


def places_within(shapes: gpd.GeoDataFrame, codes: pd.Series, strips: int, seed: int) -> NDArray[np.float64]:
    """Spread places evenly over the district of each code.

    Random places in a district are cut into strips of equal number from west to east, each strip into cells of equal
    number from south to north; the middle place of each cell is kept. Random places alone would cluster.

    Args:
        shapes: ``district_code`` and ``geometry`` of the districts, EPSG:4326.
        codes: district codes (n,), repeats allowed.
        strips: number of strips, and of cells in each strip.
        seed: seed of the random places.

    Returns:
        Longitude and latitude in degrees (n, strips², 2).
    """
    outlines = shapes[shapes["district_code"].isin(codes)]
    many = strips * strips * DRAWN_FOR_EACH
    drawn = outlines.geometry.sample_points(many, rng=np.random.default_rng(seed))
    at = shapely.get_coordinates(drawn.to_numpy()).reshape(len(outlines), many, 2)
    at = np.take_along_axis(at, at[:, :, :1].argsort(axis=1, kind="stable"), axis=1)
    at = at.reshape(len(outlines), strips, strips * DRAWN_FOR_EACH, 2)
    at = np.take_along_axis(at, at[:, :, :, 1:].argsort(axis=2, kind="stable"), axis=2)
    middle = at[:, :, DRAWN_FOR_EACH // 2 :: DRAWN_FOR_EACH].reshape(len(outlines), strips * strips, 2)
    row = pd.Series(range(len(outlines)), index=outlines["district_code"])
    return np.asarray(middle[codes.map(row)], dtype=float)
