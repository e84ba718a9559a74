"""A connection of the server that was asked to stop: what was sent on it is answered before it ends."""

from uvicorn.protocols.http.h11_impl import H11Protocol

FIRST_REQUEST_SECONDS = 5.0
"""How long a connection on which nothing came yet is kept open once the server was asked to stop."""


class HttpConnection(H11Protocol):
    """Uvicorn's connection, but for one that was just accepted: its request may be on the way, and is waited for.

    Uvicorn itself closes it, and the request that arrives then is answered by nobody.
    """

    stopping = False

    def shutdown(self) -> None:
        """Ends after the request under way or the first one; at once where a request was answered before."""
        if self.cycle is not None:
            super().shutdown()
            return
        self.stopping = True
        self.loop.call_later(FIRST_REQUEST_SECONDS, self.end_silence)

    def data_received(self, data: bytes) -> None:
        """Takes what came, and says of a first request of a stopping server that it is the last."""
        super().data_received(data)
        if self.stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def end_silence(self) -> None:
        """Closes, where still nothing came."""
        if self.cycle is None and not self.transport.is_closing():
            super().shutdown()
