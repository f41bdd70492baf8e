"""The encoding of a text file: UTF-8, UTF-8 with a byte order mark, or CP874 (TIS-620).

Here: strict decoding, in pieces for files too large for memory. A file in more than one encoding is refused. No message
shows a cell of household rows. Not here: delimiters (``delimited``) and headers (``columns``).
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.errors import InputError, Problem, shown_value

CHUNK = 8 << 20
EMPTY_LINES = re.compile(rb"(?<=\n)\r?\n")
# A line of delimiters, spaces and quotation marks only; of a longer one only its end is looked at.
NO_CELLS, LONGEST_EMPTY = re.compile(rb'\n(?=[,;|\t "]+\r?\n)'), 4096
CP874 = "cp874"
EXPORT_AGAIN = "export the file again as 'CSV UTF-8'"
# Thai text in UTF-8, where every byte happens to be a character of CP874.
UTF8_AS_CP874 = re.compile("(?:เ[ธน][\x80-\u00a0ก-ฟ€…‘’“”•–—]){2}")
# Sequences that Thai spelling does not allow: a mark or a following vowel without its consonant, a leading vowel
# without one, a single Thai letter at the end of a Latin word. Accented letters of other encodings, read as CP874, give
# such sequences.
NOT_THAI = re.compile(
    "(?<![ก-ฮัิ-ฺ็-๎])[ัิ-ฺ็-๎]"  # U+0E31, U+0E34-0E3A and U+0E47-0E4E: above or below a consonant
    "|(?<![ก-๎])[ะาำๅ]"
    "|[เ-ไ](?![ก-ฮเ])"
    "|(?<=[A-Za-z])[ก-๛](?![ก-๛])"
)

Chunks = Callable[[], Iterator[bytes]]


@dataclass
class TextFile:
    """Encoding and lines of a text file.

    Attributes:
        encoding: ``utf-8``, ``utf-8 with BOM`` or ``cp874``.
        newlines: number of line feeds.
        lines: number of lines that are not empty, the header included.
        empty: numbers of the empty lines.
        plain: whether each line is one record with cells: no line break within quotation marks, and no line of
            delimiters only.
    """

    encoding: str
    newlines: int = 0
    lines: int = 0
    empty: list[int] = field(default_factory=list)
    plain: bool = True


def scan_text(path: Path, file: str) -> TextFile:
    """Find the encoding and the lines of a text file in one pass.

    The encoding is UTF-8 if the whole file decodes strictly as UTF-8, else CP874 if the whole file decodes as CP874.

    Args:
        path: the file.
        file: its name in messages.

    Returns:
        The encoding and the lines.

    Raises:
        InputError: the file has NUL bytes, is UTF-16, or is in neither encoding throughout.
    """

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    return _scan_chunks(chunks, file)


def decode(content: bytes, file: str) -> tuple[str, str]:
    """Decode the content of a file strictly.

    This is stricter than ``scan_text``: text that decodes as CP874 but breaks Thai spelling is refused, since it is
    probably in another encoding.

    Args:
        content: all bytes of the file.
        file: its name in messages.

    Returns:
        The text, and its encoding as in ``TextFile``.

    Raises:
        InputError: the content is not text in one of the three encodings.

    >>> decode("ตำบล".encode("cp874"), "a.csv")
    ('ตำบล', 'cp874')
    """
    encoding = _scan_chunks(lambda: iter((content,)), file).encoding
    if encoding != CP874:
        return content.decode("utf-8-sig"), encoding
    text = content.decode(CP874)
    _refuse_mixed(len(UTF8_AS_CP874.findall(text)), text.count("\n"), file)
    if odd := NOT_THAI.search(text):
        around = " ".join(text[max(0, odd.start() - 8) : odd.end() + 8].split())
        raise InputError(
            Problem(
                file,
                f"{shown_value(around)} when read as CP874, which is not Thai",
                "UTF-8 or CP874 (TIS-620)",
                EXPORT_AGAIN,
                line=text.count("\n", 0, odd.start()) + 1,
            )
        )
    return text, encoding


def transcode(source: Path, target: Path, file: str) -> None:
    """Convert a CP874 file to UTF-8, in pieces.

    DuckDB itself could read CP874 only with an extension from the network.

    Args:
        source: the file in CP874.
        target: the file to write.
        file: the name of ``source`` in messages.

    Raises:
        InputError: part of the file is in UTF-8.
    """
    mixed = lines = 0
    with source.open("rb") as stream, target.open("w", encoding="utf-8", newline="") as out:
        while chunk := stream.read(CHUNK):
            text = chunk.decode(CP874)
            mixed += len(UTF8_AS_CP874.findall(text))
            lines += chunk.count(b"\n")
            out.write(text)
    _refuse_mixed(mixed, lines, file)


def _scan_chunks(chunks: Chunks, file: str) -> TextFile:
    decoder, found = codecs.getincrementaldecoder("utf-8")(), TextFile("utf-8")
    wrong, not_ascii, last, quotes, cut = None, False, b"", 0, b"\n"
    for chunk in chunks():
        if not last and chunk[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise InputError(Problem(file, "UTF-16", "UTF-8 or CP874", "save it as 'CSV UTF-8'"))
        if b"\0" in chunk:
            line = found.newlines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
            raise InputError(Problem(file, "a NUL byte", "text", EXPORT_AGAIN, line=line))
        if not last and chunk.startswith(codecs.BOM_UTF8):
            found.encoding = "utf-8 with BOM"
        not_ascii = not_ascii or not chunk.isascii()
        if not_ascii and wrong is None:
            wrong = _first_wrong_line(decoder, chunk, found.newlines)
        joined = last[-1:] + chunk
        for empty in EMPTY_LINES.finditer(joined):
            found.empty.append(found.newlines + joined.count(b"\n", len(last[-1:]), empty.start()) + 1)
        found.newlines += chunk.count(b"\n")
        quotes, within = _quotes(chunk, quotes)
        found.plain = found.plain and not within and not NO_CELLS.search(cut + chunk)
        last, cut = chunk, chunk[max(0, chunk.rfind(b"\n"), len(chunk) - LONGEST_EMPTY) :]
    found.plain = found.plain and not NO_CELLS.search(cut + b"\n")
    if wrong is None and decoder.getstate()[0]:
        wrong = found.newlines + 1
    found.lines = found.newlines - len(found.empty) + (not last.endswith(b"\n"))
    if wrong is not None:
        if found.encoding != "utf-8":
            found_here = "text that is not UTF-8, in a file whose byte order mark states UTF-8"
            raise InputError(Problem(file, found_here, "UTF-8 throughout", EXPORT_AGAIN, line=wrong))
        found.encoding = CP874
        _refuse_other_than_cp874(chunks, wrong, file)
    return found


def _quotes(chunk: bytes, before: int) -> tuple[int, bool]:
    """Count quotation marks, modulo two, and say whether a line ends after an odd number of them."""
    if b'"' not in chunk:
        return before, bool(before and b"\n" in chunk)
    characters = np.frombuffer(chunk, dtype=np.uint8)
    odd = (np.cumsum(characters == ord('"'), dtype=np.uint8) + np.uint8(before)) & 1
    return int(odd[-1]), bool(odd[characters == ord("\n")].any())


def _refuse_other_than_cp874(chunks: Chunks, not_utf8: int, file: str) -> None:
    lines, decoder = 0, codecs.getincrementaldecoder(CP874)()
    for chunk in chunks():
        wrong = _first_wrong_line(decoder, chunk, lines)
        if wrong is not None:
            raise InputError(
                Problem(
                    file,
                    f"line {not_utf8} not UTF-8 and line {wrong} not CP874",
                    "one encoding, UTF-8 or CP874 (TIS-620), throughout",
                    EXPORT_AGAIN,
                )
            )
        lines += chunk.count(b"\n")


def _first_wrong_line(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int) -> int | None:
    """Return the line of the first byte that the decoder refuses, or None."""
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        from_chunk_before = len(error.object) - len(chunk)
        return lines + chunk.count(b"\n", 0, max(0, error.start - from_chunk_before)) + 1
    return None


def _refuse_mixed(found: int, lines: int, file: str) -> None:
    """Refuse UTF-8 in a CP874 file; a few such sequences occur in Thai text by chance."""
    if found > max(3, lines // 100):
        raise InputError(Problem(file, "UTF-8 letters in a CP874 file", "one encoding throughout", EXPORT_AGAIN))
