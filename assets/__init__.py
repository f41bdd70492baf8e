"""All assets, in reading order: ``raw``, ``district``, ``pilots``; and the ``checks``, which warn.

Not here: how values are computed (``pipeline``).
"""
