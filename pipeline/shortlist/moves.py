"""Which provinces enter and leave a shortlist, from one ranking to another.

Not here: rankings (``ranking``), words (``sentences.change``).
"""

import numpy as np
import pandas as pd

from pipeline.contracts import CHANGES


def changes(before: pd.Series, after: pd.Series) -> pd.Series:
    """Compare the choice of each place in two rankings.

    Args:
        before: (n,) whether each place was chosen; missing counts as not chosen.
        after: (n,) whether it is chosen now, in the same order.

    Returns:
        One of ``CHANGES`` per place, (n,): enters, leaves, stays, none.

    >>> changes(pd.Series([False, True, True, False]), pd.Series([True, False, True, False])).tolist()
    ['enters', 'leaves', 'stays', 'none']
    """
    was, now = (on.fillna(False).to_numpy(dtype=bool) for on in (before, after))
    words = np.select([now & ~was, was & ~now, was & now], list(CHANGES[:3]), CHANGES[3])
    return pd.Series(words, index=after.index, dtype="str")


def leaving_and_entering(
    before: pd.DataFrame, after: pd.DataFrame, column: str = "shortlisted"
) -> tuple[list[str], list[str]]:
    """List the provinces that leave a shortlist and those that enter it.

    Args:
        before: a ranking of provinces, with ``province_code``.
        after: another one.
        column: true for the provinces chosen: ``shortlisted``, or ``in_portfolio``.

    Returns:
        Codes of the provinces that leave, and codes of those that enter, each in rising order.

    >>> before = pd.DataFrame({"province_code": ["10", "11"], "shortlisted": [True, False]})
    >>> leaving_and_entering(before, before.assign(shortlisted=[False, True]))
    (['10'], ['11'])
    """
    old, new = (set(t.loc[t[column].astype(bool), "province_code"]) for t in (before, after))
    return sorted(old - new), sorted(new - old)
