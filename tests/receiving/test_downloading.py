"""Downloads from a server on this machine: broken off, too large, slow, packed, redirected; hosts that are refused."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import httpcore
import pytest

from pipeline.errors import InputError
from pipeline.receiving.downloading import Limits, Request, Version, download, open_client
from pipeline.receiving.reaching import Reach, Unreachable, looked_up, no_network
from tests.conftest import HANGS
from tests.problems import refusal
from tests.receiving.conftest import QUICK
from tests.receiving.server import (
    ETAG,
    Handler,
    Served,
    broken_off,
    failing,
    leading_to,
    packed,
    without_length,
)

CONTENT = b"a,b\n" + b"1,2\n" * 5_000

Get = Callable[..., Version | None]


@pytest.fixture
def get(served: Served, tmp_path: Path) -> Get:
    """Downloads an address into the part file ``x.part``."""

    def got(
        path: str,
        known: Version = Version(),  # noqa: B008
        limits: Limits = QUICK,
        reach: Reach | None = None,
        largest: int = 1_000_000,
        hosts: tuple[str, ...] = (),
    ) -> Version | None:
        reach = reach or Reach(local=served.host, connect_seconds=1)
        address = path if "//" in path else served.url(path)
        with open_client(reach, limits) as client:
            request = Request(address, "x", largest, hosts)
            return download(client, reach, request, tmp_path / "x.part", known, limits, lambda _: None)

    return got


def test_a_file_and_its_version(served: Served, tmp_path: Path, get: Get) -> None:
    served.files["/x"] = CONTENT
    assert get("/x") == Version(ETAG)
    assert (tmp_path / "x.part").read_bytes() == CONTENT
    assert get("/x") == Version(ETAG)  # the whole part is at hand; the server has nothing to add, so it begins anew
    assert (tmp_path / "x.part").read_bytes() == CONTENT
    (tmp_path / "x.part").unlink()
    assert get("/x", known=Version(ETAG)) is None
    assert not (tmp_path / "x.part").exists()


def test_a_download_that_broke_off_is_resumed(served: Served, tmp_path: Path, get: Get) -> None:
    served.answers["/x"] = broken_off(CONTENT, 7_000)
    get("/x")
    assert (tmp_path / "x.part").read_bytes() == CONTENT
    assert [headers.get("Range") for _, _, headers in served.asked] == [None, "bytes=7000-"]
    assert served.asked[1][2]["If-Range"] == ETAG


def test_a_file_that_changed_meanwhile_begins_anew(served: Served, tmp_path: Path, get: Get) -> None:
    served.answers["/x"] = broken_off(CONTENT, 7_000)
    once = Limits(1, 5, 1, 0.01)
    with pytest.raises(InputError, match="broke off"):
        get("/x", limits=once)
    new = CONTENT.replace(b"1", b"3")
    served.answers["/x"] = lambda handler: handler.give(new, etag='"v2"')
    assert get("/x") == Version('"v2"')
    assert (tmp_path / "x.part").read_bytes() == new


def test_a_server_that_gives_another_part_is_not_believed(served: Served, tmp_path: Path, get: Get) -> None:
    first = broken_off(CONTENT, 7_000)

    def answer(handler: Handler) -> None:
        if handler.headers.get("Range"):
            handler.say(206, CONTENT[:100], ETag=ETAG, **{"Content-Range": "bytes 0-99/20004"})
        else:
            first(handler)

    served.answers["/x"] = answer
    get("/x")
    assert (tmp_path / "x.part").read_bytes() == CONTENT


def test_an_error_that_passes_is_tried_again(served: Served, tmp_path: Path, get: Get) -> None:
    served.answers["/x"] = failing(500, 2, CONTENT)
    get("/x")
    assert (tmp_path / "x.part").read_bytes() == CONTENT
    assert len(served.asked) == 3


@pytest.mark.parametrize(
    ("answer", "largest", "parts", "requests"),
    [
        (lambda h: h.say(404, b""), 100, ["found the answer 404 of 127.0.0.1"], 1),
        (lambda h: h.say(403, b""), 100, ["found the answer 403"], 1),
        (failing(503, 9, b""), 100, ["found the answer 503 (3 attempts)", "the next fetch goes on"], 3),
        (lambda h: h.give(CONTENT), 100, ["found at least 0.0 MB; expected at most 0.0 MB", "raise largest_mb"], 1),
        (without_length(b"x" * 1000, 999), 100_000, ["expected at most 0.1 MB"], 1),
        (packed(b"0" * 50_000_000), 1_000_000, ["expected at most 1.0 MB"], 1),
        (packed(CONTENT, cut=9), 1_000_000, ["found gzip that is cut off (3 attempts)"], 3),
        (lambda h: h.say(200, b"no", **{"Content-Encoding": "gzip"}), 100, ["found gzip that is damaged"], 1),
        (lambda h: h.say(200, b"no", **{"Content-Encoding": "br"}), 100, ["found content encoded as 'br'"], 1),
        (leading_to("https://elsewhere.example.org/x?Signature=secret"), 100, ["a redirect to elsewhere.example.o"], 1),
        (
            leading_to("http://elsewhere.example.org/x"),
            100,
            ["found a redirect to 'http://elsewhere.example.org/x'"],
            1,
        ),
        (leading_to("https://10.0.0.1/x"), 100, ["a redirect to 'https://10.0.0.1/x'", "on a public host"], 1),
        (leading_to("https://169.254.169.254/latest"), 100, ["a redirect to 'https://169.254.169.254/latest'"], 1),
        (leading_to("file:///etc/passwd"), 100, ["found a redirect to "], 1),
        (leading_to(""), 100, ["found more than 5 redirects"], 6),
    ],
    ids=lambda value: value[0][:40] if isinstance(value, list) else "",
)
def test_answers_that_are_refused(
    answer: Callable[[Handler], None], largest: int, parts: list[str], requests: int, served: Served, get: Get
) -> None:
    served.answers["/x"] = answer
    with pytest.raises(InputError) as error:
        get("/x", largest=largest)
    refusal(error.value, *parts)
    assert "secret" not in str(error.value)
    assert len(served.asked) == requests


def test_gzip_is_unpacked(served: Served, tmp_path: Path, get: Get) -> None:
    served.answers["/x"] = packed(CONTENT)
    get("/x")
    assert (tmp_path / "x.part").read_bytes() == CONTENT
    two = gzip.compress(CONTENT[:9]) + gzip.compress(CONTENT[9:])
    served.answers["/y"] = lambda handler: handler.say(200, two, **{"Content-Encoding": "gzip"})
    get("/y")
    assert (tmp_path / "x.part").read_bytes() == CONTENT


def test_a_redirect_on_the_same_host_is_followed(served: Served, tmp_path: Path, get: Get) -> None:
    served.files["/y"] = CONTENT
    served.answers["/x"] = leading_to("/y")
    get("/x")
    assert (tmp_path / "x.part").read_bytes() == CONTENT


def test_a_slow_server_is_left(served: Served, get: Get) -> None:
    """One that is silent, and one that sends a byte from time to time, for ever."""
    limits = Limits(read_seconds=0.1, longest_seconds=0.4, attempts=2, wait_seconds=0.01)
    for pause, name in ((1.0, "/silent"), (0.05, "/drips")):
        served.answers[name] = without_length(b"x", 40, pause)
        with pytest.raises(InputError, match="falls silent, or takes longer than allowed"):
            get(name, limits=limits)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%1"])
def test_a_name_that_leads_into_a_network_is_refused(address: str, get: Get) -> None:
    """Whatever the name was when the table was written: the address is checked to which the connection is made."""
    reach = Reach(lookup=lambda *_: ["93.184.216.34", address])
    with pytest.raises(InputError) as error:
        get("https://data.example.org/x", reach=reach)
    refusal(error.value, "of a private network", "a public address")


def test_the_connection_is_made_to_the_address_that_was_checked(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second lookup, with another answer, would be a way in (DNS rebinding); there is none."""
    lookups, connected = [], []

    def lookup(host: str, port: int, seconds: float) -> list[str]:
        lookups.append(host)
        return ["93.184.216.34"] if len(lookups) == 1 else ["127.0.0.1"]

    def connect(_: object, host: str, *others: object) -> httpcore.NetworkStream:
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(Unreachable, match=r"data\.example\.org does not answer"):
        get("https://data.example.org/x", reach=Reach(lookup=lookup), limits=Limits(1, 1, 1, 0.01))
    assert (lookups, connected) == (["data.example.org"], ["93.184.216.34"])


def test_a_server_without_a_certificate_is_not_trusted(get: Get, served: Served) -> None:
    """The local server speaks plain HTTP: as one of https it is refused, whatever it is called."""
    with pytest.raises(InputError, match="broke off"):
        get(f"https://{served.host}/x", limits=Limits(1, 2, 1, 0.01))


def test_certificates_are_checked() -> None:
    with open_client(Reach(), QUICK) as client:
        context = client._transport._pool._ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_resolver_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer.wait(HANGS))
    try:
        with pytest.raises(Unreachable, match=r"the name data\.example\.org was not resolved in time"):
            looked_up("data.example.org", 443, 0.01)
    finally:
        answer.set()


def test_one_server_that_answers_is_a_network(served: Served) -> None:
    reach = Reach(local=served.host, connect_seconds=0.2, seconds=0.4)
    host, port = served.host.split(":")
    assert no_network(reach, [("nowhere.invalid", 443), (host, int(port))]) == ""
    assert no_network(reach, [("nowhere.invalid", 443)]) == "the name nowhere.invalid cannot be resolved"
    assert no_network(reach, []) == ""


def giving_parts(content: bytes, spans: list[str], pieces: list[bytes]) -> Callable[[Handler], None]:
    """Breaks off after 7,000 bytes, then answers 206 with these ranges and pieces."""
    left = list(zip(spans, pieces, strict=True))
    whole = broken_off(content, 7_000)
    state = {"first": True}

    def answer(handler: Handler) -> None:
        if state.pop("first", False) or not left:
            whole(handler)
            return
        span, piece = left.pop(0)
        handler.say(206, piece, ETag=ETAG, **({"Content-Range": span} if span else {}))

    return answer


END = len(CONTENT)
PARTS = {
    "less than is left": ([f"bytes 7000-8999/{END}"], [CONTENT[7_000:9_000]]),
    "less than it says": ([f"bytes 7000-{END - 1}/{END}"], [CONTENT[7_000:9_000]]),
    "an unknown length": ([f"bytes 7000-{END - 1}/*"], [CONTENT[7_000:]]),
    "another start": ([f"bytes 0-{END - 1}/{END}"], [CONTENT]),
    "a start that begins alike": ([f"bytes 70000-{END - 1}/{END}"], [b"x" * 50]),
    "no range": ([""], [CONTENT[7_000:]]),
    "an end before the start": ([f"bytes 7000-6999/{END}"], [b""]),
    "an end after the whole": ([f"bytes 7000-{END + 9}/{END}"], [CONTENT[7_000:] + b"x" * 10]),
}


@pytest.mark.parametrize("what", PARTS)
def test_only_the_rest_of_a_file_completes_it(what: str, served: Served, tmp_path: Path, get: Get) -> None:
    served.answers["/x"] = giving_parts(CONTENT, *PARTS[what])
    assert get("/x", limits=Limits(1, 20, 5, 0.01)) == Version(ETAG)
    assert (tmp_path / "x.part").read_bytes() == CONTENT


def test_a_part_that_was_not_asked_for_is_no_file(served: Served, get: Get) -> None:
    served.answers["/x"] = lambda handler: handler.say(
        206, CONTENT[:100], ETag=ETAG, **{"Content-Range": f"bytes 0-99/{END}"}
    )
    with pytest.raises(InputError, match="another part than the one asked for"):
        get("/x")


def test_a_redirect_to_no_address_is_one_line(served: Served, get: Get) -> None:
    served.answers["/x"] = leading_to("https://[bad")
    with pytest.raises(InputError, match="a redirect to 'what is no address'"):
        get("/x")
