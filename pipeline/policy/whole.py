"""The policy of a round: every parameter the working group decides, validated like any input.

Here: the sections together, the weights that ballots give, the policy with some parameters changed. Not here: files
and tables (``documents``), what-ifs as a user writes them (``changes``).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError, create_model, model_validator

from pipeline.criterion import CRITERIA, NAMES
from pipeline.errors import InputError, Problem, shown_value
from pipeline.policy.criterion_sections import DataSystem, Poverty, University, section_of
from pipeline.policy.parts import Day, Part, Text
from pipeline.policy.sections import Ballot, Decision, Households, Points, Portfolio, Score, Uncertainty, Weights


class PolicyOfAnyCriteria(Part):
    """The parameters of a round, but for sections that ``criterion.Criterion.parameters`` declare.

    A section of a criterion that has a class is named here, so that type checkers know its parameters. ``Policy`` has
    the others too.
    """

    round: Text
    title_th: Text
    title_en: Text
    as_of: Day
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    agencies: Annotated[tuple[Text, ...], Field(min_length=1)]
    shortlist_provinces: Annotated[int, Field(ge=1, le=77, description="provinces on the shortlist")]
    pilot_districts_per_province: Annotated[int, Field(ge=1, le=10)]
    decision: Decision
    weights: Weights
    score: Score
    poverty: Poverty
    university: University
    data_system: DataSystem
    households: Households
    uncertainty: Uncertainty
    portfolio: Portfolio
    ballots: tuple[Ballot, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _weights_of_ballots(cls, parameters: Any) -> Any:
        if isinstance(parameters, Mapping) and parameters.get("ballots") and "weights" not in parameters:
            return {**parameters, "weights": mean_of(parameters["ballots"])}
        return parameters

    @model_validator(mode="after")
    def _ballots(self) -> Self:
        voters = [ballot.agency for ballot in self.ballots]
        if strange := sorted(set(voters) - set(self.agencies)):
            raise ValueError(f"a ballot of {', '.join(strange)}; only {', '.join(self.agencies)} vote")
        if twice := sorted({name for name in voters if voters.count(name) > 1}):
            raise ValueError(f"more than one ballot of {', '.join(twice)}; each agency has one")
        return self

    def rows(self) -> Iterator[tuple[str, Any]]:
        """List every parameter.

        Yields:
            The dotted name and the JSON value, in the order of the model.
        """
        yield from flat(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """Digest of every parameter. Comments and layout of the file do not change it."""
        return hashlib.sha256(json.dumps(dict(self.rows()), sort_keys=True).encode()).hexdigest()

    @property
    def nominal_weights(self) -> tuple[float, ...]:
        """The weights in the order of ``CRITERIA``."""
        return tuple(getattr(self.weights, name) for name in NAMES)

    def parameter(self, name: str) -> Any:
        """Look up a parameter, for criteria whose section has no class of its own.

        Args:
            name: its dotted name, such as ``local_business.goalpost``.

        Returns:
            Its value.

        Raises:
            AttributeError: there is no such parameter.
        """
        value: Any = self
        for step in name.split("."):
            value = getattr(value, step)
        return value

    @property
    def voters(self) -> tuple[str, ...]:
        """The agencies that have cast a ballot."""
        return tuple(ballot.agency for ballot in self.ballots)

    def overridden(self, changes: Mapping[str, Any], file: str = "what-if") -> "Policy":
        """Change some parameters.

        Args:
            changes: the new values, by dotted name.
            file: where the values come from, for messages.

        Returns:
            Another policy.

        Raises:
            InputError: for names that are no parameters, and for values out of range.
        """
        nested = self.model_dump(mode="json")
        for name, value in changes.items():
            *path, last = name.split(".")
            place: Any = nested
            for step in path:
                place = place.get(step) if isinstance(place, dict) else None
            if not isinstance(place, dict) or last not in place:
                raise InputError(Problem(file, name, "a parameter of the policy", "correct the name"))
            place[last] = value
        return validated(nested, file)


if TYPE_CHECKING:  # type checkers know no class made at run time
    Policy = PolicyOfAnyCriteria
else:
    Policy = create_model(
        "Policy",
        __base__=PolicyOfAnyCriteria,
        __module__=__name__,
        __doc__="One round. Attribute paths are the dotted names of ``policy.toml``.",
        **{
            criterion.name: (section_of(criterion), ...)
            for criterion in CRITERIA
            if criterion.name not in PolicyOfAnyCriteria.model_fields
        },
    )


def mean_of(ballots: Any) -> dict[str, float]:
    """Compute the weights that ballots give: the mean of their points, as shares.

    Equal weights where a ballot is invalid, so that the error message is about the ballot, not about the weights.

    Args:
        ballots: as in ``policy.toml``, not checked yet: each with ``points`` by criterion, which sum to 100.

    Returns:
        The weight of each criterion; they sum to 1.

    >>> all_to = lambda chosen: {"points": {name: 100 * (name == chosen) for name in NAMES}}
    >>> weights = mean_of([all_to("poverty"), all_to("university")])
    >>> {name: weight for name, weight in weights.items() if weight > 0}
    {'poverty': 0.5, 'university': 0.5}
    """
    try:
        points = [Points.model_validate(ballot["points"]) for ballot in ballots]
    except (TypeError, KeyError, ValueError):
        return dict.fromkeys(NAMES, 1 / len(NAMES))
    return {name: sum(getattr(p, name) for p in points) / (100 * len(points)) for name in NAMES}


def flat(node: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """List the leaves of nested dictionaries.

    Args:
        node: dictionaries in dictionaries, to any depth.
        above: the dotted name of ``node`` with a dot at its end; empty at the top.

    Yields:
        The dotted name and the value of each leaf, in order.

    >>> dict(flat({"weights": {"poverty": 0.5}, "seed": 1}))
    {'weights.poverty': 0.5, 'seed': 1}
    """
    for name, value in node.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def validated(parameters: Mapping[str, Any], file: str) -> Policy:
    """Check nested parameters.

    Args:
        parameters: the sections of the policy.
        file: where they come from, for messages.

    Returns:
        The policy.

    Raises:
        InputError: names each parameter that is missing, unknown or out of range.
    """
    try:
        return Policy.model_validate(parameters)
    except ValidationError as error:
        raise InputError(
            [
                Problem(
                    file,
                    found_words(item),
                    _expected_words(item),
                    "correct the parameter",
                    column=".".join(map(str, item["loc"])) or None,
                )
                for item in error.errors()
            ]
        ) from error


def _expected_words(item: Mapping[str, Any]) -> str:
    """Say what one of pydantic's errors expects, without the names of its kinds."""
    if item["type"] == "model_type":
        names = [name for name in item["loc"] if isinstance(name, str)]
        return f"a table [{'.'.join(names)}] with its keys" if names else "a table with its keys"
    return str(item["msg"].removeprefix("Value error, ").removeprefix("Input should be "))


def found_words(item: Mapping[str, Any]) -> str:
    """Describe the value that one of pydantic's errors is about, for a message.

    Args:
        item: one of ``ValidationError.errors()``.

    Returns:
        The value, shortened; of a section its numbers and texts; ``nothing`` where a parameter is missing.
    """
    if item["type"] == "missing":
        return "nothing"
    given = item["input"]
    if isinstance(given, Mapping):
        return ", ".join(f"{name} = {value}" for name, value in given.items() if not isinstance(value, dict))
    return shown_value(given)
