"""The folder of compiled SQL: files that are found by a digest and hold one of their own content.

Whatever goes wrong with a file costs time only.
"""

import os
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

FOLDER_VARIABLE = "ONTRACK_CACHE"
"""The environment variable that names another cache folder; set to nothing, no script is kept on disk."""

KEPT_DAYS = 30
"""Days after which a file that nobody used is removed."""

MOST_KEPT = 8000
"""Files that are kept at most, of some 1 to 100 KB each."""

DAY = 24 * 60 * 60


def cache_folder() -> Path | None:
    """Where compiled SQL is kept on disk; None where it is not."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) / "scripts" if named else None
    base = Path(os.environ.get("XDG_CACHE_HOME") or "")
    try:
        return (base if base.is_absolute() else Path.home() / ".cache") / "ontrack" / "scripts"
    except RuntimeError:  # an account without a home folder
        return None


def read_content(key: str) -> bytes | None:
    """The content of the file of that digest; None where there is none, or it is damaged."""
    folder = cache_folder()
    if folder is None or not is_private(folder):
        return None
    path = folder / f"{key}.json"
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
        if digest != sha256(content).hexdigest().encode():
            return None
        keep_longer(path)
    except OSError:
        return None
    return content


def keep_longer(path: Path) -> None:
    """Say that a file is still used, once a day."""
    if time.time() - path.stat().st_mtime > DAY:
        os.utime(path)


def is_private(folder: Path) -> bool:
    """Whether only this user can write there: what is read from the folder is run as SQL."""
    try:
        found = folder.stat()
    except OSError:
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def write_content(key: str, content: bytes) -> None:
    """Keep content on disk if that can be: whole or not at all, whoever else writes the same."""
    folder = cache_folder()
    if folder is None:
        return
    with suppress(OSError):  # a disk that is full or read-only: the next process compiles again
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_private(folder):
            put_in_place(folder / f"{key}.json", sha256(content).hexdigest().encode() + b"\n" + content)
            if key.endswith("00"):  # one of 256: a training may write some hundreds, and looks at every file each time
                prune(folder)


def put_in_place(path: Path, content: bytes) -> None:
    """A file with that content, which others see whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".writing")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def prune(folder: Path, now: float | None = None) -> None:
    """Remove what nobody used for long, what a killed process left, and the oldest where there is too much."""
    now = time.time() if now is None else now
    with os.scandir(folder) as entries:
        ages = sorted((now - entry.stat().st_mtime, entry.path) for entry in entries)
    for place, (age, path) in enumerate(ages):
        if age > KEPT_DAYS * DAY or place >= MOST_KEPT or (path.endswith(".writing") and age > DAY):
            Path(path).unlink(missing_ok=True)
