"""A published run is built again from the inputs archived with it and compared byte by byte.

Here: which run is meant, the inputs laid out apart, and the comparison. Not here: the building (``definitions``), what
is printed (``report``). Household rows are not in the archive: they are taken from where they lie, if they are still
the same bytes. What holds times or cannot be the same bytes, ``run.json`` and the catalogue, is compared by content.
Where only rooms that make no table have changed since, the tables are compared and what shows them is not.
"""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import queries, workspace
from pipeline.code_version import SHOWING, code_versions
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.runs import publishing, rounds, switching
from pipeline.workspace import Paths

# Of `run.json`: what is of the moment, not of the figures.
OF_THE_MOMENT = ("dagster_run_id", "started", "finished", "versions")
# Of `run.json`: what depends on the code of the pages too.
OF_THE_CODE = ("run_id", "code_versions")


@dataclass(frozen=True)
class Archived:
    """A run that can be built again: what people call it, where it lies, what its ``run.json`` says."""

    name: str
    folder: Path
    record: dict[str, Any]

    @property
    def changed_rooms(self) -> tuple[str, ...]:
        """Rooms of the program whose code is not the code that made the run. Where there are any, files other than
        tables are not compared."""
        then, now = self.record["code_versions"], code_versions()
        return tuple(room for room in sorted({*then, *now}) if then.get(room) != now.get(room))

    @property
    def other_versions(self) -> dict[str, tuple[str, str]]:
        """Libraries that are not those it was made with: then and now."""
        then = self.record["versions"]
        return {name: (then[name], now) for name in then if (now := _version(name)) != then[name]}


@dataclass(frozen=True)
class Verdict:
    """The result of a comparison.

    Attributes:
        files: how many files were compared.
        differ: files that differ, are missing, or were not made again.
        not_compared: how many files were left out, since the code that makes them has changed.
    """

    files: int
    differ: tuple[str, ...]
    not_compared: int = 0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def find(paths: Paths, name: str) -> Archived:
    """The run of that name: ``current``, a run id (or its beginning), or an archived round.

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
        record = workspace.read_record(folder / switching.PROCESSED / switching.RECORD)
        made_by, inputs = record["code_versions"], record["inputs_sha256"]
    except (InputError, KeyError):
        raise InputError(
            Problem(shown_path(folder), "no whole run.json", "a run as published", "restore it from a copy")
        ) from None
    if not (folder / switching.INPUTS).is_dir() or not isinstance(inputs, dict) or not isinstance(made_by, dict):
        raise InputError(
            Problem(shown_path(folder), "no inputs", "a run archived with its inputs", "publish and archive it anew")
        )
    whole = Archived(name, folder, record)
    # A room that is new or gone counts too, unless it is one that makes no table.
    if others := [room for room in whole.changed_rooms if room not in SHOWING]:
        raise InputError(
            Problem(
                shown_path(folder),
                f"tables made by other code of {', '.join(others)}",
                "a run whose tables were made by this code",
                "check out the version that made it, and verify there",
            )
        )
    return whole


def lay_out(paths: Paths, archived: Archived, aside: Path) -> Paths:
    """The archived inputs in ``aside``, as a project of their own; household rows and the earlier round from ``paths``.

    Raises ``InputError`` where one of them is not (any more) what the run was made from.
    """
    apart = aside / switching.INPUTS
    shutil.copytree(archived.folder / switching.INPUTS, apart)
    policies = sorted((apart / workspace.ARCHIVED_POLICY).glob("*"))
    laid = Paths(
        apart / workspace.ARCHIVED_RAW,
        aside / "data" / "processed",
        aside / "maps",
        policies[0] if policies else apart / "none",
    )
    for name, sha256 in archived.record["inputs_sha256"].items():
        file = apart / name
        if workspace.holds_rows(name):
            source = paths.raw / Path(name).relative_to(workspace.ARCHIVED_RAW)
            _same(source, sha256, "the household rows of that run, which are never copied into an archive")
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, file)
        elif name == workspace.ROUND_RECORD:
            earlier = _compared_with(archived, paths)
            _same(earlier / workspace.ROUND_RECORD, sha256, "the round that the run was compared with")
            laid.rounds.mkdir(parents=True)
            shutil.copytree(earlier, laid.rounds / earlier.name)
        else:
            _same(file, sha256, "the input as it was archived")
    return laid


def _compared_with(archived: Archived, paths: Paths) -> Path:
    return paths.rounds / str(archived.record["policy"].get("decision.previous_round") or "none")


def _same(path: Path, sha256: str, expected: str) -> None:
    found = "no such file" if not path.is_file() else f"sha256 {sha256_of(path)[:12]}, not {sha256[:12]}"
    if not path.is_file() or sha256_of(path) != sha256:
        raise InputError(Problem(shown_path(path), found, expected, "put it back as it was, or restore it from a copy"))


def compare(archived: Archived, again: Paths) -> Verdict:
    """The archived run held against the one built again."""
    one, other = archived.folder, again.current.resolve()
    faces = (switching.PROCESSED, switching.MAPS)
    files = {
        path.relative_to(run).as_posix()
        for run in (one, other)
        for face in faces
        for path in (run / face).rglob("*")
        if path.is_file()
    }
    left_out = {name for name in files if archived.changed_rooms and not _is_table(name)}
    ignored = (*OF_THE_MOMENT, *(OF_THE_CODE if archived.changed_rooms else ()))
    differ = [name for name in sorted(files - left_out) if not _alike(one / name, other / name, ignored)]
    return Verdict(len(files - left_out), tuple(differ), len(left_out))


def _is_table(name: str) -> bool:
    """Whether a published file holds figures only, and not the id of the run."""
    path = PurePosixPath(name)
    return path.suffix == ".parquet" or path.name in (switching.RECORD, publishing.CATALOGUE)


def _alike(one: Path, other: Path, ignored: Collection[str]) -> bool:
    if not (one.is_file() and other.is_file()):
        return False
    if one.name == switching.RECORD:
        return _record(one, ignored) == _record(other, ignored)
    if one.name == publishing.CATALOGUE:
        return queries.same_content(one, other)
    return sha256_of(one) == sha256_of(other)


def _record(path: Path, ignored: Collection[str]) -> Any:
    try:
        return {name: value for name, value in workspace.read_record(path).items() if name not in ignored}
    except InputError:
        return path.read_bytes()
