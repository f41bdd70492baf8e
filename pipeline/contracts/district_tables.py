"""Contracts of the tables about districts, one per table in the group *district*.

Not here: inputs (``raw_tables``), what the working group gets (``pilot_tables``).
"""

from dataclasses import replace

from pipeline.categories import FIGURES_FROM, STATUSES
from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.raw_tables import districts as districts_contract
from pipeline.contracts.raw_tables import poverty, regions
from pipeline.contracts.shared_columns import (
    LAT,
    LON,
    district_code,
    flag,
    listed,
    minutes,
    nullable,
    number,
    percent,
    persons,
    province_code,
    share,
    text,
)
from pipeline.criterion import COUNT, CRITERIA, Criterion

district_facts = Contract(
    "district_facts",
    "The facts of each district from every source, joined",
    ("district_code",),
    (
        *districts_contract.columns,
        regions["region"],
        regions["region_th"],
        persons("population_persons", "registered persons in the policy's population year", nullable=True),
        Column("houses", Kind.COUNT, "houses in the register", "houses", nullable=True, minimum=0),
        Column("survey_year", Kind.COUNT, "year of the poverty figures", "year", nullable=True),
        Column(
            "figures_from",
            Kind.TEXT,
            "source of the poverty figures; where a count is too small to publish, on the"
            " rate of all such districts of the province",
            nullable=True,
            allowed=tuple(FIGURES_FROM),
        ),
        text("figures_system", "system of the household rows, if they are used", null=True),
        text("published_by", "system whose published rates are used, if there are no household rows", null=True),
        Column("survey_households", Kind.COUNT, "households surveyed, by rows", "households", nullable=True, minimum=0),
        percent("poor_households_pct", "households poor in any dimension, by rows", nullable=True),
        *nullable(poverty.columns[2:]),
        number("survey_coverage_pct", "survey_population / population_persons", "percent", minimum=0, nullable=True),
        replace(LON, name="centre_lon", meaning="population-weighted centre, longitude", nullable=True),
        replace(LAT, name="centre_lat", meaning="population-weighted centre, latitude", nullable=True),
    ),
    "SQL over districts, regions, population, published_poverty, household_poverty, subdistrict_points,"
    " subdistrict_population",
    rows=928,
)
# The table of each criterion, in the order of ``CRITERIA``.
_CRITERION_TABLES = (
    Contract(
        "district_poverty",
        "The poverty criterion and its parts",
        ("district_code",),
        (
            district_code(),
            share("poverty", "the criterion: poverty concentration"),
            share("poverty_rate_part", "smoothed rate against its goalpost"),
            share("poverty_count_part", "poor persons against their goalpost"),
            share("poverty_cluster_part", "Gi* against its goalpost"),
            Column(
                "poverty_unit",
                Kind.TEXT,
                "what rates count, the same in every district",
                allowed=("households", "persons"),
            ),
            percent("poverty_rate_pct", "poor in any dimension, at least"),
            percent(
                "poverty_rate_max_pct", "poor in any dimension, at most; the same where household rows are counted"
            ),
            percent("poverty_rate_smoothed_pct", "poor in any dimension, at least, empirical Bayes"),
            number(
                "poverty_rate_se_pct", "standard error of poverty_rate_smoothed_pct", "percentage points", minimum=0
            ),
            percent("national_rate_pct", "poor in any dimension, at least, all districts with data"),
            persons("poor_persons_min", "poor persons, at least: smoothed rate x surveyed persons"),
            number("gi_star_z", "Getis-Ord Gi* of the smoothed rate, the district included", "standard deviations"),
            flag("hot_spot", "Gi* significant after Benjamini-Hochberg"),
            flag("concentrated", "passes the concentration gate"),
            share("chance_above_gate", "chance that the true rate is above the gate"),
            flag("suspect", "a suspect figure: marked by rule or named in the policy"),
        ),
        "criteria.poverty over district_facts, district_shapes, policy",
    ),
    Contract(
        "district_university",
        "The university criterion and its parts",
        ("district_code",),
        (
            district_code(),
            share("university", "the criterion: a university that can connect the partners"),
            share("university_reach", "chance that at least one institution can serve"),
            share("university_mandate", "share of the most capable campus of the province"),
            text("university_nearest", "nearest institution, Thai name"),
            text("university_nearest_en", "nearest institution, English name"),
            minutes("university_nearest_minutes", "to the nearest institution"),
            text("university_strongest", "institution that reaches best, else the nearest; Thai name"),
            text("university_strongest_en", "the same, English name"),
            minutes("university_strongest_minutes", "to that institution"),
            flag("university_strongest_in_district", "that campus is in the district"),
            Column("universities_in_reach", Kind.COUNT, "institutions within the limit", "institutions", minimum=0),
            flag("university_in_district", "a campus is in the district"),
            flag("university_in_province", "a campus is in the province"),
            flag("minutes_estimated", "from distance, not from roads"),
        ),
        "criteria.university over district_facts, universities, partnerships, policy",
    ),
    Contract(
        "district_data_system",
        "The data system criterion and its parts",
        ("district_code",),
        (
            district_code(),
            share("data_system", "the criterion: the value of the best accepted system"),
            text("data_system_name", "the best system"),
            share("data_system_level", "how far it goes"),
            share("data_system_acceptance", "share of the agencies that accept it"),
            share("data_system_quality", "root of coverage x completeness"),
            share("data_system_measured", "best value of the systems whose quality is known", nullable=True),
            share("data_system_unmeasured", "best value of the others, were their quality 1", nullable=True),
            flag("data_system_quality_assumed", "quality neither measured nor claimed"),
            share("data_system_timeliness", "1 - age / lifetime"),
            Column("data_system_year", Kind.COUNT, "year of its figures", "year"),
            listed("data_systems_all", "every system in the district, by name"),
            flag("rejected", "every agency rejects every system in the district"),
        ),
        "criteria.data_system over district_facts, data_systems, acceptances, policy",
    ),
)
CRITERION_TABLES: dict[str, Contract] = {contract.name: contract for contract in _CRITERION_TABLES}


def columns_of(criterion: Criterion, names: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Take columns of a criterion's table; they may be empty where a district may have no value.

    Args:
        criterion: the criterion.
        names: columns of its table, in the order wanted; all but the key if not given.

    Returns:
        The columns, for the contract of another table of districts.
    """
    contract = CRITERION_TABLES[criterion.table]
    columns = tuple(contract[name] for name in names) if names else contract.columns[1:]
    return columns if criterion.known_everywhere else nullable(columns)


district_criteria = Contract(
    "district_criteria",
    f"The {COUNT.en} criteria of each district side by side, with their parts",
    ("district_code",),
    (*district_facts.columns, *(column for criterion in CRITERIA for column in columns_of(criterion))),
    "district_facts, " + ", ".join(criterion.table for criterion in CRITERIA),
    rows=928,
)
district_scores = Contract(
    "district_scores",
    "Status, rank and score of each district, with its outline",
    ("district_code",),
    (
        district_code(),
        province_code(),
        *districts_contract.columns[1:3],
        Column("status", Kind.TEXT, "eligibility status", allowed=tuple(STATUSES)),
        Column("rank", Kind.COUNT, "among the eligible, 1 is best", "rank", nullable=True, minimum=1),
        number("score", "weighted power mean of the criteria", "points of 100", nullable=True, minimum=0, maximum=100),
        *(column for criterion in CRITERIA for column in columns_of(criterion, (criterion.name,))),
        *(column for criterion in CRITERIA if criterion.columns for column in columns_of(criterion, criterion.columns)),
        district_facts["survey_coverage_pct"],
        text("reason_th", "reasons for its status and score, Thai"),
        text("reason_en", "reasons for its status and score, English"),
        Column("geometry", Kind.GEOMETRY, "outline", "degrees, EPSG:4326"),
    ),
    "scoring over district_criteria, district_shapes, policy",
    rows=928,
)

DISTRICT = (district_facts, *CRITERION_TABLES.values(), district_criteria, district_scores)
