"""What the tests of several rooms share: folders, published runs of the real figures, and projects to change.

Here: one whole run per session for all workers, a copy of it that each test gets afresh, ways to materialise some
assets. Not here: invented inputs of one room (the ``conftest`` of its folder).
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from pipeline import policy as policies
from pipeline import stored_tables
from pipeline.orchestration import definitions
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.sources import dopa
from pipeline.sources.boundaries import CARRIED

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
# A folder name that is hard to handle for SQL, globs and shells.
HARD_TO_NAME = "it's a [new] 100% *; -- โครงการ"
# Seconds after which something that should have ended hangs, on however slow a machine; no result depends on it.
HANGS = 600
# Tests neither create nor need the key of the person who runs them.
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

# Makes the folder of a project once for all workers: its name, and what fills the new folder.
MakeOnce = Callable[[str, Callable[[Path], None]], Path]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have measured, after all of them."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"measured: {name}: {value}")


def with_real_inputs(root: Path) -> Path:
    """Fill the project at ``root`` with the inputs of this repository, without what whoever runs the tests put there.

    Left out are household rows and a boundary file of their own.
    """

    def left_out(folder: str, names: list[str]) -> set[str]:
        if Path(folder).name == "boundaries":
            return set(names) - {CARRIED, "README.md", "SOURCE.toml"}
        return {"households"} & set(names)

    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw", ignore=left_out)
    shutil.copy(ROOT / "dagster.yaml", root)
    return root


def with_fewer_draws(root: Path) -> Path:
    """Set 200 draws instead of 10,000 in the project at ``root``, where uncertainty is not what is tested."""
    file = root / "data" / "raw" / "policy" / "policy.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("draws = 10000", "draws = 200"), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes a new project folder with the real inputs."""
    return lambda: with_real_inputs(tmp_path_factory.mktemp("project"))


def run_in(root: Path, paths: Paths | None = None) -> Paths:
    """Run everything in the project at ``root``, in its own Dagster instance, as ``pilot-areas run`` does."""
    paths = paths or Paths.of(root)
    with chdir(root):
        definitions.run_everything(root, paths)
    return paths


def publish_in(root: Path) -> Paths:
    """Run everything in the project at ``root`` without its Dagster instance: a third faster, with the same files."""
    paths = Paths.of(root)
    with chdir(root):
        definitions.rebuild(paths)
    return paths


def materialise(
    paths: Paths, *names: str, upstream: bool = False, config: dict | None = None
) -> dg.ExecuteInProcessResult:
    """Materialise some assets, as from the Launchpad.

    Args:
        paths: the project.
        names: the assets.
        upstream: also everything they are made from.
        config: parameters of the policy for a what-if.

    Returns:
        The result; a failure is in it, not raised.
    """
    selection = dg.AssetSelection.assets(*names)
    selection = selection.upstream().required_multi_asset_neighbors() if upstream else selection
    job = dg.define_asset_job("some", selection=selection, executor_def=dg.in_process_executor)
    defs = dg.Definitions.merge(definitions.build(paths), dg.Definitions(jobs=[job]))
    run_config = {**definitions.QUIET, **({"ops": {"policy": {"config": config}}} if config else {})}
    with chdir(paths.maps.parent), dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_job_def("some")
        return job.execute_in_process(run_config=run_config, instance=instance, raise_on_error=False)


def made_in(root: Path, *names: str) -> Paths:
    """Materialise some assets with everything they are made from in the project at ``root``; nothing is published."""
    paths = Paths.of(root)
    result = materialise(paths, *names, upstream=True)
    assert result.success, definitions.failed(result)
    return paths


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeOnce]:
    """Makes a project that all workers share: whichever needs it first fills its folder.

    No test may change it, which is checked at the end.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    states: dict[Path, dict[Path, tuple[object, ...]]] = {}

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        root, done = shared / name / "project", shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.is_file():
                shutil.rmtree(root, ignore_errors=True)
                root.mkdir(parents=True)
                fill(root)
                done.touch()
        states.setdefault(root, _state(root))
        return root

    yield make
    for root, state in states.items():
        now = _state(root)
        changed = sorted(str(path) for path in {*state, *now} if state.get(path) != now.get(path))
        assert not changed, f"tests have changed {root}, which all of them share; copy it: {changed[:5]}"


def _state(root: Path) -> dict[Path, tuple[object, ...]]:
    """What tells each file, link and folder of a project from a changed one; Dagster writes even when it only reads."""
    folders = [root, *(path for path in root.iterdir() if path.is_dir() and path.name != ".dagster")]
    paths = [path for folder in folders for path in (folder.rglob("*") if folder != root else folder.iterdir())]
    return {path: _kind(path) for path in paths if path.name not in (".dagster", "lock")}


@pytest.fixture(scope="session")
def real_run(make_once: MakeOnce) -> Paths:
    """One published run on the figures of 2022. Read only: all workers share it."""
    return Paths.of(make_once("real_run", lambda root: run_in(with_real_inputs(root))))


@pytest.fixture(scope="session")
def copy_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Paths]:
    """Copies a shared project for a test that changes it; the next test that asks finds the copy restored."""
    copies: dict[Path, Path] = {}

    def restored(source: Path) -> Paths:
        if source not in copies:
            copies[source] = tmp_path_factory.mktemp("copy") / HARD_TO_NAME
        restore(source, copies[source])
        return Paths.of(copies[source])

    return restored


@pytest.fixture
def project(real_run: Paths, copy_of: Callable[[Path], Paths]) -> Paths:
    """The run on the figures of 2022 in a folder that this test may change."""
    return copy_of(real_run.maps.parent)


def restore(source: Path, copy: Path) -> None:
    """Make the folder ``copy`` what ``source`` is; files with the same size and time are taken to be the same."""
    copy.mkdir(parents=True, exist_ok=True)
    wanted = {path.name: path for path in source.iterdir()}
    for path in copy.iterdir():
        like = wanted.get(path.name)
        if like is None or _kind(path) != _kind(like):
            remove = shutil.rmtree if path.is_dir() and not path.is_symlink() else Path.unlink
            remove(path)
    for name, path in wanted.items():
        target = copy / name
        if path.is_dir() and not path.is_symlink():
            restore(path, target)
        elif not target.is_symlink() and not target.exists():
            shutil.copy2(path, target, follow_symlinks=False)
    shutil.copystat(source, copy)


def _kind(path: Path) -> tuple[object, ...]:
    """The kind of a path, with size and times of a file: equal for an unchanged copy."""
    if path.is_symlink():
        return ("link", os.readlink(path))
    status = path.stat()
    return ("folder",) if path.is_dir() else ("file", status.st_size, status.st_mtime_ns, status.st_mode)


@pytest.fixture(scope="session")
def districts() -> pd.DataFrame:
    return dopa.districts().table.sort_values("district_code", ignore_index=True)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return policies.read_policy(ROOT / "data" / "raw" / "policy" / "policy.toml")[0]


def published(paths: Paths, name: str) -> pd.DataFrame:
    """A published table, without shapes."""
    return stored_tables.read(paths.processed / f"{name}.parquet", name)


def published_files(folder: Path) -> list[Path]:
    """Every file in a published folder and the folders in it."""
    found = [Path(place) / name for place, _, names in os.walk(folder, followlinks=True) for name in names]
    return sorted(found)


def digests(paths: Paths) -> dict[str, str]:
    """sha256 of every published file that must be the same for the same input."""
    files = [p for folder in (paths.processed, paths.maps) for p in published_files(folder)]
    kept = [p for p in files if p.name not in ("run.json", "README.md") and p.suffix != ".duckdb"]
    return {f"{p.parent.name}/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}


def lineage(paths: Paths) -> dict[str, tuple[str, ...]]:
    """The tables each stored table is made from, as publishing is given them."""
    return definitions.build(paths).resources["lineage"].made_from
