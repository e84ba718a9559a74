"""The clock of the example service."""

from datetime import datetime, timedelta


class Clock:
    """A clock that tests move."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **amount: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**amount)
