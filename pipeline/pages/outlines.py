"""Outlines for a page: districts as TopoJSON, borders shared; a part of it; who borders whom.

Not here: where outlines come from (``places``), colours and words.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import shapely

Topology = dict[str, Any]
NAME = "districts"


def topology(shapes: gpd.GeoDataFrame, simplified_degrees: float, steps: int) -> Topology:
    """The shapes as one TopoJSON in their order, simplified together, on a grid of ``steps`` across the country."""
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
    """The numbers of the arcs in a geometry; one that runs backwards is told by its complement."""
    for part in nested:
        if isinstance(part, int):
            yield part if part >= 0 else ~part
        else:
            yield from _arcs(part)


def neighbours(whole: Topology) -> list[list[int]]:
    """For each shape the positions of those that share a border with it."""
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


def part(whole: Topology, keep: Sequence[int]) -> Topology:
    """The shapes at the positions ``keep``, in that order, with the arcs they need."""
    geometries = [whole["objects"][NAME]["geometries"][i] for i in keep]
    used = sorted({arc for geometry in geometries for arc in _arcs(geometry.get("arcs", []))})
    renumbered = {arc: i for i, arc in enumerate(used)}

    def again(nested: Any) -> Any:
        if isinstance(nested, int):
            return renumbered[nested] if nested >= 0 else ~renumbered[~nested]
        return [again(inner) for inner in nested]

    kept = [
        {**geometry, "arcs": again(geometry["arcs"])} if "arcs" in geometry else geometry for geometry in geometries
    ]
    return {
        **{name: value for name, value in whole.items() if name not in ("arcs", "objects")},
        "arcs": [whole["arcs"][arc] for arc in used],
        "objects": {NAME: {"type": "GeometryCollection", "geometries": kept}},
    }
