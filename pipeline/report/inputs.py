"""Output of `check` and `sample`: the inputs, and the counts of household rows.

Here: a block of lines for each file, because names would break in a table of 80 columns. Not here: reading the
inputs.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from pipeline import stored_tables, workspace
from pipeline.contracts import RAW_TABLES
from pipeline.errors import Stopped, shown_path
from pipeline.policy import from_table
from pipeline.poverty_findings import release_scored
from pipeline.project import Paths
from pipeline.reading.sidecar import Origin
from pipeline.report.terminal import console
from pipeline.sources.unread import unread_inputs

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def print_inputs(checked: Paths, failures: Mapping[str, Stopped]) -> None:
    """Print every input with its rows, repairs and age, then every problem.

    Args:
        checked: the temporary workspace with the tables that could be made.
        failures: the assets that failed, by name.
    """
    out = console()
    policy, as_of = None, None
    if checked.table("policy").is_file():
        policy = from_table(stored_tables.read(checked.table("policy"), "policy"))
        as_of = policy.as_of.year
    out.print("data/raw, each file with its tables", style="bold")
    for name in RAW_TABLES:
        if checked.table(name).is_file():
            _print_table(out, checked.table(name), name, as_of)
    if policy is not None and checked.table("releases").is_file():
        finding = release_scored(stored_tables.read(checked.table("releases"), "releases"), policy)
        out.print(f"poverty figures {'' if finding.fine else '(WARNING) '}", end="", style="bold")
        out.print(finding.sentence, soft_wrap=True)
    if checked.table("household_files").is_file():
        _print_households(out, stored_tables.read(checked.table("household_files"), "household_files"))
    for name, stopped in failures.items():
        for line in stopped.problems:
            out.print(f"{name}: ", end="", style="bold")
            out.print(line, soft_wrap=True)
    unread = unread_inputs(checked.raw, checked.policy)
    for entry in unread:
        if not entry.expected_to_be_used:
            out.print(f"WARNING: {entry.problem}", soft_wrap=True)
        elif "inputs" not in failures:
            out.print(f"{entry.problem}", soft_wrap=True)
    missing = [name for name in RAW_TABLES if name not in failures and not checked.table(name).is_file()]
    if missing:
        out.print(f"not read, because they depend on these: {', '.join(missing)}", soft_wrap=True)
    if not failures:
        out.print("all inputs can be used")


def _print_table(out: Console, path: Path, name: str, as_of: int | None) -> None:
    """Print each file that a stored table comes from: name, rows and warnings."""
    note, stored = workspace.read_note(path), stored_tables.read(path, name)
    rows = "" if note.rows_in is None else f"{note.rows_in:,} rows in, {len(stored):,} kept"
    facts = [rows, f"{len(note.repaired):,} cells repaired" if note.repaired else ""]
    if (year := _newest_year(stored)) is not None:
        facts.append(f"figures of {year}{_age(year, as_of)}")
    for origin in note.origins:
        out.print(origin.file + (" (SAMPLE)" if origin.sample else ""), soft_wrap=True, style="bold")
        out.print(f"  {name}: {'; '.join(fact for fact in facts if fact)}", soft_wrap=True)
        for warning in _warnings(origin):
            out.print(f"  {warning}", soft_wrap=True)


def _age(year: int, as_of: int | None) -> str:
    """How old figures are, by the policy.

    >>> _age(2022, 2026), _age(2026, 2026), _age(2022, None)
    (", 4 years before the policy's as_of", '', '')
    >>> _age(2027, 2026)
    ", after the policy's as_of"
    """
    if as_of is None or year == as_of:
        return ""
    if year > as_of:
        return ", after the policy's as_of"
    return f", {as_of - year} {'year' if as_of - year == 1 else 'years'} before the policy's as_of"


def _warnings(origin: Origin) -> Iterator[str]:
    """Warnings about how a file was read.

    >>> file = Origin("a/b.csv", "0", "", "", "", "", "", "", encoding="cp874", delimiter=";")
    >>> list(_warnings(file))
    ['read as cp874, separated by semicolons']
    """
    if origin.read_as:
        yield f"read as {origin.read_as}"
    if not origin.stated:
        yield f"WARNING: its source is not stated: {origin.how_to_state}"
    if not origin.as_recorded:
        yield f"its sha256 is not the one in {origin.sidecar}"
    if origin.encoding == "cp874" or origin.delimiter not in ("", ","):
        yield f"read as {origin.encoding}, separated by {DELIMITERS[origin.delimiter]}"
    if origin.ignored_columns:
        columns = ", ".join(origin.ignored_columns)
        how = f"to use one, map it under [columns] in {origin.mapped_in}"
        yield f"WARNING: columns that are not used: {columns} ({how})"


def _print_households(out: Console, files: pd.DataFrame) -> None:
    """Print how many rows of each household file were kept, joined, superseded and refused."""
    if files.empty:
        return
    out.print("household rows: in = kept + joined + superseded + refused", style="bold")
    for row in files.itertuples():
        encoding = "" if pd.isna(row.encoding) else f" ({row.encoding})"
        out.print(f"{row.file}{encoding}{' (SAMPLE)' if row.sample else ''}", soft_wrap=True, style="bold")
        out.print(
            f"  {row.rows_in:,} in = {row.rows_kept:,} kept + {row.rows_joined:,} joined"
            f" + {row.rows_superseded:,} superseded + {row.rows_refused:,} refused",
            soft_wrap=True,
        )
        out.print(
            f"  {row.cells_repaired:,} cells repaired; {row.check_digits_wrong:,} wrong check digits", soft_wrap=True
        )
    for row in files[files["problem"].notna()].itertuples():
        out.print(f"not used: {row.problem}", soft_wrap=True)


def print_sample(written: Sequence[Path]) -> None:
    """Print which files were written, and the next steps.

    Args:
        written: the files of invented household rows.
    """
    out = console()
    for path in written:
        out.print(f"SAMPLE {shown_path(path)}  {path.stat().st_size / 1e6:,.1f} MB", soft_wrap=True)
    out.print("next: `pilot-areas check` or `pilot-areas run`; everything computed from these rows is marked as sample")


def _newest_year(table: pd.DataFrame) -> int | None:
    """Find the newest year of a table's figures; None for a table without years.

    >>> _newest_year(pd.DataFrame({"year": [2017, 2021]}))
    2021
    """
    years = [table[c].dropna().max() for c in ("year", "surveyed_year") if c in table and table[c].notna().any()]
    return int(max(years)) if years else None
