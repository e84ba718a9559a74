"""Where a pull writes until it is whole: a hidden folder beside what the pull before left."""

import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

UNDER_WAY = Path(".pull")
"""Where a pull writes: a load does not see hidden files."""

A_DAY = 24 * 60 * 60


def folder_under_way(folder: Path) -> Path:
    """Where a pull writes: what a killed one left is gone on with for a day, and removed after it."""
    under_way = folder / UNDER_WAY
    if under_way.exists() and time.time() - under_way.stat().st_mtime > A_DAY:
        shutil.rmtree(under_way)
    under_way.mkdir(parents=True, exist_ok=True, mode=0o700)
    return under_way


class RowWriter(Protocol):
    """Writes rows of CSV."""

    def writerow(self, row: Iterable[str], /) -> object:
        """Writes one row."""

    def writerows(self, rows: Iterable[Iterable[str]], /) -> object:
        """Writes rows."""
