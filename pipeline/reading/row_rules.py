"""Rules across the cells of one row: sums, limits that another column sets, days that have not come.

Here: rows that break a rule become problems. Not here: what one cell may hold (``cells``), the rules themselves
(``sources``).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.reading.table import Received

LATER_ROUND = "correct the date, or if it is right set as_of in the policy to that day or later"
# Which rows break a rule, the column to name, and what is expected in it.
Rule = tuple[Any, str, str]


def refuse_rows(received: Received, path: Path, rules: Sequence[Rule], fix: str = "correct the row") -> Received:
    """Refuse a table of which rows break a rule.

    Args:
        received: a table indexed by line number.
        path: its file, for messages.
        rules: for each, which rows break it (n,), the column to name, and what is expected in it. A comparison with a
            missing value breaks no rule.
        fix: how to fix a row.

    Returns:
        The same table.

    Raises:
        InputError: one or more rows break a rule; it lists all of them in the order of lines.
    """
    problems = [
        Problem(
            shown_path(path),
            shown_value(received.table.at[line, column]),
            expected,
            fix,
            line=int(line),
            column=received.shown(column),
        )
        for broken, column, expected in rules
        for line in received.table.index[pd.array(broken, dtype="boolean").fillna(False).astype(bool)]
    ]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return received
