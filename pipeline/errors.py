"""Errors that a person can act on: what is wrong with an input, where, and how to fix it.

Here: one problem (where, found, expected, how to fix) and the error that carries problems. Not here: finding problems
(``reading``, ``contracts``, ``policy``, ``sources``) or showing them (``cli``, ``orchestration``).
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST_FOUND = 60
LONGEST_TEXT = 1000
_SPACE = ("free disk space", "free some space and run again")
_PERMISSION = ("permission to read and write", "grant it to the user who runs the program and run again")
_DEVICE = ("a working disk", "look at the system log of the machine and run again")
DISK_ERRORS = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: _SPACE,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: _PERMISSION,
    errno.EIO: _DEVICE,
    errno.EMFILE: _DEVICE,
    errno.ENFILE: _DEVICE,
}


def shown_path(path: Path | str) -> str:
    """Write a path for a message: relative to the working directory if it is below it.

    Args:
        path: a file or folder, which need not exist; a link keeps its own name.

    Returns:
        The path with forward slashes if it is relative.

    >>> shown_path(Path.cwd() / "data" / "raw"), shown_path("/etc/passwd")
    ('data/raw', '/etc/passwd')
    """
    path = Path(path)
    try:
        return (path.parent.resolve() / path.name).relative_to(Path.cwd().resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):  # not below the working directory, or a circle of links
        return str(path)


def shown_value(value: object) -> str:
    """Quote a value for a message.

    Args:
        value: any cell of an input.

    Returns:
        At most 60 characters, control characters escaped.

    >>> shown_value("12,5")
    "'12,5'"
    """
    text = repr(str(value))
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 2] + "…'"


def _plain(message: str) -> str:
    """The message with control characters escaped, cut to 1,000 characters.

    >>> print(_plain("a\\x1b[31mb"), len(_plain("9" * 5000)))
    a\\x1b[31mb 1000
    """
    shown = "".join(c if c.isprintable() or c.isspace() else ascii(c)[1:-1] for c in message[: LONGEST_TEXT + 1])
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 1] + "…"


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
    """Turn the error of a machine that cannot read or write into an ``InputError``.

    Args:
        error: an error of the operating system.

    Returns:
        The same problem with the way to fix it.

    Raises:
        OSError: the same error, if its number is not in ``DISK_ERRORS``.

    >>> print(disk_error(OSError(errno.ENOSPC, "No space left on device", "/data/x.parquet")))
    /data/x.parquet: found No space left on device; expected free disk space; to fix: free some space and run again
    """
    if error.errno not in DISK_ERRORS:
        raise error
    expected, fix = DISK_ERRORS[error.errno]
    where = shown_path(str(error.filename)) if error.filename else "the disk"
    return InputError(Problem(where, error.strerror or str(error), expected, fix))


def program_fault(where: str, error: Exception) -> Problem:
    """Describe an error that this program did not expect, without its text, which may hold a cell of a file.

    Args:
        where: what was worked on.
        error: the error.

    Returns:
        The problem, with the kind of the error and the line of the program.

    >>> print(program_fault("a.csv", KeyError("x")))
    a.csv: found a fault of this program (KeyError); expected no fault; to fix: report it with the file
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    line = f" in {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else ""
    found = f"a fault of this program ({type(error).__name__}{line})"
    return Problem(where, found, "no fault", "report it with the file")


class NotPublished(Exception):
    """The workspace is not one complete, official run. The published run stays as it is."""


class Stopped(Exception):
    """A run stopped at an asset. ``str()`` gives the reason in one line.

    Attributes:
        asset: the asset that failed.
        problems: every problem found, one line each.
        refused: true if an input or another run is the cause; false for a fault of the program.
    """

    def __init__(self, asset: str, line: str, problems: Sequence[str] = (), *, refused: bool) -> None:
        super().__init__(line)
        self.asset = asset
        self.problems = tuple(problems) or (line,)
        self.refused = refused
