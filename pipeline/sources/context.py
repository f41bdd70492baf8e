"""The files of layers.

Here: the codes that the rows of a layer must match, by its level. Not here: the declarations of layers (``layers``).
"""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.layers import Layer
from pipeline.reading.row_rules import refuse_rows
from pipeline.reading.table import Received, check_provinces, read_table


def layer_table(raw: Path, layer: Layer, districts: pd.DataFrame) -> Received:
    """Read the file of a layer.

    Args:
        raw: the folder of all inputs.
        layer: its declaration.
        districts: the DOPA list.

    Returns:
        The table of the layer, by the layer's contract.

    Raises:
        InputError: a cell cannot be used, or a district is not in the province of its row, or parts of a count
            are more than the whole.
    """
    folder, contract = raw / layer.folder, CONTRACTS[layer.name]
    codes = [name for name in contract.column_names if name in ("district_code", "province_code")]
    known = {name: set(districts[name]) for name in codes}
    received = read_table(folder, layer.file, contract, known)
    parts: dict[str, list[str]] = {}
    for value in (v for v in layer.values if v.part_of):  # noqa: PD011
        parts.setdefault(value.part_of, []).append(value.name)
    rules = [
        (received.table[of].sum(axis=1) > received.table[whole], whole, f"at least the sum of {' and '.join(of)}")
        for whole, of in parts.items()
    ]
    refuse_rows(received, received.path_in(folder), rules)
    return check_provinces(received, received.path_in(folder)) if "district_code" in known else received
