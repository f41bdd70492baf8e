"""Zip archives of tables: their members, within limits.

Here: which members there are, and their bytes. Not here: what a member must be (``sources``), archives of boundaries
(``vector_files``), archives that are received (``content``).
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from pipeline.errors import InputError, Problem
from pipeline.leftovers import is_leftover, is_note

ARCHIVE = ".zip"
MOST_MEMBERS = 20_000
LARGEST_UNPACKED = 500_000_000


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
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [m for m in archive.infolist() if not m.is_dir() and _is_input(PurePosixPath(m.filename))]
            size = sum(m.file_size for m in found)
            if len(found) > MOST_MEMBERS or size > LARGEST_UNPACKED:
                said = f"an archive of {len(found):,} files that unpacks to {size / 1e6:,.0f} MB"
                expected = f"at most {MOST_MEMBERS:,} files and {LARGEST_UNPACKED / 1e6:,.0f} MB"
                raise InputError(Problem(shown, said, expected, "put the files themselves here"))
            if not found:
                raise InputError(Problem(shown, "an empty archive", "an archive of tables", "copy or save it again"))
            for member in sorted(found, key=lambda m: m.filename):
                yield member.filename, archive.read(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
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
