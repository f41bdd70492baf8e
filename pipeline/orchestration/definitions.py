"""Everything Dagster is told: assets, checks, jobs, schedule, sensor, resources; and the job run from a terminal.

Here: wiring. Not here: what an asset is (``assets``), how it is stored (``storage``), the night (``nightly``).
"""

import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg
from dagster._utils.error import SerializableErrorInfo
from pydantic import Field

from assets import checks, district, pilots, raw
from pipeline import explain
from pipeline.contracts import CONTRACTS
from pipeline.errors import Problem, Stopped, shown_path
from pipeline.orchestration import nightly
from pipeline.orchestration.storage import Lineage, News, Report, without_traceback, workspace_resource
from pipeline.runs.publishing import RunIdentity
from pipeline.workspace import Paths, Tables

ROOT = Path(__file__).resolve().parents[2]
EVERYTHING = "everything"


class Place(dg.Config):
    """Which place is asked about."""

    code: str = Field(description="DOPA code of a district (four digits, 9501) or province (two digits, 95)")


@dg.op
def explain_place(context: dg.OpExecutionContext, config: Place, paths: dg.ResourceParam[Paths]) -> None:
    """Why this rank, what it would take, what is least certain, who is like it: in the log and beside the asset."""
    told = without_traceback(explain.answers)(Tables(paths.processed), config.code)
    beside = "district_explanations" if len(config.code) == 4 else "province_explanations"
    context.log.info(told.markdown)
    context.log_event(dg.AssetObservation(beside, metadata={config.code: dg.MetadataValue.md(told.markdown)}))


@dg.job(
    executor_def=dg.in_process_executor, description="What `pilot-areas explain` says of one place; writes nothing."
)
def explain_one() -> None:
    explain_place()


def build(paths: Paths, report: Report | None = None, news: News | None = None) -> dg.Definitions:
    """The definitions over the folders of one project; ``report`` hears of each stored table, ``news`` what is said."""
    assets = [a for a in dg.load_assets_from_modules([raw, district, pilots]) if isinstance(a, dg.AssetsDefinition)]
    everything = dg.define_asset_job(
        EVERYTHING,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="All that comes in, all that is known of each district, the shortlist and the pages; then publish.",
    )
    return dg.Definitions(
        assets=assets,
        asset_checks=dg.load_asset_checks_from_modules([checks]),
        jobs=[everything, explain_one],
        schedules=[nightly.schedule(EVERYTHING)],
        sensors=[nightly.upkeep(paths, EVERYTHING)],
        executor=dg.in_process_executor,
        resources={
            "workspace": workspace_resource(paths, report),
            "paths": paths,
            "identity": RunIdentity(paths),
            "lineage": Lineage(lineage(assets)),
            "news": news or News(),
        },
    )


def lineage(assets: Iterable[dg.AssetsDefinition]) -> dict[str, tuple[str, ...]]:
    """The tables each stored table is made from, in an order in which they can be made."""
    made_from = {
        spec.key.path[-1]: tuple(sorted(dep.asset_key.path[-1] for dep in spec.deps))
        for definition in assets
        for spec in definition.specs
        if spec.key.path[-1] in CONTRACTS
    }
    return {name: made_from[name] for name in TopologicalSorter(made_from).static_order()}


@dg.definitions
def defs() -> dg.Definitions:
    """What `dg` loads: the project this package is installed from."""
    return build(Paths.of(ROOT))


QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_everything(root: Path, paths: Paths, report: Report | None = None, news: News | None = None) -> None:
    """Materialise everything in this process, in the instance of the project at ``root``, and publish.

    Raises ``Stopped`` with the first thing that went wrong. What was published before then stays.
    """
    with _instance_that_can_be_written(root), dg.DagsterInstance.from_config(str(root)) as instance:
        _all_made(build(paths, report, news), instance)
        nightly.delete_old_runs(instance)


def _all_made(definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
    job = definitions.resolve_job_def(EVERYTHING)
    result = job.execute_in_process(run_config=QUIET, instance=instance, raise_on_error=False)
    if failures := failed(result):
        raise next(iter(failures.values()))


@contextmanager
def _instance_that_can_be_written(root: Path) -> Iterator[None]:
    """A full disk or a folder without rights stops Dagster's own database too: in one line, as any other input."""
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause and not isinstance(cause, sqlite3.Error):
            cause = cause.__cause__ or cause.__context__
        if cause is None:
            raise
        where, expected = shown_path(root / ".dagster"), "a database of runs that can be written"
        line = Problem(where, str(cause), expected, "free space on the disk, or give the right to write there")
        raise Stopped("run", str(line), refused=True) from None


def build_again(paths: Paths, report: Report | None = None, news: News | None = None) -> None:
    """Materialise and publish everything into ``paths``, leaving no trace in the project's instance.

    Raises ``Stopped`` as ``run_everything`` does.
    """
    with dg.DagsterInstance.ephemeral() as instance:
        _all_made(build(paths, report, news), instance)


def check_inputs(
    paths: Paths, report: Report | None = None, news: News | None = None
) -> tuple[Paths, dict[str, Stopped]]:
    """Materialise the raw assets into a workspace of their own: where it lies, and the assets that failed."""
    aside = Path(tempfile.mkdtemp(prefix="pilot-areas-check-"))
    kept = paths.households
    paths = replace(paths, processed=aside / "processed", maps=aside / "maps", households_from=kept)
    job = dg.define_asset_job("raw", selection=dg.AssetSelection.groups("raw"), executor_def=dg.in_process_executor)
    definitions = dg.Definitions.merge(build(paths, report, news), dg.Definitions(jobs=[job]))
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("raw").execute_in_process(
            run_config=QUIET, instance=instance, raise_on_error=False
        )
    return paths, failed(result)


def failed(result: dg.ExecuteInProcessResult) -> dict[str, Stopped]:
    """What went wrong, by asset; under "run" where the run could not even begin."""
    failures: dict[str, Stopped] = {}
    for event in result.all_events:
        if event.is_step_failure and event.step_key:
            data = event.step_failure_data
            said = data.user_failure_data
            problems = said.metadata.get("problems") if said and said.metadata else None
            lines = [line.removeprefix("- ") for line in str(problems.value).splitlines()] if problems else []
            where, refused = event.step_key, bool(said and said.description)
            line = str(said.description) if said and said.description else f"{where}: {_cause(data.error)}"
            failures[where] = Stopped(where, line, lines, refused=refused)
        elif event.is_resource_init_failure:
            failures["run"] = Stopped("run", _cause(event.engine_event_data.error), refused=True)
    if not result.success and not failures:
        failures["run"] = Stopped("run", "the run failed; the Dagster UI (make ui) shows where", refused=False)
    return failures


def _cause(error: SerializableErrorInfo | None) -> str:
    """The first cause of an error, in one line."""
    while error and error.cause:
        error = error.cause
    return re.sub(r"^[\w.]*Failure: ", "", " ".join(error.message.split())) if error else "no message"
