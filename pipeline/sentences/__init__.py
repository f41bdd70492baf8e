"""What is said to planners, in Thai and in English, one sentence each.

``words`` are shared, ``district`` speaks of a district, ``certainty`` of how sure a rank is, ``choice`` of the
portfolio. Here: words, and which of them apply. Not here: any number that another module has not computed.
"""

from pipeline.sentences.words import Said, weights_from

__all__ = ["Said", "weights_from"]
