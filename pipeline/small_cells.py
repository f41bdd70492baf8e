"""Which counts are too small to publish, and which others must be left out with them (complementary suppression).

A count below a limit is not published (primary suppression). Published sums could still reveal it: it is the sum less
all other parts. So further counts are left out (complementary or secondary suppression) until, in
each sum, at least two parts are missing and together they are at least the limit. Counts left out are not
distinguished: a small count looks the same as one left out to protect another.

Source: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapters 4 and 5; Willenborg and de Waal (2001),
Elements of Statistical Disclosure Control, Springer.

Here: which cells of a table of districts, provinces and the country are left out. Not here: which counts there are
(``households.measures``, ``sources.tpmap``).
"""

from collections.abc import Mapping, Sequence

import pandas as pd

COUNTRY = "TH"


def sum_protected(
    counts: Sequence[int], missing: Sequence[bool], limit: int, floors: Sequence[int] | None = None
) -> list[bool]:
    """Choose the cells of one sum to leave out, so that no missing cell can be computed from the others.

    If the missing cells are not enough, the smallest published cell is left out as well, and so on; of equal cells, the
    first. If all cells are left out and it is still not enough, the sum must be left out too, which the caller does.

    Args:
        counts: the cells of the sum, shape (n,).
        missing: the cells that are left out already, shape (n,).
        limit: the smallest count that may be published.
        floors: the least that each cell is known to be, shape (n,); 0 if not given.

    Returns:
        All cells to leave out, shape (n,); none if none is missing.

    >>> sum_protected([3, 9, 20], [True, False, False], 5)
    [True, True, False]
    >>> sum_protected([1, 2, 9, 20], [True, True, False, False], 5)
    [True, True, True, False]
    >>> sum_protected([4, 4, 20], [True, True, False], 5)
    [True, True, False]
    """
    left_out = list(missing)
    if not any(left_out):
        return left_out
    for i in sorted(range(len(counts)), key=lambda i: (counts[i], i)):
        if enough(counts, left_out, limit, floors):
            break
        left_out[i] = True
    return left_out


def enough(counts: Sequence[int], missing: Sequence[bool], limit: int, floors: Sequence[int] | None = None) -> bool:
    """Decide whether the missing cells of a sum protect each other: at least two, and together at least ``limit``.

    Only the part of a count above its floor is secret, so only that part counts.

    Args:
        counts: the cells of the sum, shape (n,).
        missing: the cells that are left out, shape (n,).
        limit: the smallest count that may be published.
        floors: the least that each cell is known to be, shape (n,); 0 if not given.

    Returns:
        False if a missing cell could be computed, or limited to less than ``limit``.

    >>> enough([4, 4, 20], [True, True, False], 5), enough([4, 9], [True, False], 5)
    (True, False)
    >>> enough([1, 1, 1, 1, 1, 20], [True] * 5 + [False], 5, [1] * 6)
    False
    """
    least = floors or [0] * len(counts)
    left_out = [count - floor for count, out, floor in zip(counts, missing, least, strict=True) if out]
    return len(left_out) >= 2 and sum(left_out) >= limit


def protected(
    counts: pd.Series, also: pd.Series | None, limit: int, *, floor: int = 0, nothing_is_small: bool = True
) -> pd.Series:
    """Choose the counts of one kind to leave out: of districts, their provinces and the country.

    Where a province must be left out although all its districts are published, its smallest district is left out too,
    since the sum of the districts would give the province. The same applies to the country and its smallest province.

    Args:
        counts: households by ``district_code``.
        also: whether an area must be left out whatever its count, by area code.
        limit: the smallest count that may be published.
        floor: the least that each district is known to have.
        nothing_is_small: whether a count of 0 must be left out as a small count.

    Returns:
        Whether each area is left out, by area code: districts, two-digit provinces, ``TH``.

    The 3 is too small. If only the 3 were left out, it would be the province's sum less 8 and 40, so the 8 is left out
    as well:

    >>> counts = pd.Series({"1001": 3, "1002": 8, "1003": 40, "1101": 30, "1102": 50})
    >>> left_out = protected(counts, None, 5)
    >>> left_out[left_out].index.tolist()
    ['1001', '1002']
    """
    counts = counts.sort_index().astype("int64")
    must = set() if also is None else {code for code, out in also.items() if out}

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
    """Mark further ``codes`` as missing where needed; whether their sum may be published."""
    counts, least = [cells[c] for c in codes], [floors[c] for c in codes]
    left_out = sum_protected(counts, [missing[c] for c in codes], limit, least)
    missing.update(zip(codes, left_out, strict=True))
    return not any(left_out) or enough(counts, left_out, limit, least)


def protected_together(
    counts: pd.DataFrame, parents: Mapping[str, str], unions: Sequence[Sequence[str]], limit: int, *, present: str = ""
) -> pd.DataFrame:
    """Choose the counts to leave out, for several kinds of count of the same households, until none reveals another.

    Besides the sums of areas (``protected``), kinds of count constrain each other:

    - A part is never larger than its whole, so a published part is a lower bound of its whole. Where a whole is
      left out, its parts are left out too.
    - Where the part is published with its whole, the difference is known. Where the difference is a small count (98 of
      100 households are poor, so 2 are not), the part is left out.
    - Kinds whose union is their whole (the dimensions of poverty) constrain each other. In each area none of them is
      left out, or at least two.

    Each rule can make another one apply, so they are repeated until nothing changes.

    Args:
        counts: households, one row per district (index ``district_code``), one column per kind.
        parents: the whole of each kind that is a part.
        unions: groups of kinds whose union is their whole.
        limit: the smallest count that may be published.
        present: the kind of which every district listed is known to have at least one.

    Returns:
        Whether each count is left out: area codes (districts, provinces, ``TH``) by kinds.

    Of 100 households 98 are in the part, so the other 2 could be computed; the next smaller count protects it:

    >>> table = pd.DataFrame({"all": [100, 80, 70], "part": [98, 40, 30]}, index=["1001", "1002", "1003"])
    >>> left_out = protected_together(table, {"part": "all"}, [], 5)
    >>> left_out.index[left_out["part"]].tolist(), bool(left_out["all"].any())
    (['1001', '1002'], False)
    """
    differences = pd.DataFrame({part: counts[whole] - counts[part] for part, whole in parents.items()})

    def each(also: pd.DataFrame | None) -> pd.DataFrame:
        left_out = {}
        for kind in counts:
            before = None if also is None else also[kind]
            left_out[kind] = protected(counts[kind], before, limit, floor=int(kind == present))
            if kind in differences:
                left_out[kind] |= protected(differences[kind], None, limit, nothing_is_small=False)
        return pd.DataFrame(left_out)

    left_out = each(None)
    while True:
        before = left_out.to_numpy().copy()
        for part, whole in parents.items():
            left_out[part] |= left_out[whole]
        for kinds in unions:
            for area in left_out.index[left_out[list(kinds)].sum(axis=1) == 1]:
                others = [(_total(counts[kind], area), kind) for kind in kinds if not left_out.at[area, kind]]
                left_out.at[area, min(others)[1]] = True
        if (left_out.to_numpy() == before).all():
            return left_out
        left_out = each(left_out)


def _total(counts: pd.Series, area: str) -> int:
    """The count of a district, or the sum of a province or of the country.

    >>> _total(pd.Series({"1001": 3, "1002": 8, "1101": 30}), "10")
    11
    """
    return int(counts.sum() if area == COUNTRY else counts[counts.index.str.startswith(area)].sum())
