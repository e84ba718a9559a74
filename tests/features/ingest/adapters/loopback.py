"""A program of HTTP behind a socket of this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx


@contextmanager
def on_loopback(answer: Callable[[httpx.Request], httpx.Response], *, cut_once: str) -> Iterator[str]:
    """Its address. The first answer to a path that ends so is cut off in its midst."""
    whole = {cut_once: False}

    class Handler(BaseHTTPRequestHandler):
        """Hands requests to the program."""

        def do_GET(self) -> None:
            """Answers a request."""
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            place = f"http://127.0.0.1:{listening.server_port}{self.path}"
            said = answer(httpx.Request(self.command, place, headers=self.headers.items(), content=body))
            cut = self.path.partition("?")[0].endswith(cut_once) and not whole[cut_once]
            whole[cut_once] = whole[cut_once] or cut
            self.send_response(said.status_code)
            self.send_header("Content-Type", said.headers.get("content-type", "text/plain"))
            self.send_header("Content-Length", str(len(said.content)))
            self.end_headers()
            self.wfile.write(said.content[: len(said.content) // 2] if cut else said.content)
            self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the names that the library calls

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()
