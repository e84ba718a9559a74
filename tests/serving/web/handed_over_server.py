"""A server on a socket that is handed over, as `ontrack serve` starts it, with an application that imports nothing.

Usage: python -m tests.serving.web.handed_over_server DESCRIPTOR
"""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from features.settings import Settings
from serving import server
from serving.listening import FIRST_HANDED
from serving.web import http_connection

Message = dict[str, object]
PATIENCE = 300.0
"""Seconds for which the server waits for a request, or a part of one: no machine is too busy for them."""


class OwnNumber:
    """Answers each request with the number of its process, once the body is there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request."""
        while scope["type"] == "http" and (await receive()).get("more_body"):
            pass
        if scope["type"] == "http":
            number = str(os.getpid()).encode()
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(number))]}
            )
            await send({"type": "http.response.body", "body": number})


if __name__ == "__main__":
    os.dup2(int(sys.argv[1]), FIRST_HANDED)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    server.build_app = OwnNumber  # type: ignore[assignment]
    http_connection.FIRST_REQUEST_SECONDS = http_connection.WINDOW_SECONDS = PATIENCE
    server.serve(Settings(home=Path("home")), None)
