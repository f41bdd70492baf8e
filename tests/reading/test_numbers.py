"""Numbers and years as people write them: each is read or refused, in tables and in household rows alike."""

import math
from collections.abc import Iterable

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts import Column, Kind
from pipeline.households import database
from pipeline.households.mapping import Mapping
from pipeline.reading.numbers import number_hint, number_of, plain_number

PERSONS = Column("persons", Kind.COUNT, "", "persons")
BAHT = Column("income", Kind.NUMBER, "", "baht")
DEGREES = Column("lon", Kind.NUMBER, "", "degrees")
PER_CENT = Column("rate", Kind.NUMBER, "", "percent")
SHARE = Column("share", Kind.NUMBER, "", "share")
YEAR = Column("year", Kind.COUNT, "", "year")
NO = None
# cell: as a count, as an amount of money, as a number with decimals
CASES: dict[str, tuple[float | None, float | None, float | None]] = {
    "5": (5, 5, 5),
    "007": (7, 7, 7),
    "-5": (-5, -5, -5),
    "+5": (5, 5, 5),
    " 5 ": (5, 5, 5),
    "5\u00a0": (5, 5, 5),
    "\u200b5": (5, 5, 5),
    "1\u200b2": (12, 12, 12),
    "๕": (5, 5, 5),
    "๑,๒๓๔": (1234, 1234, NO),
    "\u22125": (-5, -5, -5),
    "\uff0d5": (-5, -5, -5),
    "–5": (NO, NO, NO),  # a dash also stands between two numbers
    "5-": (NO, NO, NO),
    "(5)": (NO, NO, NO),
    "'5": (5, 5, 5),
    '="5"': (5, 5, 5),
    # decimals
    "5.0": (5, 5, 5),
    "5.00": (5, 5, 5),
    "5.": (5, 5, 5),
    ".5": (NO, 0.5, 0.5),
    "5.5": (NO, 5.5, 5.5),
    "5.000": (NO, 5, 5),  # five, or five thousand
    "0.000": (0, 0, 0),
    "5.0000": (5, 5, 5),
    "1.234": (NO, 1.234, 1.234),
    "1.234.567": (NO, NO, NO),
    "1,5": (NO, NO, NO),
    "100,5": (NO, NO, NO),
    "1,5678": (NO, NO, NO),
    "1.234,5": (NO, NO, NO),
    # separators of thousands
    "1,234": (1234, 1234, NO),  # 1234, or 1.234
    "1,234.0": (1234, 1234, 1234),
    "1,234.5": (NO, 1234.5, 1234.5),
    "65,000,003": (65000003, 65000003, 65000003),
    "12,34": (NO, NO, NO),
    "1,234,56": (NO, NO, NO),
    "12,34,567": (NO, NO, NO),
    "0,500": (NO, NO, NO),
    "1234,567": (NO, NO, NO),
    "1 234": (1234, 1234, 1234),
    "1\u00a0234": (1234, 1234, 1234),
    "1\u202f234": (1234, 1234, 1234),
    "1\u2009234\u2009567": (1234567, 1234567, 1234567),
    "1 234,567": (NO, NO, NO),
    "2 3": (NO, NO, NO),
    "2\u00a03": (NO, NO, NO),
    "1  234": (NO, NO, NO),
    "1\n234": (NO, NO, NO),
    "1'234": (NO, NO, NO),
    "1_000": (NO, NO, NO),
    # exponents
    "5e2": (NO, 500, 500),
    "5.12E+04": (NO, 51200, 51200),
    "5.1231E+04": (51231, 51231, 51231),
    "2.022000000000000000e+03": (2022, 2022, 2022),
    "1.5e-1": (NO, 0.15, 0.15),
    "1,234e1": (NO, NO, NO),
    # no number, or more than one
    "5%": (NO, NO, NO),
    "฿5": (NO, NO, NO),
    "5 คน": (NO, NO, NO),
    "5/6": (NO, NO, NO),
    "1 - 2": (NO, NO, NO),
    "0x10": (NO, NO, NO),
    "１２": (NO, NO, NO),  # nor are they read in codes
    "١٢": (NO, NO, NO),
    "TRUE": (NO, NO, NO),
    ".": (NO, NO, NO),
    "e5": (NO, NO, NO),
    ",": (NO, NO, NO),
}


def of_rows(function: str, cells: Iterable[str]) -> dict[str, float | None]:
    """What a function of SQL reads, in DuckDB as the intake of household rows prepares it."""
    with duckdb.connect() as connection:
        database.prepare(connection)
        database.set_variables(connection, Mapping({}), (), 2026)
        connection.register("given", pd.DataFrame({"cell": pd.array([*cells], dtype="str")}))
        result = connection.execute(f"SELECT cell, {function}(cell) FROM given")  # a name of ours
        return dict(result.fetchall())


COLUMNS = {"count_in": PERSONS, "baht_in": BAHT, "degrees_in": DEGREES}


@pytest.mark.parametrize("cell", CASES)
def test_a_number_is_read_or_refused(cell: str) -> None:
    assert tuple(number_of(cell, column) for column in COLUMNS.values()) == CASES[cell]


@pytest.mark.parametrize(("at", "function"), [*enumerate(COLUMNS)])
def test_household_rows_have_the_same_numbers(at: int, function: str) -> None:
    assert of_rows(function, CASES) == {cell: expected[at] for cell, expected in CASES.items()}
    no_numbers = ["", "x", "nan", "NaN", "inf", "-Infinity", "1e999"]
    assert not any(map(math.isfinite, filter(None, of_rows(function, no_numbers).values())))


YEARS = {
    "2565": 2022,
    "2022": 2022,
    "2,565": 2022,
    "2565.0": 2022,
    " ๒๕๖๕ ": 2022,
    "6412": 2021,
    "5712": 2014,
    "พ.ศ. 2565": 2022,
    "พ.ศ.2565": 2022,
    "พศ 2565": 2022,
    "ปี 2565": 2022,
    "ปี พ.ศ. 2565": 2022,
    "ค.ศ. 2022": 2022,
    "B.E. 2565": 2022,
    "พ.ศ. 2022": NO,
    "ค.ศ. 2565": NO,
    "2565/66": NO,
    "2565-01-01": NO,
    "ปี": NO,
}


def test_a_year_is_read_or_refused_in_tables_and_in_household_rows() -> None:
    assert {cell: number_of(cell, YEAR) for cell in YEARS} == YEARS
    assert of_rows("year_in", YEARS) == YEARS


@pytest.mark.parametrize("cell", ["6406", "65", "2.565E+03 "])
def test_a_year_that_is_none_stays_for_the_limits(cell: str) -> None:
    assert plain_number(cell, YEAR) == {"2.565E+03 ": "2022"}.get(cell, cell)


@pytest.mark.parametrize(
    ("cell", "column", "used"),
    [
        ("2.5%", PER_CENT, "2.5"),
        ("2.5 %", PER_CENT, "2.5"),
        ("๒.๕%", PER_CENT, "2.5"),
        ("1,234.5%", PER_CENT, "1234.5"),
        ("45%", SHARE, "0.45"),
        (".5%", SHARE, "0.005"),
        ("45%", BAHT, "45%"),
        ("2,5%", PER_CENT, "2,5%"),
        ("2.5％", PER_CENT, "2.5％"),
        ("%", PER_CENT, "%"),
        (" - ", PER_CENT, "-"),
    ],
)
def test_per_cent(cell: str, column: Column, used: str) -> None:
    assert plain_number(cell, column) == used


@pytest.mark.parametrize(
    ("cell", "column", "fix"),
    [
        ("1,5", PERSONS, "without commas"),
        ("1,5", DEGREES, "(1.5)"),
        ("2,5%", PER_CENT, "(2.5)"),
        ("2 3", PERSONS, "one number"),
        ("5.12E+04", PERSONS, "without an exponent"),
        ("(5)", PERSONS, "minus sign"),
        ("5.000", PERSONS, "without decimals"),
        ("1.234.567", PERSONS, "without separators"),
        ("1.234,5", DEGREES, "without separators"),
        ("１２", PERSONS, "digits 0 to 9"),
        ("5 คน", PERSONS, "the number alone"),
        ("65", YEAR, "whole year"),
    ],
)
def test_a_number_that_is_refused_says_how_to_write_it(cell: str, column: Column, fix: str) -> None:
    assert fix in number_hint(cell, column)


@given(st.integers(-(10**9), 10**9))
def test_separators_of_thousands_change_no_number(number: int) -> None:
    assert int(plain_number(f"{number:,}", PERSONS)) == number
    assert int(plain_number(f"{number:,}".replace(",", " "), PERSONS)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_as_programs_write_them_keep_their_value(number: float) -> None:
    for written in (repr(number), f"{number:.17g}", f"{number:e}"):
        assert number_of(written, DEGREES) == float(written)


@given(st.integers(1990, 2100))
def test_one_year_in_both_eras(year: int) -> None:
    assert plain_number(str(year + 543), YEAR) == plain_number(str(year), YEAR) == str(year)
