"""Comma-separated files that are not quite that, through every reader: accepted, or refused with one line."""

import csv
import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.reading.file_content import LARGEST_BYTES
from tests.bad_files.readers import READERS, Reader, plain_of, refused

Change = Callable[[bytes], bytes]


def header(change: Change) -> Change:
    """A change of the first line."""

    def of(content: bytes) -> bytes:
        first, rest = content.split(b"\n", 1)
        return change(first) + b"\n" + rest

    return of


def row(change: Change) -> Change:
    """A change of the second line."""

    def of(content: bytes) -> bytes:
        first, second, rest = content.split(b"\n", 2)
        return b"\n".join((first, change(second), rest))

    return of


def written_again(change: Callable[[list[str]], list[str]] = list, **form: Any) -> Change:
    """The same table written in another form, each row after a change."""

    def of(content: bytes) -> bytes:
        target = io.StringIO(newline="")
        rows = csv.reader(io.StringIO(content.decode(), newline=""))
        csv.writer(target, **{"lineterminator": "\n", **form}).writerows(change(row) for row in rows)
        return target.getvalue().encode()

    return of


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("table.csv", content)
    return target.getvalue()


ACCEPTED: dict[str, Change] = {
    "a byte order mark": lambda b: b"\xef\xbb\xbf" + b,
    "two byte order marks": lambda b: b"\xef\xbb\xbf" * 2 + b,
    "lines of Windows": lambda b: b.replace(b"\n", b"\r\n"),
    "lines of old Macintosh": lambda b: b.replace(b"\n", b"\r"),
    "empty lines between and at the end": lambda b: b.replace(b"\n", b"\n\n", 3) + b"\n\n",
    "lines of empty cells": lambda b: (
        b.replace(b"\n", b"\n" + b"," * b.split(b"\n")[0].count(b",") + b"\n", 3) + b",,\n"
    ),
    "lines of spaces and quotation marks": lambda b: b.replace(b"\n", b'\n" ",""\n\xe2\x80\x8b,\n', 2),
    "a line break in the header": header(lambda h: b'"' + h.split(b",")[0] + b'\n"' + h[len(h.split(b",")[0]) :]),
    "a line break in a cell": written_again(change=lambda row: [*row, "a\nb"]),
    "no line end at the end": lambda b: b.rstrip(b"\n"),
    "every header quoted": header(lambda h: b",".join(b'"' + name + b'"' for name in h.split(b","))),
    "zero-width space in the header": header(lambda h: h.replace(b",", "\u200b,".encode(), 1)),
    "no-break space after the last header": header(lambda h: h + "\u00a0".encode()),
    "CP874": lambda b: b.decode().encode("cp874"),
    "semicolons": written_again(delimiter=";"),
    "tabs": written_again(delimiter="\t"),
    "bars": written_again(delimiter="|"),
    "semicolons, lines of Windows and CP874": lambda b: (
        written_again(delimiter=";", lineterminator="\r\n")(b).decode().encode("cp874")
    ),
    "every field quoted": written_again(quoting=csv.QUOTE_ALL),
    "columns the other way round": written_again(change=lambda row: row[::-1]),
    "more columns": written_again(change=lambda row: ["more", *row, ""]),
}
NOT_UTF8 = ["UTF-8", "CP874", "CSV UTF-8"]
NUL = ["a NUL byte", "CSV UTF-8"]
REFUSED: dict[str, tuple[Change, list[str]]] = {
    "CP874 in one row of UTF-8": (row(lambda r: "ตำบล".encode() + "อำเภอ".encode("cp874") + r), ["line 2", *NOT_UTF8]),
    "CP874 below a byte order mark": (
        lambda b: b"\xef\xbb\xbf" + row(lambda r: "อำเภอ".encode("cp874") + r)(b),
        ["line 2", "byte order mark", "CSV UTF-8"],
    ),
    "a column of TIS-620 in the header alone": (header(lambda h: h + ",ตำบล".encode("tis-620")), []),
    "Latin-1": (row(lambda r: b"caf\xe9" + r), ["line 2", *NOT_UTF8]),
    "a letter cut in two at the end": (lambda b: b + "ตำบลก".encode()[:-1], []),
    "an overlong slash": (row(lambda r: "ตำบล".encode() + b"\xc0\xaf" + r), ["line 2", *NOT_UTF8]),
    "a surrogate": (row(lambda r: b"\xed\xa0\x80" + r), ["line 2", *NOT_UTF8]),
    "UTF-16 with its mark": (lambda b: b.decode().encode("utf-16"), ["UTF-16", "CSV UTF-8"]),
    "UTF-16 without": (lambda b: b.decode().encode("utf-16-be"), NUL),
    "UTF-32": (lambda b: b.decode().encode("utf-32"), ["UTF-16", "CSV UTF-8"]),
    "a NUL": (row(lambda r: r[:2] + b"\0" + r[2:]), NUL),
    "circumflexes": (lambda b: b.replace(b",", b"^"), ["line 1", "no column"]),
    "semicolons in the header only": (header(lambda h: h.replace(b",", b";")), ["fields, as in the header"]),
    "two delimiters": (header(lambda h: h.replace(b",", b";", 1)), ["line 1"]),
    "no header": (lambda b: b.split(b"\n", 1)[1], ["line 1", "no column"]),
    "an empty first line": (lambda b: b"\n" + b, ["line 1", "no column"]),
    "a title above the header": (lambda b: "ตารางที่ ๑\n".encode() + b, ["line 1", "no column"]),
    "a column without a name": (header(lambda h: h.rsplit(b",", 1)[0] + b","), ["line 1", "no column"]),
    "a column too many": (header(lambda h: h + b",more"), ["line 2", "fields, as in the header"]),
    "a column twice": (header(lambda h: h + b"," + h.split(b",")[0]), ["line 1", "twice", "keep one"]),
    "names of columns the other way round": (header(lambda h: b",".join(h.split(b",")[::-1])), []),
    "capitals": (header(bytes.upper), ["line 1", "no column"]),
    "thousands of columns": (header(lambda h: h + b",x" * 5000), ["line 2", "fields, as in the header"]),
    "a row too long": (row(lambda r: r + b",1,2"), ["line 2", "fields, as in the header"]),
    "a row too short": (row(lambda r: r.split(b",")[0]), ["line 2", "1 fields"]),
    "a quotation mark that is never closed": (row(lambda r: b'"' + r), ["quotation marks"]),
    "text after a quotation mark": (row(lambda r: b'"a"b' + r[1:]), ["line 2", "quotation marks"]),
    "a cell of ten megabytes": (row(lambda r: b"x" * 10_000_000 + r), ["line 2", "a cell of more than"]),
    "a row that is its own header": (lambda b: b + b.split(b"\n")[0] + b"\n", ["found "]),
    "nothing at all": (lambda _: b"", ["line 1", "no column"]),
    "spaces only": (lambda _: b"   \n  \n", ["line 1", "no column"]),
    "an error page": (lambda _: b"<!DOCTYPE html><html><body>503</body></html>", ["line 1", "no column"]),
    "JSON": (lambda _: b'[{"district_code": "1001"}]', ["line 1", "no column"]),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", NUL),
    "gzip": (lambda b: gzip.compress(b, mtime=0), ["a NUL byte"]),
    "a ZIP archive": (zipped, ["a NUL byte"]),
    "a Parquet file": (lambda _: b"PAR1\x15\x04\x15\x00PAR1", NUL),
}


@pytest.mark.parametrize("fault", ACCEPTED)
@pytest.mark.parametrize("name", READERS)
def test_accepted(name: str, fault: str, tmp_path: Path) -> None:
    reader = READERS[name]
    file = reader.copied(tmp_path)
    plain = plain_of(name)
    file.write_bytes(ACCEPTED[fault](file.read_bytes()))
    received = reader.read(file.parent)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain)
    assert received.repaired == ()


@pytest.mark.parametrize("fault", REFUSED)
@pytest.mark.parametrize("name", READERS)
def test_refused(name: str, fault: str, tmp_path: Path) -> None:
    reader = READERS[name]
    file = reader.copied(tmp_path)
    change, parts = REFUSED[fault]
    file.write_bytes(change(file.read_bytes()))
    refused(lambda: reader.read(file.parent), reader.file, *parts)


def a_folder(file: Path) -> None:
    file.mkdir()


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def a_dead_link(file: Path) -> None:
    file.symlink_to("nowhere.csv")


def a_link_to_itself(file: Path) -> None:
    file.symlink_to(file.name)


def far_too_large(file: Path) -> None:
    with file.open("wb") as out:
        out.truncate(LARGEST_BYTES + 1)


PLACES = {
    "a folder": (a_folder, ["no such file"]),
    "a pipe": (a_pipe, ["no such file"]),
    "a link to nothing": (a_dead_link, ["no such file"]),
    "a link to itself": (a_link_to_itself, ["no such file"]),
    "a file far too large": (far_too_large, ["50,000,001 bytes", "at most 50,000,000"]),
}


@pytest.mark.parametrize("fault", PLACES)
@pytest.mark.parametrize("name", ["poverty", "cbt_sites"])
def test_a_path_that_is_not_a_file(name: str, fault: str, tmp_path: Path) -> None:
    reader: Reader = READERS[name]
    file = reader.copied(tmp_path)
    file.unlink()
    make, parts = PLACES[fault]
    make(file)
    refused(lambda: reader.read(file.parent), reader.file, *parts)
