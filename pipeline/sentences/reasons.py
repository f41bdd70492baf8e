"""Sentences about a district: the reasons for its status and score, a comparison, what would put it on the shortlist.

A criterion has a sentence of its own in ``FACTS``; one without gets its value. No sentence suggests that more poor
people would put a district on the shortlist (``Criterion.improvable``). Not here: any number that another module has
not computed.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline.criterion import CRITERIA, POVERTY, Criterion, Words
from pipeline.lower_bound import is_lower_bound
from pipeline.policy import Policy
from pipeline.sentences.words import POOR, capital, listed, rows_of

IMPROVABLE = tuple(criterion for criterion in CRITERIA if criterion.improvable)


def add_reasons(criteria: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add ``reason_th`` and ``reason_en`` to the table of districts.

    Args:
        criteria: one row per district: ``status``, and the criteria with their parts.
        policy: the policy of the run.

    Returns:
        The table with both columns.
    """
    sentences = [_reason(row, policy) for row in rows_of(criteria)]
    return criteria.assign(reason_th=[s.th for s in sentences], reason_en=[s.en for s in sentences])


def add_explanations(explanations: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """Add a comparison and an outlook to the explanations of districts, in both languages.

    Args:
        explanations: one row per district: contributions, the score needed, the value needed of each criterion.
        criteria: the criteria of the same districts with ``status``, ``score`` and ``floor``, in the same order.

    Returns:
        ``explanations`` with ``comparison_th``, ``comparison_en``, ``outlook_th`` and ``outlook_en``.
    """
    extra = explanations.drop(columns="district_code").set_index(criteria.index)
    rows = list(rows_of(criteria.join(extra)))
    comparisons = [_comparison(row) for row in rows]
    outlooks = [_outlook(row) for row in rows]
    return explanations.assign(
        comparison_th=[s.th for s in comparisons],
        comparison_en=[s.en for s in comparisons],
        outlook_th=[s.th for s in outlooks],
        outlook_en=[s.en for s in outlooks],
    )


def _reason(row: Any, policy: Policy) -> Words:
    """The reasons for a district's status and score, from the facts of every criterion."""
    if row.status == "excluded":
        return Words(
            "ไม่นำมาพิจารณา: ทุกหน่วยงานระบุว่าไม่ยอมรับระบบข้อมูลใดในพื้นที่",
            "Excluded: every agency states that it accepts none of the data systems in the district.",
        )
    if row.status == "data_needed":
        what = _missing(row)
        return Words(f"ยังให้คะแนนไม่ได้: ขาด{what.th}", f"Not scored. Missing: {what.en}.")
    if row.status == "below_gate":
        return _below_gate(row, policy)
    parts = [fact(row, criterion, policy) for criterion in CRITERIA]
    th, en = "; ".join(p.th for p in parts), "; ".join(p.en for p in parts)
    if row.suspect:
        th += "; ตัวเลขความยากจนน่าสงสัย ควรตรวจสอบก่อนใช้"
        en += "; the poverty figure is suspect and should be checked before use"
    return Words(th, capital(en) + ".")


def _missing(row: Any) -> Words:
    """What a district lacks, so that it cannot be scored."""
    lacks = [criterion.missing for criterion in CRITERIA if getattr(row, criterion.name) is None]
    return listed(lacks or [POVERTY.missing])


def _below_gate(row: Any, policy: Policy) -> Words:
    gate = policy.poverty.gate.times_national_rate * row.national_rate_pct
    rate, chance, least = row.poverty_rate_smoothed_pct, row.chance_above_gate, _at_least(row)
    poor = POOR[policy.poverty.measure]
    th = f"ความยากจนไม่กระจุกตัว: {poor.th}{least.th}{rate:.1f}% ไม่เกินเกณฑ์ {gate:.1f}%"
    en = f"Poverty is not concentrated here: {least.en}{rate:.1f}% are {poor.en}"
    en += f", which is not above the gate of {gate:.1f}%"
    if chance >= 0.05:
        th += f" (มีโอกาสราว {chance:.0%} ที่อัตราจริงสูงกว่าเกณฑ์)"
        en += f" (the chance that the true rate is above it is about {chance:.0%})"
    return Words(th, en + ".")


def _at_least(row: Any) -> Words:
    return Words("อย่างน้อย ", "at least ") if is_lower_bound(row.figures_from, row.labelled_share) else Words(" ", "")


def fact(row: Any, criterion: Criterion, policy: Policy) -> Words:
    """Write what is known of a district for one criterion, as part of a sentence.

    Args:
        row: a district with the parts of the criterion.
        criterion: the criterion; one without an entry in ``FACTS`` gets its value.
        policy: the policy of the run.

    Returns:
        Words without capital and full stop.

    >>> from dataclasses import replace
    >>> from types import SimpleNamespace
    >>> other = replace(POVERTY, name="market", short=Words("ตลาด", "market"))
    >>> fact(SimpleNamespace(market=0.5), other, None).en
    'market 0.50'
    """
    if criterion.name in FACTS:
        return FACTS[criterion.name](row, policy)
    value = getattr(row, criterion.name)
    if value is None:
        return Words(f"ไม่มี{criterion.missing.th}", f"no {criterion.missing.en}")
    shown = f"{value:.{criterion.digits}f}"
    return Words(f"{criterion.short.th} {shown}", f"{criterion.short.en} {shown}")


def _poverty(row: Any, policy: Policy) -> Words:
    if row.poverty is None:
        return Words("ไม่มีตัวเลขความยากจน", "no poverty figures")
    least, poor = _at_least(row), POOR[policy.poverty.measure]
    of = Words("ของครัวเรือนที่สำรวจ", "of the households surveyed")
    if row.poverty_unit == "persons":
        of = Words("ของผู้ได้รับการสำรวจ", "of the persons surveyed")
    th = f"{poor.th}{least.th}{row.poor_persons_min:,} คน ({row.poverty_rate_smoothed_pct:.1f}% {of.th})"
    en = f"{least.en}{row.poor_persons_min:,} people are {poor.en} ({row.poverty_rate_smoothed_pct:.1f}% {of.en})"
    if row.hot_spot:
        th += " กระจุกตัวต่อเนื่องกับอำเภอรอบข้าง"
        en += ", in a cluster with neighbouring districts"
    return Words(th, en)


def _university(row: Any, policy: Policy) -> Words:
    minutes = round(row.university_strongest_minutes)
    limit = policy.university.limit_minutes
    about = Words("โดยประมาณ", " (estimated)") if row.minutes_estimated else Words("", "")
    if row.university_strongest_in_district and row.university_reach > 0:
        return Words(
            f"มี{row.university_strongest}ตั้งอยู่ในอำเภอ",
            f"{row.university_strongest_en} has a campus in the district",
        )
    if row.university_reach > 0:
        return Words(
            f"{row.university_strongest}อยู่ห่าง {minutes} นาที{about.th}",
            f"{row.university_strongest_en} is {minutes} minutes away{about.en}",
        )
    if row.university_mandate > 0:
        return Words(
            f"ไม่มีมหาวิทยาลัยภายใน {limit:g} นาที แต่จังหวัดมีมหาวิทยาลัยที่มีพันธกิจต่อพื้นที่",
            f"no university within {limit:g} minutes, but one in the province has a mandate for the district",
        )
    return Words(f"ไม่มีมหาวิทยาลัยภายใน {limit:g} นาที", f"no university within {limit:g} minutes")


def _data_system(row: Any, _: Policy) -> Words:
    if row.data_system is None:
        return Words("ไม่มีระบบข้อมูลที่ครอบคลุม", "no data system covers the district")
    if row.data_system_acceptance >= 1:
        return Words(
            f"ระบบข้อมูล {row.data_system_name} ซึ่งทุกหน่วยงานยอมรับ",
            f"{row.data_system_name} is accepted by every agency",
        )
    return Words(
        f"ระบบข้อมูล {row.data_system_name} ซึ่งหน่วยงานยอมรับ {row.data_system_acceptance:.0%}",
        f"{row.data_system_name} is accepted by {row.data_system_acceptance:.0%} of the agencies",
    )


FACTS: dict[str, Callable[[Any, Policy], Words]] = {
    "poverty": _poverty,
    "university": _university,
    "data_system": _data_system,
}


def _comparison(row: Any) -> Words:
    """Compare the score with that of the median eligible district, as a product of one factor per criterion."""
    if row.score is None:
        return Words("ไม่มีคะแนนให้เปรียบเทียบ", "No score to compare.")
    if row.reference_score is None:
        return Words("ไม่มีอำเภอที่เข้าเกณฑ์ให้เปรียบเทียบ", "No eligible district to compare with.")
    parts = [(criterion.short, getattr(row, f"contribution_{criterion.name}")) for criterion in CRITERIA]
    known = [(name, np.exp(part)) for name, part in parts if part is not None]
    times = np.exp(sum(part for _, part in parts if part is not None))
    return Words(
        f"คะแนน {row.score:.1f} เป็น {times:.2f} เท่าของอำเภอกึ่งกลางที่เข้าเกณฑ์: "
        + ", ".join(f"{name.th} ×{factor:.2f}" for name, factor in known),
        f"Its score of {row.score:.1f} is {times:.2f} times that of the median eligible district: "
        + ", ".join(f"{name.en} ×{factor:.2f}" for name, factor in known)
        + ".",
    )


def _outlook(row: Any) -> Words:
    """What would make the district a pilot district by one improvable criterion alone, or what would end that."""
    if row.status == "excluded":
        return Words(
            "จะพิจารณาได้เมื่อมีหน่วยงานอย่างน้อยหนึ่งแห่งยอมรับระบบข้อมูลในพื้นที่",
            "It can be considered once at least one agency accepts a data system in the district.",
        )
    if row.status == "data_needed":
        what = _missing(row)
        return Words(f"จะจัดอันดับได้เมื่อมี{what.th}", f"It can be ranked once these are available: {what.en}.")
    better = " or ".join(criterion.short.en for criterion in IMPROVABLE)
    better_th = "หรือ".join(criterion.short.th for criterion in IMPROVABLE)
    if row.status == "below_gate":
        return Words(
            f"{better_th}ที่ดีขึ้นไม่ทำให้เข้ารายชื่อ เพราะโครงการเริ่มในพื้นที่ที่ความยากจนกระจุกตัว",
            f"A better {better} would not put it on the shortlist: the programme begins where poverty is concentrated.",
        )
    need = row.score_needed
    if row.pilot:
        return _stays(row, need)
    if need > 100:
        return Words(
            "คะแนนของอำเภอนี้เพียงอำเภอเดียวไม่พอให้จังหวัดเข้ารายชื่อ ต้องอาศัยอำเภออื่นในจังหวัดด้วย",
            "A higher score of this district is not enough: other districts of its province must score higher too.",
        )
    now = f"ต้องได้ {need:.1f} คะแนน (ขณะนี้ {row.score:.1f}): "
    now_en = f"It needs {need:.1f} points (now {row.score:.1f}): "
    ways, closed = [], []
    for criterion in IMPROVABLE:
        name = criterion.short
        value, wanted = getattr(row, criterion.name), getattr(row, f"{criterion.name}_needed")
        if wanted is not None and wanted <= 1:
            ways.append(
                Words(
                    f"เกณฑ์{name.th}จาก {value:.2f} เป็น {wanted:.2f}",
                    f"{name.en} from {value:.2f} to {wanted:.2f}",
                )
            )
        elif value is not None:
            closed.append(name)
    if not ways:
        return Words(
            now + f"{better_th}เพียงอย่างเดียวพาไปไม่ถึง",
            now_en + f"not reachable by {better} alone.",
        )
    th, en = now + " หรือ".join(w.th for w in ways), now_en + " or ".join(w.en for w in ways)
    if closed:
        th += f" ({'หรือ'.join(name.th for name in closed)}เพียงอย่างเดียวพาไปไม่ถึง)"
        en += f" (not reachable by {' or '.join(name.en for name in closed)} alone)"
    return Words(th, en + ".")


def _stays(row: Any, need: float) -> Words:
    """How far the score of a pilot district may fall, and how far one improvable criterion alone."""
    th = f"เป็นอำเภอนำร่องในรายชื่อแล้ว และจะอยู่ต่อตราบที่คะแนนไม่ต่ำกว่า {need:.1f}"
    en = f"It is a pilot district, and remains one while its score is at least {need:.1f}"
    falls = [
        Words(
            f"เกณฑ์{criterion.short.th}ต่ำกว่า {limit:.2f}",
            f"{criterion.short.en} fell below {limit:.2f}",
        )
        for criterion in IMPROVABLE
        if (limit := getattr(row, f"{criterion.name}_needed")) is not None and limit > row.floor
    ]
    if falls:
        th += " (เช่น หลุดเมื่อ" + " หรือ".join(f.th for f in falls) + ")"
        en += ". It would no longer be one if " + " or ".join(f.en for f in falls)
    return Words(th, en + ".")
