"""Words that several kinds of sentence share: maps, lists, dates.

Not here: which of them apply, words of the values in tables (``categories``).
"""

from datetime import date
from typing import Any

import pandas as pd

from pipeline.criterion import CRITERIA, Words
from pipeline.policy import Policy

MAPS: dict[str, Any] = {
    **{criterion.name: criterion.title for criterion in CRITERIA},
    "score": Words("คะแนนรวมของอำเภอที่เข้าเกณฑ์", "Score of the eligible districts"),
    "unit": {
        **{criterion.name: criterion.unit for criterion in CRITERIA},
        "score": Words("คะแนน 0–100", "points 0–100"),
    },
    "below_gate": Words("ความยากจนไม่กระจุกตัว", "poverty does not concentrate"),
    "no_data": Words("ไม่มีข้อมูล", "no data"),
    "pilot": Words("อำเภอนำร่อง", "pilot district"),
}
MONTHS = (
    ("มกราคม", "January"),
    ("กุมภาพันธ์", "February"),
    ("มีนาคม", "March"),
    ("เมษายน", "April"),
    ("พฤษภาคม", "May"),
    ("มิถุนายน", "June"),
    ("กรกฎาคม", "July"),
    ("สิงหาคม", "August"),
    ("กันยายน", "September"),
    ("ตุลาคม", "October"),
    ("พฤศจิกายน", "November"),
    ("ธันวาคม", "December"),
)


def listed(items: list[Words]) -> Words:
    """Items joined as a list.

    >>> listed([Words("ก", "a"), Words("ข", "b"), Words("ค", "c")])
    Words(th='ก ข และค', en='a, b and c')
    """
    if len(items) == 1:
        return items[0]
    head, last = items[:-1], items[-1]
    space = " " if last.th.isascii() else ""
    return Words(
        " ".join(i.th for i in head) + f" และ{space}{last.th}", ", ".join(i.en for i in head) + f" and {last.en}"
    )


def day(date: date) -> Words:
    """A date in words, in Thai with the Buddhist year.

    >>> import datetime
    >>> day(datetime.date(2022, 12, 31))
    Words(th='31 ธันวาคม 2565', en='31 December 2022')
    """
    th, en = MONTHS[date.month - 1]
    return Words(f"{date.day} {th} {date.year + 543}", f"{date.day} {en} {date.year}")


def weights_from(policy: Policy) -> Words:
    """The origin of the weights: defaults, or the mean of the ballots of named agencies."""
    if not policy.voters:
        return Words("ค่าเริ่มต้น ยังไม่มีการลงมติ", "default, not voted")
    names = listed([Words(name, name) for name in policy.voters])
    of = f"{len(policy.voters)}/{len(policy.agencies)}"
    return Words(f"ค่าเฉลี่ยบัตรลงคะแนนของ {names.th} ({of} หน่วยงาน)", f"mean of the ballots of {names.en} ({of} agencies)")


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def rows_of(table: pd.DataFrame) -> Any:
    """Rows as named tuples; a missing value of any type is None."""
    return table.astype(object).where(table.notna(), None).itertuples(index=False)
