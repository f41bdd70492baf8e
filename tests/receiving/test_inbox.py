"""Files in the inbox: which are complete, which system reads them, where they go; nothing of a row stays elsewhere."""

import io
import os
import shutil
import stat
import tomllib
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NoReturn

import pandas as pd
import pytest

from pipeline.households.citizen_ids import check_digit
from pipeline.project import Paths
from pipeline.receiving import inbox
from pipeline.receiving.fetching import Receiver
from pipeline.receiving.inbox import dropped_files, is_complete, possible_targets, take_up
from pipeline.receiving.outcome_records import State, inbox_taken_up, quarantined
from tests.receiving.conftest import SITES, TODAY, changed_sites, content_of

CELL = "A-CELL-OF-A-HOUSEHOLD"
ROWS = (
    "household_id,subdistrict_code,members,health,living,education,income,accessibility,survey_year\n"
    f"{CELL},500107,3,1,0,0,1,0,2022\n"
)


def drop(paths: Paths, inside: str, content: bytes) -> Path:
    path = paths.inbox / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def take(receiver: Receiver):
    """Takes up everything without waiting until it is a minute old."""
    return lambda: {outcome.name: outcome for outcome in take_up(receiver, TODAY, quiet_seconds=0)}


def left_in(paths: Paths) -> list[str]:
    return sorted(p.relative_to(paths.inbox).as_posix() for p in paths.inbox.rglob("*") if not p.is_dir())


def test_a_file_takes_the_place_of_its_name(paths: Paths, take) -> None:
    new = changed_sites(paths)
    path = drop(paths, "dasta/cbt_sites.csv", new)
    path.chmod(0o640)
    outcome = take()["dasta/cbt_sites.csv"]
    assert (outcome.state, outcome.target) == (State.RECEIVED, SITES)
    assert content_of(paths) == new
    stated = tomllib.loads((paths.raw / "cbt" / "SOURCE.toml").read_text(encoding="utf-8"))
    assert (stated["received"], stated["received_from"]) == (TODAY, "dasta")
    assert len(stated["sha256"]["cbt_sites.csv"]) == 64
    assert left_in(paths) == []
    drop(paths, "dasta/cbt_sites.csv", new)
    assert take()["dasta/cbt_sites.csv"].state is State.UNCHANGED
    assert left_in(paths) == []
    assert take() == {}


def test_a_file_of_another_name_replaces_the_one_of_its_system(paths: Paths, take) -> None:
    drop(paths, "cbt/รายชื่อชุมชน 2569.csv", changed_sites(paths))
    outcome = take()["cbt/รายชื่อชุมชน 2569.csv"]
    assert (outcome.state, outcome.target) == (State.RECEIVED, SITES)


def test_rows_go_to_their_system_and_stay_private(paths: Paths, take) -> None:
    """By the folder, which is that of a system. Only the service's own user can read them, and there is one copy."""
    (paths.raw / "households" / "tpmap").mkdir(parents=True)
    drop(paths, "tpmap/export 2569.csv", ROWS.encode())
    outcome = take()["tpmap/export 2569.csv"]
    assert (outcome.state, outcome.target) == (State.RECEIVED, "households/tpmap/export 2569.csv"), outcome
    place = paths.raw / outcome.target
    assert [p for p in paths.raw.parent.rglob("*") if p.is_file() and CELL.encode() in p.read_bytes()] == [place]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    stated = tomllib.loads((place.parent / "SOURCE.toml").read_text(encoding="utf-8"))
    assert stated["licence"] == "under agreement, not for publication"


def test_rows_that_cannot_be_used_are_private_in_quarantine(paths: Paths, take) -> None:
    (paths.raw / "households" / "tpmap").mkdir(parents=True)
    drop(paths, "households/tpmap/rows.csv", ROWS.replace("500107", "999999").encode())
    outcome = take()["households/tpmap/rows.csv"]
    assert outcome.state is State.REFUSED
    assert "found 1 of 1 rows that cannot be used" in outcome.line
    assert CELL not in outcome.line
    (kept,) = paths.quarantine.glob("inbox.households.tpmap.rows.csv.*")
    assert [p for p in paths.raw.parent.rglob("*") if p.is_file() and CELL.encode() in p.read_bytes()] == [
        kept / "rows.csv"
    ]
    assert {stat.S_IMODE(p.stat().st_mode) for p in kept.iterdir()} == {0o600}
    assert {stat.S_IMODE(p.stat().st_mode) for p in (kept, paths.quarantine)} == {0o700}
    assert left_in(paths) == []
    assert not (paths.raw / "households" / "tpmap" / "rows.csv").exists()


def test_rows_that_the_policy_would_leave_out_are_refused(paths: Paths, take) -> None:
    """A run may go on without such a file, but it must not take the place of a good one."""
    text = paths.policy.read_text(encoding="utf-8")
    assert 'unusable_file = "stop"' in text
    paths.policy.write_text(text.replace('unusable_file = "stop"', 'unusable_file = "skip"'), encoding="utf-8")
    place = paths.raw / "households" / "tpmap" / "rows.csv"
    place.parent.mkdir(parents=True)
    place.write_text(ROWS, encoding="utf-8")
    drop(paths, "tpmap/rows.csv", ROWS.replace("members", "people").encode())
    outcome = take()["tpmap/rows.csv"]
    assert outcome.state is State.REFUSED
    assert outcome.line.startswith("data/raw/households/tpmap/rows.csv, line 1: found no column for members")
    assert place.read_text(encoding="utf-8") == ROWS


def rows_as_parquet(shout: bool = False) -> bytes:
    """The row under our names of columns, or under those of a system that writes them in capitals."""
    names, cells = (line.split(",") for line in ROWS.splitlines())
    sink = io.BytesIO()
    pd.DataFrame([cells], columns=[n.upper() for n in names] if shout else names).to_parquet(sink)
    return sink.getvalue()


def test_a_file_that_two_systems_read_is_nobodys(paths: Paths, take) -> None:
    for system in ("pppconnext", "tpmap"):
        (paths.raw / "households" / system).mkdir(parents=True)
    drop(paths, "agency/rows.parquet", rows_as_parquet())
    outcome = take()["agency/rows.parquet"]
    assert outcome.state is State.REFUSED
    both = "households/pppconnext/rows.parquet, households/tpmap/rows.parquet"
    assert f"found a file that fits {both}; expected a file of one system" in outcome.line


def test_the_mapping_of_a_system_tells_its_rows(paths: Paths, take) -> None:
    for system in ("pppconnext", "tpmap"):
        (paths.raw / "households" / system).mkdir(parents=True)
    (paths.raw / "households" / "tpmap" / "mapping.toml").write_text(
        "[columns]\n" + "".join(f'"{name.upper()}" = "{name}"\n' for name in ROWS.splitlines()[0].split(","))
    )
    drop(paths, "agency/rows.parquet", rows_as_parquet(shout=True))
    assert take()["agency/rows.parquet"].target == "households/tpmap/rows.parquet"
    assert quarantined(paths) == {}


def test_a_file_that_no_system_reads_has_every_reason(paths: Paths, take) -> None:
    drop(paths, "x/unknown.csv", b"a,b\n1,2\n")
    outcome = take()["x/unknown.csv"]
    assert outcome.state is State.REFUSED
    assert "readers can use" in outcome.line
    (kept,) = paths.quarantine.iterdir()
    reason = (kept / "reason.txt").read_text(encoding="utf-8").splitlines()
    assert len(reason) > 5
    assert any(line.startswith(f"as data/raw/{SITES}: data/raw/{SITES}, line 1: found no column") for line in reason)
    finding = inbox_taken_up(paths)
    assert (finding.fine, finding.sentence) == (False, "files of the inbox: x.unknown.csv (refused)")
    shutil.rmtree(kept)
    assert inbox_taken_up(paths).fine


def test_only_complete_files_are_taken_up(receiver: Receiver) -> None:
    paths = receiver.paths
    good = content_of(paths)
    drop(paths, "cbt_sites.csv", good[:300])
    for name in ("a.csv.part", "b.csv.filepart", ".hidden.csv", "~$c.xlsx", "d/e.tmp"):
        drop(paths, name, b"x")
    outcomes = take_up(receiver, TODAY)
    assert [(outcome.name, outcome.state) for outcome in outcomes] == [("cbt_sites.csv", State.WAITING)]
    assert content_of(paths) == good
    path = paths.inbox / "cbt_sites.csv"
    changed = path.stat().st_ctime
    os.utime(path, (0, 0))  # a client may set the time of a file, not when it was changed
    changed = path.stat().st_ctime
    assert not is_complete(path, changed + 59)
    assert is_complete(path, changed + 60)
    assert not is_complete(paths.inbox / "gone.csv", changed + 600)
    empty = drop(paths, "empty.csv", b"")
    assert not is_complete(empty, empty.stat().st_ctime + 1, quiet_seconds=0)


def test_what_is_not_a_file_stays_with_a_line(paths: Paths, take) -> None:
    paths.inbox.mkdir()
    (paths.inbox / "link.csv").symlink_to("/etc/passwd")
    os.mkfifo(paths.inbox / "pipe.csv")
    (paths.inbox / "a" / "b" / "c").mkdir(parents=True)
    outcomes = take()
    assert {name: outcome.state for name, outcome in outcomes.items()} == dict.fromkeys(
        ("link.csv", "pipe.csv", "a/b"), State.FAILED
    )
    assert "link.csv: found a link; expected a file" in outcomes["link.csv"].line
    assert "pipe.csv: found a folder or a special file" in outcomes["pipe.csv"].line
    assert left_in(paths) == ["link.csv", "pipe.csv"]
    assert not paths.quarantine.exists()
    assert inbox_taken_up(paths).sentence == "files of the inbox: a/b (failed), link.csv (failed), pipe.csv (failed)"
    shutil.rmtree(paths.inbox)
    assert inbox_taken_up(paths).fine


def test_a_huge_file_stays_with_a_line(paths: Paths, take) -> None:
    (paths.raw / "sources.toml").write_text("[inbox]\nlargest_mb = 1\n")
    path = drop(paths, "cbt_sites.csv", b"")
    os.truncate(path, 1_000_001)
    assert "found 1.0 MB; expected at most 1.0 MB" in take()["cbt_sites.csv"].line
    assert left_in(paths) == ["cbt_sites.csv"]


def test_names_never_lead_elsewhere_and_show_no_citizen_id(paths: Paths, take) -> None:
    first = "110170020345"
    citizen = f"{first}{check_digit(first)}"
    for name in (f"rows {citizen}.csv", "a\nb.csv", "policy.toml", "SOURCE.toml", "x.exe", "a:b.csv"):
        drop(paths, f"agency/{name}", b"a,b\n1,2\n")
    policy = content_of(paths, "policy/policy.toml")
    outcomes = take()
    assert {outcome.state for outcome in outcomes.values()} == {State.REFUSED}
    assert set(outcomes) == {
        f"agency/{name}" for name in ("rows #.csv", "a?b.csv", "policy.toml", "SOURCE.toml", "x.exe", "a:b.csv")
    }
    assert content_of(paths, "policy/policy.toml") == policy
    written = [*paths.quarantine.rglob("*"), *paths.received.rglob("*")]
    assert not [p for p in written if citizen in p.name or (p.is_file() and citizen.encode() in p.read_bytes())]


def test_a_file_replaced_while_it_is_copied_is_taken_up_later(
    paths: Paths, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(paths, "cbt_sites.csv", changed_sites(paths))
    good = content_of(paths)
    fstat, calls = os.fstat, []

    def changing(handle: int) -> os.stat_result:
        calls.append(fstat(handle).st_ino)
        if (
            calls.count(path.stat().st_ino) == 2 and calls[-1] == path.stat().st_ino
        ):  # after the first look, before the second
            with path.open("ab") as more:
                more.write(b"\n")
        return fstat(handle)

    monkeypatch.setattr("pipeline.receiving.fetching.os.fstat", changing)
    outcome = take()["cbt_sites.csv"]
    assert outcome.state is State.FAILED
    assert "found a file that changed while it was copied" in outcome.line
    assert content_of(paths) == good
    assert left_in(paths) == ["cbt_sites.csv"]


def test_a_newer_file_of_the_same_name_is_not_removed(paths: Paths, tmp_path: Path) -> None:
    """The agency sends another one while the first is checked."""
    path = drop(paths, "cbt_sites.csv", b"old")
    copied = path.stat()
    shutil.move(drop(paths, "new", b"newer"), path)
    inbox._remove(path, copied)
    assert path.read_bytes() == b"newer"
    inbox._remove(path, path.stat())
    assert not path.exists()


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("cbt_sites.csv", ["cbt/cbt_sites.csv"]),
        ("dopa/new.csv", ["dopa/population_by_district.csv", "dopa/population_by_subdistrict.csv"]),
        ("tpmap_aggregates/61_province_11111.csv", ["tpmap_aggregates/61_province_11111.csv"]),
        ("agency/districts.gpkg", ["boundaries/districts.gpkg"]),
        ("agency/boundaries_adm2_districts.parquet", []),
        ("policy/policy.toml", []),
        ("households/nobody/rows.csv", []),
    ],
)
def test_the_places_that_a_file_may_have(inside: str, expected: list[str], paths: Paths) -> None:
    if Path(inside).suffix != ".toml":
        assert [str(target) for target in possible_targets(paths, PurePosixPath(inside))] == expected


def test_the_inbox_need_not_exist(receiver: Receiver) -> None:
    assert dropped_files(receiver.paths.inbox) == []
    assert take_up(receiver, TODAY) == []
    assert inbox.take_up_if_on(receiver) == []
    drop(receiver.paths, "cbt_sites.csv", b"x")
    assert inbox.take_up_if_on(receiver) == []  # switched off
    (receiver.paths.raw / "sources.toml").write_text("[inbox]\nenabled = true\n")
    assert [outcome.state for outcome in inbox.take_up_if_on(receiver)] == [State.WAITING]


def test_refused_files_of_one_name_are_kept_apart(paths: Paths, take) -> None:
    for agency in ("a", "b"):
        drop(paths, f"{agency}/unknown.csv", f"{agency},c\n1,2\n".encode())
    take()
    kept = {name.rpartition(".")[0]: paths.quarantine / name for name in quarantined(paths)}
    assert {name: (folder / "unknown.csv").read_bytes()[:1] for name, folder in kept.items()} == {
        "inbox.a.unknown.csv": b"a",
        "inbox.b.unknown.csv": b"b",
    }
    assert inbox_taken_up(paths).sentence == "files of the inbox: a.unknown.csv (refused), b.unknown.csv (refused)"


def test_a_fault_of_the_sidecar_at_hand_is_not_held_against_a_file(paths: Paths, take) -> None:
    (paths.raw / "cbt" / "SOURCE.toml").write_text("broken = [", encoding="utf-8")
    drop(paths, "cbt/cbt_sites.csv", changed_sites(paths))
    outcome = take()["cbt/cbt_sites.csv"]
    assert outcome.state is State.FAILED
    assert "another input is broken: data/raw/cbt/SOURCE.toml" in outcome.line
    assert ".received" not in outcome.line
    assert left_in(paths) == ["cbt/cbt_sites.csv"]


def test_a_fault_of_the_program_stops_one_file_only(receiver: Receiver) -> None:
    def broken(*_: object) -> NoReturn:
        raise KeyError("a cell of the file")

    drop(receiver.paths, "cbt/cbt_sites.csv", changed_sites(receiver.paths))
    drop(receiver.paths, "x.pdf", b"%PDF")
    outcomes = {one.name: one for one in inbox.take_up(replace(receiver, read_inputs=broken), TODAY, 0)}
    assert outcomes["cbt/cbt_sites.csv"].state is State.FAILED
    assert "found a fault of this program (KeyError in test_inbox.py" in outcomes["cbt/cbt_sites.csv"].line
    assert "a cell" not in outcomes["cbt/cbt_sites.csv"].line
    assert outcomes["x.pdf"].state is State.REFUSED
