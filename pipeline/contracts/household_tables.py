"""Contracts of counts by district from household rows; never of a household.

Not here: other inputs (``raw_tables``), published counts (``release_tables``).
"""

from dataclasses import replace

from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.shared_columns import AREA, AREA_LEVEL, district_code, persons, share
from pipeline.dimensions import DIMENSION_COUNT, DIMENSIONS

SYSTEM = Column("system", Kind.TEXT, "name of the system's folder under data/raw/households/")


def rows(name: str, meaning: str) -> Column:
    """Declare a column with a number of rows.

    Args:
        name: the column.
        meaning: which rows are counted.

    Returns:
        A count of 0 or more, in rows.
    """
    return Column(name, Kind.COUNT, meaning, "rows", minimum=0)


def counts_of(kind: str, meaning: str) -> tuple[Column, Column]:
    """Declare the two counts of a kind; a cell is empty where a count is too small to publish or would give one away.

    Args:
        kind: the beginning of both names: ``poor`` gives ``poor_households`` and ``poor_persons``.
        meaning: which households, to follow that word.

    Returns:
        The number of households, and the number of persons in them.
    """
    households = Column(f"{kind}_households", Kind.COUNT, f"households {meaning}", "households", True, 0)
    return households, persons(f"{kind}_persons", f"persons in households {meaning}", nullable=True)


household_files = Contract(
    "household_files",
    "Every file of household rows and its rows: rows_in = rows_kept + rows_joined + rows_superseded + rows_refused",
    ("file",),
    (
        Column("file", Kind.TEXT, "folder and file"),
        SYSTEM,
        Column("encoding", Kind.TEXT, "encoding of a text file, or parquet or xlsx", nullable=True),
        rows("rows_in", "rows as received"),
        rows("rows_kept", "households that count"),
        rows("rows_joined", "rows of persons joined to a household that another row stands for"),
        rows("rows_superseded", "rows of a household with a later survey, or the same row again"),
        rows("rows_refused", "rows that break a rule or have no district, listed in refused/"),
        Column("lines_not_rows", Kind.COUNT, "lines that the layout makes no rows, such as totals", "lines", minimum=0),
        Column("cells_repaired", Kind.COUNT, "cells repaired, listed in repaired/", "cells", minimum=0),
        rows("check_digits_wrong", "rows whose citizen id has a wrong check digit; only a warning"),
        Column("sample", Kind.FLAG, "invented rows"),
        Column(
            "problem", Kind.TEXT, "why the file is not used, where the policy allows to leave it out", nullable=True
        ),
    ),
    "data/raw/households/",
    published=False,  # a file may cover one district, whose counts are left out of household_poverty
)
household_poverty = Contract(
    "household_poverty",
    "Poverty by household rows, per system and area; counts too small to publish left out",
    ("system", "area_code"),
    (
        SYSTEM,
        AREA,
        AREA_LEVEL,
        Column("survey_year", Kind.COUNT, "latest survey of its households, Common Era", "year"),
        Column("households", Kind.COUNT, "households surveyed", "households", nullable=True, minimum=0),
        persons("persons", "persons in households surveyed", nullable=True),
        *counts_of("poor", f"poor in any of the {DIMENSION_COUNT.en} dimensions"),
        *counts_of("target_poor", "poor in any dimension and with a welfare card"),
        *(column for name in DIMENSIONS for column in counts_of(f"poor_{name}", f"poor in {name}")),
        share("headcount", "H: persons poor by the policy's cutoff, of all (Alkire-Foster)", nullable=True),
        share("intensity", "A: mean weighted deprivations of the poor", nullable=True),
        share("m0", "M0 = H x A, adjusted headcount", nullable=True),
        *(share(f"contribution_{name}", f"part of M0 that {name} contributes", nullable=True) for name in DIMENSIONS),
        share(
            "answers_known_share",
            f"answers on the {DIMENSION_COUNT.en} dimensions that are known, of all asked",
            nullable=True,
        ),
    ),
    "household rows",
)
household_agreement = Contract(
    "household_agreement",
    "Households that two systems share, and whether both count the same ones as poor, by district of the second",
    ("system", "other_system", "district_code"),
    (
        replace(SYSTEM, meaning="system in which households are looked for"),
        replace(SYSTEM, name="other_system", meaning="system whose households are searched for"),
        district_code(),
        share("found_share", "households of the other system that this one has too", nullable=True),
        share("poor_found_share", "poor households of the other system that this one has too", nullable=True),
        share("agreement_share", "of those found, poor in both systems or in neither", nullable=True),
        Column("kappa", Kind.NUMBER, "Cohen's kappa of that agreement", nullable=True, minimum=-1, maximum=1),
    ),
    "household rows, matched by pseudonym",
)
refused = Contract(
    "refused",
    "Rows refused and cells repaired: file, line, column, reason, never a value; one file per system and kind",
    ("file",),
    (
        Column("file", Kind.TEXT, "refused/<system>.parquet or repaired/<system>.parquet"),
        Column("bytes", Kind.BYTES, "content"),
    ),
    "household rows",
    files_in="processed",
)
HOUSEHOLDS = (household_files, household_poverty, household_agreement, refused)
