"""Files under ``data/raw/`` that no reader takes: each is one line, so that none is passed over in silence.

A file that a person expects to be used is a problem: a second version beside the file that is read, data with a suffix
that is not read, a file or a misspelt folder beside those of systems. What was put aside is a warning: other folders,
documents, other policies. Here: which files are taken, by folder. Not here: what systems and programs leave behind
(``leftovers``), data in the folders of boundaries, household rows and releases, whose readers refuse what they do not
know.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.layers import LAYERS
from pipeline.leftovers import DATA, inputs_in
from pipeline.reading.opened import RECEIVED, is_for_people
from pipeline.reading.sidecar import SIDECAR
from pipeline.sources import data_systems, dopa, nesdc, subdistricts, universities


def _table(name: str) -> str:
    """A table under its usual name with any ending that is read."""
    return re.escape(Path(name).stem) + f"({'|'.join(map(re.escape, RECEIVED))})"


# The usual names of the tables of each folder, and patterns of its other files.
TABLES: dict[str, list[str]] = {
    "data_systems": [data_systems.SYSTEMS, data_systems.ACCEPTANCES],
    "dopa": [dopa.DISTRICT_FILE, dopa.SUBDISTRICT_FILE],
    "nesdc": [nesdc.REGIONS],
    "partnerships": [universities.PARTNERSHIPS],
    "subdistrict_points": [subdistricts.SUBDISTRICT_POINTS_FILE.name],
    "universities": [universities.CAMPUSES],
}
for layer in LAYERS:
    TABLES.setdefault(layer.folder, []).append(layer.file)
OTHERS = {"dopa": "*.txt", "policy": "*.toml", "tpmap": "tpmap_[0-9][0-9][0-9][0-9]_by_district.*"}
# How messages show a pattern that is no plain name.
SHOWN = {"tpmap": "tpmap_<year>_by_district.csv"}
TAKEN = (*TABLES, *(folder for folder in OTHERS if folder not in TABLES))
POLICIES, RELEASES = "policy", "tpmap_aggregates"
KINDS_OF = {
    "boundaries": "boundary files",
    "households": "files of household rows",
    RELEASES: f"files of releases ({', '.join(RECEIVED)})",
}
BY_THEMSELVES = tuple(KINDS_OF)
# Folders of which files are taken by their ending alone.
TEXTS = ("dopa",)
FOLDERS = (*TAKEN, *BY_THEMSELVES)


@dataclass(frozen=True)
class Unread:
    """A file, or a folder of files, that no reader takes.

    Attributes:
        problem: what was found, what is expected there, and how to fix it.
        expected_to_be_used: a run stops, because whoever put it there expects its figures to count.
    """

    problem: Problem
    expected_to_be_used: bool


def unread_inputs(raw: Path, policy: Path | None = None) -> list[Unread]:
    """List what no reader takes.

    Args:
        raw: the folder of all inputs.
        policy: the policy of the round; another one in its folder is not used.

    Returns:
        One entry for each file, in the order of names; one for each folder that is not that of a system.
    """
    found: dict[str, Unread] = {}
    for path in inputs_in(raw):
        inside = path.relative_to(raw)
        top = inside.parts[0]
        if len(inside.parts) == 1:
            found[path.name] = Unread(_at_the_top(path), _is_data(path))
        elif top in BY_THEMSELVES:
            if is_for_people(path) or (top == RELEASES and not _is_data(path) and not _is_sidecar(path)):
                found[shown_path(path)] = Unread(_not_read(path, KINDS_OF[top]), expected_to_be_used=False)
        elif _is_sidecar(path):
            continue
        elif top not in TAKEN:
            found.setdefault(top, _unknown_folder(raw / top))
        elif len(inside.parts) > 2:
            folder = raw / top / inside.parts[1]
            found.setdefault(shown_path(folder), Unread(_inner_folder(folder), expected_to_be_used=False))
        elif not is_taken(path.name, top) or (top in TEXTS and _is_prose(path, top)):
            found[shown_path(path)] = Unread(_unknown_file(path, top), _is_data(path))
        elif top == POLICIES and policy is not None and path.resolve() != policy.resolve():
            found[shown_path(path)] = Unread(_other_policy(path, policy), expected_to_be_used=False)
    return list(found.values())


def _is_data(path: Path) -> bool:
    """Whether a person expects a file to be used: by its ending, and if it is text also by its lines."""
    return path.suffix.lower() in DATA and not is_for_people(path)


def _is_prose(path: Path, folder: str) -> bool:
    """Whether a file that is taken by its ending alone holds no table."""
    usual = any(re.fullmatch(_table(name), path.name) for name in TABLES.get(folder, ()))
    return not usual and is_for_people(path)


def refuse_unread(raw: Path) -> None:
    """Refuse files that a person expects to be used and that no reader takes.

    Args:
        raw: the folder of all inputs.

    Raises:
        InputError: there are such files; it lists all of them.
    """
    if problems := [unread.problem for unread in unread_inputs(raw) if unread.expected_to_be_used]:
        raise InputError(problems)


def is_taken(name: str, folder: str) -> bool:
    """Return whether the reader of a folder takes a file of this name.

    Args:
        name: of the file.
        folder: its folder under ``data/raw/``.

    Returns:
        Whether it is one of the tables of the folder, with any ending that is read, or of its other files.

    >>> is_taken("regions.xlsx", "nesdc"), is_taken("stat_t66.txt", "dopa"), is_taken("regions (1).csv", "nesdc")
    (True, True, False)
    """
    table = any(re.fullmatch(_table(usual), name) for usual in TABLES.get(folder, ()))
    return table or (folder in OTHERS and Path(name).match(OTHERS[folder]))


def _is_sidecar(path: Path) -> bool:
    return path.name == SIDECAR or path.name.endswith(f".{SIDECAR}")


def _at_the_top(path: Path) -> Problem:
    fix = f"put it into the folder of its system under {shown_path(path.parent)}/, or move it away"
    return Problem(shown_path(path), "a file beside the folders", "a folder per system", fix)


def _unknown_folder(folder: Path) -> Unread:
    near = get_close_matches(folder.name.casefold(), FOLDERS, n=1, cutoff=0.8)
    files = len(inputs_in(folder))
    found = f"the folder {shown_value(folder.name)} with {files:,} {'file' if files == 1 else 'files'}"
    fix = f"rename it to {near[0]}" if near else "move it away; a new system needs a layer (docs/changing.md)"
    return Unread(Problem(shown_path(folder), found, f"one of {', '.join(FOLDERS)}", fix), bool(near))


def _inner_folder(folder: Path) -> Problem:
    files = len(inputs_in(folder))
    found = f"a folder with {files:,} {'file' if files == 1 else 'files'} that are not read"
    return Problem(shown_path(folder), found, f"files directly in {shown_path(folder.parent)}/", "move it away")


def _not_read(path: Path, expected: str) -> Problem:
    return Problem(shown_path(path), "a file that is not read", expected, "move it away")


def _other_policy(path: Path, policy: Path) -> Problem:
    expected = f"one policy, {shown_path(policy)}"
    return Problem(shown_path(path), "a policy that is not used", expected, "move it away, or use it with --policy")


def _unknown_file(path: Path, folder: str) -> Problem:
    names = [*TABLES.get(folder, ()), *([SHOWN.get(folder, OTHERS[folder])] if folder in OTHERS else [])]
    near = get_close_matches(path.name, names, n=1)
    fix = "move it away"
    if near and not (path.parent / near[0]).exists():
        fix = f"rename it to {near[0]}, or {fix}"
    elif near:
        fix = f"keep the version that counts as {near[0]}, and move the other away"
    return Problem(shown_path(path), "a file that is not read", " or ".join(names), fix)
