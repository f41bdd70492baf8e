"""Verification: a published run is rebuilt from the inputs archived with it and compared byte by byte.

Here: finding the run, copying its inputs into a temporary project, and the comparison. Not here: rebuilding
it (``definitions``), printing (``report``). Household rows are not archived: they are read from the inputs, if they are
still the same bytes. ``run.json`` and the catalogue contain times, so they are compared by content. If only rooms that
make no table have changed since the run, the tables are compared and pages and workbooks are not.
"""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import project, queries
from pipeline.code_version import SHOWING, code_versions
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.project import Paths
from pipeline.runs import publishing, rounds, switching

# Fields of `run.json` that differ between two runs of the same inputs.
RUN_FIELDS = ("dagster_run_id", "started", "finished", "versions")
# Fields of `run.json` that depend on the code of the pages too.
CODE_FIELDS = ("run_id", "code_versions")


@dataclass(frozen=True)
class Archived:
    """A run that can be rebuilt.

    Attributes:
        name: the name that was given for it.
        folder: its folder.
        record: its ``run.json``.
    """

    name: str
    folder: Path
    record: dict[str, Any]

    @property
    def changed_rooms(self) -> tuple[str, ...]:
        """Rooms of the program whose code has changed since the run. If there are any, only tables are compared."""
        then, now = self.record["code_versions"], code_versions()
        return tuple(room for room in sorted({*then, *now}) if then.get(room) != now.get(room))

    @property
    def other_versions(self) -> dict[str, tuple[str, str]]:
        """Libraries whose version has changed since the run: the version then and now."""
        then = self.record["versions"]
        return {name: (then[name], now) for name in then if (now := _version(name)) != then[name]}


@dataclass(frozen=True)
class Verdict:
    """The result of a comparison.

    Attributes:
        files: the number of files compared.
        differ: files that differ, are missing, or were not rebuilt.
        not_compared: the number of files left out because the code that makes them has changed.
    """

    files: int
    differ: tuple[str, ...]
    not_compared: int = 0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def find_run(paths: Paths, name: str) -> Archived:
    """Find a run by its name.

    Args:
        paths: the folders of the project.
        name: ``current``, a run id (or its first four digits or more), or the name of an archived round.

    Returns:
        The run, whose tables were made by the present code.

    Raises:
        InputError: the run is unknown, has no inputs, or its tables were made by other code.
    """
    runs = {run.name.rsplit("-", 1)[-1]: run for run in switching.kept_runs(paths)}
    folder = switching.shown_run(paths) if name == rounds.CURRENT else None
    if folder is None:
        fitting = [run for identity, run in runs.items() if len(name) >= 4 and identity.startswith(name)]
        archived = [kept.folder for kept in rounds.known_rounds(paths) if kept.name == name]
        folder = next(iter([*archived, *fitting]), None)
    if folder is None:
        known = ", ".join([rounds.CURRENT, *runs, *(kept.name for kept in rounds.known_rounds(paths))])
        raise InputError(Problem("verify", shown_value(name), f"one of: {known}", "run `pilot-areas run` first"))
    try:
        record = project.read_record(folder / switching.PROCESSED / switching.RECORD)
        # Earlier versions recorded one version for all their code.
        made_by = None if "code_version" in record else record["code_versions"]
        inputs = record["inputs_sha256"]
    except (InputError, KeyError):
        raise InputError(
            Problem(
                shown_path(folder), "an incomplete run.json", "the run as it was published", "restore it from a backup"
            )
        ) from None
    if made_by is None:
        raise InputError(
            Problem(
                shown_path(folder),
                "a run of an earlier version of the program",
                "a run whose tables were made by this code",
                "check out the version that made it and verify there",
            )
        )
    if not (folder / switching.INPUTS).is_dir() or not isinstance(inputs, dict) or not isinstance(made_by, dict):
        raise InputError(
            Problem(shown_path(folder), "no inputs", "a run archived with its inputs", "publish and archive it again")
        )
    archived_run = Archived(name, folder, record)
    # A room that was added or removed counts too, unless it makes no table.
    if others := [room for room in archived_run.changed_rooms if room not in SHOWING]:
        raise InputError(
            Problem(
                shown_path(folder),
                f"tables made by other code of {', '.join(others)}",
                "a run whose tables were made by this code",
                "check out the version that made it and verify there",
            )
        )
    return archived_run


def restore_inputs(paths: Paths, archived: Archived, folder: Path) -> Paths:
    """Copy the inputs of a run into ``folder`` as a project of its own.

    Args:
        paths: the project, from which household rows and the earlier round are copied.
        archived: the run.
        folder: an empty folder.

    Returns:
        The folders of the new project.

    Raises:
        InputError: an input is missing or has changed since the run.
    """
    inputs = folder / switching.INPUTS
    shutil.copytree(archived.folder / switching.INPUTS, inputs)
    policies = sorted((inputs / project.ARCHIVED_POLICY).glob("*"))
    copied = Paths(
        inputs / project.ARCHIVED_RAW,
        folder / "data" / "processed",
        folder / "maps",
        policies[0] if policies else inputs / "none",
    )
    for name, sha256 in archived.record["inputs_sha256"].items():
        file = inputs / name
        if project.holds_rows(name):
            source = paths.raw / Path(name).relative_to(project.ARCHIVED_RAW)
            _check_same(source, sha256, "the household rows of that run, which are not archived")
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, file)
        elif name == project.ROUND_RECORD:
            earlier = _compared_with(archived, paths)
            _check_same(earlier / project.ROUND_RECORD, sha256, "the round that the run was compared with")
            copied.rounds.mkdir(parents=True)
            shutil.copytree(earlier, copied.rounds / earlier.name)
        else:
            _check_same(file, sha256, "the input as it was archived")
    return copied


def _compared_with(archived: Archived, paths: Paths) -> Path:
    return paths.rounds / str(archived.record["policy"].get("decision.previous_round") or "none")


def _check_same(path: Path, sha256: str, expected: str) -> None:
    found = "no such file" if not path.is_file() else f"sha256 {sha256_of(path)[:12]}, not {sha256[:12]}"
    if not path.is_file() or sha256_of(path) != sha256:
        raise InputError(Problem(shown_path(path), found, expected, "restore it from a backup"))


def compare(archived: Archived, rebuilt: Paths) -> Verdict:
    """Compare a run with its rebuilt copy, byte by byte.

    Args:
        archived: the run.
        rebuilt: the folders of the project in which it was rebuilt.

    Returns:
        The files that differ, and how many were compared.
    """
    one, other = archived.folder, rebuilt.current.resolve()
    parts = (switching.PROCESSED, switching.MAPS)
    files = {
        path.relative_to(run).as_posix()
        for run in (one, other)
        for part in parts
        for path in (run / part).rglob("*")
        if path.is_file()
    }
    left_out = {name for name in files if archived.changed_rooms and not _is_table(name)}
    ignored = (*RUN_FIELDS, *(CODE_FIELDS if archived.changed_rooms else ()))
    differ = [name for name in sorted(files - left_out) if not _equal(one / name, other / name, ignored)]
    return Verdict(len(files - left_out), tuple(differ), len(left_out))


def _is_table(name: str) -> bool:
    """Return whether a published file contains figures only, without the id of the run."""
    path = PurePosixPath(name)
    return path.suffix == ".parquet" or path.name in (switching.RECORD, publishing.CATALOGUE)


def _equal(one: Path, other: Path, ignored: Collection[str]) -> bool:
    if not (one.is_file() and other.is_file()):
        return False
    if one.name == switching.RECORD:
        return _record(one, ignored) == _record(other, ignored)
    if one.name == publishing.CATALOGUE:
        return queries.same_content(one, other)
    return sha256_of(one) == sha256_of(other)


def _record(path: Path, ignored: Collection[str]) -> Any:
    try:
        return {name: value for name, value in project.read_record(path).items() if name not in ignored}
    except InputError:
        return path.read_bytes()
