"""What the tests of bringing files in share: a server, a project whose inputs were read once, a table of sources."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.orchestration.definitions import checked_inputs
from pipeline.project import Paths
from pipeline.receiving.downloading import Limits
from pipeline.receiving.fetching import Receiver, fetch
from pipeline.receiving.outcome_records import Outcome
from pipeline.receiving.reaching import LOCAL_SERVER, Reach
from tests.conftest import MakeOnce, made_in, restore, with_real_inputs
from tests.receiving import server
from tests.receiving.server import Served

TODAY = date(2026, 11, 27)
QUICK = Limits(read_seconds=1, longest_seconds=20, attempts=3, wait_seconds=0.01)
SITES = "cbt/cbt_sites.csv"
# Tables of the files that tests replace: which file each is read from is known from the last run.
READ_ONCE = (
    "acceptances",
    "cbt_sites",
    "district_shapes",
    "establishments",
    "new_firms",
    "partnerships",
    "population",
    "poverty",
    "regions",
    "subdistrict_points",
    "subdistrict_population",
    "tpmap_counts",
)
STATED = {"title_th": "ก", "title_en": "a table", "source": "an agency", "licence": "open", "every": "day"}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server on this machine, the only one that may be reached."""
    with server.serving() as found:
        monkeypatch.setenv(LOCAL_SERVER, found.host)
        yield found


@pytest.fixture
def paths(make_once: MakeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """The real inputs, whose tables were read once, so that it is known which file each is read from."""
    shared = make_once("receiving", lambda root: made_in(with_real_inputs(root), *READ_ONCE))
    restore(shared, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return Paths.of(tmp_path / "project")


@pytest.fixture
def receiver(paths: Paths) -> Receiver:
    """Checks files as `pilot-areas check` does, and never waits long."""
    return Receiver(paths, checked_inputs, nullcontext, lambda _: None, QUICK)


@pytest.fixture
def lost(receiver: Receiver) -> Receiver:
    """No name is resolved and nothing can be reached."""
    return replace(receiver, reach=lambda: Reach(seconds=0.3, connect_seconds=0.1))


def source(name: str, address: str, **keys: Any) -> str:
    """One table of the table of sources, switched on: a CSV file of community tourism sites, unless keys say else."""
    settings = {"enabled": True, "kind": "file", "target": SITES, "content": "csv", **STATED, "address": address}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in {**settings, **keys}.items()]
    return "\n".join([f"[sources.{name}]", *lines, ""])


def write_sources(paths: Paths, *tables: str) -> None:
    (paths.raw / "sources.toml").write_text("\n".join(tables), encoding="utf-8")


def content_of(paths: Paths, target: str = SITES) -> bytes:
    return (paths.raw / target).read_bytes()


def changed_sites(paths: Paths) -> bytes:
    """The sites without the last one: another file that can be used."""
    return b"\n".join(content_of(paths).rstrip().split(b"\n")[:-1]) + b"\n"


Fetch = Callable[..., Outcome]


@pytest.fixture
def fetch_one(receiver: Receiver) -> Fetch:
    """Fetches the source ``sites`` from an address, with further keys."""

    def fetched(address: str, **keys: Any) -> Outcome:
        write_sources(receiver.paths, source("sites", address, **keys))
        return fetch(receiver, ["sites"], TODAY)[0]

    return fetched
