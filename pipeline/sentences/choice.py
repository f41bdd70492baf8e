"""What is said of the portfolio: why a province is in it, or not.

Not here: the choice (``shortlist``).
"""

from typing import Any

import pandas as pd

from pipeline.criterion import Words
from pipeline.policy import Policy
from pipeline.sentences.words import rows_of


def add_reasons(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The table of provinces with ``portfolio_th`` and ``portfolio_en``, and without ``region_th``."""
    chosen = table[table["in_portfolio"]].groupby("region").size().to_dict()
    said = [reason(row, chosen.get(row.region, 0), policy) for row in rows_of(table)]
    return table.drop(columns="region_th").assign(portfolio_th=[s.th for s in said], portfolio_en=[s.en for s in said])


def reason(row: Any, chosen_in_region: int, policy: Policy) -> Words:
    """Why the province is in the portfolio or not, given how many of its region are."""
    rules = policy.portfolio
    if not row.value:
        return Words("ไม่มีอำเภอที่เข้าเกณฑ์", "No district of it is eligible.")
    if row.locked:
        return Words(f"คณะทำงานกำหนดให้อยู่ในชุด: {row.locked}", f"The working group has it in: {row.locked}")
    if row.vetoed:
        return Words(f"คณะทำงานกำหนดให้ไม่อยู่ในชุด: {row.vetoed}", f"The working group has it out: {row.vetoed}")
    if row.in_portfolio and row.shortlisted:
        return Words("อยู่ในทั้งรายชื่อตามคะแนนและชุดจังหวัดนำร่อง", "In both the ranking's list and the portfolio.")
    if row.in_portfolio and chosen_in_region <= rules.region_least:
        return Words(
            f"อันดับ {row.rank} แต่เข้าชุดเพราะ{row.region_th}ต้องมีอย่างน้อย {rules.region_least} จังหวัด",
            f"Ranked {row.rank}; in, since the {row.region} region must have at least {rules.region_least}.",
        )
    if row.in_portfolio:
        return Words(
            f"อันดับ {row.rank} เข้าชุดแทนจังหวัดที่กติกาไม่เปิดให้เลือก",
            f"Ranked {row.rank}; in, in place of provinces that the rules leave out.",
        )
    if not row.shortlisted:
        return Words("อยู่นอกทั้งรายชื่อตามคะแนนและชุดจังหวัดนำร่อง", "In neither the ranking's list nor the portfolio.")
    if chosen_in_region >= rules.region_most:
        return Words(
            f"อันดับ {row.rank} แต่ไม่อยู่ในชุดเพราะ{row.region_th}ครบ {rules.region_most} จังหวัดแล้ว",
            f"Ranked {row.rank}; out, since the {row.region} region has its {rules.region_most} already.",
        )
    return Words(
        f"อันดับ {row.rank} แต่ไม่อยู่ในชุดเพราะที่นั่งต้องเปิดให้ภาคอื่นหรือมหาวิทยาลัยรับภาระเต็มแล้ว",
        f"Ranked {row.rank}; out, since places go to other regions or its university has as many as it can serve.",
    )
