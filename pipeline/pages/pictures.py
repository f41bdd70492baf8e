"""The map of each criterion and of the score as a picture, SVG and PNG, for a letter or a message.

Here: the drawing. Each picture has its title, date, legend and sources in it. Not here: pages (``country``,
``dossier``), the classes of maps (``classes``).
"""

import io
import textwrap
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.criterion import CRITERIA, MAPS, SCORE
from pipeline.figures import Figures
from pipeline.pages import classes
from pipeline.pages.embedding import STATIC

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path as Outline

TABLES = ("policy", "inputs", "district_shapes", "district_scores", "provincial_shortlist", "map_classes")
SIMPLIFIED_DEGREES = 0.003
SIZE_INCHES = (7.2, 11.4)
DOTS_PER_INCH = 130
INK, QUIET, ACCENT, BELOW, HATCH = "#16243a", "#55627a", "#b3261e", "#dfe3ea", "#8b95a5"
# The tables whose sources each map names; the score is computed from those of all criteria.
SOURCES = {criterion.name: criterion.sources for criterion in CRITERIA}
SOURCES[SCORE] = tuple(dict.fromkeys(table for criterion in CRITERIA for table in criterion.sources))
# Sources are lines of at most so many characters, from the bottom of the picture up, in shares of its height.
LINE_CHARACTERS = 125
FIRST_LINE, LINE_HEIGHT = 0.018, 0.0155
KM_PER_DEGREE = 111.32
MIDDLE_LATITUDE = 13.0
SCALE_KM = 200


def map_pictures(figures: Figures) -> dict[str, bytes]:
    """Draw each map. The same figures give the same bytes.

    Args:
        figures: the tables that the pictures declare.

    Returns:
        The files ``downloads/<map>.svg`` and ``downloads/<map>.png``, by that name.
    """
    import matplotlib as mpl

    drawn: dict[str, bytes] = {}
    outlines = _outlines(figures.shapes)
    # Text is drawn as outlines, so that a picture in a document needs no font; a fixed salt for ids keeps the bytes the
    # same; a dollar sign in a name is not the start of mathematics.
    with mpl.rc_context(
        {
            "svg.fonttype": "path",
            "svg.hashsalt": "pilot-areas",
            "hatch.linewidth": 0.8,
            "text.parse_math": False,
        }
    ):
        for layer in MAPS:
            made = _draw(figures, layer, *outlines)
            for kind, more in (("svg", {"metadata": {"Date": None}}), ("png", {"metadata": {"Software": None}})):
                target = io.BytesIO()
                made.savefig(target, format=kind, dpi=DOTS_PER_INCH, **more)  # type: ignore[arg-type]
                content = target.getvalue()
                drawn[f"downloads/{layer}.{kind}"] = content if kind == "svg" else _few_colours(content)
    return drawn


def _few_colours(png: bytes) -> bytes:
    """The same picture in 64 colours, at most what a map needs: a third of the bytes."""
    from PIL import Image

    target = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(target, "PNG")
    return target.getvalue()


@cache
def _font(weight: int, size: float) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(STATIC / "sarabun" / f"sarabun-{weight}.ttf"), size=size)


def _outline(shape: Any) -> "Outline":
    from matplotlib.path import Path as Outline

    points, codes = [], []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            xy = shapely.get_coordinates(ring)
            code = np.full(len(xy), Outline.LINETO)
            code[0], code[-1] = Outline.MOVETO, Outline.CLOSEPOLY
            points.append(xy)
            codes.append(code)
    return Outline(np.vstack(points), np.concatenate(codes)) if points else Outline(np.empty((0, 2)))


def _outlines(shapes: gpd.GeoDataFrame) -> tuple[list["Outline"], list["Outline"]]:
    """Districts in their order, and provinces."""
    simple = shapely.coverage_simplify(shapes.geometry.to_numpy(), SIMPLIFIED_DEGREES)
    of_province = pd.Series(simple).groupby(shapes["district_code"].str[:2].to_numpy())
    provinces = [shapely.coverage_union_all(list(parts)) for _, parts in of_province]
    return [_outline(s) for s in simple], [_outline(p) for p in provinces]


def _fills(figures: Figures, layer: str) -> list[str | None]:
    """The fill of each district; None if there is nothing to show."""
    layers, scores = classes.bounds_and_colours(figures["map_classes"]), figures["district_scores"]
    fills: list[str | None] = []
    for value, status in zip(scores[layer], scores["status"], strict=True):
        if pd.isna(value):
            fills.append(None)
        elif layer == SCORE and status != "eligible":
            fills.append(BELOW)
        else:
            fills.append(classes.colour(layers, layer, float(value)))
    return fills


def _draw(figures: Figures, layer: str, districts: list["Outline"], provinces: list["Outline"]) -> "Figure":
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

    picture = Figure(figsize=SIZE_INCHES, facecolor="white")
    bottom = _sources(picture, figures, layer)
    axes = picture.add_axes((0.02, bottom, 0.96, 0.9 - bottom))
    axes.set_axis_off()
    fills = _fills(figures, layer)
    bare = [o for o, fill in zip(districts, fills, strict=True) if fill is None]
    full = [(o, fill) for o, fill in zip(districts, fills, strict=True) if fill is not None]
    pilots = set(figures.pilots)
    marked = [
        o for o, code in zip(districts, figures["district_scores"]["district_code"], strict=True) if code in pilots
    ]
    collections = [
        PathCollection([o for o, _ in full], facecolors=[f for _, f in full], edgecolors="white", linewidths=0.25),
        PathCollection(bare, facecolors="white", edgecolors=HATCH, hatch="/////", linewidths=0.25),
        PathCollection(provinces, facecolors="none", edgecolors="#3d4a60", linewidths=0.6),
        PathCollection(marked, facecolors="none", edgecolors=ACCENT, linewidths=1.5),
    ]
    for collection in collections:
        axes.add_collection(collection)
    west, south, east, north = figures.shapes.total_bounds
    axes.set_xlim(west - 0.1, east + 0.1)
    axes.set_ylim(south - 0.1, north + 0.1)
    axes.set_aspect(1 / np.cos(np.radians(MIDDLE_LATITUDE)))
    _title(picture, figures, layer)
    _legend(picture, figures, layer, fills)
    _scale(axes, west, south)
    return picture


def _title(picture: "Figure", figures: Figures, layer: str) -> None:
    words: Mapping[str, Any] = figures.words
    name = words["maps"][layer]
    picture.text(0.04, 0.968, name.th, fontproperties=_font(600, 17), color=INK, va="center")
    picture.text(0.04, 0.944, name.en, fontproperties=_font(400, 11), color=QUIET, va="center")
    policy, date = figures.policy, words["as_of"]
    subtitle = f"{policy.title_th} · ข้อมูล ณ {date.th} · {policy.title_en}, as of {date.en}"
    picture.text(0.04, 0.924, subtitle, fontproperties=_font(400, 8.5), color=QUIET, va="center")
    warnings = []
    if figures.sample:
        warnings.append("ข้อมูลตัวอย่าง ห้ามใช้ตัดสินใจ · SAMPLE, not for decisions")
    if warnings:
        picture.text(0.04, 0.907, " · ".join(warnings), fontproperties=_font(600, 8.5), color=ACCENT, va="center")


def _legend(picture: "Figure", figures: Figures, layer: str, fills: list[str | None]) -> None:
    from matplotlib.patches import Patch

    words: Mapping[str, Any] = figures.words["maps"]
    digits = classes.DIGITS[layer]
    of = figures["map_classes"][figures["map_classes"]["map"] == layer].sort_values("class", ascending=False)
    keys: list[tuple[Any, str]] = [
        (
            Patch(facecolor=row.colour, edgecolor="#c3cad5", linewidth=0.6),
            f"{row.lower:.{digits}f} – {row.upper:.{digits}f}   ({row.districts} อำเภอ)",
        )
        for row in of.itertuples()
    ]
    if BELOW in fills:
        keys.append((Patch(facecolor=BELOW, edgecolor="#c3cad5", linewidth=0.6), words["below_gate"].both))
    if None in fills:
        keys.append((Patch(facecolor="white", edgecolor=HATCH, hatch="/////", linewidth=0.6), words["no_data"].both))
    keys.append((Patch(facecolor="white", edgecolor=ACCENT, linewidth=1.5), words["pilot"].both))
    box = picture.legend(
        [patch for patch, _ in keys],
        [text for _, text in keys],
        loc="lower right",
        bbox_to_anchor=(0.97, 0.21),
        prop=_font(400, 9),
        frameon=False,
        title=words["unit"][layer].both,
        handlelength=1.8,
        labelspacing=0.45,
    )
    box.get_title().set_fontproperties(_font(600, 9))
    box.set_alignment("left")


def _scale(axes: Any, west: float, south: float) -> None:
    width = SCALE_KM / (KM_PER_DEGREE * np.cos(np.radians(MIDDLE_LATITUDE)))
    x, y = west + 0.1, south + 0.25
    axes.plot([x, x, x + width, x + width], [y + 0.08, y, y, y + 0.08], color=INK, linewidth=1)
    axes.text(x + width / 2, y + 0.14, f"{SCALE_KM} กม. · km", fontproperties=_font(400, 8.5), color=INK, ha="center")


def _sources(picture: "Figure", figures: Figures, layer: str) -> float:
    """Draw the sources, the attribution of the outlines and the run; the height above them."""
    inputs = figures["inputs"]
    titles = inputs[inputs["table"].isin(SOURCES[layer])].drop_duplicates("title_en")
    lines = [f"{row.title_th} · {row.title_en}" for row in titles.itertuples()]
    lines = [f"แหล่งข้อมูล · Sources: {lines[0]}", *lines[1:]] if lines else []
    for row in inputs[inputs["table"] == "district_shapes"].itertuples():
        for text in (f"{row.title_th}: {row.source_th}", f"{row.title_en}: {row.source} · {row.licence}"):
            lines += textwrap.wrap(text, LINE_CHARACTERS)
    lines.append(f"รอบ {figures.policy.round} · รหัสการคำนวณ {figures.run_id} · นโยบาย {figures.policy.sha256[:16]}")
    for i, line in enumerate(reversed(lines)):
        height = FIRST_LINE + LINE_HEIGHT * i
        picture.text(0.04, height, line, fontproperties=_font(400, 7.5), color=QUIET, va="center")
    return FIRST_LINE + LINE_HEIGHT * len(lines)
