"""How a file of any source becomes a checked table: encodings, headers, cells, and the sidecar that names its origin.

Here: what is the same for every file. Not here: what one system's file means (``sources``, ``layers``, ``households``),
what a table must be (``contracts``).
"""
