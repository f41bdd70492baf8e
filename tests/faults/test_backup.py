"""A backup comes back byte for byte, without any household; one that is killed or damaged does no harm.

Not here: the units and nginx (``test_service``).
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import chdir
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.project import Paths
from pipeline.runs import switching
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
HOUSEHOLD = "1101700203451"


@pytest.fixture(scope="module")
def kept(real_run: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A project with an archived round, a published run and household rows."""
    root = tmp_path_factory.mktemp("kept") / "project"
    shutil.copytree(real_run.maps.parent, root, symlinks=True)
    paths = Paths.of(root)
    with chdir(root):
        assert cli.main(["rounds", "archive", "รอบหนึ่ง"]) == 0
    rows = paths.raw / "households" / "tpmap"
    rows.mkdir(parents=True)
    for name in ("rows [1]*.csv", "two\nlines.csv", ".hidden", "back\\slash.csv"):
        (rows / name).write_text(f"citizen_id\n{HOUSEHOLD}\n")
    (rows / "mapping.toml").write_text("[columns]\n")
    return paths


def backup(paths: Paths, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(DEPLOY / "backup.sh"), str(paths.maps.parent), str(folder)]
    return subprocess.run(command, capture_output=True, text=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_backup_comes_back_byte_for_byte_without_any_household(kept: Paths, tmp_path: Path) -> None:
    made = backup(kept, tmp_path / "kept")
    assert made.returncode == 0, made.stderr
    archive = Path(made.stdout.strip())
    assert archive.is_file()
    other = tmp_path / "other"
    shutil.copytree(ROOT / "data" / "raw" / "nesdc", other / "data" / "raw" / "nesdc")
    done = subprocess.run([str(DEPLOY / "restore.sh"), str(archive), str(other)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "moved " in done.stderr
    again = Paths.of(other)
    assert contents(again.rounds) == contents(kept.rounds)
    raw = {
        n: b
        for n, b in contents(kept.raw).items()
        if not n.startswith("households/tpmap/") or n.endswith("mapping.toml")
    }
    assert contents(again.raw) == raw
    assert "households/tpmap/mapping.toml" in raw
    run = switching.shown_run(kept)
    assert contents(again.state / run.name) == contents(run)
    assert not [n for n, b in contents(other).items() if HOUSEHOLD.encode() in b]
    with chdir(other):
        assert cli.main(["rounds", "list"]) == 0
        assert cli.main(["verify", "รอบหนึ่ง"]) == 0


def test_a_damaged_or_strange_archive_is_refused(kept: Paths, tmp_path: Path) -> None:
    archive = Path(backup(kept, tmp_path / "kept").stdout.strip())
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    climbing = tmp_path / "climbing.tar.gz"
    (tmp_path / "x").write_text("x")
    subprocess.run(["tar", "czPf", climbing, "-C", tmp_path, "../" + tmp_path.name + "/x"], check=True)
    summed = subprocess.run(["sha256sum", climbing], check=True, capture_output=True, text=True).stdout
    climbing.with_name("climbing.tar.gz.sha256").write_text(summed)
    for bad, words in (
        (archive, "this one is damaged"),
        (climbing, "names outside data/"),
        (tmp_path / "no", "no such"),
    ):
        target = tmp_path / "target"
        (target / "data").mkdir(parents=True, exist_ok=True)
        (target / "data" / "mine").write_text("mine")
        done = subprocess.run([str(DEPLOY / "restore.sh"), str(bad), str(target)], capture_output=True, text=True)
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
        assert contents(target) == {"data/mine": b"mine"}


def test_a_backup_that_is_killed_leaves_the_last_and_fourteen_are_kept(kept: Paths, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for day in range(10, 30):
        (folder / f"pilot-areas-202001{day}T000000.tar.gz").write_text("old")
        (folder / f"pilot-areas-202001{day}T000000.tar.gz.sha256").write_text("old")
    for moment in (0.02, 0.05, 0.1, 0.2, 0.4):
        run = subprocess.Popen(
            [str(DEPLOY / "backup.sh"), str(kept.maps.parent), str(folder)],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moment)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        whole = [p for p in folder.glob("pilot-areas-2*.tar.gz") if p.read_bytes() != b"old"]
        for archive in whole:
            subprocess.run(["gzip", "-t", archive], check=True)
    assert backup(kept, folder).returncode == 0
    archives = sorted(folder.glob("pilot-areas-*.tar.gz"))
    assert len(archives) == 14
    assert {p.name + ".sha256" for p in archives} == {p.name for p in folder.glob("*.sha256")}
    assert not list(folder.glob(".*"))
    assert subprocess.run(["sha256sum", "--check", f"{archives[-1].name}.sha256"], cwd=folder).returncode == 0
