"""Sentences for planners, in Thai and in English.

``words`` are shared; ``reasons`` are about districts, ``outlooks`` about provinces, ``certainty`` about ranks,
``choice`` about the portfolio, ``change`` about moves between rounds, ``decision`` about open questions. Here: the
wording, and which sentence applies. Not here: any number that another module has not computed.
"""

from typing import Any

from pipeline import categories
from pipeline.criterion import CRITERIA, GROUPS
from pipeline.dimensions import DIMENSIONS
from pipeline.policy import Policy
from pipeline.sentences import words
from pipeline.sentences.words import weights_from


def for_page(policy: Policy) -> dict[str, Any]:
    """Collect the words that pages need for the policy, for certainty and for codes in tables.

    Args:
        policy: the policy of the run.

    Returns:
        Words by what they name: one text, or texts by code.
    """
    return {
        "weights": weights_from(policy),
        "as_of": words.day(policy.as_of),
        "maps": words.MAPS,
        "firmness": categories.FIRMNESS,
        "meanings": words.listed([criterion.meaning for criterion in CRITERIA]),
        "varied": words.listed(list(GROUPS)),
        "status": categories.STATUSES,
        "dimensions": DIMENSIONS,
        "kinds": categories.UNIVERSITY_KINDS,
        "levels": categories.LEVELS,
        "figures_from": categories.FIGURES_FROM,
        "measures": categories.MEASURES,
    }


__all__ = ["for_page", "weights_from"]
