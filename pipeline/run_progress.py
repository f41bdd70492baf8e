"""The progress of a run.

Here: the listener that a run informs. Not here: how progress is shown (``report``).
"""

from collections.abc import Callable


class Progress:
    """A listener that ignores everything; a subclass shows what it needs."""

    def stored(self, name: str, rows: int) -> None:
        """Hear that a table was stored.

        Args:
            name: the name of the table.
            rows: its number of rows.
        """

    def message(self, line: str) -> None:
        """Hear how far a long step is.

        Args:
            line: plain text without a line break.
        """

    def with_log(self, log: Callable[[str], None]) -> Callable[[str], None]:
        """Make a function that writes a line to a log and passes it on as a message.

        Args:
            log: takes one line.

        Returns:
            A function that takes one line.
        """

        def both(line: str) -> None:
            log(line)
            self.message(line)

        return both
