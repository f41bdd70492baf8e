"""Fetching: each source that is due, from its address to its place under ``data/raw``.

Here: one source the whole way, and all of them one after the other. Not here: the steps (``portals``, ``downloading``,
``content``, ``staged``, ``filing``). A source that fails leaves the last good file in its place, and the others go on.
"""

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, disk_error, program_fault, shown_path, shown_value
from pipeline.leftovers import SOURCES_TABLE
from pipeline.project import Paths
from pipeline.receiving.content import CHUNK, check_content, take_member
from pipeline.receiving.downloading import Limits, Request, Version, download, open_client, remove_part
from pipeline.receiving.filing import Arrival, checked_place, place, quarantine, record_again, release, statement_of
from pipeline.receiving.outcome_records import (
    BAD,
    FETCHED,
    Outcome,
    State,
    keep_outcomes,
    known_outcomes,
    one_at_a_time,
)
from pipeline.receiving.portals import request_of
from pipeline.receiving.reaching import LOCAL_SERVER, Reach, Unreachable, local_server, no_network, without_query
from pipeline.receiving.source_table import Source, SourceTable, read_sources
from pipeline.receiving.staged import ReadInputs, check_arrival, remove_stages
from pipeline.runs import switching

Writing = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Receiver:
    """What bringing files in needs.

    Attributes:
        paths: the folders of the project.
        read_inputs: reads the inputs, to check a file.
        writing: keeps runs from reading while a file is put in its place.
        log: takes a line on the progress.
        limits: times of a fetch.
        reach: makes connections; a new one for each fetch.
    """

    paths: Paths
    read_inputs: ReadInputs
    writing: Writing
    log: Callable[[str], None]
    limits: Limits = field(default_factory=Limits)
    reach: Callable[[], Reach] = field(default=lambda: Reach(local=local_server()))


def states(paths: Paths, today: date) -> list[tuple[Source, Outcome]]:
    """Describe every source of the table: what became of it the last time, whether it is switched on and due.

    Args:
        paths: the folders of the project.
        today: the present day.

    Returns:
        Each source with its last outcome; with the state ``off`` if it is switched off.

    Raises:
        InputError: the table cannot be used.
    """
    known = known_outcomes(paths, FETCHED)
    described = []
    for name, source in read_sources(paths.raw).sources.items():
        unknown = "never fetched" if name not in known else "its settings changed, not fetched since"
        outcome = _last(known, source) or Outcome(name, State.WAITING, unknown)
        if not source.enabled:
            outcome = replace(outcome, state=State.OFF, line="switched off")
        elif outcome.state not in BAD and not source.due(outcome.last, today):
            outcome = replace(outcome, state=State.NOT_DUE)
        described.append((source, outcome))
    return described


def fetch(receiver: Receiver, names: Sequence[str], today: date) -> list[Outcome]:
    """Fetch sources, and keep what became of them.

    Args:
        receiver: what fetching needs.
        names: the sources to fetch, due or not; none: all that are due.
        today: the present day.

    Returns:
        What became of each of them; none if nothing is switched on or due.

    Raises:
        InputError: the table of sources cannot be used, has no such source, or has it switched off; or another fetch is
            in progress.
    """
    paths, table = receiver.paths, read_sources(receiver.paths.raw)
    chosen = _chosen(paths, table, names, today)
    if not chosen:
        return []
    with one_at_a_time(paths):
        remove_stages(paths)
        known = known_outcomes(paths, FETCHED)
        reach, outcomes = receiver.reach(), []
        if reach.local:
            receiver.log(f"WARNING: {LOCAL_SERVER} is set: {reach.local} may be reached by http")
        lost = no_network(reach, [server for source in chosen if (server := _server(source))])
        for source in chosen:
            receiver.log(f"{source.name}: {without_query(source.address)}")
            last = _last(known, source)
            if last is None:
                remove_part(_part(paths, source))
            outcome = replace(_outcome(receiver, reach, source, last, today, lost), definition=source.definition)
            outcomes.append(outcome)
            known[source.name] = outcome
            kept = [one for name, one in known.items() if name in table.sources]
            keep_outcomes(paths, FETCHED, kept, receiver.log)
    return outcomes


def today_in_thailand() -> date:
    """Return the present day in Thailand, wherever the machine is.

    Returns:
        The day.
    """
    return datetime.now(switching.BANGKOK).date()


def fetch_due(receiver: Receiver) -> list[Outcome]:
    """Fetch everything that is due today, as the nightly run does.

    Args:
        receiver: what fetching needs.

    Returns:
        What became of every source of the table, also of those that are switched off or not due.

    Raises:
        InputError: the table of sources cannot be used, or another fetch is in progress.
    """
    today = today_in_thailand()
    fresh = {outcome.name: outcome for outcome in fetch(receiver, (), today)}
    return [fresh.get(source.name, outcome) for source, outcome in states(receiver.paths, today)]


def _chosen(paths: Paths, table: SourceTable, names: Sequence[str], today: date) -> list[Source]:
    file = shown_path(paths.raw / SOURCES_TABLE)
    if not names:
        known = known_outcomes(paths, FETCHED)
        return [s for s in table.enabled if (last := _last(known, s)) is None or s.due(last.last, today)]
    for name in names:
        if name not in table.sources:
            near = get_close_matches(name, table.sources, n=1)
            fix = f"write {near[0]}" if near else "`pilot-areas fetch --list` shows them"
            raise InputError(Problem(file, f"no source {shown_value(name)}", "a source of the table", fix))
        if not table.sources[name].enabled:
            found, fix = f"{name} switched off", f"set enabled = true in [sources.{name}]"
            raise InputError(Problem(file, found, "a source that is switched on", fix))
    return [table.sources[name] for name in dict.fromkeys(names)]


def _last(known: Mapping[str, Outcome], source: Source) -> Outcome | None:
    """What became of a source the last time, with the settings that it has now."""
    last = known.get(source.name)
    return last if last and last.definition == source.definition else None


def _part(paths: Paths, source: Source) -> Path:
    return paths.received / f"{source.name}.part"


def _server(source: Source) -> tuple[str, int] | None:
    """The host and port of a source on the network."""
    parts = urlsplit(source.address)
    return (parts.hostname, parts.port or 443) if parts.hostname else None


def _outcome(receiver: Receiver, reach: Reach, source: Source, last: Outcome | None, today: date, lost: str) -> Outcome:
    """Fetch one source; every error becomes an outcome, and the last good file stays in its place."""
    kept = last or Outcome(source.name, State.FAILED, target=source.target)
    file = f"{shown_path(receiver.paths.raw / SOURCES_TABLE)} [sources.{source.name}]"
    try:
        if lost and _server(source):
            file = shown_path(receiver.paths.raw / SOURCES_TABLE)  # one line for all of them
            raise Unreachable(f"no network: {lost}")
        return _fetch_one(receiver, reach, source, file, last, today)
    except Unreachable as error:
        found = str(error)
        fix = "connect the machine, or set enabled = false; the last good file is used"
        line = str(Problem(file, found, "a connection", fix))
    except InputError as error:
        line = str(error.problems[0])
    except OSError as error:
        try:
            line = str(disk_error(error))
        except OSError:
            line = str(Problem(file, str(error.strerror or error), "a file that can be read and written", "look at it"))
    except Exception as error:  # one source never keeps the others, or the night, from going on
        line = str(program_fault(file, error))
        receiver.log(line)
    return replace(kept, state=State.FAILED, line=line)


def _fetch_one(
    receiver: Receiver, reach: Reach, source: Source, file: str, last: Outcome | None, today: date
) -> Outcome:
    """One source the whole way."""
    paths = receiver.paths
    path = checked_place(paths, PurePosixPath(source.target))
    at_hand = last if last and path.is_file() and last.sha256 == sha256_of(path) else None
    part = _part(paths, source)
    known = Version(at_hand.etag, at_hand.modified) if at_hand else Version()
    version = _obtained(receiver, reach, source, file, part, known)
    if at_hand and (version is None or sha256_of(part) in (at_hand.downloaded, at_hand.sha256)):
        remove_part(part)
        record_again(paths, _arrival(source, path, at_hand.sha256, at_hand.last or today))
        version = version or known
        return replace(
            at_hand,
            state=State.UNCHANGED,
            line="the same file as before",
            checked=today.isoformat(),
            etag=version.etag,
            modified=version.modified,
        )
    version = version or Version()
    done = Outcome(
        source.name,
        State.RECEIVED,
        checked=today.isoformat(),
        target=source.target,
        etag=version.etag,
        modified=version.modified,
    )
    try:
        return _taken(receiver, source, file, part, done, today)
    finally:
        remove_part(part)
        part.with_name(f"{source.name}.member").unlink(missing_ok=True)


def _arrival(source: Source, file: Path, sha256: str, received: date) -> Arrival:
    address = source.address if urlsplit(source.address).scheme != "file" else ""
    return Arrival(file, PurePosixPath(source.target), sha256, received, address, "", statement_of(source))


def _obtained(
    receiver: Receiver, reach: Reach, source: Source, file: str, part: Path, known: Version
) -> Version | None:
    """Bring a source into its part file; None if it is unchanged."""
    if urlsplit(source.address).scheme == "file":
        remove_part(part)
        copy_settled(_local_file(source, file), part, source.largest_bytes)
        return Version()
    with open_client(reach, receiver.limits) as client:

        def ask(request: Request, answer: Path, known: Version = known) -> Version | None:
            return download(client, reach, request, answer, known, receiver.limits, receiver.log)

        request = request_of(source, file, part, lambda asked, answer: ask(asked, answer, Version()))
        return ask(request, part)


def _local_file(source: Source, file: str) -> Path:
    """The file on this machine: the one named, or the newest of a folder that fits the pattern."""
    where = Path(unquote(urlsplit(source.address).path))
    if source.kind == "file":
        return where
    fitting = [
        path
        for path in (where.iterdir() if where.is_dir() else ())
        if fnmatch(path.name, source.resource) and not path.name.startswith(".") and not path.is_symlink()
    ]
    files = [path for path in fitting if path.is_file()]
    if not files:
        found = f"no file {source.resource}" if where.is_dir() else f"no folder {where}"
        raise InputError(Problem(file, found, "a file in that folder", "put it there", column="resource"))
    return max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def copy_settled(source: Path, target: Path, largest_bytes: int) -> os.stat_result:
    """Copy a file that others may write to, and make sure that it did not change meanwhile.

    Args:
        source: the file; links, folders and other special files are refused.
        target: the copy, readable by this user only.
        largest_bytes: the largest size.

    Returns:
        The state of the file that was copied.

    Raises:
        InputError: it is not a file, is too large, or changed while it was copied.
    """
    shown = shown_path(source)
    try:
        handle = os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        found = "a link" if source.is_symlink() else str(error.strerror)
        raise InputError(Problem(shown, found, "a file that can be read", "put the file itself there")) from None
    with os.fdopen(handle, "rb") as stream:
        before = os.fstat(stream.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise InputError(Problem(shown, "a folder or a special file", "a file", "put a file there"))
        if before.st_size > largest_bytes:
            found, expected = f"{before.st_size / 1e6:,.1f} MB", f"at most {largest_bytes / 1e6:,.1f} MB"
            raise InputError(Problem(shown, found, expected, "raise largest_mb if the file is right"))
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            copied = 0
            while chunk := stream.read(min(CHUNK, largest_bytes + 1 - copied)):
                out.write(chunk)
                copied += len(chunk)
            out.flush()
            os.fsync(out.fileno())
        after = os.fstat(stream.fileno())
    if (copied, after.st_mtime_ns, after.st_size) != (before.st_size, before.st_mtime_ns, before.st_size):
        found, fix = "a file that changed while it was copied", "the next fetch takes it when it is complete"
        raise InputError(Problem(shown, found, "a file that is complete", fix))
    return before


def _taken(receiver: Receiver, source: Source, file: str, part: Path, done: Outcome, today: date) -> Outcome:
    """Check what was received; put it in its place, or into quarantine."""
    paths, taken = receiver.paths, part
    downloaded = sha256_of(part)
    try:
        if source.sha256 and downloaded != source.sha256:
            found, fix = f"sha256 {downloaded}", "correct sha256 if the new file is right"
            raise InputError(Problem(file, found, f"sha256 {source.sha256}", fix, column="sha256"))
        check_content(part, file, source.content, source.largest_bytes)
        if source.member:
            taken = part.with_name(f"{source.name}.member")
            take_member(part, file, source.member, taken, source.largest_bytes)
        arrival = _arrival(source, taken, sha256_of(taken), today)
        done = replace(done, sha256=arrival.sha256, downloaded=downloaded)
        path = checked_place(paths, arrival.target)
        if path.is_file() and sha256_of(path) == arrival.sha256:
            record_again(paths, arrival)
            return replace(done, state=State.UNCHANGED, line="the same file as the one in its place")
        verdict = check_arrival(paths, receiver.read_inputs, arrival)
    except InputError as error:
        reasons = tuple(map(str, error.problems))
    else:
        if verdict.unknown:
            line = f"not used yet, because another input is broken: {verdict.unknown}"
            return replace(done, state=State.FAILED, line=line, checked="", sha256="")
        reasons = verdict.problems
    if not reasons:
        with receiver.writing():
            place(paths, arrival)
        release(paths, source.name)
        return replace(done, line=f"data/raw/{source.target}")
    quarantine(paths, source.name, taken, PurePosixPath(source.target).name, reasons)
    return replace(done, state=State.REFUSED, line=reasons[0], checked="", sha256="", etag="", modified="")
