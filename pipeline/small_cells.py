"""Counts too small to publish, and the further ones that must go so that no sum gives them away.

Here: which cells of a table of districts, provinces and the country are left out. Not here: which counts there are
(``households.measures``, ``sources.tpmap``).

A count below the limit is not published. Where only one cell of a sum is missing, or the missing ones sum to almost
nothing, they could be worked out; then the next smaller cell goes too, or the sum itself. What is left out is never
said to be small or large, so that nobody can tell which cells went only to protect others.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COUNTRY = "TH"

Flags = NDArray[np.bool_]


def sum_protected(
    counts: Sequence[int], missing: Sequence[bool], limit: int, floors: Sequence[int] | None = None
) -> list[bool]:
    """Which cells of one sum to leave out, so that those missing are ``enough``.

    The smallest of the others go first; of equal ones the first. Where all are gone and it is still not enough, the sum
    must go too. Nothing is left out where nothing is missing.

    >>> sum_protected([3, 9, 20], [True, False, False], 5)
    [True, True, False]
    >>> sum_protected([1, 2, 9, 20], [True, True, False, False], 5)
    [True, True, True, False]
    >>> sum_protected([4, 4, 20], [True, True, False], 5)
    [True, True, False]
    """
    gone = list(missing)
    if not any(gone):
        return gone
    for i in sorted(range(len(counts)), key=lambda i: (counts[i], i)):
        if enough(counts, gone, limit, floors):
            break
        gone[i] = True
    return gone


def enough(counts: Sequence[int], missing: Sequence[bool], limit: int, floors: Sequence[int] | None = None) -> bool:
    """Whether the missing cells of a sum are two at least and sum to ``limit`` at least.

    ``floors`` is what each cell is known to be at least: only what lies above it keeps a secret.

    >>> enough([4, 4, 20], [True, True, False], 5), enough([4, 9], [True, False], 5)
    (True, False)
    >>> enough([1, 1, 1, 1, 1, 20], [True] * 5 + [False], 5, [1] * 6)
    False
    """
    least = floors or [0] * len(counts)
    gone = [count - floor for count, lost, floor in zip(counts, missing, least, strict=True) if lost]
    return len(gone) >= 2 and sum(gone) >= limit


def protected(
    counts: pd.Series, also: pd.Series | None, limit: int, *, floor: int = 0, nothing_is_small: bool = True
) -> pd.Series:
    """Which of the counts of one kind are left out: districts, their provinces, the country.

    ``counts`` by ``district_code``, households; ``also`` marks districts (and sums) that must go whatever their count,
    by area code; ``floor`` is what every district is known to have; where ``nothing_is_small`` is false a count of 0
    may be told. Gives booleans by area code: each district, each two-digit province, ``TH``.

    A province that must go takes its smallest district with it, if none is missing: else its districts would give it.
    So does the country with its smallest province.

    >>> counts = pd.Series({"1001": 3, "1002": 8, "1003": 40, "1101": 30, "1102": 50})
    >>> gone = protected(counts, None, 5)
    >>> gone[gone].index.tolist()
    ['1001', '1002']
    """
    counts = counts.sort_index().astype("int64")
    must = set() if also is None else {code for code, gone in also.items() if gone}

    def small(count: int) -> bool:
        return count < limit and (nothing_is_small or count > 0)

    by_province: dict[str, list[str]] = {}
    for code in counts.index:
        by_province.setdefault(code[:2], []).append(code)
    cells = {code: int(count) for code, count in counts.items()}
    floors = dict.fromkeys(cells, floor)
    missing = {code: small(count) or code in must for code, count in cells.items()}
    for province, codes in by_province.items():
        safe = _protect(codes, cells, floors, missing, limit)
        cells[province] = sum(cells[c] for c in codes)
        floors[province] = floor * len(codes)
        missing[province] = not safe or province in must or small(cells[province])
    provinces = list(by_province)
    safe = _protect(provinces, cells, floors, missing, limit)
    total = sum(cells[p] for p in provinces)
    missing[COUNTRY] = not safe or COUNTRY in must or small(total)
    if missing[COUNTRY] and not any(missing[p] for p in provinces):
        missing[min(provinces, key=lambda p: (cells[p], p))] = True
    for province in provinces:
        codes = by_province[province]
        if missing[province] and not any(missing[c] for c in codes):
            missing[min(codes, key=lambda c: (cells[c], c))] = True
    return pd.Series(missing, dtype=bool)


def _protect(
    codes: Sequence[str], cells: Mapping[str, int], floors: Mapping[str, int], missing: dict[str, bool], limit: int
) -> bool:
    """Leave out more of ``codes`` where it must be; whether their sum may be told."""
    counts, least = [cells[c] for c in codes], [floors[c] for c in codes]
    gone = sum_protected(counts, [missing[c] for c in codes], limit, least)
    missing.update(zip(codes, gone, strict=True))
    return not any(gone) or enough(counts, gone, limit, least)


def protected_together(
    counts: pd.DataFrame, parents: Mapping[str, str], alike: Sequence[Sequence[str]], limit: int, *, present: str = ""
) -> pd.DataFrame:
    """``protected`` for several kinds of count of the same households, until none gives another away.

    ``counts`` has one column per kind, indexed by ``district_code``. ``parents`` says which kind each is a part of:
    where a whole is left out its parts are, or they would bound it; and where almost all of a whole are of a part, the
    part is left out, since the few others are a small count too. Of kinds ``alike`` (the dimensions), which bound each
    other, never one alone is left out of an area. ``present`` is the kind of which every district listed has one at
    least. Gives booleans, area codes by kinds.
    """
    rests = pd.DataFrame({part: counts[whole] - counts[part] for part, whole in parents.items()})

    def each(also: pd.DataFrame | None) -> pd.DataFrame:
        said = {}
        for kind in counts:
            before = None if also is None else also[kind]
            said[kind] = protected(counts[kind], before, limit, floor=int(kind == present))
            if kind in rests:
                said[kind] |= protected(rests[kind], None, limit, nothing_is_small=False)
        return pd.DataFrame(said)

    gone = each(None)
    while True:
        before = gone.to_numpy().copy()
        for part, whole in parents.items():
            gone[part] |= gone[whole]
        for kinds in alike:
            for area in gone.index[gone[list(kinds)].sum(axis=1) == 1]:
                others = [(_total(counts[kind], area), kind) for kind in kinds if not gone.at[area, kind]]
                gone.at[area, min(others)[1]] = True
        if (gone.to_numpy() == before).all():
            return gone
        gone = each(gone)


def _total(counts: pd.Series, area: str) -> int:
    """The count of a district, or the sum of a province or the country.

    >>> _total(pd.Series({"1001": 3, "1002": 8, "1101": 30}), "10")
    11
    """
    return int(counts.sum() if area == COUNTRY else counts[counts.index.str.startswith(area)].sum())
