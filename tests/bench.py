"""`make bench`: how long the main job takes and what it needs, as ratios to a floor measured in the same run.

The floor is what the stack costs before our work begins: a process that imports the same libraries, opens the
Dagster instance and runs as many empty assets.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = """
import sys
import dagster as dg, duckdb, geopandas, pandera.pandas, folium, topojson, xlsxwriter
def empty(i):
    @dg.asset(name=f"a{i}", deps=[f"a{i - 1}"] if i else [])
    def made() -> None: ...
    return made
assets = [empty(i) for i in range(26)]
job = dg.define_asset_job("all", selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    dg.Definitions(assets=assets, jobs=[job]).resolve_job_def("all").execute_in_process(
        instance=instance, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}})
"""


def timed(command: list[str], cwd: Path) -> tuple[float, float]:
    """Seconds of wall and peak memory in MB of one command."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command[:2])}")
    peak: resource.struct_rusage = usage
    return time.monotonic() - began, peak.ru_maxrss / 1024


def main() -> None:
    bin_folder = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
        job = [
            str(bin_folder / "pilot-areas"), "run", "--raw", str(ROOT / "data" / "raw"),
            "--processed", str(place / "data" / "processed"), "--maps", str(place / "maps"),
        ]  # fmt: skip
        floor = [sys.executable, "-c", FLOOR, str(place)]
        for command in (floor, job):
            timed(command, place)  # the first of each fills caches
        floors, jobs = ([timed(c, place) for _ in range(3)] for c in (floor, job))
        page = (place / "maps" / "index.html").stat().st_size
    (floor_s, floor_mb), (job_s, job_mb) = min(floors), min(jobs)
    print("| what | seconds | MB | ratio to the floor |")
    print("| --- | --- | --- | --- |")
    print(f"| floor: the stack with 26 empty assets | {floor_s:.1f} | {floor_mb:.0f} | 1.0 |")
    print(f"| the main job on the figures of 2022 | {job_s:.1f} | {job_mb:.0f} | {job_s / floor_s:.1f} |")
    print(f"maps/index.html: {page / 1000:.0f} kB")


if __name__ == "__main__":
    main()
