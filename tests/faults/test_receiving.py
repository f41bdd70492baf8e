"""A night that brings files in, with the daemon really running: what takes its place, what stays out, what people see.

Not here: the faults of servers and files (``tests/receiving``). A night lasts some minutes here.
"""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from pipeline.project import Paths
from pipeline.receiving.inbox import QUIET_SECONDS, Dropped
from pipeline.receiving.outcome_records import DROPPED, FETCHED, State, known_outcomes, quarantined
from pipeline.receiving.reaching import LOCAL_SERVER
from pipeline.runs import switching
from tests.conftest import HANGS, with_real_inputs
from tests.faults.daemon import PROGRAMS, UNIT, Service, project_with_program, serving
from tests.receiving import server
from tests.receiving.conftest import changed_sites, content_of, source, write_sources
from tests.receiving.server import Served

SETTINGS = tuple(UNIT.parent / "receiving" / name for name in ("inbox.conf", "fetch.conf"))
MATERIALISED = """{ assetsOrError(prefix: ["fetched"]) { ... on AssetConnection { nodes {
  assetMaterializations(limit: 1) { metadataEntries { label ... on TextMetadataEntry { text } } } } } } }"""
# The folder in quarantine of a file that an agency dropped.
UNKNOWN = Dropped(Path(), PurePosixPath("agency/unknown.csv")).in_quarantine
CHECKED = """{ assetNodes(assetKeys: [{path: ["fetched"]}, {path: ["dropped"]}]) {
  assetChecksOrError { ... on AssetChecks { checks {
  name executionForLatestMaterialization { evaluation { success description } } } } } } }"""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with server.serving() as found:
        yield found


@pytest.fixture(scope="module")
def night(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One source gives a good file, one a login page, one what is there already; a good and a bad file are dropped."""
    root = project_with_program(tmp_path_factory.mktemp("receiving") / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LOCAL_SERVER, served.host)
        with serving(root, settings=SETTINGS) as service:
            paths = service.paths
            service.until("a run is published", lambda: switching.shown_run(paths))
            served.files["/good.csv"] = changed_sites(paths)
            served.files["/broken.csv"] = b"<!doctype html><title>Please log in</title>"
            served.files["/same.csv"] = content_of(paths, "nesdc/regions.csv")
            paths.inbox.mkdir()
            (paths.inbox / "dbd").mkdir()
            new = content_of(paths, "dbd/new_firms_by_district.csv").replace(b"\r\n", b"\n").rstrip().split(b"\n")
            (paths.inbox / "dbd" / "new_firms_by_district.csv").write_bytes(b"\n".join(new[:-1]) + b"\n")
            (paths.inbox / "agency").mkdir()
            (paths.inbox / "agency" / "unknown.csv").write_bytes(b"a,b\n1,2\n")
            write_sources(
                paths,
                "[inbox]\nenabled = true\n",
                source("good", served.url("/good.csv")),
                source("broken", served.url("/broken.csv"), target="tpmap/tpmap_2022_by_district.csv"),
                source("same", served.url("/same.csv"), target="nesdc/regions.csv"),
            )
            yield service


def test_a_night_brings_in_what_can_be_used(night: Service, served: Served) -> None:
    paths = night.paths
    poverty = content_of(paths, "tpmap/tpmap_2022_by_district.csv")
    night.until("the sources were fetched", lambda: len(known_outcomes(paths, FETCHED)) == 3)
    states = {name: outcome.state for name, outcome in known_outcomes(paths, FETCHED).items()}
    assert states["good"] in (State.RECEIVED, State.UNCHANGED)
    assert states["broken"] is State.REFUSED
    assert states["same"] in (State.RECEIVED, State.UNCHANGED)
    assert content_of(paths) == served.files["/good.csv"]
    assert content_of(paths, "tpmap/tpmap_2022_by_district.csv") == poverty
    night.until("the inbox was taken up", lambda: not [p for p in paths.inbox.rglob("*") if p.is_file()])
    assert set(quarantined(paths)) == {"broken", UNKNOWN}
    published = paths.processed / "cbt_sites.parquet"
    rows = served.files["/good.csv"].count(b"\n") - 1

    def has_the_new_rows() -> bool:
        import pyarrow.parquet as pq

        return bool(pq.read_metadata(published.resolve()).num_rows == rows)

    night.until("the new file is published", has_the_new_rows)
    assert 'class="banner late"' not in (paths.maps / "index.html").read_text(encoding="utf-8")


def test_the_ui_says_what_became_of_each_source(night: Service) -> None:
    night.until("the sources were fetched", lambda: len(known_outcomes(night.paths, FETCHED)) == 3)

    def told() -> str:
        nodes = night.asked(MATERIALISED)["assetsOrError"]["nodes"]
        entries = nodes[0]["assetMaterializations"][0]["metadataEntries"] if nodes else []
        text = " ".join(f"{entry['label']}: {entry.get('text')}" for entry in entries)
        return text if "broken: refused:" in text else ""

    assert "found a page of HTML or XML, such as a login page" in night.until("the UI shows it", told)

    def warned() -> list[str]:
        nodes = night.asked(CHECKED)["assetNodes"]
        found = [check for node in nodes for check in node["assetChecksOrError"]["checks"]]
        latest = [check["executionForLatestMaterialization"] for check in found]
        done = [one["evaluation"] for one in latest if one and one["evaluation"]]  # none while the check runs
        return [one["description"] for one in done if not one["success"]]

    assert "sources: broken (refused)" in night.until("the check warns", warned)


def test_check_says_what_is_in_quarantine(night: Service) -> None:
    night.until("the inbox was taken up", lambda: UNKNOWN in quarantined(night.paths))
    done = subprocess.run(
        [str(PROGRAMS / "pilot-areas"), "check"],
        cwd=night.root,
        env={**os.environ, "PYTHONPATH": str(night.root)},
        capture_output=True,
        text=True,
        timeout=HANGS,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING: fetched broken: refused: data/raw/sources.toml [sources.broken]: found a page" in done.stdout
    assert (
        "WARNING: dropped agency.unknown.csv: refused: inbox/agency/unknown.csv: found a file that none" in done.stdout
    )


def test_the_policy_stays_out_of_reach(night: Service) -> None:
    confined = night.confined()
    for folder, kept in ((night.paths.raw / "policy", not confined), (night.paths.raw / "cbt", True)):
        touched = subprocess.run([*confined, "touch", str(folder / "x.txt~")], capture_output=True)
        assert (touched.returncode == 0) == kept
        (folder / "x.txt~").unlink(missing_ok=True)


def test_the_sensor_takes_files_up_by_day(night: Service) -> None:
    """Switched off at first; once it is on, a file that is a minute old is taken up by a run of its own."""
    paths = night.paths
    night.until("the inbox was taken up", lambda: not [p for p in paths.inbox.rglob("*") if p.is_file()])
    dagster = str(PROGRAMS / "dagster")
    for command in (["schedule", "stop", "nightly"], ["sensor", "start", "inbox"]):
        done = subprocess.run(
            [dagster, *command, "-m", "pipeline.orchestration.definitions"],
            cwd=night.root,
            env=night.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    file = paths.inbox / "dbd" / "new_firms_by_district.csv"
    shutil.copy(paths.raw / "dbd" / "new_firms_by_district.csv", file)
    dropped = time.time()
    night.until("the sensor took it up", lambda: not file.exists())
    assert time.time() - dropped >= QUIET_SECONDS
    night.until(
        "its outcome is known",
        lambda: known_outcomes(paths, DROPPED).get("dbd/new_firms_by_district.csv"),
    )
    assert known_outcomes(paths, DROPPED)["dbd/new_firms_by_district.csv"].state is State.UNCHANGED


def test_a_fetch_that_is_killed_goes_on_where_it_stopped(tmp_path: Path, served: Served) -> None:
    """The whole process, in the middle of a download: the last good file stays, and what is at hand is kept."""
    root = with_real_inputs(tmp_path / "project")
    paths = Paths.of(root)
    good, new = content_of(paths), changed_sites(paths)
    waiting = threading.Event()

    def half(handler: server.Handler) -> None:
        handler.send_response(200)
        handler.send_header("ETag", server.ETAG)
        handler.send_header("Content-Length", str(len(new)))
        handler.end_headers()
        handler.wfile.write(new[:400])
        handler.wfile.flush()
        waiting.wait(HANGS)

    served.answers["/killed.csv"] = half
    write_sources(paths, source("killed", served.url("/killed.csv")))
    command = [str(PROGRAMS / "pilot-areas"), "fetch"]
    environment = {**os.environ, LOCAL_SERVER: served.host}
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    part = paths.received / "killed.part"
    end = time.monotonic() + HANGS
    while not (part.is_file() and part.stat().st_size == 400):
        assert time.monotonic() < end
        time.sleep(0.05)
    process.kill()
    process.wait()
    waiting.set()
    assert content_of(paths) == good
    del served.answers["/killed.csv"]
    served.files["/killed.csv"] = new
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=HANGS)
    assert (done.returncode, done.stdout) == (0, "killed: received: data/raw/cbt/cbt_sites.csv\n"), done.stderr
    assert served.asked[-1][2]["Range"] == "bytes=400-"
    assert content_of(paths) == new


def test_systemd_takes_the_settings(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    text = UNIT.read_text(encoding="utf-8").replace("/opt/pilot-areas/.venv/bin", str(PROGRAMS))
    added = "\n".join(path.read_text(encoding="utf-8") for path in SETTINGS)
    unit = tmp_path / "pilot-areas-daemon.service"
    unit.write_text(f"{text}\n{added}", encoding="utf-8")
    checked = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True)
    warnings = [line for line in checked.stderr.splitlines() if "pilot-areas-daemon" in line and "docs" not in line]
    assert warnings == [], checked.stderr
