"""From district scores to provinces: the ranking (``ranking``), the portfolio (``rules``, ``portfolio``), and which
provinces enter or leave a shortlist (``moves``).

Not here: scores (``scoring``), words (``sentences``).
"""

from pipeline.shortlist.moves import changes, leaving_and_entering
from pipeline.shortlist.portfolio import pilot_portfolio
from pipeline.shortlist.ranking import (
    best_districts,
    provinces,
    score_needed,
    value_needed,
    without_agencies,
    without_suspects,
)
from pipeline.shortlist.rules import Conflict, choose

__all__ = [
    "Conflict",
    "best_districts",
    "changes",
    "choose",
    "leaving_and_entering",
    "pilot_portfolio",
    "provinces",
    "score_needed",
    "value_needed",
    "without_agencies",
    "without_suspects",
]
