"""A server on loopback that answers requests with JSON, for tests whose other end is a program of somebody else."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    """What was asked of the server."""

    method: str
    path: str
    authorization: str
    body: bytes


Answer = tuple[int, object]
"""A status, and what is said as JSON."""


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the server's `answer`."""

    def do_GET(self) -> None:
        self.reply()

    def do_POST(self) -> None:
        self.reply()

    def do_PUT(self) -> None:
        self.reply()

    def reply(self) -> None:
        """Sends what `answer` says to the request."""
        assert isinstance(self.server, JsonServer)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        given = self.headers.get("Authorization", "")
        status, said = self.server.answer(Request(self.command, self.path, given, body))
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - of the library
        """Nothing."""


class JsonServer(ThreadingHTTPServer):
    """A server on a free port of this machine."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer


@contextmanager
def answering(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """The address at which each request is answered so, until the block ends."""
    server = JsonServer(answer)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
