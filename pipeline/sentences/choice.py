"""Sentences about the portfolio: why a province is in it, or not.

Not here: the choice (``shortlist``).
"""

from typing import Any

import pandas as pd

from pipeline.criterion import Words
from pipeline.policy import Policy
from pipeline.sentences.words import rows_of


def add_reasons(table: pd.DataFrame, regions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add ``portfolio_th`` and ``portfolio_en`` to the portfolio.

    Args:
        table: all provinces, with those of the portfolio marked.
        regions: the regions of all provinces, with their Thai names.
        policy: the policy of the round.

    Returns:
        The table with both columns.
    """
    chosen = table[table["in_portfolio"]].groupby("region").size().to_dict()
    names = regions.set_index("province_code")["region_th"]
    rows = rows_of(table.assign(region_th=table["province_code"].map(names)))
    sentences = [_reason(row, chosen.get(row.region, 0), policy) for row in rows]
    return table.assign(portfolio_th=[s.th for s in sentences], portfolio_en=[s.en for s in sentences])


def _reason(row: Any, chosen_in_region: int, policy: Policy) -> Words:
    """Why a province is in the portfolio, or why it is not."""
    rules = policy.portfolio
    if not row.value:
        return Words("ไม่มีอำเภอที่เข้าเกณฑ์", "It has no eligible district.")
    if row.locked:
        return Words(f"คณะทำงานกำหนดให้อยู่ในชุด: {row.locked}", f"Included by the working group: {row.locked}")
    if row.vetoed:
        return Words(f"คณะทำงานกำหนดให้ไม่อยู่ในชุด: {row.vetoed}", f"Excluded by the working group: {row.vetoed}")
    if row.in_portfolio and row.shortlisted:
        return Words("อยู่ในทั้งรายชื่อตามคะแนนและชุดจังหวัดนำร่อง", "On the shortlist and in the portfolio.")
    if row.in_portfolio and chosen_in_region <= rules.region_least:
        return Words(
            f"อันดับ {row.rank} แต่เข้าชุดเพราะ{row.region_th}ต้องมีอย่างน้อย {rules.region_least} จังหวัด",
            f"Ranked {row.rank}; included because the {row.region} region must have at least {rules.region_least}.",
        )
    if row.in_portfolio:
        return Words(
            f"อันดับ {row.rank} เข้าชุดแทนจังหวัดที่กติกาไม่เปิดให้เลือก",
            f"Ranked {row.rank}; included in place of provinces that the rules exclude.",
        )
    if not row.shortlisted:
        return Words("อยู่นอกทั้งรายชื่อตามคะแนนและชุดจังหวัดนำร่อง", "Neither on the shortlist nor in the portfolio.")
    if chosen_in_region >= rules.region_most:
        return Words(
            f"อันดับ {row.rank} แต่ไม่อยู่ในชุดเพราะ{row.region_th}ครบ {rules.region_most} จังหวัดแล้ว",
            f"Ranked {row.rank}; not included because the {row.region} region already has {rules.region_most}.",
        )
    return Words(
        f"อันดับ {row.rank} แต่ไม่อยู่ในชุดเพราะที่นั่งต้องเปิดให้ภาคอื่นหรือมหาวิทยาลัยรับภาระเต็มแล้ว",
        f"Ranked {row.rank}; not included because its place goes to another region or its university has reached its"
        " limit.",
    )
