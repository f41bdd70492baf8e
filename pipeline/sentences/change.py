"""Sentences about the change of a rank since an earlier round.

Not here: the comparison (``runs.rounds``).
"""

from typing import Any

import pandas as pd

from pipeline.criterion import Words
from pipeline.sentences.words import rows_of

ENTERS = Words("เข้ารายชื่อใหม่", "new on the shortlist")
LEAVES = Words("หลุดจากรายชื่อ", "no longer on the shortlist")


def add_changes(moved: pd.DataFrame) -> pd.DataFrame:
    """Add ``change_th`` and ``change_en`` to the changes of ranks between two rounds.

    Args:
        moved: one row per place: its ranks in both rounds, the name of the earlier round (``since``), the move, and the
            parts of the move that figures and policy caused.

    Returns:
        The table with both columns.
    """
    sentences = [_place(row) for row in rows_of(moved)]
    return moved.assign(change_th=[s.th for s in sentences], change_en=[s.en for s in sentences])


def _place(row: Any) -> Words:
    """Both ranks of one place, and how far figures and policy moved it."""
    if row.rank_earlier is None and row.rank_later is None:
        return Words("ไม่มีอันดับทั้งสองรอบ", "Not ranked in either round.")
    if row.rank_earlier is None:
        return Words(
            f"อันดับ {row.rank_later} รอบ {row.since} ไม่มีอันดับ", f"Rank {row.rank_later}; not ranked in round {row.since}."
        )
    if row.rank_later is None:
        return Words(
            f"ไม่มีอันดับแล้ว รอบ {row.since} อันดับ {row.rank_earlier}",
            f"Not ranked now; rank {row.rank_earlier} in round {row.since}.",
        )
    if row.move == 0:
        sentence = Words(f"อันดับ {row.rank_later} เท่ารอบ {row.since}", f"Rank {row.rank_later}, as in round {row.since}")
    else:
        sentence = Words(
            f"อันดับ {row.rank_earlier} ในรอบ {row.since} เป็น {row.rank_later}",
            f"From rank {row.rank_earlier} in round {row.since} to {row.rank_later}",
        )
    if row.by_figures or row.by_policy:
        parts = [(Words("ตัวเลขใหม่", "new figures"), row.by_figures), (Words("นโยบาย", "policy"), row.by_policy)]
        causes = [(name, move) for name, move in parts if move]
        th = " และ".join(f"{name.th}ทำให้{'ลง' if move > 0 else 'ขึ้น'} {abs(move)} อันดับ" for name, move in causes)
        en = ", ".join(f"{name.en}: {abs(move)} {'down' if move > 0 else 'up'}" for name, move in causes)
        sentence = Words(f"{sentence.th} ({th})", f"{sentence.en} ({en})")
    if row.change in ("enters", "leaves"):
        word = ENTERS if row.change == "enters" else LEAVES
        sentence = Words(
            f"{word.th}: {sentence.th}", f"{word.en.capitalize()}: {sentence.en[0].lower()}{sentence.en[1:]}"
        )
    return Words(sentence.th, sentence.en + ".")
