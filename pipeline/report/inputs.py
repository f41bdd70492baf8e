"""What `check` and `sample` show: the inputs, what became of household rows.

Not here: reading them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from pipeline import workspace
from pipeline.contracts import CONTRACTS
from pipeline.errors import Stopped, shown_path
from pipeline.policy import from_table
from pipeline.report.terminal import console
from pipeline.workspace import Paths

RAW_TABLES = tuple(list(CONTRACTS)[: list(CONTRACTS).index("repaired") + 1])


def inputs(looked_at: Paths, failures: Mapping[str, Stopped]) -> None:
    """Every input with its rows, repairs and age, then every problem; removes what was written aside."""
    out = console()
    table = Table(title="data/raw", box=box.SIMPLE)
    for name in ("table", "file"):
        table.add_column(name, overflow="fold")
    for name in ("rows in", "kept", "repaired", "figures of", "age"):
        table.add_column(name, justify="right")
    table.add_column("as recorded")
    as_of = None
    if looked_at.table("policy").is_file():
        as_of = from_table(workspace.read(looked_at.table("policy"), "policy")).as_of.year
    for name in CONTRACTS:
        path = looked_at.table(name)
        if not path.is_file():
            continue
        note = workspace.read_note(path)
        stored = workspace.read(path, name)
        year = newest_year(stored)
        old = "" if year is None or as_of is None else f"{as_of - year} y"
        for origin in note.origins:
            table.add_row(
                name,
                origin.file + (" (SAMPLE)" if origin.sample else ""),
                str(note.rows_in),
                str(len(stored)),
                str(len(note.repaired)),
                str(year or ""),
                old,
                "yes" if origin.as_recorded else "no: sha256 differs",
            )
    out.print(table)
    out.print("age: of the figures, to the policy's as_of date")
    if looked_at.table("household_files").is_file():
        households(out, workspace.read(looked_at.table("household_files"), "household_files"))
    for name, stopped in failures.items():
        for line in stopped.problems:
            out.print(f"{name}: ", end="", style="bold")
            out.print(line, soft_wrap=True)
    missing = [n for n in RAW_TABLES if n not in failures and not looked_at.table(n).is_file()]
    if missing:
        out.print(f"not looked at, since they rest on the above: {', '.join(missing)}", soft_wrap=True)
    if not failures:
        out.print("all inputs can be used")


def households(out: Console, files: pd.DataFrame) -> None:
    """What became of the rows of each household file."""
    if files.empty:
        return
    table = Table(title="household rows: in = kept + superseded + refused", box=box.SIMPLE)
    table.add_column("file", overflow="fold")
    table.add_column("encoding")
    for name in ("in", "kept", "superseded", "refused", "cells repaired", "check digit wrong"):
        table.add_column(name, justify="right")
    for row in files.itertuples():
        table.add_row(
            row.file + (" (SAMPLE)" if row.sample else ""),
            "" if pd.isna(row.encoding) else row.encoding,
            f"{row.rows_in:,}",
            f"{row.rows_kept:,}",
            f"{row.rows_superseded:,}",
            f"{row.rows_refused:,}",
            f"{row.cells_repaired:,}",
            f"{row.check_digits_wrong:,}",
        )
    out.print(table)
    for row in files[files["problem"].notna()].itertuples():
        out.print(f"not used: {row.problem}", soft_wrap=True)


def sample(written: Sequence[Path]) -> None:
    """Which files were invented, and how to go on."""
    out = console()
    for path in written:
        out.print(f"SAMPLE {shown_path(path)}  {path.stat().st_size / 1e6:,.1f} MB", soft_wrap=True)
    out.print("now `pilot-areas check` or `pilot-areas run`; everything that rests on them is marked as sample")


def newest_year(table: pd.DataFrame) -> int | None:
    """The newest year that a table's figures are of; None for a table without years.

    >>> newest_year(pd.DataFrame({"year": [2017, 2021]}))
    2021
    """
    years = [table[c].dropna().max() for c in ("year", "surveyed_year") if c in table and table[c].notna().any()]
    return int(max(years)) if years else None
