"""Lines on poverty in each year: the figures of a place, and the rank of a province on other figures.

Not here: the figures (``published_figures``), the rankings (``what_if``).
"""

import pandas as pd

from pipeline.categories import FIGURES_FROM, MEASURES
from pipeline.criterion import Words
from pipeline.sentences.words import rows_of

BUDDHIST = 543


def figures_of_years(poverty_history: pd.DataFrame, code: str) -> list[Words]:
    """Write the poverty figures of one area, a line for each year, measure and source.

    Args:
        poverty_history: all years, measures and sources by area.
        code: of a district or province, or ``TH``.

    Returns:
        The lines by measure and year, in both languages; none if there are no figures.

    >>> row = {"area_code": "95", "year": 2018, "measure": "survey", "figures_from": "published counts", "source": "a"}
    >>> row |= {"rate_pct": 20.0, "rate_max_pct": 20.0, "poor_persons": 20, "surveyed_persons": 100, "scored": True}
    >>> figures_of_years(pd.DataFrame([row]), "95")[0].en
    '2018 poor by the basic-needs survey: 20.0%, 20 of 100 persons surveyed (published counts), scored'
    """
    own = poverty_history[poverty_history["area_code"] == code]
    return [_line(row) for name in MEASURES for row in rows_of(own[own["measure"] == name].sort_values("year"))]


def _line(row: object) -> Words:
    year, rate, most, poor, surveyed, scored, measure, made_from = (
        getattr(row, name)
        for name in (
            "year",
            "rate_pct",
            "rate_max_pct",
            "poor_persons",
            "surveyed_persons",
            "scored",
            "measure",
            "figures_from",
        )
    )
    shown = "–" if rate is None else f"{rate:.1f}"
    shown = f"{shown}–{most:.1f}" if rate is not None and most is not None and most > rate + 0.05 else shown
    th, en = f"{shown}%", f"{shown}%"
    if surveyed is not None:
        count_th, count_en = (f"{poor:,} จาก ", f"{poor:,} of ") if poor is not None else ("ของ ", "of ")
        th, en = f"{th} {count_th}{surveyed:,} คนที่สำรวจ", f"{en}, {count_en}{surveyed:,} persons surveyed"
    made = FIGURES_FROM[made_from]
    return Words(
        f"พ.ศ. {year + BUDDHIST} {MEASURES[measure].th}: {th} ({made.th}){' ใช้จัดอันดับ' if scored else ''}",
        f"{year} {MEASURES[measure].en}: {en} ({made.en}){', scored' if scored else ''}",
    )


def ranks_by_release(shortlist_by_release: pd.DataFrame, code: str) -> list[Words]:
    """Write the rank of a province on the figures of each other release.

    Args:
        shortlist_by_release: the rankings, with year, measure and source.
        code: of the province.

    Returns:
        The lines by year and measure, in both languages.
    """
    own = shortlist_by_release[shortlist_by_release["province_code"] == code].sort_values(["year", "measure"])
    return [
        Words(
            f"หากใช้ตัวเลข พ.ศ. {row.year + BUDDHIST} {MEASURES[row.measure].th}: อันดับ {row.rank} ค่า {row.value:.1f}",
            f"with the figures of {row.year}, {MEASURES[row.measure].en}: rank {row.rank}, value {row.value:.1f}",
        )
        for row in rows_of(own)
    ]
