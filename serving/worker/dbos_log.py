"""DBOS's own messages go to the service's log, without their words."""

import logging

from structlog.typing import FilteringBoundLogger

from features.settings import Settings
from serving.web.logs import LEVELS


class DbosLogHandler(logging.Handler):
    """Logs that DBOS said something, and where. Its words may repeat an error's, and those a student's value."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self.log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line of the log."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        self.log.log(record.levelno, "dbos", where=f"{record.filename}:{record.lineno}", error=kind)


def redirect_dbos_log(log: FilteringBoundLogger, level: int) -> None:
    """Sends what DBOS logs to our log, and nowhere else."""
    logger = logging.getLogger("dbos")
    logger.handlers = [DbosLogHandler(log)]
    logger.propagate = False
    logger.setLevel(level)


def dbos_level(settings: Settings) -> int:
    """The level for DBOS: its `info` is about itself, so only `debug` includes it."""
    level = LEVELS[settings.log_level]
    return level if level < logging.INFO else max(level, logging.WARNING)
