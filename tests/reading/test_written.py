"""Numbers, years and dates as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts import Column, Kind
from pipeline.reading.written import is_date, plain_date, plain_number

PERSONS = Column("persons", Kind.COUNT, "", "persons")
PER_CENT = Column("rate", Kind.NUMBER, "", "percent")
SHARE = Column("share", Kind.NUMBER, "", "share")
FIRMS = Column("firms", Kind.NUMBER, "", "firms per 10,000 persons")
YEAR = Column("year", Kind.COUNT, "", "year")
DATE = Column("signed_on", Kind.TEXT, "", "date")
PERIOD = Column("period", Kind.TEXT, "", pattern="[0-9]{4}-[0-9]{2}..[0-9]{4}-[0-9]{2}")


@pytest.mark.parametrize(
    ("cell", "column", "used"),
    [
        ("65,000,003", PERSONS, "65000003"),
        ("1,234", PERSONS, "1234"),
        ("1 234 567", PERSONS, "1234567"),
        ("1\u202f234", PERSONS, "1234"),
        ("1,234.0", PERSONS, "1234"),
        ("12,34", PERSONS, "12,34"),
        ("1,234,56", PERSONS, "1,234,56"),
        ("1.234", PERSONS, "1.234"),
        ("1.234.567", PERSONS, "1.234.567"),
        ("2.5%", PER_CENT, "2.5"),
        ("2.5 %", PER_CENT, "2.5"),
        ("45%", SHARE, "0.45"),
        ("45%", FIRMS, "45%"),
        ("2,5", PER_CENT, "2,5"),
        ("1,234", FIRMS, "1,234"),  # 1234 or 1.234
        ("1,234.5", FIRMS, "1234.5"),
        ("1,234,567", FIRMS, "1234567"),
        ("2565", YEAR, "2022"),
        ("2022", YEAR, "2022"),
        ("6412", YEAR, "2021"),
        ("5712", YEAR, "2014"),
        ("6406", YEAR, "6406"),
        ("65", YEAR, "65"),
        ("พ.ศ. 2565", YEAR, "2022"),
        ("พ.ศ.2565", YEAR, "2022"),
        ("ปี 2565", YEAR, "2022"),
        ("ปี พ.ศ. 2565", YEAR, "2022"),
        ("ค.ศ. 2022", YEAR, "2022"),
        ("B.E. 2565", YEAR, "2022"),
        ("พ.ศ. 2022", YEAR, "พ.ศ. 2022"),
        ("ค.ศ. 2565", YEAR, "ค.ศ. 2565"),
    ],
)
def test_numbers_and_years(cell: str, column: Column, used: str) -> None:
    assert plain_number(cell, column) == used


@pytest.mark.parametrize(
    ("cell", "used"),
    [
        ("2565-06-30", "2022-06-30"),
        ("2022-06-30", "2022-06-30"),
        ("2022-06-30 00:00:00", "2022-06-30"),
        ("30 มิ.ย. 2565", "2022-06-30"),
        ("30 มิถุนายน 2565", "2022-06-30"),
        ("1 มกราคม พ.ศ. 2565", "2022-01-01"),
        ("30/06/2565", "2022-06-30"),
        ("5/6/2565", "2022-06-05"),  # a Buddhist year has the day first
        ("30/06/2022", "2022-06-30"),
        ("05/06/2022", "05/06/2022"),
        ("2021-02-31", "2021-02-31"),
        ("2565", "2565"),
        ("29 ก.พ. 2566", "2023-02-29"),
    ],
)
def test_dates(cell: str, used: str) -> None:
    assert plain_date(cell, DATE) == used


def test_a_day_that_the_calendar_does_not_have_is_no_date() -> None:
    assert [is_date(day) for day in ("2023-02-29", "2024-02-29", "2021-02-31", "2565", "2021-13-01")] == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_months_of_a_period() -> None:
    assert plain_date("2558-01..2559-06", PERIOD) == "2015-01..2016-06"
    assert plain_date("2015-01..2016-06", PERIOD) == "2015-01..2016-06"


@given(st.integers(-(10**9), 10**9))
def test_separators_of_thousands_change_no_number(number: int) -> None:
    assert int(plain_number(f"{number:,}", PERSONS)) == number
    assert int(plain_number(f"{number:,}".replace(",", " "), PERSONS)) == number


@given(st.integers(1990, 2100))
def test_one_year_in_both_eras(year: int) -> None:
    assert plain_number(str(year + 543), YEAR) == plain_number(str(year), YEAR) == str(year)
