"""A server that is asked to stop answers what it has; what comes after waits on the socket held for it and its next."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.kept_folders import ROOT

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PUT = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"


class Line:
    """A connection to the server."""

    def __init__(self, held: socket.socket) -> None:
        self.socket = socket.create_connection(held.getsockname(), timeout=300)
        self.read = self.socket.makefile("rb")

    def __enter__(self) -> "Line":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes both ends."""
        self.read.close()
        self.socket.close()

    def send(self, content: bytes) -> None:
        """Sends as it is."""
        self.socket.sendall(content)

    def answer(self) -> tuple[bytes, int]:
        """Status and the number of the process; fails where none comes."""
        assert self.read.peek(1), "nobody answered"
        head = list(iter(self.read.readline, b"\r\n"))
        (length,) = (int(line.split()[1]) for line in head if line.lower().startswith(b"content-length"))
        return head[0].split()[1], int(self.read.read(length))


@contextmanager
def started(held: socket.socket) -> "Iterator[subprocess.Popen[bytes]]":
    """A server that is handed the socket."""
    line = [sys.executable, "-m", "tests.serving.web.handed_over_server", str(held.fileno())]
    process = subprocess.Popen(line, cwd=ROOT, pass_fds=[held.fileno()], stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_restart_on_a_held_socket_loses_no_request() -> None:
    with ExitStack() as ends:
        held = ends.enter_context(socket.create_server(("127.0.0.1", 0)))
        first = ends.enter_context(started(held))
        silent, begun, idle = (ends.enter_context(Line(held)) for _ in range(3))
        begun.send(PUT)
        assert begun.read.readline().startswith(b"HTTP/1.1 100")
        begun.read.readline()
        idle.send(GET)
        assert idle.answer() == (b"200", first.pid)  # so that the silent one before it was accepted, too
        first.send_signal(signal.SIGTERM)
        assert idle.read.read() == b""  # it stops
        later = ends.enter_context(Line(held))
        for line, content in ((silent, GET), (begun, b"{}"), (later, GET)):
            line.send(content)
        assert silent.answer() == begun.answer() == (b"200", first.pid)
        assert silent.read.read() == begun.read.read() == b""
        first.wait(timeout=300)
        second = ends.enter_context(started(held))
        assert later.answer() == (b"200", second.pid)
