"""Where tables lie while they are worked on, and how one tells whether they belong together.

Here: the folders of a project, Parquet in and out (each file replaced in one step), and the note that each file
carries in its footer: where its rows come from, and a **stamp**, the digest of the code, the inputs and the
stamps of the tables it was made from. Not here: Dagster (``storage``), what planners see (``publishing``).
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import digests
from pipeline.code_version import EVERYTHING, TABLES, code_version
from pipeline.contracts import CONTRACTS, Kind
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path
from pipeline.policy import read_policy
from pipeline.reading.sidecar import SIDECAR, Origin
from pipeline.reading.table import Received

FOOTER = b"pilot_areas"
# What an archived round says of itself, in its folder.
ROUND_RECORD = "round.json"
# The folder of household rows in `raw`, and files in it that are not rows.
HOUSEHOLDS = "households"
NOT_ROWS = {"mapping.toml", SIDECAR, "README.md"}
# The names of inputs in an archive start with these: the folder of inputs, the policy.
ARCHIVED_RAW = "raw"
ARCHIVED_POLICY = "policy"
# Not figures: notes to people.
NOT_INPUTS = {"README.md"}


@dataclass(frozen=True)
class Paths:
    """The folders of one project. What is not for people to open lies hidden beside ``processed``."""

    raw: Path
    processed: Path
    maps: Path
    policy: Path
    households_from: Path | None = None
    """Where intakes of household rows are kept, if not with the state: `check` shares those of `run`."""

    @classmethod
    def of(cls, root: Path) -> "Paths":
        raw = root / "data" / "raw"
        return cls(raw, root / "data" / "processed", root / "maps", raw / "policy" / "policy.toml")

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
    def workspace(self) -> Path:
        return self.state / "workspace"

    @property
    def current(self) -> Path:
        return self.state / "current"

    def table(self, name: str) -> Path:
        return self.workspace / f"{name}.parquet"


@dataclass(frozen=True)
class Note:
    """What a stored table says of itself.

    ``inputs`` is the digest of everything under ``data/raw`` and the policy when a raw table was read; tables made
    from tables have none of their own. ``sample`` is true for a table that rests on invented rows.
    """

    stamp: str
    inputs: str = ""
    sample: bool = False
    origins: tuple[Origin, ...] = ()
    rows_in: int | None = None
    repaired: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Stored:
    """A stored table that is not loaded: where it lies."""

    name: str
    path: Path


class TableSource(Protocol):
    """Where a function finds tables by name: a folder (``Tables``) or memory (``LoadedTables``)."""

    def __call__(self, name: str) -> pd.DataFrame:
        """A table without shapes."""

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        """A table with its shapes."""


class UndeclaredTable(LookupError):
    """A function reads a table that its asset does not declare."""


@dataclass(frozen=True)
class LoadedTables:
    """The tables that an asset declares, by name. To read any other raises ``UndeclaredTable``."""

    by_name: Mapping[str, pd.DataFrame]

    def __call__(self, name: str) -> pd.DataFrame:
        if name not in self.by_name:
            declared = ", ".join(sorted(self.by_name))
            raise UndeclaredTable(f"the table {name} is read but not declared; declared are: {declared}")
        return self.by_name[name]

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(self(name))


@dataclass(frozen=True)
class Tables:
    """The stored tables of one folder: what is published, an archived round, the workspace.

    ``hint`` says how to come by them, for who finds them missing.
    """

    folder: Path
    hint: str = "run `pilot-areas run` (or `make run`) first"

    def __call__(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table without shapes, or some of its columns; ``InputError`` where there is none, or not all of them."""
        path = self._path(name)
        wanted = [c.name for c in CONTRACTS[name] if c.kind is not Kind.GEOMETRY] if columns is None else list(columns)
        if missing := [column for column in wanted if column not in pq.read_schema(path).names]:
            raise InputError(
                Problem(
                    shown_path(path),
                    f"no column {', '.join(missing)}",
                    "a table made by this version of the program",
                    self.hint,
                )
            )
        return pd.DataFrame(pq.read_table(path, columns=wanted).to_pandas())

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        """A table with its shapes."""
        return read_shapes(self._path(name))

    def _path(self, name: str) -> Path:
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise InputError(Problem(shown_path(path), "no such file", "a published run", self.hint))
        return path


def published_table(paths: Paths, name: str) -> pd.DataFrame | None:
    """A table as it was last published; None before the first run."""
    path = paths.processed / f"{name}.parquet"
    return read(path, name) if path.is_file() else None


def code_of(name: str) -> str:
    """The version of the code that a stored table depends on: everything for files that people open, which show the
    run's id; the rooms of tables for figures."""
    return code_version(EVERYTHING if CONTRACTS[name].files_in else TABLES)


def inputs(paths: Paths) -> dict[str, tuple[Path, str]]:
    """All that comes in: each file under ``raw``, the policy of the round, the record of the round it compares with.

    Where it lies and its sha256, by the name under which an archive keeps it. Raises ``InputError`` where the folder
    is missing or a link leads out of it.
    """
    if not paths.raw.is_dir():
        raise InputError(
            Problem(shown_path(paths.raw), "no such folder", "the folder of inputs", "give its path with --raw")
        )
    found: dict[str, Path] = {}
    top = paths.raw.resolve()
    for path in sorted(paths.raw.rglob("*")):
        inside = path.relative_to(paths.raw)
        if path.name in NOT_INPUTS or any(part.startswith(".") for part in inside.parts):
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
    remembered = paths.households / ".digests.json"
    digests.recall(remembered)
    known = {name: (path, sha256_of(path)) for name, path in found.items()}
    digests.remember(remembered)
    return known


def holds_rows(name: str) -> bool:
    """Whether an input, by its name in the archive, may hold rows of households.

    >>> holds_rows("raw/households/tpmap/rows.csv"), holds_rows("raw/households/tpmap/mapping.toml")
    (True, False)
    """
    within = name.startswith(f"{ARCHIVED_RAW}/{HOUSEHOLDS}/")
    return within and PurePosixPath(name).name not in NOT_ROWS


def inputs_digest(paths: Paths) -> str:
    """One digest of all ``inputs``."""
    digest = hashlib.sha256()
    for name, (_, sha256) in inputs(paths).items():
        digest.update(f"{name}\0{sha256}".encode())
    return digest.hexdigest()


def _previous_round(paths: Paths) -> Path | None:
    """The record of the archived round that the policy compares with; it holds digests of all its files."""
    try:
        policy, _ = read_policy(paths.policy)
    except (InputError, OSError):  # the asset `policy` reports what is wrong with it
        return None
    name = policy.decision.previous_round
    return paths.rounds / name / ROUND_RECORD if name else None


def stamp(name: str, made_from: Iterable[str], inputs: str, overridden: Sequence[str] = ()) -> str:
    """The stamp of a table: equal stamps, equal tables."""
    parts = [name, code_of(name), *sorted(made_from), inputs, *overridden]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def overrides(policy: pd.DataFrame) -> list[str]:
    """The parameters of a policy table that were changed for a what-if, as ``name = value``."""
    changed = policy[policy["overridden"].astype(bool)]
    return [f"{n} = {v}" for n, v in zip(changed["parameter"], changed["value"], strict=True)]


def save(paths: Paths, name: str, value: Any, made_from: Iterable[str]) -> tuple[pd.DataFrame, Note]:
    """Store the value of one asset: a table, a ``Received`` table, or files by name.

    The table is held against its contract first; a fault raises and leaves the file that was there.
    """
    contract = CONTRACTS[name]
    if isinstance(value, Mapping):
        value = pd.DataFrame({"file": list(value), "bytes": list(value.values())})
    received = value if isinstance(value, Received) else None
    table = contract.conform(received.table if received else value)
    inputs = inputs_digest(paths) if received else ""
    changed = overrides(table) if name == "policy" else []
    origins = received.origins if received else ()
    sources = [read_note(paths.table(other)) for other in made_from]
    note = Note(
        stamp=stamp(name, (source.stamp for source in sources), inputs, changed),
        inputs=inputs,
        sample=any(o.sample for o in origins) or any(source.sample for source in sources),
        origins=origins,
        rows_in=received.rows_in if received else None,
        repaired=received.repaired if received else (),
    )
    write(paths.table(name), table, note)
    return table, note


def write(path: Path, table: pd.DataFrame, note: Note) -> None:
    """One Parquet file with its note in the footer, in place of what was there. Same table, same bytes."""
    if isinstance(table, gpd.GeoDataFrame):
        sink = pa.BufferOutputStream()
        table.to_parquet(sink, index=False, schema_version="1.1.0", write_covering_bbox=False)
        arrow = pq.read_table(pa.BufferReader(sink.getvalue()))
    else:
        arrow = pa.Table.from_pandas(table, preserve_index=False)
    said = json.dumps(asdict(note), ensure_ascii=False, sort_keys=True).encode()
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), FOOTER: said})
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(arrow, beside, compression="zstd")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def read(path: Path, name: str) -> pd.DataFrame:
    """A stored table without shapes."""
    columns = [column.name for column in CONTRACTS[name] if column.kind is not Kind.GEOMETRY]
    return pq.read_table(path, columns=columns).to_pandas()


def read_shapes(path: Path) -> gpd.GeoDataFrame:
    """A stored table with its shapes."""
    return gpd.read_parquet(path)


def read_files(path: Path) -> dict[str, bytes]:
    """Files by name, from an asset that holds files."""
    table = pq.read_table(path)
    return dict(zip(table["file"].to_pylist(), table["bytes"].to_pylist(), strict=True))


def read_record(path: Path) -> dict[str, Any]:
    """What a run or a round says of itself, a JSON object; ``InputError`` where it is not there, or spoilt."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        found = "no file"
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, lists within lists without end
        found = str(error)[:80]
    else:
        if isinstance(said, dict):
            return said
        found = f"a {type(said).__name__}"
    raise InputError(Problem(shown_path(path), found, "a JSON object", "restore it from a copy, or make it anew"))


def read_note(path: Path) -> Note:
    """What a stored table says of itself."""
    said = json.loads((pq.read_schema(path).metadata or {})[FOOTER])
    return Note(
        **{
            **said,
            "origins": tuple(Origin(**o) for o in said["origins"]),
            "repaired": tuple(said["repaired"]),
        }
    )


def inputs_table(paths: Paths, tables: Iterable[str]) -> pd.DataFrame:
    """Every file that came in, from the notes of the raw tables: one row per table and file."""
    rows = []
    for name in tables:
        note, kept = read_note(paths.table(name)), pq.read_metadata(paths.table(name)).num_rows
        for origin in note.origins:
            rows.append(
                {
                    "table": name,
                    **asdict(origin),
                    "rows_in": note.rows_in,
                    "rows_kept": kept,
                    "cells_repaired": len(note.repaired),
                    "ignored_columns": "\n".join(origin.ignored_columns),
                }
            )
    return pd.DataFrame(rows, columns=CONTRACTS["inputs"].column_names)


def repaired_table(paths: Paths, tables: Iterable[str]) -> pd.DataFrame:
    """Every cell that was repaired on the way in, from the notes of the raw tables."""
    rows = [repair for name in tables for repair in read_note(paths.table(name)).repaired]
    frame = pd.DataFrame(rows, columns=CONTRACTS["repaired"].column_names)
    return frame.drop_duplicates().sort_values(["file", "line", "column"], ignore_index=True)
