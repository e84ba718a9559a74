"""How long-running work reports its steps."""

from collections.abc import Callable

Progress = Callable[[str], None]


def quietly(_: str) -> None:
    """Reports nothing."""
