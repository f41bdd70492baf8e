"""After a night: the banner on pages, the deletion of old runs. With the daemon itself: `faults`."""

import contextlib
import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status

from pipeline.errors import InputError
from pipeline.orchestration import nightly
from pipeline.pages import frame
from pipeline.project import Paths
from pipeline.runs import switching
from tests.conftest import ROOT

DUE = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)  # 02:00 of the 25th in Bangkok
MARKER = frame.BANNER_MARKER.decode()
PAGE = f"<header>x{MARKER}<main>y</main>"


def publish(paths: Paths, finished: datetime, page: str = PAGE) -> Path:
    """A run of two pages and its record, published."""
    with switching.building(paths) as folder:
        for name in (switching.PROCESSED, switching.MAPS, switching.INPUTS):
            (folder / name).mkdir()
        (folder / "processed" / "run.json").write_text(json.dumps({"finished": finished.isoformat()}))
        (folder / "maps" / "index.html").write_text(page)
        (folder / "maps" / "95.html").write_text(page)
        (folder / "maps" / "downloads").mkdir()
        (folder / "maps" / "downloads" / "a.csv").write_text("1")
        return switching.switch_to(paths, folder, f"{switching.RUN}{finished:%Y%m%dT%H%M}-x")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths.of(tmp_path)
    publish(found, DUE - timedelta(hours=24))
    return found


def index(paths: Paths) -> str:
    return (paths.maps / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("statuses", "minutes", "message", "mark"),
    [
        ([], 59, "may still start", ""),
        ([], 61, "was missed: banner added to the pages", "there was no run on"),
        ([Status.STARTED], 600, "is in progress", ""),
        ([Status.STARTING, Status.FAILURE], 600, "is in progress", ""),
        ([Status.FAILURE], 1, "failed: banner added to the pages", "failed"),
        ([Status.CANCELED], 1, "failed: banner added to the pages", "failed"),
    ],
)
def test_message_after_a_night(
    statuses: list[Status], minutes: int, message: str, mark: str, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = switching.shown_run(paths)
    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(
            instance.run_storage,
            "get_run_records",
            lambda filters, *_: [
                type("Record", (), {"dagster_run": dg.DagsterRun(job_name="everything", status=s)})
                for s in statuses
                if filters.created_after == DUE and filters.job_name == "everything"
            ],
        )
        now = DUE + timedelta(minutes=minutes)
        assert message in nightly.after_the_night(instance, paths, "everything", DUE, now)
        assert ('class="banner late"' in index(paths)) == bool(mark)
        assert mark in index(paths)
        again = nightly.after_the_night(instance, paths, "everything", DUE, now)
        assert message.replace("banner added to the pages", "the pages have the banner") in again
    assert switching.shown_run(paths) == run
    assert (run / "maps" / "index.html").read_text() == PAGE


def test_a_run_published_since_needs_no_banner(paths: Paths) -> None:
    publish(paths, DUE + timedelta(minutes=3))
    with dg.DagsterInstance.ephemeral() as instance:
        state = nightly.after_the_night(instance, paths, "everything", DUE, DUE + timedelta(hours=20))
    assert state == "published since 2026-11-25 02:00"
    assert index(paths) == PAGE


def test_no_banner_before_the_first_run(tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        found = nightly.after_the_night(instance, Paths.of(tmp_path), "everything", DUE, DUE + timedelta(days=9))
    assert found == "nothing is published yet"


def test_the_banner_has_both_days_in_both_languages(paths: Paths) -> None:
    run = switching.shown_run(paths)
    assert run is not None
    assert nightly.add_banner(paths, run, date(2026, 11, 25), failed=True)
    page = index(paths)
    assert page.startswith(f'<header>x{MARKER}<p class="banner late" role="alert">')
    assert page.endswith("</p>\n<main>y</main>")
    for part in ('<time datetime="2026-11-24">', '<time datetime="2026-11-25">', "ไม่สำเร็จ", "failed"):
        assert part in page
    assert (paths.maps / "downloads" / "a.csv").read_text() == "1"
    assert (paths.processed / "run.json").is_file()
    # the next night is bad as well: the page shows that night, and no older view is left
    assert nightly.add_banner(paths, run, date(2026, 11, 26), failed=False)
    assert "2026-11-25" not in index(paths)
    assert "there was no run on" in index(paths)
    assert index(paths).count("banner late") == 1
    assert len(list(paths.state.glob("view-*"))) == 1
    publish(paths, DUE + timedelta(days=2), PAGE.replace("y", "z"))
    assert index(paths) == PAGE.replace("y", "z")
    assert not list(paths.state.glob("view-*"))


def test_a_page_without_a_place_for_the_banner_is_refused(paths: Paths) -> None:
    run = publish(paths, DUE, "<main>of an older version</main>")
    with pytest.raises(InputError, match="no line for a banner; expected a page of this version"):
        nightly.add_banner(paths, run, date(2026, 11, 25), failed=True)
    assert index(paths) == "<main>of an older version</main>"


def test_where_links_cannot_be_made_pages_are_marked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    paths = Paths.of(tmp_path)
    publish(paths, DUE - timedelta(hours=24))
    assert not paths.current.is_symlink()
    run = switching.shown_run(paths)
    assert run is not None
    assert nightly.add_banner(paths, run, date(2026, 11, 25), failed=True)
    assert not nightly.add_banner(paths, run, date(2026, 11, 25), failed=True)
    assert 'class="banner late"' in (paths.maps / "95.html").read_text(encoding="utf-8")
    publish(paths, DUE)
    assert index(paths) == PAGE


def test_the_nightly_run_is_at_two_in_bangkok(monkeypatch: pytest.MonkeyPatch) -> None:
    last = nightly.last_time()
    assert last.astimezone(switching.BANGKOK).strftime("%H:%M") == "02:00"
    assert timedelta(0) <= datetime.now(UTC) - last < timedelta(days=1)
    monkeypatch.setenv(nightly.CRON, "30 * * * *")
    assert nightly.last_time().minute == 30


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        (nightly.CRON, "at two", "'at two'; expected a time as"),
        (nightly.CRON, "99 2 * * *", "'99 2 * * *'"),
        (nightly.GRACE, "an hour", "'an hour'; expected a number of minutes"),
        (nightly.GRACE, "-5", "'-5'"),
    ],
)
def test_an_invalid_setting_gives_one_line(name: str, value: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as refused:
        nightly.freshness()
    assert f"{name}: found {part}" in str(refused.value)


def test_old_runs_are_deleted_with_their_events_and_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nightly, "KEPT_RECORDS", 3)

    @dg.op
    def write() -> None:
        print("something")

    @dg.job
    def small() -> None:
        write()

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        ids = [small.execute_in_process(instance=instance).run_id for _ in range(5)]
        waiting = instance.create_run_for_job(small, status=Status.STARTED)
        assert nightly.delete_old_runs(instance) == 2
        kept = {record.dagster_run.run_id for record in instance.get_run_records()}
        assert kept == {*ids[2:], waiting.run_id}
        assert instance.all_logs(ids[4])
        assert not instance.has_run(ids[0])
        assert nightly.delete_old_runs(instance) == 0
    left = [p for p in (tmp_path / ".dagster").rglob("*") if any(old in p.name for old in ids[:2])]
    assert left == []


def test_the_journals_of_event_databases_are_deleted_with_their_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nightly, "KEPT_RECORDS", 1)

    @dg.job
    def small() -> None:
        pass

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        old, kept = (small.execute_in_process(instance=instance).run_id for _ in range(2))
        database = next((tmp_path / ".dagster").rglob(f"{old}.db"))
        # A deletion of an earlier version, or one that was interrupted, left this.
        (database.parent / f"{old[:-4]}0000.db-wal").touch()
        with contextlib.closing(sqlite3.connect(database)) as reader:  # as the UI, which shows the run
            reader.execute("SELECT count(*) FROM event_logs").fetchall()
            assert (database.parent / f"{old}.db-wal").is_file()
            assert nightly.delete_old_runs(instance) == 1
        assert {p.name for p in database.parent.glob("*-*.db*")} == {f"{kept}.db"}
        assert instance.all_logs(kept)
