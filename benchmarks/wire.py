"""A client that costs next to nothing: prepared bytes out over a kept connection, an answer's bytes back.

A comfortable client takes longer than an empty route does, and would hide most of every ratio.
"""

import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
ENOUGH = 1 << 16
PATIENCE = 60.0


@dataclass(frozen=True)
class Ask:
    """A request to a server: which port, and the bytes."""

    port: int
    content: bytes


def ask(port: int, method: str, path: str, *, key: str = "", body: bytes = b"") -> Ask:
    """A request, ready to be sent as often as wanted."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += ["Content-Type: application/json"] if body else []
    return Ask(port, "\r\n".join([*lines, "", ""]).encode() + body)


class Line:
    """A kept connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, asked: Ask) -> None:
        """Sends a request."""
        self.socket.sendall(asked.content)

    def receive(self) -> bytes:
        """The body of the next answer; ConnectionError where it is not a 200."""
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self.more()
        length = LENGTH.search(got[: end + 2])
        if not got.startswith(b"HTTP/1.1 200") or length is None:
            raise ConnectionError(f"expected 200, got: {got.splitlines()[0].decode()}")
        while len(got) < end + 4 + int(length.group(1)):
            got += self.more()
        return got[end + 4 :]

    def more(self) -> bytes:
        """More bytes of the answer."""
        part = self.socket.recv(ENOUGH)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part

    def close(self) -> None:
        """Ends the connection."""
        self.socket.close()


def latencies(asked: Ask, times: int) -> list[float]:
    """Milliseconds of each of so many requests, one after the other on one connection."""
    line, took = Line(asked.port), []
    for _ in range(times):
        began = time.perf_counter()
        line.send(asked)
        line.receive()
        took.append((time.perf_counter() - began) * 1000)
    line.close()
    return took


def throughput(asked: Ask, times: int, connections: int) -> float:
    """Requests a second, with a request under way on each connection all the time."""
    lines = [Line(asked.port) for _ in range(connections)]
    began = time.perf_counter()
    for line in lines:
        line.send(asked)
    for i in range(times):
        answered = lines[i % connections]
        answered.receive()
        if i < times - connections:
            answered.send(asked)
    took = time.perf_counter() - began
    close_all(lines)
    return times / took


def close_all(lines: Sequence[Line]) -> None:
    """Ends every connection."""
    for line in lines:
        line.close()
