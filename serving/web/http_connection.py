"""A connection of the server: one that a stop does not cut off, and that does not wait for a request sent in drops."""

from asyncio import Transport

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

FIRST_REQUEST_SECONDS = 5.0
"""How long a connection on which nothing came yet is kept open once the server was asked to stop."""
WINDOW_SECONDS = 10.0
"""How often it is looked at what came of a request."""
LEAST_BYTES = 10_000
"""What has to come in each window of a request that is not whole yet."""


class HttpConnection(H11Protocol):
    """Uvicorn's connection, but for two cases.

    One that was just accepted is not closed by a stop: its request may be on the way, and nobody would answer it. And
    a request that is sent in drops is cut off, where uvicorn would wait without end; a body that waits for us is not.
    """

    stopping = False
    came = 0
    seen: object = None
    """What was being received when the last window ended: None, nothing yet or a request."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Begins to look."""
        super().connection_made(transport)
        self.next_look = self.loop.call_later(WINDOW_SECONDS, self.look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Looks no more."""
        self.next_look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what came, and says of a first request of a stopping server that it is the last."""
        self.came += len(data)
        super().data_received(data)
        if self.stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def look(self) -> None:
        """Cuts off a request of which too little came in a whole window; else looks again after the next one."""
        receiving = self.receiving()
        if receiving is not None and receiving is self.seen and self.came < LEAST_BYTES:
            self.transport.abort()
            return
        self.came, self.seen = 0, receiving
        self.next_look = self.loop.call_later(WINDOW_SECONDS, self.look)

    def receiving(self) -> object:
        """The connection, where a head is awaited or there in part; the request of which a body is; else None."""
        if self.conn.their_state is h11.IDLE:
            return self if self.cycle is None or self.conn.trailing_data[0] else None
        ours = self.flow.read_paused or (self.cycle is not None and self.cycle.waiting_for_100_continue)
        return self.cycle if self.conn.their_state is h11.SEND_BODY and not ours else None

    def shutdown(self) -> None:
        """Ends after the request under way or the first one; at once where a request was answered before."""
        if self.cycle is not None:
            super().shutdown()
            return
        self.stopping = True
        self.loop.call_later(FIRST_REQUEST_SECONDS, self.end_silence)

    def end_silence(self) -> None:
        """Closes, where still nothing came."""
        if self.cycle is None and not self.transport.is_closing():
            super().shutdown()
