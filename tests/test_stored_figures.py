"""The figures of 2022 that the working group acts on, compared with a stored digest of their values.

A change of structure must not move a figure. If a figure is meant to move, CHANGELOG.md states what moved and why, and
the digest here is renewed once: the failing test prints the new one.
"""

import hashlib

import pandas as pd
import pytest

from pipeline.project import Paths
from tests.conftest import published

# Digests of values: six decimals, codes and Thai text as they are. English text is left out, since rewording it moves
# nothing.
STORED = {
    "district_scores": "5ed1cddf89c90c0c",
    "provincial_shortlist": "d0db1891b3305bf6",
    "province_uncertainty": "5525a428f0c4a3d7",
    "pilot_portfolio": "1b13795d258f8470",
}


def digest_of_values(table: pd.DataFrame) -> str:
    """One digest of a table's values, the same for lists and for the comma-joined text of the same codes.

    >>> lists, text = pd.Series([("95", "96"), ()], dtype=object), pd.Series(["95, 96", None], dtype="str")
    >>> digest_of_values(pd.DataFrame({"a": lists})) == digest_of_values(pd.DataFrame({"a": text}))
    True
    >>> digest_of_values(pd.DataFrame({"a": [0.1 + 0.2]})) == digest_of_values(pd.DataFrame({"a": [0.3]}))
    True
    """
    names = sorted(name for name in table.columns if not name.endswith("_en"))
    lines = [",".join(names)]
    lines += ["|".join(shown(value) for value in row) for row in table[names].itertuples(index=False)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value + 0.0:.6f}"
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
    return ", ".join(map(str, value)) or shown(float("nan"))  # an empty list was missing text


@pytest.mark.parametrize("name", ["district_scores", "provincial_shortlist", "province_uncertainty", "pilot_portfolio"])
def test_values_are_those_stored(real_run: Paths, name: str) -> None:
    assert digest_of_values(published(real_run, name)) == STORED[name]
