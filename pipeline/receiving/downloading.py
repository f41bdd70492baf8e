"""Downloads: one file into a part file, resumed where it broke off, within limits of size and time.

Here: requests, redirects, retries, ranges, what a server says of a version. Not here: which addresses may be reached
(``reaching``), what a portal or server is asked (``portals``), what a file contains (``content``).

httpx sends the requests. Its own retries cover connections only, and a download that broke off or a busy server (429,
503) must be tried again too, from where it stopped: tenacity decides when.
"""

import json
import os
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpcore
import httpx
import tenacity

from pipeline.errors import InputError, Problem, shown_value
from pipeline.receiving.reaching import Reach, Unreachable, checked_address, without_query

CHUNK = 1 << 16
MOST_REDIRECTS = 5
AGAIN = {408, 425, 429, 500, 502, 503, 504}
REDIRECTS = {301, 302, 303, 307, 308}
AGENT = "pilot-areas (receives public tables for a shortlist of districts)"
LOG_BYTES = 20_000_000


@dataclass(frozen=True)
class Limits:
    """Times of one fetch.

    Attributes:
        read_seconds: the longest silence of a server.
        longest_seconds: the longest time for one source, with all attempts.
        attempts: how often a source is tried.
        wait_seconds: the pause after the first attempt; it doubles after each.
    """

    read_seconds: float = 30
    longest_seconds: float = 900
    attempts: int = 4
    wait_seconds: float = 1


@dataclass(frozen=True)
class Version:
    """What a server says of the version of a file: its ``ETag`` and ``Last-Modified``."""

    etag: str = ""
    modified: str = ""

    @property
    def strong(self) -> str:
        """What identifies exactly these bytes, for ``If-Range``; empty if nothing does.

        >>> Version('W/"1"', "Mon, 02 Nov 2026 07:00:00 GMT").strong, Version('"1"').strong
        ('Mon, 02 Nov 2026 07:00:00 GMT', '"1"')
        """
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


@dataclass(frozen=True)
class Request:
    """What to ask for.

    Attributes:
        address: where.
        hosts: other hosts to which the address may lead.
        form: fields to send; none to get a file.
        file: its name in messages.
        largest_bytes: the largest answer, as received and decoded.
    """

    address: str
    file: str
    largest_bytes: int
    hosts: tuple[str, ...] = ()
    form: Mapping[str, str] | None = None


class _Interrupted(Exception):
    """An attempt failed in a way that another attempt may not. ``str()`` says how."""


@contextmanager
def open_client(reach: Reach, limits: Limits) -> Iterator[httpx.Client]:
    """Open a client that connects as ``reach`` allows and follows no redirect by itself.

    Args:
        reach: makes the connections.
        limits: how long a server may be silent.

    Yields:
        The client. It uses no proxy; certificates of an authority of your own are read from ``SSL_CERT_FILE``.
    """
    context = httpx.create_ssl_context()
    transport = httpx.HTTPTransport(verify=context)
    # httpx has no argument for the way to connect; its pool has (network_backend, in the documentation of httpcore).
    transport._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=reach)
    timeout = httpx.Timeout(limits.read_seconds)
    with httpx.Client(transport=transport, timeout=timeout, trust_env=False, headers={"User-Agent": AGENT}) as client:
        yield client


def download(
    client: httpx.Client,
    reach: Reach,
    request: Request,
    part: Path,
    known: Version,
    limits: Limits,
    log: Callable[[str], None],
) -> Version | None:
    """Download a file into a part file, which an earlier interrupted download may have begun.

    Args:
        client: as ``open_client`` opens it.
        reach: makes its connections; its deadline is set here.
        request: what to ask for.
        part: the file to write; what is not complete stays there, with a note of its version, to be resumed.
        known: the version that is at hand, if any.
        limits: how often to try, and how long.
        log: takes a line on the progress of a large file.

    Returns:
        The version received; None if the server says that the known one is unchanged.

    Raises:
        InputError: the server refuses, or its answer is too large or not a file; or it still breaks off at the last
            attempt.
        Unreachable: no connection at the last attempt.
    """
    reach.deadline = time.monotonic() + limits.longest_seconds
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type((_Interrupted, Unreachable)),
        wait=tenacity.wait_exponential(multiplier=limits.wait_seconds, max=60),
        stop=tenacity.stop_any(
            tenacity.stop_after_attempt(limits.attempts), tenacity.stop_before_delay(limits.longest_seconds)
        ),
        reraise=True,
    )
    try:
        return attempts(_attempt, client, request, part, known, log)
    except _Interrupted as error:
        number = attempts.statistics.get("attempt_number", 1)
        found, expected = f"{error} ({number} attempts)", "a complete answer"
        raise InputError(
            Problem(request.file, found, expected, "the next fetch goes on; if it stays so, ask the publisher")
        ) from None


def _attempt(
    client: httpx.Client, request: Request, part: Path, known: Version, log: Callable[[str], None]
) -> Version | None:
    """Try once; see ``download``."""
    begun = _begun(part, request)
    address = request.address
    try:
        for _ in range(MOST_REDIRECTS + 1):
            headers = _headers(begun, known, part) if request.form is None else {"Accept-Encoding": "identity"}
            method = "GET" if request.form is None else "POST"
            with client.stream(method, address, headers=headers, data=request.form) as answer:
                if answer.status_code in REDIRECTS:
                    address = _next_address(request, address, answer.headers.get("Location", ""))
                    continue
                return _received(answer, request, part, log)
    except httpx.TimeoutException:
        raise _Interrupted("a server that falls silent, or takes longer than allowed") from None
    except httpx.TransportError as error:
        if "CERTIFICATE" in str(error).upper():
            found, fix = "a certificate that is not trusted", "correct the address, or set SSL_CERT_FILE"
            raise InputError(Problem(request.file, found, "a server with a valid certificate", fix)) from None
        raise _Interrupted("a connection that broke off") from None
    raise InputError(Problem(request.file, "more than 5 redirects", "a file", "write the final address"))


def _begun(part: Path, request: Request) -> Version:
    """The version of which a part is at hand; an empty one removes what cannot be resumed."""
    note = _note_of(part)
    try:
        saved = json.loads(note.read_text(encoding="utf-8"))
        version = Version(str(saved["etag"]), str(saved["modified"]))
        if saved["address"] == request.address and request.form is None and version.strong and part.stat().st_size:
            return version
    except (OSError, ValueError, KeyError, TypeError):
        pass
    remove_part(part)
    return Version()


def _note_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def remove_part(part: Path) -> None:
    """Remove a part file and its note.

    Args:
        part: the part file, which need not exist.
    """
    part.unlink(missing_ok=True)
    _note_of(part).unlink(missing_ok=True)


def _headers(begun: Version, known: Version, part: Path) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if begun.strong:
        return headers | {"Range": f"bytes={part.stat().st_size}-", "If-Range": begun.strong}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    return headers


def _next_address(request: Request, address: str, location: str) -> str:
    """Follow a redirect to the same host, or to one that the source lists."""
    try:
        target = str(httpx.URL(address).join(location))
        # A signature in the address of a redirect is of the server's own making, and stays out of messages.
        parts = checked_address(without_query(target))
    except (ValueError, httpx.InvalidURL):
        shown = shown_value(without_query(location))
        problem = Problem(request.file, f"a redirect to {shown}", "an address of https on a public host", "correct it")
        raise InputError(problem) from None
    here = httpx.URL(request.address)
    if parts.netloc != here.netloc.decode() and parts.hostname not in request.hosts:
        fix = f'if that is right, add it: hosts = ["{parts.hostname}"]'
        problem = Problem(request.file, f"a redirect to {parts.hostname}", "the same host, or one in hosts", fix)
        raise InputError(problem)
    return target


def _received(answer: httpx.Response, request: Request, part: Path, log: Callable[[str], None]) -> Version | None:
    """Write the body of an answer to the part file."""
    status = answer.status_code
    if status == HTTPStatus.NOT_MODIFIED:
        return None
    if status in AGAIN:
        raise _Interrupted(f"the answer {status}")
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        remove_part(part)
        raise _Interrupted("a part that the server no longer has")
    if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        fix = "correct the address, or ask the publisher"
        raise InputError(Problem(request.file, f"the answer {status} of {answer.url.host}", "a file", fix))
    have = part.stat().st_size if status == HTTPStatus.PARTIAL_CONTENT and part.is_file() else 0
    whole = None
    if status == HTTPStatus.PARTIAL_CONTENT:
        whole = _whole_length(answer, have)
        if whole is None:
            remove_part(part)
            raise _Interrupted("another part than the one asked for")
    length = answer.headers.get("Content-Length", "")
    stated = max(have + int(length) if length.isdecimal() else 0, whole or 0)
    if stated > request.largest_bytes:
        raise _too_large(request, stated)
    version = Version(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
    encoding = answer.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "", "gzip", "x-gzip") or (have and encoding not in ("identity", "")):
        raise InputError(Problem(request.file, f"content encoded as {shown_value(encoding)}", "gzip or none", "ask"))
    packed = encoding in ("gzip", "x-gzip")
    if packed or not version.strong:
        _note_of(part).unlink(missing_ok=True)  # cannot be resumed: the next attempt begins anew
    else:
        note = json.dumps({**asdict(version), "address": request.address})
        _note_of(part).write_text(note, encoding="utf-8")
    # In pieces as they come: whole ones of a fixed size would lose the last of a connection that breaks off.
    chunks = answer.iter_raw()
    with part.open("ab" if have else "wb") as out:
        for chunk in _unpacked(chunks, request) if packed else chunks:
            before, have = have, have + len(chunk)
            if have > request.largest_bytes:
                raise _too_large(request, have)
            out.write(chunk)
            if have // LOG_BYTES > before // LOG_BYTES:
                log(f"{request.file}: {have / 1e6:,.0f} MB")
        out.flush()
        os.fsync(out.fileno())
    if whole is not None and have != whole:  # a server may send less than is left
        if have > whole:
            remove_part(part)
        raise _Interrupted("a part of the file that does not reach its end")
    return version


def _whole_length(answer: httpx.Response, have: int) -> int | None:
    """The length of the whole file, of which an answer gives the rest; None if it gives another part, or was not asked.

    A server that does not know the length writes a star; then the rest ends where the answer says that it does.
    """
    asked = answer.request.headers.get("Range")
    span = re.fullmatch(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15}|\*)", answer.headers.get("Content-Range", ""))
    if span is None or not have or asked != f"bytes={have}-":
        return None
    first, last = int(span[1]), int(span[2])
    whole = last + 1 if span[3] == "*" else int(span[3])
    return whole if first == have and first <= last < whole else None


def _too_large(request: Request, size: int) -> InputError:
    found, limit = f"at least {size / 1e6:,.1f} MB", request.largest_bytes / 1e6
    return InputError(Problem(request.file, found, f"at most {limit:,.1f} MB", "raise largest_mb if the file is right"))


def _unpacked(chunks: Iterator[bytes], request: Request) -> Iterator[bytes]:
    """Unpack gzip piece by piece, so that a bomb never fills the memory."""
    unpacker: Any = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            while chunk:
                yield unpacker.decompress(chunk, CHUNK)
                chunk = unpacker.unconsumed_tail
                if unpacker.eof:
                    chunk = unpacker.unused_data
                    unpacker = zlib.decompressobj(wbits=31) if chunk else unpacker
    except zlib.error:
        raise InputError(Problem(request.file, "gzip that is damaged", "a complete file", "fetch it again")) from None
    if not unpacker.eof:
        raise _Interrupted("gzip that is cut off")
