"""Household files as received: found, looked at before they are read, and opened for DuckDB as columns of text.

Here: which files there are, delimiters, headers, limits. Not here: how text is encoded (``encodings``), archives
(``workbook``), what a cell must be (``sql/stage.sql``). No cell is ever shown: an error names file, line or column,
never a value of a household.
"""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.households.mapping import COLUMNS, FILE, Mapping
from pipeline.households.workbook import unpack_workbook
from pipeline.reading.encodings import look_through, transcode
from pipeline.reading.table import INVISIBLE, SIDECAR, Origin, origin_of

FOLDER = "households"
READERS = (".csv", ".txt", ".tsv", ".parquet", ".xlsx")
NOT_ROWS = {FILE, SIDECAR, "README.md"}
DELIMITERS = ",;\t"
LONGEST_HEADER = 1 << 16

Say = Callable[[str], None]


@dataclass(frozen=True)
class HouseholdFile:
    """One file of household rows: the system it comes from, its path, and its name in every table and message."""

    system: str
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        return f"{FOLDER}/{self.system}/{self.path.name}"

    @property
    def shown(self) -> str:
        return shown_path(self.path)


@dataclass(frozen=True)
class Opened:
    """A file ready to be read: its rows as a relation of text columns under our names, all of them.

    Of a text file, ``rejects`` is the table of its unreadable lines, ``lines`` how many lines of rows it has, ``empty``
    the numbers of its empty lines.
    """

    rows: duckdb.DuckDBPyRelation
    encoding: str
    rejects: str | None = None
    lines: int = 0
    empty: tuple[int, ...] = ()


def found(raw: Path) -> tuple[list[HouseholdFile], list[tuple[str, str, Problem]]]:
    """Every file under ``households/<system>/`` by name, and system, name and problem of each that cannot be one.

    Hidden files, notes and sidecars are neither. A folder whose name cannot be a system's raises ``InputError``, as
    does a name that holds a citizen id: names stand in logs and in what is published.
    """
    folder = raw / FOLDER
    files: list[HouseholdFile] = []
    problems: list[tuple[str, str, Problem]] = []
    for system in sorted(p for p in folder.glob("*") if p.is_dir() and not p.name.startswith(".")):
        if system.is_symlink():
            raise InputError(Problem(shown_path(system), "a link", "a folder", "put the folder itself here"))
        if not re.fullmatch(r"[a-z][a-z0-9_]*", system.name):
            raise InputError(
                Problem(
                    shown_path(system),
                    "this name",
                    "a system's name in small letters, such as tpmap",
                    "rename the folder",
                )
            )
        for path in sorted(system.rglob("*")):
            if (told := without_ids(path.name)) != path.name:
                raise InputError(
                    Problem(
                        f"{shown_path(system)}/{told}",
                        "a name that holds a citizen id (hidden here)",
                        "a name that tells of nobody, since names are published",
                        "rename the file",
                    )
                )
        first: dict[str, str] = {}
        for path in sorted(system.iterdir()):
            if path.name in NOT_ROWS or path.name.startswith((".", "~$")):
                continue
            words = _why_not(path)
            if words is None:
                file = HouseholdFile(system.name, path, sha256_of(path))
                same = first.setdefault(file.sha256, path.name)
                if same == path.name:
                    files.append(file)
                    continue
                words = f"the same bytes as {same}", "each file once", "remove one of the two"
            problems.append((system.name, path.name, Problem(shown_path(path), *words)))
    return files, problems


def without_ids(name: str) -> str:
    """A name in which no citizen id can be read: 13 digits, Western or Thai, together or apart, the last a check digit.

    The check digit is that of the Department of Provincial Administration: weights 13 to 2, modulo 11.

    >>> without_ids("house 1-1017-00203-45-0.csv"), without_ids("๑๑๐๑๗๐๐๒๐๓๔๕๐.csv")
    ('house #.csv', '#.csv')
    >>> without_ids("1101700203451 2565-11-24 10.30.csv")  # the check digit would be 0
    '1101700203451 2565-11-24 10.30.csv'
    """

    def hidden(found: re.Match[str]) -> str:
        digits = [int(c) for c in found[0] if c.isdecimal()]
        weighted = sum(weight * digit for weight, digit in zip(range(13, 1, -1), digits[:12], strict=True))
        check = (11 - weighted % 11) % 10
        return "#" if check == digits[12] else found[0]

    return re.sub(r"(?<!\d)\d(?:[-–. _]?\d){12}(?!\d)", hidden, name)


def _why_not(path: Path) -> tuple[str, str, str] | None:
    if path.is_symlink() or not path.is_file():
        return "a link or a folder", "a file", "put the file itself here"
    if path.suffix.lower() not in READERS:
        return f"a file of the kind '{path.suffix}'", f"one of {', '.join(READERS)}", "export it again, or move it away"
    if not os.access(path, os.R_OK):
        return "a file that may not be read", "a file whose reader you are", "give yourself the right to read it"
    return None


def origin(file: HouseholdFile) -> Origin:
    """Where a file comes from: its sidecar, if it has one, else that it was received under agreement."""
    if (file.path.parent / SIDECAR).is_file():
        says = origin_of(file.path, file.sha256)
        return replace(says, file=file.name)
    return Origin(
        file=file.name,
        sha256=file.sha256,
        title_th=f"ข้อมูลรายครัวเรือน {file.system}",
        title_en=f"Household rows, {file.system}",
        source=f"household rows of {file.system}, received without a statement of their source",
        address="",
        licence="under agreement, not for publication",
        received="",
        source_th=f"ข้อมูลรายครัวเรือน {file.system} ที่ได้รับโดยไม่มีคำชี้แจงที่มา",
    )


def opened(
    file: HouseholdFile, number: int, mapping: Mapping, aside: Path, connection: duckdb.DuckDBPyConnection, say: Say
) -> Opened:
    """The file's rows for DuckDB; ``aside`` is a private folder for what must be unpacked or transcoded first.

    Raises ``InputError`` where the file cannot be what its name says, or lacks a mapped column.
    """
    suffix = file.path.suffix.lower()
    if file.path.stat().st_size == 0:
        raise InputError(Problem(file.shown, "0 bytes", "rows", "export it again, or remove it"))
    with file.path.open("rb") as stream:
        start = stream.read(8)
    kind = "parquet" if start[:4] == b"PAR1" else "xlsx" if start[:2] == b"PK" else "text"
    if kind != {".parquet": "parquet", ".xlsx": "xlsx"}.get(suffix, "text"):
        what = {"parquet": "a Parquet file", "xlsx": "a ZIP archive", "text": "neither Parquet nor a workbook"}[kind]
        raise InputError(Problem(file.shown, what, f"a {suffix} file", "give it the right ending, or export it again"))
    if kind == "text":
        return _text(file, number, mapping, aside, connection, say)
    path = file.path
    if kind == "xlsx":
        path = aside / f"{number}.parquet"
        unpack_workbook(file.path, file.shown, mapping.columns.values(), path, say)
    return Opened(_parquet(file, path, mapping, connection), kind)


def _parquet(
    file: HouseholdFile, path: Path, mapping: Mapping, connection: duckdb.DuckDBPyConnection
) -> duckdb.DuckDBPyRelation:
    try:
        names, rows = pq.read_schema(path).names, pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError, ValueError):  # a footer cut off, changed, with names that are no UTF-8
        raise InputError(
            Problem(file.shown, "a Parquet file without a whole footer", "a whole file", "copy or export it again")
        ) from None
    if not rows:
        raise InputError(Problem(file.shown, "no rows", "rows", "export it again, or remove it"))
    _check_header(names, mapping, file.shown)
    lower = [name.casefold() for name in names]
    if alike := [name for name in names if lower.count(name.casefold()) > 1 and name in mapping.columns.values()]:
        raise InputError(
            Problem(
                file.shown, f"columns that differ from {shown_value(alike[0])} in capitals only", "one", "rename it"
            )
        )
    return _ours(connection.read_parquet(_literal(path)), {name: name for name in names}, mapping)


def _literal(path: Path) -> str:
    """A path that DuckDB takes as it stands: in its names ``*``, ``?`` and ``[`` would stand for others.

    Where nothing fits a path with such characters, DuckDB takes it as it stands; so one whose folder has them is left
    alone, since the folders it may read are known by their plain names.

    >>> _literal(Path("/x/a[1].csv")), _literal(Path("/x [1]/a[1].csv"))
    ('/x/a[[]1].csv', '/x [1]/a[1].csv')
    """
    whole = path.resolve()
    if re.search(r"[*?\[]", str(whole.parent)):
        return str(whole)
    return str(whole.with_name(re.sub(r"([*?\[])", r"[\1]", whole.name)))


def _ours(rows: duckdb.DuckDBPyRelation, column_of: dict[str, str], mapping: Mapping) -> duckdb.DuckDBPyRelation:
    """All our columns as text, in order; a column the file lacks holds nothing."""
    cells = []
    for ours in COLUMNS:
        theirs = mapping.columns.get(ours)
        cell = duckdb.ColumnExpression(column_of[theirs]) if theirs in column_of else duckdb.ConstantExpression(None)
        cells.append(cell.cast("VARCHAR").alias(ours))
    return rows.project(*cells)


def _check_header(header: list[str], mapping: Mapping, file: str) -> None:
    """Each mapped column must be there, once. Without a mapping file only what every row needs must."""
    twice = sorted({name for name in header if header.count(name) > 1 and name in mapping.columns.values()})
    if twice:
        raise InputError(Problem(file, f"column {shown_value(twice[0])} twice", "each once", "remove one", line=1))
    needed = mapping.needed(header)
    if missing := [name for name in needed if name not in header]:
        raise InputError(
            Problem(
                file,
                f"no column {', '.join(map(shown_value, missing[:5]))}",
                f"what {mapping.file} names" if Path(mapping.file).is_file() else f"our own names, or {FILE}",
                f"correct {mapping.file}, or export the file again",
                line=1,
            )
        )


def _text(
    file: HouseholdFile, number: int, mapping: Mapping, aside: Path, connection: duckdb.DuckDBPyConnection, say: Say
) -> Opened:
    """A delimited text file: looked through once for its encoding, then read with fixed columns, nothing guessed."""
    seen = look_through(file.path, file.shown)
    path = file.path
    if seen.encoding == "cp874":
        path = aside / f"{number}.csv"
        say(f"{file.name}: CP874, written again as UTF-8")
        transcode(file.path, path, file.shown)
    with path.open("rb") as stream:
        top = stream.read(LONGEST_HEADER).decode("utf-8-sig", errors="ignore")
    delimiter, header = header_of(top, mapping, file.shown)
    if seen.newlines == 0 or seen.lines <= 1:
        raise InputError(Problem(file.shown, "a header and no rows", "rows", "export it again, or remove it"))
    rejects = f"rejects_{number}"
    rows = connection.read_csv(
        _literal(path),
        header=True,
        sep=delimiter,
        quotechar='"',
        escapechar='"',
        columns={f"c{i}": "VARCHAR" for i in range(len(header))},
        auto_detect=False,
        strict_mode=True,
        store_rejects=True,
        rejects_table=rejects,
        rejects_scan=f"{rejects}_scan",
        rejects_limit=0,
    )
    return Opened(
        _ours(rows, {name: f"c{i}" for i, name in enumerate(header)}, mapping),
        seen.encoding,
        rejects,
        seen.lines - 1,
        tuple(seen.empty),
    )


def header_of(top: str, mapping: Mapping, file: str) -> tuple[str, list[str]]:
    """The delimiter with which the header has the mapped columns, and the header.

    >>> header_of("a;b,c\\n1;2\\n", Mapping({"members": "a"}), "x.csv")
    (';', ['a', 'b,c'])
    """
    best: tuple[int, str, list[str]] = (-1, ",", [])
    for delimiter in DELIMITERS:
        try:
            header = next(csv.reader(io.StringIO(top, newline=""), delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        header = [cell.translate(INVISIBLE).strip() for cell in header]
        hits = len(set(header) & set(mapping.columns.values()))
        if hits > best[0]:
            best = hits, delimiter, header
    _check_header(best[2], mapping, file)
    return best[1], best[2]


@contextmanager
def in_our_words(file: HouseholdFile) -> Iterator[None]:
    """Where DuckDB stops in the middle of a file: ``InputError``, never its own words, which may hold a line of it."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise InputError(
            Problem(file.shown, "more than the memory and the disk hold", "room to spill", "free space on the disk")
        ) from None
    except duckdb.Error as error:
        kind = type(error).__name__.removesuffix("Exception")
        raise InputError(
            Problem(
                file.shown,
                f"rows that cannot be told apart ({kind})",
                "a whole file, all lines ended alike",
                "export it again as 'CSV UTF-8' or Parquet",
            )
        ) from None
