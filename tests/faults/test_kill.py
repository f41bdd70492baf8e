"""`kill -9` at random moments of a run, and at each kind of step of publishing: what people see is one whole run."""

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import duckdb
import pytest

from pipeline.runs import switching
from tests.conftest import HANGS, ROOT
from tests.faults.conftest import FAULTS, Measured, Project

# Publishes the workspace as it is, and is killed by itself at the numbered step that changes the disk. Given 0, counts.
PUBLISH = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.orchestration import definitions
from pipeline.runs import publishing, switching
from pipeline.project import Paths
paths, last = Paths.of(Path.cwd()), int(sys.argv[1])
made_from = definitions.build(paths).resources["lineage"].made_from
steps = 0
def step(event, arguments):
    global steps
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if writes or event in ("os.rename", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.chmod"):
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
with switching.exclusive_lock(paths):
    switching.remove_leftovers(paths)
    publishing.publish(paths, made_from, "by hand", datetime.now(UTC))
print(steps)
"""


class Reader(threading.Thread):
    """Reads all the time, as planners and analysts do, and notes what it sees that is not one whole run."""

    def __init__(self, project: Project) -> None:
        super().__init__(daemon=True)
        self.project, self.over, self.reads, self.wrong = project, threading.Event(), 0, []

    def run(self) -> None:
        paths = self.project.paths
        known = {outcome.run_id for outcome in self.project.outcomes}
        while not self.over.is_set():
            try:
                run = switching.shown_run(paths)
                run_id = json.loads((run / "processed" / "run.json").read_text(encoding="utf-8"))["run_id"]
                pages = [(run / "maps" / name).read_text(encoding="utf-8") for name in ("index.html", "95.html")]
                ids = {re.search(r"run id</span> ([0-9a-f]{16})", page).group(1) for page in pages}
                with duckdb.connect(str(run / "processed" / "pilot_areas.duckdb"), read_only=True) as catalogue:
                    rows = catalogue.execute("SELECT count(*) FROM district_scores").fetchone()[0]
                through_the_link = (paths.maps / "index.html").read_bytes()
                if ids != {run_id} or run_id not in known or rows != 928 or not through_the_link.endswith(b"</html>"):
                    self.wrong.append(f"{ids} {run_id} {rows}")
            except Exception as error:
                self.wrong.append(repr(error))
            self.reads += 1
            self.over.wait(0.02)  # leaves the processor to what is read


@pytest.fixture
def reader(project: Project) -> Iterator[Reader]:
    watching = Reader(project)
    watching.start()
    yield watching
    watching.over.set()
    watching.join(timeout=HANGS)


def test_killed_at_random_moments(project: Project, reader: Reader, record_property: Measured) -> None:
    chance, killed, published = random.Random(20261125), 0, set()
    began = time.monotonic()
    project.choose(0)
    assert project.run() == (0, "")
    whole = time.monotonic() - began
    while killed < FAULTS:
        before = project.which()
        project.choose(1 - before)
        # Half of them towards the end, where there is something to tear.
        moment = chance.uniform(0.1, whole) if killed % 2 else chance.uniform(whole - 2.0, whole + 0.5)
        began = time.monotonic()
        run = project.command("run", start_new_session=True)
        try:
            run.communicate(timeout=moment)
            whole = time.monotonic() - began  # it ended before: the next moment is chosen within this run's time
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.communicate()
            killed += 1
        published.add(project.which())
    last = project.which()
    project.choose(1 - last)
    assert project.run() == (0, "")
    assert project.which() == 1 - last
    assert project.leftovers() == []
    assert reader.wrong == []
    assert reader.reads > killed
    record_property("runs killed at random moments, reads at the same time", (killed, reader.reads))


def test_killed_at_steps_of_publishing(project: Project, reader: Reader, record_property: Measured) -> None:
    """The workspace of each set of inputs is made once; then publishing alone is killed, again and again."""
    kept = {}
    for number in (0, 1):
        project.choose(number)
        assert project.run() == (0, "")
        kept[number] = shutil.copytree(project.paths.workspace, project.root / f"workspace-{number}")

    def publish(step: int) -> subprocess.CompletedProcess[str]:
        shutil.rmtree(project.paths.workspace)
        shutil.copytree(kept[number], project.paths.workspace)
        return subprocess.run(
            [sys.executable, "-c", PUBLISH, str(step)],
            cwd=project.root,
            env={"PYTHONPATH": str(ROOT)},
            text=True,
            capture_output=True,
            timeout=HANGS,
        )

    counted = publish(0)
    assert counted.returncode == 0, counted.stderr
    steps = int(counted.stdout)
    chance = random.Random(20261125)
    # The switch is among the last steps: most kills go there.
    late = list(range(steps - 40, steps + 1))
    chosen = chance.sample(late, min(len(late), FAULTS // 2)) + chance.sample(range(1, steps - 40), FAULTS // 2)
    seen = set()
    for step in chosen:
        before = project.which()
        number = 1 - before
        project.choose(number)
        assert publish(step).returncode == -signal.SIGKILL
        seen.add(project.which() == number)
        if project.which() == number:  # killed after the switch
            continue
        assert publish(0).returncode == 0
        assert project.which() == number
        assert project.leftovers() == []
    assert False in seen
    assert reader.wrong == []
    for folder in kept.values():
        shutil.rmtree(folder)
    record_property(
        "kills at steps of publishing, of so many, reads at the same time", (len(chosen), steps, reader.reads)
    )
