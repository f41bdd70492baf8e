"""From household files to counts of districts: done once, and taken up again while nothing has changed.

The result is kept under a digest of all it rests on; with unchanged files no row is read. Here: what can be used, what
an intake rests on, where it is kept. Not here: the work (``steps``), what is made of the counts (``measures``).
"""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from pipeline.code_version import HOUSEHOLDS, code_version
from pipeline.errors import InputError
from pipeline.households import files, mapping
from pipeline.households.files import Say
from pipeline.households.mapping import Mapping
from pipeline.households.spellings import Gazetteer
from pipeline.households.steps import Files, Steps
from pipeline.policy import Policy
from pipeline.reading.table import Received
from pipeline.workspace import Paths

KEPT_INTAKES = 3
DONE = "done"
ASIDE = ".intake-"
LOCK = "lock"
# Libraries on which it rests where a household is placed, or what a cell is read as.
LIBRARIES = ("duckdb", "geothai", "pythainlp", "openpyxl")


@dataclass(frozen=True)
class Intake:
    """What one intake left: counts, and for each system a table of the rows not used and one of the cells repaired."""

    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        """``files``, ``profiles``, ``poverty``, ``agreement``; of these only the profiles may not be published."""
        return pq.read_table(self.folder / f"{name}.parquet").to_pandas()

    def papers(self) -> dict[str, bytes]:
        """The tables ``refused/<system>.parquet`` and ``repaired/<system>.parquet``, as files."""
        found = sorted(p for kind in ("refused", "repaired") for p in (self.folder / kind).glob("*.parquet"))
        return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in found}


def household_tables(
    paths: Paths, districts: pd.DataFrame, shapes: gpd.GeoDataFrame, policy: Policy, say: Say
) -> tuple[Received, pd.DataFrame, pd.DataFrame, dict[str, bytes]]:
    """The tables ``household_files``, ``household_poverty`` and ``household_agreement``, and the files of ``refused``.

    ``household_files`` carries where each file comes from; a file of invented rows is a sample whatever its sidecar
    states.
    """
    done = intake(paths, districts, shapes, policy, say)
    table = done.table("files")
    sample = dict(zip(table["file"], table["sample"], strict=True))
    origins = [files.origin(f) for f in files.found(paths.raw)[0]]
    marked = tuple(replace(o, sample=bool(sample.get(o.file, o.sample))) for o in origins)
    return Received(table, marked, len(table)), done.table("poverty"), done.table("agreement"), done.papers()


def intake(paths: Paths, districts: pd.DataFrame, shapes: gpd.GeoDataFrame, policy: Policy, say: Say) -> Intake:
    """The intake of all files under ``households/``: done now, or taken up from when it was done.

    Raises ``InputError`` where a file cannot be used and the policy does not say to go on without it, and where an
    intake as a whole cannot be right; what was there before stays.
    """
    received = _received(paths, policy, say)
    paths.households.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = paths.households / _identity(received, districts, shapes, policy)
    if (done / DONE).is_file():
        os.utime(done)
    _sweep(paths.households)
    if (done / DONE).is_file():
        return Intake(done)
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=paths.households))
    lock = FileLock(aside / LOCK)
    lock.acquire()
    try:
        result = aside / "result"
        for kind in ("refused", "repaired"):
            (result / kind).mkdir(parents=True)
        Steps(paths, received, shapes, Gazetteer(districts), policy, aside, say).write(result)
        (result / DONE).touch()
        if not done.exists():
            os.replace(result, done)
    finally:
        lock.release()
        shutil.rmtree(aside, ignore_errors=True)
    return Intake(done)


def _received(paths: Paths, policy: Policy, say: Say) -> Files:
    """What lies in ``households/``; ``InputError`` for what cannot be used, unless the policy says to skip it."""
    found, problems = files.found(paths.raw)
    mappings: dict[str, Mapping] = {}
    for system in dict.fromkeys(f.system for f in found):
        try:
            mappings[system] = mapping.read(paths.raw / files.FOLDER / system)
        except InputError as error:
            problems += [(system, f.path.name, error.problems[0]) for f in found if f.system == system]
    if problems and policy.households.unusable_file == "stop":
        raise InputError(list(dict.fromkeys(problem for _, _, problem in problems)))
    for _, name, problem in problems:
        say(f"{name} left out, as the policy says: {problem}")
    return Files(tuple(f for f in found if f.system in mappings), mappings, tuple(problems))


def _identity(received: Files, districts: pd.DataFrame, shapes: gpd.GeoDataFrame, policy: Policy) -> str:
    """Digest of all an intake rests on: files, mappings, policy, names and outlines of districts, code, libraries."""
    outlines = hashlib.sha256()
    if received.files and (shapes["outline"] == "boundary_file").all():
        outlines.update(b"".join(shapes.geometry.to_wkb()))
    parts = [
        [[f.name, f.sha256, files.origin(f).sample] for f in received.files],
        {system: columns.digest for system, columns in sorted(received.mappings.items())},
        [[system, name, str(problem)] for system, name, problem in received.left_out],
        policy.households.model_dump(mode="json"),
        policy.as_of.year,
        outlines.hexdigest(),
        code_version(HOUSEHOLDS),
        [version(name) for name in LIBRARIES],
        districts.sort_values("district_code").to_csv(index=False),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def _sweep(folder: Path) -> None:
    """Remove intakes beyond the last few, and at once what an interrupted one left: it holds rows."""
    intakes = sorted((p for p in folder.iterdir() if not p.name.startswith(".")), key=lambda p: p.stat().st_mtime)
    for old in intakes[: 1 - KEPT_INTAKES]:
        shutil.rmtree(old, ignore_errors=True)
    for left in folder.glob(f"{ASIDE}*"):
        lock = FileLock(left / LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        lock.release()
        shutil.rmtree(left, ignore_errors=True)
