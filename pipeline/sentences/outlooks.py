"""Sentences about a province: what would put it on the shortlist, or remove it.

Not here: reasons for the scores of its districts (``reasons``), how certain its rank is (``certainty``).
"""

from typing import Any

import pandas as pd

from pipeline.criterion import Words
from pipeline.policy import Policy
from pipeline.sentences.words import rows_of


def add_outlooks(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add ``outlook_th`` and ``outlook_en`` to the table of provinces.

    Args:
        table: one row per province: ``value`` and ``value_needed`` in points, ``districts`` (how many of those
            that count are eligible), ``shortlisted``.
        policy: the policy of the run.

    Returns:
        The table with both columns.
    """
    sentences = [_outlook(row, policy) for row in rows_of(table)]
    return table.assign(outlook_th=[s.th for s in sentences], outlook_en=[s.en for s in sentences])


def _outlook(row: Any, policy: Policy) -> Words:
    """How far the value of a province is from the edge of the shortlist."""
    n, need = policy.pilot_districts_per_province, row.value_needed
    if not row.districts:
        return Words(
            "ยังไม่มีอำเภอใดเข้าเกณฑ์ จึงยังเข้ารายชื่อไม่ได้",
            "It has no eligible district, so it cannot be on the shortlist.",
        )
    if row.shortlisted:
        return Words(
            f"ค่าของจังหวัด {row.value:.1f} จะหลุดจากรายชื่อเมื่อต่ำกว่า {need:.1f} (ลดลง {row.value - need:.1f} คะแนน)",
            f"Its value is {row.value:.1f} points. It would leave the shortlist if its value fell below {need:.1f}"
            f" ({row.value - need:.1f} points less).",
        )
    th = f"ต้องมีค่า {need:.1f} จึงเข้ารายชื่อ (ขณะนี้ {row.value:.1f} ขาด {need - row.value:.1f} คะแนน)"
    en = f"It needs a value of {need:.1f} for the shortlist (now {row.value:.1f}, {need - row.value:.1f} points short)"
    if row.districts < n:
        th += f" มีอำเภอที่เข้าเกณฑ์เพียง {row.districts} จาก {n} อำเภอที่นับ"
        en += f"; only {row.districts} of the {n} districts that count are eligible"
    return Words(th, en + ".")
