"""What a pull of a OneRoster API asks for: everything, or what changed since the rows that are there."""

import csv
import time
from collections.abc import Iterator, Set
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from features.ingest.adapters.oneroster.package import COLUMNS, EACH
from features.sources.oneroster import OneRosterRest

WHOLE = ".whole"
"""The file whose time says when everything was read."""

OVERLAP = timedelta(days=1)
"""What is asked for again: rows that changed while pages were read, and clocks that differ."""

A_DAY = 24 * 60 * 60
CHANGED, KEY = EACH.index("dateLastModified"), EACH.index("sourcedId")
USER = len(EACH) + COLUMNS["roles"].index("userSourcedId")
"""Where columns stand in the files that a pull writes."""


def reads_everything(folder: Path, source: OneRosterRest) -> bool:
    """Whether a pull reads everything: always without `whole_days`, else once they are over."""
    read = folder / WHOLE
    return not (source.whole_days and read.exists() and time.time() - read.stat().st_mtime < source.whole_days * A_DAY)


def since_of(path: Path) -> str:
    """From which modification on a collection is asked for; "" for all of it, where a row does not tell its own."""
    if not path.exists():
        return ""
    latest = ""
    for row in rows_of(path):
        if not row[CHANGED]:
            return ""
        latest = max(latest, row[CHANGED])
    with suppress(ValueError):
        return f"{date.fromisoformat(latest[:10]) - OVERLAP}T00:00:00.000Z"
    return ""


def rows_of(path: Path) -> Iterator[list[str]]:
    """The rows of a file of a pull, without its header; none where there is no file."""
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows, None)
            yield from rows


def rows_besides(path: Path, changed: Set[str]) -> Iterator[list[str]]:
    """The rows of a file of the pull before whose objects, or of roles whose users, did not change."""
    place = USER if path.stem == "roles" else KEY
    return (row for row in rows_of(path) if row[place] not in changed)
