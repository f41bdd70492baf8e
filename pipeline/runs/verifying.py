"""A published run built again from the inputs archived with it: is every byte what it was?

Here: which run is meant, the inputs laid out apart, and the comparison. Not here: the building (``definitions``), what
is printed (``report``). Household rows are not in the archive: they are taken from where they lie, if they are still
the same bytes. What holds times or cannot be the same bytes, ``run.json`` and the catalogue, is compared by content.
"""

import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline import queries, workspace
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.runs import publishing, rounds, switching
from pipeline.workspace import Paths

# Of `run.json`: what is of the moment, not of the figures.
OF_THE_MOMENT = ("dagster_run_id", "started", "finished", "versions")


@dataclass(frozen=True)
class Archived:
    """A run that can be built again: what people call it, where it lies, what its ``run.json`` says."""

    name: str
    folder: Path
    record: dict[str, Any]

    @property
    def other_versions(self) -> dict[str, tuple[str, str]]:
        """Libraries that are not those it was made with: then and now."""
        then = self.record["versions"]
        return {name: (then[name], now) for name in then if (now := _version(name)) != then[name]}


@dataclass(frozen=True)
class Verdict:
    """How many files were compared, and which differ, are missing, or are there without having been made again."""

    files: int
    differ: tuple[str, ...]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def find(paths: Paths, name: str) -> Archived:
    """The run of that name: ``current``, a run id (or its beginning), or an archived round.

    Raises ``InputError`` for an unknown one, one without its inputs, or one made by other code.
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
        made_by, inputs = str(record["code_version"]), record["inputs_sha256"]
    except (InputError, KeyError):
        raise InputError(
            Problem(shown_path(folder), "no whole run.json", "a run as published", "restore it from a copy")
        ) from None
    if not (folder / switching.INPUTS).is_dir() or not isinstance(inputs, dict):
        raise InputError(
            Problem(shown_path(folder), "no inputs", "a run archived with its inputs", "publish and archive it anew")
        )
    if made_by != (ours := workspace.code_version()):
        raise InputError(
            Problem(
                shown_path(folder),
                f"a run made by code {made_by[:12]}",
                f"one made by this, {ours[:12]}",
                "check out the version that made it, and verify there",
            )
        )
    return Archived(name, folder, record)


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
        if publishing.is_of_households(name):
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
    return Verdict(len(files), tuple(name for name in sorted(files) if not _alike(one / name, other / name)))


def _alike(one: Path, other: Path) -> bool:
    if not (one.is_file() and other.is_file()):
        return False
    if one.name == switching.RECORD:
        return _record(one) == _record(other)
    if one.name == publishing.CATALOGUE:
        return queries.same_content(one, other)
    return sha256_of(one) == sha256_of(other)


def _record(path: Path) -> Any:
    try:
        return {name: value for name, value in workspace.read_record(path).items() if name not in OF_THE_MOMENT}
    except InputError:
        return path.read_bytes()
