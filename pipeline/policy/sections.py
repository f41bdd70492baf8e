"""The sections of a policy: the name, type and limits of each parameter.

The Launchpad offers every parameter that has a ``description``. The code holds no default: a parameter missing from the
file is an error. Not here: the policy as a whole (``whole``), what a parameter does (``criteria``, ``scoring``,
``uncertainty``, ``shortlist``).
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from pipeline.criterion import CRITERIA, NAMES, Criterion

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
# Years of the common era: 2565 would be one of the Buddhist era.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]
Text = Annotated[str, StringConstraints(min_length=1)]
DistrictCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]$")]


class Part(BaseModel):
    """A section of a policy, frozen, in which every parameter is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    @field_validator("*", mode="before")
    @classmethod
    def _reject_booleans(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("a number or text, not true or false")
        return value


class SharesOfOne(Part):
    """Numbers that sum to 1."""

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(value for _, value in self)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"sum to {total:g}; must sum to 1")
        return self


class PointsOf100(Part):
    """Numbers that sum to 100."""

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(value for _, value in self)
        if abs(total - 100) > 1e-6:
            raise ValueError(f"sum to {total:g}; must sum to 100")
        return self


# One number for each criterion. Type checkers know no class made at run time, so they see the class it is made from.
if TYPE_CHECKING:
    Weights = SharesOfOne
    Points = PointsOf100
else:
    Weights = create_model(
        "Weights",
        __base__=SharesOfOne,
        __doc__="Weight of each criterion in the score. Criteria not given share what is left, in proportion.",
        **{
            criterion.name: (Annotated[Share, Field(description=f"weight of {criterion.short.en}")], ...)
            for criterion in CRITERIA
        },
    )
    Points = create_model(
        "Points",
        __base__=PointsOf100,
        __doc__="How an agency divides 100 points among the criteria.",
        **{name: (Annotated[float, Field(ge=0, le=100)], ...) for name in NAMES},
    )


class Score(Part):
    """How the criteria become one score."""

    rho: Annotated[
        float, Field(ge=-10, le=10, description="exponent of the power mean: 0 geometric mean, 1 weighted sum")
    ]
    floor: Annotated[float, Field(gt=0, lt=1)]
    known_weight_needed: Annotated[
        Share, Field(description="weight that the criteria with a value must have for a district to be scored")
    ]


class PovertyParts(SharesOfOne):
    """Weight of each part of the poverty criterion."""

    rate: Share
    count: Share
    cluster: Share


class Gate(Part):
    """Where poverty counts as concentrated."""

    times_national_rate: Annotated[
        float, Field(ge=0, le=10, description="poverty rate needed, as a multiple of the national rate")
    ]
    hot_spot_opens: Annotated[bool, Field(description="a hot spot passes whatever its rate")]


class Named(Part):
    """A district whose figure the working group doubts."""

    district_code: DistrictCode
    reason: Text


class Suspect(Part):
    """When a poverty figure is marked as suspect."""

    percentile: Annotated[float, Field(ge=50, le=100)]
    times_province_median: Positive
    named: tuple[Named, ...]


class Poverty(Part):
    """The poverty criterion."""

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
    """How able a campus of each kind is to connect the partners, without further evidence."""

    rajabhat: Share
    rajamangala: Share
    autonomous: Share
    public: Share
    institute: Share
    private: Share
    buddhist: Share
    other: Share


class University(Part):
    """The university criterion."""

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
    """The data system criterion."""

    lifetime_years: Positive
    unknown_quality: Share
    levels: Levels


class DimensionWeights(SharesOfOne):
    """Weight of each dimension in multidimensional poverty."""

    health: Share
    living: Share
    education: Share
    income: Share
    accessibility: Share


class Households(Part):
    """Household rows: which of them measure poverty, and which files are rejected."""

    survey_systems: tuple[Text, ...]
    unusable_file: Literal["stop", "skip"]
    refused_share_stops: Share
    same_survey_share_stops: Annotated[float, Field(gt=0, le=1)]
    smallest_count: Annotated[int, Field(ge=2, le=100)]
    deprivation_cutoff: Annotated[float, Field(gt=0, le=1)]
    deprivation_weights: DimensionWeights


class Decision(Part):
    """Who decided the policy, and when; empty if it is not decided.

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


class Ballot(Part):
    """The ballot of one agency on the weights, with the person who cast it and the date."""

    agency: Text
    points: Points
    cast_by: Text
    cast_on: Day
    note: str = ""


def increasing(pair: tuple[float, float]) -> tuple[float, float]:
    """The pair; ``ValueError`` unless the first number is below the second."""
    if not pair[0] < pair[1]:
        raise ValueError(f"{pair[0]:g} to {pair[1]:g}; the first must be below the second")
    return pair


class Uncertainty(Part):
    """How far each choice may reasonably differ from the policy, and the limits of the words for certainty."""

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

    _sigma = field_validator("sigma_minutes")(increasing)
    _percentiles = field_validator("goalpost_percentiles")(increasing)
    _quality = field_validator("unknown_quality")(increasing)

    @model_validator(mode="after")
    def _order(self) -> Self:
        if not self.firm > self.likely > self.contested:
            raise ValueError("firm must be above likely, and likely above contested")
        return self


class NamedProvince(Part):
    """A province that the working group includes in the portfolio, or excludes from it, and why."""

    province_code: ProvinceCode
    reason: Text


class Portfolio(Part):
    """Which provinces may form a portfolio."""

    region_least: Annotated[int, Field(ge=0, le=77)]
    region_most: Annotated[int, Field(ge=1, le=77)]
    districts_per_university: Annotated[int, Field(ge=1)]
    near_best: Annotated[float, Field(ge=0, le=0.2)]
    locks: tuple[NamedProvince, ...]
    vetoes: tuple[NamedProvince, ...]


def section_of(criterion: Criterion) -> type[Part]:
    """The section of a criterion whose parameters are numbers without further rules (``Criterion.parameters``)."""
    numbers: dict[str, Any] = {
        parameter.name: (
            Annotated[float, Field(ge=parameter.minimum, le=parameter.maximum, description=parameter.meaning)],
            ...,
        )
        for parameter in criterion.parameters
    }
    return create_model(
        criterion.name.title().replace("_", ""),
        __base__=Part,
        __doc__=f"The {criterion.short.en} criterion.",
        **numbers,
    )
