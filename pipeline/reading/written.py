"""Numbers, years and dates as people write them: thousands separators, per cent, Buddhist years, Thai months.

Here: one cell of text becomes text that ``cells`` converts. What can mean two things stays as it is and is refused
there: 1,234 in a column with decimals, 05/06/2022. Not here: codes of areas (``gazetteer``), limits (``contracts``).
"""

import re
from datetime import date
from decimal import Decimal

from pipeline.contracts import Column, Kind

BUDDHIST_MINUS_COMMON = 543
# No table has a year of the Common Era from here on, nor a Buddhist year that is later than the last of these.
FIRST_BUDDHIST_YEAR, LAST_BUDDHIST_YEAR = 2400, 2699
GROUPED = re.compile(r"-?[0-9]{1,3}(?:(?:,[0-9]{3})+|(?:\s[0-9]{3})+)(?P<decimals>\.[0-9]+)?")
WHOLE_AS_DECIMAL = re.compile(r"(-?[0-9]+)\.0+")
PER_CENT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ?%")
ERA = re.compile(
    r"(?:ปี)? ?(?P<before>พ\. ?ศ\.|พศ|ค\. ?ศ\.|คศ|B\.?E\.?|C\.?E\.?|A\.?D\.?)? ?(?P<year>[0-9]{4})", re.IGNORECASE
)
# DOPA's year and month: 6412 is December 2564.
YEAR_AND_DECEMBER = re.compile(r"([3-9][0-9])12")
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00(?:\.0+)?)?")
NAMED_DATE = re.compile(r"([0-9]{1,2}) ?([ก-๙.]+?) ?(?:พ\.ศ\. ?)?([0-9]{4})")
SLASHED_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
YEAR_OF_MONTH = re.compile(r"\b(2[4-6][0-9]{2})(?=-[0-9]{2}\b)")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("มกราคม", "ม.ค."),
            ("กุมภาพันธ์", "ก.พ."),
            ("มีนาคม", "มี.ค."),
            ("เมษายน", "เม.ย."),
            ("พฤษภาคม", "พ.ค."),
            ("มิถุนายน", "มิ.ย."),
            ("กรกฎาคม", "ก.ค."),
            ("สิงหาคม", "ส.ค."),
            ("กันยายน", "ก.ย."),
            ("ตุลาคม", "ต.ค."),
            ("พฤศจิกายน", "พ.ย."),
            ("ธันวาคม", "ธ.ค."),
        ),
        start=1,
    )
    for name in names
}
# Units of columns.
DATE, YEAR = "date", "year"


def plain_number(cell: str, column: Column) -> str:
    """Write a count or a number with digits, a decimal point and nothing else.

    Args:
        cell: without invisible characters, with Western digits.
        column: its kind and unit say what the cell can mean.

    Returns:
        The number, in per cent or as a share as the column has it and in the Common Era; the cell itself if it is not
        understood or could mean two numbers.

    >>> persons, rate = Column("n", Kind.COUNT, "", "persons"), Column("r", Kind.NUMBER, "", "percent")
    >>> plain_number("65,000,003", persons), plain_number("1,234", rate), plain_number("2.5%", rate)
    ('65000003', '1,234', '2.5')
    >>> [plain_number(cell, Column("y", Kind.COUNT, "", "year")) for cell in ("2565", "พ.ศ. 2565", "6412", "2022.0")]
    ['2022', '2022', '2021', '2022']
    """
    if column.unit == YEAR:
        return _common_year(cell)
    if (found := PER_CENT.fullmatch(cell)) and column.unit in ("percent", "share"):
        return found[1] if column.unit == "percent" else f"{Decimal(found[1]) / 100:f}"
    found = GROUPED.fullmatch(cell)
    if found and (column.kind is Kind.COUNT or found["decimals"] or cell.count(",") != 1):
        cell = re.sub(r"[,\s]", "", cell)
    if column.kind is Kind.COUNT and (found := WHOLE_AS_DECIMAL.fullmatch(cell)):
        cell = found[1]
    return cell


def _common_year(cell: str) -> str:
    if found := WHOLE_AS_DECIMAL.fullmatch(cell):
        cell = found[1]
    if found := YEAR_AND_DECEMBER.fullmatch(cell):
        return str(2500 + int(found[1]) - BUDDHIST_MINUS_COMMON)
    if not (found := ERA.fullmatch(cell)):
        return cell
    year, era = int(found["year"]), (found["before"] or "").upper()
    buddhist = FIRST_BUDDHIST_YEAR <= year <= LAST_BUDDHIST_YEAR
    if era and era.startswith(("พ", "B")) != buddhist:
        return cell
    return str(year - BUDDHIST_MINUS_COMMON if buddhist else year)


def plain_date(cell: str, column: Column) -> str:
    """Write a date, or months of a period, in the Common Era.

    Args:
        cell: without invisible characters, with Western digits.
        column: with the unit ``date`` for a date; with a pattern of years and months for others.

    Returns:
        Year, month and day with hyphens; the cell itself if it is not understood or could be two dates.

    >>> signed = Column("signed_on", Kind.TEXT, "", "date")
    >>> [plain_date(c, signed) for c in ("2565-06-30", "30 มิ.ย. 2565", "30/06/2565", "2022-06-30 00:00:00")]
    ['2022-06-30', '2022-06-30', '2022-06-30', '2022-06-30']
    >>> plain_date("05/06/2022", signed), plain_date("2021-02-31", signed)
    ('05/06/2022', '2021-02-31')
    """
    if column.unit != DATE:
        return YEAR_OF_MONTH.sub(lambda found: str(int(found[1]) - BUDDHIST_MINUS_COMMON), cell)
    if found := ISO_DATE.fullmatch(cell):
        parts = int(found[1]), int(found[2]), int(found[3])
    elif (found := NAMED_DATE.fullmatch(cell)) and found[2] in MONTHS:
        parts = int(found[3]), MONTHS[found[2]], int(found[1])
    elif found := SLASHED_DATE.fullmatch(cell):
        parts = int(found[3]), int(found[2]), int(found[1])
        if parts[0] < FIRST_BUDDHIST_YEAR and parts[2] <= 12 and parts[1] != parts[2]:  # day or month first
            return cell
    else:
        return cell
    year = parts[0] - BUDDHIST_MINUS_COMMON if parts[0] >= FIRST_BUDDHIST_YEAR else parts[0]
    return f"{year:04d}-{parts[1]:02d}-{parts[2]:02d}"


def is_date(cell: str) -> bool:
    """Return whether a cell is a day of the calendar.

    Args:
        cell: year, month and day with hyphens.

    Returns:
        Whether there is such a day.

    >>> is_date("2024-02-29"), is_date("2021-02-31"), is_date("2021-2-3")
    (True, False, False)
    """
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell)) and bool(date.fromisoformat(cell))
    except ValueError:
        return False


def number_hint(cell: str, column: Column) -> str:
    """Say how to correct a cell that is not the number that its column holds.

    Args:
        cell: as it is in the file.
        column: its kind.

    Returns:
        The end of a message, after "to fix:".

    >>> number_hint("2,67", Column("r", Kind.NUMBER, "", "percent"))
    'write decimals with a point (2.67) and no separators'
    """
    if column.kind is Kind.NUMBER and re.fullmatch(r"-?[0-9]+,[0-9]+", cell):
        return f"write decimals with a point ({cell.replace(',', '.')}) and no separators"
    if column.unit == YEAR and re.fullmatch(r"[0-9]{2}|[0-9]{4}", cell):
        return "write the whole year of the figures, in the Common Era or the Buddhist Era"
    return "correct the cell and run again"
