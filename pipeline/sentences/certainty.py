"""Sentences about how certain a rank is, and about the sources of that uncertainty.

Not here: the draws (``uncertainty``).
"""

from typing import Any

import pandas as pd

from pipeline.categories import FIRMNESS
from pipeline.criterion import UNCERTAIN, Words
from pipeline.policy import Policy
from pipeline.sentences.words import capital, rows_of

SOURCES = {uncertain.name: uncertain.words for uncertain in UNCERTAIN}
# The sentence of a district that is eligible in a smaller share of the draws names that share.
ELIGIBLE_IN_MOST = 0.95


def add_places(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add ``certainty_th`` and ``certainty_en`` to a table of places.

    Args:
        table: ``district_uncertainty`` or ``province_uncertainty`` without these sentences.
        policy: the policy of the run.

    Returns:
        The table with both columns.
    """
    sentences = [_place(row, policy) for row in rows_of(table)]
    return table.assign(certainty_th=[s.th for s in sentences], certainty_en=[s.en for s in sentences])


def _share(value: float) -> str:
    """Write a share of the draws, no more precisely than the draws allow.

    >>> _share(0.9999), _share(0.42), _share(0.001), _share(0)
    ('over 99%', '42%', 'under 1%', '0%')
    """
    if 0 < value < 0.01:
        return "under 1%"
    if 0.99 < value < 1:
        return "over 99%"
    return f"{100 * value:.0f}%"


def _share_th(value: float) -> str:
    """Write a share of the draws in Thai, to follow a noun.

    >>> _share_th(0.9999), _share_th(0.42), _share_th(0.001)
    ('กว่า 99%', ' 42%', 'ไม่ถึง 1%')
    """
    text = _share(value)
    for word, thai in (("under ", "ไม่ถึง "), ("over ", "กว่า ")):
        if text.startswith(word):
            return text.replace(word, thai)
    return f" {text}"


def _place(row: Any, policy: Policy) -> Words:
    """How certain the rank of a place is, and what it depends on most."""
    if row.median_rank is None:
        return Words("ไม่ได้อยู่ในการจัดอันดับ จึงยังประเมินความแน่นอนไม่ได้", "Not ranked, so no certainty is given.")
    of_district = hasattr(row, "district_code")
    if of_district and row.eligible_share == 0:
        return Words("ไม่เข้าเกณฑ์ในการจำลองใดเลย", "Not eligible in any of the draws.")
    if of_district and row.eligible_share < 0.5:  # a rank means little where it is mostly not ranked
        return Words(
            f"เข้าเกณฑ์ในการจำลอง{_share_th(row.eligible_share)} และเป็นอำเภอนำร่องในการจำลอง{_share_th(row.pilot_share)}",
            f"Eligible in {_share(row.eligible_share)} of the draws; a pilot district in {_share(row.pilot_share)}.",
        )
    k, word = policy.shortlist_provinces, FIRMNESS[row.firmness]
    if of_district:
        chosen = Words(
            f"เป็นอำเภอนำร่องในการจำลอง{_share_th(row.pilot_share)}",
            f"A pilot district in {_share(row.pilot_share)} of the draws",
        )
    else:
        chosen = Words(
            f"อยู่ใน {k} จังหวัดแรกในการจำลอง{_share_th(row.top_k_share)}",
            f"Among the first {k} provinces in {_share(row.top_k_share)} of the draws",
        )
    th = f"{chosen.th} ({word.th}) อันดับระหว่าง {row.rank_low:.0f} ถึง {row.rank_high:.0f}"
    en = f"{chosen.en} ({word.en}); rank {row.rank_low:.0f} to {row.rank_high:.0f}"
    if of_district and row.eligible_share < ELIGIBLE_IN_MOST:
        th += f" เข้าเกณฑ์ในการจำลอง{_share_th(row.eligible_share)}"
        en += f"; eligible in {_share(row.eligible_share)} of them"
    if row.least_certain is not None:
        main = SOURCES[row.least_certain]
        th += f" สิ่งที่ทำให้อันดับขยับมากที่สุดคือ{main.th}"
        en += f"; the main source of uncertainty is {main.en}"
    return Words(th, en + ".")


def add_sources(table: pd.DataFrame) -> pd.DataFrame:
    """Add the names of the sources to the sensitivity table, and one sentence each.

    Args:
        table: one row per source: ``source``, ``first_order``, ``total_order``, ``mean_rank_shift``.

    Returns:
        The table with ``source_th``, ``source_en``, ``certainty_th`` and ``certainty_en``.
    """
    names = [SOURCES[source] for source in table["source"]]
    sentences = [_source(row) for row in rows_of(table)]
    return table.assign(
        source_th=[n.th for n in names],
        source_en=[n.en for n in names],
        certainty_th=[s.th for s in sentences],
        certainty_en=[s.en for s in sentences],
    )


def _source(row: Any) -> Words:
    """How much of the variance of the ranks comes from one source."""
    name = SOURCES[row.source]
    if row.total_order < 0.005:
        return Words(f"{name.th}แทบไม่ทำให้อันดับขยับ", f"{capital(name.en)}: little effect on the ranks.")
    return Words(
        f"{name.th}อธิบายการขยับของอันดับได้ {100 * row.first_order:.0f}% โดยลำพัง และ {100 * row.total_order:.0f}%"
        f" เมื่อรวมผลที่เกิดร่วมกับสิ่งอื่น โดยลำพังทำให้อันดับขยับเฉลี่ย {row.mean_rank_shift:.1f} อันดับ",
        f"{capital(name.en)}: {100 * row.first_order:.0f}% of the variance of the ranks by itself,"
        f" {100 * row.total_order:.0f}% with its interactions; varied alone, it moves a rank by"
        f" {row.mean_rank_shift:.1f} places on average.",
    )
