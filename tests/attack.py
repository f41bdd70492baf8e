"""An attack on published counts by linear programming: how narrow is the range of a count that is left out?"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from scipy.optimize import linprog
from scipy.sparse import csr_array

from pipeline.dimensions import DIMENSIONS
from pipeline.project import Paths
from tests.conftest import published

LARGEST = 1e7


def narrowest(
    tables: list[dict[str, int | None]],
    parts: dict[int, list[int]],
    union: tuple[int, list[int]] | None = None,
    present: int | None = None,
) -> float:
    """The width of the narrowest range to which a missing count of a district, province or the country can be confined.

    ``tables`` hold counts by area code, of several kinds; ``parts[i]`` are the kinds of which kind i is a part, so
    that it is nowhere larger; ``union`` is a kind and those of which it is the union: nowhere larger than their sum. Of
    kind ``present`` each area listed has one at least. A width below 1 gives the count away. With nothing missing the
    width is infinite.
    """
    areas = sorted({area for table in tables for area in table})
    place = {(k, area): i for i, (k, area) in enumerate((k, a) for k in range(len(tables)) for a in areas)}
    equal, unequal = [], []
    for k, table in enumerate(tables):
        for area in table:
            below = [a for a in table if len(a) == 4 and (area == "TH" or (a != area and a.startswith(area)))]
            if below:
                equal.append({place[k, area]: 1.0, **{place[k, a]: -1.0 for a in below}})
        for area in table:
            for whole in parts.get(k, []):
                unequal.append({place[k, area]: 1.0, place[whole, area]: -1.0})
            if union and union[0] == k:
                unequal.append({place[k, area]: 1.0, **{place[part, area]: -1.0 for part in union[1]}})
    bounds = [(0.0, LARGEST)] * len(place)
    missing = []
    for (k, area), i in place.items():
        value = tables[k].get(area, 0)
        if value is None:
            missing.append(i)
            bounds[i] = (float(k == present), LARGEST)
        else:
            bounds[i] = (float(value), float(value))
    rules = {
        "A_ub": _rows(unequal, len(place)),
        "b_ub": np.zeros(len(unequal)) if unequal else None,
        "A_eq": _rows(equal, len(place)),
        "b_eq": np.zeros(len(equal)) if equal else None,
    }
    widths = [np.inf]
    for i in missing:
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(place))
            goal[i] = sign
            found = linprog(goal, **rules, bounds=bounds)
            assert found.success, found.message
            ends.append(found.x[i])
        widths.append(ends[1] - ends[0])
    return float(min(widths))


def _rows(rows: list[dict[int, float]], width: int) -> csr_array | None:
    if not rows:
        return None
    cells = [(value, i, j) for i, row in enumerate(rows) for j, value in row.items()]
    values, at, of = zip(*cells, strict=True)
    return csr_array((values, (at, of)), shape=(len(rows), width))


def published_tables(paths: Paths) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every table of districts that can be read from the published files, in any kind of file."""
    for path in sorted(paths.processed.glob("*.parquet")):
        names = [n for n in pq.read_schema(path).names if n != "geometry"]
        yield path.name, pq.read_table(path, columns=names).to_pandas()
    with duckdb.connect(str(paths.processed / "pilot_areas.duckdb"), read_only=True) as catalogue:
        for (name,) in catalogue.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            yield f"pilot_areas.duckdb: {name}", catalogue.table(name).df()
    books = [*paths.processed.glob("*.xlsx"), *(paths.maps / "downloads").glob("*.xlsx")]
    for path in books:
        for name, sheet in pd.read_excel(path, sheet_name=None, dtype={"district_code": str}).items():
            yield f"{path.name}: {name}", sheet
    layer = json.loads((paths.maps / "downloads" / "districts.geojson").read_text(encoding="utf-8"))
    yield "districts.geojson", pd.DataFrame([feature["properties"] for feature in layer["features"]])
    with closing(sqlite3.connect(f"file:{paths.maps / 'downloads' / 'districts.gpkg'}?mode=ro", uri=True)) as layers:
        yield "districts.gpkg", pd.read_sql("SELECT * FROM districts", layers)
    for path in sorted(paths.maps.glob("*.html")):
        data = re.search(r'id="figures">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)
        if data and "districts" in (figures := json.loads(data[1])):
            columns = {n: v for n, v in figures["districts"].items() if len(v) == len(figures["districts"]["code"])}
            frame = pd.DataFrame(columns).rename(columns={"code": "district_code"})
            # A count left out is text such as "<5".
            yield path.name, frame.mask(frame.map(lambda v: isinstance(v, str) and v.startswith("<")), None)


# Tables of figures published elsewhere, which are of other rows.
ELSEWHERE = {
    form for table in ("poverty", "published_poverty") for form in (f"{table}.parquet", f"pilot_areas.duckdb: {table}")
}


def published_counts(paths: Paths, system: str) -> dict[str, dict[str, int | None]]:
    """Persons by kind and area as published for one system, with every count that another file adds.

    A rate gives a count away where it is exact enough; of each district the persons surveyed are published.
    """
    table = published(paths, "household_poverty")
    table = table[table["system"] == system].set_index("area_code")
    kinds = {"persons": "persons", "poor": "poor_persons"} | {d: f"poor_{d}_persons" for d in DIMENSIONS}
    counts = {k: {a: None if pd.isna(v) else int(v) for a, v in table[c].items()} for k, c in kinds.items()}
    persons = counts["persons"]
    facts = published(paths, "district_facts").set_index("district_code")
    of_rows = set(facts.index[facts["figures_system"] == system])
    for name, frame in published_tables(paths):
        if "district_code" not in frame or name in ELSEWHERE:
            continue
        for row in frame[frame["district_code"].isin(of_rows)].to_dict("records"):
            area = row["district_code"]
            for kind in DIMENSIONS:
                count = next((row[n] for n in (f"poor_{kind}", f"{kind}_persons") if not pd.isna(row.get(n))), None)
                for rate, digits in ((f"rate_{kind}", 9), (f"{kind}_pct", 1)):
                    exact = not pd.isna(row.get(rate)) and persons[area] and persons[area] < 10 ** (digits + 2)
                    count = row[rate] * persons[area] / 100 if count is None and exact else count
                if count is not None and counts[kind].get(area) is None:
                    counts[kind][area] = round(count)
    return counts
