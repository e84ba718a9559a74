"""How long work tells what it does."""

from collections.abc import Callable

Progress = Callable[[str], None]


def quietly(_: str) -> None:
    """Says nothing."""
