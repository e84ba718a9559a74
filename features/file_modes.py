"""File modes of the home folder: 0700 for folders and 0600 for files, as they hold students' records."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from features.health import HealthCheck

OTHERS = 0o077
"""The bits that let the group and everybody else in."""


def keep_files_private() -> None:
    """Let this process, and those it starts, make files that no other account can open."""
    os.umask(OTHERS)


def is_open_to_others(path: Path) -> bool:
    """Whether another account may open a path; False where it is gone, or is a link, whose target counts."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & OTHERS)


def open_paths(home: Path) -> Iterator[Path]:
    """The home folder and everything in it that another account may open."""
    if is_open_to_others(home):
        yield home
    for folder, folders, files in os.walk(home):
        yield from (path for name in (*folders, *files) if is_open_to_others(path := Path(folder, name)))


def close_to_others(home: Path) -> int:
    """How many paths of the home folder were open to other accounts; none is any more. The home comes first."""
    closed = 0
    for path in open_paths(home):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
        closed += 1
    return closed


def check_modes(home: Path) -> Iterator[HealthCheck]:
    """Whether another account can open anything of the home folder."""
    found = list(open_paths(home))
    if not found:
        yield HealthCheck("modes", "ok", "no other account can open anything in home")
        return
    first = f"{len(found):,} files and folders can be opened by other accounts, {found[0]} first"
    reachable = found[0] == home
    yield HealthCheck(
        "modes", "wrong" if reachable else "look",
        first if reachable else f"{first}; the home folder itself is closed",
        "run `ontrack doctor --mend`",
    )  # fmt: skip
