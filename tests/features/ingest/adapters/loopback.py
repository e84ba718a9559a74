"""A program of HTTP behind a socket of this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx


@contextmanager
def on_loopback(answer: Callable[[httpx.Request], httpx.Response], *, cut_once: str | None = None) -> Iterator[str]:
    """Its address. The first answer to a path that ends so is cut off in its midst."""
    whole = {cut_once: cut_once is None}

    class Handler(BaseHTTPRequestHandler):
        """Hands requests to the program."""

        def do_GET(self) -> None:
            """Answers a request."""
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            place = f"http://127.0.0.1:{listening.server_port}{self.path}"
            said = answer(httpx.Request(self.command, place, headers=self.headers.items(), content=body))
            cut = not whole[cut_once] and self.path.partition("?")[0].endswith(cut_once or "")
            whole[cut_once] = whole[cut_once] or cut
            self.send_response(said.status_code)
            for name, value in {"content-type": "text/plain", **said.headers}.items():
                if name != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.content)))
            self.end_headers()
            self.wfile.write(said.content[: len(said.content) // 2] if cut else said.content)
            self.close_connection = True

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that the library calls

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()
