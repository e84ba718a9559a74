"""How many requests a program may send: a count for each minute of this process's clock, told with each answer."""

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

WINDOW = 60
"""Seconds."""


@dataclass(frozen=True)
class RateState:
    """What is left to a program in this window; `left` is below zero for a request too many."""

    limit: int
    left: int
    seconds: int

    @property
    def exceeded(self) -> bool:
        """Whether this request is one too many."""
        return self.left < 0

    @property
    def headers(self) -> dict[str, str]:
        """The header fields of draft-ietf-httpapi-ratelimit-headers; with a Retry-After for a request too many."""
        said = {
            "RateLimit-Policy": f'"minute";q={self.limit};w={WINDOW}',
            "RateLimit": f'"minute";r={max(self.left, 0)};t={self.seconds}',
        }
        return {**said, "Retry-After": str(self.seconds)} if self.exceeded else said


@dataclass
class RateLimits:
    """The counts of one process; those of an earlier window are forgotten."""

    limit: int
    window: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def count(self, program: str, now: datetime) -> RateState:
        """Counts a request, and says what is left."""
        moment = int(now.timestamp())
        with self.lock:
            if self.window != moment // WINDOW:
                self.window, self.counts = moment // WINDOW, {}
            self.counts[program] = taken = self.counts.get(program, 0) + 1
        return RateState(self.limit, self.limit - taken, WINDOW - moment % WINDOW)
