"""What is said to a person whose input cannot be used.

Here: one problem (where, found, expected, how to fix) and the error that carries problems. Not here:
finding problems (``intake``, ``contracts``, ``policy``, ``places``) or showing them (``cli``, ``storage``).
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST_FOUND = 60
LONGEST_SAID = 1000
_ROOM = ("room to write", "free space on the disk, run again")
_RIGHTS = ("a place that can be read and written", "give the user who runs this the right to it, run again")
_OTHERS = ("a disk that works", "look at the machine's own log, run again")
DISK_ERRORS = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.EIO: _OTHERS,
    errno.EMFILE: _OTHERS,
    errno.ENFILE: _OTHERS,
}


def shown_path(path: Path | str) -> str:
    """A path as a reader can find it: relative to the working directory where it lies below it; a link by its own name.

    >>> shown_path(Path.cwd() / "data" / "raw"), shown_path("/etc/passwd")
    ('data/raw', '/etc/passwd')
    """
    path = Path(path)
    try:
        return (path.parent.resolve() / path.name).relative_to(Path.cwd().resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):  # elsewhere, or a link that leads in a circle
        return str(path)


def shown_value(value: object) -> str:
    """A value quoted for a message: control characters escaped, cut to 60 characters.

    >>> shown_value("12,5")
    "'12,5'"
    """
    text = repr(str(value))
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 2] + "…'"


def _plain(said: str) -> str:
    """What is said with nothing of a file that a terminal would obey, and not longer than anybody reads.

    >>> print(_plain("a\\x1b[31mb"), len(_plain("9" * 5000)))
    a\\x1b[31mb 1000
    """
    shown = "".join(c if c.isprintable() or c.isspace() else ascii(c)[1:-1] for c in said[: LONGEST_SAID + 1])
    return shown if len(shown) <= LONGEST_SAID else shown[: LONGEST_SAID - 1] + "…"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    >>> print(Problem("x.csv", "'12,5'", "a number", "write 12.5", line=3, column="rate_pct"))
    x.csv, line 3, column rate_pct: found '12,5'; expected a number; to fix: write 12.5
    """

    file: str
    found: str
    expected: str
    fix: str
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f", line {self.line}"
        if self.column is not None:
            where += f", column {self.column}"
        where, found, expected, fix = map(_plain, (where, self.found, self.expected, self.fix))
        text = f"{where}: found {found}; expected {expected}; to fix: {fix}"
        return " ".join(text.split())


class InputError(Exception):
    """An input cannot be used. ``str()`` is one line; ``problems`` holds every problem found."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        more = len(self.problems) - 1
        tail = f" (and {more} more like it; `pilot-areas check` lists them)" if more else ""
        super().__init__(f"{self.problems[0]}{tail}")


def disk_error(error: OSError) -> InputError:
    """What is said where the machine refuses to read or write; any other ``OSError`` is raised again as it is.

    >>> print(disk_error(OSError(errno.ENOSPC, "No space left on device", "/data/x.parquet")))
    /data/x.parquet: found No space left on device; expected room to write; to fix: free space on the disk, run again
    """
    if error.errno not in DISK_ERRORS:
        raise error
    expected, fix = DISK_ERRORS[error.errno]
    where = shown_path(str(error.filename)) if error.filename else "the disk"
    return InputError(Problem(where, error.strerror or str(error), expected, fix))


class NotPublished(Exception):
    """The workspace does not hold one whole, official run; what is published stays as it is."""


class Stopped(Exception):
    """A run ended at an asset: in one line, why; ``problems`` are all the lines there are.

    ``refused`` is true where an input is to blame, or another run; else it is a fault of the program.
    """

    def __init__(self, asset: str, line: str, problems: Sequence[str] = (), *, refused: bool) -> None:
        super().__init__(line)
        self.asset = asset
        self.problems = tuple(problems) or (line,)
        self.refused = refused
