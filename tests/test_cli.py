"""The command line: help, check, explain, invalid arguments."""

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
    for part in ("tpmap_2022_by_district.csv", "878", "all inputs can be used"):
        assert part in output


def test_explain_a_district_and_a_province(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "9501"]) == 0
    output = capsys.readouterr().out
    for part in ("เมืองยะลา", "rank 1", "times that of the median", "It is a pilot district, and remains one"):
        assert part in output
    assert cli.main(["explain", "95"]) == 0
    output = capsys.readouterr().out
    for part in ("ยะลา", "rank 1 of 77", "on the shortlist", "9501"):
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
