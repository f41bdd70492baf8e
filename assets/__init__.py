"""All assets, in the order of the data: ``raw``, ``district``, ``pilots``; and the ``checks``, which warn.

Not here: how values are computed (``pipeline``).
"""
