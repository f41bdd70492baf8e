"""Kept intakes: the counts of one intake of household rows, used again while nothing they depend on has changed.

"Kept" is a folder under ``Paths.households`` with the tables of an intake and no row of a household. Its name is a
digest of everything the tables depend on: files, mappings, policy, districts, code, libraries. If a folder of that name
exists, no file is read again; the last few folders are kept, older ones removed. ``check`` and ``run`` share them.
Here: what an intake depends on, the folders. Not here: the intake itself (``counting``).
"""

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from pipeline.code_version import HOUSEHOLDS, code_version
from pipeline.households import files
from pipeline.households.counting import count_households
from pipeline.households.files import FilesToRead
from pipeline.households.progress import Log
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.reading.sidecar import Origin
from pipeline.reading.table import Received

KEPT_INTAKES = 3
# Marks a folder whose tables are all written.
COMPLETE = "done"
# Folders of an intake that is not finished begin with this.
UNFINISHED = ".intake-"
# Folders of an intake that is being removed begin with this.
REMOVED = ".removed-"
LOCK = "lock"
ROW_LISTS = ("refused", "repaired")
# Libraries that decide where a household is placed, or how a cell is read.
LIBRARIES = ("duckdb", "geothai", "pythainlp", "openpyxl")


@dataclass(frozen=True)
class HouseholdCounts:
    """The tables of one intake in their folder, and where its files come from."""

    folder: Path
    origins: tuple[Origin, ...]

    def table(self, name: str) -> pd.DataFrame:
        """The table ``files``, ``profiles``, ``poverty`` or ``agreement``; ``profiles`` must not be published."""
        return pq.read_table(self.folder / f"{name}.parquet").to_pandas()

    def row_lists(self) -> dict[str, bytes]:
        """The files ``refused/<system>.parquet`` and ``repaired/<system>.parquet`` by name."""
        found = sorted(p for kind in ROW_LISTS for p in (self.folder / kind).glob("*.parquet"))
        return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in found}


def household_tables(
    paths: Paths, districts: pd.DataFrame, shapes: gpd.GeoDataFrame, policy: Policy, log: Log
) -> tuple[Received, pd.DataFrame, pd.DataFrame, dict[str, bytes]]:
    """The tables ``household_files``, ``household_poverty`` and ``household_agreement``, and the files of ``refused``.

    ``household_files`` carries the origin of each file. A file of invented rows is a sample whatever its sidecar
    states. The arguments and what is raised are those of ``household_counts``.
    """
    counts = household_counts(paths, districts, shapes, policy, log)
    table = counts.table("files")
    sample = dict(zip(table["file"], table["sample"], strict=True))
    marked = tuple(replace(o, sample=bool(sample.get(o.file, o.sample))) for o in counts.origins)
    return Received(table, marked, len(table)), counts.table("poverty"), counts.table("agreement"), counts.row_lists()


def household_counts(
    paths: Paths, districts: pd.DataFrame, shapes: gpd.GeoDataFrame, policy: Policy, log: Log
) -> HouseholdCounts:
    """The intake of all files under ``data/raw/households/``: kept from an earlier run, else made now.

    Args:
        paths: the folders of the project.
        districts: the table ``districts``.
        shapes: the table ``district_shapes``.
        policy: its section ``households`` and the year of ``as_of``.
        log: takes lines on the progress.

    Raises:
        InputError: a file cannot be used and the policy does not allow to leave it out, or the intake as a whole cannot
            be right. Intakes kept before stay.
    """
    chosen = files.files_to_read(paths.raw, policy.households.unusable_file == "skip", log)
    paths.households.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = paths.households / identity(chosen, districts, shapes, policy)
    if (kept / COMPLETE).is_file():
        os.utime(kept)
    _remove_old(paths.households)
    if (kept / COMPLETE).is_file():
        return HouseholdCounts(kept, tuple(chosen.origins.values()))
    private = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=paths.households))
    lock = FileLock(private / LOCK)
    lock.acquire()
    try:
        result = private / "result"
        for kind in ROW_LISTS:
            (result / kind).mkdir(parents=True)
        count_households(paths, chosen, districts, shapes, policy, private, result, log)
        (result / COMPLETE).touch()
        if not (kept / COMPLETE).is_file():
            os.replace(result, kept)
    finally:
        lock.release()
        shutil.rmtree(private, ignore_errors=True)
    return HouseholdCounts(kept, tuple(chosen.origins.values()))


def identity(chosen: FilesToRead, districts: pd.DataFrame, shapes: gpd.GeoDataFrame, policy: Policy) -> str:
    """A digest of everything the tables of an intake depend on; the name of its folder.

    The key of the pseudonyms is not part of it: no pseudonym is kept.
    """
    outlines = hashlib.sha256()
    if chosen.files:
        outlines.update(b"".join(shapes.geometry.to_wkb()))
    parts = [
        [[f.name, f.sha256, chosen.origins[f.name].sample] for f in chosen.files],
        {system: columns.digest for system, columns in sorted(chosen.mappings.items())},
        [[u.name, u.problem] for u in chosen.left_out],
        policy.households.model_dump(mode="json"),
        policy.as_of.year,
        outlines.hexdigest(),
        code_version(HOUSEHOLDS),
        [version(name) for name in LIBRARIES],
        districts.sort_values("district_code").to_csv(index=False),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def _remove_old(folder: Path) -> None:
    """Remove all but the last few intakes, and at once what an interrupted intake or removal left: it may hold rows."""
    named = (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    intakes = sorted(named, key=lambda path: path.stat().st_mtime)
    # An intake gets its name when it is complete: one that is not is what an interrupted removal left.
    complete = [intake for intake in intakes if (intake / COMPLETE).is_file()]
    for old in intakes:
        if old not in complete[1 - KEPT_INTAKES :]:
            _removed(old)
    for removed in folder.glob(f"{REMOVED}*"):
        shutil.rmtree(removed, ignore_errors=True)
    for unfinished in folder.glob(f"{UNFINISHED}*"):
        lock = FileLock(unfinished / LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        lock.release()
        shutil.rmtree(unfinished, ignore_errors=True)


def _removed(intake: Path) -> None:
    """Rename an intake before its tables are removed, so that it is whole or has another name."""
    with suppress(OSError):  # another process removes it, or it cannot be removed at all
        os.replace(intake, Path(tempfile.mkdtemp(prefix=REMOVED, dir=intake.parent)) / intake.name)
