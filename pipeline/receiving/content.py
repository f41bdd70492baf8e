"""What a received file contains, by its first bytes; archives are measured before they are unpacked.

Here: kinds of files, the limits of archives, taking one file out of an archive. Not here: what the rows mean
(``reading``, ``sources``, ``households``).
"""

import codecs
import json
import os
import zipfile
from pathlib import Path

from pipeline.errors import InputError, Problem, shown_value
from pipeline.reading.archives import open_archive, unpacked

# What a file contains, by the end of its name.
CONTENT_OF = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".json": "json",
    ".geojson": "json",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".gpkg": "gpkg",
    ".zip": "zip",
}
MOST_MEMBERS = 2_000
# An archive of text seldom packs to less than a hundredth.
LARGEST_RATIO = 200
CHUNK = 1 << 20
START = 4096


def content_kind(path: Path) -> str:
    """Find what a file contains.

    Args:
        path: the file.

    Returns:
        A kind of ``CONTENT_OF``; ``html``, ``gzip``, ``empty`` or ``unknown`` for what is never expected.
    """
    with path.open("rb") as file:
        start = file.read(START)
    if not start.strip():
        return "empty"
    for magic, kind in ((b"PAR1", "parquet"), (b"SQLite format 3\0", "gpkg"), (b"\x1f\x8b", "gzip")):
        if start.startswith(magic):
            return kind
    if start.startswith(b"PK\x03\x04"):
        return "xlsx" if _is_workbook(path) else "zip"
    text = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<script", b"<!--", b"<body", b"<rss", b"<svg")):
        return "html"
    if text.startswith((b"{", b"[")):
        return "json"
    # UTF-8 and CP874 have no zero bytes.
    return "unknown" if b"\0" in start or start.startswith((b"%PDF", b"\xd0\xcf\x11\xe0")) else "csv"


def _is_workbook(path: Path) -> bool:
    try:
        with open_archive(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


WORDS = {
    "html": "a page of HTML or XML, such as a login page",
    "gzip": "a gzip archive",
    "empty": "nothing",
    "unknown": "content of no known kind",
    "csv": "delimited text",
    "json": "JSON",
    "zip": "a ZIP archive",
    "xlsx": "a workbook",
    "parquet": "a Parquet file",
    "gpkg": "a GeoPackage",
}


def check_content(path: Path, file: str, expected: str, largest_bytes: int) -> None:
    """Check that a file contains what is expected, and that an archive unpacks to a bounded size.

    Args:
        path: the file.
        file: its name in messages.
        expected: a kind of ``CONTENT_OF``.
        largest_bytes: the largest size of an archive when it is unpacked.

    Raises:
        InputError: it contains something else, is damaged, or would unpack to more.
    """
    found = content_kind(path)
    if found != expected:
        fix = "look at what the address gives in a browser, and correct address or content"
        raise InputError(Problem(file, WORDS[found], WORDS[expected], fix))
    if found in ("zip", "xlsx"):
        _check_archive(path, file, max(largest_bytes, 10 * path.stat().st_size) if found == "xlsx" else largest_bytes)
    if found == "json":
        _check_json(path, file)


def _check_json(path: Path, file: str) -> None:
    """Refuse JSON that is cut off, or that reports an error in place of an answer, as Overpass servers do."""
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        fix = "fetch it again"
        raise InputError(Problem(file, "JSON that is cut off or damaged", "complete JSON", fix)) from None
    remark = value.get("remark") if isinstance(value, dict) else None
    if isinstance(remark, str) and "error" in remark.lower():
        fix = "try later, or ask for less"
        raise InputError(Problem(file, f"an answer with the remark {shown_value(remark)}", "a complete answer", fix))


def _check_archive(path: Path, file: str, largest_bytes: int) -> None:
    try:
        with open_archive(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        fix = "fetch or send it again"
        raise InputError(Problem(file, "an archive that is cut off or damaged", "a complete archive", fix)) from None
    unpacked = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if (
        len(members) > MOST_MEMBERS
        or unpacked > largest_bytes
        or (unpacked > 10 * CHUNK and unpacked / packed > LARGEST_RATIO)
    ):
        found = f"an archive of {len(members):,} files that unpacks to {unpacked / 1e6:,.1f} MB"
        expected = f"at most {MOST_MEMBERS:,} files and {largest_bytes / 1e6:,.1f} MB, {LARGEST_RATIO} times its size"
        raise InputError(Problem(file, found, expected, "raise largest_mb if the file is right"))


def take_member(path: Path, file: str, member: str, target: Path, largest_bytes: int) -> None:
    """Take one file out of a ZIP archive.

    Args:
        path: the archive, which ``check_content`` has accepted.
        file: its name in messages.
        member: the path of the file in the archive, or its name if only one file has it.
        target: the file to write.
        largest_bytes: its largest size.

    Raises:
        InputError: there is no such file, there are several, or it cannot be unpacked.
    """
    try:
        with open_archive(path) as archive:
            names = [info for info in archive.infolist() if not info.is_dir()]
            found = [info for info in names if member in (info.filename, info.filename.rpartition("/")[2])]
            if len(found) != 1:
                here = ", ".join(shown_value(info.filename) for info in names[:8])
                problem = f"{len(found)} files {shown_value(member)} in the archive (it has {here})"
                raise InputError(Problem(file, problem, "exactly one", "correct member in the table of sources"))
            with target.open("wb") as out:
                written = 0
                for chunk in unpacked(archive, found[0]):
                    written += len(chunk)
                    if written > largest_bytes:
                        problem = f"{member} of more than {largest_bytes / 1e6:,.1f} MB"
                        fix = "raise largest_mb if the file is right"
                        raise InputError(Problem(file, problem, "a smaller file", fix))
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
    except zipfile.BadZipFile:
        found_, fix = f"{member} cannot be unpacked", "fetch it again; archives with a password are not read"
        raise InputError(Problem(file, found_, "a complete archive without a password", fix)) from None
