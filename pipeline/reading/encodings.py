"""How a text file of household rows is written: in which encoding, with how many lines, and again as UTF-8.

Here: one look through its bytes, in pieces; nothing is guessed and no cell is shown. Not here: delimiters and headers
(``files``).
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import InputError, Problem

CHUNK = 8 << 20
EMPTY_LINES = re.compile(rb"(?<=\n)\r?\n")


@dataclass
class Seen:
    """What one look through a text file tells. ``lines`` counts lines that are not ``empty``, the header included."""

    encoding: str
    newlines: int = 0
    lines: int = 0
    empty: list[int] = field(default_factory=list)


def look_through(path: Path, file: str) -> Seen:
    """Encoding and lines of a text file, in one pass; nothing is guessed.

    UTF-8 must decode strictly, else CP874 must; a file that is partly one and partly the other is neither. Raises
    ``InputError`` with the lines where each fails.
    """
    decoder, seen = codecs.getincrementaldecoder("utf-8")(), Seen("utf-8")
    wrong, foreign, last = None, False, b""
    for chunk in _chunks(path):
        if not last and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError(Problem(file, "UTF-16", "UTF-8 or CP874", "save it as 'CSV UTF-8'"))
        if b"\0" in chunk:
            line = seen.newlines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
            raise InputError(Problem(file, "a NUL byte", "text", "export the file again", line=line))
        if not last and chunk.startswith(codecs.BOM_UTF8):
            seen.encoding = "utf-8 with BOM"
        foreign = foreign or not chunk.isascii()
        if foreign and wrong is None:
            wrong = _wrong(decoder, chunk, seen.newlines)
        joined = last[-1:] + chunk
        for found in EMPTY_LINES.finditer(joined):
            seen.empty.append(seen.newlines + joined.count(b"\n", len(last[-1:]), found.start()) + 1)
        seen.newlines += chunk.count(b"\n")
        last = chunk
    if wrong is None and decoder.getstate()[0]:
        wrong = seen.newlines + 1
    seen.lines = seen.newlines - len(seen.empty) + (not last.endswith(b"\n"))
    if wrong is not None:
        seen.encoding = "cp874"
        lines, thai = 0, codecs.getincrementaldecoder("cp874")()
        for chunk in _chunks(path):
            bad = _wrong(thai, chunk, lines)
            if bad is not None:
                raise InputError(
                    Problem(
                        file,
                        f"line {wrong} not UTF-8 and line {bad} not CP874",
                        "one encoding, UTF-8 or CP874 (TIS-620), throughout",
                        "export the file again as 'CSV UTF-8'",
                    )
                )
            lines += chunk.count(b"\n")
    return seen


def _wrong(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int) -> int | None:
    """The line of the first byte that the decoder refuses, if there is one."""
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        held = len(error.object) - len(chunk)
        return lines + chunk.count(b"\n", 0, max(0, error.start - held)) + 1
    return None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def transcode(source: Path, target: Path, file: str) -> None:
    """CP874 written again as UTF-8, as a stream: DuckDB would need an extension from the network for it."""
    # What a mixed file looks like where every byte happens to be a character of CP874.
    marks = re.compile("(?:เ[ธน][\x80-\u00a0ก-ฟ€…‘’“”•–—]){2}")
    suspicious = lines = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for chunk in _chunks(source):
            text = chunk.decode("cp874")
            suspicious += len(marks.findall(text))
            lines += chunk.count(b"\n")
            out.write(text)
    if suspicious > max(3, lines // 100):
        raise InputError(
            Problem(file, "UTF-8 letters in a CP874 file", "one encoding throughout", "export it again as 'CSV UTF-8'")
        )
