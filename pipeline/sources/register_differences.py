"""Wholes of DOPA's population text that are not the sum of their parts, and offices in no district.

The text is used as far as it goes: the parts count, and each difference is recorded. Not here: reading and summing the
text (``register_text``), whether a doubt stops a run (``dopa``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.errors import Problem

COUNTS = ("male_persons", "female_persons", "population_persons", "houses")
# A difference up to this share of the whole is recorded only. A larger one is a doubt.
LARGEST_DIFFERENCE = 0.01
NOWHERE = "in no district"


@dataclass(frozen=True)
class Difference:
    """A whole that is not what its parts give, in one year."""

    year: int
    line: int
    column: str
    found: str
    used: str
    share: float
    fix: str

    @property
    def is_large(self) -> bool:
        """Whether it is a doubt, so that the figures of its year should not be used."""
        return self.share > LARGEST_DIFFERENCE

    @property
    def record(self) -> dict[str, Any]:
        """The difference as a repair."""
        return {"line": self.line, "column": self.column, "found": self.found, "used": self.used}

    def problem(self, file: str) -> Problem:
        """Describe the difference as a problem.

        Args:
            file: as messages show it.

        Returns:
            The problem.
        """
        limit = f"at most {100 * LARGEST_DIFFERENCE:g} %"
        expected = f"{limit} of a province in no district" if self.used == NOWHERE else f"a difference of {limit}"
        return Problem(file, f"{self.found}; {self.used}", expected, self.fix, line=self.line)


def differences(rows: pd.DataFrame, offices: Mapping[int, str | None]) -> list[Difference]:
    """Find every whole that is not the sum of its parts, and every office whose people are in no district.

    Args:
        rows: of the text, by line: codes, names, ``year``, ``level`` and ``COUNTS``.
        offices: the district of each office without subdistricts, by line; None if it is not known.

    Returns:
        The differences.
    """
    return [*_unequal_rows(rows), *_unequal_parts(rows), *_unplaced(rows, offices)]


def _unequal_rows(rows: pd.DataFrame) -> Iterator[Difference]:
    """Yield each row whose men and women are not its persons."""
    both = rows["male_persons"] + rows["female_persons"]
    for line, row in rows[both != rows["population_persons"]].iterrows():
        found = f"{row['population_persons']:,} persons of {_name(row)}"
        used = f"{both[line]:,}, its {row['male_persons']:,} men and {row['female_persons']:,} women"
        share = abs(both[line] - row["population_persons"]) / max(row["population_persons"], 1)
        yield Difference(int(row["year"]), int(str(line)), "persons", found, used, share, "correct the row")


def _unequal_parts(rows: pd.DataFrame) -> Iterator[Difference]:
    """Yield each whole whose parts do not sum to it: country, provinces, offices with subdistricts."""
    keys = ["year", "province", "office"]
    for level, part in ((0, "provinces"), (1, "register offices"), (2, "subdistricts")):
        by = keys[: level + 1]
        wholes, parts = (rows[rows["level"] == each].copy() for each in (level, level + 1))
        if level == 0:
            wholes["province"] = parts["province"] = ""
        sums = parts.groupby(by)[list(COUNTS)].sum()
        for line, whole in wholes.iterrows():
            key = tuple(whole[by]) if len(by) > 1 else whole[by[0]]
            if key not in sums.index:
                continue
            differing = [name for name in COUNTS if sums.at[key, name] != whole[name]]
            if not differing:
                continue
            name = max(differing, key=lambda n: abs(sums.at[key, n] - whole[n]) / max(whole[n], 1))
            total = int(sums.at[key, name])
            found, used = (
                f"{whole[name]:,} {name.replace('_', ' ')} of {_name(whole)}",
                f"{total:,}, the sum of its {part}",
            )
            share, fix = (
                abs(total - whole[name]) / max(whole[name], 1),
                "add the missing rows, or download the text again",
            )
            yield Difference(int(whole["year"]), int(str(line)), name, found, used, share, fix)


def _unplaced(rows: pd.DataFrame, offices: Mapping[int, str | None]) -> Iterator[Difference]:
    """Yield each office in no district, whose people no district has."""
    finest = rows[rows["level"] >= 2]
    of_province = _without_wholes(finest).groupby(["year", "province"])["population_persons"].sum()
    for line in (line for line, code in offices.items() if code is None):
        row = rows.loc[line]
        found = f"{row['population_persons']:,} persons of {row['office_name']} ({row['office']})"
        share = row["population_persons"] / max(of_province[row["year"], row["province"]], 1)
        fix = "take the text with subdistricts (ตำบล) from DOPA, whose rows give the districts of a municipality"
        yield Difference(int(row["year"]), line, "office", found, NOWHERE, share, fix)


def _without_wholes(rows: pd.DataFrame) -> pd.DataFrame:
    """The finest rows: subdistricts, and offices without them."""
    return pd.concat([rows[rows["level"] == 3], without_subdistricts(rows)])


def without_subdistricts(rows: pd.DataFrame) -> pd.DataFrame:
    """Find the offices that have no rows of subdistricts in their year.

    Args:
        rows: of the text, by line.

    Returns:
        The rows of these offices.
    """
    with_parts = rows.loc[rows["level"] == 3, ["year", "office"]]
    key = pd.MultiIndex.from_frame(rows[["year", "office"]])
    return rows[(rows["level"] == 2) & ~key.isin(pd.MultiIndex.from_frame(with_parts))]


def _name(row: pd.Series) -> str:
    return str(row["subdistrict_name"] or row["office_name"] or row["province_name"])
