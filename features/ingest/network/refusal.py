"""What is refused of a source behind a network."""

from features.errors import Refused


class SourceRefused(Refused):
    """A source behind a network that cannot be read as it is. Nothing was loaded. Exit code 5."""

    exit_code = 5
