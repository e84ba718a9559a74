"""A value that is made again once it is some seconds old."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")


class RecentValue(Generic[Value]):
    """What was made last, and when; nothing is kept of a call that raises."""

    def __init__(self, seconds: float) -> None:
        self.most = timedelta(seconds=seconds)
        self.kept: tuple[datetime, Value] | None = None

    def get(self, now: datetime, make: Callable[[], Value]) -> Value:
        """The value of less than some seconds ago, or a new one. Two threads may both make it: it is cheap enough."""
        kept = self.kept
        if kept is None or not timedelta(0) <= now - kept[0] < self.most:
            kept = now, make()
            self.kept = kept
        return kept[1]
