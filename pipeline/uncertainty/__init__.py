"""How certain the ranking is: everything uncertain is drawn many times, and the ranking is computed for each draw.

``ranges`` has bare functions over draws, ``arrays`` the country under draws, ``choices`` what is drawn,
``model`` scores under a draw, ``outcomes`` ranks and choices, ``rank_tables`` the tables. Not here: formulas
(``criteria``, ``scoring``), words (``sentences``).
"""

from pipeline.uncertainty.ranges import RankRanges, draw_weights, rank_ranges

__all__ = ["RankRanges", "draw_weights", "rank_ranges"]
