"""Starts the Dagster UI as `make ui` does, asks it for the assets and the schedule, and stops it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = 3123
QUESTION = """{ assetsOrError { ... on AssetConnection { nodes { key { path } } } }
  repositoriesOrError { ... on RepositoryConnection { nodes { schedules { name scheduleState { status } } } } } }"""


def asked() -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/graphql",
        json.dumps({"query": QUESTION}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]


def main() -> int:
    command = [str(Path(sys.executable).parent / "dg"), "dev", "--host", "127.0.0.1", "--port", str(PORT)]
    ui = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "DAGSTER_HOME": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        for _ in range(300):
            time.sleep(1)
            try:
                data = asked()
            except OSError:
                continue
            schedules = [s for r in data["repositoriesOrError"]["nodes"] for s in r["schedules"]]
            running = {s["name"] for s in schedules if s["scheduleState"]["status"] == "RUNNING"}
            if running:
                break
        else:
            print("the UI did not answer within five minutes")
            return 1
        assets = {node["key"]["path"][-1] for node in data["assetsOrError"]["nodes"]}
        print(f"UI on 127.0.0.1:{PORT}: {len(assets)} assets, schedules running: {', '.join(running)}")
        return 0 if "published" in assets and "nightly" in running else 1
    finally:
        os.killpg(ui.pid, signal.SIGINT)
        try:
            log, _ = ui.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(ui.pid, signal.SIGKILL)
            log, _ = ui.communicate()
        old = [line for line in log.splitlines() if "Deprecat" in line or "Supersed" in line or "BetaWarning" in line]
        if old:
            print("\n".join(old))


if __name__ == "__main__":
    sys.exit(main())
