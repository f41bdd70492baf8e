"""From district scores to provinces: the plain ranking (``ranking``) and the portfolio (``rules``, ``portfolio``).

Not here: scores (``scoring``), words (``sentences``).
"""

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
    "choose",
    "pilot_portfolio",
    "provinces",
    "score_needed",
    "value_needed",
    "without_agencies",
    "without_suspects",
]
