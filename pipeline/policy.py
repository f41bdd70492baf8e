"""The policy of a round: every parameter the working group decides, validated like any input.

Here: the shape of ``policy.toml``, its checks, overrides for what-if runs, and the policy as a table. Not
here: what a parameter does (``criteria``, ``scoring``, ``shortlist``). No default stands in the code: a
parameter missing from the file is an error.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.intake import Origin, Received, read_toml

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(min_length=1)]
DistrictCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


def sums_to_one(parts: "Weights | PovertyParts | DimensionWeights") -> None:
    total = sum(value for _, value in parts)
    if abs(total - 1) > 1e-9:
        raise ValueError(f"sum to {total:g}; must sum to 1")


class Weights(Part):
    """Weight of each criterion in the score."""

    poverty: Share
    university: Share
    data_system: Share

    @model_validator(mode="after")
    def _sum(self) -> Self:
        sums_to_one(self)
        return self


class Score(Part):
    """How criteria become one score."""

    rho: Annotated[float, Field(ge=-10, le=10)]
    floor: Annotated[float, Field(gt=0, lt=1)]
    known_weight_needed: Share


class PovertyParts(Part):
    """Weight of each part of the poverty criterion."""

    rate: Share
    count: Share
    cluster: Share

    @model_validator(mode="after")
    def _sum(self) -> Self:
        sums_to_one(self)
        return self


class Gate(Part):
    """Where poverty counts as concentrated."""

    times_national_rate: Annotated[float, Field(ge=0, le=10)]
    hot_spot_opens: bool


class Named(Part):
    """A district whose figure the working group doubts."""

    district_code: DistrictCode
    reason: Text


class Suspect(Part):
    """When a figure is marked as suspect."""

    percentile: Annotated[float, Field(ge=50, le=100)]
    times_province_median: Positive
    named: tuple[Named, ...]


class Poverty(Part):
    """Criterion 1."""

    survey_year: int
    population_year: int
    rate_goalpost_pct: Annotated[float, Field(gt=0, le=100)]
    count_goalpost_persons: Positive
    cluster_goalpost_z: Positive
    goalpost_source: Text
    neighbour_distance_m: Annotated[float, Field(ge=0, le=20_000)]
    hot_spot_q: Annotated[float, Field(gt=0, lt=1)]
    parts: PovertyParts
    gate: Gate
    suspect: Suspect


class Capability(Part):
    """How able a campus is to be the go-between, by kind, without evidence."""

    rajabhat: Share
    rajamangala: Share
    autonomous: Share
    public: Share
    institute: Share
    private: Share
    buddhist: Share
    other: Share


class University(Part):
    """Criterion 2."""

    sigma_minutes: Positive
    limit_minutes: Positive
    detour: Annotated[float, Field(ge=1, le=5)]
    speed_km_per_hour: Positive
    province_mandate: Share
    partnership_uplift: Share
    capability: Capability


class Levels(Part):
    """What each level of a data system is worth."""

    paper: Share
    digital: Share
    household_linked: Share
    shared_case: Share


class DataSystem(Part):
    """Criterion 3."""

    lifetime_years: Positive
    unknown_quality: Share
    levels: Levels


class DimensionWeights(Part):
    """Weight of each dimension in multidimensional poverty."""

    health: Share
    living: Share
    education: Share
    income: Share
    accessibility: Share

    @model_validator(mode="after")
    def _sum(self) -> Self:
        sums_to_one(self)
        return self


class Households(Part):
    """Household rows: which of them measure poverty, and what stops their intake."""

    survey_systems: tuple[Text, ...]
    unusable_file: Literal["stop", "skip"]
    refused_share_stops: Share
    same_survey_share_stops: Annotated[float, Field(gt=0, le=1)]
    smallest_count: Annotated[int, Field(ge=2, le=100)]
    deprivation_cutoff: Annotated[float, Field(gt=0, le=1)]
    deprivation_weights: DimensionWeights


class Decision(Part):
    """Who decided the weights, and when. ``default`` means nobody has voted."""

    status: Literal["default", "voted"]
    decided_by: str
    decided_on: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _voted(self) -> Self:
        if self.status == "voted" and not (self.decided_by and self.decided_on):
            raise ValueError("status 'voted' needs decided_by and decided_on")
        return self


class Policy(Part):
    """One round. Attribute paths are the dotted names of ``policy.toml``."""

    round: Text
    title_th: Text
    title_en: Text
    as_of: date
    seed: int
    agencies: Annotated[tuple[Text, ...], Field(min_length=1)]
    shortlist_provinces: Annotated[int, Field(ge=1, le=77)]
    pilot_districts_per_province: Annotated[int, Field(ge=1, le=10)]
    decision: Decision
    weights: Weights
    score: Score
    poverty: Poverty
    university: University
    data_system: DataSystem
    households: Households

    def rows(self) -> Iterator[tuple[str, Any]]:
        """Every parameter as (dotted name, JSON value), in the order of the model."""
        yield from flat(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """Digest of every parameter, the same however the file is laid out."""
        return hashlib.sha256(json.dumps(dict(self.rows()), sort_keys=True).encode()).hexdigest()

    def overridden(self, changes: Mapping[str, Any], file: str = "what-if") -> "Policy":
        """The policy with some parameters, by dotted name, set to other values."""
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


def flat(node: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested dictionaries with dotted names.

    >>> dict(flat({"weights": {"poverty": 0.5}, "seed": 1}))
    {'weights.poverty': 0.5, 'seed': 1}
    """
    for name, value in node.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def validated(says: Mapping[str, Any], file: str) -> Policy:
    """A policy, or ``InputError`` with every parameter that is missing, unknown or out of range."""
    try:
        return Policy.model_validate(says)
    except ValidationError as error:
        raise InputError(
            [
                Problem(
                    file,
                    found_words(item),
                    item["msg"].removeprefix("Value error, ").removeprefix("Input should be "),
                    "correct the parameter",
                    column=".".join(map(str, item["loc"])) or None,
                )
                for item in error.errors()
            ]
        ) from error


def found_words(item: Mapping[str, Any]) -> str:
    """What stood there, for one of pydantic's errors."""
    if item["type"] == "missing":
        return "nothing"
    given = item["input"]
    if isinstance(given, Mapping):
        return ", ".join(f"{name} = {value}" for name, value in given.items() if not isinstance(value, dict))
    return shown_value(given)


def read(path: Path, known_districts: pd.Series | None = None) -> tuple[Policy, Origin]:
    """The policy in a TOML file, and its origin. ``known_districts`` are the codes that exist."""
    if not path.is_file():
        raise InputError(
            Problem(shown_path(path), "no such file", "the policy of the round", "give its path with --policy")
        )
    policy = validated(read_toml(path), shown_path(path))
    if known_districts is not None:
        strange = [n.district_code for n in policy.poverty.suspect.named if n.district_code not in set(known_districts)]
        if strange:
            raise InputError(
                Problem(
                    shown_path(path), ", ".join(strange), "a district_code that exists", "correct the code",
                    column="poverty.suspect.named",
                )
            )  # fmt: skip
    origin = Origin(
        file=f"policy/{path.name}",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        title_th=f"นโยบายของรอบ: {policy.title_th}",
        title_en=f"Policy of the round: {policy.title_en}",
        source=policy.decision.decided_by,
        address="",
        licence="",
        received=str(policy.decision.decided_on or policy.as_of),
    )
    return policy, origin


def received(path: Path, known_districts: pd.Series, changes: Mapping[str, Any]) -> Received:
    """The policy as a table: one row per parameter, with a mark on those overridden.

    ``changes`` is nested like the policy: ``{"weights": {"poverty": 0.6, ...}}``.
    """
    policy, origin = read(path, known_districts)
    changes = dict(flat(changes))
    if changes:
        policy = policy.overridden(changes, "the Launchpad")
    table = pd.DataFrame(
        [(name, json.dumps(value, ensure_ascii=False), name in changes) for name, value in policy.rows()],
        columns=["parameter", "value", "overridden"],
    )
    return Received(table, (origin,), len(table))


def from_table(table: pd.DataFrame) -> Policy:
    """The policy back from its table."""
    nested: dict[str, Any] = {}
    for name, value in zip(table["parameter"], table["value"], strict=True):
        *path, last = name.split(".")
        place = nested
        for step in path:
            place = place.setdefault(step, {})
        place[last] = json.loads(value)
    return validated(nested, "policy")
