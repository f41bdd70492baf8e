"""Dagster's side of the workspace: what an asset is, and how its value is stored and loaded.

Here: the ``asset`` decorator that reads name, key, columns and units from the contract, and the I/O manager.
Not here: Parquet itself (``workspace``), the list of assets (``assets``), jobs and schedules (``definitions``).
"""

import functools
import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from pipeline import what_if, workspace
from pipeline.contracts import CONTRACTS, Contract, Kind
from pipeline.errors import InputError, NotPublished, Problem, disk_error, shown_path
from pipeline.figures import Figures
from pipeline.findings import Finding
from pipeline.policy import Policy, from_table
from pipeline.runs import publishing, switching
from pipeline.sentences import for_page
from pipeline.workspace import LoadedTables, Paths, Stored

OWNER = "team:pilot-areas"
# Tables that are loaded with their shapes where an asset takes several tables together.
SHAPES = ("district_shapes",)
ROW_COUNTS = ("rows_kept", "rows_superseded", "rows_refused", "check_digits_wrong")

# Called after each stored table with the asset's name and its number of rows: progress on the command line.
Report = Callable[[str, int], None]


@dataclass(frozen=True)
class News:
    """Who hears, besides the log of the run, how far a long step is."""

    hear: Callable[[str], None] | None = None

    def teller(self, context: dg.AssetExecutionContext) -> Callable[[str], None]:
        """Says a line in the run's log, where the UI shows it, and on the command line."""

        def say(line: str) -> None:
            context.log.info(line)
            if self.hear:
                self.hear(line)

        return say


@dataclass(frozen=True)
class Lineage:
    """Which tables each table is made from, in the order of making."""

    made_from: dict[str, tuple[str, ...]]


def column_schema(contract: Contract) -> dg.TableSchema:
    """A contract's columns with type, unit and meaning, as the Dagster UI shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                type=str(column.kind),
                description=column.meaning + (f" ({column.unit})" if column.unit else ""),
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    unique=contract.key == (column.name,),
                    other=[column.expected] if column.kind is not Kind.TEXT or column.allowed else [],
                ),
            )
            for column in contract
        ]
    )


def without_traceback(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, failing with the one line that helps instead of a traceback, where the input is to blame."""

    @functools.wraps(function)
    def asset_body(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (InputError, NotPublished, OSError) as error:
            if isinstance(error, OSError):
                error = disk_error(error)
            problems = error.problems[:50] if isinstance(error, InputError) else ()
            raise dg.Failure(
                description=str(error),
                metadata={"problems": dg.MetadataValue.md("\n".join(f"- {p}" for p in problems))} if problems else {},
                allow_retries=False,
            ) from None  # what an error came from may hold a cell, and the event log keeps it

    return asset_body


def description(name: str, function: Callable[..., Any]) -> str:
    """What the UI says of an asset: its contract's title and key, what its function says, where it is from."""
    contract = CONTRACTS[name]
    key = f"  \nKey: {', '.join(contract.key)}." if contract.key else ""
    return f"{contract.title}.  \n{function.__doc__ or ''}{key}  \nFrom: {contract.source}."


def asset(
    group: str, *kinds: str, tables: Sequence[str] = (), notes_of: Sequence[str] = ()
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """An asset stored in the workspace under its function's name, described by its contract.

    Args:
        group: the group of assets it is shown in.
        kinds: what it is made with, as the UI shows it.
        tables: tables that the function takes together, as its first argument: ``LoadedTables``, or ``Figures`` for
            what planners open. They are inputs like any other, and the function can read no table but these.
        notes_of: tables of which only the notes are read: they are made first, but not loaded.
    """

    def declare(function: Callable[..., Any]) -> dg.AssetsDefinition:
        name = function.__name__
        body = without_traceback(function)
        ins: dict[str, dg.AssetIn] = {}
        resources: set[str] = set()
        if tables:
            body, ins, resources = with_tables(function, tables)
        return dg.asset(
            name=name,
            ins=ins,
            required_resource_keys=resources,
            group_name=group,
            kinds=set(kinds),
            owners=[OWNER],
            deps=list(notes_of),
            description=description(name, function),
            metadata={"dagster/column_schema": column_schema(CONTRACTS[name])},
            io_manager_key="workspace",
            code_version=workspace.code_of(name)[:12],
        )(body)

    return declare


def with_tables(
    function: Callable[..., Any], tables: Sequence[str]
) -> tuple[Callable[..., Any], dict[str, dg.AssetIn], set[str]]:
    """What Dagster needs of a function that takes tables together: its body, its inputs and its resources.

    Args:
        function: takes ``LoadedTables`` or ``Figures`` first, then assets and resources by name.
        tables: names of the tables.

    Returns:
        A function of the context and of each input by name; the inputs; the names of resources.
    """
    first, *others = inspect.signature(function, eval_str=True).parameters.values()
    ins = {name: dg.AssetIn(dagster_type=gpd.GeoDataFrame if name in SHAPES else pd.DataFrame) for name in tables}
    ins |= {other.name: dg.AssetIn(dagster_type=other.annotation) for other in others if other.name in CONTRACTS}
    resources = {other.name for other in others if other.name not in CONTRACTS}
    of_page = {"identity"} if first.annotation is Figures else set()

    def body(context: dg.AssetExecutionContext, **values: Any) -> Any:
        given: Any = LoadedTables({name: values[name] for name in tables})
        if first.annotation is Figures:
            official = from_table(given("policy"))
            given = Figures(given, official, context.resources.identity.of(official), for_page(official))
        more = {name: value for name, value in values.items() if name not in tables}
        more |= {name: getattr(context.resources, name) for name in resources}
        return without_traceback(function)(given, **more)

    return body, ins, resources | of_page


def assets(
    group: str, *kinds: str, names: Sequence[str], from_first: bool = False
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Assets that one computation makes together: its function returns their values in the order of ``names``.

    With ``from_first`` the others are declared as made from the first: it holds the digest of the inputs and whether
    they are a sample, and both apply to all of them.
    """
    first, *others = names

    def declare(function: Callable[..., Any]) -> dg.AssetsDefinition:
        given = {dg.AssetKey(name) for name in inspect.signature(function).parameters if name in CONTRACTS}
        made_from = {first: given} | {name: {dg.AssetKey(first)} for name in others}
        return dg.multi_asset(
            outs={
                name: dg.AssetOut(
                    key=name,
                    group_name=group,
                    kinds=set(kinds),
                    owners=[OWNER],
                    description=description(name, function),
                    metadata={"dagster/column_schema": column_schema(CONTRACTS[name])},
                    io_manager_key="workspace",
                    code_version=workspace.code_of(name)[:12],
                )
                for name in names
            },
            internal_asset_deps=made_from if from_first else None,
        )(without_traceback(function))

    return declare


class WorkspaceIOManager(dg.IOManager):
    """Assets in and out of the workspace; the type an asset asks for decides how a table is loaded."""

    def __init__(self, paths: Paths, report: Report | None = None) -> None:
        self.paths = paths
        self.report = report

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
        if self.report:
            self.report(name, len(table))

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
            return workspace.read_files(path)
        if wanted is gpd.GeoDataFrame:
            return workspace.read_shapes(path)
        table = workspace.read(path, name)
        return from_table(table) if wanted is Policy else table


def publish(context: dg.AssetExecutionContext, paths: Paths, lineage: Lineage) -> Iterator[dg.MaterializeResult[None]]:
    """Publish the workspace; yields nothing, and says so in the log, where the policy was changed for a what-if."""
    publishable = without_traceback(publishing.what_if)
    if changed := publishable(paths):
        context.log.warning("What-if, not published: " + "; ".join(changed))
        if (before := last_published(paths, "provincial_shortlist")) is not None:
            after = workspace.read(paths.table("provincial_shortlist"), "provincial_shortlist")
            changes = what_if.in_words(what_if.moves(before, after))
            context.log.info(f"What changes against what is published:\n{changes}")
            context.log_event(dg.AssetObservation("published", metadata={"what if": dg.MetadataValue.md(changes)}))
        return
    record = context.instance.get_run_record_by_id(context.run.run_id)
    began = record.start_time if record and record.start_time else time.time()
    done = without_traceback(publishing.publish)(
        paths, lineage.made_from, context.run.run_id, datetime.fromtimestamp(began, UTC)
    )
    yield dg.MaterializeResult(
        metadata={
            "run_id": done.run_id,
            "page": dg.MetadataValue.path(str(paths.maps / "index.html")),
            "figures": dg.MetadataValue.path(str(paths.processed)),
            "files": done.files,
        }
    )


def check(asset: str, about: Callable[..., Finding], *, before_publishing: bool = False) -> Any:
    """An asset check that warns: its function gives a finding, described by ``about``.

    ``before_publishing`` makes what rests on the asset wait for the check, without ever stopping it.
    """

    def declare(function: Callable[..., Finding]) -> dg.AssetChecksDefinition:
        @functools.wraps(function)
        def look(*args: Any, **kwargs: Any) -> dg.AssetCheckResult:
            finding = function(*args, **kwargs)
            return dg.AssetCheckResult(
                passed=finding.fine,
                severity=dg.AssetCheckSeverity.WARN,
                description=finding.says,
                metadata=finding.figures,
            )

        look.__annotations__ = {**function.__annotations__, "return": dg.AssetCheckResult}
        others = [name for name in inspect.signature(function).parameters if name in CONTRACTS and name != asset]
        return dg.asset_check(
            asset=asset,
            additional_ins={name: dg.AssetIn(name) for name in others},
            blocking=before_publishing,
            description=about.__doc__,
        )(look)

    return declare


def last_published(paths: Paths, name: str) -> pd.DataFrame | None:
    """A table as it was last published; None before the first time."""
    path = paths.processed / f"{name}.parquet"
    return workspace.read(path, name) if path.is_file() else None


def preview(table: pd.DataFrame, rows: int = 5) -> str:
    """The first rows as a Markdown table, at most eight columns wide."""
    head = table.iloc[:rows, :8].map(lambda v: "" if pd.isna(v) else str(v))
    lines = ["| " + " | ".join(head.columns) + " |", "|" + " --- |" * head.shape[1]]
    lines += ["| " + " | ".join(v.replace("|", "/")[:40] for v in row) + " |" for row in head.itertuples(index=False)]
    return "\n".join(lines)


def workspace_resource(paths: Paths, report: Report | None = None) -> dg.IOManagerDefinition:
    """The I/O manager, holding the project's lock while a run lasts: one run at a time writes."""

    @dg.io_manager(  # type: ignore[arg-type]  # a generator is allowed: what follows its yield is the teardown
        description="Parquet tables in the workspace, one per asset"
    )
    def held(_: dg.InitResourceContext) -> Iterator[WorkspaceIOManager]:
        with ExitStack() as held:
            without_traceback(held.enter_context)(switching.exclusive_lock(paths))
            without_traceback(switching.remove_leftovers)(paths)
            yield WorkspaceIOManager(paths, report)

    return held
