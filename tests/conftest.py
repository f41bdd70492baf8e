"""What several rooms' tests share: the folders, one whole run on the real figures, invented inputs."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from pipeline import policy as policies
from pipeline.orchestration import definitions
from pipeline.orchestration.definitions import run_everything
from pipeline.policy import Policy
from pipeline.sources import dopa
from pipeline.workspace import Paths

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
# A folder whose name SQL, globs and shells would stumble over.
HARD_TO_NAME = "it's a [new] 100% *; -- โครงการ"
# Seconds after which something that should have ended hangs, on however slow a machine; no result depends on it.
HANGS = 600
# So that no test makes or needs the key of whoever runs them.
os.environ["PILOT_AREAS_KEY"] = "a key for tests, of some forty characters"
# No property depends on the speed of the machine. Each run tries the same examples, so that a failure can be repeated.
settings.register_profile(
    "same everywhere",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same everywhere")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have measured, after all of them."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"measured: {name}: {value}")


# Files whose tests run everything: they begin first, so that no worker is left alone with one of them at the end; the
# second of them does not wait for the run that all share.
LONGEST = (
    "tests/faults/test_nightly.py",
    "tests/faults/test_kill.py",
    "tests/faults/test_disk.py",
    "tests/faults/test_same_bytes.py",
    "tests/faults/test_soak.py",
    "tests/runs/test_rounds.py",
    "tests/test_way.py",
    "tests/households/test_way.py",
    "tests/runs/test_publishing.py",
    "tests/pages/test_every_page.py",
    "tests/pages/test_country.py",
    "tests/test_what_if.py",
    "tests/households/test_intake.py",
    "tests/pages/test_dossier.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: i for i, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.nodeid.split("::")[0], len(order)))


@pytest.fixture(autouse=True)
def _back_where_we_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command line changes the working directory and DAGSTER_HOME; each test starts as the first did."""
    monkeypatch.setenv("DAGSTER_HOME", str(ROOT))
    before = Path.cwd()
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes a project folder of its own with the real inputs."""

    def make() -> Path:
        root = tmp_path_factory.mktemp("project")
        (root / "data").mkdir()
        shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw", ignore=shutil.ignore_patterns("households"))
        for left in (root / "data" / "raw" / "boundaries").glob("*"):
            if left.name != "README.md":
                left.unlink()
        shutil.copy(ROOT / "dagster.yaml", root)
        return root

    return make


def with_fewer_draws(root: Path) -> Path:
    """The project with 200 draws instead of 10,000: where how sure a rank is does not matter."""
    file = root / "data" / "raw" / "policy" / "policy.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("draws = 10000", "draws = 200"), encoding="utf-8")
    return root


def run_in(root: Path, paths: Paths | None = None) -> Paths:
    """Everything, in the project at ``root``; its folders."""
    before = Path.cwd()
    os.chdir(root)
    try:
        paths = paths or Paths.of(root)
        run_everything(root, paths)
        return paths
    finally:
        os.chdir(before)


def made_in(root: Path, *names: str) -> Paths:
    """Some assets with all that they are made from, in the project at ``root``; nothing is published."""
    before = Path.cwd()
    os.chdir(root)
    try:
        paths = Paths.of(root)
        wanted = dg.AssetSelection.assets(*names).upstream().required_multi_asset_neighbors()
        job = dg.define_asset_job("some", selection=wanted, executor_def=dg.in_process_executor)
        defs = dg.Definitions.merge(definitions.build(paths), dg.Definitions(jobs=[job]))
        with dg.DagsterInstance.ephemeral() as instance:
            made = defs.resolve_job_def("some").execute_in_process(run_config=definitions.QUIET, instance=instance)
        assert made.success
        return paths
    finally:
        os.chdir(before)


@pytest.fixture(scope="session")
def real_run(new_project: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """One published run on the figures of 2022 with schematic outlines. Read only: all workers share it."""
    whole = tmp_path_factory.getbasetemp()
    shared = whole.parent if os.environ.get("PYTEST_XDIST_WORKER") else whole
    done = shared / "real_run.txt"
    with FileLock(shared / "real_run.lock"):
        if not done.is_file():
            done.write_text(str(run_in(new_project()).maps.parent))
    return Paths.of(Path(done.read_text()))


@pytest.fixture(scope="session")
def districts() -> pd.DataFrame:
    return dopa.districts().table.sort_values("district_code", ignore_index=True)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return policies.read_policy(ROOT / "data" / "raw" / "policy" / "policy.toml")[0]


def published(paths: Paths, name: str) -> pd.DataFrame:
    """A published table, without shapes."""
    from pipeline import workspace

    return workspace.read(paths.processed / f"{name}.parquet", name)


def published_files(folder: Path) -> list[Path]:
    """Every file in a published folder, those of its folders too."""
    found = [Path(place) / name for place, _, names in os.walk(folder, followlinks=True) for name in names]
    return sorted(found)


def digests(paths: Paths) -> dict[str, str]:
    """sha256 of every published file that must be the same for the same input."""
    import hashlib

    files = [p for folder in (paths.processed, paths.maps) for p in published_files(folder)]
    kept = [p for p in files if p.name not in ("run.json", "README.md") and p.suffix != ".duckdb"]
    return {f"{p.parent.name}/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}
