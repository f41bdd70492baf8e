"""What is said to planners, in Thai and in English, one sentence each.

``words`` are shared, ``district`` speaks of a district, ``certainty`` of how sure a rank is, ``choice`` of the
portfolio. Here: words, and which of them apply. Not here: any number that another module has not computed.
"""

from typing import Any

from pipeline.policy import Policy
from pipeline.sentences.certainty import FIRMNESS
from pipeline.sentences.words import Said, weights_from


def for_page(policy: Policy) -> dict[str, Any]:
    """Words of the policy and of certainty that a page needs beside its tables."""
    return {"weights": weights_from(policy), "firmness": FIRMNESS}


__all__ = ["Said", "for_page", "weights_from"]
