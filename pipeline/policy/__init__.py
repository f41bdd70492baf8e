"""The policy of a round: ``sections`` (the parameters), ``whole`` (the policy), ``files``, ``changes`` (what-ifs).

Not here: what a parameter does (``criteria``, ``scoring``, ``uncertainty``, ``shortlist``).
"""

from pipeline.policy.changes import WhatIf, without_agency
from pipeline.policy.documents import from_table, new, read, received, table_of, to_toml
from pipeline.policy.sections import CRITERIA, Ballot, Households, Portfolio, Uncertainty
from pipeline.policy.whole import Policy, flat, validated

__all__ = [
    "CRITERIA",
    "Ballot",
    "Households",
    "Policy",
    "Portfolio",
    "Uncertainty",
    "WhatIf",
    "flat",
    "from_table",
    "new",
    "read",
    "received",
    "table_of",
    "to_toml",
    "validated",
    "without_agency",
]
