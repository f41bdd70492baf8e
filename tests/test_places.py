"""Neighbours, kilometres, places spread over a district."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline import places
from pipeline.sources import boundaries
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def shapes(districts: pd.DataFrame) -> gpd.GeoDataFrame:
    return boundaries.district_shapes(ROOT / "data" / "raw" / "boundaries", districts).table


def test_neighbours_within_a_distance_and_islands_get_their_two_nearest() -> None:
    squares = [shapely.box(x, 15, x + 0.1, 15.1) for x in (100, 100.1005, 100.3, 101)]  # gaps 54 m, 11 km, 64 km
    shapes = gpd.GeoDataFrame(geometry=squares, crs=boundaries.WGS84)
    matrix = places.neighbours(shapes, 100).toarray()
    assert matrix.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1]]


@pytest.mark.parametrize("distance_m", [1, 5_000, 30_000])
def test_nearest_outlines_are_those_of_the_distances(distance_m: int) -> None:
    chance = np.random.default_rng(distance_m)
    at = chance.uniform((98, 6), (105, 20), (40, 2))
    squares = gpd.GeoDataFrame(geometry=shapely.box(*at.T, *(at + 0.05).T), crs=boundaries.WGS84)
    away = shapely.distance(*np.meshgrid(*[squares.to_crs(places.METRIC).geometry.to_numpy()] * 2))
    matrix = places.neighbours(squares, distance_m).toarray()
    for own, found in zip(away, matrix, strict=True):
        within = own <= distance_m
        nearest = np.argsort(own)[:3]  # itself first
        assert np.flatnonzero(found).tolist() == sorted(np.flatnonzero(within) if within.sum() > 1 else nearest)


def test_km_of_one_degree_north() -> None:
    assert places.km(*(np.array([v]) for v in (100.0, 0.0, 100.0, 1.0)))[0, 0] == pytest.approx(110.574, abs=0.001)


def test_places_are_in_their_district_and_spread_over_it(shapes: gpd.GeoDataFrame) -> None:
    codes = pd.Series(["5001", "9501", "5001"])
    found = places.places_within(shapes, codes, 6, seed=1)
    assert found.shape == (3, 36, 2)
    outlines = shapes.set_index("district_code").geometry
    for code, points in zip(codes, found, strict=True):
        assert shapely.contains_xy(outlines[code].buffer(1e-9), points[:, 0], points[:, 1]).all()
        # the mean of evenly spread places is closer to the centroid than that of 36 random ones
        west, _, east, _ = outlines[code].bounds
        assert abs(points[:, 0].mean() - outlines[code].centroid.x) < 0.05 * (east - west)
    assert (found[0] == found[2]).all()
    assert (found == places.places_within(shapes, codes, 6, seed=1)).all()
    assert (found != places.places_within(shapes, codes, 6, seed=2)).any()


def test_km_between_pairs_is_km_of_the_table() -> None:
    chance = np.random.default_rng(1)
    lon, lat = chance.uniform(98, 105, 5), chance.uniform(6, 20, 5)
    whole = places.km(lon, lat, lon, lat)
    assert places.km_between(lon, lat, lon[::-1], lat[::-1]) == pytest.approx(whole[np.arange(5), np.arange(5)[::-1]])
