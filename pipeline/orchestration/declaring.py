"""Declaring assets and checks to Dagster.

Here: the decorators that take name, key, columns and units from the contract, and errors of inputs without traceback.
Not here: storing and loading values (``io_manager``), which assets exist (``assets``), jobs and schedules
(``definitions``).
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from pipeline import workspace
from pipeline.contracts import CONTRACTS, Contract, Kind
from pipeline.errors import InputError, NotPublished, disk_error
from pipeline.figures import Figures
from pipeline.findings import Finding
from pipeline.policy import Policy, from_table
from pipeline.sentences import for_page
from pipeline.stored_tables import LoadedTables

OWNER = "team:pilot-areas"
# The assets of `assets.received`, which are no tables.
RECEIVED = ("fetched", "dropped")
# Tables that are loaded with their shapes if an asset takes several tables as one argument.
SHAPES = ("district_shapes",)
# The largest number of problems that an error lists in the UI.
LISTED_PROBLEMS = 50


def _column_schema(contract: Contract) -> dg.TableSchema:
    """Describe a contract's columns with type, unit and meaning for the Dagster UI."""
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
    """Wrap a function so that it fails with one line and without traceback if the cause is an input or the disk.

    Args:
        function: the body of an asset, or a function that it calls.

    Returns:
        A function with the same arguments and result.

    Raises:
        Failure: of Dagster, raised by the returned function instead of ``InputError``, ``NotPublished`` and errors of
            the disk; with every problem found, at most ``LISTED_PROBLEMS``.
    """

    @functools.wraps(function)
    def asset_body(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (InputError, NotPublished, OSError) as error:
            if isinstance(error, OSError):
                error = disk_error(error)
            problems = error.problems[:LISTED_PROBLEMS] if isinstance(error, InputError) else ()
            raise dg.Failure(
                description=str(error),
                metadata={"problems": dg.MetadataValue.md("\n".join(f"- {p}" for p in problems))} if problems else {},
                allow_retries=False,
            ) from None  # the cause may contain a cell of a household row, and the event log would store it

    return asset_body


def _description(name: str, function: Callable[..., Any]) -> str:
    """Describe an asset for the UI: the contract's title, the function's docstring, the key, the source."""
    contract = CONTRACTS[name]
    key = f"  \nKey: {', '.join(contract.key)}." if contract.key else ""
    return f"{contract.title}.  \n{function.__doc__ or ''}{key}  \nFrom: {contract.source}."


def _parameters_of(function: Callable[..., Any], skip: int = 0) -> tuple[dict[str, Any], set[str]]:
    """Find the tables and resources that a function takes, by its signature.

    Args:
        function: its parameters are tables, loaded by their annotated type, and resources.
        skip: how many parameters to leave out, from the first.

    Returns:
        The tables with the type that each is loaded as, and the names of the resources.
    """
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())[skip:]
    tables = {p.name: p.annotation for p in parameters if p.name in CONTRACTS}
    return tables, {p.name for p in parameters if p.name not in CONTRACTS}


def asset(
    group: str, *kinds: str, tables: Sequence[str] = (), notes_of: Sequence[str] = ()
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Declare an asset that is stored in the workspace under its function's name and described by its contract.

    Args:
        group: the group of assets in the UI.
        kinds: the tools it is made with, as the UI shows them.
        tables: tables that the function takes as its first argument, ``LoadedTables``, or ``Figures`` for pages and
            files that planners open. They are inputs like any other, and the function can read no other table.
        notes_of: tables of which only the notes are read: they are made first, but not loaded.

    Returns:
        A decorator of the function that computes the asset.
    """

    def declare(function: Callable[..., Any]) -> dg.AssetsDefinition:
        name = function.__name__
        body = without_traceback(function)
        ins: dict[str, dg.AssetIn] = {}
        resources: set[str] = set()
        if tables:
            body, ins, resources = _with_loaded_tables(function, tables)
        return dg.asset(
            name=name,
            ins=ins,
            required_resource_keys=resources,
            group_name=group,
            kinds=set(kinds),
            owners=[OWNER],
            deps=[*_made_after(group), *notes_of],
            description=_description(name, function),
            metadata={"dagster/column_schema": _column_schema(CONTRACTS[name])},
            io_manager_key="workspace",
            code_version=workspace.code_of(name)[:12],
        )(body)

    return declare


def _with_loaded_tables(
    function: Callable[..., Any], tables: Sequence[str]
) -> tuple[Callable[..., Any], dict[str, dg.AssetIn], set[str]]:
    """Prepare a function that takes several tables as its first argument for Dagster, which gives them one by one.

    Args:
        function: takes ``LoadedTables`` or ``Figures`` first, then assets and resources by name.
        tables: names of the tables.

    Returns:
        A function of the context and of each input by name; the inputs; the names of resources.
    """
    first = next(iter(inspect.signature(function, eval_str=True).parameters.values()))
    others, resources = _parameters_of(function, skip=1)
    types = {name: gpd.GeoDataFrame if name in SHAPES else pd.DataFrame for name in tables} | others
    ins = {name: dg.AssetIn(dagster_type=kind) for name, kind in types.items()}
    of_page = {"identity"} if first.annotation is Figures else set()

    def body(context: dg.AssetExecutionContext, **values: Any) -> Any:
        given: Any = LoadedTables({name: values[name] for name in tables})
        if first.annotation is Figures:
            official = from_table(given("policy"))
            given = Figures(given, official, context.resources.identity.of(official), for_page(official))
        more = {name: values[name] for name in others}
        more |= {name: getattr(context.resources, name) for name in resources}
        return function(given, **more)

    return without_traceback(body), ins, resources | of_page


def _made_after(group: str) -> tuple[str, ...]:
    """The assets that bring files in: every raw table is made after them, since all have the digest of all inputs."""
    return RECEIVED if group == "raw" else ()


def assets(
    group: str, *kinds: str, names: Sequence[str], from_first: bool = False
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Declare several assets that one computation makes.

    Args:
        group: the group of assets in the UI.
        kinds: the tools they are made with, as the UI shows them.
        names: the names of the assets; the function returns their values in this order.
        from_first: declare the others as made from the first. It has the digest of the inputs and the mark of a sample,
            and both apply to all of them.

    Returns:
        A decorator of the function that computes the assets.
    """
    first, *others = names

    def declare(function: Callable[..., Any]) -> dg.AssetsDefinition:
        parameters = (name for name in inspect.signature(function).parameters if name in CONTRACTS)
        given = {dg.AssetKey(name) for name in (*parameters, *_made_after(group))}
        made_from = {first: given} | {name: {dg.AssetKey(first)} for name in others}
        return dg.multi_asset(
            outs={
                name: dg.AssetOut(
                    key=name,
                    group_name=group,
                    kinds=set(kinds),
                    owners=[OWNER],
                    description=_description(name, function),
                    metadata={"dagster/column_schema": _column_schema(CONTRACTS[name])},
                    io_manager_key="workspace",
                    code_version=workspace.code_of(name)[:12],
                )
                for name in names
            },
            deps=_made_after(group),
            internal_asset_deps=made_from if from_first else None,
        )(without_traceback(function))

    return declare


def check(
    asset: str, finding_of: Callable[..., Finding], *, before_publishing: bool = False
) -> dg.AssetChecksDefinition:
    """Declare an asset check, which warns and does not stop a run.

    Args:
        asset: the table for which the UI shows the check.
        finding_of: computes the finding from the tables and resources that its parameters name. The check has its name,
            and the first paragraph of its docstring as description.
        before_publishing: assets that depend on the table are made after the check.

    Returns:
        The check.
    """
    name = finding_of.__name__
    types, resources = _parameters_of(finding_of)
    # Dagster lets a check name its inputs, but not their types: each is loaded as a plain table.
    ins = {table: dg.AssetIn(table) for table in types}
    spec = dg.AssetCheckSpec(
        name,
        asset=asset,
        additional_deps=[table for table in ins if table != asset],
        description=(finding_of.__doc__ or "").partition("\n\n")[0],
        blocking=before_publishing,
    )

    def body(context: dg.AssetCheckExecutionContext, **tables: Any) -> Iterator[dg.AssetCheckResult]:
        values = {name: from_table(table) if types[name] is Policy else table for name, table in tables.items()}
        finding = finding_of(**values, **{resource: getattr(context.resources, resource) for resource in resources})
        yield dg.AssetCheckResult(
            passed=finding.fine,
            severity=dg.AssetCheckSeverity.WARN,
            description=finding.sentence,
            metadata=finding.figures,
        )

    return dg.multi_asset_check(name=f"{asset}_{name}", specs=[spec], ins=ins, required_resource_keys=resources)(body)
