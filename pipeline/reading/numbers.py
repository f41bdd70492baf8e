"""Numbers and years as people and programs write them: separators of thousands, per cent, exponents, Buddhist years.

One cell becomes digits with a decimal point, for tables (``cells``) and for household rows (``households``) alike. What
can mean two numbers is not read, and ``number_hint`` says how to write it: 1,5 or 2 3, 1.000 in a count, 1,234 in a
column with decimals. Not here: dates (``written``), codes of areas (``gazetteer``), limits (``contracts``).
"""

import re
from decimal import Decimal

from pipeline.characters import INVISIBLE, THAI_DIGITS
from pipeline.contracts import Column, Kind

BUDDHIST_MINUS_COMMON = 543
# No table has a year of the Common Era from here on, nor a Buddhist year that is later than the last of these.
FIRST_BUDDHIST_YEAR, LAST_BUDDHIST_YEAR = 2400, 2699
# Units of columns.
YEAR, PER_CENT, SHARE, BAHT = "year", "percent", "share", "baht"
# Spaces that keep a number on one line, which separate groups of digits as a space does; and signs of minus.
TYPED = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2008\u2009\u200a\u202f", " ") | dict.fromkeys("\u2212\ufe63\uff0d", "-")
)
# What spreadsheets write so that a cell stays text: '5 and ="5".
KEPT_AS_TEXT = re.compile(r"'(.*)|=\"(.*)\"")
NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)|[0-9]*)"
    r"(?P<fraction>\.[0-9]*)?(?:[eE](?P<exponent>[+-]?[0-9]{1,3}))?"
)
# The form in which numbers are converted.
PLAIN = {Kind.COUNT: r"-?[0-9]+", Kind.NUMBER: r"-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?"}
ERA = re.compile(
    r"(?:ปี)? ?(?P<before>พ\. ?ศ\.|พศ|ค\. ?ศ\.|คศ|B\.?E\.?|C\.?E\.?|A\.?D\.?)? ?(?P<year>[0-9]{4})", re.IGNORECASE
)
# DOPA's year and month: 6412 is December 2564.
YEAR_AND_DECEMBER = re.compile(r"([3-9][0-9])12")


def plain_number(cell: str, column: Column) -> str:
    """Write a count, a number or a year with digits, a decimal point and nothing else.

    Args:
        cell: as it is in the file.
        column: its kind and unit say what the cell can mean.

    Returns:
        The number, in per cent or as a share as the column has it and in the Common Era. If it is not understood or
        could mean two numbers: the cell, without invisible characters and with Western digits.

    >>> persons, rate = Column("n", Kind.COUNT, "", "persons"), Column("r", Kind.NUMBER, "", "percent")
    >>> plain_number("65,000,003", persons), plain_number("1,5", persons), plain_number("2 3", persons)
    ('65000003', '1,5', '2 3')
    >>> plain_number("1,234", rate), plain_number("2.5%", rate), plain_number("๑.5e+01", rate)
    ('1,234', '2.5', '1.5e1')
    >>> [plain_number(cell, Column("y", Kind.COUNT, "", "year")) for cell in ("2565", "พ.ศ. 2565", "6412", "2022.0")]
    ['2022', '2022', '2021', '2022']
    """
    text = cell.translate(TYPED).translate(INVISIBLE).strip().translate(THAI_DIGITS)
    kept = KEPT_AS_TEXT.fullmatch(text)
    number = (kept[1] or kept[2] or "").strip() if kept else text
    if column.unit == YEAR:
        return _common_year(_digits(number, column) or number, text)
    of_hundred = number.endswith("%") and column.unit in (PER_CENT, SHARE)
    read = _digits(number.removesuffix("%").removesuffix(" ") if of_hundred else number, column)
    if read and of_hundred and column.unit == SHARE:
        return f"{Decimal(read) / 100:f}"
    return read or text


def _digits(number: str, column: Column) -> str:
    """Write a number in its form of ``PLAIN``; nothing if it is none, or could be two."""
    found = NUMBER.fullmatch(number)
    if not found or not re.search(r"[0-9]", found["whole"] + (found["fraction"] or "")):
        return ""
    sign, whole = found["sign"].strip("+"), found["whole"]
    fraction, exponent = (found["fraction"] or "").strip("."), int(found["exponent"] or 0)
    separated = not (whole.isdigit() or not whole)
    if separated and found["exponent"]:
        return ""
    if column.kind is not Kind.COUNT:
        # 1,234 can be 1.234, but for an amount of money, which has two decimals.
        if whole.count(",") == 1 and found["fraction"] is None and column.unit != BAHT:
            return ""
        power = f"e{exponent}" if exponent else ""
        return f"{sign}{re.sub('[, ]', '', whole) or '0'}{f'.{fraction}' if fraction else ''}{power}"
    if fraction == "000" and not separated and not exponent and re.fullmatch(r"[1-9][0-9]{0,2}", whole):
        return ""  # 1.000 can be 1000
    # Digits that the exponent moves before the point are written, else the number was rounded.
    if not 0 <= exponent <= len(fraction) or fraction[exponent:].strip("0"):
        return ""
    return f"{sign}{(re.sub('[, ]', '', whole) or '0') + fraction[:exponent]}"


def _common_year(number: str, text: str) -> str:
    if found := YEAR_AND_DECEMBER.fullmatch(number):
        return str(2500 + int(found[1]) - BUDDHIST_MINUS_COMMON)
    if not (found := ERA.fullmatch(number)):
        return text
    year, era = int(found["year"]), (found["before"] or "").upper()
    if era and era.startswith(("พ", "B")) != (common_year(year) != year):
        return text
    return str(common_year(year))


def common_year(year: int) -> int:
    """Write a year in the Common Era.

    Args:
        year: Buddhist Era or Common Era.

    Returns:
        The year, 543 less if it is one of the Buddhist Era.

    >>> common_year(2565), common_year(2022)
    (2022, 2022)
    """
    buddhist = FIRST_BUDDHIST_YEAR <= year <= LAST_BUDDHIST_YEAR
    return year - BUDDHIST_MINUS_COMMON if buddhist else year


def number_of(cell: str, column: Column) -> float | None:
    """Read a cell as the number that it means.

    Args:
        cell: as it is in the file.
        column: its kind and unit say what the cell can mean.

    Returns:
        The number; None if it is not understood or could mean two.

    >>> number_of("1,234", Column("n", Kind.COUNT, "")), number_of("1,5", Column("n", Kind.COUNT, ""))
    (1234.0, None)
    """
    plain = plain_number(cell, column)
    return float(plain) if re.fullmatch(PLAIN[column.kind], plain) else None


def number_hint(cell: str, column: Column) -> str:
    """Say how to correct a cell that is not the number that its column holds.

    Args:
        cell: as it is in the file.
        column: its kind.

    Returns:
        The end of a message, after "to fix:".

    >>> number_hint("2,67", Column("r", Kind.NUMBER, "", "percent"))
    'write decimals with a point (2.67) and no separators'
    >>> number_hint("2 3", Column("n", Kind.COUNT, ""))
    'write one number, without spaces or in groups of three digits'
    """
    if column.kind not in PLAIN:
        return "correct the cell and run again"
    text = plain_number(cell, column)
    if found := re.fullmatch(r"[+-]?([0-9]+),([0-9]+) ?%?", text):
        decimals = f"write decimals with a point ({found[1]}.{found[2]}) and no separators"
        whole = "write the number without commas, or with one before each group of three digits"
        return decimals if column.kind is Kind.NUMBER else whole
    if column.unit == YEAR and re.fullmatch(r"[0-9]{2}|[0-9]{4}", text):
        return "write the whole year of the figures, in the Common Era or the Buddhist Era"
    for form, fix in HINTS:
        if re.fullmatch(form, text):
            return fix
    return "correct the cell and run again"


# The form of a cell that is no number, and how to write it.
HINTS = (
    (r"[+-]?[0-9]+( [0-9]+)+", "write one number, without spaces or in groups of three digits"),
    (r"[+-]?[0-9.]+[eE][+-]?[0-9]+", "write all digits of the number, without an exponent"),
    (r"\([0-9.,]+\)|[0-9.,]+-", "write a negative number with a minus sign before it"),
    (r"[1-9][0-9]{0,2}\.000", "write the number without decimals"),
    (r"[+-]?[0-9.,]*[.,][0-9.,]*", "write the number without separators, decimals with a point"),
    (r"[０-９٠-٩.,]+", "write the digits 0 to 9"),
    (r"[0-9.,]+ ?[^0-9.,]+", "write the number alone"),
)
