"""How the values of assets are stored in the workspace and loaded from it.

Here: the I/O manager, the lock it holds while a run lasts, the metadata that the UI shows of a table. Not here: Parquet
itself (``workspace``), how an asset is declared (``declaring``).
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from pipeline import stored_tables, workspace
from pipeline.contracts import CONTRACTS, SEPARATOR
from pipeline.errors import Problem, shown_path
from pipeline.orchestration.declaring import without_traceback
from pipeline.policy import Policy, from_table
from pipeline.project import Paths
from pipeline.run_progress import Progress
from pipeline.runs import switching
from pipeline.stored_tables import Stored

# Columns of counts whose sums the UI shows.
ROW_COUNTS = ("rows_kept", "rows_superseded", "rows_refused", "check_digits_wrong")


class WorkspaceIOManager(dg.IOManager):
    """Assets in and out of the workspace; the type an asset asks for decides how a table is loaded."""

    def __init__(self, paths: Paths, progress: Progress) -> None:
        self.paths = paths
        self.progress = progress

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        name = context.asset_key.path[-1]
        made_from = [dep.asset_key.path[-1] for dep in context.asset_spec.deps]
        table, note = without_traceback(workspace.save)(self.paths, name, obj, made_from)
        metadata: dict[str, Any] = {
            "dagster/row_count": len(table),
            "file": dg.MetadataValue.path(str(self.paths.table(name))),
            "stamp": note.stamp[:16],
        }
        if note.rows_in is not None:
            metadata |= {"rows_in": note.rows_in, "rows_refused": note.rows_in - len(table)}
            metadata["cells_repaired"] = len(note.repaired)
        metadata |= {name: int(table[name].sum()) for name in table.columns if name in ROW_COUNTS and len(table)}
        for origin in note.origins:
            metadata[f"sha256 of {origin.file}"] = origin.sha256
            if origin.encoding:
                metadata[f"encoding of {origin.file}"] = origin.encoding
            if origin.ignored_columns:
                metadata[f"columns of {origin.file} that are not used"] = ", ".join(origin.ignored_columns)
        if CONTRACTS[name].files_in:
            metadata["sizes_kb"] = {f: len(b) // 1000 for f, b in zip(table["file"], table["bytes"], strict=True)}
        elif not isinstance(table, gpd.GeoDataFrame):
            metadata["preview"] = dg.MetadataValue.md(preview(table))
        context.add_output_metadata(metadata)
        self.progress.stored(name, len(table))

    def load_input(self, context: dg.InputContext) -> Any:
        name = context.asset_key.path[-1]
        path = self.paths.table(name)
        if not path.is_file():
            raise dg.Failure(
                description=str(
                    Problem(
                        shown_path(path),
                        "no such file",
                        f"the stored table {name}",
                        f"materialise {name} first (or everything)",
                    )
                ),
                allow_retries=False,
            )
        wanted = context.dagster_type.typing_type
        if wanted is Stored:
            return Stored(name, path)
        if wanted is dict:
            return stored_tables.read_files(path)
        if wanted is gpd.GeoDataFrame:
            return stored_tables.read_shapes(path)
        table = stored_tables.read(path, name)
        return from_table(table) if wanted is Policy else table


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return SEPARATOR.join(value)
    return "" if pd.isna(value) else str(value)


def preview(table: pd.DataFrame, rows: int = 5) -> str:
    """The first rows as a Markdown table, at most eight columns wide."""
    head = table.iloc[:rows, :8].map(_cell)
    lines = ["| " + " | ".join(head.columns) + " |", "|" + " --- |" * head.shape[1]]
    lines += ["| " + " | ".join(v.replace("|", "/")[:40] for v in row) + " |" for row in head.itertuples(index=False)]
    return "\n".join(lines)


def workspace_resource(paths: Paths, progress: Progress) -> dg.IOManagerDefinition:
    """The I/O manager, holding the project's lock while a run lasts: one run at a time writes."""

    @dg.io_manager(  # type: ignore[arg-type]  # a generator is allowed: after its yield comes the teardown
        description="Parquet tables in the workspace, one per asset"
    )
    def held(_: dg.InitResourceContext) -> Iterator[WorkspaceIOManager]:
        with ExitStack() as held:
            without_traceback(held.enter_context)(switching.exclusive_lock(paths))
            without_traceback(switching.remove_leftovers)(paths)
            yield WorkspaceIOManager(paths, progress)

    return held
