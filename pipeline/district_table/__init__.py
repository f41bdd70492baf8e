"""The tables of districts that combine all sources: facts (``facts``), criteria and score (``joined``).

Not here: how a criterion is computed (``criteria``), how criteria become a score (``scoring``), sentences
(``sentences``), which published figures are used (``published_figures``).
"""

from pipeline.district_table.facts import FACTS_FROM, district_facts
from pipeline.district_table.joined import district_criteria, district_scores, with_criteria

__all__ = ["FACTS_FROM", "district_criteria", "district_facts", "district_scores", "with_criteria"]
