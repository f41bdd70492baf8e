"""Words that several kinds of sentence share: a statement in both languages, names, lists.

Not here: which of them apply.
"""

from typing import Any, NamedTuple

import pandas as pd

from pipeline.policy import Policy


class Said(NamedTuple):
    """One statement in both languages."""

    th: str
    en: str

    @property
    def both(self) -> str:
        return f"{self.th} · {self.en}"


NAMES = {
    "poverty": Said("ความยากจน", "poverty"),
    "university": Said("มหาวิทยาลัย", "university"),
    "data_system": Said("ระบบข้อมูล", "data system"),
}
STATUS = {
    "eligible": Said("เข้าเกณฑ์", "eligible"),
    "below_gate": Said("ไม่ถึงเกณฑ์ความเข้มข้น", "below the gate"),
    "data_needed": Said("ต้องการข้อมูล", "data needed"),
    "excluded": Said("ไม่นำมาพิจารณา", "excluded"),
}
MISSING = {
    "poverty": Said("ตัวเลขความยากจนของอำเภอ", "poverty figures of the district"),
    "university": Said("ข้อมูลมหาวิทยาลัย", "universities"),
    "data_system": Said("ระบบข้อมูลที่ครอบคลุมพื้นที่", "a data system that covers it"),
}


def listed(items: list[Said]) -> Said:
    """Items joined as a list.

    >>> listed([Said("ก", "a"), Said("ข", "b"), Said("ค", "c")])
    Said(th='ก ข และค', en='a, b and c')
    """
    if len(items) == 1:
        return items[0]
    head, last = items[:-1], items[-1]
    return Said(" ".join(i.th for i in head) + f" และ{last.th}", ", ".join(i.en for i in head) + f" and {last.en}")


def weights_from(policy: Policy) -> Said:
    """Whose weights these are: nobody's yet, or the mean of the ballots of named agencies."""
    if not policy.voters:
        return Said("ค่าเริ่มต้น ยังไม่มีการลงมติ", "default, not voted")
    who = listed([Said(name, name) for name in policy.voters])
    of = f"{len(policy.voters)}/{len(policy.agencies)}"
    return Said(f"ค่าเฉลี่ยบัตรลงคะแนนของ {who.th} ({of} หน่วยงาน)", f"mean of the ballots of {who.en} ({of} agencies)")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def rows_of(table: pd.DataFrame) -> Any:
    """Rows as named tuples; a missing value of any type is None."""
    return table.astype(object).where(table.notna(), None).itertuples(index=False)
