"""A source the whole way: from a server on this machine to its place, or to quarantine; the last good file stays."""

import io
import stat
import subprocess
import sys
import threading
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from pipeline.errors import InputError
from pipeline.project import Paths
from pipeline.receiving import fetching
from pipeline.receiving.fetching import Receiver, fetch
from pipeline.receiving.outcome_records import FETCHED, State, known_outcomes, quarantined, sources_received
from pipeline.report import receipts
from tests.receiving.conftest import SITES, TODAY, Fetch, changed_sites, content_of, source, write_sources
from tests.receiving.server import Served, broken_off, failing, leading_to, without_length


def sidecar(paths: Paths, folder: str = "cbt") -> dict:
    return tomllib.loads((paths.raw / folder / "SOURCE.toml").read_text(encoding="utf-8"))


def test_a_good_file_takes_its_place_with_its_sidecar(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    new = changed_sites(paths)
    served.files["/sites.csv"] = new
    before = sidecar(paths)
    file = paths.raw / "cbt" / "SOURCE.toml"
    file.write_text("# kept by an analyst\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    outcome = fetch_one(served.url("/sites.csv"))
    assert (outcome.state, outcome.line) == (State.RECEIVED, f"data/raw/{SITES}")
    assert content_of(paths) == new
    after = sidecar(paths)
    assert (after["received"], after["address"]) == (TODAY, served.url("/sites.csv"))
    assert after["sha256"]["cbt_sites.csv"] == outcome.sha256 != before["sha256"]["cbt_sites.csv"]
    assert {k: v for k, v in after.items() if k not in ("received", "address", "sha256")} == {
        k: v for k, v in before.items() if k not in ("received", "address", "sha256")
    }
    assert file.read_text(encoding="utf-8").startswith("# kept by an analyst\n")
    assert not [p for p in paths.received.iterdir() if p.name not in ("lock", "fetched.json")]
    assert stat.S_IMODE(paths.received.stat().st_mode) == 0o700

    again = fetch_one(served.url("/sites.csv"))
    assert again.state is State.UNCHANGED
    assert served.asked[-1][2]["If-None-Match"] == '"v1"'
    served.answers["/sites.csv"] = lambda handler: handler.say(200, new)  # a server without versions
    assert fetch_one(served.url("/sites.csv")).state is State.UNCHANGED


def test_the_file_that_is_there_already_is_unchanged(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.files["/sites.csv"] = content_of(paths)
    before = sidecar(paths)
    assert fetch_one(served.url("/sites.csv")).state is State.UNCHANGED
    assert sidecar(paths) == before


def test_a_crash_between_file_and_sidecar_is_corrected(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.files["/sites.csv"] = changed_sites(paths)
    old = (paths.raw / "cbt" / "SOURCE.toml").read_bytes()
    outcome = fetch_one(served.url("/sites.csv"))
    (paths.raw / "cbt" / "SOURCE.toml").write_bytes(old)
    assert fetch_one(served.url("/sites.csv")).state is State.UNCHANGED
    assert sidecar(paths)["sha256"]["cbt_sites.csv"] == outcome.sha256


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"<!doctype html><html><title>Please log in</title>", "found a page of HTML or XML, such as a login page"),
        (b"", "found nothing; expected delimited text"),
        (b"\x1f\x8b\x08\x00" + b"0" * 50, "found a gzip archive"),
        (b"PAR1" + b"0" * 50, "found a Parquet file"),
        (b"site_name\nx\n", "line 1: found no column"),
    ],
    ids=["a login page", "nothing", "gzip", "parquet", "other columns"],
)
def test_what_cannot_be_used_goes_to_quarantine(
    content: bytes, line: str, paths: Paths, served: Served, fetch_one: Fetch
) -> None:
    good, stated = content_of(paths), sidecar(paths)
    served.files["/sites.csv"] = content
    outcome = fetch_one(served.url("/sites.csv"))
    assert outcome.state is State.REFUSED
    assert line in outcome.line
    assert content_of(paths) == good
    assert sidecar(paths) == stated
    kept = paths.quarantine / "sites"
    assert (kept / "cbt_sites.csv").read_bytes() == content
    assert quarantined(paths) == {"sites": outcome.line}
    assert ".received" not in outcome.line
    assert {stat.S_IMODE(p.stat().st_mode) for p in kept.iterdir()} == {0o600}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    finding = sources_received(paths)
    assert not finding.fine
    assert "sites (refused)" in finding.sentence


def test_the_next_good_file_clears_the_quarantine(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.files["/sites.csv"] = b"<html>"
    assert fetch_one(served.url("/sites.csv")).state is State.REFUSED
    served.files["/sites.csv"] = changed_sites(paths)
    assert fetch_one(served.url("/sites.csv")).state is State.RECEIVED
    assert quarantined(paths) == {}
    assert sources_received(paths).fine


def test_a_file_that_another_input_depends_on_is_checked_with_it(
    paths: Paths, served: Served, fetch_one: Fetch
) -> None:
    """Campuses without one that evidence names: their own file can be read, but the inputs cannot be used with it."""
    header, first, *others = content_of(paths, "universities/universities.csv").splitlines()
    code = first.split(b",")[0].decode()
    names = content_of(paths, "partnerships/partnerships.csv").decode().splitlines()[0].split(",")
    row = {"campus_code": code, "year": "2024"}
    filled = ",".join(row.get(name, "x") for name in names)
    (paths.raw / "partnerships" / "partnerships.csv").write_text(",".join(names) + "\n" + filled + "\n")
    served.files["/u.csv"] = b"\n".join([header, *others]) + b"\n"
    outcome = fetch_one(served.url("/u.csv"), target="universities/universities.csv")
    assert outcome.state is State.REFUSED
    assert "partnerships.csv, line 2" in outcome.line


def test_a_problem_of_another_input_is_not_held_against_a_file(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    (paths.raw / "policy" / "policy.toml").write_text("broken = [")
    served.files["/sites.csv"] = changed_sites(paths)
    assert fetch_one(served.url("/sites.csv")).state is State.RECEIVED
    # read with the agencies of the policy
    served.files["/a.csv"] = content_of(paths, "data_systems/acceptances.csv").rstrip()
    outcome = fetch_one(served.url("/a.csv"), target="data_systems/acceptances.csv")
    assert outcome.state is State.FAILED
    assert outcome.line.startswith("not used yet, because another input is broken: data/raw/policy/policy.toml")
    assert quarantined(paths) == {}


def test_a_name_that_nothing_reads_is_refused(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.files["/sites.csv"] = content_of(paths)
    outcome = fetch_one(served.url("/sites.csv"), target="cbt/sites_of_tourism.csv")
    assert outcome.state is State.REFUSED
    assert "found a name that nothing reads" in outcome.line
    assert not (paths.raw / "cbt" / "sites_of_tourism.csv").exists()


def test_a_wrong_digest_is_refused(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.files["/sites.csv"] = changed_sites(paths)
    outcome = fetch_one(served.url("/sites.csv"), sha256="0" * 64)
    assert outcome.state is State.REFUSED
    assert "[sources.sites], column sha256: found sha256 " in outcome.line


def test_a_ckan_resource_is_found_by_its_name(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.files["/data/sites.csv"] = changed_sites(paths)
    here = {"name": "Sites 2569", "format": "CSV", "url": served.url("/data/sites.csv")}
    served.package("tourism", here, {"name": "Sites 2568", "format": "CSV", "url": served.url("/old.csv")})
    keys = {"kind": "ckan", "dataset": "tourism"}
    assert fetch_one(served.url(""), **keys, resource="sites 2569").state is State.RECEIVED
    twice = fetch_one(served.url(""), **keys, format="csv")
    assert "column format: found 2 resources with the format 'csv' (the dataset has 'CSV', 'CSV')" in twice.line
    missing = fetch_one(served.url(""), kind="ckan", dataset="other", format="CSV")
    assert "found the answer 404" in missing.line
    served.package("tourism", {**here, "url": "https://elsewhere.example.org/a.csv"})
    elsewhere = fetch_one(served.url(""), **keys, resource="Sites 2569")
    assert "found a resource on elsewhere.example.org" in elsewhere.line
    served.package("tourism", {**here, "url": "file:///etc/passwd"})
    assert fetch_one(served.url(""), **keys, resource="Sites 2569").state is State.FAILED
    served.files["/api/3/action/package_show?id=tourism"] = b"<html>"
    assert "not the JSON of a CKAN portal" in fetch_one(served.url(""), **keys, resource="Sites 2569").line


def test_overpass_is_asked_with_the_query(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.files["/api/interpreter"] = changed_sites(paths)
    query = "[out:csv(name)];nwr[amenity=university];out;"
    outcome = fetch_one(served.url("/api/interpreter"), kind="overpass", query=query)
    assert outcome.state is State.RECEIVED
    assert served.forms == [{"data": [query]}]
    served.files["/api/interpreter"] = b'{"elements": [], "remark": "runtime error: Query timed out"}'
    outcome = fetch_one(
        served.url("/api/interpreter"), kind="overpass", query=query, target="boundaries/x.json", content="json"
    )
    assert "found an answer with the remark 'runtime error: Query timed out'" in outcome.line


def test_the_newest_file_of_a_folder_is_taken(paths: Paths, tmp_path: Path, fetch_one: Fetch) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "sites_1.csv").write_bytes(b"old")
    (drop / ".sites_3.csv").write_bytes(b"hidden")
    (drop / "sites_9.csv").symlink_to("/etc/passwd")
    new = drop / "sites_2.csv"
    new.write_bytes(changed_sites(paths))
    address, keys = f"file://{drop}", {"kind": "folder", "resource": "sites_*.csv"}
    assert fetch_one(address, **keys).state is State.RECEIVED
    assert fetch_one(address, **keys).state is State.UNCHANGED
    assert new.is_file()  # it is the agency's
    assert "found no file other*" in fetch_one(address, kind="folder", resource="other*").line
    assert fetch_one(f"file://{drop}/sites_9.csv").line.startswith(f"{drop}/sites_9.csv: found a link")


def test_a_failed_source_does_not_keep_the_others_waiting(receiver: Receiver, served: Served) -> None:
    paths = receiver.paths
    served.files["/sites.csv"] = changed_sites(paths)
    served.answers["/busy.csv"] = failing(503, 99, b"")
    served.answers["/away.csv"] = leading_to("https://elsewhere.example.org/x.csv")
    write_sources(
        paths,
        source("busy", served.url("/busy.csv"), target="dbd/new_firms_by_district.csv"),
        source("away", served.url("/away.csv"), target="nesdc/regions.csv"),
        source("sites", served.url("/sites.csv")),
        source("off", served.url("/off.csv"), target="labour/establishments_by_province.csv", enabled=False),
    )
    outcomes = {outcome.name: outcome for outcome in fetch(receiver, (), TODAY)}
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "busy": State.FAILED,
        "away": State.FAILED,
        "sites": State.RECEIVED,
    }
    assert "found the answer 503 (3 attempts)" in outcomes["busy"].line
    assert "found a redirect to elsewhere.example.org" in outcomes["away"].line
    assert not [path for _, path, _ in served.asked if path == "/off.csv"]
    assert known_outcomes(paths, FETCHED) == outcomes
    # the day's good source is not due again, the others are
    assert [outcome.name for outcome in fetch(receiver, (), TODAY)] == ["busy", "away"]
    described = {source.name: outcome.state for source, outcome in fetching.states(paths, TODAY)}
    assert described == {**dict.fromkeys(("busy", "away"), State.FAILED), "sites": State.NOT_DUE, "off": State.OFF}


def test_a_bad_table_is_a_warning(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    """In the UI and in `check`; it stops no run, because none needs it."""
    write_sources(paths, source("a", "ftp://example.org/x.csv"))
    finding = sources_received(paths)
    assert (finding.fine, "expected an address of https" in finding.sentence) == (False, True)
    receipts.print_problems(paths)
    assert capsys.readouterr().out.startswith("WARNING: data/raw/sources.toml, line 1, column sources.a: found keys")


def test_without_a_network_there_is_one_line(lost: Receiver) -> None:
    write_sources(
        lost.paths,
        source("a", "https://a.invalid/x.csv"),
        source("b", "https://b.invalid/x.csv", target="nesdc/regions.csv"),
    )
    good = content_of(lost.paths)
    outcomes = fetch(lost, (), TODAY)
    assert [outcome.state for outcome in outcomes] == [State.FAILED, State.FAILED]
    assert outcomes[0].line == outcomes[1].line
    assert outcomes[0].line.startswith("data/raw/sources.toml: found no network: the name a.invalid cannot be resolved")
    assert content_of(lost.paths) == good


def test_nothing_is_fetched_unless_it_is_switched_on(receiver: Receiver, served: Served) -> None:
    assert fetch(receiver, (), TODAY) == []  # the table of the project
    write_sources(receiver.paths, source("sites", served.url("/sites.csv"), enabled=False))
    assert fetch(receiver, (), TODAY) == []
    with pytest.raises(InputError, match=r"found sites switched off; .* set enabled = true in \[sources\.sites\]"):
        fetch(receiver, ["sites"], TODAY)
    with pytest.raises(InputError, match=r"no source 'site'; .* write sites"):
        fetch(receiver, ["site"], TODAY)
    assert served.asked == []


def test_one_fetch_at_a_time(receiver: Receiver, served: Served) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(handler: object) -> None:
        entered.set()
        leave.wait(20)
        handler.say(404, b"")  # type: ignore[attr-defined]

    served.answers["/sites.csv"] = slow
    write_sources(receiver.paths, source("sites", served.url("/sites.csv")))
    patient = replace(receiver, limits=replace(receiver.limits, read_seconds=20))
    first = threading.Thread(target=fetch, args=(patient, (), TODAY))
    first.start()
    assert entered.wait(20)
    try:
        with pytest.raises(InputError, match="found another fetch in progress; expected one at a time"):
            fetch(receiver, (), TODAY)
    finally:
        leave.set()
        first.join()


def test_a_fetch_that_was_killed_is_resumed(receiver: Receiver, served: Served) -> None:
    """The part that is at hand is not asked for again; folders of its checks are removed."""
    paths, new = receiver.paths, changed_sites(receiver.paths)
    served.answers["/sites.csv"] = broken_off(new, 500)
    write_sources(paths, source("sites", served.url("/sites.csv")))
    once = replace(receiver, limits=replace(receiver.limits, attempts=1))
    assert "found a connection that broke off (1 attempts)" in fetch(once, (), TODAY)[0].line
    assert (paths.received / "sites.part").read_bytes() == new[:500]
    (paths.received / "stage-left" / "data").mkdir(parents=True)
    assert fetch(once, (), TODAY)[0].state is State.RECEIVED
    assert served.asked[-1][2]["Range"] == "bytes=500-"
    assert content_of(paths) == new
    assert not [p for p in paths.received.iterdir() if p.name not in ("lock", "fetched.json")]


def test_a_disk_that_takes_no_more_leaves_the_last_good_file(paths: Paths, served: Served, receiver: Receiver) -> None:
    resource = pytest.importorskip("resource")
    served.files["/sites.csv"] = changed_sites(paths)
    write_sources(paths, source("sites", served.url("/sites.csv")))
    good, lines = content_of(paths), []
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, limits[1]))
    try:
        outcome = fetch(replace(receiver, log=lines.append), (), TODAY)[0]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert outcome.state is State.FAILED
    assert "found File too large; expected free disk space" in outcome.line
    assert "expected free disk space" in lines[-1]  # the record of the outcome cannot be written either
    assert content_of(paths) == good


def test_a_place_behind_a_link_is_refused(paths: Paths, tmp_path: Path, served: Served, fetch_one: Fetch) -> None:
    served.files["/sites.csv"] = changed_sites(paths)
    outside = tmp_path / "outside"
    (paths.raw / "cbt").rename(outside)
    (paths.raw / "cbt").symlink_to(outside)
    before = (outside / "cbt_sites.csv").read_bytes()
    assert "found a link or a folder" in fetch_one(served.url("/sites.csv")).line
    assert (outside / "cbt_sites.csv").read_bytes() == before
    assert "found no such folder" in fetch_one(served.url("/sites.csv"), target="nowhere/a.csv").line


def test_rows_of_households_are_private_everywhere(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    (paths.raw / "households" / "tpmap").mkdir(parents=True)
    secret = b"household_id,members\nA-SECRET-CELL,3\n"
    served.files["/rows.csv"] = secret
    outcome = fetch_one(served.url("/rows.csv"), target="households/tpmap/rows.csv")
    assert outcome.state is State.REFUSED
    assert "SECRET" not in outcome.line
    places = [p for p in paths.raw.parent.rglob("*") if p.is_file() and b"A-SECRET-CELL" in p.read_bytes()]
    assert places == [paths.quarantine / "sites" / "rows.csv"]
    assert stat.S_IMODE(places[0].stat().st_mode) == 0o600


def test_an_endless_answer_ends(paths: Paths, served: Served, fetch_one: Fetch) -> None:
    served.answers["/sites.csv"] = without_length(b"x" * 100_000, 10_000)
    outcome = fetch_one(served.url("/sites.csv"), largest_mb=1)
    assert outcome.state is State.FAILED
    assert "expected at most 1.0 MB" in outcome.line
    assert (paths.received / "sites.part").stat().st_size <= 1_000_000


def test_the_command_says_it_in_one_line(paths: Paths) -> None:
    """As a person sees it: exit code 2 and one line, without a network, within 10 seconds."""
    tables = (source(n, f"https://{n}.invalid/x.csv", target=f"dbd/{n}.csv") for n in ("a", "b"))
    write_sources(paths, *tables)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "fetch"], capture_output=True, text=True, cwd=paths.maps.parent
    )
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if " s  " not in line[:12]]
    assert len(lines) == 1
    assert lines[0].startswith("a, b: failed: data/raw/sources.toml: found no network: the name a.invalid")


CHANGED = {
    "address": {"address": "/other.csv"},
    "sha256": {"sha256": "0" * 64},
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_is_known_of_other_settings_is_forgotten(
    what: str, paths: Paths, served: Served, fetch_one: Fetch
) -> None:
    """The server says that nothing changed, by the same ETag: true of the old settings only."""
    served.files["/sites.csv"] = changed_sites(paths)
    served.files["/other.csv"] = b"<html>"
    assert fetch_one(served.url("/sites.csv")).state is State.RECEIVED
    keys = dict(CHANGED[what])
    outcome = fetch_one(served.url(keys.pop("address", "/sites.csv")), **keys)
    assert outcome.state is State.REFUSED, outcome
    assert served.asked[-1][2].get("If-None-Match") is None


def test_a_member_of_an_archive_that_changed_in_the_table_is_fetched_again(
    paths: Paths, served: Served, fetch_one: Fetch
) -> None:
    good = changed_sites(paths)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", good)
        archive.writestr("b.csv", good.rsplit(b"\n", 2)[0] + b"\n")
    served.files["/sites.zip"] = packed.getvalue()
    first = fetch_one(served.url("/sites.zip"), content="zip", member="a.csv")
    second = fetch_one(served.url("/sites.zip"), content="zip", member="b.csv")
    assert (first.state, second.state) == (State.RECEIVED, State.RECEIVED)
    assert first.sha256 != second.sha256


def test_a_fault_of_the_program_stops_one_source_only(paths: Paths, served: Served, receiver: Receiver) -> None:
    def broken(*_: object) -> NoReturn:
        raise KeyError("a cell of the file")

    served.files["/sites.csv"] = changed_sites(paths)
    served.files["/same.csv"] = content_of(paths, "nesdc/regions.csv")
    write_sources(
        paths,
        source("a", served.url("/sites.csv")),
        source("b", served.url("/same.csv"), target="nesdc/regions.csv"),
    )
    outcomes = fetch(replace(receiver, read_inputs=broken), (), TODAY)
    assert [one.state for one in outcomes] == [State.FAILED, State.UNCHANGED]
    assert "[sources.a]: found a fault of this program (KeyError" in outcomes[0].line
    assert "a cell" not in outcomes[0].line
