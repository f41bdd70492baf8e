"""Who follows a run while it lasts.

Here: the listener that a run informs. Not here: how progress is shown (``report``).
"""

from collections.abc import Callable


class Progress:
    """A listener that ignores everything; a subclass shows what it needs."""

    def stored(self, name: str, rows: int) -> None:
        """A table was stored."""

    def message(self, line: str) -> None:
        """A long step reports how far it is."""

    def with_log(self, log: Callable[[str], None]) -> Callable[[str], None]:
        """A function that writes a line to a log and passes it on as a message."""

        def both(line: str) -> None:
            log(line)
            self.message(line)

        return both
