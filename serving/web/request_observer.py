"""Who takes note of requests: by method, route template, status and time."""

from dataclasses import dataclass
from typing import Protocol


class RequestObserver(Protocol):
    """Takes note of each request."""

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Takes note of one request."""


@dataclass(frozen=True)
class Unobserved:
    """Takes note of nothing."""

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Nothing."""


UNOBSERVED = Unobserved()
