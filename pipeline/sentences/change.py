"""What is said of how a place moved since an earlier round.

Not here: the comparison (``rounds``).
"""

from typing import Any

import pandas as pd

from pipeline.criterion import Words
from pipeline.sentences.words import rows_of

ENTERS = Words("เข้ารายชื่อใหม่", "new on the list")
LEAVES = Words("หลุดจากรายชื่อ", "off the list")


def add_changes(moved: pd.DataFrame) -> pd.DataFrame:
    """The table of moves with ``change_th`` and ``change_en``."""
    said = [place(row) for row in rows_of(moved)]
    return moved.assign(change_th=[s.th for s in said], change_en=[s.en for s in said])


def place(row: Any) -> Words:
    """From which rank to which, and what did it: the figures or the policy."""
    if row.rank_earlier is None and row.rank_later is None:
        return Words("ไม่มีอันดับทั้งสองรอบ", "Without a rank in both rounds.")
    if row.rank_earlier is None:
        return Words(
            f"อันดับ {row.rank_later} รอบ {row.since} ไม่มีอันดับ", f"Rank {row.rank_later}; none in round {row.since}."
        )
    if row.rank_later is None:
        return Words(
            f"ไม่มีอันดับแล้ว รอบ {row.since} อันดับ {row.rank_earlier}",
            f"No rank now; {row.rank_earlier} in round {row.since}.",
        )
    if row.move == 0:
        said = Words(f"อันดับ {row.rank_later} เท่ารอบ {row.since}", f"Rank {row.rank_later}, as in round {row.since}")
    else:
        said = Words(
            f"อันดับ {row.rank_earlier} ในรอบ {row.since} เป็น {row.rank_later}",
            f"From rank {row.rank_earlier} in round {row.since} to {row.rank_later}",
        )
    if row.by_figures or row.by_policy:
        parts = [(Words("ตัวเลขใหม่", "figures"), row.by_figures), (Words("นโยบาย", "policy"), row.by_policy)]
        causes = [(name, move) for name, move in parts if move]
        th = " และ".join(f"{name.th}ทำให้{'ลง' if move > 0 else 'ขึ้น'} {abs(move)} อันดับ" for name, move in causes)
        en = " and ".join(f"{abs(move)} {'down' if move > 0 else 'up'} by {name.en}" for name, move in causes)
        said = Words(f"{said.th} ({th})", f"{said.en} ({en})")
    if row.change in ("enters", "leaves"):
        word = ENTERS if row.change == "enters" else LEAVES
        said = Words(f"{word.th}: {said.th}", f"{word.en.capitalize()}: {said.en[0].lower()}{said.en[1:]}")
    return Words(said.th, said.en + ".")
