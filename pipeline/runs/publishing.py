"""Publishing: from the workspace to the folder of a run, with figures, pages and the inputs they come from.

Here: the check that the workspace is one complete, official run, and the folder that is published. Not here: how a
table or a page is made, the switch to the folder (``switching``), rebuilding it (``verifying``).
"""

import hashlib
import json
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline import policy, project, queries, stored_tables, workspace
from pipeline.code_version import EVERYTHING, code_version, code_versions
from pipeline.contracts import CONTRACTS, Contract
from pipeline.digests import sha256_of
from pipeline.errors import NotPublished
from pipeline.project import Paths
from pipeline.runs import switching

PACKAGES = (
    "pilot-areas",
    "dagster",
    "duckdb",
    "folium",
    "geopandas",
    "geothai",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "matplotlib",
    "shapely",
    "topojson",
    "xlsxwriter",
)
CATALOGUE = "pilot_areas.duckdb"
REMEDY = "materialise everything with the official policy and inputs, then publish"


@dataclass(frozen=True)
class Published:
    """A published run: its id, its folder, and how many files it has."""

    run_id: str
    folder: Path
    files: int


def run_id(paths: Paths, official: policy.Policy) -> str:
    """Compute the id of a run. Runs with equal ids have equal output.

    Args:
        paths: the folders of the project; the inputs are digested.
        official: the policy of the run, with its seed.

    Returns:
        16 hexadecimal digits, a digest of inputs, policy, seed and code version.
    """
    parts = [project.inputs_digest(paths), official.sha256, str(official.seed), code_version(EVERYTHING)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class RunIdentity:
    """The id under which a run will be published, for functions that must not read the folders of the project.

    Attributes:
        paths: the folders of the project.
    """

    paths: Paths

    def of(self, official: policy.Policy) -> str:
        """Compute the id of a run of the present inputs.

        Args:
            official: the policy of the run.

        Returns:
            16 hexadecimal digits.
        """
        return run_id(self.paths, official)


def check_whole(paths: Paths, made_from: Mapping[str, tuple[str, ...]]) -> None:
    """Check that all stored tables come from the present inputs, policy and code.

    Args:
        paths: the folders of the project.
        made_from: the tables each table is made from, in an order in which they can be made.

    Raises:
        NotPublished: a table is missing or comes from something else.
    """
    present = project.inputs_digest(paths)
    stamps: dict[str, str] = {}
    for name, sources in made_from.items():
        path = paths.table(name)
        if not path.is_file():
            raise NotPublished(f"Not published: {name} has not been materialised. To fix: {REMEDY}.")
        note = workspace.read_note(path)
        if note.inputs and note.inputs != present:
            raise NotPublished(
                f"Not published: {name} was read before the files under {paths.raw.name}/ or the policy changed."
                f" To fix: {REMEDY}."
            )
        for origin in note.origins:
            file = paths.policy if name == "policy" else paths.raw / origin.file
            if file.is_file() and sha256_of(file) != origin.sha256:
                raise NotPublished(f"Not published: {origin.file} changed while {name} was read. To fix: {REMEDY}.")
        changed = workspace.overrides(stored_tables.read(path, name)) if name == "policy" else []
        expected = workspace.stamp(name, (stamps[s] for s in sources), note.inputs, changed)
        if note.stamp != expected:
            raise NotPublished(
                f"Not published: {name} was made from other tables, or by other code, than those now in the"
                f" workspace. To fix: {REMEDY}."
            )
        stamps[name] = note.stamp


def changed_parameters(paths: Paths) -> list[str]:
    """List the parameters that were changed for a what-if.

    Args:
        paths: the folders of the project; the policy in its workspace is read.

    Returns:
        Each change in words; none in an official run.
    """
    return workspace.overrides(stored_tables.read(paths.table("policy"), "policy"))


def publish(paths: Paths, made_from: Mapping[str, tuple[str, ...]], dagster_run: str, started: datetime) -> Published:
    """Build the folder of the run from the workspace and switch ``data/processed`` and ``maps`` to it.

    Args:
        paths: the folders of the project.
        made_from: the tables each table is made from, in an order in which they can be made.
        dagster_run: the id of the Dagster run, for ``run.json``.
        started: when that run started.

    Returns:
        The published run.

    Raises:
        NotPublished: the workspace is not one complete run, or an input changed meanwhile. The published run is not
            changed.
    """
    check_whole(paths, made_from)
    official = policy.from_table(stored_tables.read(paths.table("policy"), "policy"))
    identity = run_id(paths, official)
    switching.check_places(paths)
    with switching.building(paths) as folder:
        count = _figures_and_pages(paths, made_from, folder)
        archived = archive_inputs(paths, folder / switching.INPUTS)
        if run_id(paths, official) != identity:
            raise NotPublished(f"Not published: an input changed while the run was published. To fix: {REMEDY}.")
        record = run_record(paths, official, identity, archived, dagster_run, started)
        _write_json(folder / switching.PROCESSED / switching.RECORD, record)
        stamp = started.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
        run = switching.switch_to(paths, folder, f"{switching.RUN}{stamp}-{identity}")
    return Published(identity, run, count + 1)


def _figures_and_pages(paths: Paths, made_from: Mapping[str, tuple[str, ...]], folder: Path) -> int:
    """Copy the files that people open from the workspace into the folder of the run; return how many."""
    tables: dict[str, tuple[Contract, Path]] = {}
    parts = {part: folder / part for part in (switching.PROCESSED, switching.MAPS)}
    for part in parts.values():
        part.mkdir()
    for name in made_from:
        source = paths.table(name)
        if not CONTRACTS[name].published:
            continue
        if files_in := CONTRACTS[name].files_in:
            for file, content in stored_tables.read_files(source).items():
                target = parts[files_in] / file
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content)
            continue
        tables[name] = CONTRACTS[name], parts[switching.PROCESSED] / source.name
        shutil.copyfile(source, tables[name][1])
    catalogue = parts[switching.PROCESSED] / CATALOGUE
    queries.write_catalogue(catalogue, tables, {n for n in tables if workspace.read_note(paths.table(n)).sample})
    catalogue.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    return sum(path.is_file() for path in folder.rglob("*"))


def archive_inputs(paths: Paths, folder: Path) -> dict[str, str]:
    """Copy all inputs into a folder, so that ``verifying`` can rebuild the run.

    Household rows are never copied: only their digest is recorded.

    Args:
        paths: the folders of the project.
        folder: the folder for the copies.

    Returns:
        The sha256 of each input by its name in the archive.

    Raises:
        NotPublished: a file changed while it was copied.
    """
    known = project.input_files(paths)
    for name, (path, sha256) in known.items():
        if project.holds_rows(name) or name == project.ROUND_RECORD:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise NotPublished(f"Not published: {name} changed while it was archived. To fix: {REMEDY}.")
        target.write_bytes(content)
    return {name: sha256 for name, (_, sha256) in known.items()}


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def run_record(
    paths: Paths,
    official: policy.Policy,
    identity: str,
    inputs_sha256: Mapping[str, str],
    dagster_run: str,
    started: datetime,
) -> dict[str, Any]:
    """Compose the content of ``run.json``, the only published file that contains times.

    Args:
        paths: the folders of the project.
        official: the policy of the run.
        identity: the id of the run.
        inputs_sha256: the sha256 of each input by its name in the archive.
        dagster_run: the id of the Dagster run.
        started: when that run started.

    Returns:
        Each field by its name.
    """
    inputs = stored_tables.read(paths.table("inputs"), "inputs")
    return {
        "run_id": identity,
        "inputs_sha256": dict(inputs_sha256),
        "sample": bool(inputs["sample"].any()),
        "policy_sha256": official.sha256,
        "policy": dict(official.rows()),
        "seed": official.seed,
        "code_versions": code_versions(),
        "versions": {name: version(name) for name in PACKAGES},
        "dagster_run_id": dagster_run,
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
