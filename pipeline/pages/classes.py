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
    """What a page shows of a map in addition to its classes."""

    name: str
    short: Words
    title: Words
    unit: Words
    digits: int


def map_words(words: Mapping[str, Any]) -> list[MapWords]:
    """List every map of a page: of the criteria in their order, then of the score.

    Args:
        words: those of ``sentences.for_page``.

    Returns:
        The words of each map, and the decimals of its legend.
    """
    score = MapWords(
        SCORE, Words("คะแนนรวม", "score"), words["maps"][SCORE], words["maps"]["unit"][SCORE], DIGITS[SCORE]
    )
    return [*(MapWords(c.name, c.short, c.title, c.unit, c.digits) for c in CRITERIA), score]


def map_data(words: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the maps for the scripts of a page.

    Args:
        words: those of ``sentences.for_page``.

    Returns:
        The criteria, the score, how many criteria there are in words, words of the legend.
    """
    *criteria, score = (shown._asdict() for shown in map_words(words))
    legend = {name: words["maps"][name] for name in ("below_gate", "no_data", "pilot")}
    return {"criteria": criteria, "score": score, "count": COUNT, "maps": legend}


def breaks(values: pd.Series, digits: int) -> list[float]:
    """Compute the bounds between five classes with equally many values each; fewer where values repeat.

    Bounds are rounded to the decimals of the legend, so that legend and map agree exactly.

    Args:
        values: of the districts; those that are missing are left out.
        digits: decimals of the legend.

    Returns:
        At most four bounds, lowest first; each belongs to the class below it.

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
    """Compute the classes of every map. Those of the score are of eligible districts only.

    Args:
        district_scores: the values of criteria and score.

    Returns:
        The table ``map_classes``: one row per map and class, lowest first, with bounds, number of districts and colour.
    """
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
    """Look up how each map is coloured.

    Args:
        map_classes: the stored table.

    Returns:
        For each map the bounds between its classes and their colours, lowest first: one colour more than bounds.
    """
    return {
        name: {"bounds": of["upper"].tolist()[:-1], "colours": of["colour"].tolist()}
        for name, of in map_classes.sort_values(["map", "class"]).groupby("map")
    }


def colour(maps: Mapping[str, Mapping[str, list[float] | list[str]]], name: str, value: float) -> str:
    """Find the fill of a value.

    Args:
        maps: as ``bounds_and_colours`` gives them.
        name: the map.
        value: a value on that map; one at a bound belongs to the class below it.

    Returns:
        The colour, ``#rrggbb``.

    >>> colour({"score": {"bounds": [10.0], "colours": ["#ffffff", "#000000"]}}, "score", 10.1)
    '#000000'
    """
    of = maps[name]
    return str(of["colours"][int(np.searchsorted(np.asarray(of["bounds"], dtype=float), value, side="left"))])
