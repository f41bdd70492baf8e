"""Bringing files in: its assets, its job and sensor, and what it needs to check a file.

Here: Dagster's part of it. Not here: bringing a file in (``receiving``), when the nightly run starts (``nightly``).
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import dagster as dg

from pipeline.errors import InputError
from pipeline.leftovers import SOURCES_TABLE
from pipeline.orchestration.declaring import OWNER
from pipeline.project import Paths
from pipeline.receiving.fetching import Receiver
from pipeline.receiving.inbox import ready_files
from pipeline.receiving.outcome_records import BAD, Outcome, State
from pipeline.receiving.source_table import read_sources

GROUP = "received"
JOB = "take_up_inbox"


def receiving_asset(*kinds: str) -> Callable[[Callable[[Receiver], list[Outcome]]], dg.AssetsDefinition]:
    """Declare an asset that brings files in. It never fails because of a file: it reports what became of each.

    Args:
        kinds: how the files come, as the UI shows it.

    Returns:
        A decorator of the function that brings them in.
    """

    def declare(function: Callable[[Receiver], list[Outcome]]) -> dg.AssetsDefinition:
        def body(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
            resources = context.resources
            # The run has the lock of the project, so that nothing else reads while a file is put in its place.
            receiver = Receiver(resources.paths, resources.read_inputs, nullcontext, context.log.info)
            try:
                return dg.MaterializeResult(metadata=_metadata(function(receiver)))
            except InputError as error:
                context.log.warning(str(error))
                return dg.MaterializeResult(metadata={"state": "failed", "problem": str(error)})

        return dg.asset(
            name=function.__name__,
            group_name=GROUP,
            kinds=set(kinds),
            owners=[OWNER],
            description=function.__doc__,
            required_resource_keys={"workspace", "paths", "read_inputs"},
        )(body)

    return declare


def _metadata(outcomes: list[Outcome]) -> dict[str, Any]:
    """What the UI shows of the outcomes."""
    if all(outcome.state is State.OFF for outcome in outcomes):
        return {"state": "off, or nothing to take up"}
    bad = sum(outcome.state in BAD for outcome in outcomes)
    state = f"{len(outcomes)} files, {bad} with problems"
    return {"state": state} | {outcome.name: f"{outcome.state}: {outcome.line}" for outcome in outcomes}


def inbox_sensor(paths: Paths) -> dg.SensorDefinition:
    """Define the sensor that takes files up by day. Switched off, as the inbox is in the table of sources.

    Args:
        paths: the folders of the project.

    Returns:
        The sensor.
    """

    @dg.sensor(
        name="inbox",
        job_name=JOB,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Takes up the files that are dropped into data/inbox within minutes, not only at night.",
    )
    def look_into_inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        try:
            if not read_sources(paths.raw).inbox.enabled:
                return dg.SkipReason(f"switched off: set enabled = true under [inbox] in {SOURCES_TABLE}")
        except InputError as error:
            return dg.SkipReason(str(error))
        ready = ready_files(paths, time.time())
        state = "|".join(f"{one.name} {one.path.lstat().st_ctime_ns}" for one in ready)
        if not ready:
            return dg.SkipReason("nothing to take up")
        if state == context.cursor:  # what stays in the inbox was tried already
            return dg.SkipReason("only files that cannot be taken up; the asset `dropped` says why")
        context.update_cursor(state)
        return dg.RunRequest()

    return look_into_inbox
