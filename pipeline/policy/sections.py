"""The sections of a policy that are not of one criterion: the name, type and limits of each parameter.

The Launchpad offers every parameter that has a ``description``. The code has no defaults: a parameter missing from the
file is an error. Not here: sections of criteria (``criterion_sections``), the policy as a whole (``whole``), what a
parameter does (``scoring``, ``households``, ``uncertainty``, ``shortlist``).
"""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pipeline.criterion import CRITERIA, NAMES
from pipeline.dimensions import DIMENSIONS
from pipeline.policy.parts import (
    Day,
    Part,
    PointsOf100,
    Positive,
    ProvinceCode,
    Share,
    SharesOfOne,
    Text,
    one_number_each,
)

# One number for each criterion and for each dimension. Type checkers know no class made at run time, so they see its
# base.
if TYPE_CHECKING:
    Weights = SharesOfOne
    DimensionWeights = SharesOfOne
    Points = PointsOf100
else:
    Weights = one_number_each(
        "Weights",
        SharesOfOne,
        "Weight of each criterion in the score. Criteria not given share what is left, in proportion.",
        {c.name: Annotated[Share, Field(description=f"weight of {c.short.en}")] for c in CRITERIA},
    )
    Points = one_number_each(
        "Points",
        PointsOf100,
        "How an agency divides 100 points among the criteria.",
        dict.fromkeys(NAMES, Annotated[float, Field(ge=0, le=100)]),
    )
    DimensionWeights = one_number_each(
        "DimensionWeights",
        SharesOfOne,
        "Weight of each dimension in multidimensional poverty.",
        dict.fromkeys(DIMENSIONS, Share),
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


class Households(Part):
    """Household rows: which of them measure poverty, and which files are rejected."""

    survey_systems: tuple[Text, ...]
    unusable_file: Literal["stop", "skip"]
    refused_share_stops: Share
    place_refused_share_stops: Share
    superseded_share_stops: Share
    same_survey_share_stops: Annotated[float, Field(gt=0, le=1)]
    smallest_count: Annotated[int, Field(ge=2, le=100)]
    least_households: Annotated[int, Field(ge=1)]
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
    """Check that the first of two numbers is below the second.

    Args:
        pair: the limits of a range, lowest first.

    Returns:
        The same pair.

    Raises:
        ValueError: they are equal or in the wrong order.
    """
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
