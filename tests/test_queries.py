"""Every DuckDB connection can read its own folders only; the join has a row for each district."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline import district_table, queries, stored_tables
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.stored_tables import Stored

OUTSIDE = [
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM 'http://127.0.0.1:9/x.parquet'",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "ATTACH '/tmp/x.duckdb'",
    "INSTALL spatial",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "RESET lock_configuration",
]


@pytest.mark.parametrize("sql", OUTSIDE)
def test_every_connection_is_sandboxed(sql: str, real_run: Paths, tmp_path: Path) -> None:
    table = real_run.table("districts")
    catalogue = shutil.copy(real_run.processed / "pilot_areas.duckdb", tmp_path / "c.duckdb")
    opened = {
        "views": queries.views_of({"districts": table}),
        "stream": queries.streaming([table.parent], tmp_path),
        "catalogue": queries.database_file(catalogue, [table.parent], read_only=True),
    }
    for kind, connection in opened.items():
        with connection as database:
            # An existing path is taken literally, even if it looks like a pattern.
            rows = database.read_parquet(str(table.resolve()))
            assert rows.aggregate("count(*)").fetchall() == [(928,)], kind
            with pytest.raises(duckdb.Error):
                database.execute(sql)


def test_the_join_always_has_928_rows(real_run: Paths, tmp_path: Path, policy: Policy) -> None:
    tables = {name: Stored(name, real_run.table(name)) for name in district_table.FACTS_FROM}
    bare = tmp_path / "published_poverty.parquet"
    stored_tables.read(real_run.table("published_poverty"), "published_poverty").head(0).to_parquet(bare)
    joined = district_table.district_facts(tables | {"published_poverty": Stored("published_poverty", bare)}, policy)
    assert len(joined) == 928
    assert joined["rate_any_min"].isna().all()
