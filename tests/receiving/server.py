"""A server on 127.0.0.1 that speaks like those that inputs come from, with every fault that they have.

Not here: what is tested of a download.
"""

import gzip
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ETAG = '"v1"'


@dataclass
class Served:
    """What the server has, and what it was asked.

    Attributes:
        files: the content of each path.
        answers: what to do in place of giving the file, by path: a function of the request.
        asked: method, path and headers of each request.
        forms: what was posted.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Callable[["Handler"], None]] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def package(self, dataset: str, *resources: Mapping[str, str]) -> None:
        """Have a CKAN dataset."""
        answer = {"success": True, "result": {"name": dataset, "resources": list(resources)}}
        self.files[f"/api/3/action/package_show?id={dataset}"] = json.dumps(answer).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers with ETag and ranges, as servers of files do."""

    served: Served
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.served.asked.append((self.command, self.path, dict(self.headers)))
        answer = self.served.answers.get(self.path)
        if answer is not None:
            answer(self)
        elif self.path in self.served.files:
            self.give(self.served.files[self.path])
        else:
            self.say(404, b"not here")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.served.forms.append(parse_qs(body))
        self.do_GET()

    def give(self, content: bytes, etag: str = ETAG) -> None:
        """The whole file, the part that is asked for, or that it is unchanged."""
        if self.headers.get("If-None-Match") == etag:
            self.say(304, b"", ETag=etag)
            return
        wanted = self.headers.get("Range", "")
        if wanted and self.headers.get("If-Range") == etag:
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
            if start >= len(content):
                self.say(416, b"")
                return
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.say(206, content[start:], ETag=etag, **{"Content-Range": span})
            return
        self.say(200, content, ETag=etag)

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def broken_off(content: bytes, after: int) -> Callable[[Handler], None]:
    """Breaks off in the middle of the first answer; later ones are whole."""
    state = {"first": True}

    def answer(handler: Handler) -> None:
        if not state.pop("first", False):
            handler.give(content)
            return
        handler.send_response(200)
        handler.send_header("ETag", ETAG)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:after])
        handler.wfile.flush()
        handler.close_connection = True

    return answer


def failing(status: int, times: int, content: bytes) -> Callable[[Handler], None]:
    """Answers with an error some times, then with the file."""
    left = [status] * times

    def answer(handler: Handler) -> None:
        if left:
            handler.say(left.pop(), b"busy")
        else:
            handler.give(content)

    return answer


def leading_to(address: str) -> Callable[[Handler], None]:
    return lambda handler: handler.say(302, b"", Location=address)


def without_length(chunk: bytes, times: int, pause: float = 0.0) -> Callable[[Handler], None]:
    """Sends without saying how much, until the other side hangs up."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            for _ in range(times):
                handler.wfile.write(chunk)
                handler.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass

    return answer


def packed(content: bytes, cut: int = 0) -> Callable[[Handler], None]:
    """Sends gzip, whole or without its last bytes."""
    whole = gzip.compress(content)
    return lambda handler: handler.say(200, whole[: len(whole) - cut], **{"Content-Encoding": "gzip"})


class _Server(ThreadingHTTPServer):
    """Clients that hang up in the middle are what is tested here."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Served]:
    """The server, stopped at the end."""
    served = Served()
    handler = type("Bound", (Handler,), {"served": served})
    server = _Server(("127.0.0.1", 0), handler)
    served.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
