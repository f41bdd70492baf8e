"""What people see: one run, switched to in one step, and marked where it is no longer of today.

Here: the folders of runs, the links that lead to one of them, the mark on its pages, what is swept. Not here: what is
in a run's folder (``publishing``), when pages are marked (``nightly``). People open ``data/processed`` and ``maps``:
links through ``current``, itself a link that is replaced by rename. Where links cannot be made (Windows without the
right, FAT) the files are copied instead, each replaced in one step.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.pages import frame
from pipeline.workspace import Paths, read_record

PROCESSED, MAPS, INPUTS = "processed", "maps", "inputs"
RECORD = "run.json"
RUN, VIEW, BUILDING = "run-", "view-", "building-"
# What is on its way into a folder that people open begins so.
ON_THE_WAY = ".pilot-areas-"
KEPT_RUNS = 5
SECONDS_TO_WAIT = 2.0
# Thailand has had no summer time since 1920, and Windows no table of time zones.
BANGKOK = timezone(timedelta(hours=7))


@contextmanager
def alone(paths: Paths) -> Iterator[None]:
    """Only one at a time writes figures and pages; ``InputError`` where another does so for longer than a moment."""
    paths.state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.state / "lock")
    try:
        lock.acquire(timeout=SECONDS_TO_WAIT)
    except Timeout:
        raise InputError(
            Problem(
                shown_path(paths.state),
                "another run writing here",
                "one run at a time",
                "wait until it ends (it shows in the Dagster UI) and start again",
            )
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def building(paths: Paths) -> Iterator[Path]:
    """A new folder beside the runs; what is still there at the end is removed."""
    folder = paths.state / f"{BUILDING}{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_places(paths: Paths) -> None:
    """``InputError`` where something of the user's own stands where a folder of the run will show."""
    for folder in (paths.maps / "downloads", paths.processed / "refused", paths.processed / "repaired"):
        if paths.current.is_symlink() and folder.is_dir() and not folder.is_symlink():
            raise InputError(
                Problem(
                    shown_path(folder),
                    "a folder that no run has made",
                    "none: a link to the run's own stands here",
                    "move it away",
                )
            )


def switch_to(paths: Paths, folder: Path, name: str) -> Path:
    """Make the finished ``folder`` what people see, under ``name`` beside the other runs; where it lies then."""
    _to_disk(folder)
    final = paths.state / name
    os.replace(folder, final)
    _flush(paths.state)
    _switch(paths, final)
    sweep(paths)
    return final


def shown_run(paths: Paths) -> Path | None:
    """The folder of the run that people see, marked or not; None before the first.

    It stays as it is while another is published, so that whoever reads all of it through this folder reads one run.
    """
    if paths.current.is_symlink():
        return (paths.current / PROCESSED).resolve().parent
    runs = kept_runs(paths)
    return runs[-1] if runs and (paths.processed / RECORD).is_file() else None


def kept_runs(paths: Paths) -> list[Path]:
    """The folders of the last runs, the newest last."""
    return sorted(paths.state.glob(f"{RUN}*"))


def finished(run: Path) -> datetime:
    """When a run was done."""
    record = run / PROCESSED / RECORD
    said = read_record(record).get("finished")
    try:
        return datetime.fromisoformat(said)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(
            Problem(shown_path(record), f"finished = {shown_value(said)}", "a time", "restore it from a copy")
        ) from None


def mark(paths: Paths, missed: date, *, failed: bool) -> bool:
    """Say on every page that it is of the day its run was done, since that of ``missed`` failed or never began.

    The run itself is not touched: people see a view of it, whose pages bear the mark. False where the pages say so
    already or nothing is published.
    """
    run = shown_run(paths)
    if run is None:
        return False
    banner = frame.as_of(finished(run).astimezone(BANGKOK).date(), missed, failed=failed)
    seen = paths.maps / "index.html"
    if seen.is_file() and banner in seen.read_bytes():
        return False
    pages = {p.name: marked(p.read_bytes(), banner) for p in sorted((run / MAPS).glob("*.html"))}
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


def marked(page: bytes, banner: bytes) -> bytes:
    """A page with the banner below its header.

    >>> marked(b"<header>x</header>\\n<main>", b"<p>old</p>\\n")
    b'<header>x</header>\\n<p>old</p>\\n<main>'
    """
    end = b"</header>\n"
    above, below = page.split(end, 1)
    return above + end + banner + below


def _to_disk(folder: Path) -> None:
    """Wait until all is on the disk, so that a power cut cannot leave an empty file behind the switch."""
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
            raise  # Windows cannot flush a file opened for reading; there the copy is flushed on close
    finally:
        os.close(handle)


def _switch(paths: Paths, run: Path) -> None:
    """Make ``run`` what people see."""
    faces = {paths.processed: PROCESSED, paths.maps: MAPS}
    try:
        for folder, part in faces.items():
            _link_new(folder, paths.current / part, run / part)
        pointer = paths.state / f"{ON_THE_WAY}current"
        pointer.unlink(missing_ok=True)
        pointer.symlink_to(run.name)
        os.replace(pointer, paths.current)
    except OSError:
        if os.name != "nt" and paths.current.is_symlink():
            raise
        for folder, part in faces.items():
            _copy(folder, run / part)
        return
    _flush(paths.state)


def _target(folder: Path, part: Path, link: Path) -> str:
    return os.path.relpath(part / link.name, folder.resolve())


def _link_new(folder: Path, part: Path, run_part: Path) -> None:
    """A link in ``folder`` for each file of the run that has none yet; it leads through ``current``."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(run_part.iterdir()):
        link = folder / path.name
        target = _target(folder, part, link)
        if link.is_symlink() and os.readlink(link) == target:
            continue
        beside = folder / f"{ON_THE_WAY}{path.name}"
        beside.unlink(missing_ok=True)
        beside.symlink_to(target)
        os.replace(beside, link)


def _copy(folder: Path, run_part: Path) -> None:
    """The run's files copied, each replaced in one step: where links cannot be made."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(run_part.iterdir()):
        if path.is_dir():
            _copy(folder / path.name, path)
        else:
            _replaced(folder / path.name, path.read_bytes())


def _replaced(target: Path, content: bytes) -> None:
    beside = target.with_name(f"{ON_THE_WAY}{target.name}")
    beside.write_bytes(content)
    os.replace(beside, target)


def sweep(paths: Paths) -> None:
    """Remove runs beyond the last few, views no longer seen, and what interrupted runs left, while ``alone``."""
    seen = {paths.current.resolve(), shown_run(paths)} if paths.current.is_symlink() else set()
    others = [run for run in kept_runs(paths) if run not in seen]
    left = [*paths.state.glob(f"{BUILDING}*"), *paths.rounds.glob(f".{BUILDING}*")]
    left += [view for view in paths.state.glob(f"{VIEW}*") if view not in seen]
    left += others[: max(0, len(others) - KEPT_RUNS + bool(seen))]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    for folder, part in ((paths.processed, PROCESSED), (paths.maps, MAPS)):
        for path in folder.glob("*") if folder.is_dir() else ():
            gone = path.is_symlink() and not path.exists()
            if gone and os.readlink(path) == _target(folder, paths.current / part, path):
                path.unlink()
    places = [paths.state, paths.workspace, paths.processed, paths.maps, *paths.maps.glob("downloads")]
    for place in places:
        for path in place.glob(".*") if place.is_dir() else ():
            if path.name.startswith(ON_THE_WAY) or re.fullmatch(r"\..+\.parquet\.[0-9]+", path.name):
                path.unlink(missing_ok=True)
