"""The workspace: where tables are stored between the steps of a run, and how to check that they belong together.

Here: writing Parquet (each file replaced in one step), and the note in the footer of each file: where its rows come
from, and a **stamp**, the digest of the code, the inputs and the stamps of the tables it was made from. Not here:
reading tables (``stored_tables``), where folders are and which files are inputs (``project``), Dagster
(``orchestration``), what planners see (``publishing``).
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.code_version import EVERYTHING, TABLES, code_version
from pipeline.contracts import CONTRACTS
from pipeline.project import Paths, inputs_digest
from pipeline.reading.sidecar import Origin
from pipeline.reading.table import Received
from pipeline.sources.unread import refuse_unread

FOOTER = b"pilot_areas"


@dataclass(frozen=True)
class Note:
    """The note in the footer of a stored table.

    Attributes:
        stamp: digest of the code, the inputs and the stamps of the tables it was made from.
        inputs: digest of all inputs when a raw table was read; empty for tables made from other tables.
        sample: whether the table is computed from invented rows.
        origins: the files it was read from.
        rows_in: how many rows those files have.
        repaired: every repaired cell, as rows of the table ``repaired``.
    """

    stamp: str
    inputs: str = ""
    sample: bool = False
    origins: tuple[Origin, ...] = ()
    rows_in: int | None = None
    repaired: tuple[dict[str, Any], ...] = ()


def code_of(name: str) -> str:
    """Find the version of the code that a stored table depends on.

    Files that people open depend on all code, since they show the id of the run. Figures depend on the rooms that make
    tables.

    Args:
        name: the name of its contract.

    Returns:
        The digest of those source files.
    """
    return code_version(EVERYTHING if CONTRACTS[name].files_in else TABLES)


def stamp(name: str, made_from: Iterable[str], inputs: str, overridden: Sequence[str] = ()) -> str:
    """Compute the stamp of a table. Tables with equal stamps are equal.

    Args:
        name: the table.
        made_from: the stamps of the tables it is made from, in any order.
        inputs: the digest of the inputs if the table is read from files; else empty.
        overridden: the parameters changed for a what-if.

    Returns:
        64 hexadecimal digits.
    """
    parts = [name, code_of(name), *sorted(made_from), inputs, *overridden]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def overrides(policy: pd.DataFrame) -> list[str]:
    """List the parameters that were changed for a what-if.

    Args:
        policy: the table ``policy``.

    Returns:
        Each as ``name = value``, the value as JSON; none for an official policy.
    """
    changed = policy[policy["overridden"].astype(bool)]
    return [f"{n} = {v}" for n, v in zip(changed["parameter"], changed["value"], strict=True)]


def save(paths: Paths, name: str, value: Any, made_from: Iterable[str]) -> tuple[pd.DataFrame, Note]:
    """Store the value of one asset.

    Args:
        paths: the folders of the project.
        name: the asset, which has the name of its contract.
        value: a table, a ``Received`` table, or files by name.
        made_from: the stored tables it was made from.

    Returns:
        The table as stored, and its note.

    Raises:
        ContractError: the table does not fit its contract; the file stored before stays.
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
    write(paths.table(name), table, note, contract.lists)
    return table, note


def write(path: Path, table: pd.DataFrame, note: Note, lists: Sequence[str] = ()) -> None:
    """Write one Parquet file with its note in the footer, in one step. The same table gives the same bytes.

    Args:
        path: the file.
        table: its rows.
        note: its note.
        lists: columns that hold lists of text; their type does not depend on whether any row has an item.
    """
    if isinstance(table, gpd.GeoDataFrame):
        sink = pa.BufferOutputStream()
        table.to_parquet(sink, index=False, schema_version="1.1.0", write_covering_bbox=False)
        arrow = pq.read_table(pa.BufferReader(sink.getvalue()))
    else:
        arrow = pa.Table.from_pandas(table, preserve_index=False)
    for column in lists:
        items = pa.array(table[column].tolist(), type=pa.list_(pa.string()))
        arrow = arrow.set_column(arrow.column_names.index(column), column, items)
    footer = json.dumps(asdict(note), ensure_ascii=False, sort_keys=True).encode()
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), FOOTER: footer})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(arrow, temporary, compression="zstd")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_note(path: Path) -> Note:
    """Read the note of a stored table.

    Args:
        path: its Parquet file.

    Returns:
        The note; what a table of another version does not record is left empty.
    """
    footer = json.loads((pq.read_schema(path).metadata or {})[FOOTER])
    recorded = {field.name: footer[field.name] for field in fields(Note) if field.name in footer}
    origins = ({field.name: o[field.name] for field in fields(Origin) if field.name in o} for o in footer["origins"])
    return Note(
        **{
            **recorded,
            "origins": tuple(Origin(**origin) for origin in origins),
            "repaired": tuple(footer.get("repaired", ())),
        }
    )


def inputs_table(paths: Paths, tables: Iterable[str]) -> pd.DataFrame:
    """List every file that was read, from the notes of raw tables.

    Args:
        paths: the folders of the project.
        tables: names of stored tables.

    Returns:
        The table ``inputs``: one row per table and file.

    Raises:
        InputError: the folder of inputs has files that should be among them and that no reader takes.
    """
    refuse_unread(paths.raw)
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
                    "ignored_columns": origin.ignored_columns,
                }
            )
    return pd.DataFrame(rows, columns=CONTRACTS["inputs"].column_names)


def repaired_table(paths: Paths, tables: Iterable[str]) -> pd.DataFrame:
    """List every cell that was repaired when the inputs were read, from the notes of raw tables.

    Args:
        paths: the folders of the project.
        tables: names of stored tables.

    Returns:
        The table ``repaired``: one row per cell, each once.
    """
    rows = [repair for name in tables for repair in read_note(paths.table(name)).repaired]
    frame = pd.DataFrame(rows, columns=CONTRACTS["repaired"].column_names)
    return frame.drop_duplicates().sort_values(["file", "line", "column"], ignore_index=True)
