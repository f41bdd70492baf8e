"""The check of a file before it replaces another: the inputs are read as a run reads them, with this file in its place.

Here: the staged folder of inputs, of links but for the file, and the verdict. Not here: reading the inputs, which is
that of `pilot-areas check` and is given to this room (``orchestration``).
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline import stored_tables, workspace
from pipeline.contracts import AS_RECEIVED
from pipeline.errors import InputError, Problem, Stopped, shown_path
from pipeline.project import HOUSEHOLDS, NOT_ROWS, Paths
from pipeline.receiving.filing import PRIVATE_FOLDER, Arrival, checked_place, updated_sidecar

STAGE = "stage-"
HOUSEHOLD_FILES = "household_files"
# Reads the inputs of a project into a temporary workspace: given tables and what they depend on, or all if none are
# given. Gives the folders of that workspace and the error of each table that could not be made.
ReadInputs = Callable[[Paths, Collection[str]], AbstractContextManager[tuple[Paths, Mapping[str, Stopped]]]]


@dataclass(frozen=True)
class Verdict:
    """Whether a file can be used.

    Attributes:
        problems: why it cannot, a line each; none if it can.
        unknown: why that cannot be found out now: another input is broken.
    """

    problems: tuple[str, ...] = ()
    unknown: str = ""

    @property
    def good(self) -> bool:
        return not self.problems and not self.unknown


def check_arrival(paths: Paths, read_inputs: ReadInputs, arrival: Arrival) -> Verdict:
    """Read the inputs with a file in its place, and judge it.

    A problem that the inputs have without the file is not held against it.

    Args:
        paths: the folders of the project.
        read_inputs: reads the inputs.
        arrival: the file; it stays where it is.

    Returns:
        The verdict: the file is good if a table was read from it and it causes no problem.

    Raises:
        InputError: there is no such place.
    """
    path = checked_place(paths, arrival.target)
    try:
        updated_sidecar(path.parent, arrival)
    except InputError as error:  # the sidecar at hand is at fault, not the file that came in
        return Verdict(unknown=str(error.problems[0]))
    tables = readers_of(paths, arrival.target)
    with staged(paths, (arrival,)) as stage, read_inputs(stage, tables) as (made, failures):
        found = _lines(failures, stage.raw, paths.raw)
        left_out = _left_out(made, arrival)
        used = _is_read(made, arrival)
    if left_out:
        return Verdict((left_out.replace(shown_path(stage.raw), shown_path(paths.raw)),))
    own = [line for line in found if _is_about(line, paths.raw / arrival.target)]
    new = own or (found and _beyond(found, _known_problems(paths, read_inputs, arrival, tables)))
    if new:
        return Verdict(tuple(new))
    if used:
        return Verdict()
    if found:
        return Verdict(unknown=found[0])
    where = shown_path(paths.raw / arrival.target)
    expected, fix = "a file that an input is read from", "correct target: folder and name of an input"
    return Verdict((str(Problem(where, "a name that nothing reads", expected, fix)),))


def certainly_unfit(
    paths: Paths, read_inputs: ReadInputs, arrivals: Sequence[Arrival]
) -> dict[PurePosixPath, tuple[str, ...]]:
    """Find the places that one file certainly cannot have, by reading the inputs once with the file in all of them.

    Args:
        paths: the folders of the project.
        read_inputs: reads the inputs.
        arrivals: the file in each place that it may have.

    Returns:
        The problems that the reader of a place has with the file, by the place. For the other places nothing is known
        yet: their reader may be one that was not reached.
    """
    several = [arrival for arrival in arrivals if not arrival.of_rows]
    if len(several) < 2:
        return {}
    tables = sorted({name for arrival in several for name in readers_of(paths, arrival.target)})
    with staged(paths, several) as stage, read_inputs(stage, tables) as (_, failures):
        lines = _lines(failures, stage.raw, paths.raw)
    own = {a.target: tuple(line for line in lines if _is_about(line, paths.raw / a.target)) for a in several}
    return {target: problems for target, problems in own.items() if problems}


def readers_of(paths: Paths, target: PurePosixPath) -> tuple[str, ...]:
    """Find which tables were read from a file in the last run; for a new name, from the files of its folder.

    Args:
        paths: the folders of the project.
        target: its place under ``data/raw``.

    Returns:
        Their names; none if that is not known, so that all tables must be read.
    """
    if target.parts[0] == HOUSEHOLDS:
        return (HOUSEHOLD_FILES,)
    stored = [name for name in AS_RECEIVED if paths.table(name).is_file()]
    read_from = {n: {origin.file for origin in workspace.read_note(paths.table(n)).origins} for n in stored}
    exactly = tuple(name for name, files in read_from.items() if str(target) in files)
    folder = f"{target.parent}/"
    return exactly or tuple(name for name, files in read_from.items() if any(f.startswith(folder) for f in files))


@contextmanager
def staged(paths: Paths, arrivals: Sequence[Arrival], of_rows: str = "") -> Iterator[Paths]:
    """Stage the inputs without household rows, and with arrivals in their places.

    Files are linked, not copied. Of household rows only an arrival is there, since each of their files can be read or
    not by itself.

    Args:
        paths: the folders of the project.
        arrivals: the files; none for the inputs as they are.
        of_rows: the system whose mapping is needed, without an arrival.

    Yields:
        Folders of a project of its own, in a folder that only this user can open; it is removed at the end.
    """
    paths.received.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=STAGE, dir=paths.received))
    try:
        raw = folder / "data" / "raw"
        _link_inputs(paths.raw, raw)
        for system in {of_rows, *(arrival.target.parts[1] for arrival in arrivals if arrival.of_rows)} - {""}:
            (raw / HOUSEHOLDS / system).mkdir(parents=True, exist_ok=True)
            for name in NOT_ROWS:
                source = paths.raw / HOUSEHOLDS / system / name
                if source.is_file():
                    shutil.copy2(source, raw / HOUSEHOLDS / system / name)
        for arrival in arrivals:
            target = raw / arrival.target
            _link(arrival.file, target)
            sidecar, content = updated_sidecar(target.parent, arrival)
            sidecar.unlink(missing_ok=True)
            sidecar.write_bytes(content)
        stage = Paths.of(folder)
        inside = paths.policy.is_relative_to(paths.raw)
        policy = raw / paths.policy.relative_to(paths.raw) if inside else paths.policy
        yield Paths(raw, stage.processed, stage.maps, policy)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_stages(paths: Paths) -> None:
    """Remove what interrupted checks left.

    Args:
        paths: the folders of the project, for which the caller has ``outcome_records.one_at_a_time``.
    """
    for folder in paths.received.glob(f"{STAGE}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _link_inputs(raw: Path, stage: Path) -> None:
    """Link every input but household rows into the stage."""
    for place, folders, names in os.walk(raw):
        here = Path(place).relative_to(raw)
        folders[:] = [f for f in folders if not f.startswith(".") and (here / f).as_posix() != HOUSEHOLDS]
        (stage / here).mkdir(parents=True)
        for name in names:
            if not name.startswith("."):
                _link(Path(place) / name, stage / here / name)


def _link(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:  # another disk or mount, or a system that refuses links to files of another user
        shutil.copyfile(source, target)


def _lines(failures: Mapping[str, Stopped], stage: Path, raw: Path) -> list[str]:
    """The problems of all tables, with the paths that people know."""
    lines = [line for stopped in failures.values() for line in stopped.problems]
    return list(dict.fromkeys(line.replace(shown_path(stage), shown_path(raw)) for line in lines))


def _is_about(line: str, path: Path) -> bool:
    return line.startswith((f"{shown_path(path)}:", f"{shown_path(path)},"))


def _beyond(found: list[str], known: Collection[str]) -> list[str]:
    return [line for line in found if line not in known]


def _known_problems(
    paths: Paths, read_inputs: ReadInputs, arrival: Arrival, tables: tuple[str, ...]
) -> Collection[str]:
    """The problems that the inputs have as they are."""
    of_rows = arrival.target.parts[1] if arrival.of_rows else ""
    with staged(paths, (), of_rows) as stage, read_inputs(stage, tables) as (_, failures):
        return _lines(failures, stage.raw, paths.raw)


def _is_read(made: Paths, arrival: Arrival) -> bool:
    stored = [made.table(name) for name in AS_RECEIVED if made.table(name).is_file()]
    origins = [origin for table in stored for origin in workspace.read_note(table).origins]
    return any((origin.file, origin.sha256) == (str(arrival.target), arrival.sha256) for origin in origins)


def _left_out(made: Paths, arrival: Arrival) -> str:
    """Why a file of household rows was left out, as the policy may allow, or has no row that can be used."""
    table = made.table(HOUSEHOLD_FILES)
    if not arrival.of_rows or not table.is_file():
        return ""
    files = stored_tables.read(table, HOUSEHOLD_FILES)
    for row in files[files["file"] == str(arrival.target)].itertuples():
        if isinstance(row.problem, str) and row.problem:
            return row.problem
        if not row.rows_kept:
            found, expected = f"{row.rows_in:,} rows, of which none can be used", "rows of households"
            fix = "look at mapping.toml, and at what the columns hold"
            return str(Problem(str(arrival.target), found, expected, fix))
    return ""
