"""The night with the daemon really running: good, bad, good again, killed, missed. A night lasts some minutes here."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.runs import switching
from tests.conftest import digests
from tests.faults.conftest import FAULTS, Measured
from tests.faults.daemon import PROGRAMS, Service, project_with_program, serving

LONG = pytest.mark.skipif(FAULTS < 20, reason="fewer faults were asked for")
RUNS = """{ runsOrError(limit: 20) { ... on Runs { results { runId status creationTime
  eventConnection { events { ... on MessageEvent { message }
  ... on ExecutionStepFailureEvent { error { message } } } } } } } }"""
FRESH = """{ assetsOrError(prefix: ["published"]) { ... on AssetConnection { nodes { definition {
  freshnessStatusInfo { freshnessStatus } } } } } }"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One daemon and one UI for all tests of this file."""
    with serving(project_with_program(tmp_path_factory.mktemp("nightly") / "project")) as found:
        yield found


@pytest.fixture(autouse=True)
def _a_good_run_is_shown(service: Service) -> None:
    """Each test begins when a good run is published, so that any of them runs alone."""
    service.until("a run is published", lambda: shown(service) and not is_marked(service))


def page(service: Service) -> str:
    file = service.paths.maps / "index.html"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def shown(service: Service) -> Path | None:
    return switching.shown_run(service.paths)


def is_marked(service: Service, how: str = "") -> bool:
    text = page(service)
    return 'class="banner late"' in text and how in text


def freshness(service: Service) -> str:
    nodes = service.asked(FRESH)["assetsOrError"]["nodes"]
    info = nodes[0]["definition"]["freshnessStatusInfo"] if nodes else None
    return info["freshnessStatus"] if info else ""


def runs(service: Service) -> list[dict]:
    return service.asked(RUNS)["runsOrError"]["results"]


def test_a_good_night_publishes(service: Service, record_property: Measured) -> None:
    """With no more to write to than the unit gives: the program's own folder, for one, may only be read."""
    confined = service.confined()
    for folder, kept in ((service.root, not confined), (service.paths.raw, not confined), (service.paths.maps, True)):
        touched = subprocess.run([*confined, "touch", str(folder / "x")], capture_output=True)
        assert (touched.returncode == 0) == kept
        (folder / "x").unlink(missing_ok=True)
    record_property("the nightly run may write only where its unit allows it", bool(confined))
    by_hand = shown(service)
    service.until("a night publishes", lambda: shown(service) != by_hand)
    service.until("the UI shows it as fresh", lambda: freshness(service) == "HEALTHY")


def test_a_failed_night_keeps_the_last_run_with_a_banner_until_the_next_success(service: Service) -> None:
    file = service.paths.raw / "tpmap" / "tpmap_2022_by_district.csv"
    content = file.read_bytes()
    file.write_bytes(content.replace(b"2.6728", b"102.6728", 1))
    try:
        service.until("pages show that the night failed", lambda: is_marked(service, "failed"))
        run = shown(service)
        kept = {p.name: p.read_bytes() for p in (run / "maps").glob("*.html")}
        for name, before in kept.items():
            after = (service.paths.maps / name).read_bytes()
            assert after != before
            assert b'class="banner late"' not in before
            start = after.index(b'<p class="banner late"')
            end = after.index(b"</p>\n", start) + len(b"</p>\n")
            assert after[:start] + after[end:] == before, name
        day = switching.finished(run).astimezone(switching.BANGKOK).date().isoformat()
        assert f'datetime="{day}"' in page(service)
        for path in (run / "processed").iterdir():
            assert (service.paths.processed / path.name).resolve() == path
        failures = [r for r in runs(service) if r["status"] == "FAILURE"]
        messages = [e["error"]["message"] for e in failures[0]["eventConnection"]["events"] if e.get("error")]
        assert any("line 2, column rate_any_min: found '102.6728'" in message for message in messages)
    finally:
        file.write_bytes(content)
    service.until("a good run is published again", lambda: shown(service) != run and not is_marked(service))
    service.until("no view is left", lambda: not list(service.paths.state.glob("view-*")))


@LONG
def test_a_run_whose_process_is_killed_does_not_keep_the_next_waiting(service: Service) -> None:
    def under_way() -> tuple[str, int] | None:
        """The run that is executed at this moment, and its process, as the run reports them."""
        for run in runs(service):
            for event in run["eventConnection"]["events"] if run["status"] == "STARTED" else ():
                if match := re.search(r"Started process for run \(pid: ([0-9]+)\)", event.get("message", "")):
                    return run["runId"], int(match[1])
        return None

    def failed() -> bool:
        return any(r["runId"] == killed and r["status"] == "FAILURE" for r in runs(service))

    killed, process = service.until("a run is under way", under_way)
    before = shown(service)
    os.kill(process, signal.SIGKILL)
    service.until("the killed run counts as failed", failed)  # by then the next night may wait in the queue
    assert (shown(service) / "processed" / "run.json").is_file()
    service.until("the next run is published", lambda: shown(service) not in (None, before))


@LONG
def test_a_missed_night_shows_as_stale(service: Service) -> None:
    stop = [str(PROGRAMS / "dagster"), "schedule", "stop", "nightly", "-m", "pipeline.orchestration.definitions"]
    start = [word if word != "stop" else "start" for word in stop]
    done = subprocess.run(stop, cwd=service.root, env=service.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    try:
        service.until("pages show that there was no run", lambda: is_marked(service, "there was no run on"))
        service.until("the UI shows it as stale", lambda: freshness(service) == "DEGRADED")
        before = digests(service.paths)
        record = json.loads((service.paths.processed / "run.json").read_text(encoding="utf-8"))
    finally:
        subprocess.run(start, cwd=service.root, env=service.environment, check=True, capture_output=True)
    service.until("the next good night recovers", lambda: not is_marked(service))
    again = json.loads((service.paths.processed / "run.json").read_text(encoding="utf-8"))
    assert again["run_id"] == record["run_id"]
    after = digests(service.paths)
    assert {n for n in after if after[n] != before[n]} == {n for n in after if n.endswith(".html")}
