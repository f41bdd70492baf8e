"""Which addresses may be reached: https and files only, no address within a network, no password in an address.

Here: the rules for an address, the lookup of a host, and the connection, made to the very address that was checked. Not
here: what is asked and answered (``downloading``). A name is looked up once, here, and the connection is made to the
address found, so that a second lookup cannot lead elsewhere (DNS rebinding).
"""

import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import httpcore

from pipeline.errors import InputError, Problem, shown_value

# For tests and trials: one server on this machine, as 127.0.0.1:8000, that may be reached by http. Never set in a unit.
LOCAL_SERVER = "PILOT_AREAS_LOCAL_SERVER"
SECRETS = re.compile(r"(?i)key|token|passw|secret|sign|auth|credential|session")
# How often each server is tried before there is no network.
PROBES = 3
NAT64 = ipaddress.ip_network("64:ff9b::/96")
IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Exception):
    """A host could not be reached: no network, no such name, no answer. ``str()`` says which."""


def local_server() -> str:
    """Return the one server on this machine that may be reached by http.

    Returns:
        ``127.0.0.1:PORT``; empty unless the environment names one.

    Raises:
        InputError: the environment names another kind of server.
    """
    given = os.environ.get(LOCAL_SERVER, "")
    if given and not re.fullmatch(r"127\.0\.0\.1:[0-9]{1,5}", given):
        fix = "unset it; it is for trials on this machine only"
        raise InputError(Problem(LOCAL_SERVER, shown_value(given), "127.0.0.1 and a port", fix))
    return given


def checked_address(address: str, kind: str = "file") -> SplitResult:
    """Check an address of a source.

    Args:
        address: an address of https, or of a file on this machine.
        kind: the kind of the source; a folder is on this machine, portals and servers are not.

    Returns:
        Its parts.

    Raises:
        ValueError: its kind is not allowed, it holds a password, or it names an address within a network.

    >>> checked_address("https://data.go.th/x.csv").hostname
    'data.go.th'
    >>> checked_address("https://user:word@data.go.th/x.csv")
    Traceback (most recent call last):
    ValueError: an address without user, password or key, since addresses are published
    """
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ValueError("an address such as https://data.go.th/x.csv") from None
    if address != address.strip() or not address.isprintable() or "\\" in address or parts.fragment:
        raise ValueError("an address without spaces, control characters, \\ or #")
    if parts.username is not None or any(SECRETS.search(name) for name, _ in parse_qsl(parts.query, True)):
        raise ValueError("an address without user, password or key, since addresses are published")
    if parts.scheme == "file":
        where = unquote(parts.path)
        if host or parts.query or not where.startswith("/") or ".." in where.split("/") or kind in ("ckan", "overpass"):
            raise ValueError("file:///…, the whole path of a file or folder on this machine")
        return parts
    local = parts.scheme == "http" and parts.netloc == local_server()
    if kind == "folder":
        raise ValueError("file:///…, the whole path of a folder on this machine")
    if not host or not (parts.scheme == "https" or local):
        raise ValueError("an address of https, or file:/// for a file on this machine")
    literal = _literal(host)
    if not local and (port == 0 or "." not in host or (literal and not public(literal)) or _odd_number(host)):
        raise ValueError("the name of a public host")
    return parts


def _literal(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _odd_number(host: str) -> bool:
    """Whether a host is an address in an unusual notation, such as 127.1 or 0x7f000001, which a resolver may accept."""
    return _literal(host) is None and bool(re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", host.rpartition(".")[2]))


def public(address: IP) -> bool:
    """Check whether an address is one of the public network.

    Args:
        address: of either version; an address that holds one of version 4 counts as that one.

    Returns:
        False for private, loopback, link-local, multicast and reserved addresses.

    >>> [public(ipaddress.ip_address(a)) for a in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return public(inner)
    return address.is_global and not address.is_multicast


def without_query(address: str) -> str:
    """Write an address for messages and logs: without a query, which may hold a signature.

    Args:
        address: any address.

    Returns:
        The address up to its query; words in place of what is no address.

    >>> without_query("https://x.org/a.csv?Signature=secret"), without_query("https://[bad")
    ('https://x.org/a.csv', 'what is no address')
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "what is no address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def looked_up(host: str, port: int, seconds: float) -> list[str]:
    """Look up the addresses of a host, within a time.

    Args:
        host: its name, or an address.
        port: the port to connect to.
        seconds: how long to wait; the resolver itself may wait much longer.

    Returns:
        The addresses, in the order in which to try them.

    Raises:
        Unreachable: there is no such name, or no answer in time.
    """
    found: list[Any] = []

    def look() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=look, daemon=True, name=f"lookup of {host}")
    thread.start()
    thread.join(max(0.0, seconds))
    if not found:
        raise Unreachable(f"the name {host} was not resolved in time")
    if isinstance(found[0], Exception):
        raise Unreachable(f"the name {host} cannot be resolved")
    return list(dict.fromkeys(str(one[4][0]) for one in found[0]))


class _Bounded(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline, however slowly the other side sends."""

    def __init__(self, stream: httpcore.NetworkStream, reach: "Reach") -> None:
        self.stream = stream
        self.reach = reach

    def _left(self, timeout: float | None) -> float:
        left = self.reach.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for one source is over")
        return min(left, timeout or left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self.stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self.reach)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


@dataclass
class Reach(httpcore.SyncBackend):
    """Connects to public addresses only.

    Attributes:
        local: the one server of this machine that may be reached.
        connect_seconds: how long one lookup or connection may take; all addresses of a host take at most twice as long.
        seconds: how long ``no_network`` tries.
        lookup: gives the addresses of a host.
        deadline: when everything that is read or written must be done, by ``time.monotonic``.
    """

    local: str = ""
    connect_seconds: float = 3.0
    seconds: float = 7.0
    lookup: Callable[[str, int, float], list[str]] = looked_up
    deadline: float = float("inf")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host, at an address that was checked.

        Args:
            host: its name, or an address.
            port: the port.
            timeout: not used; the limits are those of this object.
            local_address: not used.
            socket_options: passed on.

        Returns:
            The connection.

        Raises:
            Unreachable: no address answers.
            InputError: the name leads to an address within a network.
        """
        end = time.monotonic() + 2 * self.connect_seconds
        for address in self._allowed(host, port):
            seconds = min(self.connect_seconds, end - time.monotonic())
            if seconds <= 0:
                break
            try:
                return _Bounded(super().connect_tcp(address, port, seconds, None, socket_options), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise Unreachable(f"{host} does not answer")

    def _allowed(self, host: str, port: int) -> list[str]:
        if f"{host}:{port}" == self.local:
            return [host]
        addresses = self.lookup(host, port, self.connect_seconds)
        if inside := [a for a in addresses if not public(ipaddress.ip_address(a.partition("%")[0]))]:
            fix = "use a public address; for a file within your network use a folder (file:///)"
            raise InputError(Problem(host, f"the address {inside[0]} of a private network", "a public address", fix))
        return addresses


def no_network(reach: Reach, servers: Collection[tuple[str, int]]) -> str:
    """Find out whether there is a network at all: whether any of some servers can be reached.

    All are tried at the same time, so that the answer takes seconds, however many there are.

    Args:
        reach: makes the connections.
        servers: hosts and ports.

    Returns:
        Empty if one of them can be reached, or may not be; else why the first one cannot.
    """
    end = time.monotonic() + reach.seconds
    reasons: dict[tuple[str, int], str] = {}
    reached = threading.Event()

    def attempt(server: tuple[str, int]) -> None:
        for _ in range(PROBES):
            if reached.is_set() or time.monotonic() >= end:
                return
            try:
                reach.connect_tcp(*server).close()
                reached.set()
            except Unreachable as error:
                reasons[server] = str(error)
                reached.wait(min(1.0, reach.seconds / 4))
            except InputError:  # it is there, and its own turn reports it
                reached.set()

    distinct = list(dict.fromkeys(servers))
    threads = [threading.Thread(target=attempt, args=(server,), daemon=True) for server in distinct]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    if reached.is_set() or not threads:
        return ""
    return next((reasons[server] for server in distinct if server in reasons), "no server answers in time")
