"""The published run: the switch to it in one step, and the banner on its pages if it is out of date.

Here: the folders of runs, the links to one of them, the banner on its pages, removal of leftovers. Not here: the
content of a run's folder (``publishing``), the text of a banner (``pages``), when it is shown (``nightly``). People
open ``data/processed`` and ``maps``: links through ``current``, itself a link that is replaced by rename. If links
cannot be made (FAT, Windows without that permission), the files are copied instead, each replaced in one step.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.project import Paths, read_record

PROCESSED, MAPS, INPUTS = "processed", "maps", "inputs"
RECORD = "run.json"
RUN, VIEW, BUILDING = "run-", "view-", "building-"
# Temporary names in folders that people open start with this.
TEMPORARY = ".pilot-areas-"
KEPT_RUNS = 5
SECONDS_TO_WAIT = 2.0
# Thailand has no daylight saving time, and Windows has no time zone database.
BANGKOK = timezone(timedelta(hours=7))


@contextmanager
def exclusive_lock(paths: Paths) -> Iterator[None]:
    """Let one process at a time write figures and pages.

    Args:
        paths: the folders of the project.

    Yields:
        Once, while this process has the lock.

    Raises:
        InputError: another process has the lock for longer than ``SECONDS_TO_WAIT``.
    """
    paths.state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.state / "lock")
    try:
        lock.acquire(timeout=SECONDS_TO_WAIT)
    except Timeout:
        raise InputError(
            Problem(
                shown_path(paths.state),
                "another run in progress",
                "one run at a time",
                "wait until it ends (the Dagster UI shows it) and start again",
            )
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def building(paths: Paths) -> Iterator[Path]:
    """Create a folder in which a run is built; it is removed at the end unless it was renamed.

    Args:
        paths: the folders of the project.

    Yields:
        The empty folder.
    """
    folder = paths.state / f"{BUILDING}{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_places(paths: Paths) -> None:
    """Check that there is no folder where a link to the run must be.

    Args:
        paths: the folders of the project.

    Raises:
        InputError: there is such a folder, which no run created.
    """
    for folder in (paths.maps / "downloads", paths.processed / "refused", paths.processed / "repaired"):
        if paths.current.is_symlink() and folder.is_dir() and not folder.is_symlink():
            raise InputError(
                Problem(
                    shown_path(folder),
                    "a folder that no run created",
                    "a link to the folder of the run, or nothing",
                    "move it away",
                )
            )


def switch_to(paths: Paths, folder: Path, name: str) -> Path:
    """Publish a finished folder.

    Args:
        paths: the folders of the project.
        folder: the folder, on the same disk as ``paths.state``.
        name: its new name.

    Returns:
        Its new path.
    """
    _to_disk(folder)
    final = paths.state / name
    os.replace(folder, final)
    _flush(paths.state)
    _switch(paths, final)
    remove_leftovers(paths)
    return final


def shown_run(paths: Paths) -> Path | None:
    """Return the folder of the published run, whose pages have no banner.

    Its content does not change when another run is published.

    Args:
        paths: the folders of the project.

    Returns:
        The folder; None before the first run.
    """
    if paths.current.is_symlink():
        return (paths.current / PROCESSED).resolve().parent
    runs = kept_runs(paths)
    return runs[-1] if runs and (paths.processed / RECORD).is_file() else None


def kept_runs(paths: Paths) -> list[Path]:
    """List the folders of the runs that are kept.

    Args:
        paths: the folders of the project.

    Returns:
        The folders, the oldest first.
    """
    return sorted(paths.state.glob(f"{RUN}*"))


def finished(run: Path) -> datetime:
    """Read when a run finished.

    Args:
        run: the folder of the run.

    Returns:
        The time, with its zone.

    Raises:
        InputError: its ``run.json`` is damaged.
    """
    record = run / PROCESSED / RECORD
    value = read_record(record).get("finished")
    try:
        return datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(
            Problem(
                shown_path(record), f"finished = {shown_value(value)}", "a date and time", "restore it from a backup"
            )
        ) from None


def show_banner(paths: Paths, marker: bytes, banner: bytes) -> bool:
    """Show a banner on every published page.

    The folder of the run is not changed: people see a view of it, a folder whose pages have the banner.

    Args:
        paths: the folders of the project.
        marker: the line of every page below which a banner goes.
        banner: the banner, lines of HTML.

    Returns:
        False if the pages have the banner already, or nothing is published.

    Raises:
        InputError: a page has no such line.
    """
    run = shown_run(paths)
    if run is None:
        return False
    shown = paths.maps / "index.html"
    if shown.is_file() and banner in shown.read_bytes():
        return False
    pages: dict[str, bytes] = {}
    for path in sorted((run / MAPS).glob("*.html")):
        content = path.read_bytes()
        if marker not in content:
            raise InputError(
                Problem(shown_path(path), "no line for a banner", "a page of this version", "run `pilot-areas run`")
            )
        pages[path.name] = content.replace(marker, marker + banner, 1)
    if not paths.current.is_symlink():
        for name, content in pages.items():
            _replaced(paths.maps / name, content)
        return True
    with building(paths) as folder:
        for part in (PROCESSED, INPUTS):
            (folder / part).symlink_to(f"../{run.name}/{part}")
        (folder / MAPS).mkdir()
        for path in sorted((run / MAPS).iterdir()):
            if path.name in pages:
                (folder / MAPS / path.name).write_bytes(pages[path.name])
            else:
                (folder / MAPS / path.name).symlink_to(f"../../{run.name}/{MAPS}/{path.name}")
        switch_to(paths, folder, f"{VIEW}{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%f')}")
    return True


def _to_disk(folder: Path) -> None:
    """Wait until all files are on the disk, so that a power failure cannot leave an empty file in a published run."""
    for place, _, names in os.walk(folder):
        for name in names:
            if not (Path(place) / name).is_symlink():
                _flush(Path(place) / name)
        _flush(Path(place))


def _flush(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if os.name != "nt":
            raise
        return  # Windows cannot open folders
    try:
        os.fsync(handle)
    except OSError:
        if os.name != "nt":
            raise  # Windows cannot flush a file opened for reading; it is flushed when it is closed
    finally:
        os.close(handle)


def _switch(paths: Paths, run: Path) -> None:
    """Make ``run`` the published run."""
    parts = {paths.processed: PROCESSED, paths.maps: MAPS}
    try:
        for folder, part in parts.items():
            _link_new(folder, paths.current / part, run / part)
        pointer = paths.state / f"{TEMPORARY}current"
        pointer.unlink(missing_ok=True)
        pointer.symlink_to(run.name)
        os.replace(pointer, paths.current)
    except OSError:
        if os.name != "nt" and paths.current.is_symlink():
            raise
        for folder, part in parts.items():
            _copy(folder, run / part)
        return
    _flush(paths.state)


def _target(folder: Path, part: Path, link: Path) -> str:
    return os.path.relpath(part / link.name, folder.resolve())


def _link_new(folder: Path, part: Path, run_part: Path) -> None:
    """Add a link in ``folder``, through ``current``, for each file of the run that has none yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(run_part.iterdir()):
        link = folder / path.name
        target = _target(folder, part, link)
        if link.is_symlink() and os.readlink(link) == target:
            continue
        temporary = folder / f"{TEMPORARY}{path.name}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        os.replace(temporary, link)


def _copy(folder: Path, run_part: Path) -> None:
    """Copy the files of the run, each replaced in one step, if links cannot be made."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(run_part.iterdir()):
        if path.is_dir():
            _copy(folder / path.name, path)
        else:
            _replaced(folder / path.name, path.read_bytes())


def _replaced(target: Path, content: bytes) -> None:
    temporary = target.with_name(f"{TEMPORARY}{target.name}")
    temporary.write_bytes(content)
    os.replace(temporary, target)


def remove_leftovers(paths: Paths) -> None:
    """Remove runs beyond the last ``KEPT_RUNS``, old views, and files of interrupted runs.

    Args:
        paths: the folders of the project, for which the caller has ``exclusive_lock``.
    """
    in_use = {paths.current.resolve(), shown_run(paths)} if paths.current.is_symlink() else set()
    others = [run for run in kept_runs(paths) if run not in in_use]
    left = [*paths.state.glob(f"{BUILDING}*"), *paths.rounds.glob(f".{BUILDING}*")]
    left += [view for view in paths.state.glob(f"{VIEW}*") if view not in in_use]
    for run in others[: max(0, len(others) - KEPT_RUNS + bool(in_use))]:
        # Renamed first, so that a run is whole or has another name if its removal is interrupted.
        with suppress(OSError):
            left.append(run.rename(paths.state / f"{BUILDING}{run.name}"))
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    for folder, part in ((paths.processed, PROCESSED), (paths.maps, MAPS)):
        for path in folder.glob("*") if folder.is_dir() else ():
            broken = path.is_symlink() and not path.exists()
            if broken and os.readlink(path) == _target(folder, paths.current / part, path):
                path.unlink()
    places = [paths.state, paths.workspace, paths.processed, paths.maps, *paths.maps.glob("downloads")]
    for place in places:
        for path in place.glob(".*") if place.is_dir() else ():
            if path.name.startswith(TEMPORARY) or re.fullmatch(r"\..+\.parquet\.[0-9]+", path.name):
                path.unlink(missing_ok=True)
