"""What a dossier shows of poverty in other years: a table, a small chart, the rates of its districts.

Here: rows, positions in the chart, where a figure is made in another way than the one before. Not here: how they look
(``templates``, ``static/app``), which figures are scored (``published_figures``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from pipeline.categories import FIGURES_FROM, MEASURES
from pipeline.criterion import Words
from pipeline.figures import records
from pipeline.pages.frame import number

# The size of the chart and of its margins, in units of its own.
WIDTH, HEIGHT = 360, 170
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 12, 24
# Marks on the axis of rates are these many per cent apart, the least that gives at most five.
STEPS_PCT = (1, 2, 5, 10, 20, 25)
MOST_MARKS = 5


@dataclass(frozen=True)
class Point:
    """A rate in the chart: its place, and the place of its upper bound, which is the same for an exact rate."""

    x: float
    y: float
    y_max: float
    scored: bool


@dataclass(frozen=True)
class Line:
    """The points of one measure, by year.

    Attributes:
        measure: a key of ``MEASURES``.
        points: of the years with a rate.
        joined: two points of figures that were made in the same way, as x, y, x, y.
        changed: the same of figures that were made in different ways, so that their levels do not compare.
    """

    measure: str
    points: tuple[Point, ...]
    joined: tuple[tuple[float, float, float, float], ...]
    changed: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class Chart:
    """A small chart of rates by year.

    Attributes:
        years: each with its x.
        marks: of the axis of rates, each in per cent with its y.
        lines: one for each measure with rates.
    """

    years: tuple[tuple[int, float], ...]
    marks: tuple[tuple[int, float], ...]
    lines: tuple[Line, ...]


def history_of(poverty_history: pd.DataFrame, code: str) -> dict[str, Any]:
    """Collect what the template shows of other years.

    Args:
        poverty_history: all years, measures and sources by area.
        code: of the province.

    Returns:
        The ``rows`` of the province, by measure and year, their ``chart``, and whether its districts have figures.
    """
    rows = records(_in_order(poverty_history[poverty_history["area_code"] == code]))
    of_districts = poverty_history["area_code"].str.startswith(code) & (poverty_history["level"] == "district")
    return {"rows": rows, "chart": chart_of(rows), "of_districts": bool(of_districts.any())}


def district_years(poverty_history: pd.DataFrame, own: Sequence[str]) -> list[dict[str, Any]]:
    """Collect the rates of districts in each year, for a table of the page's scripts.

    Args:
        poverty_history: all years, measures and sources by area.
        own: codes of the province's districts.

    Returns:
        One record for each measure, year and source: its title, and the least and most in per cent of each district
        in the order of ``own``; None if it has no figure.
    """
    known = poverty_history[poverty_history["area_code"].isin(own) & poverty_history["rate_pct"].notna()]
    columns = _in_order(known.drop_duplicates(["measure", "year", "source"]))
    rates = known.set_index(["measure", "year", "source", "area_code"])[["rate_pct", "rate_max_pct"]].to_dict("index")
    found = []
    for row in columns.itertuples():
        cells = [rates.get((row.measure, row.year, row.source, code), {}) for code in own]
        found.append(
            {
                "title": _title(int(row.year), MEASURES[row.measure], FIGURES_FROM[row.figures_from]),
                "least": [number(cell.get("rate_pct"), 1) for cell in cells],
                "most": [number(cell.get("rate_max_pct"), 1) for cell in cells],
            }
        )
    return found


def _title(year: int, measure: Words, made_from: Words) -> Words:
    """The head of a column; years of the Buddhist era in Thai.

    >>> _title(2018, Words("คนจน", "poor"), Words("จำนวน", "counts"))
    Words(th='พ.ศ. 2561 คนจน (จำนวน)', en='2018: poor (counts)')
    """
    return Words(f"พ.ศ. {year + 543} {measure.th} ({made_from.th})", f"{year}: {measure.en} ({made_from.en})")


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """By measure, in the order in which they are declared, then by year and source."""
    order = list(MEASURES)
    return table.sort_values(
        ["measure", "year", "source"], key=lambda c: c.map(order.index) if c.name == "measure" else c, kind="stable"
    )


def chart_of(rows: Sequence[Any]) -> Chart | None:
    """Place the rates of an area in a small chart.

    Args:
        rows: records of ``poverty_history`` of one area, by measure and year.

    Returns:
        The chart; None if there are rates of fewer than two years. Where a year has several sources of a measure, all
        are points, and lines lead from each to the next.
    """
    known = [row for row in rows if row.rate_pct is not None]
    years = sorted({int(row.year) for row in known})
    if len(years) < 2:
        return None
    highest = max(row.rate_max_pct or row.rate_pct for row in known)
    step = next((step for step in STEPS_PCT if highest / step <= MOST_MARKS), STEPS_PCT[-1])
    top = step * max(1, -int(-highest // step))
    span = years[-1] - years[0]

    def x(year: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (0.06 + 0.88 * (year - years[0]) / span), 1)

    def y(rate: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - rate / top), 1)

    def line(measure: str) -> Line:
        of_measure = [row for row in known if row.measure == measure]
        points = tuple(
            Point(x(int(row.year)), y(row.rate_pct), y(row.rate_max_pct or row.rate_pct), bool(row.scored))
            for row in of_measure
        )
        pairs = list(zip(pairwise(of_measure), pairwise(points), strict=True))
        joined, changed = (
            tuple(
                (a.x, a.y, b.x, b.y) for (one, two), (a, b) in pairs if (one.figures_from == two.figures_from) is same
            )
            for same in (True, False)
        )
        return Line(measure, points, joined, changed)

    lines = tuple(line(measure) for measure in MEASURES if any(row.measure == measure for row in known))
    marks = tuple((mark, y(mark)) for mark in range(0, top + 1, step))
    return Chart(tuple((year, x(year)) for year in years), marks, lines)
