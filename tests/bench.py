"""`make bench`: time and memory of the main job and of the intake of household rows, as ratios to floors in one run.

The floor of the main job is what the stack costs before our work begins: a process that imports the same libraries,
opens the Dagster instance and runs as many empty assets. The floor of the intake is one hand-written DuckDB statement
that de-duplicates and counts the same rows. Each line is a separate process; for rows, the seconds are from the
first to the last of them, without the imports. `--small` takes a hundredth of the rows, leaves the 40 million out,
does each once.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench_pages import pages

ROOT = Path(__file__).resolve().parent.parent
MILLION = 1_000_000
MAIN_FLOOR = """
import sys
import dagster as dg, duckdb, geopandas, pandera.pandas, folium, matplotlib.figure, topojson, xlsxwriter
def empty(i):
    @dg.asset(name=f"a{i}", deps=[f"a{i - 1}"] if i else [])
    def made() -> None: ...
    return made
assets = [empty(i) for i in range(48)]
job = dg.define_asset_job("all", selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    dg.Definitions(assets=assets, jobs=[job]).resolve_job_def("all").execute_in_process(
        instance=instance, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}})
"""
# What a user would write: the latest survey of each household, then households, persons and poor by district.
FLOOR = """
import duckdb, pandas, sys
begin()
with duckdb.connect() as connection:
    connection.execute("SET memory_limit = '1500MB'")
    connection.execute("SET temp_directory = ?", [sys.argv[2] + "/spilled"])
    rows = f"read_csv('{sys.argv[1]}', all_varchar = true)" if sys.argv[1].endswith("csv") else f"'{sys.argv[1]}'"
    if sys.argv[3:] == ["persons"]:
        of_any = ("health", "living", "education", "income", "accessibility", "MOF_card")
        any_row = ("province_ID", "amphur_ID", "members")
        rows = f'''(SELECT house_ID AS PID, survey_year, {", ".join(f"max({n}) AS {n}" for n in of_any)},
            {", ".join(f"any_value({n}) AS {n}" for n in any_row)} FROM {rows} GROUP BY house_ID, survey_year)'''
    connection.execute(f'''
        SELECT province_ID || amphur_ID AS district_code, count(*) AS households,
            sum(TRY_CAST(members AS INTEGER)) AS persons, count_if(poor) AS poor_households,
            coalesce(sum(TRY_CAST(members AS INTEGER)) FILTER (poor), 0) AS poor_persons,
            count_if(poor AND MOF_card = '1') AS target_poor_households,
            count_if(health = '1') AS poor_health_households, count_if(living = '1') AS poor_living_households,
            count_if(education = '1') AS poor_education_households, count_if(income = '1') AS poor_income_households,
            count_if(accessibility = '1') AS poor_accessibility_households
        FROM (
            SELECT *, '1' IN (health, living, education, income, accessibility) AS poor FROM {rows}
            QUALIFY row_number() OVER (PARTITION BY PID ORDER BY survey_year DESC) = 1
        )
        GROUP BY district_code ORDER BY district_code''').df().to_json(sys.argv[2] + "/answer.json", orient="split")
end(sys.argv[2])
"""
PANDAS = """
import pandas as pd, pyarrow.parquet, sys
begin()
columns = ["PID", "province_ID", "amphur_ID", "members", "MOF_card", "survey_year"]
dims = ["health", "living", "education", "income", "accessibility"]
rows = pd.read_parquet(sys.argv[1], columns=columns + dims)
rows = rows.sort_values("survey_year", ascending=False, kind="stable").drop_duplicates("PID")
rows["district_code"] = rows["province_ID"] + rows["amphur_ID"]
rows["persons"] = rows["members"].astype("int64")
flags = rows[dims] == "1"
rows["poor_households"] = flags.any(axis=1)
rows["poor_persons"] = rows["persons"].where(rows["poor_households"], 0)
rows["target_poor_households"] = rows["poor_households"] & (rows["MOF_card"] == "1")
for name in dims:
    rows[f"poor_{name}_households"] = flags[name]
counts = ["persons", "poor_households", "poor_persons", "target_poor_households"]
counts += [f"poor_{name}_households" for name in dims]
by = rows.groupby("district_code")
answer = by[counts].sum()
answer.insert(0, "households", by.size())
answer.reset_index().to_json(sys.argv[2] + "/answer.json", orient="split")
end(sys.argv[2])
"""
POLARS = """
import pandas, polars as pl, sys
begin()
dims = ["health", "living", "education", "income", "accessibility"]
poor = pl.any_horizontal(*(pl.col(d) == "1" for d in dims))
persons = pl.col("members").cast(pl.Int64)
answer = (
    pl.scan_parquet(sys.argv[1]).sort("survey_year", descending=True).unique("PID", keep="first", maintain_order=True)
    .group_by((pl.col("province_ID") + pl.col("amphur_ID")).alias("district_code"))
    .agg(
        pl.len().alias("households"), persons.sum().alias("persons"), poor.sum().alias("poor_households"),
        persons.filter(poor).sum().alias("poor_persons"),
        (poor & (pl.col("MOF_card") == "1")).sum().alias("target_poor_households"),
        *((pl.col(d) == "1").sum().alias(f"poor_{d}_households") for d in dims),
    )
    .sort("district_code").collect()
)
answer.to_pandas().to_json(sys.argv[2] + "/answer.json", orient="split")
end(sys.argv[2])
"""
SAMPLE = """
import sys
from pathlib import Path
from pipeline.households.sample import Order, write_sample
from pipeline.sources import dopa, tpmap
raw, districts = Path(sys.argv[1]) / "data" / "raw", dopa.districts().table
kinds = {"faults": tuple(sys.argv[7:])} if sys.argv[7:] else {}
persons = sys.argv[6] == "persons"
order = Order(int(sys.argv[2]), defects=float(sys.argv[3]), format=sys.argv[4], cp874=False, persons=persons, **kinds)
write_sample(order, Path(sys.argv[5]), tpmap.district_rates(raw / "tpmap", districts).table, districts, set())
"""
INTAKE = """
import json, sys
from pathlib import Path
from pipeline import policy
from pipeline.households import kept
from pipeline.sources import boundaries, dopa
from pipeline.project import Paths
raw, place = Path(sys.argv[1]) / "data" / "raw", Path(sys.argv[2])
districts = dopa.districts().table.sort_values("district_code")
shapes = boundaries.district_shapes(raw / "boundaries", districts).table
paths = Paths(Path(sys.argv[3]), place / "data" / "processed", place / "maps", raw / "policy" / "policy.toml")
rules = policy.read_policy(paths.policy)[0]
begin()
done = kept.household_counts(paths, districts, shapes, rules, lambda _: None)
end(sys.argv[2])
files, counted = done.table("files"), done.table("profiles")
poor = counted["deprived"] != 0
card = counted["welfare_card"] == True  # noqa: E712
answer = counted.assign(poor_households=counted["households"].where(poor, 0),
                        poor_persons=counted["persons"].where(poor, 0),
                        target_poor_households=counted["households"].where(poor & card, 0),
                        **{f"poor_{d}_households": counted["households"].where(counted["deprived"] & 1 << i != 0, 0)
                           for i, d in enumerate(("health", "living", "education", "income", "accessibility"))})
names = ["households", "persons", "poor_households", "poor_persons", "target_poor_households",
         *(f"poor_{d}_households" for d in ("health", "living", "education", "income", "accessibility"))]
answer.groupby("district_code")[names].sum().reset_index().to_json(str(place / "answer.json"), orient="split")
lost = files["rows_in"] - files["rows_kept"] - files["rows_joined"] - files["rows_superseded"] - files["rows_refused"]
assert not lost.any()
(place / "rows.json").write_text(json.dumps({n: int(files[n].sum()) for n in files if n.startswith("rows_")}))
"""
CLOCK = """
import time
def begin():
    global began
    began = time.monotonic()
def end(place):
    with open(place + "/seconds", "w") as file:
        file.write(str(time.monotonic() - began))
"""
DRAWS = """
import resource, sys
from pathlib import Path
from pipeline.uncertainty.choices import Choices
from pipeline.uncertainty.arrays import country
from pipeline.uncertainty.outcomes import outcome_of
from pipeline.uncertainty.model import Model
from pipeline.uncertainty.ranges import ranges_of
from pipeline.policy import from_table
from pipeline.stored_tables import Tables
tables = Tables(Path(sys.argv[1]))
criteria, scores = tables("district_criteria"), tables("district_scores")
# Bangkok's districts have no figures: those of others replace them, so that all 928 are drawn.
bare = criteria["poverty"].isna()
some = (~bare).to_numpy().nonzero()[0][: bare.sum()]
places = ["district_code", "province_code", "centre_lon", "centre_lat"]
figures = [c for c in criteria if c not in places and not c.startswith(("name", "province", "region", "university"))]
criteria.loc[bare, figures] = criteria.loc[some, figures].to_numpy(dtype=object)
criteria = criteria.infer_objects()
scores = scores.assign(status=scores["status"].replace("data_needed", "eligible"))
args = [tables.shapes("district_shapes"), *map(tables, ("universities", "partnerships", "regions"))]
of = country(criteria, scores, *args, from_table(tables("policy")))
assert len(of.codes) == 928
model = Model(of)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
base = peak()
begin()
choices = Choices(model.criteria, of.policy, 2)
found = outcome_of(choices, model, choices.uniforms(), 2)
ranks, provinces, values = map(ranges_of, (found.ranks, found.province_ranks, found.province_values))
end(sys.argv[2])
assert found.ranks.shape == (10_000, 928) and found.province_values.shape == (10_000, 77)
Path(sys.argv[2], "above").write_text(str(peak() - base))
"""
PORTFOLIO = """
import sys
from pathlib import Path
import scipy.optimize
from pipeline.policy import from_table
from pipeline.shortlist import pilot_portfolio
from pipeline.stored_tables import Tables
tables = Tables(Path(sys.argv[1]))
given = [*map(tables, ("provincial_shortlist", "district_scores")), from_table(tables("policy"))]
begin()
pilot_portfolio(*given)
end(sys.argv[2])
"""
POINTS = """
import sys, time
from pathlib import Path
import numpy as np
from pipeline import places
from pipeline.sources import boundaries, dopa
raw, districts = Path(sys.argv[1]) / "data" / "raw", dopa.districts().table
shapes = boundaries.district_shapes(raw / "boundaries", districts).table
chance = np.random.default_rng(1)
lon, lat = chance.uniform(97.5, 105.5, 1_000_000), chance.uniform(5.7, 20.4, 1_000_000)
began = time.monotonic()
found = places.district_at(lon, lat, shapes)
print(f"{time.monotonic() - began:.2f} {sum(code is not None for code in found)}")
"""


def timed(command: list[str], cwd: Path) -> tuple[float, float]:
    """Seconds of wall and peak memory in MB of one command."""
    began = time.monotonic()
    environment = {**os.environ, "PILOT_AREAS_KEY": "a key for measuring, of forty characters"}
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    output = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    if status:
        raise SystemExit(f"failed: {' '.join(command[:2])}\n{output.decode(errors='replace')[-2000:]}")
    peak: resource.struct_rusage = usage
    return time.monotonic() - began, peak.ru_maxrss / 1024


def python(program: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", program, *map(str, arguments)]


def inside(program: str, place: Path, *arguments: object) -> tuple[float, float]:
    """Seconds between ``begin()`` and ``end(place)`` of a program, and the peak memory of its process in MB."""
    _, memory = timed(python(CLOCK + program, *arguments), ROOT)
    return float((place / "seconds").read_text()), memory


def line(what: str, seconds: float, memory: float | None = None, ratio: str = "") -> None:
    print(
        f"| {what} | {seconds:.{2 if seconds < 1 else 1}f} | {'' if memory is None else f'{memory:,.0f}'} | {ratio} |",
        flush=True,
    )


def main_job(place: Path, times: int) -> None:
    """The main job on the figures that come with the project, against the stack with empty assets."""
    (place / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
    job = [
        str(Path(sys.executable).parent / "pilot-areas"),
        "run",
        "--raw",
        str(ROOT / "data" / "raw"),
        "--processed",
        str(place / "data" / "processed"),
        "--maps",
        str(place / "maps"),
    ]
    floor = python(MAIN_FLOOR, place)
    for command in (floor, job):
        timed(command, place)  # the first of each fills caches
    # In turn, so that a machine that gets slower or faster in between does so for both.
    floors, jobs = zip(*[(timed(floor, place), timed(job, place)) for _ in range(times)], strict=True)
    (floor_s, floor_mb), (job_s, job_mb) = min(floors), min(jobs)
    line("floor: the stack with 48 empty assets", floor_s, floor_mb, "1.0")
    line("the main job on the figures of 2022", job_s, job_mb, f"{job_s / floor_s:.1f} (at most 22 s)")


def how_sure(place: Path, times: int) -> None:
    """The draws and the portfolio, on what the main job published; without reading tables and importing."""
    processed = place / "data" / "processed"
    seconds = min(inside(DRAWS, place, processed, place)[0] for _ in range(times))
    above = float((place / "above").read_text())
    line(
        "10,000 draws of 928 districts, ranks, ranges, provinces",
        seconds,
        above,
        "at most 1.5 s, 300 MB above the base",
    )
    seconds = min(inside(PORTFOLIO, place, processed, place)[0] for _ in range(times))
    line("the portfolio of 77 provinces, and all almost as good", seconds, None, "at most 0.2 s")


def sample(place: Path, households: int, kind: str, *faults: str, rows: str = "households") -> tuple[Path, Path]:
    """Invented rows, two in a hundred with a fault: their raw folder and their file."""
    raw = place / "-".join(("raw", kind, rows, str(households), *faults)).replace(" ", "-")
    timed(python(SAMPLE, ROOT, households, 0.02, kind, raw, rows, *faults), ROOT)
    return raw, raw / "households" / "tpmap" / f"sample_tpmap.{kind}"


def taken_in(place: Path, raw: Path) -> tuple[float, float]:
    folder = Path(tempfile.mkdtemp(dir=place))
    taken = inside(INTAKE, folder, ROOT, folder, raw)
    for name in ("answer.json", "rows.json"):
        (place / name).write_bytes((folder / name).read_bytes())
    return taken


def answer(place: Path) -> object:
    output = json.loads((place / "answer.json").read_text())
    return [output["columns"], output["data"]]


def households(place: Path, *, small: bool) -> None:
    """The intake against one statement over the same rows, from Parquet and CSV, at several sizes."""
    size = 13 * MILLION // (100 if small else 1)
    many = f"{size / MILLION:g} million rows"
    seconds = {}
    raw, file = sample(place, size, "parquet")
    times = 1 if small else 2
    floor_s, floor_mb = min(inside(FLOOR, place, file, place) for _ in range(times))
    line(f"floor: one DuckDB statement, {many}, Parquet", floor_s, floor_mb, "1.0")
    seconds[size], memory = min(taken_in(place, raw) for _ in range(times))
    line(
        "intake of the same rows",
        seconds[size],
        memory,
        f"{seconds[size] / floor_s:.2f}" + (" (at most 3)" if not small else ""),
    )
    rerun(place, raw, many, times)

    raw, file = sample(place, size, "csv")
    csv_floor_s, csv_floor_mb = inside(FLOOR, place, file, place)
    line("floor: the same statement, CSV UTF-8", csv_floor_s, csv_floor_mb, "1.0")
    csv_s, memory = taken_in(place, raw)
    line("intake, CSV UTF-8", csv_s, memory, f"{csv_s / csv_floor_s:.2f}" + (" (at most 4)" if not small else ""))
    with file.open("rb") as utf8, file.with_suffix(".new").open("wb") as thai:
        for text in iter(lambda: utf8.readlines(64 << 20), []):
            thai.write(b"".join(text).decode("utf-8").encode("cp874"))
    file.with_suffix(".new").replace(file)
    thai_s, memory = taken_in(place, raw)
    line("intake, CSV CP874", thai_s, memory, f"{thai_s / csv_floor_s:.2f}")
    file.unlink()

    for other in () if small else (1_300_000, 40 * MILLION):
        raw, file = sample(place, other, "parquet")
        seconds[other], memory = taken_in(place, raw)
        growth = (seconds[other] / seconds[size]) / (other / size)
        per_row = f"{growth:.2f} of the time per row at 13 million"
        line(f"intake, {other / MILLION:g} million rows", seconds[other], memory, per_row)
        file.unlink()

    raw, file = sample(place, size, "parquet", "earlier survey")
    answers = {}
    for name, program in (("one DuckDB statement", FLOOR), ("pandas", PANDAS), ("polars", POLARS)):
        by_hand_s, memory = inside(program, place, file, place)
        answers[name] = answer(place)
        line(f"{name}, {many}, some of them twice", by_hand_s, memory)
    ours_s, memory = taken_in(place, raw)
    agree = all(output == answer(place) for output in answers.values())
    line("intake of those", ours_s, memory, "agrees to the last digit" if agree else "DISAGREES")
    if not agree:
        raise SystemExit("the intake and what a user would write disagree")


def persons(place: Path, *, small: bool) -> None:
    """The intake of households whose rows are persons, against one statement that joins and counts them."""
    size = 13 * MILLION // (100 if small else 1)
    raw, file = sample(place, size, "parquet", "earlier survey", rows="persons")
    floor_s, floor_mb = inside(FLOOR, place, file.with_name("*.parquet"), place, "persons")
    by_hand = answer(place)
    many = f"{size / MILLION:g} million households as persons"
    line(f"floor: one DuckDB statement, {many}", floor_s, floor_mb, "1.0")
    ours_s, memory = taken_in(place, raw)
    rows = json.loads((place / "rows.json").read_text())["rows_in"]
    agree = by_hand == answer(place)
    agreement = "agrees to the last digit" if agree else "DISAGREES"
    line(
        f"intake of the same {rows / MILLION:.1f} million rows", ours_s, memory, f"{ours_s / floor_s:.2f}, {agreement}"
    )
    if not agree:
        raise SystemExit("the intake of persons and what a user would write disagree")
    subprocess.run(["rm", "-rf", str(raw)], check=True)


def rerun(place: Path, rows: Path, many: str, times: int) -> None:
    """The whole job on household rows, and again with nothing changed."""
    raw = place / "whole"
    subprocess.run(["cp", "-r", str(ROOT / "data" / "raw"), str(raw)], check=True)
    subprocess.run(["rm", "-rf", str(raw / "households")], check=True)
    (rows / "households").rename(raw / "households")
    command = [
        str(Path(sys.executable).parent / "pilot-areas"),
        "run",
        "--raw",
        str(raw),
        "--processed",
        str(place / "again" / "processed"),
        "--maps",
        str(place / "again" / "maps"),
    ]
    first_s, memory = timed(command, place)
    line(f"the whole job with {many}", first_s, memory)
    again_s, memory = min(timed(command, place) for _ in range(times))
    line("the whole job again, files unchanged", again_s, memory, "at most 22 s")
    subprocess.run(["rm", "-rf", str(raw / "households")], check=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--small", action="store_true", help="a hundredth of the rows")
    small = asked.parse_args().small
    print("| what | seconds | peak MB | ratio |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        times = 1 if small else 3
        main_job(place, times)
        how_sure(place, times)
        pages(ROOT, place, inside, line, times)
        households(place, small=small)
        persons(place, small=small)
        found = subprocess.run(python(POINTS, ROOT), capture_output=True, text=True, check=True).stdout.split()
        line(f"1 million points in districts ({int(found[1]):,} in one)", float(found[0]), None, "at most 2 s")


if __name__ == "__main__":
    main()
