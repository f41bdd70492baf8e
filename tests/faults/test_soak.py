"""Many runs in one daemon: memory, open files and what the instance keeps do not grow beyond the retention.

How many: ``PILOT_AREAS_SOAK``. With more than twice `nightly.KEPT_RECORDS` the instance's growth is measured too.
"""

import os
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.orchestration import nightly
from pipeline.runs import switching
from tests.faults.conftest import Measured
from tests.faults.daemon import Service, project_with_program, serving

SOAK = int(os.environ.get("PILOT_AREAS_SOAK", "100"))
# With fewer runs than this the daemon is still warming up, and its growth means nothing.
WARM = 20
NEVER = "0 0 1 1 *"
LAUNCH = """mutation { launchRun(executionParams: {selector: {
  repositoryLocationName: "pipeline.orchestration.definitions", repositoryName: "__repository__",
  jobName: "everything"}, mode: "default"}) { __typename } }"""
COUNT = """query Runs($statuses: [RunStatus!]) {
  runsOrError(filter: {statuses: $statuses}) { ... on Runs { count } } }"""
BUSY = ("QUEUED", "NOT_STARTED", "STARTING", "STARTED")


@dataclass(frozen=True)
class Reading:
    """The daemon with its code server, and what the instance keeps, at one moment."""

    daemon_mb: float
    all_mb: float
    open_files: int
    processes: int
    instance_mb: float
    records: int


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(project_with_program(tmp_path_factory.mktemp("soak") / "project"), cron=NEVER) as found:
        yield found


def reading(service: Service) -> Reading:
    daemon = service.started["dagster-daemon"].pid
    group = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            session = int((place / "stat").read_text().rsplit(")", 1)[1].split()[3])
            if session == daemon and b"spawn_main" not in (place / "cmdline").read_bytes():
                group.append(place)
        except OSError:
            continue
    used = {place.name: resident_mb(place) for place in group}
    kept = [p.stat().st_size for p in (service.root / ".dagster").rglob("*") if p.is_file()]
    runs = len(list((service.root / ".dagster" / "storage" / "history" / "runs").glob("*-*.db")))
    files = sum(len(list((place / "fd").iterdir())) for place in group)
    return Reading(used[str(daemon)], sum(used.values()), files, len(group), sum(kept) / 1e6, runs)


def resident_mb(place: Path) -> float:
    try:
        status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
        return int(status["VmRSS"].split()[0]) / 1000
    except (OSError, KeyError):
        return 0.0


def count(service: Service, *statuses: str) -> int:
    """Runs of the instance in one of these states."""
    return service.asked(COUNT, statuses=statuses)["runsOrError"]["count"]


def test_many_runs_in_one_daemon(service: Service, record_property: Measured) -> None:
    readings: list[Reading] = []
    published = set()
    for i in range(SOAK):
        before = switching.shown_run(service.paths)
        assert service.asked(LAUNCH)["launchRun"]["__typename"] == "LaunchRunSuccess"
        service.until(f"run {i} is published", lambda was=before: switching.shown_run(service.paths) != was)
        published.add(switching.shown_run(service.paths))
        service.until("it has ended", lambda: count(service, *BUSY) == 0)
        readings.append(reading(service))
    assert len(published) == SOAK
    assert count(service, "FAILURE", "CANCELED") == 0
    assert len(switching.kept_runs(service.paths)) == min(SOAK, switching.KEPT_RUNS)
    # The first runs warm the daemon up; the last ones are compared with those after.
    fifth = max(1, SOAK // 5)
    early, late = readings[fifth : 2 * fifth] or readings[:1], readings[-fifth:]
    growth = {
        name: statistics.median(getattr(r, name) for r in late) / statistics.median(getattr(r, name) for r in early)
        for name in ("daemon_mb", "all_mb", "open_files", "processes")
    }
    record_property("runs in one daemon, growth, first and last", f"{SOAK}, {growth}, {readings[0]}, {readings[-1]}")
    if SOAK >= WARM:
        assert growth["daemon_mb"] <= 1.10
        assert growth["all_mb"] <= 1.10
        assert growth["open_files"] <= 1.10
    # Old runs are forgotten at the sensor's next look, at most half a minute of runs later.
    assert max(r.records for r in readings) <= nightly.KEPT_RECORDS + 4
    if SOAK > 2 * nightly.KEPT_RECORDS:
        full = readings[nightly.KEPT_RECORDS + 4].instance_mb
        assert readings[-1].instance_mb <= 1.10 * full
