"""How far DuckDB is, said every few seconds while a long statement runs.

Here: asking and saying. Not here: who hears it (``storage``, ``report``).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

SECONDS_BETWEEN_NEWS = 5.0


@contextmanager
def telling(connection: duckdb.DuckDBPyConnection, say: Callable[[str], None], doing: str) -> Iterator[None]:
    """Says what is being done, for how long, and where DuckDB knows it what remains, until the body has run."""
    over, began = threading.Event(), time.monotonic()

    def tell() -> None:
        while not over.wait(SECONDS_BETWEEN_NEWS):
            share = connection.query_progress() / 100
            passed = time.monotonic() - began
            known = f", {share:.0%}, about {passed * (1 - share) / share:.0f} s remain" if 0.02 < share < 1 else ""
            say(f"{doing}: {passed:.0f} s{known}")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
