"""Routes that answer anybody: each says so itself."""


def anyone() -> None:
    """A route's dependency: it answers whoever asks, signed in or not."""
