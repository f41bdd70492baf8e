"""The sections of a policy: each parameter's name, its type, what it may be.

Not here: the policy as a whole (``whole``), what a parameter does (``criteria``, ``scoring``, ``uncertainty``,
``shortlist``). No default stands in the code: a parameter missing from the file is an error.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
# Years of the common era: 2565 would be one of the Buddhist era.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]
Text = Annotated[str, StringConstraints(min_length=1)]
DistrictCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]$")]
CRITERIA = ("poverty", "university", "data_system")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    @field_validator("*", mode="before")
    @classmethod
    def _a_truth_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("is true or false; must be a number or a text")
        return value


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
    goalpost_percentile: Annotated[float, Field(gt=50, lt=100)]
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
    """Who decided the policy as a whole, and when; empty while nobody has.

    ``previous_round`` names the archived round that this one is compared with, ``contact`` where errors are reported.
    """

    decided_by: str
    decided_on: Day | None = None
    note: str = ""
    previous_round: str = ""
    contact: str = ""

    @model_validator(mode="after")
    def _both(self) -> Self:
        if bool(self.decided_by) != bool(self.decided_on):
            raise ValueError("decided_by and decided_on go together: both or neither")
        return self


class Points(Part):
    """How an agency spreads its 100 points over the criteria."""

    poverty: Annotated[float, Field(ge=0, le=100)]
    university: Annotated[float, Field(ge=0, le=100)]
    data_system: Annotated[float, Field(ge=0, le=100)]

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(value for _, value in self)
        if abs(total - 100) > 1e-6:
            raise ValueError(f"sum to {total:g}; must sum to 100")
        return self


class Ballot(Part):
    """What one agency votes on the weights, who cast it and when."""

    agency: Text
    points: Points
    cast_by: Text
    cast_on: Day
    note: str = ""


def between(pair: tuple[float, float]) -> tuple[float, float]:
    if not pair[0] < pair[1]:
        raise ValueError(f"{pair[0]:g} to {pair[1]:g}; the first must be below the second")
    return pair


class Uncertainty(Part):
    """How far each choice may reasonably lie from what the policy says, and what counts as sure."""

    draws: Annotated[int, Field(ge=200, le=100_000)]
    weights_concentration: Annotated[float, Field(ge=1, allow_inf_nan=False)]
    rho: Annotated[tuple[Annotated[float, Field(ge=-10, le=10)], ...], Field(min_length=1)]
    sigma_minutes: tuple[Positive, Positive]
    goalpost_percentiles: tuple[Annotated[float, Field(gt=50, lt=100)], Annotated[float, Field(gt=50, lt=100)]]
    unknown_quality: tuple[Share, Share]
    capability_spread: Share
    firm: Share
    likely: Share
    contested: Share

    _sigma = field_validator("sigma_minutes")(between)
    _percentiles = field_validator("goalpost_percentiles")(between)
    _quality = field_validator("unknown_quality")(between)

    @model_validator(mode="after")
    def _order(self) -> Self:
        if not self.firm > self.likely > self.contested:
            raise ValueError("firm must lie above likely, likely above contested")
        return self


class NamedProvince(Part):
    """A province that the working group puts on the portfolio, or keeps off it, and why."""

    province_code: ProvinceCode
    reason: Text


class Portfolio(Part):
    """Which provinces may stand together."""

    region_least: Annotated[int, Field(ge=0, le=77)]
    region_most: Annotated[int, Field(ge=1, le=77)]
    districts_per_university: Annotated[int, Field(ge=1)]
    near_best: Annotated[float, Field(ge=0, le=0.2)]
    locks: tuple[NamedProvince, ...]
    vetoes: tuple[NamedProvince, ...]
