"""The night: when everything runs, what pages say after a night that was not, which old runs are forgotten.

Here: the schedule, the sensor that looks after it, retention in the Dagster instance. Not here: what runs
(``definitions``), how a page is marked (``switching``). All of it is done by the Dagster daemon.
"""

import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from pipeline.errors import InputError, Problem, shown_value
from pipeline.runs import switching
from pipeline.workspace import Paths

CRON = "PILOT_AREAS_NIGHTLY_CRON"
GRACE = "PILOT_AREAS_NIGHTLY_GRACE_MINUTES"
TIMEZONE = "Asia/Bangkok"
# Runs remembered by the Dagster instance: a month of nights. What is published stays by `switching.KEPT_RUNS`.
KEPT_RECORDS = 31
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


def cron() -> str:
    """When everything runs: 02:00 in Bangkok, unless the environment says otherwise."""
    return os.environ.get(CRON) or "0 2 * * *"


def grace() -> timedelta:
    """How long after its time a run may be under way before its night counts as missed."""
    given = os.environ.get(GRACE) or "60"
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", given):
        raise InputError(Problem(GRACE, shown_value(given), "minutes", "write 60, or leave it out"))
    return timedelta(minutes=float(given))


def schedule(job_name: str) -> dg.ScheduleDefinition:
    """Everything, every night."""
    return dg.ScheduleDefinition(
        name="nightly",
        job_name=job_name,
        cron_schedule=cron(),
        execution_timezone=TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Everything, every night: {cron()} in Bangkok.",
    )


def upkeep(paths: Paths, job_name: str) -> dg.SensorDefinition:
    """The sensor that marks pages after a failed or missed night, and forgets old runs."""

    @dg.sensor(
        name="upkeep",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="After a night that failed or was missed, pages say of which day they are. Old runs are forgotten.",
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        said = after_the_night(context.instance, paths, job_name, last_time(), datetime.now(UTC))
        forgotten = forget_old_runs(context.instance, Path(os.environ["DAGSTER_HOME"]))
        return dg.SkipReason("; ".join([said, *([f"{forgotten} old runs forgotten"] if forgotten else [])]))

    return look


def last_time() -> datetime:
    """When the schedule last came round."""
    return _last_night().end.astimezone(UTC)


def freshness() -> dg.FreshnessPolicy:
    """What the UI expects of `published`: anew each night, or it shows as stale."""
    night = _last_night()
    return dg.FreshnessPolicy.time_window(fail_window=night.end - night.start + grace())


def _last_night() -> dg.TimeWindow:
    """From one time of the schedule to the next: the last such span that is over."""
    problem = InputError(Problem(CRON, shown_value(cron()), "a time as cron writes it", "write 0 2 * * *"))
    try:
        times = dg.TimeWindowPartitionsDefinition(
            start=datetime(2020, 1, 1, tzinfo=UTC), fmt="%Y-%m-%d %H:%M", cron_schedule=cron(), timezone=TIMEZONE
        )
        night = times.get_last_partition_window()
    except dg.DagsterInvalidDefinitionError:
        raise problem from None
    if night is None:  # it has not come round twice since 2020
        raise problem
    return night


def after_the_night(instance: dg.DagsterInstance, paths: Paths, job_name: str, due: datetime, now: datetime) -> str:
    """Mark the pages if no run was published since ``due`` and none will be; says what it found and did."""
    run = switching.shown_run(paths)
    if run is None:
        return "nothing is published yet"
    if switching.finished(run) >= due:
        return f"published since {_local(due)}"
    since = instance.get_run_records(dg.RunsFilter(job_name=job_name, created_after=due))
    failed = any(record.dagster_run.status in ENDED for record in since)
    if any(record.dagster_run.status not in ENDED for record in since) or (not failed and now - due < grace()):
        return f"the run of {_local(due)} is under way, or may still begin"
    try:
        with switching.alone(paths):
            new = switching.mark(paths, due.astimezone(switching.BANGKOK).date(), failed=failed)
    except InputError as busy:  # somebody publishes at this moment: the next look will see what came of it
        return str(busy)
    what = "failed" if failed else "was missed"
    return f"the run of {_local(due)} {what}: pages {'now say so' if new else 'say so'}"


def _local(when: datetime) -> str:
    return when.astimezone(switching.BANGKOK).strftime("%Y-%m-%d %H:%M")


def forget_old_runs(instance: dg.DagsterInstance, home: Path) -> int:
    """Delete what the instance at ``home`` keeps of ended runs beyond the last ``KEPT_RECORDS``; how many they were."""
    old = [record.dagster_run.run_id for record in instance.get_run_records(dg.RunsFilter(statuses=list(ENDED)))]
    # Of a deleted run the instance leaves an empty database and empty folders.
    kept = home / ".dagster"
    for run_id in old[KEPT_RECORDS:]:
        instance.delete_run(run_id)
        (kept / "storage" / "history" / "runs" / f"{run_id}.db").unlink(missing_ok=True)
        for folder in (kept / "logs", kept / "artifacts" / "storage"):
            shutil.rmtree(folder / run_id, ignore_errors=True)
    return len(old[KEPT_RECORDS:])
