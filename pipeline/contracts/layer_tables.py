"""The contract of a layer, from its declaration.

Not here: which layers there are (``layers``).
"""

from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.shared_columns import NAMES, district_code, province_code
from pipeline.layers import Layer


def layer_contract(layer: Layer) -> Contract:
    """Make the contract of a layer: the codes and names of its level, then its own columns.

    Args:
        layer: its declaration.

    Returns:
        The contract, under the name of the layer.
    """
    keys: dict[str, tuple[tuple[str, ...], tuple[Column, ...]]] = {
        "district": (("district_code",), (district_code(), province_code())),
        "province": (("province_code",), (province_code(),)),
        "site": (
            ("province_code", "name_th"),
            (
                province_code(),
                *NAMES,
                district_code("DOPA code of the district; empty if only the province is known", nullable=True),
            ),
        ),
    }
    key, columns = keys[layer.level]
    values = (
        Column(
            value.name,
            Kind(value.kind),
            value.meaning,
            value.unit,
            nullable=value.nullable,
            minimum=None if value.kind == "text" else 0,
            pattern=value.pattern,
            form=value.form,
        )
        for value in layer.values
    )
    title = layer.title if layer.scored else f"{layer.title}; not part of the score"
    return Contract(layer.name, title, key, (*columns, *values), layer.source)
