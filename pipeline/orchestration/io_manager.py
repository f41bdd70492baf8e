"""Storing the values of assets in the workspace and loading them from it.

Here: the I/O manager, its lock during a run, the metadata of a table in the UI. Not here: Parquet itself
(``workspace``), the declaration of an asset (``declaring``).
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
ROW_COUNTS = ("rows_kept", "rows_joined", "rows_superseded", "rows_refused", "check_digits_wrong")


class WorkspaceIOManager(dg.IOManager):
    """Stores and loads assets. The type in the signature of an asset decides how a table is loaded.

    Args:
        paths: the folders of the project.
        progress: follows the stored tables.
    """

    def __init__(self, paths: Paths, progress: Progress) -> None:
        self.paths = paths
        self.progress = progress

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Store the value of an asset, and add its metadata to the output.

        Args:
            context: the output, with the asset and the assets it is made from.
            obj: the value; its type is one that ``workspace.save`` accepts.
        """
        name = context.asset_key.path[-1]
        made_from = [dep.asset_key.path[-1] for dep in context.asset_spec.deps if dep.asset_key.path[-1] in CONTRACTS]
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
            if not origin.stated:
                metadata[f"source of {origin.file} is not stated"] = origin.how_to_state
            if origin.ignored_columns:
                metadata[f"columns of {origin.file} that are not used"] = ", ".join(origin.ignored_columns)
        if CONTRACTS[name].files_in:
            metadata["sizes_kb"] = {f: len(b) // 1000 for f, b in zip(table["file"], table["bytes"], strict=True)}
        elif not isinstance(table, gpd.GeoDataFrame):
            metadata["preview"] = dg.MetadataValue.md(_preview(table))
        context.add_output_metadata(metadata)
        self.progress.stored(name, len(table))

    def load_input(self, context: dg.InputContext) -> Any:
        """Load an asset as the type that its consumer asks for.

        Args:
            context: the input, with the asset and the type: ``Stored`` (not loaded), ``dict`` (files),
                ``GeoDataFrame``, ``Policy`` or ``DataFrame``.

        Returns:
            The value.

        Raises:
            Failure: of Dagster; the asset has not been materialised.
        """
        name = context.asset_key.path[-1]
        path = self.paths.table(name)
        if not path.is_file():
            raise dg.Failure(
                description=str(
                    Problem(
                        shown_path(path),
                        "no such file",
                        f"the stored table {name}",
                        f"materialise {name} first, or everything",
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


def _preview(table: pd.DataFrame, rows: int = 5) -> str:
    """Write the first rows as a Markdown table of at most eight columns."""
    head = table.iloc[:rows, :8].map(_cell)
    lines = ["| " + " | ".join(head.columns) + " |", "|" + " --- |" * head.shape[1]]
    lines += ["| " + " | ".join(v.replace("|", "/")[:40] for v in row) + " |" for row in head.itertuples(index=False)]
    return "\n".join(lines)


def workspace_resource(paths: Paths, progress: Progress) -> dg.IOManagerDefinition:
    """Define the I/O manager, which has the lock of the project during a run, so that one run at a time writes.

    Args:
        paths: the folders of the project.
        progress: follows the stored tables.

    Returns:
        The definition of the resource ``workspace``.
    """

    @dg.io_manager(  # type: ignore[arg-type]  # a generator is allowed: after its yield comes the teardown
        description="Parquet tables in the workspace, one per asset"
    )
    def locked_workspace(_: dg.InitResourceContext) -> Iterator[WorkspaceIOManager]:
        with ExitStack() as stack:
            without_traceback(stack.enter_context)(switching.exclusive_lock(paths))
            without_traceback(switching.remove_leftovers)(paths)
            yield WorkspaceIOManager(paths, progress)

    return locked_workspace
