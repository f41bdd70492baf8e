"""One reader per outside system, named after it: from a folder under ``data/raw/`` to a ``Received`` table.

Here: the file of each table, the codes it must match, the meaning of its columns. Not here: encodings, columns, types
and messages (``reading``), joins (``district_table``). No reader imports another, but for ``tpmap_counts``, which
``release_files``, ``release_rows`` and ``release_checks`` serve, and ``dopa``, whose text ``register_text`` reads.
"""

from pipeline.sources import (
    boundaries,
    context,
    data_systems,
    dopa,
    nesdc,
    registered,
    subdistricts,
    tpmap,
    tpmap_counts,
    universities,
)

__all__ = [
    "boundaries",
    "context",
    "data_systems",
    "dopa",
    "nesdc",
    "registered",
    "subdistricts",
    "tpmap",
    "tpmap_counts",
    "universities",
]
