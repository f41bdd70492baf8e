"""The command line: help, check, explain, invalid arguments."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.project import Paths


@pytest.fixture
def at(real_run: Paths, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(real_run.maps.parent)
    monkeypatch.setenv("COLUMNS", "150")
    return real_run.maps.parent


def test_help_shows_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])
    assert left.value.code == 0
    output = capsys.readouterr().out
    for word in ("pilot-areas check", "pilot-areas run", "pilot-areas explain 9501"):
        assert word in output


def test_check_shows_every_input(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    output = capsys.readouterr().out
    scored = "scored: 2022 survey (tpmap, 878 districts, 61% of the persons surveyed)"
    for part in ("tpmap_2022_by_district.csv", "878", scored, "all inputs can be used"):
        assert part in output


def test_explain_a_district_and_a_province(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "9501"]) == 0
    output = capsys.readouterr().out
    for part in ("เมืองยะลา", "rank 1", "times that of the median", "It is a pilot district, and remains one"):
        assert part in output
    assert cli.main(["explain", "95"]) == 0
    output = capsys.readouterr().out
    of_2018 = "with the figures of 2018, poor by the basic-needs survey: rank 1, value 80.5"
    for part in ("ยะลา", "rank 1 of 77", "on the shortlist", "9501", of_2018, "พ.ศ. 2566 คนจนเป้าหมาย"):
        assert part in output
    assert cli.main(["explain", "1001"]) == 0
    assert "ต้องการข้อมูล" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["9999", "ยะลลา", "7", "../x"])
def test_an_unknown_code_is_refused_in_one_line(code: str, at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", code]) == 2
    output = capsys.readouterr().err
    assert output.count("\n") == 1
    assert "expected a DOPA code" in output


def test_nothing_published_yet(at: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "9501", "--processed", str(tmp_path / "none")]) == 2
    assert "run `pilot-areas run`" in capsys.readouterr().err


def test_a_path_that_cannot_be_written_gives_one_line(
    at: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert cli.main(["policy", "new", str(tmp_path / "file" / "below.toml")]) == 2
    output = capsys.readouterr().err
    assert output.count("\n") == 1
    assert str(tmp_path / "file") in output


@pytest.mark.parametrize(
    "wrong", [["run", "--raw", "nowhere"], ["run", "--policy", "nowhere.toml"], ["check", "--raw", "nowhere"]]
)
def test_a_wrong_folder_is_refused_without_a_traceback(
    wrong: list[str], project: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.maps.parent)
    assert cli.main(wrong) == 2
    output = capsys.readouterr()
    assert "nowhere" in output.err + output.out
    assert "Traceback" not in output.err + output.out


def test_a_run_with_all_folders_elsewhere_leaves_the_project_as_it_is(
    new_project: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that an installation may be read-only. The run stops at its first input; its record is beside the results."""
    root, elsewhere = new_project(), tmp_path / "elsewhere"
    shutil.copytree(root / "data" / "raw", elsewhere / "raw")
    (elsewhere / "raw" / "nesdc" / "regions.csv").write_text("nothing\n", encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    monkeypatch.chdir(root)
    folders = [f"--{name}={elsewhere / name}" for name in ("raw", "processed", "maps")]
    assert cli.main(["run", *folders]) == 2
    assert "regions.csv" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert (elsewhere / ".processed.runs" / "dagster" / "dagster.yaml").is_file()


def test_a_year_without_figures_is_found_by_check(
    new_project: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = new_project()
    policy = root / "data" / "raw" / "policy" / "policy.toml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("survey_year = 2022", "survey_year = 2019", 1), encoding="utf-8")
    monkeypatch.chdir(root)
    assert cli.main(["check"]) == 2
    shown = " ".join(capsys.readouterr().out.split())
    assert "found 2019 survey; expected a release with figures of most districts: 2018 survey" in shown
