"""Kept intakes: what makes an intake be made again (its code, its inputs, nothing else), and which are removed."""

import ast
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from assets import raw
from pipeline import code_version as versions
from pipeline import findings, workspace
from pipeline.households import files, kept, opening
from pipeline.report import inputs
from tests.households import conftest
from tests.households.conftest import NO_RATES, Province, citizen_id, csv, parquet, row, xlsx

PIPELINE = versions.HERE
# Imported by the readers, but not part of the code of an intake: folders of a project; values that are in the identity.
NOT_CODE = {"project", "policy", "contracts", "code_version"}


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the source whose digests are taken instead of the real ones."""
    copy = shutil.copytree(PIPELINE, tmp_path / "source" / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(versions, "HERE", copy)
    versions.code_version.cache_clear()
    yield copy
    versions.code_version.cache_clear()


@pytest.fixture
def identity(province: Province, copied: Path) -> Callable[[], str]:
    province.put({"a.csv": csv([row(1)])})

    def now() -> str:
        versions.code_version.cache_clear()
        chosen = files.files_to_read(province.paths.raw, False, print)
        return kept.identity(chosen, province.districts, province.shapes, province.policy)

    return now


@pytest.mark.parametrize(
    "file",
    [
        "pages/static/app/page.css",
        "pages/country.py",
        "sentences/decision.py",
        "categories.py",
        "runs/publishing.py",
        "cli.py",
    ],
)
def test_other_code_does_not_make_rows_be_read_again(file: str, identity: Callable[[], str], copied: Path) -> None:
    before = identity()
    with (copied / file).open("a", encoding="utf-8") as source:
        source.write("\n")
    assert identity() == before


@pytest.mark.parametrize(
    "file",
    [
        "households/sql/stage.sql",
        "households/staging.py",
        "reading/encodings.py",
        "small_cells.py",
        "queries.py",
        "dimensions.py",
    ],
)
def test_the_code_that_reads_rows_makes_them_be_read_again(
    file: str, identity: Callable[[], str], copied: Path
) -> None:
    before = identity()
    with (copied / file).open("a", encoding="utf-8") as source:
        source.write("\n")
    assert identity() != before


def test_inputs_and_policy_make_rows_be_read_again(identity: Callable[[], str], province: Province) -> None:
    seen = {identity()}
    province.put({"b.csv": csv([row(2)])})
    seen.add(identity())
    mapping = "".join(f'"{name}" = "{name}"\n' for name in row(1))
    province.put({"mapping.toml": f"[columns]\n{mapping}".encode()})
    seen.add(identity())
    province.rules(smallest_count=9)
    seen.add(identity())
    assert len(seen) == 4


def test_the_code_of_an_intake_is_all_that_its_modules_import() -> None:
    imported: set[str] = set()
    for folder in ("households", "reading"):
        for path in (PIPELINE / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pipeline":
                    inner = node.module.split(".")[1:]
                    imported |= {"/".join(inner)} if inner else {alias.name for alias in node.names}
    code = set(versions.HOUSEHOLDS)
    missing = {m for m in imported if m not in code | NOT_CODE and m.split("/")[0] not in code}
    assert not missing


@pytest.mark.parametrize("kind", [csv, parquet, xlsx])
def test_columns_that_are_not_used_are_listed_by_name(
    kind: Callable[[list[dict[str, str]]], bytes],
    province: Province,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    extra = {"ชื่อ": "สมหญิง ใจดี", f"of {citizen_id(7)}": "0812345678"}
    monkeypatch.setattr(conftest, "COLUMNS", (*conftest.COLUMNS, *extra))
    province.put({f"a.{kind.__name__}": kind([row(1, **extra)]), f"b.{kind.__name__}": kind([row(2)])})
    for _ in ("read", "kept"):
        received = kept.household_tables(
            province.paths, province.districts, province.shapes, NO_RATES, province.policy, province.log.append
        )[0]
        ignored = [origin.ignored_columns for origin in received.origins]
        assert ignored == [("ชื่อ", "of #"), ()]
    workspace.save(province.paths, "household_files", received, [])
    stored = workspace.inputs_table(province.paths, ["household_files"])
    assert stored["ignored_columns"].tolist() == ignored
    assert "for household rows in mapping.toml): households/tpmap/a" in findings.columns(stored).sentence
    inputs.print_inputs(province.paths, {})
    output = capsys.readouterr().out
    warning = "WARNING: columns that are not used: ชื่อ, of # (to use one, map it under [columns] in mapping.toml)"
    assert output.count(warning) == 1
    assert not any(value in stored.to_csv() + output for value in extra.values())


def test_one_computation_makes_the_four_tables() -> None:
    names = {"household_files", "household_poverty", "household_agreement", "refused"}
    assert {key.path[-1] for key in raw.household_tables.keys} == names
    made_from = {s.key.path[-1]: {d.asset_key.path[-1] for d in s.deps} for s in raw.household_tables.specs}
    assert made_from.pop("household_files") == {
        "fetched",
        "dropped",
        "districts",
        "district_shapes",
        "poverty",
        "policy",
    }
    # The others take the digest of the inputs, and whether they are a sample, from household_files.
    assert set(map(frozenset, made_from.values())) == {frozenset({"household_files"})}


def test_unchanged_files_are_not_read_again(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    province.put({"a.csv": csv([row(1), row(2)])})
    first = province.take_in()
    monkeypatch.setattr(opening, "open_file", lambda *_: pytest.fail("read again"))
    assert province.take_in().folder == first.folder
    monkeypatch.undo()
    province.put({"a.csv": csv([row(1), row(2), row(3)])})
    assert province.take_in().folder != first.folder
    assert province.households() == {"5001": 3}


def test_the_folder_of_an_interrupted_intake_is_removed_at_once(province: Province) -> None:
    province.put({"a.csv": csv([row(1)])})
    province.take_in()
    dead, alive = (province.paths.households / f".intake-{name}" for name in ("dead", "alive"))
    for left in (dead, alive):
        left.mkdir()
    with FileLock(alive / kept.LOCK):
        province.take_in()  # the kept intake is used; old folders are removed all the same
    assert not dead.exists()
    assert alive.exists()


def test_only_the_last_few_intakes_are_kept(province: Province) -> None:
    for n in range(6):
        province.put({"a.csv": csv([row(i) for i in range(n + 1)])})
        last = province.take_in()
    folders = [p for p in province.paths.households.iterdir() if not p.name.startswith(".")]
    assert last.folder in folders
    assert len(folders) == kept.KEPT_INTAKES


def test_what_an_interrupted_removal_of_an_intake_left_is_removed(province: Province) -> None:
    province.put({"a.csv": csv([row(1)])})
    left = province.take_in().folder
    (left / kept.COMPLETE).unlink()
    (left / "profiles.parquet").unlink()
    renamed = left.parent / f"{kept.REMOVED}x" / "old"
    renamed.mkdir(parents=True)
    # Of an incomplete intake nothing is used, although its name is that of this one.
    assert province.households() == {"5001": 1}
    assert [p.name for p in left.parent.iterdir()] == [left.name]


def test_an_intake_has_another_name_while_it_is_removed(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(kept.shutil, "rmtree", lambda path, **_: seen.append(path.name))
    for n in range(4):
        province.put({"a.csv": csv([row(i) for i in range(n + 1)])})
        province.take_in()
    whole = [p for p in province.paths.households.iterdir() if not p.name.startswith(".")]
    assert len(whole) == kept.KEPT_INTAKES
    assert all((intake / kept.COMPLETE).is_file() for intake in whole)
    assert all(name.startswith((kept.REMOVED, kept.UNFINISHED)) for name in seen)
