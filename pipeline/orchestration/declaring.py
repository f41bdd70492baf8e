"""How assets and checks are declared to Dagster.

Here: the decorators that take name, key, columns and units from the contract, and errors of inputs without traceback.
Not here: how a value is stored and loaded (``io_manager``), which assets exist (``assets``), jobs and schedules
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
# Tables that are loaded with their shapes where an asset takes several tables together.
SHAPES = ("district_shapes",)
# The largest number of problems that an error lists in the UI.
LISTED_PROBLEMS = 50


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
    """The function, failing with one line and no traceback if the cause is an input or the disk."""

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
            ) from None  # the cause may contain a cell of a household row, and the event log keeps it

    return asset_body


def description(name: str, function: Callable[..., Any]) -> str:
    """The description of an asset in the UI: the contract's title and key, the function's docstring, the source."""
    contract = CONTRACTS[name]
    key = f"  \nKey: {', '.join(contract.key)}." if contract.key else ""
    return f"{contract.title}.  \n{function.__doc__ or ''}{key}  \nFrom: {contract.source}."


def parameters_of(function: Callable[..., Any], skip: int = 0) -> tuple[dict[str, Any], set[str]]:
    """The tables and resources that a function takes, by its signature.

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
    """An asset stored in the workspace under its function's name, described by its contract.

    Args:
        group: the group of assets it is shown in.
        kinds: the tools it is made with, as the UI shows them.
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
            body, ins, resources = together(function, tables)
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


def together(
    function: Callable[..., Any], tables: Sequence[str]
) -> tuple[Callable[..., Any], dict[str, dg.AssetIn], set[str]]:
    """The body, inputs and resources of a function that takes tables together, as Dagster needs them.

    Args:
        function: takes ``LoadedTables`` or ``Figures`` first, then assets and resources by name.
        tables: names of the tables.

    Returns:
        A function of the context and of each input by name; the inputs; the names of resources.
    """
    first = next(iter(inspect.signature(function, eval_str=True).parameters.values()))
    others, resources = parameters_of(function, skip=1)
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


def check(
    asset: str, finding_of: Callable[..., Finding], *, before_publishing: bool = False
) -> dg.AssetChecksDefinition:
    """An asset check that warns, and never stops a run.

    Args:
        asset: the table that the check is shown at.
        finding_of: gives the finding from tables and resources, named as its parameters. The check has its name, and
            its docstring as description.
        before_publishing: what depends on the table waits for the check.
    """
    name = finding_of.__name__
    types, resources = parameters_of(finding_of)
    # A check may name its inputs only, without their types: each arrives as a plain table.
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
