"""The project: its folders, its inputs and their names in an archive, the records of runs and rounds.

Here: where everything is, which files are inputs, and the digest of them all. Not here: tables (``stored_tables``,
``workspace``), what is published (``runs``), how an input is read (``reading``, ``sources``, ``households``).
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import digests
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path
from pipeline.leftovers import is_leftover, is_note
from pipeline.policy import read_policy
from pipeline.reading.sidecar import SIDECAR

# The record of an archived round, in its folder.
ROUND_RECORD = "round.json"
# The folder of household rows in `raw`, and files in it that are not rows.
HOUSEHOLDS = "households"
NOT_ROWS = {"mapping.toml", SIDECAR}
# The names of inputs in an archive start with these: the folder of inputs, the policy.
ARCHIVED_RAW = "raw"
ARCHIVED_POLICY = "policy"


@dataclass(frozen=True)
class Paths:
    """The folders of one project. Folders that people need not open are hidden, next to ``processed``."""

    raw: Path
    processed: Path
    maps: Path
    policy: Path
    households_from: Path | None = None
    """Where intakes of household rows are kept, if not in ``state``: `check` shares those of `run`."""
    root: Path | None = None
    """The folder of the project, if it is known: settings and records of runs are there."""

    @classmethod
    def of(cls, root: Path) -> "Paths":
        """Find the folders of a project by their usual places.

        Args:
            root: the folder of the project.

        Returns:
            The folders; none of them needs to exist.
        """
        raw = root / "data" / "raw"
        return cls(raw, root / "data" / "processed", root / "maps", raw / "policy" / "policy.toml", root=root)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that belong to the project; they can be far from each other."""
        return tuple(folder for folder in (self.root, self.raw, self.processed, self.maps, self.state) if folder)

    @property
    def rounds(self) -> Path:
        return self.processed.parent / "rounds"

    @property
    def state(self) -> Path:
        return self.processed.parent / f".{self.processed.name}.runs"

    @property
    def households(self) -> Path:
        return self.households_from or self.state / "households"

    @property
    def inbox(self) -> Path:
        """Where agencies drop files."""
        return self.raw.parent / "inbox"

    @property
    def quarantine(self) -> Path:
        """Received files that cannot be used."""
        return self.raw.parent / "quarantine"

    @property
    def received(self) -> Path:
        """Files on their way in, and what became of earlier ones."""
        return self.raw.parent / ".received"

    @property
    def workspace(self) -> Path:
        return self.state / "workspace"

    @property
    def current(self) -> Path:
        return self.state / "current"

    def table(self, name: str) -> Path:
        """Find the file of a table in the workspace.

        Args:
            name: the name of its contract.

        Returns:
            Its path, also before the table is stored.
        """
        return self.workspace / f"{name}.parquet"


def input_files(paths: Paths) -> dict[str, tuple[Path, str]]:
    """List all inputs: files under ``raw``, the policy of the round, the record of the round it is compared with.

    Args:
        paths: the folders of the project.

    Returns:
        The path and sha256 of each file, by its name in an archive.

    Raises:
        InputError: the folder is missing, or a link leads out of it.
    """
    if not paths.raw.is_dir():
        raise InputError(
            Problem(shown_path(paths.raw), "no such folder", "the folder of inputs", "give its path with --raw")
        )
    found: dict[str, Path] = {}
    top = paths.raw.resolve()
    for path in sorted(paths.raw.rglob("*")):
        inside = path.relative_to(paths.raw)
        if is_note(inside) or is_leftover(inside):
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(top):
            raise InputError(
                Problem(
                    shown_path(path),
                    "a link that leads out of the folder of inputs",
                    "a file",
                    "put the file itself here",
                )
            )
        if path.is_file():
            found[f"{ARCHIVED_RAW}/{inside.as_posix()}"] = path
    if paths.policy.is_file():
        found[f"{ARCHIVED_POLICY}/{paths.policy.name}"] = paths.policy
    if (earlier := _previous_round(paths)) and earlier.is_file():
        found[ROUND_RECORD] = earlier
    saved_digests = paths.households / ".digests.json"
    digests.recall(saved_digests)
    known = {name: (path, sha256_of(path)) for name, path in found.items()}
    digests.remember(saved_digests)
    return known


def holds_rows(name: str) -> bool:
    """Check whether an input may have rows of households.

    Args:
        name: its name in an archive.

    Returns:
        True for every file in a folder of household rows but mapping, sidecar and notes.

    >>> holds_rows("raw/households/tpmap/rows.csv"), holds_rows("raw/households/tpmap/mapping.toml")
    (True, False)
    """
    within = name.startswith(f"{ARCHIVED_RAW}/{HOUSEHOLDS}/")
    path = PurePosixPath(name)
    return within and path.name not in NOT_ROWS and not is_note(path)


def inputs_digest(paths: Paths) -> str:
    """Compute one digest of all inputs: of their names in an archive and their content.

    Args:
        paths: the folders of the project.

    Returns:
        64 hexadecimal digits.

    Raises:
        InputError: the folder of inputs is missing, or a link leads out of it.
    """
    digest = hashlib.sha256()
    for name, (_, sha256) in input_files(paths).items():
        digest.update(f"{name}\0{sha256}".encode())
    return digest.hexdigest()


def _previous_round(paths: Paths) -> Path | None:
    """The record of the archived round that the policy names; it contains the digests of all files of that round."""
    try:
        policy, _ = read_policy(paths.policy)
    except (InputError, OSError):  # the asset `policy` reports what is wrong with it
        return None
    name = policy.decision.previous_round
    return paths.rounds / name / ROUND_RECORD if name else None


def read_record(path: Path) -> dict[str, Any]:
    """Read the record of a run or of a round.

    Args:
        path: a file with one JSON object.

    Returns:
        The object.

    Raises:
        InputError: the file is missing, or is not a JSON object.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        found = "no such file"
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or nested too deeply
        found = str(error)[:80]
    else:
        if isinstance(record, dict):
            return record
        found = f"a {type(record).__name__}"
    raise InputError(Problem(shown_path(path), found, "a JSON object", "restore it from a backup, or make it again"))
