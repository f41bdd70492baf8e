"""Columns that several tables have, and short ways to declare a column of a usual kind.

Not here: ``Column`` itself (``contract``), any table, values that a column may hold (``categories``).
"""

from dataclasses import replace

from pipeline.contracts.contract import Column, Kind

PROVINCE = "[1-9][0-9]"
DISTRICT = "[1-9][0-9]{3}"
SUBDISTRICT = "[1-9][0-9]{5}"
AREA = Column(
    "area_code",
    Kind.CODE,
    "district (four digits), province (two) or the country (TH)",
    pattern="TH|[1-9][0-9]([0-9]{2})?",
    form="TH, or a code of two or four digits",
)
AREA_LEVEL = Column("level", Kind.TEXT, "what the area is", allowed=("country", "province", "district"))
LON = Column("lon", Kind.NUMBER, "longitude", "degrees east, WGS 84", minimum=97.0, maximum=106.0)
LAT = Column("lat", Kind.NUMBER, "latitude", "degrees north, WGS 84", minimum=5.0, maximum=21.0)


def district_code(meaning: str = "DOPA code of the district", nullable: bool = False) -> Column:
    """Declare the code of a district: four digits, kept as text.

    Args:
        meaning: which district, if not that of the row.
        nullable: whether a row may have none.

    Returns:
        The column ``district_code``.
    """
    return Column("district_code", Kind.CODE, meaning, pattern=DISTRICT, nullable=nullable)


def province_code(meaning: str = "DOPA code of the province") -> Column:
    """Declare the code of a province: the first two digits of the codes of its districts, kept as text.

    Args:
        meaning: which province, if not that of the row.

    Returns:
        The column ``province_code``.
    """
    return Column("province_code", Kind.CODE, meaning, pattern=PROVINCE)


def persons(name: str, meaning: str, nullable: bool = False) -> Column:
    """Declare a count of persons.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.
        nullable: whether a cell may be empty.

    Returns:
        A whole number of 0 or more, in persons.
    """
    return Column(name, Kind.COUNT, meaning, "persons", minimum=0, nullable=nullable)


def percent(name: str, meaning: str, nullable: bool = False) -> Column:
    """Declare a percentage.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.
        nullable: whether a cell may be empty.

    Returns:
        A number from 0 to 100.
    """
    return Column(name, Kind.NUMBER, meaning, "percent", minimum=0, maximum=100, nullable=nullable)


def share(name: str, meaning: str, nullable: bool = False) -> Column:
    """Declare a share.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.
        nullable: whether a cell may be empty.

    Returns:
        A number from 0 to 1.
    """
    return Column(name, Kind.NUMBER, meaning, "share", minimum=0, maximum=1, nullable=nullable)


NAMES = (
    Column("name_th", Kind.TEXT, "Thai name"),
    Column("name_en", Kind.TEXT, "English name"),
)
YEAR = Column("year", Kind.COUNT, "year, Common Era", "year", minimum=1990, maximum=2100)


def number(name: str, meaning: str, unit: str = "", **limits: float | None) -> Column:
    """Declare a number of another unit or range.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.
        unit: in English; none for a number without unit.
        limits: ``minimum``, ``maximum`` (both inclusive) and ``nullable``, as in ``Column``.

    Returns:
        The column.
    """
    return Column(name, Kind.NUMBER, meaning, unit, **limits)  # type: ignore[arg-type]


def minutes(name: str, meaning: str) -> Column:
    """Declare a travel time.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.

    Returns:
        A number of minutes by road, 0 or more.
    """
    return Column(name, Kind.NUMBER, meaning, "minutes by road", minimum=0)


def nullable(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Let columns be empty where a district is not in the joined table. Lists are never null.

    Args:
        columns: of the joined table.

    Returns:
        The same columns in the same order.
    """
    return tuple(column if column.kind is Kind.LIST else replace(column, nullable=True) for column in columns)


def flag(name: str, meaning: str, null: bool = False) -> Column:
    """Declare a column of true and false.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.
        null: whether a cell may be empty.

    Returns:
        The column.
    """
    return Column(name, Kind.FLAG, meaning, nullable=null)


def text(name: str, meaning: str, null: bool = False) -> Column:
    """Declare a column of text.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.
        null: whether a cell may be empty.

    Returns:
        The column.
    """
    return Column(name, Kind.TEXT, meaning, nullable=null)


def listed(name: str, meaning: str) -> Column:
    """Declare a column of lists of text.

    Args:
        name: the column.
        meaning: what a cell means, as the catalogue and workbooks show it.

    Returns:
        The column; its cells are never empty, but a list may be.
    """
    return Column(name, Kind.LIST, meaning)
