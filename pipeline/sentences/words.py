"""Words that several kinds of sentence share: maps, lists, dates.

Not here: which of them apply, words of the values in tables (``categories``).
"""

from datetime import date
from typing import Any

import pandas as pd

from pipeline.categories import SURVEY_POOR, TARGET_POOR
from pipeline.criterion import CRITERIA, Words
from pipeline.policy import Policy

MAPS: dict[str, Any] = {
    **{criterion.name: criterion.title for criterion in CRITERIA},
    "score": Words("คะแนนรวมของอำเภอที่เข้าเกณฑ์", "Score of the eligible districts"),
    "unit": {
        **{criterion.name: criterion.unit for criterion in CRITERIA},
        "score": Words("คะแนน 0–100", "points 0–100"),
    },
    "below_gate": Words("ความยากจนไม่กระจุกตัว", "poverty is not concentrated"),
    "no_data": Words("ไม่มีข้อมูล", "no data"),
    "pilot": Words("อำเภอนำร่อง", "pilot district"),
}
# The poor of each measure, in a sentence.
POOR = {SURVEY_POOR: Words("คนจน", "poor"), TARGET_POOR: Words("คนจนเป้าหมาย", "target poor")}
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
    """Join items as a list.

    Args:
        items: at least one.

    Returns:
        The list in both languages.

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
    """Write a date in words, in Thai with the year of the Buddhist era.

    Args:
        date: a date of the Gregorian calendar.

    Returns:
        The date in both languages.

    >>> import datetime
    >>> day(datetime.date(2022, 12, 31))
    Words(th='31 ธันวาคม 2565', en='31 December 2022')
    """
    th, en = MONTHS[date.month - 1]
    return Words(f"{date.day} {th} {date.year + 543}", f"{date.day} {en} {date.year}")


def weights_from(policy: Policy) -> Words:
    """Name the origin of the weights: defaults, or the mean of the ballots of named agencies.

    Args:
        policy: the policy with its ballots.

    Returns:
        The origin in both languages.
    """
    if not policy.voters:
        return Words("ค่าเริ่มต้น ยังไม่มีการลงมติ", "default, not voted")
    names = listed([Words(name, name) for name in policy.voters])
    of = f"{len(policy.voters)}/{len(policy.agencies)}"
    return Words(f"ค่าเฉลี่ยบัตรลงคะแนนของ {names.th} ({of} หน่วยงาน)", f"mean of the ballots of {names.en} ({of} agencies)")


def capital(text: str) -> str:
    """Write the first letter of a text as a capital.

    Args:
        text: may be empty; Thai letters do not change.

    Returns:
        The text.

    >>> capital("data systems")
    'Data systems'
    """
    return text[:1].upper() + text[1:]


def rows_of(table: pd.DataFrame) -> Any:
    """Iterate over the rows of a table as named tuples.

    Args:
        table: its column names become the names of fields.

    Returns:
        An iterator; a missing value of any type is None.

    >>> next(rows_of(pd.DataFrame({"rank": [None], "name": ["A"]})))
    Pandas(rank=None, name='A')
    """
    return table.astype(object).where(table.notna(), None).itertuples(index=False)
