"""What became of each source and each file of the inbox, kept from one fetch to the next.

Here: the record of the last outcome of each, where it is kept, the finding for the Dagster UI. Not here: how an outcome
comes about (``fetching``, ``inbox``), what is printed (``report``).
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.errors import InputError, Problem, disk_error, shown_path
from pipeline.findings import Finding
from pipeline.project import Paths
from pipeline.receiving.source_table import read_sources

FETCHED, DROPPED = "fetched", "dropped"
REASON = "reason.txt"
# The folder of a dropped file in quarantine begins with this, that of a fetched one is the name of its source.
OF_INBOX = "inbox."


class State(StrEnum):
    """What became of a file."""

    RECEIVED = "received"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    WAITING = "waiting"
    NOT_DUE = "not due"
    OFF = "off"


BAD = (State.REFUSED, State.FAILED)


@dataclass(frozen=True)
class Outcome:
    """The last outcome of one source, or of one file of the inbox.

    Attributes:
        name: the source, or the path of the file within the inbox.
        state: what became of it.
        line: one line for people, without a cell of a file.
        checked: the day it was last received or found unchanged; empty if never.
        target: its place under ``data/raw``.
        sha256: of the file in its place.
        downloaded: of the file as downloaded, if another was taken out of it.
        etag: the version, by the server.
        modified: the version, by the server.
        definition: of the source, when this became of it.
    """

    name: str
    state: State
    line: str = ""
    checked: str = ""
    target: str = ""
    sha256: str = ""
    downloaded: str = ""
    etag: str = ""
    modified: str = ""
    definition: str = ""

    @property
    def last(self) -> date | None:
        """The day it was last received or found unchanged."""
        try:
            return date.fromisoformat(self.checked)
        except ValueError:
            return None


def _file(paths: Paths, kind: str) -> Path:
    return paths.received / f"{kind}.json"


def known_outcomes(paths: Paths, kind: str) -> dict[str, Outcome]:
    """Read the last outcomes; a missing or damaged record counts as none, so that everything is fetched again.

    Args:
        paths: the folders of the project.
        kind: ``FETCHED`` or ``DROPPED``.

    Returns:
        The outcomes by name.
    """
    names = {field.name for field in fields(Outcome)}
    try:
        saved = json.loads(_file(paths, kind).read_text(encoding="utf-8"))
        outcomes = [
            Outcome(**{**{k: str(v) for k, v in one.items() if k in names}, "state": State(one["state"])})  # type: ignore[arg-type]
            for one in saved
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {outcome.name: outcome for outcome in outcomes}


def keep_outcomes(paths: Paths, kind: str, outcomes: Iterable[Outcome], log: Callable[[str], None]) -> None:
    """Write the last outcomes in one step; a disk that is full is reported, and does not hide the outcomes.

    Args:
        paths: the folders of the project.
        kind: ``FETCHED`` or ``DROPPED``.
        outcomes: all that are to be known next time.
        log: takes a line if they cannot be written.
    """
    file = _file(paths, kind)
    text = json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False, indent=1)
    try:
        write_whole(file, text.encode())
    except OSError as error:
        log(str(disk_error(error)))


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file in one step, so that it is whole after a crash.

    Args:
        path: the file, whose folder exists.
        content: its bytes.
        mode: its permissions.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(mode)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def one_at_a_time(paths: Paths) -> Iterator[None]:
    """Let one process at a time bring files in, in a folder that only its user can open.

    Args:
        paths: the folders of the project.

    Yields:
        Once, while this process is the one.

    Raises:
        InputError: another one is at work.
    """
    paths.received.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(paths.received / "lock")
    try:
        lock.acquire(timeout=0.5)
    except Timeout:
        found, fix = "another fetch in progress", "wait until it ends and start again"
        raise InputError(Problem(shown_path(paths.received), found, "one at a time", fix)) from None
    try:
        yield
    finally:
        lock.release()


def quarantined(paths: Paths) -> dict[str, str]:
    """List what was refused and kept apart.

    Args:
        paths: the folders of the project.

    Returns:
        The reason in one line, by the name of its folder in ``data/quarantine``.
    """
    found: dict[str, str] = {}
    for reason in sorted(paths.quarantine.glob(f"*/{REASON}")):
        try:
            found[reason.parent.name] = reason.read_text(encoding="utf-8").partition("\n")[0]
        except (OSError, UnicodeDecodeError):
            found[reason.parent.name] = "its reason cannot be read"
    return found


def open_problems(paths: Paths, kind: str) -> dict[str, str]:
    """List what has a problem now: what failed the last time, and what is in quarantine.

    Args:
        paths: the folders of the project.
        kind: ``FETCHED`` or ``DROPPED``.

    Returns:
        State and reason in one line, by the name of the source or file. A file that is no longer in the inbox has none.
    """
    found = {
        outcome.name: f"{outcome.state}: {outcome.line}"
        for outcome in known_outcomes(paths, kind).values()
        if outcome.state is State.FAILED and (kind == FETCHED or os.path.lexists(paths.inbox / outcome.name))
    }
    for name, reason in quarantined(paths).items():
        if name.startswith(OF_INBOX) == (kind == DROPPED):
            shown = name.removeprefix(OF_INBOX).rpartition(".")[0] if kind == DROPPED else name
            found[f"{shown} ({name})" if shown in found else shown] = f"{State.REFUSED}: {reason}"
    return found


def _finding(paths: Paths, kind: str, what: str) -> Finding:
    problems = open_problems(paths, kind)
    figures: dict[str, Any] = {o.name: f"{o.state}: {o.line}" for o in known_outcomes(paths, kind).values()}
    named = ", ".join(f"{name} ({line.partition(':')[0]})" for name, line in problems.items())
    return Finding(not problems, f"{what}: {named or 'no problem'}", figures | problems)


def sources_received(paths: Paths) -> Finding:
    """Check that the table of sources is good, and that every source gave a file that can be used.

    Args:
        paths: the folders of the project.

    Returns:
        A warning that names the sources that failed, with the line of each.
    """
    try:
        read_sources(paths.raw)
    except InputError as error:
        return Finding(False, str(error))
    return _finding(paths, FETCHED, "sources")


def inbox_taken_up(paths: Paths) -> Finding:
    """Check that every file of the inbox could be used; others are in quarantine.

    Args:
        paths: the folders of the project.

    Returns:
        A warning that names the files that were refused, with the line of each.
    """
    return _finding(paths, DROPPED, "files of the inbox")
