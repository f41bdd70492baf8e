"""Layers: context that dossiers and downloads show for each district or province, whether or not a criterion uses it.

``layer`` defines a layer, ``declared`` has one declaration per layer. A new layer is a CSV file, its
``SOURCE.toml`` and a declaration: contract, raw asset, dossier, workbook, GIS layer and list of sources loop over
``LAYERS``. Not here: reading the file (``sources.context``). This package imports nothing but ``criterion``.
"""

from pipeline.layers.declared import GROUPS, LAYERS
from pipeline.layers.layer import Group, Layer, Value, check_columns

__all__ = ["GROUPS", "LAYERS", "Group", "Layer", "Value", "check_columns"]
