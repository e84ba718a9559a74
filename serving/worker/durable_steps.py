"""What the steps of every workflow share: how often they are tried, and how their errors are told."""

from dbos import DBOS

from serving.web.logs import error_location

ATTEMPTS = 5


def describe_fault(error: Exception) -> str:
    """The error's kind and place, without its words."""
    return f"{type(error).__name__} at {error_location(error)}"


def is_last_attempt() -> bool:
    """Whether the step that runs will not be tried again."""
    status = DBOS.step_status
    return status is None or status.current_attempt == ATTEMPTS - 1
