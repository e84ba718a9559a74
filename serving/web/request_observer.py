"""Who takes note of requests: of route template, status and time, never of an address or a value."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class AnsweredRequest:
    """What may be known of a request: no id, no name, no value."""

    method: str
    route: str
    """The route's template; empty where no route matched."""
    status: int
    seconds: float
    request_id: str = ""
    """As the answer's `X-Request-Id` says it."""
    traceparent: str = ""
    """The header by which the caller names its own trace (W3C Trace Context); empty without one."""


class RequestObserver(Protocol):
    """Takes note of each request."""

    def observe(self, request: AnsweredRequest) -> None:
        """Takes note of one request."""


@dataclass(frozen=True)
class Observers:
    """Several that take note, one after the other; without any, nobody does."""

    observers: tuple[RequestObserver, ...] = ()

    def observe(self, request: AnsweredRequest) -> None:
        """Lets each take note."""
        for one in self.observers:
            one.observe(request)


UNOBSERVED = Observers()
