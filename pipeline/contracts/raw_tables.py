"""Contracts of what comes in, one per table in the group *raw*.

``RAW`` are the tables as stored, ``SUBDISTRICT_POINTS_FILE`` and ``PAST_CHOICES`` files that are not stored as they
are. Not here: household rows
(``household_tables``), how a layer becomes a contract (``layer_tables``), what is computed from inputs
(``district_tables``, ``pilot_tables``).
"""

from pipeline.categories import LEVELS, UNIVERSITY_KINDS
from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.layer_tables import layer_contract
from pipeline.contracts.shared_columns import (
    LAT,
    LON,
    NAMES,
    SUBDISTRICT,
    YEAR,
    district_code,
    percent,
    persons,
    province_code,
    share,
)
from pipeline.dimensions import DIMENSION_COUNT, DIMENSIONS
from pipeline.layers import LAYERS

districts = Contract(
    "districts",
    "The 928 districts and their provinces, to which every other table is joined",
    ("district_code",),
    (
        district_code(),
        *NAMES,
        province_code(),
        Column("province_name_th", Kind.TEXT, "Thai name of the province"),
        Column("province_name_en", Kind.TEXT, "English name of the province"),
    ),
    "DOPA list, through the geothai package",
    rows=928,
)
regions = Contract(
    "regions",
    "The planning region of each province",
    ("province_code",),
    (
        province_code(),
        *NAMES,
        Column("region", Kind.TEXT, "NESDC planning region, English"),
        Column("region_th", Kind.TEXT, "NESDC planning region, Thai"),
        Column("subregion", Kind.TEXT, "seven-part division, English"),
    ),
    "NESDC planning regions",
    rows=77,
)
poverty = Contract(
    "poverty",
    f"TPMAP rates by {DIMENSION_COUNT.en} dimensions, per district and year",
    ("district_code", "year"),
    (
        district_code(),
        YEAR,
        Column("n_units", Kind.COUNT, "TPMAP units in the district", "units", minimum=1),
        Column("n_labelled", Kind.COUNT, "units with published rates", "units", minimum=0),
        persons("survey_population", "persons surveyed"),
        persons("labelled_population", "persons surveyed in units with published rates"),
        share("labelled_share", "labelled_population / survey_population"),
        *(
            column
            for dimension in DIMENSIONS
            for column in (
                persons(f"poor_{dimension}", f"poor in {dimension}, labelled units"),
                percent(f"rate_{dimension}", f"poor in {dimension}, of labelled_population"),
            )
        ),
        percent("rate_any_min", "poor in any dimension, lower bound"),
        percent("rate_any_max", "poor in any dimension, upper bound"),
        Column(
            "rate_any_min_se",
            Kind.NUMBER,
            "standard error of rate_any_min; empty if there is one unit only",
            "percentage points",
            minimum=0,
            maximum=100,
            nullable=True,
        ),
    ),
    "TPMAP",
)
population = Contract(
    "population",
    "Registered persons and houses, per district and year",
    ("district_code", "year"),
    (
        district_code(),
        YEAR,
        persons("population_persons", "registered persons, 31 December"),
        persons("male_persons", "registered men"),
        persons("female_persons", "registered women"),
        Column("houses", Kind.COUNT, "houses in the register, empty ones included", "houses", minimum=0),
    ),
    "DOPA registration statistics",
)
subdistrict_population = Contract(
    "subdistrict_population",
    "Registered persons and houses, per subdistrict",
    ("subdistrict_code", "year"),
    (
        Column("subdistrict_code", Kind.CODE, "DOPA code of the subdistrict", pattern=SUBDISTRICT),
        *population.columns[1:],
    ),
    "DOPA registration statistics",
)
subdistrict_points = Contract(
    "subdistrict_points",
    "One point inside each subdistrict; for districts without one, a point inside the district",
    ("place_code",),
    (
        Column(
            "place_code",
            Kind.CODE,
            "code of the subdistrict, or of the district",
            pattern="[1-9][0-9]{3}([0-9]{2})?",
        ),
        district_code(),
        LON,
        LAT,
    ),
    "COD-AB of UN OCHA / Royal Thai Survey Department",
)
district_shapes = Contract(
    "district_shapes",
    "The outline of each district",
    ("district_code",),
    (
        district_code(),
        Column("geometry", Kind.GEOMETRY, "outline", "degrees, EPSG:4326"),
    ),
    "COD-AB of UN OCHA / Royal Thai Survey Department, or another file in data/raw/boundaries/",
    rows=928,
)
universities = Contract(
    "universities",
    "Campuses of institutions of higher education",
    ("campus_code",),
    (
        Column("campus_code", Kind.TEXT, "own code of the campus"),
        *NAMES,
        Column("kind", Kind.TEXT, "kind of institution", allowed=tuple(UNIVERSITY_KINDS)),
        Column("campus_name", Kind.TEXT, "campus"),
        province_code(),
        district_code(),
        LON,
        LAT,
        Column("precision", Kind.TEXT, "what the coordinate marks", allowed=("campus", "district")),
        Column("source", Kind.TEXT, "where the place was found"),
        Column("confidence", Kind.TEXT, "confidence in the district", allowed=("high", "medium")),
    ),
    "Ministry of Higher Education (MHESI), compiled",
)
partnerships = Contract(
    "partnerships",
    "Evidence that a university connects partners",
    ("campus_code", "partner", "document"),
    (
        Column("campus_code", Kind.TEXT, "campus, as in universities"),
        Column("partner", Kind.TEXT, "partner of the campus"),
        Column("document", Kind.TEXT, "agreement, project number or address"),
        Column("signed_on", Kind.TEXT, "date, Common Era", "date", pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    ),
    "the agencies and universities",
)
data_systems = Contract(
    "data_systems",
    "Poverty data systems and the provinces they cover",
    ("system", "province_code"),
    (
        Column("system", Kind.TEXT, "name of the system"),
        province_code("province it covers"),
        Column("level", Kind.TEXT, "how far the system goes", allowed=tuple(LEVELS)),
        Column("surveyed_year", Kind.COUNT, "year of its figures, Common Era", "year", minimum=1990, maximum=2100),
        share("claimed_coverage", "surveyed / registered, as claimed; empty if not claimed", nullable=True),
        share("claimed_completeness", "known / asked, as claimed; empty if not claimed", nullable=True),
        Column("basis", Kind.TEXT, "why it is listed here"),
        Column("source", Kind.TEXT, "document or address"),
    ),
    "the agencies' own statements",
)
acceptances = Contract(
    "acceptances",
    "Which agency accepts which data system",
    ("system", "agency"),
    (
        Column("system", Kind.TEXT, "name of the system"),
        Column("agency", Kind.TEXT, "agency that makes the statement"),
        Column("accepted", Kind.TEXT, "what it states", allowed=("yes", "no")),
        Column(
            "year",
            Kind.COUNT,
            "year of the statement, Common Era; empty if not known",
            "year",
            nullable=True,
            minimum=1990,
            maximum=2100,
        ),
        Column("document", Kind.TEXT, "the statement"),
    ),
    "the agencies' own statements",
)


policy = Contract(
    "policy",
    "Every parameter of the round",
    ("parameter",),
    (
        Column("parameter", Kind.TEXT, "dotted name, as in policy.toml"),
        Column("value", Kind.TEXT, "value, as JSON"),
        Column("overridden", Kind.FLAG, "changed in the Launchpad or on the command line"),
    ),
    "the working group",
)

inputs = Contract(
    "inputs",
    "Every file that came in, with its source and what became of its rows",
    ("table", "file"),
    (
        Column("table", Kind.TEXT, "table it feeds"),
        Column("file", Kind.TEXT, "folder and file"),
        Column("sha256", Kind.TEXT, "digest of the file, or version of a package"),
        Column("title_th", Kind.TEXT, "Thai title"),
        Column("title_en", Kind.TEXT, "English title"),
        Column("source", Kind.TEXT, "publisher, and how the file was obtained"),
        Column("source_th", Kind.TEXT, "the same in Thai; empty if not given"),
        Column("address", Kind.TEXT, "address of the file or page"),
        Column("licence", Kind.TEXT, "terms of use"),
        Column("received", Kind.TEXT, "date received"),
        Column("sample", Kind.FLAG, "invented rows"),
        Column("as_recorded", Kind.FLAG, "the digest is the one its sidecar records"),
        Column("rows_in", Kind.COUNT, "rows of the table as received", "rows", minimum=0),
        Column("rows_kept", Kind.COUNT, "rows of the table as stored", "rows", minimum=0),
        Column("cells_repaired", Kind.COUNT, "cells repaired in the table, listed in `repaired`", "cells", minimum=0),
        Column("encoding", Kind.TEXT, "encoding of a text file; empty for other files"),
        Column("delimiter", Kind.TEXT, "character between the fields of a text file; empty for other files"),
        Column("ignored_columns", Kind.LIST, "columns of the file that are not used"),
    ),
    "sidecars and readers of data/raw/",
)
repaired = Contract(
    "repaired",
    "Every repaired cell: the value found, the value used",
    (),
    (
        Column("file", Kind.TEXT, "folder and file"),
        Column("line", Kind.COUNT, "line in the file", "line", minimum=0),
        Column("column", Kind.TEXT, "column"),
        Column("found", Kind.TEXT, "the value in the file"),
        Column("used", Kind.TEXT, "what is used"),
    ),
    "readers of data/raw/",
)

RAW_LAST = (inputs, repaired)
RAW = (
    districts,
    regions,
    poverty,
    population,
    subdistrict_population,
    subdistrict_points,
    district_shapes,
    universities,
    partnerships,
    data_systems,
    acceptances,
    *map(layer_contract, LAYERS),
    policy,
)
SUBDISTRICT_POINTS_FILE = Contract(
    "subdistrict_points.csv",
    "One point inside each subdistrict",
    ("place_code",),
    (
        Column("place_code", Kind.CODE, "DOPA code of the subdistrict", pattern=SUBDISTRICT),
        *subdistrict_points.columns[1:],
    ),
    subdistrict_points.source,
)
PAST_CHOICES = Contract(
    "past_choices",
    "Places that programmes chose in the past",
    ("code", "year", "programme"),
    (
        Column("code", Kind.CODE, "DOPA code of a province or district", pattern="[1-9][0-9]([0-9]{2})?"),
        Column("year", Kind.COUNT, "year of the choice, Common Era", "year", minimum=1960, maximum=2100),
        Column("programme", Kind.TEXT, "programme that chose the place"),
    ),
    "given with `pilot-areas backtest`",
)
