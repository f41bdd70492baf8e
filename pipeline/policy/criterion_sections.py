"""The sections of the criteria in a policy: the name, type and limits of their parameters.

A criterion whose parameters are numbers without further rules has no class here: ``section_of`` makes one of its
declaration. Not here: other sections (``sections``), what a parameter does (``criteria``).
"""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, create_model

from pipeline.categories import LEVELS, MEASURES, POVERTY_SOURCES, UNIVERSITY_KINDS
from pipeline.criterion import Criterion
from pipeline.policy.parts import (
    DistrictCode,
    Part,
    Positive,
    Share,
    SharesOfOne,
    Text,
    one_number_each,
    one_of,
    year_or,
)

# Values of ``survey_year`` and of ``release`` that leave the choice to what is at hand.
NEWEST_COMPLETE = "newest complete"
ANY_SOURCE = "any"

# One number for each kind and for each level. Type checkers know no class made at run time, so they see its base.
if TYPE_CHECKING:
    Capability = Part
    Levels = Part
else:
    Capability = one_number_each(
        "Capability",
        Part,
        "How able a campus of each kind is to connect the partners, without further evidence.",
        dict.fromkeys(UNIVERSITY_KINDS, Share),
    )
    Levels = one_number_each("Levels", Part, "What each level of a data system is worth.", dict.fromkeys(LEVELS, Share))


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
    """A district whose figure the working group marks as suspect: that of one survey year, or of every year."""

    district_code: DistrictCode
    survey_year: int | None = None
    reason: Text


class Suspect(Part):
    """When a poverty figure is marked as suspect."""

    percentile: Annotated[float, Field(ge=50, le=100)]
    times_province_median: Positive
    named: tuple[Named, ...]


class Poverty(Part):
    """The poverty criterion."""

    survey_year: Annotated[
        int | str,
        year_or(NEWEST_COMPLETE),
        Field(description=f"year of the published poverty figures, Common Era, or '{NEWEST_COMPLETE}'"),
    ]
    measure: Annotated[str, one_of(MEASURES), Field(description=f"who counts as poor: {' or '.join(MEASURES)}")]
    release: Annotated[
        str,
        one_of((ANY_SOURCE, *POVERTY_SOURCES)),
        Field(description=f"source of the figures, if a year has several: {', '.join((ANY_SOURCE, *POVERTY_SOURCES))}"),
    ]
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


class University(Part):
    """The university criterion."""

    sigma_minutes: Positive
    limit_minutes: Positive
    detour: Annotated[float, Field(ge=1, le=5)]
    speed_km_per_hour: Positive
    province_mandate: Share
    partnership_uplift: Share
    capability: Capability


class DataSystem(Part):
    """The data system criterion."""

    lifetime_years: Positive
    unknown_quality: Share
    levels: Levels


def section_of(criterion: Criterion) -> type[Part]:
    """Make the section of a criterion whose parameters are numbers without further rules.

    Args:
        criterion: ``criterion.parameters`` has the name, the meaning and the limits of each.

    Returns:
        A class of that section, named after the criterion.
    """
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
