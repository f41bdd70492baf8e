"""Searches for what must never be published, in every layer of a file: archives, tables, databases, packed text.

A text is searched for in UTF-8 and UTF-16, as JSON and Python escape it, with Thai digits, and with separated digits.
"""

import base64
import gzip
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

THAI = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
SEPARATORS = re.compile(r"(?<=[0-9])[-–. \u00a0\u200b]+(?=[0-9])")


def layers(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and of what is packed in it."""
    content = path.read_bytes()
    yield path.name, content
    if content[:4] == b"PAR1":
        table = pq.read_table(path)
        for name in table.column_names:
            if str(table.schema.field(name).type) not in ("binary", "large_binary"):
                yield f"{path.name}: {name}", "\n".join(map(str, table[name].to_pylist())).encode()
            elif name == "bytes":  # the files of an asset
                for file, inner in zip(table["file"].to_pylist(), table["bytes"].to_pylist(), strict=True):
                    yield from _unpacked(f"{path.name}: {file}", inner)
    elif content[:15] == b"SQLite format 3":
        yield f"{path.name}: cells", _cells_of_sqlite(path)
    elif content[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as catalogue:
            for (name,) in catalogue.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                yield f"{path.name}: {name}", str(catalogue.table(name).fetchall()).encode()
    else:
        yield from list(_unpacked(path.name, content))[1:]


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield f"{name}: {member}", archive.read(member)
    elif content[:2] == b"\x1f\x8b":
        yield f"{name}: unpacked", gzip.decompress(content)
    elif content[:9].lower() == b"<!doctype":
        for i, text in enumerate(re.findall(rb">([A-Za-z0-9+/=]{40,})<", content)):
            try:
                yield f"{name}: packed {i}", zlib.decompress(base64.b64decode(text))
            except (ValueError, zlib.error):
                continue


def _cells_of_sqlite(path: Path) -> bytes:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        names = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        cells = [str(row) for n in names for row in database.execute(f'SELECT * FROM "{n}"')]
    database.close()
    return "\n".join(cells).encode()


def ids_in(content: bytes, prefix: str, ids: set[str]) -> set[str]:
    """Which of the 13-digit ``ids``, all of which begin with ``prefix``, occur in some bytes, in any notation."""
    found: set[str] = set()
    wide = content.count(b"\0") + content.count(b"\x0e") > len(content) // 5  # half of UTF-16, in English or Thai
    for encoding in ("utf-8", "utf-16-le", "utf-16-be") if wide else ("utf-8",):
        text = content.decode(encoding, errors="ignore")
        if "\\u0e5" in text:
            text = re.sub(r"\\u(0e5[0-9])", lambda m: chr(int(m[1], 16)), text)
        text = SEPARATORS.sub("", text.translate(THAI))
        found |= {m[1] for m in re.finditer(rf"(?=({prefix}[0-9]{{{13 - len(prefix)}}}))", text)} & ids
    return found


def forms(word: str) -> set[bytes]:
    """The byte sequences as which a text may occur in a file."""
    return {
        word.encode(),
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        word.encode("ascii", "backslashreplace"),
        word.encode("unicode_escape"),
        base64.b64encode(word.encode()),
        word.encode("cp874", "ignore") or b"\0" * 9,
    }


def numbers_in(path: Path) -> set[float]:
    """Every number in a Parquet table."""
    found: set[float] = set()
    if path.suffix == ".parquet":
        for column in pq.read_table(path).columns:
            if str(column.type) in ("double", "float"):
                values = column.to_numpy()
                found |= set(np.round(values[~np.isnan(values)], 6).tolist())
    return found
