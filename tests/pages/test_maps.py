"""Classes, outlines and pictures: what every map is drawn from."""

import io

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from pipeline.criterion import MAPS
from pipeline.figures import Figures
from pipeline.pages import classes, outlines
from pipeline.project import Paths
from tests.conftest import published
from tests.figures import texts_of_picture


def scores(values: list[float | None]) -> pd.DataFrame:
    column = pd.Series(values, dtype="float64")
    return pd.DataFrame({**dict.fromkeys(MAPS, column), "status": "eligible"})


def test_quintiles_by_hand() -> None:
    table = classes.quintile_classes(scores([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]))
    score = table[table["map"] == "score"]
    assert score["upper"].tolist() == [28, 46, 64, 82, 100]
    assert score["lower"].tolist() == [10, 28, 46, 64, 82]
    assert score["districts"].tolist() == [2, 2, 2, 2, 2]
    assert score["colour"].tolist() == list(classes.COLOURS["score"])


def test_the_score_is_classed_among_the_eligible_only() -> None:
    table = scores([1, 2, 3, 4, 100]).assign(status=["eligible"] * 4 + ["below_gate"])
    found = classes.quintile_classes(table)
    assert found[found["map"] == "score"]["upper"].max() == 4
    assert found[found["map"] == "poverty"]["upper"].max() == 100


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=60))
def test_each_value_is_in_one_class_and_drawn_in_its_colour(values: list[float | None]) -> None:
    table = classes.quintile_classes(scores(values))
    known = [v for v in values if v is not None]
    if not known:
        assert table.empty
        return
    of = table[table["map"] == "poverty"].set_index("class")
    assert of["districts"].sum() == len(known)
    layers = classes.bounds_and_colours(table)
    for value in known:
        inside = of[(of["lower"] < value) & (value <= of["upper"])]
        row = inside.iloc[0] if len(inside) else of.iloc[0]
        assert classes.colour(layers, "poverty", value) == row["colour"]


def squares() -> gpd.GeoDataFrame:
    """A row of three squares, and one far away."""
    boxes = [shapely.box(i, 10, i + 1, 11) for i in (100, 101, 102, 105)]
    return gpd.GeoDataFrame(geometry=boxes, crs="EPSG:4326")


def test_neighbours_share_a_border() -> None:
    whole = outlines.topology(squares(), 0.0, 10_000)
    assert outlines.neighbours(whole) == [[1], [0, 2], [1], []]


def test_a_part_of_the_map_keeps_its_outlines() -> None:
    whole = outlines.topology(squares(), 0.0, 10_000)
    one = outlines.part(whole, [2, 0])
    assert len(one["arcs"]) < len(whole["arcs"])
    areas = [shape.area for shape in shapes_of(one)]
    assert areas == pytest.approx([1, 1], abs=1e-3)
    assert shapes_of(one)[0].bounds[0] == pytest.approx(102, abs=1e-3)


def test_merged_shapes_have_the_area_of_their_union_and_no_inner_border() -> None:
    boxes = [shapely.box(100, 10, 101, 11), shapely.box(101, 10, 102, 11), shapely.box(100, 11, 102, 12)]
    island = shapely.box(105, 10, 106, 11)
    frame = gpd.GeoDataFrame(geometry=[*boxes, island], crs="EPSG:4326")
    whole = outlines.topology(frame, 0.0, 10_000)
    one = outlines.merged(whole, [0, 1, 2, 3])
    assert len(one["arcs"]) == 2
    (shape,) = shapes_of({**whole, "objects": {"districts": {"geometries": [one]}}})
    assert shape.symmetric_difference(shapely.union_all([*boxes, island])).area < 0.01


def test_land_around_meets_the_shapes_kept_and_is_coarse_elsewhere(figures: Figures) -> None:
    whole = outlines.topology(figures.shapes, 0.0005, 50_000)
    around = outlines.Surroundings.of(whole, figures.shapes)
    codes = list(figures.by_district.index)
    keep = [i for i, code in enumerate(codes) if code[:2] == "95"]
    assert {"90", "94", "96"} <= set(around.around("95"))
    assert "57" not in around.around("95")
    made = outlines.part(whole, keep, [around.provinces[c] for c in ("90", "94", "96")], around.arcs)
    assert sum(map(len, made["arcs"])) < sum(map(len, whole["arcs"])) / 4
    drawn = shapes_of(made)
    own, others = shapely.union_all(drawn[: len(keep)]), drawn[len(keep) :]
    of_province = figures.shapes["district_code"].str[:2]
    for code, shape in zip(("90", "94", "96"), others, strict=True):
        real = shapely.union_all(figures.shapes.geometry[of_province == code].to_numpy())
        assert shapely.make_valid(shape).symmetric_difference(real).area < 0.05 * real.area
        assert shapely.make_valid(shape).intersection(own).area < 1e-6


def shapes_of(topology: dict) -> list:
    """Polygons back from a topology, by the rules of the TopoJSON specification."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = [np.cumsum(np.array(arc), axis=0) * scale + move for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> np.ndarray:
        parts = [lines[n] if n >= 0 else lines[~n][::-1] for n in numbers]
        return np.vstack([parts[0], *(p[1:] for p in parts[1:])])

    found = []
    for geometry in topology["objects"]["districts"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        parts = [shapely.Polygon(ring(rings[0]), [ring(r) for r in rings[1:]]) for rings in polygons]
        found.append(shapely.union_all(parts))
    return found


def test_the_outlines_of_a_dossier_are_those_of_the_country(figures: Figures) -> None:
    whole = outlines.topology(figures.shapes, 0.0005, 50_000)
    codes = list(figures.by_district.index)
    keep = [i for i, code in enumerate(codes) if code[:2] == "95"]
    real = figures.shapes.geometry.to_numpy()
    for shape, i in zip(shapes_of(outlines.part(whole, keep)), keep, strict=True):
        assert shape.is_valid
        assert shape.symmetric_difference(real[i]).area < 0.02 * real[i].area
    near = outlines.neighbours(whole)
    tree = shapely.STRtree(real)
    for i in keep:
        touching = {int(j) for j in tree.query(real[i].buffer(1e-6), predicate="intersects")} - {i}
        assert set(near[i]) <= touching


def test_pictures_have_every_map(real_run: Paths) -> None:
    """That the same figures give the same bytes is tested with those of all files, by ``verify``."""
    from PIL import Image

    made = {
        path.name: path.read_bytes()
        for kind in ("svg", "png")
        for path in (real_run.maps / "downloads").glob(f"*.{kind}")
    }
    assert set(made) == {f"{layer}.{kind}" for layer in MAPS for kind in ("svg", "png")}
    for name, content in made.items():
        if name.endswith("svg"):
            root = ElementTree.fromstring(content)
            assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 928
            assert b"Date" not in content
            assert b'href="http' not in content
        else:
            with Image.open(io.BytesIO(content)) as picture:
                assert picture.size[1] > picture.size[0] > 800
                colours = {tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in classes.COLOURS["score"]}
                seen = {colour for _, colour in picture.convert("RGB").getcolors(100_000)}
                distances = [min(sum(abs(a - b) for a, b in zip(c, s, strict=True)) for s in seen) for c in colours]
                assert max(distances) < 24
            assert len(content) < 200_000


def test_the_words_of_a_picture(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture has title, date, sources, run, warnings and every class with its number of districts."""
    texts = texts_of_picture(figures, "score", monkeypatch)
    whole = "\n".join(texts)
    of = figures["map_classes"][figures["map_classes"]["map"] == "score"]
    for part in (
        "คะแนนรวมของอำเภอที่เข้าเกณฑ์",
        "Score of the eligible districts",
        "31 ธันวาคม 2565",
        "TPMAP 2565",
        "กรมแผนที่ทหาร",
        "Royal Thai Survey Department",
        "CC BY 3.0 IGO",
        "ไม่มีข้อมูล",
        "อำเภอนำร่อง",
        "200 กม.",
        figures.run_id,
    ):
        assert part in whole, part
    assert len({text for text in texts if "อำเภอ)" in text}) == len(of)


def test_classes_are_stored_and_the_same_on_each_page(real_run: Paths) -> None:
    stored = published(real_run, "map_classes")
    assert stored.groupby("map").size().to_dict() == dict.fromkeys(MAPS, 5)
    bounds = stored[(stored["map"] == "poverty") & (stored["class"] < 5)]["upper"].tolist()
    data = f'"poverty":{{"bounds":{str(bounds).replace(" ", "")}'
    for page in ("index.html", "95.html", "10.html"):
        assert data in (real_run.maps / page).read_text(encoding="utf-8")
