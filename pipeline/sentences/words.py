"""Words that several kinds of sentence share: a statement in both languages, names, lists.

Not here: which of them apply.
"""

from datetime import date
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

DIMENSIONS = {
    "health": Said("สุขภาพ", "health"),
    "living": Said("ความเป็นอยู่", "living conditions"),
    "education": Said("การศึกษา", "education"),
    "income": Said("รายได้", "income"),
    "accessibility": Said("การเข้าถึงบริการรัฐ", "access to state services"),
}
KINDS = {
    "rajabhat": Said("ราชภัฏ", "Rajabhat"),
    "rajamangala": Said("ราชมงคล", "Rajamangala"),
    "autonomous": Said("ในกำกับของรัฐ", "autonomous"),
    "public": Said("ของรัฐ", "public"),
    "institute": Said("สถาบันเฉพาะทาง", "institute"),
    "private": Said("เอกชน", "private"),
    "buddhist": Said("มหาวิทยาลัยสงฆ์", "Buddhist"),
    "other": Said("วิทยาลัยชุมชนและอื่น ๆ", "community college or other"),
}
LEVELS = {
    "paper": Said("แบบกระดาษ", "on paper"),
    "digital": Said("ฐานข้อมูลดิจิทัล", "digital"),
    "household_linked": Said("เชื่อมถึงรายครัวเรือน", "linked household by household"),
    "shared_case": Said("ใช้ติดตามรายกรณีร่วมกัน", "shared case by case"),
}
MAPS: dict[str, Any] = {
    "poverty": Said("เกณฑ์ที่ 1 คนจนกระจุกตัว", "Criterion 1: poor people concentrate there"),
    "university": Said("เกณฑ์ที่ 2 มหาวิทยาลัยที่เชื่อมภาคีได้", "Criterion 2: a university can connect all partners"),
    "data_system": Said("เกณฑ์ที่ 3 ระบบข้อมูลที่ยอมรับ", "Criterion 3: a data system there is accepted"),
    "score": Said("คะแนนรวมของอำเภอที่เข้าเกณฑ์", "Score of the eligible districts"),
    "unit": {
        "poverty": Said("ค่า 0–1", "value 0–1"),
        "university": Said("ค่า 0–1", "value 0–1"),
        "data_system": Said("ค่า 0–1", "value 0–1"),
        "score": Said("คะแนน 0–100", "points 0–100"),
    },
    "below_gate": Said("ความยากจนไม่กระจุกตัว", "poverty does not concentrate"),
    "no_data": Said("ไม่มีข้อมูล", "no data"),
    "pilot": Said("อำเภอนำร่อง", "pilot district"),
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
FIGURES_FROM = {
    "published rates": Said("ตัวเลขที่เผยแพร่", "published rates"),
    "household rows": Said("ข้อมูลรายครัวเรือน", "household rows"),
    "household rows, with other districts": Said(
        "ข้อมูลรายครัวเรือน รวมกับอำเภออื่นในจังหวัด", "household rows, with other districts of the province"
    ),
}


def listed(items: list[Said]) -> Said:
    """Items joined as a list.

    >>> listed([Said("ก", "a"), Said("ข", "b"), Said("ค", "c")])
    Said(th='ก ข และค', en='a, b and c')
    """
    if len(items) == 1:
        return items[0]
    head, last = items[:-1], items[-1]
    apart = " " if last.th.isascii() else ""
    return Said(
        " ".join(i.th for i in head) + f" และ{apart}{last.th}", ", ".join(i.en for i in head) + f" and {last.en}"
    )


def day(date: date) -> Said:
    """A date in words, in Thai with the Buddhist year.

    >>> import datetime
    >>> day(datetime.date(2022, 12, 31))
    Said(th='31 ธันวาคม 2565', en='31 December 2022')
    """
    th, en = MONTHS[date.month - 1]
    return Said(f"{date.day} {th} {date.year + 543}", f"{date.day} {en} {date.year}")


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
