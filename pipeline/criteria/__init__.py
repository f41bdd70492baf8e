"""The three criteria, each 0 to 1 with its parts: ``poverty``, ``university``, ``data_system``.

Each module has bare functions (numpy in, numpy out) and one ``measure`` that applies them to the tables and
the policy. Not here: weights between criteria, score, status (``pipeline.scoring``). No criterion imports
another, nor ``sources`` or ``pages``.
"""
