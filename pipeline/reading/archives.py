"""Zip archives: opening and unpacking, whatever is wrong with them; archives of tables, within limits.

Here: one error for every kind of damage, the members of an archive of tables and their bytes. Not here: what a member
must be (``sources``), the limits for boundaries (``vector_files``) and for what is received (``content``).
"""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from pipeline.errors import InputError, Problem
from pipeline.leftovers import is_leftover, is_note

ARCHIVE = ".zip"
MOST_MEMBERS = 20_000
LARGEST_UNPACKED = 500_000_000
CHUNK = 1 << 20
# What the standard library raises for archives that are damaged, have a password or are packed in an unknown way.
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


@contextmanager
def open_archive(source: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive.

    Args:
        source: the file; an open one stays open.

    Yields:
        The archive, whose list of members was read.

    Raises:
        zipfile.BadZipFile: it is no zip archive, or is damaged.
    """
    try:
        archive = zipfile.ZipFile(source)
    except FAULTS as error:
        raise zipfile.BadZipFile(str(error)) from None
    with archive:
        if not all(member.filename for member in archive.infolist()):
            raise zipfile.BadZipFile("a file without a name")
        yield archive


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a member piece by piece.

    Args:
        archive: as ``open_archive`` opens it.
        member: one of its members.

    Yields:
        Pieces of at most ``CHUNK`` bytes.

    Raises:
        zipfile.BadZipFile: it is damaged, has a password, is packed in an unknown way, or is larger than the archive
            states.
    """
    size = 0
    try:
        with archive.open(member) as packed:
            while chunk := packed.read(CHUNK):
                size += len(chunk)
                if size > member.file_size:
                    raise zipfile.BadZipFile("a file larger than stated")
                yield chunk
    except GeneratorExit:
        raise
    except FAULTS as error:
        raise zipfile.BadZipFile(str(error)) from None


def members(content: bytes, shown: str) -> Iterator[tuple[str, bytes]]:
    """Read each file of an archive but leftovers and notes.

    Args:
        content: all bytes of the archive.
        shown: the archive, as messages show it.

    Yields:
        The path of each member and its bytes, in the order of paths.

    Raises:
        InputError: it is no zip archive, has a password, is empty, or is too large when unpacked.
    """
    try:
        with open_archive(io.BytesIO(content)) as archive:
            found = [m for m in archive.infolist() if not m.is_dir() and _is_input(PurePosixPath(m.filename))]
            size = sum(m.file_size for m in found)
            if len(found) > MOST_MEMBERS or size > LARGEST_UNPACKED:
                said = f"an archive of {len(found):,} files that unpacks to {size / 1e6:,.0f} MB"
                expected = f"at most {MOST_MEMBERS:,} files and {LARGEST_UNPACKED / 1e6:,.0f} MB"
                raise InputError(Problem(shown, said, expected, "put the files themselves here"))
            if not found:
                raise InputError(Problem(shown, "an empty archive", "an archive of tables", "copy or save it again"))
            for member in sorted(found, key=lambda m: m.filename):
                yield member.filename, b"".join(unpacked(archive, member))
    except zipfile.BadZipFile as error:
        said = f"an archive that cannot be read ({' '.join(str(error).split())[:60]})"
        raise InputError(Problem(shown, said, "a zip archive without a password", "copy or save it again")) from None


def only_member(content: bytes, shown: str, endings: tuple[str, ...]) -> tuple[str, bytes]:
    """Read the one table of an archive.

    Args:
        content: all bytes of the archive.
        shown: the archive, as messages show it.
        endings: how the name of a table ends.

    Returns:
        The path of the member and its bytes.

    Raises:
        InputError: the archive cannot be read (see ``members``), or has no table or several.
    """
    tables = [(name, data) for name, data in members(content, shown) if name.lower().endswith(endings)]
    if len(tables) != 1:
        found = f"an archive with {len(tables):,} tables"
        expected, fix = f"one table ({', '.join(endings)})", "put the right table here without the archive"
        raise InputError(Problem(shown, found, expected, fix))
    return tables[0]


def _is_input(member: PurePosixPath) -> bool:
    return not is_leftover(member) and not is_note(member)
