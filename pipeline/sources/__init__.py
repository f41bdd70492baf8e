"""One reader per outside system, named after it: from a folder under ``data/raw/`` to a ``Received`` table.

Here: which file has a system's table, which codes it must match, what it means. Not here: encodings, columns, types
and messages (``reading``), joins (``assets/sql``). No reader imports another.
"""

from pipeline.sources import boundaries, context, data_systems, dopa, nesdc, subdistricts, tpmap, universities

__all__ = ["boundaries", "context", "data_systems", "dopa", "nesdc", "subdistricts", "tpmap", "universities"]
