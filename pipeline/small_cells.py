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


def sum_protected(counts: Sequence[int], missing: Sequence[bool], limit: int) -> list[bool]:
    """Which cells of one sum to leave out, so that those missing are two at least and sum to ``limit`` at least.

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
        if enough(counts, gone, limit):
            break
        gone[i] = True
    return gone


def enough(counts: Sequence[int], missing: Sequence[bool], limit: int) -> bool:
    """Whether the missing cells of a sum are two at least and sum to ``limit`` at least.

    >>> enough([4, 4, 20], [True, True, False], 5), enough([4, 9], [True, False], 5)
    (True, False)
    """
    gone = [count for count, lost in zip(counts, missing, strict=True) if lost]
    return len(gone) >= 2 and sum(gone) >= limit


def protected(counts: pd.Series, also: pd.Series | None, limit: int) -> pd.Series:
    """Which of the counts of one kind are left out: districts, their provinces, the country.

    ``counts`` by ``district_code``, households; ``also`` marks districts (and sums) that must go whatever their count,
    by area code. Gives booleans by area code: each district, each two-digit province, ``TH``.

    A province that must go takes its smallest district with it, if none is missing: else its districts would give it.

    >>> counts = pd.Series({"1001": 3, "1002": 8, "1003": 40, "1101": 30, "1102": 50})
    >>> gone = protected(counts, None, 5)
    >>> gone[gone].index.tolist()
    ['1001', '1002']
    """
    counts = counts.sort_index().astype("int64")
    also = pd.Series(dtype=bool) if also is None else also
    must = {code for code, gone in also.items() if gone}
    missing = {code: counts[code] < limit or code in must for code in counts.index}
    by_province: dict[str, list[str]] = {}
    for code in counts.index:
        by_province.setdefault(code[:2], []).append(code)
    totals = {province: int(counts[codes].sum()) for province, codes in by_province.items()}
    sums_missing = {}
    for province, codes in by_province.items():
        _protect(codes, counts, missing, limit)
        kept_from = [missing[c] for c in codes]
        unsafe = any(kept_from) and not enough([int(counts[c]) for c in codes], kept_from, limit)
        sums_missing[province] = unsafe or province in must or totals[province] < limit
    provinces = list(by_province)
    _protect(provinces, totals, sums_missing, limit)
    for province in provinces:
        codes = by_province[province]
        if sums_missing[province] and not any(missing[c] for c in codes):
            missing[min(codes, key=lambda c: (counts[c], c))] = True
    gone = [sums_missing[p] for p in provinces]
    country = any(gone) and not enough([totals[p] for p in provinces], gone, limit)
    country = country or COUNTRY in must or sum(totals.values()) < limit
    return pd.Series({**missing, **sums_missing, COUNTRY: country}, dtype=bool)


def _protect(codes: Sequence[str], counts: Mapping[str, int] | pd.Series, missing: dict[str, bool], limit: int) -> None:
    kept_from = sum_protected([int(counts[c]) for c in codes], [missing[c] for c in codes], limit)
    missing.update(zip(codes, kept_from, strict=True))


def protected_together(
    counts: pd.DataFrame, parents: Mapping[str, str], alike: Sequence[Sequence[str]], limit: int
) -> pd.DataFrame:
    """``protected`` for several kinds of count of the same households, until none gives another away.

    ``counts`` has one column per kind, indexed by ``district_code``. ``parents`` says which kind each is a part of:
    where a whole is left out its parts are, or they would bound it. Of kinds ``alike`` (the dimensions), which bound
    each other, never one alone is left out of an area. Gives booleans, area codes by kinds.
    """
    gone = pd.DataFrame({kind: protected(counts[kind], None, limit) for kind in counts})
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
        gone = pd.DataFrame({kind: protected(counts[kind], gone[kind], limit) for kind in counts})


def _total(counts: pd.Series, area: str) -> int:
    """The count of a district, or the sum of a province or the country.

    >>> _total(pd.Series({"1001": 3, "1002": 8, "1101": 30}), "10")
    11
    """
    return int(counts.sum() if area == COUNTRY else counts[counts.index.str.startswith(area)].sum())
