"""Outlines for a page, as TopoJSON with shared borders: the districts of a province, the other provinces around it.

Here: simplifying outlines, neighbours by shared borders, the outer border of a province. Not here: reading outlines
(``sources.boundaries``), colours and words.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

Topology = dict[str, Any]
Geometry = dict[str, Any]
NAME = "districts"
# A ring of fewer points encloses no area.
RING_POINTS = 4
# Other provinces, in grey, are simplified by up to about 800 m and shown as far around as this share of the province's
# larger side: what the frame of the map can show.
AROUND_SIMPLIFIED_DEGREES = 0.008
AROUND_SHARE = 0.5


def topology(shapes: gpd.GeoDataFrame, simplified_degrees: float, steps: int) -> Topology:
    """The shapes as one TopoJSON in which each border between two shapes is stored once.

    Args:
        shapes: outlines (n,) in degrees; the geometries of the result are in the same order.
        simplified_degrees: tolerance of the simplification, by which common borders stay common.
        steps: coordinates are rounded to a grid of this many steps across the country.

    Returns:
        A topology whose object ``districts`` has n geometries.
    """
    import topojson

    simple = shapely.coverage_simplify(shapes.geometry.to_numpy(), simplified_degrees)
    frame = gpd.GeoDataFrame(geometry=simple, crs=shapes.crs)
    made: Topology = topojson.Topology(frame, prequantize=steps, toposimplify=False, object_name=NAME).to_dict()
    for geometry in made["objects"][NAME]["geometries"]:
        for unused in ("id", "bbox", "properties"):
            geometry.pop(unused, None)
    made.pop("bbox", None)
    made["objects"][NAME].pop("bbox", None)
    return made


def _arcs(nested: Any) -> Iterator[int]:
    """The numbers of the arcs in a geometry; an arc that runs backwards is stored as the complement of its number."""
    for part in nested:
        if isinstance(part, int):
            yield part if part >= 0 else ~part
        else:
            yield from _arcs(part)


def neighbours(whole: Topology) -> list[list[int]]:
    """Find the shapes that share a border.

    Args:
        whole: a topology of n shapes.

    Returns:
        For each of the n shapes the positions of those that share at least one arc with it, in order.
    """
    at: dict[int, list[int]] = {}
    geometries = whole["objects"][NAME]["geometries"]
    for i, geometry in enumerate(geometries):
        for arc in set(_arcs(geometry.get("arcs", []))):
            at.setdefault(arc, []).append(i)
    found: list[set[int]] = [set() for _ in geometries]
    for shapes in at.values():
        for i in shapes:
            found[i].update(shapes)
    return [sorted(near - {i}) for i, near in enumerate(found)]


def merged(whole: Topology, members: Sequence[int]) -> Geometry:
    """Merge shapes into one geometry: the borders among them are left out.

    An arc that two of the shapes share is inside; the others are joined end to end into rings. Each ring is a polygon
    of its own, so that the even-odd rule draws it as a hole. Counted modulo 2, arcs always close to rings, also where
    shapes overlap.

    Args:
        whole: the topology that has the shapes.
        members: the positions of the shapes to merge.

    Returns:
        A geometry of TopoJSON, of arcs of ``whole``.
    """
    geometries = whole["objects"][NAME]["geometries"]
    times = Counter(arc for i in members for arc in _arcs(geometries[i].get("arcs", [])))
    outer = {arc for arc, n in times.items() if n % 2}
    ends = {arc: (line[0], line[-1]) for arc in outer for line in [_points(whole["arcs"][arc])]}
    starting: dict[tuple[int, int], list[int]] = {}
    for arc in sorted(outer):
        for point in ends[arc]:
            starting.setdefault(point, []).append(arc)
    rings: list[list[int]] = []
    while outer:
        arc = min(outer)
        outer.remove(arc)
        first, point = ends[arc]
        ring = [arc]
        while point != first:
            arc = next(a for a in starting[point] if a in outer)
            outer.remove(arc)
            forwards = ends[arc][0] == point
            ring.append(arc if forwards else ~arc)
            point = ends[arc][1] if forwards else ends[arc][0]
        rings.append(ring)
    return {"type": "MultiPolygon", "arcs": [[ring] for ring in rings]}


def _points(arc: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The points of an arc on the grid; an arc stores the first, then steps from one to the next."""
    return [(int(x), int(y)) for x, y in np.cumsum(np.asarray(arc), axis=0)]


def coarse_arcs(whole: Topology, simplified_degrees: float) -> list[list[list[int]]]:
    """Simplify every arc by itself. Ends stay where they are, so that arcs still meet.

    Args:
        whole: the topology that has the arcs.
        simplified_degrees: how far a simplified line may be from the original, in degrees.

    Returns:
        The arcs in the same order, on the grid of ``whole``: the first point, then steps from one to the next.
    """
    scale, arcs = np.asarray(whole["transform"]["scale"]), []
    for arc in whole["arcs"]:
        line = np.cumsum(np.asarray(arc), axis=0) * scale
        simple = shapely.get_coordinates(shapely.simplify(shapely.LineString(line), simplified_degrees))
        grid = np.rint(simple / scale).astype(int)
        arcs.append(np.vstack([grid[:1], np.diff(grid, axis=0)]).tolist())
    return arcs


def part(
    whole: Topology, keep: Sequence[int], around: Sequence[Geometry] = (), coarse: Sequence[Any] | None = None
) -> Topology:
    """The shapes at the positions ``keep``, in that order, then the geometries ``around``, with the arcs they need.

    Args:
        whole: the topology of the country.
        keep: positions of the shapes to keep.
        around: geometries (see ``merged``) that follow them.
        coarse: the arcs of ``around`` (see ``coarse_arcs``), except those that a kept shape has too. Rings too small
            for them are left out.

    Returns:
        A topology whose object ``districts`` has the kept shapes and those around.
    """
    kept = [whole["objects"][NAME]["geometries"][i] for i in keep]
    fine = {arc for geometry in kept for arc in _arcs(geometry.get("arcs", []))}
    arcs = {arc: whole["arcs"][arc] for arc in fine}
    others = []
    for geometry in around:
        source = whole["arcs"] if coarse is None else coarse
        drawn = {arc: arcs.get(arc, source[arc]) for arc in _arcs(geometry["arcs"])}
        rings = [
            rings for rings in geometry["arcs"] if sum(len(drawn[arc]) - 1 for arc in _arcs(rings)) >= RING_POINTS - 1
        ]
        others.append({**geometry, "arcs": rings})
        arcs |= {arc: drawn[arc] for arc in _arcs(rings)}
    renumbered = {arc: i for i, arc in enumerate(sorted(arcs))}

    def again(nested: Any) -> Any:
        if isinstance(nested, int):
            return renumbered[nested] if nested >= 0 else ~renumbered[~nested]
        return [again(inner) for inner in nested]

    geometries = [{**g, "arcs": again(g["arcs"])} if "arcs" in g else g for g in (*kept, *others)]
    return {
        **{name: value for name, value in whole.items() if name not in ("arcs", "objects")},
        "arcs": [arcs[arc] for arc in sorted(arcs)],
        "objects": {NAME: {"type": "GeometryCollection", "geometries": geometries}},
    }


@dataclass(frozen=True)
class Surroundings:
    """The outer borders of provinces, for the land around the province that a map shows.

    ``provinces`` are geometries by province code, ``arcs`` the coarse arcs that they are drawn with, ``bounds`` west,
    south, east and north of each province in degrees.
    """

    provinces: Mapping[str, Geometry]
    arcs: Sequence[Any]
    bounds: pd.DataFrame

    @classmethod
    def of(cls, whole: Topology, shapes: gpd.GeoDataFrame) -> "Surroundings":
        """Merge the districts of each province.

        Args:
            whole: the topology of all districts.
            shapes: the districts from which it was built, in the same order.

        Returns:
            The provinces in the order of their codes.
        """
        code = shapes["district_code"].str[:2].to_numpy()
        rows = pd.Series(range(len(code))).groupby(code)
        sides = shapes.geometry.bounds.groupby(code)
        return cls(
            {province: merged(whole, list(members)) for province, members in rows},
            coarse_arcs(whole, AROUND_SIMPLIFIED_DEGREES),
            sides.agg({"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"}),
        )

    def around(self, code: str) -> list[str]:
        """Find the other provinces that the map of a province shows.

        Args:
            code: of the province in the middle.

        Returns:
            Codes of the others, in their order.
        """
        own, bounds = self.bounds.loc[code], self.bounds
        margin = AROUND_SHARE * max(own["maxx"] - own["minx"], own["maxy"] - own["miny"])
        seen = (
            (bounds["minx"] < own["maxx"] + margin)
            & (bounds["maxx"] > own["minx"] - margin)
            & (bounds["miny"] < own["maxy"] + margin)
            & (bounds["maxy"] > own["miny"] - margin)
        )
        return [other for other in bounds.index[seen] if other != code]
