"""The inbox: files that agencies drop into ``data/inbox``, by SFTP or by hand, are recognised, checked and taken up.

Here: which files are complete, which system a file belongs to, taking it up. Not here: the check (``staged``), places,
sidecars and quarantine (``filing``). A file belongs to the one system that reads it wholly; if several do, nobody
guesses.
"""

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, disk_error, program_fault, shown_path
from pipeline.households.citizen_ids import without_ids
from pipeline.leftovers import is_leftover, is_note
from pipeline.project import HOUSEHOLDS, NOT_ROWS, Paths
from pipeline.reading.archives import ARCHIVE
from pipeline.reading.opened import SUFFIXES
from pipeline.reading.sidecar import SIDECAR
from pipeline.receiving.content import CONTENT_OF, check_content
from pipeline.receiving.fetching import Receiver, copy_settled, today_in_thailand
from pipeline.receiving.filing import BOUNDARIES, Arrival, place, quarantine, release, rows_statement
from pipeline.receiving.outcome_records import (
    DROPPED,
    OF_INBOX,
    REASON,
    Outcome,
    State,
    keep_outcomes,
    one_at_a_time,
)
from pipeline.receiving.source_table import NEVER_RECEIVED, checked_target, plain_name, read_sources
from pipeline.receiving.staged import certainly_unfit, check_arrival, remove_stages
from pipeline.sources.boundaries import CARRIED
from pipeline.sources.boundaries.vector_files import KINDS
from pipeline.sources.unread import is_taken

# A file is complete if nothing was written to it for so long. The time is that of the system, which no client can set.
QUIET_SECONDS = 60.0
# The folder of TPMAP's releases, whose files have TPMAP's own names.
RELEASES = "tpmap_aggregates"
# A name of a folder has at most 255 bytes; a few are needed for what stands before and after.
LONGEST_FOLDER = 200
# How programs name a file while they send it.
UNFINISHED = (".part", ".filepart", ".tmp", ".partial", ".crdownload", ".swp", ".lock")


@dataclass(frozen=True)
class Dropped:
    """One thing in the inbox.

    Attributes:
        path: where it is.
        inside: its path within the inbox.
    """

    path: Path
    inside: PurePosixPath

    @property
    def name(self) -> str:
        """Its name in messages: citizen ids are hidden."""
        shown = without_ids(self.inside.as_posix())
        return "".join(c if c.isprintable() else "?" for c in shown.encode("utf-8", "replace").decode())

    @property
    def in_quarantine(self) -> str:
        """The name of its folder in quarantine: files of one name from two agencies are kept apart."""
        digest = hashlib.sha256(self.inside.as_posix().encode("utf-8", "surrogateescape")).hexdigest()[:8]
        plain = "".join(c if plain_name(f"x{c}x") else "_" for c in self.name.replace("/", "."))
        return f"{OF_INBOX}{plain.encode()[:LONGEST_FOLDER].decode(errors='ignore')}.{digest}"

    @property
    def giver(self) -> str:
        """The folder in which it was dropped; the name of the inbox if it was dropped into none."""
        return self.inside.parts[0] if len(self.inside.parts) > 1 else "inbox"


def dropped_files(inbox: Path) -> list[Dropped]:
    """List what was dropped: in the inbox, in its folders, and in ``households/<system>/``.

    Args:
        inbox: ``data/inbox``, which need not exist.

    Returns:
        Everything but hidden and unfinished files and the folders themselves, in the order of names.
    """
    return sorted(_within(inbox, PurePosixPath()), key=lambda dropped: dropped.inside.as_posix())


def _within(folder: Path, inside: PurePosixPath) -> Iterator[Dropped]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # there is no inbox, or a folder in it may not be listed
        return
    for entry in entries:
        here = inside / entry.name
        if is_leftover(PurePosixPath(entry.name)) or entry.name.lower().endswith(UNFINISHED):
            continue
        depth = 2 if here.parts[0] == HOUSEHOLDS else 1
        if entry.is_dir(follow_symlinks=False) and len(here.parts) <= depth:
            yield from _within(Path(entry.path), here)
        else:
            yield Dropped(Path(entry.path), here)


def is_complete(path: Path, now: float, quiet_seconds: float = QUIET_SECONDS) -> bool:
    """Check whether a file is no longer written to.

    Args:
        path: the file.
        now: the present time, in seconds since 1970.
        quiet_seconds: how long ago its last change must be.

    Returns:
        False also for what has no content yet, and for what is gone.
    """
    try:
        status = os.lstat(path)
    except OSError:
        return False
    empty = stat.S_ISREG(status.st_mode) and status.st_size == 0
    return now - status.st_ctime >= (max(quiet_seconds, QUIET_SECONDS) if empty else quiet_seconds)


def ready_files(paths: Paths, now: float) -> list[Dropped]:
    """List the files of the inbox that can be taken up.

    Args:
        paths: the folders of the project.
        now: the present time, in seconds since 1970.

    Returns:
        Those to which nothing is written any more.
    """
    return [dropped for dropped in dropped_files(paths.inbox) if is_complete(dropped.path, now)]


def take_up(receiver: Receiver, today: date, quiet_seconds: float = QUIET_SECONDS) -> list[Outcome]:
    """Take up every complete file of the inbox, and keep what became of each.

    Args:
        receiver: what bringing files in needs.
        today: the present day.
        quiet_seconds: how long ago the last change of a file must be.

    Returns:
        What became of each thing in the inbox; none if it is empty.

    Raises:
        InputError: the table of sources cannot be used, or another fetch is in progress.
    """
    paths = receiver.paths
    largest_bytes = read_sources(paths.raw).inbox.largest_mb * 1_000_000
    if not dropped_files(paths.inbox):
        return []
    with one_at_a_time(paths):
        remove_stages(paths)
        outcomes = []
        for dropped in dropped_files(paths.inbox):
            if not is_complete(dropped.path, time.time(), quiet_seconds):
                line = f"written to within the last {quiet_seconds:.0f} seconds; taken up later"
                outcomes.append(Outcome(dropped.name, State.WAITING, line))
                continue
            receiver.log(dropped.name)
            outcomes.append(_outcome(receiver, dropped, largest_bytes, today))
        keep_outcomes(paths, DROPPED, outcomes, receiver.log)
    return outcomes


def take_up_if_on(receiver: Receiver) -> list[Outcome]:
    """Take up the inbox if the table of sources says so, as the nightly run does.

    Args:
        receiver: what bringing files in needs.

    Returns:
        What became of each thing in the inbox; none if it is empty or switched off.

    Raises:
        InputError: the table of sources cannot be used, or another fetch is in progress.
    """
    return take_up(receiver, today_in_thailand()) if read_sources(receiver.paths.raw).inbox.enabled else []


def _outcome(receiver: Receiver, dropped: Dropped, largest_bytes: int, today: date) -> Outcome:
    """Take up one file; what cannot be taken out of the inbox safely stays there, with the reason."""
    copy = receiver.paths.received / "inbox.part"
    try:
        before = copy_settled(dropped.path, copy, largest_bytes)
        outcome = _taken(receiver, dropped, copy, today)
        if outcome.state in (State.RECEIVED, State.REFUSED, State.UNCHANGED):
            _remove(dropped.path, before)
        return outcome
    except InputError as error:
        return Outcome(dropped.name, State.FAILED, _stays(dropped, error))
    except OSError as error:
        try:
            return Outcome(dropped.name, State.FAILED, str(disk_error(error)))
        except OSError:
            return Outcome(dropped.name, State.FAILED, f"{dropped.name}: {error.strerror or error}")
    except Exception as error:  # one file never keeps the others, or the night, from going on
        return Outcome(dropped.name, State.FAILED, str(program_fault(f"inbox/{dropped.name}", error)))
    finally:
        copy.unlink(missing_ok=True)


def _stays(dropped: Dropped, error: InputError) -> str:
    shown = shown_path(dropped.path)
    return f"{str(error.problems[0]).replace(shown, dropped.name)} (it stays in the inbox)"


def _remove(path: Path, copied: os.stat_result) -> None:
    """Remove a file from the inbox if it is still the one that was copied."""
    now = os.lstat(path)
    if (now.st_ino, now.st_mtime_ns, now.st_size) == (copied.st_ino, copied.st_mtime_ns, copied.st_size):
        path.unlink()


def _taken(receiver: Receiver, dropped: Dropped, copy: Path, today: date) -> Outcome:
    """Find the system of a file; put the file in its place, or into quarantine."""
    paths, file = receiver.paths, f"inbox/{dropped.name}"
    try:
        good, reasons, unknown = _recognised(receiver, dropped, copy, file, today)
    except InputError as error:
        good, reasons, unknown = [], tuple(map(str, error.problems)), ""
    kept_as = without_ids(dropped.path.name) if plain_name(dropped.path.name) else "file"
    in_quarantine = dropped.in_quarantine
    if unknown:
        line = f"not used yet, because another input is broken: {unknown} (it stays in the inbox)"
        return Outcome(dropped.name, State.FAILED, line)
    if len(good) > 1:
        places = ", ".join(str(arrival.target) for arrival in good)
        fix = "drop it into the folder of its system, inbox/<system>/"
        reasons = (str(Problem(file, f"a file that fits {places}", "a file of one system", fix)),)
    if reasons:
        quarantine(paths, in_quarantine, copy, kept_as, reasons)
        return Outcome(dropped.name, State.REFUSED, reasons[0])
    arrival = good[0]
    path = paths.raw / arrival.target
    release(paths, in_quarantine)
    done = Outcome(dropped.name, State.RECEIVED, f"data/raw/{arrival.target}", today.isoformat(), str(arrival.target))
    if path.is_file() and sha256_of(path) == arrival.sha256:
        return replace(done, state=State.UNCHANGED, line=f"the same file as data/raw/{arrival.target}")
    with receiver.writing():
        place(paths, arrival)
    return done


def _recognised(
    receiver: Receiver, dropped: Dropped, copy: Path, file: str, today: date
) -> tuple[list[Arrival], tuple[str, ...], str]:
    """Try a file in each place that it may have.

    Returns:
        The arrivals that are good; else the reasons why none is, or what keeps that from being found out.
    """
    if not plain_name(dropped.path.name) or without_ids(dropped.path.name) != dropped.path.name:
        found, fix = "a name with a citizen id (hidden here) or unusual characters", "rename the file"
        raise InputError(Problem(file, found, "a plain name", fix))
    suffix = dropped.path.suffix.lower()
    if suffix not in CONTENT_OF:
        fix = "export it again, or ask what it is"
        raise InputError(Problem(file, f"a file of the kind '{suffix}'", f"one of {', '.join(CONTENT_OF)}", fix))
    check_content(copy, file, CONTENT_OF[suffix], max(10 * copy.stat().st_size, 1_000_000_000))
    targets = possible_targets(receiver.paths, dropped.inside)
    if not targets:
        found, fix = f"no place for a file {suffix} here", "drop it into inbox/<system>/, by the name that it replaces"
        raise InputError(Problem(file, found, "the file of a system", fix))
    digest = sha256_of(copy)
    arrivals = [
        Arrival(copy, target, digest, today, giver=dropped.giver, statement=_statement(dropped, target))
        for target in targets
    ]
    unfit = certainly_unfit(receiver.paths, receiver.read_inputs, arrivals)
    good = []
    for arrival in arrivals:
        if arrival.target in unfit:
            continue
        verdict = check_arrival(receiver.paths, receiver.read_inputs, arrival)
        if verdict.unknown:
            return [], (), verdict.unknown
        if verdict.good:
            good.append(arrival)
        else:
            unfit[arrival.target] = verdict.problems
    if good:
        return good, (), ""
    if len(unfit) == 1:
        return [], next(iter(unfit.values())), ""
    found, fix = f"a file that none of {len(unfit)} readers can use", f"see {REASON} in its folder of data/quarantine"
    first = str(Problem(file, found, "a file of one system", fix))
    return [], (first, *(f"as data/raw/{target}: {unfit[target][0]}" for target in targets)), ""


def _statement(dropped: Dropped, target: PurePosixPath) -> dict[str, str]:
    """What a new sidecar states of a file that was dropped without one."""
    if target.parts[0] == HOUSEHOLDS:
        return rows_statement(target.parts[1])
    return {
        "title_th": f"แฟ้ม {target.name} จากกล่องรับแฟ้ม",
        "title_en": f"{target.name}, from the inbox",
        "source_th": f"แฟ้มที่ได้รับจาก {dropped.giver} ทางกล่องรับแฟ้ม",
        "source": f"received from {dropped.giver} through the inbox",
        "licence": "not stated",
    }


def possible_targets(paths: Paths, inside: PurePosixPath) -> list[PurePosixPath]:
    """List the places that a dropped file may have.

    Its folder says the system if there is one of that name. A name that one of these places has says the place.

    Args:
        paths: the folders of the project.
        inside: the path of the file within the inbox.

    Returns:
        Places under ``data/raw``, in the order of names.
    """
    suffix, hint = inside.suffix.lower(), inside.parent.parts
    places: list[PurePosixPath] = []
    for folder in sorted(p for p in paths.raw.glob("*") if p.is_dir() and not p.is_symlink()):
        if folder.name in (HOUSEHOLDS, NEVER_RECEIVED) or folder.name.startswith("."):
            continue
        present = [p.name for p in sorted(folder.iterdir()) if p.is_file() and p.suffix.lower() == suffix]
        names = [n for n in present if not n.endswith(SIDECAR) and not is_note(PurePosixPath(n))]
        names = [inside.name] if _takes(folder.name, inside.name) else names
        places += [PurePosixPath(folder.name, name) for name in names if name != CARRIED]
    systems = sorted(p for p in (paths.raw / HOUSEHOLDS).glob("[a-z]*") if p.is_dir() and not p.is_symlink())
    if CONTENT_OF[suffix] in ("csv", "xlsx", "parquet") and inside.name not in NOT_ROWS:
        places += [PurePosixPath(HOUSEHOLDS, system.name, inside.name) for system in systems]
    if hint and hint[0] == HOUSEHOLDS:
        places = [p for p in places if p.parts[:-1] == hint]
    elif hint and any(hint[-1] in p.parts[:-1] for p in places):
        places = [p for p in places if hint[-1] in p.parts[:-1]]
    same_name = [p for p in places if p.name == inside.name and (paths.raw / p).is_file()]
    return [p for p in same_name or places if _allowed(p)]


def _takes(folder: str, name: str) -> bool:
    """Whether the reader of a folder takes a file of this name, whatever else is there."""
    suffix = PurePosixPath(name).suffix.lower()
    of_folder = {BOUNDARIES: {*KINDS} - {".json"}, RELEASES: {*SUFFIXES, ARCHIVE}}
    if folder in of_folder:
        return suffix in of_folder[folder]
    return is_taken(name, folder)


def _allowed(target: PurePosixPath) -> bool:
    try:
        checked_target(target.as_posix())
    except ValueError:
        return False
    return True
