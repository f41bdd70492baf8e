"""Workbooks of household rows: checked before they are unpacked, then written row by row to a Parquet file of text.

Here: .xlsx, its limits and its one sheet. Not here: what a cell must be (``sql/stage.sql``). openpyxl reads with
defusedxml, which follows no entity; macros and links to other files are not read.
"""

import warnings
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputError, Problem
from pipeline.households.mapping import FILE
from pipeline.households.progress import Log

# A workbook of 1,048,576 rows and 20 columns unpacks to about 1 GB, at about ten times its packed size.
LARGEST_UNPACKED = 4 << 30
LARGEST_RATIO = 200
MOST_MEMBERS = 2000
BATCH = 20_000


def unpack_workbook(path: Path, file: str, wanted: Collection[str], target: Path, log: Log) -> list[str]:
    """Write columns of the only sheet with rows, as text, to a Parquet file.

    Args:
        path: the workbook.
        file: its name in messages.
        wanted: the columns to write, by their names in the header; others are skipped.
        target: the Parquet file to write.
        log: takes lines on the progress.

    Returns:
        The names of all columns of the sheet.

    Raises:
        InputError: the archive is not a workbook, is too large when unpacked, or has rows on more than one sheet.
        RuntimeError: openpyxl is set to read without defusedxml.
    """
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("openpyxl would follow entities without defusedxml; unset OPENPYXL_DEFUSEDXML")
    _check_archive(path, file)
    # Warnings and errors of openpyxl must not be shown: they contain cells.
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            return _unpack_sheet(file, book, wanted, target, log)
        except InputError:
            raise
        except Exception as error:  # openpyxl raises many kinds of error for a broken workbook
            cause = error.__cause__ or error.__context__ or error
            raise InputError(
                Problem(
                    file, f"a workbook that cannot be read ({type(cause).__name__})", "an .xlsx file", "save it again"
                )
            ) from None


def _unpack_sheet(file: str, book: Any, wanted: Collection[str], target: Path, log: Log) -> list[str]:
    sheets = [sheet for sheet in book.worksheets if next(sheet.iter_rows(max_row=1, values_only=True), None)]
    if len(sheets) != 1:
        raise InputError(
            Problem(file, f"{len(sheets)} sheets with rows", "rows on one sheet", "save each sheet as a file")
        )
    rows = sheets[0].iter_rows(values_only=True)
    header = [_cell(name) or "" for name in next(rows)]
    while header and not header[-1]:
        header.pop()
    if len(set(header)) != len(header) or "" in header:
        raise InputError(
            Problem(
                file,
                "a column without a name, or two columns of one name",
                "a header",
                "give each column a name of its own",
                line=1,
            )
        )
    used = {i: name for i, name in enumerate(header) if name in wanted}
    if not used:
        expected = f"the mapped columns {', '.join(wanted)}"
        raise InputError(Problem(file, "no column that is mapped", expected, f"correct the header or {FILE}", line=1))
    schema = pa.schema([(name, pa.string()) for name in used.values()])
    with pq.ParquetWriter(target, schema) as out:
        for count, batch in enumerate(_batches(rows, list(used)), start=1):
            out.write_table(pa.table(batch, schema=schema))
            if count % 10 == 0:
                log(f"{file}: {count * BATCH:,} rows unpacked")
    return header


def _check_archive(path: Path, file: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise InputError(Problem(file, "a broken archive", "an .xlsx file", "copy or save it again")) from None
    unpacked = sum(m.file_size for m in members)
    packed = max(1, sum(m.compress_size for m in members))
    odd = [m for m in members if m.filename.startswith("/") or ".." in m.filename.split("/")]
    if (
        len(members) > MOST_MEMBERS
        or unpacked > LARGEST_UNPACKED
        or odd
        or (unpacked > 100 << 20 and unpacked / packed > LARGEST_RATIO)
    ):
        raise InputError(
            Problem(
                file,
                f"an archive of {len(members)} parts that unpacks to {unpacked / 1e6:,.0f} MB,"
                f" {unpacked / packed:,.0f} times its size",
                f"a workbook of at most {LARGEST_UNPACKED / 1e6:,.0f} MB, {LARGEST_RATIO} times its size",
                "save the rows as CSV UTF-8 or Parquet",
            )
        )


def _batches(rows: Iterator[tuple[Any, ...]], positions: list[int]) -> Iterator[list[list[str | None]]]:
    """Yield the cells at some positions of each row as text, ``BATCH`` rows at a time; leave out empty last rows."""
    columns: list[list[str | None]] = [[] for _ in positions]
    empty = 0
    for row in rows:
        if all(cell is None for cell in row):
            empty += 1
            continue
        for i, column in zip(positions, columns, strict=True):
            column.extend([None] * empty)
            column.append(_cell(row[i]) if i < len(row) else None)
        empty = 0
        if len(columns[0]) >= BATCH:
            yield columns
            columns = [[] for _ in positions]
    if columns and columns[0]:
        yield columns


def _cell(value: Any) -> str | None:
    """Return a cell as text; a whole number without the ``.0`` with which a spreadsheet stores it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
