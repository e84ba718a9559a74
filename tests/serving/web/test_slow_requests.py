"""A request that is sent in drops is cut off; who waits for the server, or sends enough, is not."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn
from uvicorn.server import ServerState

from serving.web.http_connection import LEAST_BYTES, HttpConnection

HEAD = "POST / HTTP/1.1|Host: x|Content-Length: 50000||"
Message = dict[str, object]


class Transport(asyncio.Transport):
    """The other side of a connection: whether it was cut off."""

    cut = False

    def write(self, data: object) -> None:
        """Takes an answer."""

    def abort(self) -> None:
        """Is cut off."""
        self.cut = True

    def close(self) -> None:
        """Ends."""

    def is_closing(self) -> bool:
        """Whether it was."""
        return self.cut

    def pause_reading(self) -> None:
        """Waits for us."""

    def resume_reading(self) -> None:
        """Goes on."""

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Nothing is known of it."""
        return default


async def reads_all(scope: Message, receive: Callable[[], Awaitable[Message]], send: object) -> None:
    """An application that answers once it has read the body."""
    assert callable(send)
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


async def reads_nothing(scope: Message, receive: object, send: object) -> None:
    """An application that is busy."""
    await asyncio.Event().wait()


async def is_cut(app: object, before: str, between: str) -> bool:
    """Whether a connection is cut off on which something came before one look, and something before the next."""
    config = uvicorn.Config(app, log_level="critical", ws="none")  # type: ignore[arg-type]  # typed by fewer words here
    config.load()
    state, transport = ServerState(), Transport()
    connection = HttpConnection(config, state, {})
    connection.connection_made(transport)
    for text in (before, between):
        if text:  # nothing would be its end
            connection.data_received(text.replace("|", "\r\n").encode())
        for _ in range(10):
            await asyncio.sleep(0)
        connection.look()
    for task in state.tasks:
        task.cancel()
    connection.connection_lost(None)
    return transport.cut


# application, what came before the first look, what came before the second
CUT = (
    (reads_all, "", ""),
    (reads_all, "GET / HTTP/1.1|Host: x|X-Slow: ", " "),
    (reads_all, f"{HEAD}{{", " "),
    (reads_nothing, f"{HEAD}{{", " "),
    (reads_all, "GET / HTTP/1.1|Host: x||GET /", " "),
)
LEFT = (
    (reads_all, "GET / HTTP/1.1|Host: x||", ""),
    (reads_nothing, "GET / HTTP/1.1|Host: x||", ""),
    (reads_nothing, HEAD.replace("||", "|Expect: 100-continue||"), ""),
    (reads_all, HEAD, " " * LEAST_BYTES),
    (reads_all, "", "GET / HTTP/1.1|Host: x||"),
    (reads_nothing, HEAD.replace("50000", "500000") + " " * 400_000, ""),
)


@pytest.mark.parametrize(("case", "cut"), [*((case, True) for case in CUT), *((case, False) for case in LEFT)])
def test_only_what_comes_in_drops_is_cut_off(case: tuple[object, str, str], cut: bool) -> None:
    with ThreadPoolExecutor(1) as aside:  # where tests of a browser leave no loop running
        assert aside.submit(asyncio.run, is_cut(*case)).result() == cut
