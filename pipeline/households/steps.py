"""One intake of household rows, step by step: read, check, hide, mend, place, de-duplicate, count. All in DuckDB.

Here: the order of the steps, progress, what stops an intake. Not here: each step (``sql``), files (``files``), what is
made of the counts (``measures``), when an intake is needed (``intake``).
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import places, queries
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem
from pipeline.households import files, mapping, measures, pseudonyms
from pipeline.households.files import HouseholdFile, Say
from pipeline.households.mapping import Mapping
from pipeline.households.progress import telling
from pipeline.households.spellings import MOST_SPELLINGS, Gazetteer
from pipeline.households.spellings import places as places_of
from pipeline.policy import Policy
from pipeline.workspace import Paths

SQL = Path(__file__).with_name("sql")
POINTS = 1_000_000
ROWS = ("rows_in", "rows_kept", "rows_superseded", "rows_refused", "cells_repaired", "check_digits_wrong")
NO_HOUSEHOLDS = pd.DataFrame(
    columns=["system", "district_code", "deprived", "welfare_card", "households", "persons", "answers", "survey_year"]
)
FILE_COLUMNS = ("file", "system", "encoding", *ROWS, "sample", "problem")


@dataclass(frozen=True)
class Files:
    """The files to read, the mapping of each system, and what cannot be used: system, file, why."""

    files: tuple[HouseholdFile, ...]
    mappings: dict[str, Mapping]
    left_out: tuple[tuple[str, str, Problem], ...]


class Steps:
    """One intake in the making, in one DuckDB."""

    def __init__(
        self,
        paths: Paths,
        received: Files,
        shapes: gpd.GeoDataFrame,
        gazetteer: Gazetteer,
        policy: Policy,
        aside: Path,
        say: Say,
    ) -> None:
        self.paths, self.shapes, self.gazetteer = paths, shapes, gazetteer
        self.policy, self.aside, self.say = policy, aside, say
        self.received, self.mappings = list(received.files), received.mappings
        self.systems = sorted(self.mappings)
        self.encodings: dict[int, str] = {}
        self.left_out = [(f"{files.FOLDER}/{s}/{name}", s, str(problem)) for s, name, problem in received.left_out]
        self.unread: set[int] = set()

    def write(self, result: Path) -> None:
        """Every table of the result."""
        if self.received:
            counts, profiles, agreement = self._counted(result)
        else:
            counts, profiles, agreement = self._with_left_out(pd.DataFrame()), NO_HOUSEHOLDS, pd.DataFrame()
        rules = self.policy.households
        tables = {
            "files": counts,
            "profiles": profiles,
            "poverty": (poverty := measures.poverty(profiles, rules)),
            "agreement": measures.agreement(agreement, profiles, poverty, rules),
        }
        for name, table in tables.items():
            pq.write_table(pa.Table.from_pandas(table, preserve_index=False), result / f"{name}.parquet")

    def _counted(self, result: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """What became of the rows, households by what they are deprived of, those found in two systems."""
        self.key = pseudonyms.key(self.paths.raw.parent.parent, self.say)
        with queries.streaming([self.paths.raw / files.FOLDER], self.aside) as connection:
            self.connection = connection
            for name in ("macros", "rules"):
                connection.execute(sql_of(name))
            if not self._stage():
                return self._with_left_out(pd.DataFrame()), NO_HOUSEHOLDS, pd.DataFrame()
            self._place()
            with telling(self.connection, self.say, "looking for households that occur twice"):
                connection.execute(sql_of("valid"))
            self._same_survey_twice()
            with telling(self.connection, self.say, "counting households"):
                profiles = connection.execute(sql_of("profiles")).df()
                connection.execute(sql_of("lines"))
                counts = self._counts(profiles)
            for number, system in enumerate(self.systems):
                invented = bool(counts.loc[counts["system"] == system, "sample"].any())
                for kind in ("refused", "repaired"):
                    self._copy(sql_of(kind), {"system": number}, result / kind / f"{system}.parquet", sample=invented)
            profiles["system"] = [self.systems[number] for number in profiles["system"]]
            return counts, profiles, self._agreement()

    def _stage(self) -> bool:
        """Each file to typed rows in a Parquet file of its own; whether there is any."""
        staged: list[str] = []
        sizes = [f.path.stat().st_size for f in self.received]
        for number, file in enumerate(self.received):
            target = self.aside / f"staged-{number}.parquet"
            left = sum(sizes[number + 1 :])
            began = time.monotonic()
            try:
                rows = self._stage_file(number, file, target)
            except InputError as error:
                if self.policy.households.unusable_file == "stop":
                    raise
                self.unread.add(number)
                for table in ("rejects", "empty_lines"):
                    self.connection.execute(f"DELETE FROM {table} WHERE file = ?", [number])  # noqa: S608
                self.left_out.append((file.name, file.system, str(error)))
                self.say(f"left out, as the policy says: {error}")
                continue
            staged.append(str(target.resolve()))
            more = len(self.received) - number - 1
            self.say(
                f"{file.name}: {rows:,} rows read in {time.monotonic() - began:.1f} s; "
                + (f"{more} files of {left / 1e6:,.0f} MB remain" if more else "no file remains")
            )
        if not staged:
            return False
        relation = self.connection.read_parquet(staged, file_row_number=True)
        columns = [duckdb.ColumnExpression(c) for c in relation.columns if c != "file_row_number"]
        relation.project(*columns, duckdb.ColumnExpression("file_row_number").alias("row")).create_view("staged")
        first = [1 if f.path.suffix.lower() == ".parquet" else 2 for f in self.received]
        table = pd.DataFrame(
            {
                "file": np.arange(len(self.received), dtype="uint16"),
                "system": np.array([self.systems.index(f.system) for f in self.received], dtype="uint8"),
                "name": pd.array([f.name for f in self.received], dtype="str"),
                "first_line": np.array(first, dtype="int64"),
            }
        )
        self._table("files", table)
        return True

    def _stage_file(self, number: int, file: HouseholdFile, target: Path) -> int:
        columns = self.mappings[file.system]
        with files.in_our_words(file), telling(self.connection, self.say, f"{file.name}: looking at it"):
            opened = files.opened(file, number, columns, self.aside, self.connection, self.say)
            opened.rows.create_view("received", replace=True)
        self.encodings[number] = opened.encoding
        variables: dict[str, Any] = {
            "yes": columns.yes[0],
            "no": columns.no[0],
            "survey_year": columns.survey_year,
            "latest_year": self.policy.as_of.year,
        }
        for name, value in variables.items():
            self.connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
        words = columns.words
        self.connection.execute(
            "SET VARIABLE words = map($words, $meaning)", {"words": list(words), "meaning": list(words.values())}
        )
        values = {
            "file": number,
            "system": self.systems.index(file.system),
            "inner": self.key.inner,
            "outer": self.key.outer,
        }
        with files.in_our_words(file):
            with telling(self.connection, self.say, f"{file.name}: looking for places"):
                self._spelled(file)
            with telling(self.connection, self.say, f"{file.name}: reading"):
                self._copy(sql_of("stage"), values, target)
        rows = pq.read_metadata(target).num_rows
        if opened.rejects is not None:
            rows += self._rejected(number, file, opened.rejects, opened.lines, rows)
            self._lines("empty_lines", number, [(line, "") for line in opened.empty])
        if sha256_of(file.path) != file.sha256:
            raise InputError(Problem(file.shown, "a file that changes while it is read", "a whole file", "run again"))
        return rows

    def _spelled(self, file: HouseholdFile) -> None:
        """The distinct spellings of places in one file; too many, or citizen ids among them, are no places."""
        self.connection.execute("CREATE OR REPLACE TEMP TABLE spelled_here AS FROM spelled LIMIT 0")
        self.connection.execute(sql_of("spellings"), {"most": MOST_SPELLINGS + 1})
        digits = ", ".join(f"count_if(regexp_full_match(plain({name}), '[0-9]{{13}}'))" for name in mapping.PLACES)
        count, *ids = self.connection.execute(
            f"SELECT count(*), {digits} FROM spelled_here"  # noqa: S608  # names of ours
        ).fetchall()[0]
        columns = self.mappings[file.system].columns
        for name, many in zip(mapping.PLACES, ids, strict=True):
            if (many or 0) > count / 2:
                raise InputError(
                    Problem(
                        file.shown,
                        "13-digit numbers (citizen ids?)",
                        f"codes or names of places, our {name}",
                        f"correct {mapping.FILE}",
                        column=columns.get(name),
                    )
                )
        if count > MOST_SPELLINGS:
            raise InputError(
                Problem(
                    file.shown,
                    f"more than {MOST_SPELLINGS:,} spellings of places",
                    "codes or names of places",
                    f"look at what {mapping.FILE} maps to codes and names",
                )
            )
        self.connection.execute("INSERT INTO spelled FROM spelled_here")

    def _rejected(self, number: int, file: HouseholdFile, table: str, lines: int, read: int) -> int:
        """Lines that could not be read as rows, kept by number and kind only."""
        several = "max(contains(trim(csv_line, chr(10) || chr(13)), chr(10)))"
        rejects = self.connection.table(table)
        kinds = rejects.aggregate(f"line, min(lower(error_type::VARCHAR)), {several}", "line").order("line").fetchall()
        self.connection.execute(f"DROP TABLE {table}")
        self.connection.execute(f"DROP TABLE {table}_scan")
        swallowed = [line for line, _, more in kinds if more]
        if swallowed:
            raise InputError(
                Problem(
                    file.shown,
                    "a quotation mark that is not closed",
                    "each row by itself",
                    "close or remove it",
                    line=swallowed[0],
                )
            )
        self._lines("rejects", number, [(line, kind) for line, kind, _ in kinds])
        if read + len(kinds) != lines:
            raise InputError(
                Problem(
                    file.shown,
                    f"{lines:,} lines of rows, of which {read + len(kinds):,} can be told apart",
                    "one row a line: all lines ended alike, no line break within quotation marks",
                    "export the file again as 'CSV UTF-8'",
                )
            )
        return len(kinds)

    def _lines(self, table: str, number: int, lines: list[tuple[int, str]]) -> None:
        """Lines of a file that are no rows, and of what kind each is."""
        if lines:
            some = pd.DataFrame(
                {
                    "file": np.full(len(lines), number, dtype="uint16"),
                    "line": np.array([line for line, _ in lines], dtype="uint64"),
                    "found": pd.array([kind for _, kind in lines], dtype="str"),
                }
            )
            self.connection.register("some_lines", some)
            self.connection.execute(f"INSERT INTO {table} SELECT file, line, found FROM some_lines")  # noqa: S608
            self.connection.unregister("some_lines")

    def _place(self) -> None:
        """The district of each distinct spelling; where none is found, that of the coordinate."""
        spelled = self.connection.execute("SELECT DISTINCT ON (place) * FROM spelled ORDER BY ALL").df()
        found = list(places_of(self.gazetteer, spelled.drop(columns="place")))
        table = pd.DataFrame(
            {
                "place": spelled["place"].to_numpy(dtype="uint64"),
                **{
                    name: pd.array([getattr(p, field) for p in found], dtype="str")
                    for name, field in (
                        ("found_code", "district_code"),
                        ("repaired", "repaired"),
                        ("column", "column"),
                        ("reason", "reason"),
                        ("found", "found"),
                    )
                },
            }
        )
        self._table("places", table)
        self._place_by_point()

    def _place_by_point(self) -> None:
        self.connection.execute("CREATE TEMP TABLE by_point (file USMALLINT, row BIGINT, district_code VARCHAR)")
        unplaced = self.connection.sql(
            "SELECT staged.file, staged.row, lon, lat FROM staged JOIN places ON places.place = staged.place"
            " WHERE rule = 0 AND places.found_code IS NULL AND isfinite(lon) AND isfinite(lat)"
        ).to_arrow_reader(POINTS)
        if not (self.shapes["outline"] == "boundary_file").all():
            first = next(iter(unplaced), None)
            if first is not None and len(first):
                self.say(
                    "households known by coordinate only are not placed: schematic outlines are not borders; drop a"
                    " boundary file into data/raw/boundaries/"
                )
            return
        batches = [b.select(["file", "row"]).append_column("district_code", self._districts_at(b)) for b in unplaced]
        if batches:
            self.connection.register("points", pa.Table.from_batches(batches))
            self.connection.execute("INSERT INTO by_point SELECT * FROM points WHERE district_code IS NOT NULL")
            self.connection.unregister("points")

    def _districts_at(self, batch: pa.RecordBatch) -> pa.Array:
        lon, lat = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
        return pa.array(places.district_at(lon, lat, self.shapes), type=pa.string())

    def _same_survey_twice(self) -> None:
        """Two files that hold the same survey of the same households: which of them counts is not ours to say."""
        pairs = self.connection.execute(
            "SELECT file, by_file, count(*) FROM superseded WHERE same_survey AND file <> by_file"
            " GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        sizes = dict(self.connection.execute("SELECT file, count(*) FROM staged GROUP BY file").fetchall())
        share = self.policy.households.same_survey_share_stops
        for one, other, rows in pairs:
            if rows >= share * min(sizes[one], sizes[other]):
                raise InputError(
                    Problem(
                        self.received[one].shown,
                        f"{rows:,} households that {self.received[other].path.name} has in the same survey year",
                        "each survey in one file",
                        "keep the file that counts",
                    )
                )
        twice = self.connection.execute("SELECT file, count(*) FROM superseded GROUP BY file ORDER BY file").fetchall()
        for file, rows in twice:
            name = self.received[file].name
            self.say(f"{name}: {rows:,} rows superseded by a later row or survey of the same household")

    def _counts(self, profiles: pd.DataFrame) -> pd.DataFrame:
        """What became of the rows of each file; nothing is lost, or the intake stops."""
        counts = self.connection.execute(sql_of("counts")).df().astype(dict.fromkeys((*ROWS, "invented"), "int64"))
        counts["system"] = [f.system for f in self.received]
        counted = profiles.groupby("system")["households"].sum()
        for number, system in enumerate(self.systems):
            kept = int(counts.loc[counts["system"] == system, "rows_kept"].sum())
            if kept != int(counted.get(number, 0)):
                raise RuntimeError(f"{system}: {kept} rows kept, {int(counted.get(number, 0))} counted")
        limit = self.policy.households.refused_share_stops
        for row in counts.itertuples():
            if row.rows_refused > limit * row.rows_in:
                file = self.received[row.file]
                why, column, rows = self._commonest_reason(row.file)
                raise InputError(
                    Problem(
                        file.shown,
                        f"{row.rows_refused:,} of {row.rows_in:,} rows that cannot be used, {rows:,} for: {why}",
                        f"at most {limit:.0%} (households.refused_share_stops in the policy)",
                        f"look at the column and at {mapping.FILE}",
                        column=column,
                    )
                )
        says = [files.origin(f).sample for f in self.received]
        invented = counts["invented"] > counts["rows_in"] / 2
        read = counts.assign(
            file=[f.name for f in self.received],
            encoding=[self.encodings.get(n, "") for n in range(len(self.received))],
            sample=np.array(says, dtype=bool) | invented.to_numpy(dtype=bool),
            problem=pd.Series([None] * len(self.received), dtype="str"),
        )
        return self._with_left_out(read[[n not in self.unread for n in range(len(self.received))]])

    def _with_left_out(self, read: pd.DataFrame) -> pd.DataFrame:
        """The files read, and those that the policy says to leave out."""
        unused = pd.DataFrame(self.left_out, columns=["file", "system", "problem"], dtype="str").assign(
            encoding="", sample=False, **dict.fromkeys(ROWS, 0)
        )
        tables = [table for table in (read, unused) if len(table)] or [unused]
        return pd.concat(tables, ignore_index=True)[list(FILE_COLUMNS)]

    def _commonest_reason(self, file: int) -> tuple[str, str, int]:
        reasons = self.connection.execute(
            'SELECT reason, "column", count(*) AS rows FROM (SELECT file, reason, "column" FROM not_used'
            " WHERE verdict = 'refused' UNION ALL SELECT file, 'cannot be read as a row', 'row' FROM rejects)"
            ' WHERE file = ? GROUP BY ALL ORDER BY rows DESC, reason, "column" LIMIT 1',
            [file],
        ).fetchall()
        return reasons[0] if reasons else ("no reason", "row", 0)

    def _agreement(self) -> pd.DataFrame:
        """For each two systems, households found in both; the smaller one is held, the larger read past it."""
        tables = [pd.DataFrame({"system": [], "other": [], "by_other": [], "district_code": []}, dtype="str")]
        sizes = dict(self.connection.execute("SELECT system, count(*) FROM kept GROUP BY system").fetchall())
        for i, one in enumerate(self.systems):
            for j, other in enumerate(self.systems[i + 1 :], start=i + 1):
                small, large = sorted((i, j), key=lambda n: sizes.get(n, 0))
                with telling(self.connection, self.say, f"comparing {one} with {other}"):
                    self.connection.execute(
                        "CREATE OR REPLACE TEMP TABLE other_kept AS"
                        " SELECT pseudonym, district_code, deprived <> 0 AS poor FROM kept WHERE system = $system",
                        {"system": small},
                    )
                    table = self.connection.execute(sql_of("agreement"), {"of": large}).df()
                tables.append(table.assign(system=self.systems[large], other=self.systems[small]))
        return pd.concat(tables, ignore_index=True)

    def _copy(self, sql: str, values: dict[str, Any], target: Path, *, sample: bool = False) -> None:
        says = ", KV_METADATA {sample: 'invented rows'}" if sample else ""
        self.connection.execute(
            f"COPY ({sql}) TO $target (FORMAT parquet, COMPRESSION snappy{says})",
            {**values, "target": str(target.resolve())},
        )

    def _table(self, name: str, table: pd.DataFrame) -> None:
        self.connection.register("given", table)
        self.connection.execute(f"CREATE TEMP TABLE {name} AS FROM given")
        self.connection.unregister("given")


def sql_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").rstrip().rstrip(";")
