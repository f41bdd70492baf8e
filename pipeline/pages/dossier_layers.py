"""What a dossier shows of layers: figures of the province, and columns in the table of each group.

Not here: which layers there are and what they are called (``layers``), how they look (``templates``, ``static/app``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.layers import GROUPS, LAYERS, Group, Layer
from pipeline.pages.frame import number, whole

# The columns of layers in tables of districts, with the layer of each.
LAYER_COLUMNS = {value.name: layer for layer in LAYERS if layer.level == "district" for value in layer.shown}
# The groups with a column in a table of districts.
TABLE_GROUPS: tuple[Group, ...] = tuple(
    group for group, layers in GROUPS.items() if any(layer in layers for layer in LAYER_COLUMNS.values())
)


def of_layer(name: str) -> str:
    """Name a column of a layer on the page, so that it cannot replace one of the page's own columns.

    Args:
        name: the column in the table of the layer.

    Returns:
        Its name in the page's data.

    >>> of_layer("rank")
    'layer.rank'
    """
    return f"layer.{name}"


def groups_for_scripts() -> list[dict[str, Any]]:
    """The table of each group: its name, its heading, its columns with their titles.

    Returns:
        One record per group of ``TABLE_GROUPS``; names of columns as ``of_layer`` gives them.
    """
    return [
        {
            "name": group.table,
            "heading": group.heading,
            "columns": [
                {"name": of_layer(value.name), "title": value.words}
                for layer in GROUPS[group]
                for value in layer.shown
                if value.name in LAYER_COLUMNS
            ],
        }
        for group in TABLE_GROUPS
    ]


def groups_of_province(rows: Mapping[str, Sequence[Any]]) -> list[tuple[Group, list[dict[str, Any]]]]:
    """What the template shows of each group.

    Args:
        rows: the records of each layer in the province, by name of the layer.

    Returns:
        Each group with its layers, as ``layer_of_province`` describes them.
    """
    return [
        (group, [layer_of_province(layer, rows[layer.name]) for layer in layers]) for group, layers in GROUPS.items()
    ]


def layer_of_province(layer: Layer, rows: Sequence[Any]) -> dict[str, Any]:
    """What a dossier shows of a layer for its province.

    Args:
        layer: its declaration.
        rows: the records of its table in the province.

    Returns:
        The layer; sums of its counts, each with its column (none where a column holds rates or has no cell); its sites;
        its first and last month.
    """
    figures = []
    for value in layer.shown:
        known = [cell for row in rows if (cell := getattr(row, value.name)) is not None]
        if known and (value.kind == "count" or layer.level == "province"):
            figures.append((value, shown_value(sum(known))))
    months = [getattr(row, layer.period).split("..") for row in rows] if layer.period else []
    return {
        "layer": layer,
        "figures": figures,
        "sites": rows if layer.level == "site" else [],
        "months": (min(first for first, _ in months), max(last for _, last in months)) if months else None,
    }


def shown_value(value: Any) -> float | None:
    """Round a figure of a layer as pages show it.

    Args:
        value: a count or a number, or what pandas has for a missing one.

    Returns:
        A whole number as it is, any other number with one decimal; None if it is missing.
    """
    return None if pd.isna(value) else whole(value) if float(value).is_integer() else number(value, 1)
