"""One reader per outside system, named after it: from a folder under ``data/raw/`` to a ``Received`` table.

Here: which file a system's table stands in, which codes it must match, what it means. Not here: encodings,
types and messages (``pipeline.reading.table``), joins (``assets/sql``). No reader imports another.
"""
