"""One intake of household rows, step by step: stage, place, join, count, write the tables.

Here: the order of the steps and what they write. Not here: each step (``staging``, ``placing``, ``joining``,
``balance``, ``measures``), when an intake is needed (``kept``).
"""

from pathlib import Path

import duckdb
import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import queries
from pipeline.gazetteer import Gazetteer
from pipeline.households import balance, database, files, joining, measures, pseudonyms
from pipeline.households.files import FilesToRead
from pipeline.households.placing import place_rows
from pipeline.households.progress import Log, progress_logged
from pipeline.households.staging import Staged, stage_files
from pipeline.policy import Policy
from pipeline.project import Paths

NO_PROFILES = pd.DataFrame(
    columns=["system", "district_code", "deprived", "welfare_card", "households", "persons", "answers", "survey_year"]
)
NO_COLUMNS = pd.DataFrame({"file": [], "column": []}, dtype="str")
NO_AGREEMENT = pd.DataFrame({"system": [], "other": [], "by_other": [], "district_code": []}, dtype="str")


def count_households(
    paths: Paths,
    chosen: FilesToRead,
    districts: pd.DataFrame,
    shapes: gpd.GeoDataFrame,
    policy: Policy,
    private: Path,
    result: Path,
    log: Log,
) -> None:
    """Read all files and write the tables of an intake.

    Args:
        paths: the folders of the project.
        chosen: the files to read, with their mappings.
        districts: the table ``districts``.
        shapes: outlines of districts, EPSG:4326.
        policy: its section ``households`` and the year of ``as_of``.
        private: a folder that only this intake uses; it contains rows of households until it is removed.
        result: the folder for the result: ``files``, ``ignored_columns``, ``profiles``, ``poverty`` and ``agreement``
            as Parquet files, and in ``refused/`` and ``repaired/`` one file per system.
        log: takes lines on the progress.

    Raises:
        InputError: a file, or the whole intake, cannot be used.
        RuntimeError: the households counted are not the rows kept, an error of this program.
    """
    rules = policy.households
    unusable, rows, profiles, matches = [*chosen.left_out], pd.DataFrame(), NO_PROFILES, NO_AGREEMENT
    ignored = NO_COLUMNS
    if chosen.files:
        key = pseudonyms.pseudonym_key(paths.folders, log)
        with queries.streaming([paths.raw / files.FOLDER], private) as connection:
            database.prepare(connection)
            skip = rules.unusable_file == "skip"
            staged = stage_files(connection, chosen, key, policy.as_of.year, skip, private, log)
            unusable += staged.left_out
            ignored = _ignored_columns(chosen, staged)
            if staged.encodings:
                place_rows(connection, Gazetteer(districts), shapes)
                with progress_logged(connection, log, "joining rows of persons"):
                    joining.join_members(connection, private)
                with progress_logged(connection, log, "looking for households that occur twice"):
                    joining.settle_repeated(connection, chosen, rules, log)
                with progress_logged(connection, log, "counting households"):
                    profiles = _profiles(connection, chosen)
                    rows = balance.rows_of_files(connection, chosen, staged, rules, log)
                _check_nothing_lost(rows, profiles)
                _write_row_lists(connection, chosen, rows, result)
                matches = _matches(connection, chosen, log)
    poverty = measures.household_poverty(profiles, rules)
    tables = {
        "files": balance.with_unusable(rows, unusable),
        "ignored_columns": ignored,
        "profiles": profiles,
        "poverty": poverty,
        "agreement": measures.household_agreement(matches, profiles, poverty, rules),
    }
    for name, table in tables.items():
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), result / f"{name}.parquet")


def _ignored_columns(chosen: FilesToRead, staged: Staged) -> pd.DataFrame:
    """List the columns of each staged file that are not used, by name: one row per file and column."""
    named = [(chosen.files[n].name, column) for n, header in staged.headers.items() for column in header.ignored]
    return pd.DataFrame(named, columns=NO_COLUMNS.columns, dtype="str")


def _profiles(connection: duckdb.DuckDBPyConnection, chosen: FilesToRead) -> pd.DataFrame:
    """Count households by system, district, deprivations and welfare card (``sql/profiles.sql``)."""
    profiles = database.run(connection, "profiles").df()
    return profiles.assign(system=[chosen.systems[number] for number in profiles["system"]])


def _check_nothing_lost(rows: pd.DataFrame, profiles: pd.DataFrame) -> None:
    """Raise ``RuntimeError`` if the households counted are not the rows kept: an error of this program."""
    kept, counted = rows.groupby("system")["rows_kept"].sum(), profiles.groupby("system")["households"].sum()
    for system, count in kept.items():
        if count != counted.get(system, 0):
            raise RuntimeError(f"{system}: {count} rows kept, {counted.get(system, 0)} households counted")


def _write_row_lists(
    connection: duckdb.DuckDBPyConnection, chosen: FilesToRead, rows: pd.DataFrame, result: Path
) -> None:
    """Write the lists of rows not used and of cells repaired, one file per system and kind."""
    for number, system in enumerate(chosen.systems):
        sample = bool(rows.loc[rows["system"] == system, "sample"].any())
        for kind in ("refused", "repaired"):
            target = result / kind / f"{system}.parquet"
            database.copy_result(connection, kind, {"system": number}, target, sample=sample)


def _matches(connection: duckdb.DuckDBPyConnection, chosen: FilesToRead, log: Log) -> pd.DataFrame:
    """Count the households found in each two systems (``sql/agreement.sql``).

    The households of the smaller system are kept in memory, and those of the larger system are looked up in them.
    """
    tables = [NO_AGREEMENT]
    systems, sizes = chosen.systems, dict(database.run(connection, "system_sizes").fetchall())
    for i, one in enumerate(systems):
        for j, other in enumerate(systems[i + 1 :], start=i + 1):
            small, large = sorted((i, j), key=lambda n: sizes.get(n, 0))
            with progress_logged(connection, log, f"comparing {one} with {other}"):
                database.run(connection, "other_kept", system=small)
                table = database.run(connection, "agreement", of=large).df()
            tables.append(table.assign(system=systems[large], other=systems[small]))
    return pd.concat(tables, ignore_index=True)
