"""From a workspace that belongs together to what people open: one run, switched to in one step.

Here: the check that the workspace is one whole, official run; the run's folder; the switch; old runs swept. Not
here: how a table or a page is made. People see ``data/processed`` and ``maps``: links through ``current``, which is
replaced by rename. Where links cannot be made (Windows without the right, FAT) the files are copied instead.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline import policy, queries, sentences, workspace
from pipeline.contracts import CONTRACTS, Contract
from pipeline.digests import sha256_of
from pipeline.errors import NotPublished
from pipeline.pages import frame
from pipeline.pages.frame import Figures
from pipeline.workspace import Paths

KEPT_RUNS = 5
PACKAGES = (
    "pilot-areas", "dagster", "duckdb", "folium", "geopandas", "geothai", "numpy", "pandas", "pyarrow", "scipy",
    "matplotlib", "shapely", "topojson", "xlsxwriter",
)  # fmt: skip
AGAIN = "materialise everything with the official policy and inputs, then publish"


@dataclass(frozen=True)
class Published:
    """A run that has become what people see."""

    run_id: str
    folder: Path
    files: int


def run_id(paths: Paths, official: policy.Policy) -> str:
    """Digest of inputs, policy, seed and code version: equal ids, equal output."""
    parts = [workspace.inputs_digest(paths), official.sha256, str(official.seed), workspace.code_version()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def figures(paths: Paths) -> Figures:
    """What the pages are made from: the tables of the workspace, with the run's id and the words for them."""
    tables = workspace.Tables(paths.workspace)
    official = policy.from_table(tables("policy"))
    return frame.read(tables, official, run_id(paths, official), sentences.for_page(official))


def check_whole(paths: Paths, made_from: Mapping[str, tuple[str, ...]]) -> None:
    """Raise ``NotPublished`` unless all stored tables come from the present inputs, policy and code.

    ``made_from`` names the tables each table is made from, in the order of making.
    """
    present = workspace.inputs_digest(paths)
    stamps: dict[str, str] = {}
    for name, sources in made_from.items():
        path = paths.table(name)
        if not path.is_file():
            raise NotPublished(f"Not published: {name} has not been materialised. To mend: {AGAIN}.")
        note = workspace.read_note(path)
        if note.inputs and note.inputs != present:
            raise NotPublished(
                f"Not published: {name} was read before the files under {paths.raw.name}/ or the policy changed."
                f" To mend: {AGAIN}."
            )
        for origin in note.origins:
            file = paths.policy if name == "policy" else paths.raw / origin.file
            if file.is_file() and sha256_of(file) != origin.sha256:
                raise NotPublished(f"Not published: {origin.file} changed while {name} was read. To mend: {AGAIN}.")
        changed = workspace.overrides(workspace.read(path, name)) if name == "policy" else []
        expected = workspace.stamp(name, (stamps[s] for s in sources), note.inputs, changed)
        if note.stamp != expected:
            raise NotPublished(
                f"Not published: {name} was made from other tables, or by other code, than those now in the"
                f" workspace. To mend: {AGAIN}."
            )
        stamps[name] = note.stamp


def what_if(paths: Paths) -> list[str]:
    """The parameters changed for a what-if; none in an official run."""
    return workspace.overrides(workspace.read(paths.table("policy"), "policy"))


def publish(paths: Paths, made_from: Mapping[str, tuple[str, ...]], dagster_run: str, started: datetime) -> Published:
    """Build the run's folder from the workspace and switch ``data/processed`` and ``maps`` to it.

    Raises ``NotPublished`` if the workspace is not one whole run; what was published before then stays.
    """
    check_whole(paths, made_from)
    official = policy.from_table(workspace.read(paths.table("policy"), "policy"))
    identity = run_id(paths, official)
    stamp = started.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
    building = paths.state / f"building-{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    (building / "processed").mkdir(parents=True)
    (building / "maps").mkdir()
    tables: dict[str, tuple[Contract, Path]] = {}
    for name in made_from:
        source = paths.table(name)
        if not CONTRACTS[name].published:
            continue
        if folder := CONTRACTS[name].files_in:
            for file, content in workspace.read_files(source).items():
                target = building / folder / file
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content)
            continue
        tables[name] = CONTRACTS[name], building / "processed" / source.name
        shutil.copyfile(source, tables[name][1])
    catalogue = building / "processed" / "pilot_areas.duckdb"
    queries.write_catalogue(catalogue, tables, {n for n in tables if workspace.read_note(paths.table(n)).sample})
    catalogue.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    record = run_record(paths, official, identity, dagster_run, started)
    (building / "processed" / "run.json").write_text(
        json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    files = [p for p in building.rglob("*") if p.is_file()]
    for path in files:
        _to_disk(path)
    run = paths.state / f"run-{stamp}-{identity}"
    os.replace(building, run)
    _switch(paths, run)
    _sweep(paths, run)
    return Published(identity, run, len(files))


def run_record(
    paths: Paths, official: policy.Policy, identity: str, dagster_run: str, started: datetime
) -> dict[str, Any]:
    """What ``run.json`` says: the only published file with times in it."""
    inputs = workspace.read(paths.table("inputs"), "inputs")
    return {
        "run_id": identity,
        "inputs_sha256": dict(sorted(zip(inputs["file"], inputs["sha256"], strict=True))),
        "sample": bool(inputs["sample"].any()),
        "policy_sha256": official.sha256,
        "policy": dict(official.rows()),
        "seed": official.seed,
        "code_version": workspace.code_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "dagster_run_id": dagster_run,
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _to_disk(path: Path) -> None:
    """Wait until the file is on the disk, so that a power cut cannot leave an empty one behind the switch."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # Windows cannot flush a file opened for reading; there the copy is flushed on close
        pass
    finally:
        os.close(handle)


def _switch(paths: Paths, run: Path) -> None:
    """Make ``run`` what people see."""
    faces = {paths.processed: "processed", paths.maps: "maps"}
    try:
        for folder, part in faces.items():
            _link_new(folder, paths.current / part, run / part)
        pointer = paths.state / f"current.{os.getpid()}"
        pointer.unlink(missing_ok=True)
        pointer.symlink_to(run.name)
        os.replace(pointer, paths.current)
    except OSError:
        if os.name != "nt" and paths.current.is_symlink():
            raise
        for folder, part in faces.items():
            _copy(folder, run / part)
        return
    for folder, part in faces.items():
        for link in folder.iterdir():
            if (
                link.is_symlink()
                and not link.exists()
                and os.readlink(link) == _target(folder, paths.current / part, link)
            ):
                link.unlink()


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
        beside = folder / f".{path.name}.{os.getpid()}"
        beside.symlink_to(target)
        os.replace(beside, link)


def _copy(folder: Path, run_part: Path) -> None:
    """The run's files copied, each replaced in one step: where links cannot be made."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(run_part.iterdir()):
        target = folder / path.name
        if path.is_dir():
            _copy(target, path)
            continue
        beside = folder / f".{path.name}.{os.getpid()}"
        shutil.copyfile(path, beside)
        os.replace(beside, target)


def _sweep(paths: Paths, run: Path) -> None:
    """Remove runs beyond the last few, and what interrupted runs left."""
    runs = sorted(p for p in paths.state.glob("run-*") if p != run)
    left = list(paths.state.glob("building-*")) + runs[: max(0, len(runs) - KEPT_RUNS + 1)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
