"""The classes of every map: computed once per run, stored as ``map_classes``, the same on each page and picture.

Here: quintiles, the colours of the classes, the words of each map. Not here: drawing.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.criterion import COUNT, CRITERIA, MAPS, RAMP, SCORE, Words

# Colours of the classes of each map, lowest first.
COLOURS = {SCORE: RAMP, **{criterion.name: criterion.colours for criterion in CRITERIA}}
CLASSES = len(RAMP)
# Decimals in legends.
DIGITS = {SCORE: 1, **{criterion.name: criterion.digits for criterion in CRITERIA}}


class MapWords(NamedTuple):
    """What a page shows of a map besides its classes."""

    name: str
    short: Words
    title: Words
    unit: Words
    digits: int


def map_words(words: Mapping[str, Any]) -> list[MapWords]:
    """Every map of a page: of the criteria in their order, then of the score.

    Args:
        words: those of ``sentences.for_page``.
    """
    score = MapWords(
        SCORE, Words("คะแนนรวม", "score"), words["maps"][SCORE], words["maps"]["unit"][SCORE], DIGITS[SCORE]
    )
    return [*(MapWords(c.name, c.short, c.title, c.unit, c.digits) for c in CRITERIA), score]


def map_data(words: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the scripts of a page: the criteria, the score, how many criteria there are, words of the legend."""
    *criteria, score = (shown._asdict() for shown in map_words(words))
    legend = {name: words["maps"][name] for name in ("below_gate", "no_data", "pilot")}
    return {"criteria": criteria, "score": score, "count": COUNT, "maps": legend}


def breaks(values: pd.Series, digits: int) -> list[float]:
    """Upper bounds of all but the last of five classes with equally many values each; fewer where values repeat.

    Bounds are rounded to the decimals of the legend, so that legend and map agree exactly.

    >>> breaks(pd.Series([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 1)
    [2.8, 4.6, 6.4, 8.2]
    >>> breaks(pd.Series([1.0, 1.0, 1.0]), 2), breaks(pd.Series([], dtype=float), 2)
    ([], [])
    """
    known = values.dropna().to_numpy(dtype=float)
    if not known.size:
        return []
    cuts = np.unique(np.quantile(known, np.arange(1, CLASSES) / CLASSES).round(digits))
    return [float(b) for b in cuts if known.min() <= b < known.max()]


def quintile_classes(district_scores: pd.DataFrame) -> pd.DataFrame:
    """One row per map and class, lowest first: bounds, districts in it, colour. The score's are of the eligible."""
    rows = []
    for name in MAPS:
        values = district_scores[name]
        if name == SCORE:
            values = values[district_scores["status"] == "eligible"]
        known = values.dropna()
        if known.empty:
            continue
        bounds = breaks(known, DIGITS[name])
        edges = [float(known.min()), *bounds, float(known.max())]
        for i, upper in enumerate(edges[1:]):
            inside = known <= upper if i == 0 else (known > edges[i]) & (known <= upper)
            shade = round(i * (CLASSES - 1) / max(1, len(bounds)))
            rows.append((name, i + 1, edges[i], upper, int(inside.sum()), COLOURS[name][shade]))
    return pd.DataFrame(rows, columns=["map", "class", "lower", "upper", "districts", "colour"])


def bounds_and_colours(map_classes: pd.DataFrame) -> dict[str, dict[str, list[float] | list[str]]]:
    """For each map the bounds between its classes and their colours, lowest first."""
    return {
        name: {"bounds": of["upper"].tolist()[:-1], "colours": of["colour"].tolist()}
        for name, of in map_classes.sort_values(["map", "class"]).groupby("map")
    }


def colour(maps: Mapping[str, Mapping[str, list[float] | list[str]]], name: str, value: float) -> str:
    """The fill of a value.

    >>> colour({"score": {"bounds": [10.0], "colours": ["#ffffff", "#000000"]}}, "score", 10.1)
    '#000000'
    """
    of = maps[name]
    return str(of["colours"][int(np.searchsorted(np.asarray(of["bounds"], dtype=float), value, side="left"))])
