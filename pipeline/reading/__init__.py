"""How a file becomes a checked table: encoding, delimiter, columns, cells, and the sidecar that names its source.

Here: what is the same for every file. ``sidecar`` reads ``SOURCE.toml``, ``encodings`` decodes text, ``delimited``
finds the delimiter, ``columns`` maps the file's columns to ours, ``cells`` converts text to values, ``table`` calls
them in this order. Not here: what one system's file means (``sources``, ``households``), what a table must be
(``contracts``).
"""
