"""A project with its own copy of the program, and the Dagster daemon and webserver really running over it.

They may write only where their unit in ``deploy/`` allows it, if this machine supports that. Nights follow each other
after some minutes, more of them on a slow machine: if the next night begins before the last has ended, there is never a
moment at which the last one counts as failed.

Not here: what is tested of them. Everything listens on 127.0.0.1 and is stopped by the process group it was started in.
"""

import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.project import Paths
from tests.conftest import HANGS, ROOT, with_fewer_draws, with_real_inputs

PROGRAMS = Path(sys.executable).parent
UNIT = ROOT / "deploy" / "pilot-areas-daemon.service"
# Mounts the places given, as kind:place, over a disk that may only be read; then becomes the command after them.
CONFINED = """set -e
mount -o remount,bind,ro /
while [ "$1" != -- ]; do
  mount --bind "${1#*:}" "${1#*:}"
  mount -o "remount,bind,${1%%:*}" "${1#*:}"
  shift
done
shift
exec "$@"
"""


def project_with_program(root: Path) -> Path:
    """The program, the instance's settings and the real inputs, with few draws."""
    root.mkdir(parents=True)
    for folder in ("pipeline", "assets"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with_real_inputs(root)
    shutil.copy(ROOT / "pyproject.toml", root)
    settings = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    assert "poll_interval_seconds: 60" in settings
    settings = settings.replace("poll_interval_seconds: 60", "poll_interval_seconds: 5")
    (root / "dagster.yaml").write_text(settings, encoding="utf-8")
    # As on a server, where the first run is made by hand: two that begin at once would both make the databases.
    made = subprocess.run(
        [str(PROGRAMS / "dagster"), "instance", "migrate"],
        cwd=root,
        env={**os.environ, "DAGSTER_HOME": str(root)},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    return with_fewer_draws(root)


class Service:
    """The daemon and the webserver of a project, whose nightly run is started by ``cron``."""

    def __init__(self, root: Path, cron: str, settings: tuple[Path, ...] = ()) -> None:
        self.settings = settings
        self.root, self.paths, self.temporary = root, Paths.of(root), root.with_name(f"{root.name}-tmp")
        self.temporary.mkdir()
        # As the guide has them made: a unit cannot be given what is not there.
        for name in (".dagster", ".logs_queue", "logs", "data/rounds", "maps"):
            (root / name).mkdir(exist_ok=True)
        self.environment = {
            **os.environ,
            "DAGSTER_HOME": str(root),
            "PYTHONPATH": str(root),
            "PILOT_AREAS_NIGHTLY_CRON": cron,
            "PILOT_AREAS_NIGHTLY_GRACE_MINUTES": "0.3",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(root),
            "TMPDIR": str(self.temporary),
            "MPLCONFIGDIR": str(self.temporary),
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    def confined(self) -> list[str]:
        """Prefix of a command that may write only where its unit allows it, as under systemd's ProtectSystem=strict.

        Nothing where this machine refuses to mount.
        """
        tried = subprocess.run(["unshare", "--mount", "mount", "-o", "remount,bind,ro", "/"], capture_output=True)
        if tried.returncode:
            return []
        unit = "".join(path.read_text(encoding="utf-8") for path in (UNIT, *self.settings))
        assert "ProtectSystem=strict" in unit
        places = [f"rw:{self.temporary}"]
        for kind, name in (("rw", "ReadWritePaths"), ("ro", "ReadOnlyPaths")):
            lines = re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)
            while "" in lines:  # an empty one takes back what is before it
                lines = lines[lines.index("") + 1 :]
            for line in lines:
                places += [f"{kind}:{place.replace('/opt/pilot-areas', str(self.root))}" for place in line.split()]
        return ["unshare", "--mount", "sh", "-c", CONFINED, "sh", *places, "--"]

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.root / f"{name}.log").open("ab") as log:
            self.started[name] = subprocess.Popen(
                [*self.confined(), str(PROGRAMS / name), *arguments],
                cwd=self.root,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.started[name]

    def start_daemon(self) -> subprocess.Popen[bytes]:
        return self.start("dagster-daemon", "run", "-m", "pipeline.orchestration.definitions")

    def start_webserver(self) -> None:
        self.start(
            "dagster-webserver", "-h", "127.0.0.1", "-p", str(self.port), "-m", "pipeline.orchestration.definitions"
        )
        self.until("the UI answers", lambda: self.asked("{ version }"))

    def stop(self) -> None:
        for process in self.started.values():
            for sign, seconds in ((signal.SIGINT, 60), (signal.SIGKILL, HANGS)):
                try:
                    os.killpg(process.pid, sign)
                    process.wait(timeout=seconds)
                except ProcessLookupError:
                    break
                except subprocess.TimeoutExpired:
                    continue
        self.started.clear()

    def asked(self, question: str, **variables: Any) -> Any:
        """The UI's answer to a GraphQL question; None while it does not answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": question, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=HANGS) as answer:
                reply = json.load(answer)
        except OSError:
            return None
        assert "errors" not in reply, reply
        return reply["data"]

    def until(self, what: str, holds: Callable[[], Any]) -> Any:
        """Waits until ``holds`` is true and returns its value; fails with ``what`` if that does not happen."""
        end = time.monotonic() + HANGS
        while time.monotonic() < end:
            if found := holds():
                return found
            time.sleep(0.5)
        logs = {p.name: p.read_text(errors="replace")[-1500:] for p in self.root.glob("*.log")}
        raise AssertionError(f"waited {HANGS} s in vain until {what}; {logs}")


def minutes_between_nights(root: Path) -> int:
    """Makes the first run by hand, as on a server; three times as long, in minutes, leaves room for a night's run."""
    began = time.monotonic()
    environment = {**os.environ, "DAGSTER_HOME": str(root), "PYTHONPATH": str(root)}
    done = subprocess.run(
        [str(PROGRAMS / "pilot-areas"), "run"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGS,
    )
    assert done.returncode == 0, done.stderr
    return max(1, math.ceil(3 * (time.monotonic() - began) / 60))


@contextmanager
def serving(root: Path, cron: str | None = None, settings: tuple[Path, ...] = ()) -> Iterator[Service]:
    """The daemon and the UI over a project, stopped at the end; ``settings`` are added to the unit.

    Without ``cron`` a run is published by hand, then nights follow each other.
    """
    service = Service(root, cron or f"*/{minutes_between_nights(root)} * * * *", settings)
    try:
        service.start_daemon()
        service.start_webserver()
        yield service
    finally:
        service.stop()
