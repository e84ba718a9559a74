"""The service's log: JSON lines of the listed fields only, so that no student's value gets in."""

import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import FilteringBoundLogger

LOGGED_FIELDS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "method",
        "route",
        "status",
        "ms",
        "incident",
        "error",
        "where",
        "release",
        "request",
    }
)
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def open_log(level: str, to: TextIO | None = None) -> FilteringBoundLogger:
    """A logger that writes to a stream, standard error without one."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(to or sys.stderr),  # a line in one write: processes share the stream
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            drop_other_fields,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
    )
    return logger


def drop_other_fields(_logger: object, _name: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """The event without any field that is not listed."""
    return {name: value for name, value in event.items() if name in LOGGED_FIELDS}


def error_location(error: Exception) -> str:
    """The last file and line of our own that led to it, without any value."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
