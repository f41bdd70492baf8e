"""What all output on a terminal shares: the console, progress, numbers.

Not here: any particular table.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from pipeline.contracts import CONTRACTS
from pipeline.run_progress import Progress
from pipeline.stored_tables import Tables


def console() -> Console:
    """Make a console that prints text as it is.

    Markup is off, since titles and names in inputs may contain anything.

    Returns:
        A console on standard output.
    """
    return Console(highlight=False, soft_wrap=False, markup=False)


class Lines(Progress):
    """One line for each stored table and each message, with the seconds since the start."""

    def __init__(self, out: Console) -> None:
        self.out = out
        self.began = time.monotonic()

    def stored(self, name: str, rows: int) -> None:
        """Print a line for a stored table.

        Args:
            name: the name of the table.
            rows: its number of rows.
        """
        self.message(f"{name}: {rows:,} rows")

    def message(self, line: str) -> None:
        """Print a line with the seconds since the start.

        Args:
            line: plain text without a line break.
        """
        self.out.print(f"{time.monotonic() - self.began:6.1f} s  {line}", soft_wrap=True)


class Bar(Lines):
    """A bar that advances with each stored table; messages are printed above it."""

    def __init__(self, out: Console, bar: ProgressBar, task: TaskID) -> None:
        super().__init__(out)
        self.bar = bar
        self.task = task

    def stored(self, name: str, rows: int) -> None:
        """Advance the bar by one table.

        Args:
            name: the name of the table, shown next to the bar.
            rows: its number of rows.
        """
        self.bar.update(self.task, advance=1, now=f"{name}: {rows:,} rows")


@contextmanager
def progress(title: str, tables: int = len(CONTRACTS)) -> Iterator[Progress]:
    """Show progress on standard error: a bar on a terminal, lines elsewhere.

    Args:
        title: what is in progress, shown before the bar.
        tables: the number of tables that will be stored.

    Yields:
        The listener for a run to inform.
    """
    out = Console(stderr=True, highlight=False)
    if not out.is_terminal:
        yield Lines(out)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with ProgressBar(*columns, console=out, transient=True) as bar:
        yield Bar(out, bar, bar.add_task(title, total=tables, now="starting"))


def print_if_sample(out: Console, tables: Tables) -> None:
    """Print a warning if the figures are computed from invented rows.

    Args:
        out: where to print.
        tables: the published tables.
    """
    if tables("inputs")["sample"].any():
        out.print("ข้อมูลตัวอย่าง · SAMPLE: computed from invented rows, not for decisions", style="bold")


def number(value: object, form: str = ".2f") -> str:
    """Write a number in a format, or a dash if it is missing.

    Args:
        value: a number; None and NaN are missing.
        form: a format of Python's ``format``.

    Returns:
        The text.

    >>> number(1234.5, ",.1f"), number(None)
    ('1,234.5', '–')
    """
    return "–" if pd.isna(value) else format(value, form)


def text(value: object) -> str:
    """Write a value as text, or a dash if it is missing.

    Args:
        value: anything; None and NaN are missing.

    Returns:
        The text.

    >>> text(3), text(None)
    ('3', '–')
    """
    return "–" if pd.isna(value) else str(value)
