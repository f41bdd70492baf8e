"""How sure are we: everything uncertain drawn again and again, and what the ranking then does.

``ranges`` has bare functions over draws, ``country`` what scores rest on as arrays, ``choices`` what is uncertain and
how it is drawn, ``model`` scores under a draw, ``measure`` the tables. Not here: the score itself (``scoring``), words
(``sentences``).
"""

from pipeline.uncertainty.ranges import RankRanges, draw_weights, rank_ranges

__all__ = ["RankRanges", "draw_weights", "rank_ranges"]
