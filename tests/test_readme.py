"""The README's commands are those that the checks of a fresh clone run."""

import re

import pytest

from tests.conftest import ROOT


def commands() -> list[str]:
    """Every command in the README's blocks for a shell, without its comment."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)).splitlines()
    return [line.split(" #")[0].strip() for line in lines if line.startswith(("make ", ".venv/bin/"))]


def test_the_readme_has_commands() -> None:
    assert {"make run", "make test", ".venv/bin/pilot-areas check"} <= set(commands())


@pytest.mark.parametrize("command", commands())
def test_the_checks_run_every_command_of_the_readme(command: str) -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    steps = [line.removeprefix("step ") for line in lines if line.startswith("step ")]
    if command == "make ui":  # runs until it is stopped: the checks start the same program and stop it
        assert any(step.endswith(" -m tests.ui_starts") for step in steps)
    else:
        assert any(f"{step} ".startswith(f"{command} ") for step in steps)
