"""Dates as people write them."""

import pytest

from pipeline.contracts import Column, Kind
from pipeline.reading.written import is_date, plain_date

DATE = Column("signed_on", Kind.TEXT, "", "date")
PERIOD = Column("period", Kind.TEXT, "", pattern="[0-9]{4}-[0-9]{2}..[0-9]{4}-[0-9]{2}", form="months")


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
