"""Compiled scripts, kept in memory and on disk: a second process for the same definitions compiles nothing.

A script is found by a digest of its definition, of the source of `features` and of the library versions, so that a
stale one is never found. Whatever goes wrong with the files costs time only.
"""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from pathlib import Path
from threading import Lock
from types import FunctionType
from typing import ParamSpec

import ibis.expr.types as ir
from pydantic import TypeAdapter, ValidationError

from features.engine.compilation import compile_script, without_collection
from features.engine.definition_digest import canonical_text, library_versions, module_digest, source_digest
from features.engine.sql_script import Script

Definition = ParamSpec("Definition")

FOLDER_VARIABLE = "ONTRACK_CACHE"
"""The environment variable that names another cache folder; set to nothing, no script is kept on disk."""

KEPT_DAYS = 30
"""Days after which a script that nobody used is removed."""

MOST_KEPT = 4000
"""Scripts that are kept at most, of some 1 to 100 KB each, on disk and in memory."""

DAY = 24 * 60 * 60
REMEMBERED: dict[str, Script] = {}
"""The scripts of this process by their digest."""

REMEMBERING = Lock()
"""Held while a script is remembered: threads share them."""

SCRIPT_JSON = TypeAdapter(Script)
"""How a script is written to its file and read from it."""


def cached_script(build: Callable[Definition, Script]) -> Callable[Definition, Script]:
    """A function that compiles a script, asked once for each definition by all processes of a user together.

    What it is given must be a definition: plain values, dataclasses, collections and classes, never a day or a number
    that a parameter of the script could be.
    """

    @wraps(build)
    def found(*args: Definition.args, **kwargs: Definition.kwargs) -> Script:
        return find_script(script_key(build, args, kwargs), lambda: build(*args, **kwargs))

    return found


def query_script(query: Callable[Definition, ir.Table], *args: Definition.args, **kwargs: Definition.kwargs) -> Script:
    """The script of the query that a function builds from a definition; it is only called where there is no script.

    TypeError for a method or a function within another one: what these take from elsewhere is not in the digest.
    """
    if not isinstance(query, FunctionType) or "<" in query.__qualname__:
        raise TypeError(f"not a function of a module: {query!r}")
    return find_script(script_key(query, args, kwargs), lambda: compile_script(query(*args, **kwargs)))


def find_script(key: str, make: Callable[[], Script]) -> Script:
    """The script of that digest from memory or disk; made, and kept there, where there is none."""
    script = REMEMBERED.get(key) or read_script(key)
    if script is None:
        with without_collection():
            script = write_script(key, make())
    with REMEMBERING:
        REMEMBERED[key] = script
        if len(REMEMBERED) > MOST_KEPT:
            del REMEMBERED[next(iter(REMEMBERED))]
    return script


def script_key(build: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> str:
    """The digest by which a script is found: of the function and all that it is given, of source and versions."""
    name = f"{build.__module__}.{build.__qualname__}"
    parts = (name, canonical_text(args), canonical_text(kwargs), module_digest(build.__module__))
    return sha256("\n".join([*parts, source_digest(), library_versions()]).encode()).hexdigest()


def cache_folder() -> Path | None:
    """Where scripts are kept on disk; None where they are not."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) / "scripts" if named else None
    base = Path(os.environ.get("XDG_CACHE_HOME") or "")
    try:
        return (base if base.is_absolute() else Path.home() / ".cache") / "ontrack" / "scripts"
    except RuntimeError:  # an account without a home folder
        return None


def read_script(key: str) -> Script | None:
    """The script of that digest as it is on disk; None where it is not, or is damaged."""
    folder = cache_folder()
    if folder is None or not is_private(folder):
        return None
    path = folder / f"{key}.json"
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
        if digest.decode() != sha256(body).hexdigest():
            return None
        script = SCRIPT_JSON.validate_json(body)
        keep_longer(path)
    except (OSError, ValueError, ValidationError):
        return None
    return script


def keep_longer(path: Path) -> None:
    """Say that a script is still used, once a day."""
    if time.time() - path.stat().st_mtime > DAY:
        os.utime(path)


def is_private(folder: Path) -> bool:
    """Whether only this user can write there: what is read from the folder is run as SQL."""
    try:
        found = folder.stat()
    except OSError:
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def write_script(key: str, script: Script) -> Script:
    """The script, kept on disk if that can be: whole or not at all, whoever else writes the same one."""
    folder = cache_folder()
    if folder is None:
        return script
    body = SCRIPT_JSON.dump_json(script)
    with suppress(OSError):  # a disk that is full or read-only: the next process compiles again
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_private(folder):
            put_in_place(folder / f"{key}.json", sha256(body).hexdigest().encode() + b"\n" + body)
            if key.endswith("0"):  # one of sixteen: a load may write two hundred, and looks at every file each time
                prune(folder)
    return script


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
    """Remove scripts that nobody used for long, what a killed process left, and the oldest where there are too many."""
    now = time.time() if now is None else now
    with os.scandir(folder) as entries:
        ages = sorted((now - entry.stat().st_mtime, entry.path) for entry in entries)
    for place, (age, path) in enumerate(ages):
        if age > KEPT_DAYS * DAY or place >= MOST_KEPT or (path.endswith(".writing") and age > DAY):
            Path(path).unlink(missing_ok=True)
