"""The policy of a round: ``sections`` and ``criterion_sections`` (the parameters, made of ``parts``), ``whole`` (the
policy), ``documents`` (files and tables), ``changes`` (what-ifs), ``launchpad`` (the parameters it offers), ``effects``
(what a parameter changes).

Not here: what a parameter does (``criteria``, ``scoring``, ``uncertainty``, ``shortlist``).
"""

from pipeline.policy.changes import WhatIf, without_agency
from pipeline.policy.documents import (
    from_older_table,
    from_table,
    new_policy,
    read_policy,
    received_policy,
    table_of,
    to_toml,
)
from pipeline.policy.effects import Again, effect_of
from pipeline.policy.launchpad import offered
from pipeline.policy.sections import Ballot, Households, Portfolio, Uncertainty
from pipeline.policy.whole import Policy, flat, validated

__all__ = [
    "Again",
    "Ballot",
    "Households",
    "Policy",
    "Portfolio",
    "Uncertainty",
    "WhatIf",
    "effect_of",
    "flat",
    "from_older_table",
    "from_table",
    "new_policy",
    "offered",
    "read_policy",
    "received_policy",
    "table_of",
    "to_toml",
    "validated",
    "without_agency",
]
