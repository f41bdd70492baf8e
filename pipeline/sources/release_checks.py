"""Figures of a release that contradict each other: two files, an area and its parts, a count and the whole of it.

Here: the comparisons and their messages. Not here: how levels are combined (``tpmap_counts``), what one row must be
(``release_rows``).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contracts import Kind
from pipeline.errors import InputError, Problem, shown_path
from pipeline.sources.release_files import FIGURES

COUNTS = tuple(column.name for column in FIGURES if column.kind is Kind.COUNT)
# A published rate may be rounded to two decimals.
ROUNDED_PCT = 0.006
LEAST_ROUNDED_PCT = 0.5
# Two files may have the same figure with another number of decimals.
SAME = 1e-6
# From 2561 to 2566 rates of provinces fell to a fifth. Rates that are shares fall to a hundredth.
FALL_OF_SHARES = (30, 300)
# Figures that count some of those that the other figure counts.
PART_OF = (
    ("poor_persons", "surveyed_persons"),
    ("poor_households", "surveyed_households"),
    ("poor_applicants_persons", "poor_persons"),
    ("target_poor_persons", "poor_persons"),
    *((name, "target_poor_persons") for name in COUNTS if name.startswith("target_poor_") and name[-8:] != "_persons"),
)
CORRECT = "correct the figures of this area in the files of that year, or leave them out"
IN_PER_CENT = "write rates in per cent (12, not 0.12), or add the counts that they are of"


def refuse_differing(cells: pd.DataFrame, values: pd.DataFrame, folder: Path) -> None:
    """Refuse two files that have another figure of the same area.

    Args:
        cells: the rows of one year, with ``file`` and ``code``.
        values: their figures.
        folder: of the files, for messages.

    Raises:
        InputError: two files differ; it names the first area and figure.
    """
    grouped = values.groupby(cells["code"].to_numpy())
    low, high = grouped.min(), grouped.max()
    differ = (high - low) > SAME * high.abs()
    if not differ.any(axis=None):
        return
    code, name = _first(differ)
    both = cells[(cells["code"] == code) & values[name].notna()].drop_duplicates("file")
    one, other = both["file"].iloc[0], both["file"].iloc[1]
    theirs = other.removeprefix(f"{shown_path(folder)}/")
    fix = "keep the file with the right value and move the other away"
    raise InputError(Problem(one, f"{name} of {code} that differs from {theirs}", "the same value in both files", fix))


def refuse_larger_parts(whole: pd.DataFrame, summed: pd.DataFrame, level: str, folder: Path) -> None:
    """Refuse an area whose parts have more than the area itself.

    Args:
        whole: figures by code.
        summed: sums of its parts, by the same codes.
        level: what an area is, for messages.
        folder: of the files, for messages.

    Raises:
        InputError: parts have more; it names the first area and figure.
    """
    shared = [name for name in summed if name in whole]
    both = whole.index.intersection(summed.index)
    more = summed.loc[both, shared] > whole.loc[both, shared]
    if more.any(axis=None):
        code, name = _first(more)
        raise InputError(
            Problem(
                shown_path(folder),
                f"{name} of {level} {code}: {whole.at[code, name]:,.0f}, and {summed.at[code, name]:,.0f} in its parts",
                f"a {level} that has at least the sum of its parts",
                "keep the files with the right counts and move the others away",
            )
        )


def with_surveyed_persons(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Check the figures of each area against each other, and compute persons surveyed where only a rate is known.

    Args:
        table: figures by code, of the year ``table.attrs["year"]``.
        folder: of the files, for messages.

    Returns:
        The table with ``surveyed_computed``, and with rates computed where only counts are known.

    Raises:
        InputError: a part is more than its whole, or a rate is not that of its counts; it names all such areas.
    """
    target, rate = table["target_poor_persons"], table["target_poor_pct"]
    # A rate rounded to two decimals gives the persons surveyed to one in a hundred from 0.5 per cent upwards only.
    rounded = (100 * rate - (100 * rate).round()).abs() < 1e-9
    computed = (100 * target / rate).where((rate > 0) & (~rounded | (rate >= LEAST_ROUNDED_PCT))).round()
    missing = table["surveyed_persons"].isna() & computed.notna()
    table = table.assign(
        surveyed_persons=table["surveyed_persons"].fillna(computed),
        surveyed_computed=missing,
    )
    for part, whole in PART_OF:
        _refuse_areas(table, table[part] > table[whole], part, f"at most {whole}", whole, folder)
    expected = 100 * target / table["surveyed_persons"]
    differ = (rate - expected).abs() > ROUNDED_PCT
    is_share = differ & ((100 * rate - expected).abs() <= 100 * ROUNDED_PCT)
    formula = "100 x target_poor_persons / surveyed_persons"
    if is_share.sum() > differ.sum() / 2:
        _refuse_areas(table, differ, "target_poor_pct", formula, "surveyed_persons", folder, IN_PER_CENT)
    _refuse_areas(table, differ, "target_poor_pct", formula, "surveyed_persons", folder)
    return table.assign(target_poor_pct=rate.fillna(expected.where(table["surveyed_persons"] > 0)))


def refuse_shares(table: pd.DataFrame, folder: Path) -> None:
    """Refuse rates of a year that no count confirms and that are shares by those of the same areas in other years.

    Args:
        table: areas of all years, with ``area_code`` and ``year``.
        folder: of the files, for messages.

    Raises:
        InputError: all such rates of a year are at most 1, and at the median a hundredth of the others.
    """
    rates = table[["area_code", "year", "target_poor_pct"]].dropna()
    alone = table.loc[rates.index, "target_poor_persons"].isna()
    for year, of_year in rates[alone].groupby("year"):
        others = rates[rates["year"] != year].groupby("area_code")["target_poor_pct"].median()
        given = of_year.set_index("area_code")["target_poor_pct"]
        fall = (others.reindex(given.index) / given[given > 0]).median()
        if given.max() <= 1 and FALL_OF_SHARES[0] <= fall <= FALL_OF_SHARES[1]:
            found = f"target_poor_pct of at most {given.max():g} in {year}, {fall:,.0f} times as much in other years"
            raise InputError(Problem(shown_path(folder), found, "rates in per cent", IN_PER_CENT))


def _refuse_areas(
    table: pd.DataFrame, wrong: pd.Series, part: str, expected: str, whole: str, folder: Path, fix: str = CORRECT
) -> None:
    """Raise ``InputError`` naming the areas whose figures contradict each other, with year and both figures."""
    problems = [
        Problem(
            shown_path(folder),
            f"{part} of {table.at[code, part]:,.6g} in area {code}, {int(table.attrs['year'])}",
            f"{expected} ({table.at[code, whole]:,.0f})",
            fix,
        )
        for code in table.index[wrong]
    ]
    if problems:
        raise InputError(problems)


def _first(flags: pd.DataFrame) -> tuple[str, str]:
    """The row and column of the first flag that is true."""
    row, column = np.argwhere(flags.to_numpy(dtype=bool))[0]
    return str(flags.index[row]), str(flags.columns[column])
