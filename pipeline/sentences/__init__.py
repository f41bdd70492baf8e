"""What is said to planners, in Thai and in English, one sentence each.

``words`` are shared, ``district`` and ``province`` speak of a place, ``certainty`` of how sure a rank is, ``choice`` of
the portfolio, ``change`` of what moved, ``decision`` of what is open. Here: words, and which of them apply. Not here:
any number that another module has not computed.
"""

from typing import Any

from pipeline.criterion import CRITERIA, GROUPS
from pipeline.policy import Policy
from pipeline.sentences import words
from pipeline.sentences.certainty import FIRMNESS
from pipeline.sentences.words import weights_from


def for_page(policy: Policy) -> dict[str, Any]:
    """Words that a page needs beside its tables: of the policy, of certainty, of what the tables hold as codes."""
    return {
        "weights": weights_from(policy),
        "as_of": words.day(policy.as_of),
        "maps": words.MAPS,
        "firmness": FIRMNESS,
        "criteria": words.NAMES,
        "meanings": words.listed([criterion.meaning for criterion in CRITERIA]),
        "varied": words.listed(list(GROUPS)),
        "status": words.STATUS,
        "dimensions": words.DIMENSIONS,
        "kinds": words.KINDS,
        "levels": words.LEVELS,
        "figures_from": words.FIGURES_FROM,
    }


__all__ = ["for_page", "weights_from"]
