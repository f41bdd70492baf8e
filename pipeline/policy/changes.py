"""What-ifs: other weights, without a ballot, without a criterion; on the command line as in the Launchpad.

Here: turning a what-if into parameters of the policy. Not here: its effect on the ranking (``what_if``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.criterion import NAMES
from pipeline.errors import InputError, Problem
from pipeline.policy.whole import Policy, mean_of


@dataclass(frozen=True)
class WhatIf:
    """A what-if. ``parameters`` are any others of the policy, by dotted name."""

    weights: Mapping[str, float] = field(default_factory=dict)
    drop_agencies: Sequence[str] = ()
    without_criteria: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def changes(self, policy: Policy, asked_in: str) -> dict[str, Any]:
        """Find the parameters that change.

        First the ballots of the dropped agencies are removed, and the weights are the mean of the rest; then criteria
        left out get weight 0; then the weights given are set. Criteria not named share what is left, in proportion.
        Dropping an agency that has not voted changes nothing.

        Args:
            policy: the policy to change.
            asked_in: where the what-if comes from, for messages.

        Returns:
            The new values, by dotted name.

        Raises:
            InputError: for names that the policy does not have, or weights that cannot sum to 1.
        """
        _known(self.drop_agencies, policy.agencies, asked_in, "drop_agencies", "an agency of the policy")
        _known([*self.weights, *self.without_criteria], NAMES, asked_in, "weights", "a criterion")
        ballots = [b.model_dump(mode="json") for b in policy.ballots if b.agency not in self.drop_agencies]
        changes: dict[str, Any] = dict(self.parameters)
        weights = dict(zip(NAMES, policy.nominal_weights, strict=True))
        if len(ballots) < len(policy.ballots):
            if not ballots:
                raise InputError(
                    Problem(asked_in, "no ballot left", "at least one agency that has voted", "drop fewer agencies")
                )
            changes["ballots"], weights = ballots, mean_of(ballots)
        fixed = {**dict.fromkeys(self.without_criteria, 0.0), **self.weights}
        if both := sorted(set(self.weights) & set(self.without_criteria)):
            raise InputError(
                Problem(asked_in, f"{both[0]} both weighted and left out", "one of the two", "remove one of them")
            )
        if fixed:
            weights = _shared(weights, fixed, asked_in)
        if weights != dict(zip(NAMES, policy.nominal_weights, strict=True)):
            changes |= {f"weights.{name}": value for name, value in weights.items()}
        return changes

    def applied(self, policy: Policy, asked_in: str = "what-if") -> Policy:
        """Apply the what-if to a policy.

        Args:
            policy: the official policy, which stays as it is.
            asked_in: where the what-if comes from, for messages.

        Returns:
            Another policy.
        """
        return policy.overridden(self.changes(policy, asked_in), asked_in)


def _known(names: Sequence[str], known: Sequence[str], asked_in: str, column: str, expected: str) -> None:
    for name in names:
        if name not in known:
            raise InputError(
                Problem(asked_in, f"'{name}'", f"{expected}: {', '.join(known)}", "correct the name", column=column)
            )


def _shared(weights: Mapping[str, float], fixed: Mapping[str, float], asked_in: str) -> dict[str, float]:
    """The fixed weights, and the others scaled so that all sum to 1."""
    others = {name: weights[name] for name in NAMES if name not in fixed}
    left, total = 1 - sum(fixed.values()), sum(others.values())
    if min(fixed.values()) < 0 or left < -1e-9 or (not others and abs(left) > 1e-9):
        given = ", ".join(f"{name}={value:g}" for name, value in fixed.items())
        raise InputError(
            Problem(
                asked_in,
                given,
                "weights of 0 or more that sum to 1, or to less if a criterion is not named",
                "correct the weights",
                column="weights",
            )
        )
    scale = {name: value / total if total > 0 else 1 / len(others) for name, value in others.items()}
    return {name: fixed[name] if name in fixed else max(0.0, left) * scale[name] for name in NAMES}


def without_agency(policy: Policy, agency: str) -> Policy:
    """Remove the ballot of an agency: the weights are the mean of the others.

    Args:
        policy: a policy with ballots of two agencies or more.
        agency: one of ``policy.voters``.

    Returns:
        Another policy.

    Raises:
        ValueError: the agency has not voted, or is the only one that has.
    """
    if agency not in policy.voters or len(policy.voters) < 2:
        raise ValueError(f"{agency} is not one of two or more agencies that have voted")
    return WhatIf(drop_agencies=(agency,)).applied(policy)
