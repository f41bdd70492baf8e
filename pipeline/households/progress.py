"""Progress of a long DuckDB statement, reported every few seconds while it runs.

Here: asking DuckDB and reporting. Not here: where the lines are shown (``orchestration``, ``report``).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

SECONDS_BETWEEN_LINES = 5.0

# Takes one line on the progress of an intake: the log of the run and the command line show it.
Log = Callable[[str], None]


@contextmanager
def progress_logged(connection: duckdb.DuckDBPyConnection, log: Log, step: str) -> Iterator[None]:
    """Log every few seconds how long a step has taken and, where DuckDB can estimate it, how long it still takes.

    Args:
        connection: the connection whose running statement is observed.
        log: takes each line.
        step: the name of the step, with which each line begins.

    Yields:
        Once, for the statement to observe.
    """
    finished, began = threading.Event(), time.monotonic()

    def observe() -> None:
        while not finished.wait(SECONDS_BETWEEN_LINES):
            share = connection.query_progress() / 100
            passed = time.monotonic() - began
            rest = f", {share:.0%}, about {passed * (1 - share) / share:.0f} s remain" if 0.02 < share < 1 else ""
            log(f"{step}: {passed:.0f} s{rest}")

    observer = threading.Thread(target=observe, daemon=True)
    observer.start()
    try:
        yield
    finally:
        finished.set()
        observer.join()
