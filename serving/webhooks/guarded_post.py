"""Posts to an address that somebody else chose: only to the public network, without redirects, within a time.

The name is resolved once and the connection made to the address that was checked, so that a name which then means
another machine leads nowhere.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

SECONDS = 15.0
"""Given to a post in all: to resolve, connect, send, and read the status."""
MOST_ANSWER = 16 * 1024
"""Bytes of an answer that are read."""
EMBEDDED = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 address, which may be a private one."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):  # noqa: N818 - the design's word
    """An address that a webhook may not lead to."""


def refuse_address(url: str, *, loopback: bool) -> SplitResult:
    """The parts of an address; AddressRefused where it is not https with a host, and nothing else before it.

    Where `loopback` is allowed, so is http there.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("expected an address such as https://sis.example.org/ontrack") from None
    local = loopback and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)) or port == 0:
        raise AddressRefused("expected an address that begins with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("expected an address without an account and without a part after #")
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool, seconds: float = SECONDS) -> int:
    """The status of the answer to a post; AddressRefused, or OSError where nothing answers in time."""
    parts = refuse_address(url, loopback=loopback)
    host, secure = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    plain = connect(host, port, loopback=loopback, seconds=seconds)
    deadline = threading.Timer(seconds, hang_up, [plain])
    deadline.daemon = True
    deadline.start()
    try:
        stream = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
        return status_of(stream, parts, body, headers)
    except http.client.HTTPException as error:
        raise OSError(f"no answer of HTTP: {type(error).__name__}") from None
    finally:
        deadline.cancel()
        plain.close()


def status_of(stream: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer; of the answer's body no more is read than the limit."""
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    connection.sock = stream
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", target, body, dict(headers))
    answer = connection.getresponse()
    answer.read(MOST_ANSWER)
    stream.close()
    return answer.status


def hang_up(stream: socket.socket) -> None:
    """Ends a connection, whatever the other end does."""
    with suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)


def connect(host: str, port: int, *, loopback: bool, seconds: float) -> socket.socket:
    """A connection to the first address of a host that answers, once all of its addresses may be reached."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, where in found:
        if not may_be_reached(ipaddress.ip_address(str(where[0]).partition("%")[0]), loopback=loopback):
            raise AddressRefused("the name leads to an address that is not of the public network")
    failed: OSError = OSError("the name has no address")
    for family, kind, protocol, _, where in found:
        stream = socket.socket(family, kind, protocol)
        stream.settimeout(seconds)
        try:
            stream.connect(where)
            return stream
        except OSError as error:
            stream.close()
            failed = error
    raise failed


def may_be_reached(address: Address, *, loopback: bool) -> bool:
    """Whether a webhook may be sent to an address: a public one, or this machine where that is allowed."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return may_be_reached(inner, loopback=loopback)
        if address in EMBEDDED:
            return may_be_reached(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), loopback=loopback)
    if address.is_loopback:
        return loopback
    return address.is_global and not address.is_multicast
