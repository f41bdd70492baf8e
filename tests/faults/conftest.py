"""The project that faults are injected into, with two sets of inputs whose outputs are known.

These tests take minutes: `make faults` runs them, `make test` does not. How many faults: ``PILOT_AREAS_FAULTS``.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import queries
from pipeline.project import Paths
from pipeline.runs import switching
from tests.conftest import HANGS, MakeOnce, digests, published_files, restore, with_fewer_draws, with_real_inputs

FAULTS = int(os.environ.get("PILOT_AREAS_FAULTS", "50"))
COMMAND = str(Path(sys.executable).parent / "pilot-areas")
# What pytest prints after all tests.
Measured = Callable[[str, object], None]
SEEDS = ("seed = 2565", "seed = 2566")


@dataclass(frozen=True)
class Outcome:
    """What one set of inputs gives: the digest of each file, the catalogue, the id of the run."""

    run_id: str
    files: dict[str, str]
    catalogue: Path


@dataclass
class Project:
    """A project with two sets of inputs, between which its policy's seed decides."""

    root: Path
    outcomes: list[Outcome]

    @property
    def paths(self) -> Paths:
        return Paths.of(self.root)

    def choose(self, number: int) -> None:
        text = self.paths.policy.read_text(encoding="utf-8")
        self.paths.policy.write_text(text.replace(SEEDS[1 - number], SEEDS[number]), encoding="utf-8")

    def command(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.root,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,  # type: ignore[call-overload]
        )

    def run(self) -> tuple[int, str]:
        """A whole run: its exit code and its standard error without progress."""
        done = self.command("run")
        _, output = done.communicate(timeout=HANGS)
        return done.returncode, "\n".join(line for line in output.splitlines() if " s  " not in line[:12])

    def which(self) -> int:
        """Which of the two is published, every byte of it; fails where it is neither or a part of both."""
        files = digests(self.paths)
        numbers = [i for i, outcome in enumerate(self.outcomes) if outcome.files == files]
        assert len(numbers) == 1, "what is published is not one whole run"
        expected = self.outcomes[numbers[0]]
        record = json.loads((self.paths.processed / "run.json").read_text(encoding="utf-8"))
        assert record["run_id"] == expected.run_id
        assert queries.same_content(self.paths.processed / "pilot_areas.duckdb", expected.catalogue)
        assert not [
            p for folder in (self.paths.processed, self.paths.maps) for p in published_files(folder) if not p.exists()
        ]
        return numbers[0]

    def leftovers(self) -> list[Path]:
        """What an interrupted run left anywhere in the project."""
        state = self.paths.state
        found = [*state.glob(f"{switching.BUILDING}*"), *self.paths.households.glob(".intake-*")]
        for folder in (state, self.paths.workspace, self.paths.processed, self.paths.maps):
            found += folder.glob(f"{switching.TEMPORARY}*")
            found += folder.glob(".*.parquet.*")
        return found


@pytest.fixture(scope="session")
def make_project(make_once: MakeOnce) -> Callable[[Path], Project]:
    """Copies one project, which all workers share, into an empty folder; its second set of inputs is published."""
    shared = make_once("faults", _with_two_outcomes)

    def make(root: Path) -> Project:
        restore(shared / "published", root)
        known = json.loads((shared / "outcomes.json").read_text(encoding="utf-8"))
        return Project(root, [Outcome(each["run_id"], each["files"], shared / each["catalogue"]) for each in known])

    return make


def _with_two_outcomes(folder: Path) -> None:
    """Publish both sets of inputs, one after the other, and note what each gives."""
    root = folder / "published"
    root.mkdir()
    project, known = Project(with_fewer_draws(with_real_inputs(root)), []), []
    for number in (0, 1):
        project.choose(number)
        code, output = project.run()
        assert code == 0, output
        catalogue = f"{number}.duckdb"
        shutil.copyfile(project.paths.processed / "pilot_areas.duckdb", folder / catalogue)
        record = json.loads((project.paths.processed / "run.json").read_text(encoding="utf-8"))
        known.append({"run_id": record["run_id"], "files": digests(project.paths), "catalogue": catalogue})
    assert known[0]["files"] != known[1]["files"]
    (folder / "outcomes.json").write_text(json.dumps(known), encoding="utf-8")


@pytest.fixture(scope="module")
def project(make_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    yield make_project(tmp_path_factory.mktemp("faults") / "project")
