"""What every terminal table shares: the console, progress, numbers.

Not here: any particular table.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline.contracts import CONTRACTS
from pipeline.workspace import Tables


def console() -> Console:
    """Prints what it is given: a policy's title or a programme's name may hold anything, so no text is markup."""
    return Console(highlight=False, soft_wrap=False, markup=False)


@dataclass(frozen=True)
class Shown:
    """What a terminal hears of: each table stored, and lines said in between."""

    stored: Callable[[str, int], None]
    say: Callable[[str], None]


@contextmanager
def progress(doing: str, tables: int = len(CONTRACTS)) -> Iterator[Shown]:
    """A bar on a terminal with what is said above it, else one line per table and word."""
    out = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def line(text: str) -> None:
        out.print(f"{time.monotonic() - began:6.1f} s  {text}", soft_wrap=True)

    if not out.is_terminal:
        yield Shown(lambda name, rows: line(f"{name}: {rows:,} rows"), line)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(doing, total=tables, now="starting")
        yield Shown(lambda name, rows: bar.update(task, advance=1, now=f"{name}: {rows:,} rows"), line)


def said_if_sample(out: Console, tables: Tables) -> None:
    if tables("inputs")["sample"].any():
        out.print("ข้อมูลตัวอย่าง · SAMPLE: rests on invented rows, not for decisions", style="bold")


def number(value: object, form: str = ".2f") -> str:
    return "–" if pd.isna(value) else format(value, form)


def text(value: object) -> str:
    return "–" if pd.isna(value) else str(value)
