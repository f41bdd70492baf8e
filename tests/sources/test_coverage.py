"""Outlines of districts as one coverage: what is made common, kept with a record, or refused."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.pages import outlines
from pipeline.sources import boundaries
from pipeline.sources.boundaries import coverage
from tests.bad_files.readers import refused
from tests.sources.squares import CODES, DISTRICTS, frame, square, with_outline

METRE = 1 / 111_320  # degrees
# A square of 0.1 degrees at 18 degrees north: 10.583 km by 11.068 km.
SQUARE_KM2 = 117.1


def read(shapes: gpd.GeoDataFrame, place: Path, name: str = "b.gpkg") -> tuple[gpd.GeoDataFrame, list[dict]]:
    shapes.to_file(place / name)
    table, records, _ = boundaries.read_boundary_file(place / name, DISTRICTS)
    assert table["district_code"].tolist() == CODES
    assert table.geometry.is_valid.all()
    assert shapely.coverage_is_valid(table.geometry.to_numpy())
    assert outlines.topology(table, 0.001, 10_000)["objects"]["districts"]["geometries"]
    return table, records


def pieces() -> gpd.GeoDataFrame:
    west, south, east, north = square(0).bounds
    halves = [shapely.box(west, south, west + 0.05, north), shapely.box(west + 0.05, south, east, north)]
    more = frame().iloc[[0, 0]].set_geometry(halves, crs=4326)
    return pd.concat([more, frame().iloc[1:]], ignore_index=True)


def collection() -> shapely.Geometry:
    return shapely.GeometryCollection([square(0), shapely.Point(98.05, 18.05)])


def moved(x: float) -> gpd.GeoDataFrame:
    """The eastern side of a district moved, which has neighbours on all sides."""
    return with_outline(5, square(5, x))


HOLE = shapely.difference(square(5), square(5).centroid.buffer(0.02))
GOOD: dict[str, tuple[Callable[[], gpd.GeoDataFrame], list[str]]] = {
    "rings the other way round": (lambda: frame().assign(geometry=frame().geometry.reverse()), []),
    "heights": (lambda: frame().assign(geometry=shapely.force_3d(frame().geometry, 7.0)), []),
    "degrees of UTM": (lambda: frame().to_crs("EPSG:32647"), []),
    "an overlap of 1 m": (lambda: moved(METRE), ["overlaps of 0.01"]),
    "an overlap of 100 m": (lambda: moved(100 * METRE), ["overlaps of 1.0", "TH500"]),
    "a sliver of 1 m": (lambda: moved(-METRE), ["gaps of 0.01"]),
    "a gap of 100 m": (lambda: moved(-100 * METRE), ["gaps of 1.0", "TH500"]),
    "pieces": (pieces, ["TH5001 in 2 features"]),
    "a collection": (lambda: with_outline(0, collection()), ["TH5001: GeometryCollection"]),
    "a hole": (lambda: with_outline(5, HOLE), ["a hole of 1"]),
}


@pytest.mark.parametrize("how", GOOD)
def test_outlines_become_one_coverage(how: str, tmp_path: Path) -> None:
    make, parts = GOOD[how]
    table, records = read(make(), tmp_path)
    assert len(records) >= len(parts)
    assert bool(records) == bool(parts)
    for record, part in zip(records, parts, strict=False):
        assert part in record["found"]
    hole = 0.02**2 * np.pi if how == "a hole" else 0
    assert float(shapely.area(table.geometry.to_numpy()).sum()) == pytest.approx(
        0.12 - hole, rel=1e-3
    )  # nothing is lost or counted twice


def test_indian_1975_is_converted(tmp_path: Path) -> None:
    """Indian 1975 lies some 300 to 450 m from WGS 84 in Thailand."""
    frame().to_crs("EPSG:24047").to_file(tmp_path / "b.shp")
    table, _, read_as = boundaries.read_boundary_file(tmp_path / "b.shp", DISTRICTS)
    assert read_as == ""
    assert table.geometry[0].centroid.distance(square(0).centroid) < 1e-6
    in_metres = gpd.read_file(tmp_path / "b.shp").set_crs("EPSG:32647", allow_override=True).to_crs(4326)
    assert 0.002 < in_metres.geometry[0].centroid.distance(square(0).centroid) < 0.006  # had it been taken as WGS 84


def test_metres_without_a_coordinate_system_are_one_line(tmp_path: Path) -> None:
    frame().to_crs("EPSG:32647").to_file(tmp_path / "b.shp")
    (tmp_path / "b.prj").unlink()
    cause = "metres, not degrees, and no coordinate system stated"
    refused(lambda: boundaries.read_boundary_file(tmp_path / "b.shp", DISTRICTS), cause, "add the .prj")


def exchanged() -> gpd.GeoDataFrame:
    return frame().assign(geometry=shapely.transform(frame().geometry.to_numpy(), lambda at: at[:, ::-1]))


def tiny_between_four() -> gpd.GeoDataFrame:
    """The last district is a square of 0.006 degrees in the middle of a gap of 0.018 where four districts meet.

    Elsewhere two districts overlap a little, so that borders are made common.
    """
    corner = shapely.Point(square(0).bounds[2:])
    gap, tiny = (corner.buffer(width / 2, cap_style="square") for width in (0.018, 0.006))
    shapes = with_outline(11, tiny)
    around = [0, 1, 4, 5]
    shapes.loc[around, "geometry"] = shapely.difference(shapes.geometry.to_numpy()[around], gap)
    shapes.loc[6, "geometry"] = square(6, 0.002)
    return shapes


BAD: dict[str, tuple[Callable[[], gpd.GeoDataFrame], list[str]]] = {
    "an overlap of 5 km": (lambda: moved(5_000 * METRE), ["TH5006 and TH5007 overlap by 5", "of the smaller"]),
    "one district within another": (lambda: with_outline(0, square(1).buffer(-0.02)), ["TH5001 and TH5002 overlap"]),
    "the same outline for two": (lambda: with_outline(0, square(1)), ["100% of the smaller"]),
    "a district twice": (
        lambda: pd.concat([frame(), frame().iloc[:1]], ignore_index=True),
        ["TH5001 2 times", "overlap"],
    ),
    "latitude before longitude": (exchanged, ["latitude and longitude are exchanged", "longitude before latitude"]),
    "a line": (lambda: with_outline(3, square(3).exterior), ["TH5004 with LineString", "line 4"]),
    "only lines in a collection": (
        lambda: with_outline(3, shapely.GeometryCollection([square(3).exterior])),
        ["TH5004 with GeometryCollection"],
    ),
    "a district that would grow to nine times its area": (
        tiny_between_four,
        ["TH5104 of 0.4", "at most 2 times larger or smaller", "simplify with shared borders"],
    ),
    "no shape": (lambda: with_outline(3, None), ["TH5004 with no geometry"]),
}


@pytest.mark.parametrize("fault", BAD)
def test_outlines_that_cannot_be_used(fault: str, tmp_path: Path) -> None:
    make, parts = BAD[fault]
    refused(lambda: read(make(), tmp_path), "b.gpkg", *parts)


def test_degrees_without_a_coordinate_system_are_said_to_be_taken_as_wgs_84(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "b.shp")
    (tmp_path / "b.prj").unlink()
    _, _, read_as = boundaries.read_boundary_file(tmp_path / "b.shp", DISTRICTS)
    assert read_as == "no coordinate system stated, taken as WGS 84"


def test_areas_of_overlaps_and_gaps_are_those_of_the_squares(tmp_path: Path) -> None:
    """One side moved by 0.002 degrees, 2 % of a square: out on one square, in on the next."""
    shapes = moved(0.002)
    shapes.loc[4, "geometry"] = square(4, -0.002)
    # Land in the west encloses the gap: a gap that is open to the sea is no gap.
    _, records = read(shapes, tmp_path)
    found = records[0]["found"].replace("borders not shared: overlaps of ", "").split(" km2, gaps of ")
    overlap, gap = (float(part.removesuffix(" km2")) for part in found)
    assert overlap == pytest.approx(0.02 * SQUARE_KM2, rel=0.01)
    assert gap == pytest.approx(0.02 * SQUARE_KM2, rel=0.01)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(-0.009, 0.009), min_size=12, max_size=12))
def test_any_sides_moved_by_less_than_1_km_become_a_coverage(sides: list[float]) -> None:
    shapes = frame().assign(geometry=[square(at, side) for at, side in enumerate(sides)])
    table, _ = coverage.outlines(shapes, DISTRICTS["district_code"], "b")
    assert shapely.coverage_is_valid(table.geometry.to_numpy())
    whole = shapely.union_all(shapes.geometry.to_numpy())
    # Nothing of the land is lost; narrow gaps are added.
    assert shapely.difference(whole, shapely.union_all(table.geometry.to_numpy())).area < 1e-9


def test_outlines_of_great_detail_are_simplified_once_with_common_borders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(1)
    moves: dict[tuple[float, float], np.ndarray] = {}

    def winding(at: np.ndarray) -> np.ndarray:
        keys = [tuple(point) for point in at.round(7)]
        return at.round(7) + np.array([moves.setdefault(key, chance.uniform(-1e-5, 1e-5, 2)) for key in keys])

    fine = frame().assign(geometry=shapely.transform(shapely.segmentize(frame().geometry.to_numpy(), 0.001), winding))
    monkeypatch.setattr(coverage, "MOST_PLACES", 1_000)
    table, records = read(fine, tmp_path)
    assert len(records) == 1
    assert records[0]["used"].endswith("points, simplified by 0.001 degrees")
    assert (
        shapely.get_num_coordinates(table.geometry.to_numpy()).sum()
        < 300
        < shapely.get_num_coordinates(fine.geometry.to_numpy()).sum()
    )
    away = shapely.hausdorff_distance(table.geometry.to_numpy(), fine.geometry.to_numpy())
    assert away.max() < 2 * coverage.TOLERANCE_DEGREES
