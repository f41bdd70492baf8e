"""Every reader on randomly damaged files: the result is a table that fits its contract, or a named error.

How many examples for each: ``PILOT_AREAS_FUZZ``. None hangs, all within bounded memory.
"""

import json
import os
import random
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline import backtest
from pipeline import policy as policies
from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError
from pipeline.households import mapping
from pipeline.households.balance import BALANCE
from pipeline.project import Paths
from pipeline.runs import rounds, switching, verifying
from pipeline.sources import boundaries, tpmap_counts, universities
from tests.bad_files.readers import AS_OF, DISTRICTS, RAW, READERS, SHAPES
from tests.households.conftest import Province, csv, parquet, province, row, xlsx
from tests.sources.test_tpmap_counts import AMPHUR

__all__ = ["province"]
EXAMPLES = int(os.environ.get("PILOT_AREAS_FUZZ", "15"))
LARGEST_GROWTH_MB = 600
often = settings(
    max_examples=EXAMPLES,
    derandomize=False,  # chance finds new files each time; the failing example is printed and can be repeated
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
# What has broken readers of others: put in somewhere.
HOSTILE = [
    b"\0",
    b'"',
    b'""',
    b"\r",
    b"\n\n",
    b",,,,",
    b";",
    b"\xff",
    b"\xe0\xb8",
    "๑๒๓๔".encode(),
    "\u202e".encode(),
    b"1e999",
    b"NaN",
    b"-0",
    b"=1+1",
    b"'; DROP TABLE x; --",
    b"../../etc/passwd",
    b"<script>",
    b"[" * 2000,
    b"9" * 5000,
    b"\xef\xbb\xbf",
    b"null",
    b"{}",
    b"#",
    b"true",
    b"PK\x03\x04",
    b"PAR1",
]


@pytest.fixture(autouse=True)
def _bounded_memory() -> Iterator[None]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    assert grown < LARGEST_GROWTH_MB, f"{grown:.0f} MB more than before"


@st.composite
def damaged(draw: Any, content: bytes) -> bytes:
    """A file after some accidents: bytes changed, put in, taken out, lines doubled or in another order, cut off."""
    out = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["flip", "insert", "delete", "hostile", "cut", "twice", "shuffle"]))
        at = draw(st.integers(0, max(0, len(out) - 1)))
        if kind == "flip" and out:
            out[at] ^= draw(st.integers(1, 255))
        elif kind == "insert":
            out[at:at] = draw(st.binary(max_size=20))
        elif kind == "delete":
            del out[at : at + draw(st.integers(1, 200))]
        elif kind == "hostile":
            out[at:at] = draw(st.sampled_from(HOSTILE))
        elif kind == "cut":
            del out[at:]
        else:
            lines = bytes(out).split(b"\n")
            if kind == "twice":
                lines.insert(draw(st.integers(0, len(lines))), lines[draw(st.integers(0, len(lines) - 1))])
            else:
                random.Random(draw(st.integers(0, 99))).shuffle(lines)
            out = bytearray(b"\n".join(lines))
    return bytes(out)


def any_of(content: bytes) -> st.SearchStrategy[bytes]:
    return damaged(content) | damaged(content) | damaged(content) | st.binary(max_size=300)


def returns_or_names(read: Callable[[], Any], contract: str | None = None) -> None:
    """The reader's two ways: a table that keeps its contract, or an error in one line that helps."""
    try:
        result = read()
    except InputError as error:
        line = str(error)
        assert line.isprintable()
        assert len(line) < 5000
        for part in ("found ", "; expected ", "; to fix: "):
            assert part in line, line
        return
    if contract:
        CONTRACTS[contract].conform(result.table)


# Damage to a short file tests more than damage to a long one; this reader needs all its rows.
WHOLE = {"regions"}
STORED = {"points": "subdistrict_points"}


@pytest.mark.parametrize("name", READERS)
def test_tables(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    file = reader.copied(tmp_path)
    lines = file.read_bytes().splitlines(keepends=True)
    content = b"".join(lines if name in WHOLE else lines[:12])

    @often
    @given(any_of(content))
    def try_it(changed: bytes) -> None:
        file.write_bytes(changed)
        returns_or_names(lambda: reader.read(file.parent), STORED.get(name, name))

    try_it()


def test_partnerships_and_sidecars(tmp_path: Path) -> None:
    place = Path(shutil.copytree(RAW / "partnerships", tmp_path / "partnerships"))
    campuses = universities.campuses(RAW / "universities", DISTRICTS, SHAPES).table
    sidecar, table = ((place / name).read_bytes() for name in ("SOURCE.toml", "partnerships.csv"))

    @often
    @given(any_of(sidecar), any_of(table + f"{campuses['campus_code'].iloc[0]},CODI,a,2026-01-01\n".encode()))
    def try_it(one: bytes, other: bytes) -> None:
        for name, content in (("SOURCE.toml", one), ("partnerships.csv", other)):
            (place / "SOURCE.toml").write_bytes(sidecar)
            (place / "partnerships.csv").write_bytes(table)
            (place / name).write_bytes(content)
            returns_or_names(lambda: universities.partnerships(place, campuses, AS_OF), "partnerships")

    try_it()


def test_tpmap_counts(tmp_path: Path) -> None:
    place = tmp_path / "tpmap_aggregates"
    place.mkdir()
    shutil.copy(RAW / "tpmap_aggregates" / "SOURCE.toml", place)

    @often
    @given(any_of(AMPHUR.encode()))
    def try_it(content: bytes) -> None:
        (place / "61_83_amphur_11111.csv").write_bytes(content)
        returns_or_names(lambda: tpmap_counts.release_counts(place, DISTRICTS), "tpmap_counts")

    try_it()


def test_policies(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"

    @often
    @given(any_of((RAW / "policy" / "policy.toml").read_bytes()))
    def try_it(content: bytes) -> None:
        file.write_bytes(content)
        returns_or_names(lambda: policies.read_policy(file, DISTRICTS["district_code"]))

    try_it()


def test_lists_of_past_choices(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"

    @often
    @given(any_of("code,year,programme\n9501,2019,ก\n50,2020,ข\n".encode()))
    def try_it(content: bytes) -> None:
        file.write_bytes(content)
        returns_or_names(lambda: backtest.past_choices(file, DISTRICTS["district_code"]))

    try_it()


def test_mappings(tmp_path: Path) -> None:
    columns = "\n".join(f'"{name} of theirs" = "{name}"' for name in ("citizen_id", "members", "health", "living"))
    good = f'[columns]\n{columns}\n[constants]\nsurvey_year = 2564\n[values]\nyes = ["จน"]\nno = ["ไม่จน"]\n'
    file = tmp_path / mapping.FILE

    @often
    @given(any_of(good.encode()))
    def try_it(content: bytes) -> None:
        file.write_bytes(content)
        returns_or_names(lambda: mapping.read_mapping(tmp_path))

    try_it()


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "parquet", "shp"])
def test_boundaries(kind: str, tmp_path: Path) -> None:
    some = DISTRICTS.sort_values("district_code").head(3)
    squares = [shapely.box(100 + i, 15, 100.5 + i, 15.5) for i in range(3)]
    frame = gpd.GeoDataFrame(
        {"ADM2_PCODE": "TH" + some["district_code"].to_numpy()}, geometry=squares, crs=boundaries.WGS84
    )
    file = tmp_path / f"b.{kind}"
    if kind == "parquet":
        frame.to_parquet(file)
    else:
        frame.to_file(file)
    good = file.read_bytes()

    @pytest.mark.filterwarnings("ignore")
    @often
    @given(any_of(good))
    def try_it(content: bytes) -> None:
        file.write_bytes(content)
        returns_or_names(lambda: boundaries.read_boundary_file(file, some))

    try_it()


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_household_rows(kind: str, province: Province) -> None:
    rows = [row(n) for n in range(1, 12)]
    whole = {"csv": csv(rows), "parquet": parquet(rows), "xlsx": xlsx(rows)}[kind]

    @often
    @given(any_of(whole))
    def try_it(content: bytes) -> None:
        province.put({f"a.{kind}": content})
        try:
            table = province.take_in().table("files")
        except InputError as error:
            assert str(error).isprintable()
            assert not any(r["citizen_id"] in str(error) for r in rows)
            return
        assert (table["rows_in"] == table[list(BALANCE)].sum(axis=1)).all()

    try_it()


def test_records_of_runs_and_rounds(tmp_path: Path) -> None:
    paths = Paths.of(tmp_path)
    folder = paths.rounds / "a"
    folder.mkdir(parents=True)
    good = json.dumps({"name": "a", "run_id": "0" * 16, "files_sha256": {"x": "0"}, "sample": False}).encode()
    (folder / "processed").mkdir()
    of_a_run = json.dumps({"finished": "2026-11-25T02:00:00+07:00", "code_versions": {}, "inputs_sha256": {}}).encode()

    @often
    @given(any_of(good), any_of(of_a_run))
    @example(b"[" * 100_000, b"[" * 100_000)
    @example(b'{"files_sha256": 1}', b'{"finished": 1, "code_versions": 1, "inputs_sha256": {}}')
    def try_it(content: bytes, run: bytes) -> None:
        (folder / "round.json").write_bytes(content)
        (folder / "processed" / "run.json").write_bytes(run)
        returns_or_names(lambda: rounds.archived_round(paths, "a"))
        returns_or_names(lambda: switching.finished(folder))
        returns_or_names(lambda: verifying.find_run(paths, "a"))

    try_it()
