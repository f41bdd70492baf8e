"""The archive of a workbook (.xlsx), checked before it is unpacked: its kind, its size, its parts.

Not here: the sheets in it (``sheets``), archives of tables (``archives``).
"""

import zipfile
from typing import IO

from pipeline.errors import InputError, Problem
from pipeline.reading.archives import open_archive

# A workbook of 1,048,576 rows and 20 columns unpacks to about 1 GB, at about ten times its packed size.
LARGEST_UNPACKED = 4 << 30
LARGEST_RATIO = 200
MOST_MEMBERS = 2000
# The beginning of old workbooks, and of new ones that are encrypted.
OLE = b"\xd0\xcf\x11\xe0"


def check_archive(stream: IO[bytes], file: str) -> None:
    """Check that a file is an archive of the size of a workbook, before it is unpacked.

    Args:
        stream: the file; it stays open.
        file: its name in messages.

    Raises:
        InputError: it is not an archive, or too large when unpacked.
    """
    stream.seek(0)
    if stream.read(len(OLE)) == OLE:
        found, fix = "a workbook with a password, or of the old kind (.xls)", "save it as .xlsx without a password"
        raise InputError(Problem(file, found, "an .xlsx file", fix))
    try:
        with open_archive(stream) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
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
