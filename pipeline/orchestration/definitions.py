"""The Dagster definitions: assets, checks, jobs, schedule, sensor, resources; and jobs run from a terminal.

Here: the parts put together. Not here: what an asset is (``assets``), declaring and storing it (``declaring``,
``io_manager``), the nightly run (``nightly``).
"""

import os
import re
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Protocol

import dagster as dg
from pydantic import Field

from assets import checks, district, pilots, raw, received
from pipeline import explain
from pipeline.contracts import AS_RECEIVED, CONTRACTS, RAW_TABLES
from pipeline.errors import Problem, Stopped, shown_path
from pipeline.orchestration import nightly, receiving_step
from pipeline.orchestration.declaring import without_traceback
from pipeline.orchestration.io_manager import workspace_resource
from pipeline.orchestration.publish_step import Lineage
from pipeline.project import Paths
from pipeline.run_progress import Progress
from pipeline.runs.publishing import RunIdentity
from pipeline.stored_tables import Tables

ROOT = Path(__file__).resolve().parents[2]
EVERYTHING = "everything"
SILENT = Progress()


class Place(dg.Config):
    """The place to explain."""

    code: str = Field(description="DOPA code or name of a district (9501, อ.เมือง จ.ยะลา) or province (95, ยะลา)")


@dg.op
def explain_place(context: dg.OpExecutionContext, config: Place, paths: dg.ResourceParam[Paths]) -> None:
    """Write the explanation of one place to the log and to its asset.

    Args:
        context: takes the log line and the observation of the asset.
        config: the place.
        paths: the folders of the project, whose published run is explained.
    """
    explanation = without_traceback(explain.explain_place)(Tables(paths.processed), config.code)
    asset = "district_explanations" if len(explanation.code) == 4 else "province_explanations"
    context.log.info(explanation.markdown)
    context.log_event(
        dg.AssetObservation(asset, metadata={explanation.code: dg.MetadataValue.md(explanation.markdown)})
    )


@dg.job(
    executor_def=dg.in_process_executor,
    description="The output of `pilot-areas explain` for one place; writes nothing.",
)
def explain_one() -> None:
    """Explain one place."""
    explain_place()


def build(paths: Paths, progress: Progress = SILENT) -> dg.Definitions:
    """Build the definitions of one project.

    Args:
        paths: the folders of the project.
        progress: follows its runs.

    Returns:
        Assets, checks, jobs, schedule, sensor and resources.
    """
    loaded = dg.load_assets_from_modules([received, raw, district, pilots])
    assets = [a for a in loaded if isinstance(a, dg.AssetsDefinition)]
    everything = dg.define_asset_job(
        EVERYTHING,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Inputs, districts, shortlist and pages; then publish.",
    )
    inbox = dg.define_asset_job(
        receiving_step.JOB,
        selection=dg.AssetSelection.assets("dropped"),
        executor_def=dg.in_process_executor,
        description="Takes up the files of the inbox, for the next run to read.",
    )
    return dg.Definitions(
        assets=assets,
        asset_checks=checks.CHECKS,
        jobs=[everything, inbox, explain_one],
        schedules=[nightly.schedule(EVERYTHING)],
        sensors=[nightly.upkeep(paths, EVERYTHING), receiving_step.inbox_sensor(paths)],
        executor=dg.in_process_executor,
        resources={
            "workspace": workspace_resource(paths, progress),
            "paths": paths,
            "identity": RunIdentity(paths),
            "lineage": Lineage(lineage(assets)),
            "progress": progress,
            "read_inputs": checked_inputs,
        },
    )


def lineage(assets: Iterable[dg.AssetsDefinition]) -> dict[str, tuple[str, ...]]:
    """List the tables from which each stored table is made.

    Args:
        assets: all assets.

    Returns:
        The names of the tables by the name of each, in an order in which they can be made.
    """
    made_from = {
        spec.key.path[-1]: tuple(sorted(set(CONTRACTS) & {dep.asset_key.path[-1] for dep in spec.deps}))
        for definition in assets
        for spec in definition.specs
        if spec.key.path[-1] in CONTRACTS
    }
    return {name: made_from[name] for name in TopologicalSorter(made_from).static_order()}


@dg.definitions
def defs() -> dg.Definitions:
    """Build the definitions that `dg` loads, of the project from which this package is installed.

    Returns:
        The definitions.
    """
    return build(Paths.of(ROOT))


SETTINGS = "dagster.yaml"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_everything(root: Path, paths: Paths, progress: Progress = SILENT) -> None:
    """Materialise everything in this process, with a record of the run, and publish.

    Args:
        root: the folder of the project, with ``dagster.yaml``.
        paths: the folders of the project.
        progress: follows stored tables and long steps.

    Raises:
        Stopped: the first error; the published run is not changed.
    """
    # Paths in dagster.yaml are relative to the project.
    home = instance_home(root, paths)
    with chdir(home), _writable_instance(home), dg.DagsterInstance.from_config(str(home)) as instance:
        _run_all(build(paths, progress), instance)
        nightly.delete_old_runs(instance)


def instance_home(root: Path, paths: Paths) -> Path:
    """Find the folder of the Dagster instance: the project, or beside the results where these are elsewhere.

    So the installation may be read-only, and its record has no runs of other data.

    Args:
        root: the folder of the project, with ``dagster.yaml``.
        paths: the folders that the run reads from and publishes into.

    Returns:
        A folder with the settings of the project, to be used as ``DAGSTER_HOME``.
    """
    if paths.processed.resolve().is_relative_to(root.resolve()):
        return root
    home = paths.state / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    settings = (root / SETTINGS).read_bytes()
    if not (home / SETTINGS).is_file() or (home / SETTINGS).read_bytes() != settings:
        (home / SETTINGS).write_bytes(settings)
    return home


def _run_all(definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
    job = definitions.resolve_job_def(EVERYTHING)
    result = job.execute_in_process(run_config=QUIET, instance=instance, raise_on_error=False)
    if failures := failed(result):
        raise next(iter(failures.values()))


@contextmanager
def _writable_instance(root: Path) -> Iterator[None]:
    """Report a full disk or a read-only folder of Dagster's own database in one line too."""
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause and not isinstance(cause, sqlite3.Error):
            cause = cause.__cause__ or cause.__context__
        if cause is None:
            raise
        # SQLite reports a full disk as SQLITE_FULL or, if a file next to the database cannot grow, as an I/O error.
        where, expected = shown_path(root / ".dagster"), "a database of runs that can be written"
        line = Problem(where, str(cause), expected, "free some space, or grant write permission, and run again")
        raise Stopped("run", str(line), refused=True) from None


def rebuild(paths: Paths, progress: Progress = SILENT) -> None:
    """Materialise and publish everything, without a record in the instance of the project.

    Args:
        paths: the folders to read from and to publish into.
        progress: follows stored tables and long steps.

    Raises:
        Stopped: the first error.
    """
    with dg.DagsterInstance.ephemeral() as instance:
        _run_all(build(paths, progress), instance)


def _can_write(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest one above it that exists."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return os.access(nearest, os.W_OK)


@contextmanager
def checked_inputs(
    paths: Paths, tables: Collection[str] = (), progress: Progress = SILENT
) -> Iterator[tuple[Paths, dict[str, Stopped]]]:
    """Materialise the raw assets into a temporary workspace, which is removed at the end.

    Args:
        paths: the folders of the project.
        tables: only these, what they are made from, and the raw tables that are made from them; all if none are given.
        progress: follows stored tables and long steps.

    Yields:
        The folders of the temporary workspace, and the assets that failed.
    """
    with tempfile.TemporaryDirectory(prefix="pilot-areas-check-") as folder:
        processed, maps = Path(folder, "processed"), Path(folder, "maps")
        kept = paths.households if _can_write(paths.households) else None
        temporary = replace(paths, processed=processed, maps=maps, households_from=kept)
        job = dg.define_asset_job("raw", selection=_raw_assets(tables), executor_def=dg.in_process_executor)
        definitions = dg.Definitions.merge(build(temporary, progress), dg.Definitions(jobs=[job]))
        with dg.DagsterInstance.ephemeral() as instance:
            result = definitions.resolve_job_def("raw").execute_in_process(
                run_config=QUIET, instance=instance, raise_on_error=False
            )
        yield temporary, failed(result)


def _raw_assets(tables: Collection[str]) -> dg.AssetSelection:
    """All raw assets; or those that must be made again if some change, without the two that only list the others."""
    everything = dg.AssetSelection.groups("raw")
    if not tables:
        return everything
    lists = dg.AssetSelection.assets(*(set(RAW_TABLES) - set(AS_RECEIVED)))
    changed = dg.AssetSelection.assets(*tables).downstream() & everything - lists
    # Checks also read tables that are not made here.
    return (changed.upstream() & everything).required_multi_asset_neighbors().without_checks()


def failed(result: dg.ExecuteInProcessResult) -> dict[str, Stopped]:
    """Collect the errors of a run.

    Args:
        result: the run.

    Returns:
        The error of each asset that failed, by its name; under ``run`` if the run could not start.
    """
    failures: dict[str, Stopped] = {}
    for event in result.all_events:
        if event.is_step_failure and event.step_key:
            data = event.step_failure_data
            failure = data.user_failure_data
            problems = failure.metadata.get("problems") if failure and failure.metadata else None
            lines = [line.removeprefix("- ") for line in str(problems.value).splitlines()] if problems else []
            where, refused = event.step_key, bool(failure and failure.description)
            line = str(failure.description) if failure and failure.description else f"{where}: {_cause(data.error)}"
            failures[where] = Stopped(where, line, lines, refused=refused)
        elif event.is_resource_init_failure:
            failures["run"] = Stopped("run", _cause(event.engine_event_data.error), refused=True)
    if not result.success and not failures:
        failures["run"] = Stopped("run", "the run failed; the Dagster UI (make ui) shows where", refused=False)
    return failures


class RecordedError(Protocol):
    """An error as Dagster's events record it."""

    @property
    def message(self) -> str: ...

    @property
    def cause(self) -> "RecordedError | None": ...


def _cause(error: RecordedError | None) -> str:
    """Return the first cause of an error, in one line."""
    while error and error.cause:
        error = error.cause
    return re.sub(r"^[\w.]*Failure: ", "", " ".join(error.message.split())) if error else "no message"
