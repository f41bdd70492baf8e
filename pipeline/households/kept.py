"""Kept intakes: the tables of an intake of household rows are used until something changes that they depend on.

A kept intake is a folder under ``Paths.households`` with the tables of an intake and no row of a household. Its name is
a digest of everything the tables depend on: files, mappings, policy, districts, code, libraries. If a folder of that
name exists, no file is read again. The last few folders are kept, older ones are removed. ``check`` and ``run`` share
them. Here: the digest, the folders. Not here: the intake itself (``counting``).
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
from pipeline.errors import shown_path
from pipeline.households import files, mapping
from pipeline.households.counting import count_households
from pipeline.households.files import FilesToRead
from pipeline.households.plausibility import check_against_published
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
        """Read one table of the intake.

        Args:
            name: ``files``, ``ignored_columns``, ``profiles``, ``poverty`` or ``agreement``; ``profiles`` must not be
                published, since it has small counts.

        Returns:
            The table.
        """
        return pq.read_table(self.folder / f"{name}.parquet").to_pandas()

    def row_lists(self) -> dict[str, bytes]:
        """Read the lists of refused rows and repaired cells.

        Returns:
            The files ``refused/<system>.parquet`` and ``repaired/<system>.parquet``: their bytes by their name.
        """
        found = sorted(p for kind in ROW_LISTS for p in (self.folder / kind).glob("*.parquet"))
        return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in found}


def household_tables(
    paths: Paths,
    districts: pd.DataFrame,
    shapes: gpd.GeoDataFrame,
    published: pd.DataFrame,
    policy: Policy,
    log: Log,
) -> tuple[Received, pd.DataFrame, pd.DataFrame, dict[str, bytes]]:
    """Make the tables and files that other rooms get of household rows.

    A file of invented rows counts as a sample even if its sidecar does not state it.

    Args:
        paths: the folders of the project.
        districts: the table ``districts``.
        shapes: the table ``district_shapes``.
        published: the table ``poverty``, which the rates of the rows are held against.
        policy: its section ``households`` and the year of ``as_of``.
        log: takes lines on the progress.

    Returns:
        ``household_files`` with the origin of each file, ``household_poverty``, ``household_agreement``, and the files
        of ``refused`` by name.

    Raises:
        InputError: a file cannot be used, or the rates of a province are the complement of the published ones.
    """
    counts = household_counts(paths, districts, shapes, policy, log)
    check_against_published(
        counts.table("profiles"),
        published,
        policy.households,
        lambda system: shown_path(paths.raw / files.FOLDER / system / mapping.FILE),
        log,
    )
    table = counts.table("files")
    sample = dict(zip(table["file"], table["sample"], strict=True))
    ignored = counts.table("ignored_columns").groupby("file", sort=False)["column"].agg(tuple).to_dict()
    marked = tuple(
        replace(
            origin,
            sample=bool(sample.get(origin.file, origin.sample)),
            ignored_columns=ignored.get(origin.file, ()),
            mapped_in=mapping.FILE,
        )
        for origin in counts.origins
    )
    return Received(table, marked, len(table)), counts.table("poverty"), counts.table("agreement"), counts.row_lists()


def household_counts(
    paths: Paths, districts: pd.DataFrame, shapes: gpd.GeoDataFrame, policy: Policy, log: Log
) -> HouseholdCounts:
    """Return the intake of all files under ``data/raw/households/``: a kept one, or a new one.

    Args:
        paths: the folders of the project.
        districts: the table ``districts``.
        shapes: the table ``district_shapes``.
        policy: its section ``households`` and the year of ``as_of``.
        log: takes lines on the progress.

    Returns:
        The folder of the intake, complete.

    Raises:
        InputError: a file cannot be used and the policy does not allow it to be left out, or the whole intake is
            implausible. Intakes that are kept already are not changed.
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
    """Compute the digest of everything the tables of an intake depend on; it is the name of its folder.

    The key of the pseudonyms is not part of it: no pseudonym is kept.

    Args:
        chosen: the files to read, their mappings, and the files left out.
        districts: the table ``districts``.
        shapes: the table ``district_shapes``.
        policy: its section ``households`` and the year of ``as_of``.

    Returns:
        24 hexadecimal digits.
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
    """Remove all but the last few intakes, and at once what an interrupted intake or removal left: it may have rows."""
    named = (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    intakes = sorted(named, key=lambda path: path.stat().st_mtime)
    # An intake gets its name when it is complete, so an incomplete one was left by an interrupted removal.
    complete = [intake for intake in intakes if (intake / COMPLETE).is_file()]
    for old in intakes:
        if old not in complete[1 - KEPT_INTAKES :]:
            _rename_to_remove(old)
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


def _rename_to_remove(intake: Path) -> None:
    """Rename an intake before its tables are removed, so that it is whole or has another name."""
    with suppress(OSError):  # another process removes it, or it cannot be removed at all
        os.replace(intake, Path(tempfile.mkdtemp(prefix=REMOVED, dir=intake.parent)) / intake.name)
