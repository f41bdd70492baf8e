"""What each parameter of the policy changes: what must be computed again, and whether it is one of the rules.

Not here: computing anything again (``what_if``), comparing rounds (``runs.rounds``).
"""

from enum import IntEnum
from typing import NamedTuple

from pipeline.criterion import NAMES


class Again(IntEnum):
    """What must be computed again if a parameter changes; each step includes those before it."""

    SCORES = 1
    CRITERIA = 2
    FACTS = 3
    INPUTS = 4


class Effect(NamedTuple):
    """What a parameter changes.

    Attributes:
        again: what must be computed again.
        rule: whether it decides how districts are compared; if not, it names the round or the figures it uses.
    """

    again: Again
    rule: bool


# By parameter or section; a parameter takes the first entry that names it or a section it is in.
_EFFECTS: tuple[tuple[str, Effect], ...] = (
    ("round", Effect(Again.SCORES, rule=False)),
    ("title_th", Effect(Again.SCORES, rule=False)),
    ("title_en", Effect(Again.SCORES, rule=False)),
    ("decision.previous_round", Effect(Again.SCORES, rule=False)),
    ("decision.contact", Effect(Again.SCORES, rule=False)),
    ("seed", Effect(Again.SCORES, rule=False)),
    ("as_of", Effect(Again.CRITERIA, rule=False)),
    ("poverty.survey_year", Effect(Again.FACTS, rule=False)),
    ("poverty.release", Effect(Again.FACTS, rule=False)),
    ("poverty.measure", Effect(Again.FACTS, rule=True)),
    ("poverty.population_year", Effect(Again.INPUTS, rule=False)),
    ("households", Effect(Again.INPUTS, rule=False)),
    ("agencies", Effect(Again.CRITERIA, rule=True)),
    *((name, Effect(Again.CRITERIA, rule=True)) for name in NAMES),
)
_OTHER = Effect(Again.SCORES, rule=True)


def effect_of(parameter: str) -> Effect:
    """Look up what a parameter changes.

    Args:
        parameter: its dotted name.

    Returns:
        Its effect; where nothing else is known: scores are computed again, and it is a rule.

    >>> effect_of("households.smallest_count").again.name, effect_of("poverty.gate.hot_spot_opens").again.name
    ('INPUTS', 'CRITERIA')
    >>> effect_of("weights.poverty"), effect_of("title_en").rule
    (Effect(again=<Again.SCORES: 1>, rule=True), False)
    """
    for name, effect in _EFFECTS:
        if parameter == name or parameter.startswith(f"{name}."):
            return effect
    return _OTHER
