"""Poverty of several years on a dossier: rows in order, the chart, where levels do not compare."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.figures import records
from pipeline.pages import history
from pipeline.project import Paths
from pipeline.stored_tables import Tables


def rows(*cells: tuple[int, str, str, float | None, float | None]) -> list[Any]:
    """Records of an area: year, measure, how the figures were made, least, most."""
    names = ["year", "measure", "figures_from", "rate_pct", "rate_max_pct"]
    return records(pd.DataFrame(cells, columns=names).assign(scored=False))


def test_a_chart_by_hand() -> None:
    chart = history.chart_of(
        rows(
            (2018, "survey", "published counts", 20.0, 20.0),
            (2022, "survey", "published rates", 10.0, 15.0),
            (2023, "survey", "published rates", 5.0, 5.0),
        )
    )
    assert chart is not None
    # The axis ends at 20 %, in four steps of 5 %; 170 - 12 - 24 = 134 units are 20 %, so that 10 % are at 12 + 67.
    assert [mark for mark, _ in chart.marks] == [0, 5, 10, 15, 20]
    points = chart.lines[0].points
    assert [point.y for point in points] == [12.0, 79.0, 112.5]
    assert points[1].y_max == 45.5
    # 306 units, of which 6 % are left free on each side; 2022 is 4 of 5 years on.
    assert [x for _, x in chart.years] == [58.4, 273.8, 327.6]
    assert len(chart.lines[0].changed) == len(chart.lines[0].joined) == 1


@pytest.mark.parametrize(
    "cells",
    [(), ((2018, "survey", "published counts", 20.0, 20.0),), ((2018, "survey", "published counts", None, None),) * 2],
)
def test_fewer_than_two_years_are_no_chart(cells: tuple[tuple[int, str, str, float | None, float | None], ...]) -> None:
    assert history.chart_of(rows(*cells)) is None


def test_all_rates_zero() -> None:
    chart = history.chart_of(
        rows((2018, "survey", "published counts", 0.0, 0.0), (2022, "survey", "published counts", 0.0, 0.0))
    )
    assert chart is not None
    assert [point.y for point in chart.lines[0].points] == [146.0, 146.0]


def test_a_dossier_has_the_years(real_run: Paths) -> None:
    page = (real_run.maps / "50.html").read_text(encoding="utf-8")
    assert "ความยากจนในแต่ละปี" in page
    assert "176,178" in page  # poor by the survey of 2018
    assert "38,762" in page  # and of 2023
    assert "ความยากจนในแต่ละปี" not in (real_run.maps / "10.html").read_text(encoding="utf-8")  # no survey in Bangkok


def test_rates_of_districts(real_run: Paths) -> None:
    table = Tables(real_run.processed)("poverty_history")
    survey_2018, survey_2022, target_2018 = history.district_years(table, ["6709", "6701"])
    assert survey_2018["title"].th == "พ.ศ. 2561 คนจนตามการสำรวจ จปฐ. (จำนวนที่เผยแพร่)"
    assert survey_2018["least"][0] == survey_2018["most"][0] == 100.0
    assert survey_2022["least"][0] < survey_2022["most"][0]
    assert target_2018["least"][0] == 36.9


def test_pages_say_what_other_figures_would_change(real_run: Paths) -> None:
    for name in ("index.html", "brief.html"):
        page = Path(real_run.maps / name).read_text(encoding="utf-8")
        assert "ตัวเลขความยากจนที่ใช้จัดอันดับ" in page
        assert page.count("หากใช้ตัวเลข") == 2
