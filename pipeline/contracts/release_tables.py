"""Contracts of poverty figures as agencies publish them: counts of one release, the figures chosen, all years together.

Not here: rates by unit (``raw_tables``), counts of household rows (``household_tables``).
"""

from dataclasses import replace

from pipeline.categories import FIGURES_FROM, MEASURES, POVERTY_SOURCES
from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.raw_tables import poverty
from pipeline.contracts.shared_columns import (
    AREA,
    AREA_LEVEL,
    YEAR,
    district_code,
    flag,
    nullable,
    number,
    percent,
    persons,
    share,
    text,
)
from pipeline.dimensions import DIMENSIONS

# Indicators of the basic-needs survey; later surveys have more than earlier ones.
INDICATORS = range(1, 39)
SURVEY_YEAR = Column("survey_year", Kind.COUNT, "year of the survey, Common Era", "year", minimum=1990, maximum=2100)
SOURCE = Column(
    "source",
    Kind.TEXT,
    "folder of data/raw/ that the figures come from; households/<system> of household rows",
)
MEASURE = Column("measure", Kind.TEXT, "who counts as poor", allowed=tuple(MEASURES))


def households(name: str, meaning: str) -> Column:
    """Declare a count of households that may be empty.

    Args:
        name: the column.
        meaning: which households.

    Returns:
        A whole number of 0 or more, in households.
    """
    return Column(name, Kind.COUNT, meaning, "households", nullable=True, minimum=0)


def indicator_counts(kind: str, meaning: str, unit: str) -> tuple[Column, ...]:
    """Declare a count for each indicator of the survey.

    Args:
        kind: the beginning of each name: ``asked`` gives ``asked_1`` to ``asked_38``.
        meaning: what is counted, to precede the number of the indicator.
        unit: in English.

    Returns:
        One column per indicator; a cell is empty where a release has no such indicator.
    """
    return tuple(Column(f"{kind}_{i}", Kind.COUNT, f"{meaning} {i}", unit, True, 0) for i in INDICATORS)


tpmap_counts = Contract(
    "tpmap_counts",
    "Poor persons and households in TPMAP's own releases, per area and year, as published",
    ("year", "area_code"),
    (
        YEAR,
        AREA,
        households("surveyed_households", "households surveyed"),
        persons("surveyed_persons", "persons in households surveyed", nullable=True),
        flag("surveyed_computed", "surveyed_persons is computed from target poor and their rate"),
        households("poor_households", "households poor by the survey"),
        persons("poor_persons", "persons in households poor by the survey", nullable=True),
        persons("poor_applicants_persons", "of poor_persons, those who applied for a welfare card", nullable=True),
        persons("target_poor_persons", "of poor_persons, those who hold a welfare card", nullable=True),
        *(persons(f"target_poor_{name}", f"target poor in {name}", nullable=True) for name in DIMENSIONS),
        percent("target_poor_pct", "target poor, of surveyed_persons, as published", nullable=True),
        persons("applicants_persons", "persons surveyed who applied for a welfare card", nullable=True),
        persons("card_holders_persons", "persons surveyed who hold a welfare card", nullable=True),
        persons("elderly_persons", "elderly persons surveyed", nullable=True),
        persons("disabled_persons", "persons with disabilities surveyed", nullable=True),
        persons("chronic_patients_persons", "chronic patients surveyed", nullable=True),
        number("happiness_mean", "mean happiness that households report", "points of 10", minimum=0, nullable=True),
        *indicator_counts("target_poor_indicator", "target poor by indicator", "persons"),
        *indicator_counts("asked", "surveyed on indicator", "persons, or households where it is about households"),
        *indicator_counts("failed", "below the line of indicator", "persons, or households where it is about these"),
    ),
    "TPMAP, files in data/raw/tpmap_aggregates/",
)
_FIGURES = tuple(column for column in poverty.columns if column.name not in poverty.key)
published_poverty = Contract(
    "published_poverty",
    "The published poverty figures that the policy names, per district",
    ("district_code",),
    (
        district_code(),
        SURVEY_YEAR,
        Column("figures_from", Kind.TEXT, "rates of units, or counts", allowed=tuple(FIGURES_FROM)),
        text("published_by", "system whose figures they are"),
        *nullable(_FIGURES),
    ),
    "poverty, tpmap_counts, policy",
)
poverty_history = Contract(
    "poverty_history",
    "Poverty by area, year and measure, from every source; levels compare only where measure and figures_from agree",
    ("area_code", "year", "measure", "source"),
    (
        AREA,
        AREA_LEVEL,
        YEAR,
        MEASURE,
        SOURCE,
        Column("figures_from", Kind.TEXT, "how the figures were made", allowed=tuple(FIGURES_FROM)),
        persons("poor_persons", "poor persons; empty where only rates are published", nullable=True),
        persons("surveyed_persons", "persons surveyed", nullable=True),
        percent("rate_pct", "poor, of persons surveyed; a lower bound if rate_max_pct is higher", nullable=True),
        percent("rate_max_pct", "poor, of persons surveyed, at most", nullable=True),
        share("surveyed_share", "persons in units with figures, of persons surveyed", nullable=True),
        flag("scored", "the published figures that the policy names for the score"),
    ),
    "tpmap_counts, poverty, household_poverty, policy",
)
releases = Contract(
    "releases",
    "Which poverty figures are at hand: one row per year, measure and source",
    ("year", "measure", "source"),
    (
        YEAR,
        MEASURE,
        replace(SOURCE, allowed=tuple(POVERTY_SOURCES)),
        Column("districts", Kind.COUNT, "districts with figures", "districts", minimum=0),
        Column("districts_missing", Kind.COUNT, "surveyed districts without figures", "districts", minimum=0),
        Column("provinces", Kind.COUNT, "provinces with figures, of districts or of their own", minimum=0),
        share("surveyed_share", "persons in units with figures, of persons surveyed", nullable=True),
        flag("can_be_ranked", "districts have figures; of counts at least half of those that are surveyed"),
        flag("complete", "every district that is surveyed has figures of all persons surveyed"),
        flag("scored", "the figures that the policy names for the score"),
    ),
    "poverty, tpmap_counts, policy",
)

PUBLISHED = (published_poverty, poverty_history)
