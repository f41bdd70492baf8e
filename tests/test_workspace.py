"""Stored tables and the inputs of a project."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import stored_tables, workspace
from pipeline.contracts import CONTRACTS, ContractError
from pipeline.errors import InputError
from pipeline.project import Paths, input_files
from pipeline.stored_tables import Tables

NEAR_BEST = CONTRACTS["near_best_portfolios"]


def near_best(*lists: object) -> pd.DataFrame:
    provinces = pd.Series(lists, dtype=object)
    return pd.DataFrame({"portfolio": range(1, len(lists) + 1), "value": 1.0}).assign(provinces=provinces)


def test_a_link_that_leads_out_of_the_inputs_is_refused(project: Paths, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text("x")
    (project.raw / "nesdc" / "more.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputError, match=r"more\.csv: found a link that leads out"):
        input_files(project)


def test_a_failed_write_leaves_the_old_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, note = tmp_path / "t.parquet", workspace.Note(stamp="a")
    workspace.write(path, pd.DataFrame({"a": [1]}), note)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(workspace.pq, "write_table", full)
    with pytest.raises(OSError, match="no space"):
        workspace.write(path, pd.DataFrame({"a": [2]}), note)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]


def test_a_list_is_a_tuple_in_memory_and_a_list_of_strings_in_parquet(project: Paths) -> None:
    table, note = workspace.save(project, NEAR_BEST.name, near_best(["11", "12"], np.array(["13"]), None), [])
    assert table["provinces"].tolist() == [("11", "12"), ("13",), ()]
    path = project.table(NEAR_BEST.name)
    assert pq.read_schema(path).field("provinces").type == pa.list_(pa.string())
    assert stored_tables.read(path, NEAR_BEST.name)["provinces"].tolist() == table["provinces"].tolist()
    assert Tables(project.workspace)(NEAR_BEST.name)["provinces"].tolist() == table["provinces"].tolist()
    first = path.read_bytes()
    workspace.write(path, stored_tables.read(path, NEAR_BEST.name), note, NEAR_BEST.lists)
    assert path.read_bytes() == first


@pytest.mark.parametrize("lists", [(), ((), ())])
def test_the_type_of_a_list_does_not_depend_on_its_rows(lists: tuple[object, ...], project: Paths) -> None:
    workspace.save(project, NEAR_BEST.name, near_best(*lists), [])
    assert pq.read_schema(project.table(NEAR_BEST.name)).field("provinces").type == pa.list_(pa.string())


@pytest.mark.parametrize("value", ["11, 12", ("11", 12), ("11", None), 11.0])
def test_what_is_no_list_of_text_does_not_meet_the_contract(value: object) -> None:
    with pytest.raises(ContractError, match="provinces"):
        NEAR_BEST.conform(near_best(("11",), value))


def test_text_of_an_older_version_is_read_as_a_list(tmp_path: Path) -> None:
    path = tmp_path / f"{NEAR_BEST.name}.parquet"
    near_best("11, 12", "13", None).astype({"provinces": "str"}).to_parquet(path)
    expected = [("11", "12"), ("13",), ()]
    assert stored_tables.read(path, NEAR_BEST.name)["provinces"].tolist() == expected
    assert Tables(tmp_path)(NEAR_BEST.name, ["provinces"])["provinces"].tolist() == expected


@pytest.mark.parametrize("name", ["district_facts", "district_shapes"])
def test_a_column_that_an_older_version_did_not_have_is_named(name: str, real_run: Paths, tmp_path: Path) -> None:
    missing = {"district_facts": "published_by", "district_shapes": "district_code"}[name]
    stored = pq.read_table(real_run.table(name))
    pq.write_table(stored.drop_columns([missing]), tmp_path / f"{name}.parquet")
    older = Tables(tmp_path, "archive the round again")
    with pytest.raises(InputError) as caught:
        (older.shapes if name == "district_shapes" else older)(name)
    message = str(caught.value)
    assert "\n" not in message
    for part in (f"{name}.parquet", f"no column {missing}", "older version", "archive the round again"):
        assert part in message
