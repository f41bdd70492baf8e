"""Dates as people write them: Buddhist years, Thai months, days before months.

Here: one cell of text becomes text that ``cells`` converts. What can mean two days stays as it is and is refused there:
05/06/2022. Not here: numbers and years (``numbers``), limits (``contracts``).
"""

import re
from datetime import date

from pipeline.contracts import Column
from pipeline.reading.numbers import BUDDHIST_MINUS_COMMON, FIRST_BUDDHIST_YEAR

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
# The unit of a column of days.
DATE = "date"


def plain_date(cell: str, column: Column) -> str:
    """Write a date, or months of a period, in the Common Era.

    Args:
        cell: without invisible characters, with Western digits.
        column: with the unit ``date`` for a date; with a pattern of years and months for others.

    Returns:
        Year, month and day with hyphens; the cell itself if it is not understood or could be two dates.

    >>> from pipeline.contracts import Kind
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
