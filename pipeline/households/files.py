"""Household files as received: the list of files, the files that cannot be used, the origin of each.

Here: names of files and folders, files that are not files of rows, origins. Not here: the content of a file
(``opening``), its columns (``mapping``). Names of files are logged and published, so a name that contains a citizen id
is refused.
"""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import project
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.households import mapping
from pipeline.households.citizen_ids import without_ids
from pipeline.households.mapping import Mapping
from pipeline.households.progress import Log
from pipeline.leftovers import inputs_in, is_leftover, is_note
from pipeline.reading.opened import is_for_people
from pipeline.reading.sidecar import SIDECAR, Origin, origin_of

FOLDER = project.HOUSEHOLDS
SUFFIXES = (".csv", ".txt", ".tsv", ".parquet", ".xlsx")


@dataclass(frozen=True)
class HouseholdFile:
    """One file of household rows: the system it comes from, its path and its digest."""

    system: str
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """Its name in tables and in the log."""
        return f"{FOLDER}/{self.system}/{self.path.name}"

    @property
    def shown(self) -> str:
        """Its path in error messages."""
        return shown_path(self.path)


@dataclass(frozen=True)
class Unusable:
    """A file that is not used, and why."""

    system: str
    name: str
    problem: str


@dataclass(frozen=True)
class FilesToRead:
    """The files to read, and the files that the policy allows to be left out.

    Attributes:
        files: the files to read.
        mappings: the mapping of each system.
        left_out: files that are not used, and why.
        origins: where each file comes from, by its name; also for a mapping or sidecar that cannot be used.
    """

    files: tuple[HouseholdFile, ...]
    mappings: dict[str, Mapping]
    left_out: tuple[Unusable, ...]
    origins: dict[str, Origin]

    @property
    def systems(self) -> list[str]:
        """The systems in order; a system's number in DuckDB is its position here."""
        return sorted(self.mappings)


def files_to_read(raw: Path, skip_unusable: bool, log: Log) -> FilesToRead:
    """Find the files under ``raw/households/`` and read their mappings.

    Args:
        raw: the folder of inputs.
        skip_unusable: leave out what cannot be used and log it (the policy's ``unusable_file = "skip"``).
        log: takes a line for each file left out.

    Returns:
        The files to read, with the mapping of each system.

    Raises:
        InputError: a file, a mapping or a sidecar cannot be used and ``skip_unusable`` is false; or a folder or a file
            has a name that is never accepted.
    """
    found, problems = list_files(raw)
    mappings: dict[str, Mapping] = {}
    origins = {file.name: _without_statement(file) for file in found}
    for system in dict.fromkeys(file.system for file in found):
        of_system = [file for file in found if file.system == system]
        try:
            origins |= {file.name: _origin(file) for file in of_system}
            mappings[system] = mapping.read_mapping(raw / FOLDER / system)
        except InputError as error:
            problems += [(file, error.problems[0]) for file in of_system]
    if problems and not skip_unusable:
        raise InputError(list(dict.fromkeys(problem for _, problem in problems)))
    for file, problem in problems:
        log(f"{file.path.name} left out, as the policy allows: {problem}")
    left_out = tuple(Unusable(file.system, file.name, str(problem)) for file, problem in problems)
    return FilesToRead(tuple(f for f in found if f.system in mappings), mappings, left_out, origins)


def list_files(raw: Path) -> tuple[list[HouseholdFile], list[tuple[HouseholdFile, Problem]]]:
    """List the files under ``raw/households/<system>/``, without hidden files, notes and sidecars.

    Args:
        raw: the folder of inputs.

    Returns:
        The files that can be opened, in the order of names; and each other file with its problem.

    Raises:
        InputError: the name of a folder cannot be the name of a system, or the name of a file contains a citizen id.
    """
    files: list[HouseholdFile] = []
    problems: list[tuple[HouseholdFile, Problem]] = []
    for folder in sorted(p for p in (raw / FOLDER).glob("*") if p.is_dir() and not is_leftover(Path(p.name))):
        _check_names(folder)
        first: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            known = path.name in project.NOT_ROWS or is_note(path) or is_leftover(path.relative_to(folder))
            is_empty = path.is_dir() and not path.is_symlink() and not inputs_in(path)
            if known or is_empty or is_for_people(path):
                continue
            fault = _fault_of(path)
            file = HouseholdFile(folder.name, path, "" if fault else sha256_of(path))
            if fault is None:
                same = first.setdefault(file.sha256, path.name)
                if same == path.name:
                    files.append(file)
                    continue
                fault = f"the same content as {same}", "each file once", "remove one of the two"
            problems.append((file, Problem(file.shown, *fault)))
    return files, problems


def _check_names(folder: Path) -> None:
    """Raise ``InputError`` for a name that cannot be that of a system, or a citizen id in a name within the folder."""
    if folder.is_symlink():
        raise InputError(Problem(shown_path(folder), "a link", "a folder", "put the folder itself here"))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", folder.name):
        expected = "the name of a system in small letters, such as tpmap"
        raise InputError(
            Problem(shown_path(folder), f"the folder name {shown_value(folder.name)}", expected, "rename the folder")
        )
    for path in sorted(folder.rglob("*")):
        if (hidden := without_ids(path.name)) != path.name:
            raise InputError(
                Problem(
                    f"{shown_path(folder)}/{hidden}",
                    "a name that contains a citizen id (hidden here)",
                    "a name without citizen ids, since names of files are published",
                    "rename the file",
                )
            )


def _fault_of(path: Path) -> tuple[str, str, str] | None:
    """Return what is wrong with a file before it is opened (found, expected, fix), or None."""
    if path.is_symlink() or not path.is_file():
        return "a link or a folder", "a file", "put the file itself here"
    if path.suffix.lower() not in SUFFIXES:
        return (
            f"a file of the kind '{path.suffix}'",
            f"one of {', '.join(SUFFIXES)}",
            "export it again, or move it away",
        )
    if not os.access(path, os.R_OK):
        return "permission denied", "a file that this user can read", "grant read permission"
    return None


def _origin(file: HouseholdFile) -> Origin:
    """Describe the origin of a file by its sidecar; without a sidecar, state that it was received under agreement."""
    if (file.path.parent / SIDECAR).is_file():
        return replace(origin_of(file.path, file.sha256), file=file.name)
    return _without_statement(file)


def _without_statement(file: HouseholdFile) -> Origin:
    return Origin(
        file=file.name,
        sha256=file.sha256,
        title_th=f"ข้อมูลรายครัวเรือน {file.system}",
        title_en=f"Household rows, {file.system}",
        source=f"household rows of {file.system}, received without a statement of their source",
        address="",
        licence="under agreement, not for publication",
        received="",
        source_th=f"ข้อมูลรายครัวเรือน {file.system} ที่ได้รับโดยไม่มีคำชี้แจงที่มา",
    )
