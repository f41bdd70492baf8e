"""What a terminal shows, by rich: ``inputs``, ``ranking``, ``places``, ``comparisons``, ``policies``.

``terminal`` is what they share.
Not here: pages (``pages``), any figure that another module has not computed.
"""
