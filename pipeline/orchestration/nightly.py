"""The nightly run: its schedule, the banner on pages after a failed or missed run, the deletion of old runs.

Here: the schedule, the sensor that checks it, retention in the Dagster instance. Not here: the job that runs
(``definitions``), how a page gets its banner (``switching``). The Dagster daemon runs schedule and sensor.
"""

import os
import re
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from pipeline.errors import InputError, Problem, shown_value
from pipeline.pages.frame import BANNER_MARKER, out_of_date
from pipeline.project import Paths
from pipeline.runs import switching

CRON = "PILOT_AREAS_NIGHTLY_CRON"
GRACE = "PILOT_AREAS_NIGHTLY_GRACE_MINUTES"
TIMEZONE = "Asia/Bangkok"
# Runs kept in the Dagster instance: a month of nights. Published runs: `switching.KEPT_RUNS`.
KEPT_RECORDS = 31
RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.db")
ANY_RUN = "00000000-0000-0000-0000-000000000000"
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


def cron() -> str:
    """Return when the nightly run starts: 02:00 in Bangkok, unless the environment sets another time.

    Returns:
        A time as cron writes it.
    """
    return os.environ.get(CRON) or "0 2 * * *"


def grace() -> timedelta:
    """Return how long after its time a run may start before it counts as missed.

    Returns:
        The duration; 60 minutes unless the environment sets another.

    Raises:
        InputError: the environment variable is not a number of minutes.
    """
    given = os.environ.get(GRACE) or "60"
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", given):
        raise InputError(Problem(GRACE, shown_value(given), "a number of minutes", "write 60, or do not set it"))
    return timedelta(minutes=float(given))


def schedule(job_name: str) -> dg.ScheduleDefinition:
    """Define the schedule of the nightly run.

    Args:
        job_name: the job that it starts.

    Returns:
        The schedule, switched on.
    """
    return dg.ScheduleDefinition(
        name="nightly",
        job_name=job_name,
        cron_schedule=cron(),
        execution_timezone=TIMEZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Runs everything every night: {cron()} in Bangkok.",
    )


def upkeep(paths: Paths, job_name: str) -> dg.SensorDefinition:
    """Define the sensor that adds a banner to the pages after a failed or missed nightly run, and deletes old runs.

    Args:
        paths: the folders of the project.
        job_name: the job that the schedule starts.

    Returns:
        The sensor, switched on.
    """

    @dg.sensor(
        name="upkeep",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Adds a banner to the pages after a failed or missed nightly run. Deletes old runs.",
    )
    def check_last_night(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        state = after_the_night(context.instance, paths, job_name, last_time(), datetime.now(UTC))
        deleted = delete_old_runs(context.instance)
        return dg.SkipReason("; ".join([state, *([f"{deleted} old runs deleted"] if deleted else [])]))

    return check_last_night


def last_time() -> datetime:
    """Return when the last nightly run was due.

    Returns:
        The time, UTC.
    """
    return _last_night().end.astimezone(UTC)


def freshness() -> dg.FreshnessPolicy:
    """Define the freshness policy of `published`: the UI shows it as stale after a night without a run.

    Returns:
        The policy, with the interval of the schedule and ``grace``.
    """
    night = _last_night()
    return dg.FreshnessPolicy.time_window(fail_window=night.end - night.start + grace())


def _last_night() -> dg.TimeWindow:
    """Return the last complete interval between two times of the schedule."""
    problem = InputError(Problem(CRON, shown_value(cron()), "a time as cron writes it", "write 0 2 * * *"))
    try:
        times = dg.TimeWindowPartitionsDefinition(
            start=datetime(2020, 1, 1, tzinfo=UTC), fmt="%Y-%m-%d %H:%M", cron_schedule=cron(), timezone=TIMEZONE
        )
        night = times.get_last_partition_window()
    except dg.DagsterInvalidDefinitionError:
        raise problem from None
    if night is None:  # the schedule has had fewer than two times since 2020
        raise problem
    return night


def after_the_night(instance: dg.DagsterInstance, paths: Paths, job_name: str, due: datetime, now: datetime) -> str:
    """Add the banner to the pages if no run was published since ``due`` and none is in progress.

    Args:
        instance: where runs are recorded.
        paths: the folders of the project.
        job_name: the job that the schedule starts.
        due: when the last nightly run was due.
        now: the present time.

    Returns:
        One line for the log of the sensor: the state of the last night, and what was done.
    """
    run = switching.shown_run(paths)
    if run is None:
        return "nothing is published yet"
    if switching.finished(run) >= due:
        return f"published since {_local(due)}"
    since = instance.get_run_records(dg.RunsFilter(job_name=job_name, created_after=due))
    failed = any(record.dagster_run.status in ENDED for record in since)
    if any(record.dagster_run.status not in ENDED for record in since) or (not failed and now - due < grace()):
        return f"the run of {_local(due)} is in progress or may still start"
    with ExitStack() as stack:
        try:
            stack.enter_context(switching.exclusive_lock(paths))
        except InputError as problem:  # another run publishes now: the next evaluation sees the result
            return str(problem)
        run = switching.shown_run(paths) or run
        if switching.finished(run) >= due:  # published since the first check
            return f"published since {_local(due)}"
        new = add_banner(paths, run, due.astimezone(switching.BANGKOK).date(), failed=failed)
    what = "failed" if failed else "was missed"
    return f"the run of {_local(due)} {what}: {'banner added to the pages' if new else 'the pages have the banner'}"


def add_banner(paths: Paths, run: Path, missed: date, *, failed: bool) -> bool:
    """Show on every page of the published run that it is out of date, and why.

    Args:
        paths: the folders of the project.
        run: the folder of the published run.
        missed: the day of the run that failed or did not start.
        failed: whether that run failed; else it did not start.

    Returns:
        False if the pages show this banner already.
    """
    day = switching.finished(run).astimezone(switching.BANGKOK).date()
    return switching.show_banner(paths, BANNER_MARKER, out_of_date(day, missed, failed=failed))


def _local(when: datetime) -> str:
    return when.astimezone(switching.BANGKOK).strftime("%Y-%m-%d %H:%M")


def delete_old_runs(instance: dg.DagsterInstance) -> int:
    """Delete the records, events and logs of ended runs beyond the last ``KEPT_RECORDS``.

    Args:
        instance: where runs are recorded.

    Returns:
        The number of runs deleted.
    """
    ended = [record.dagster_run.run_id for record in instance.get_run_records(dg.RunsFilter(statuses=list(ENDED)))]
    old = ended[KEPT_RECORDS:]
    for run_id in old:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    _delete_event_databases(instance)
    return len(old)


def _delete_event_databases(instance: dg.DagsterInstance) -> None:
    """Delete the files of the events of runs that no longer exist.

    SQLite storage keeps one database per run. Deleting the run empties it, but the file keeps its size (1.5 MB per
    night), and Dagster 1.13 has no call that removes it. While another process has it open, its journals (``-wal``,
    ``-shm``) are in the same folder. The storage gives the path; other storages have no such files.
    """
    path_for_shard = getattr(instance.event_log_storage, "path_for_shard", None)
    if path_for_shard is None:
        return
    # The files are listed before the runs: a run is recorded before it has a file, so that no new one is deleted.
    databases = [path for path in Path(path_for_shard(ANY_RUN)).parent.glob("*.db*") if RUN_ID.match(path.name)]
    recorded = set(instance.get_run_ids()) if databases else set()
    for path in databases:
        if path.name.partition(".")[0] not in recorded:
            path.unlink(missing_ok=True)
