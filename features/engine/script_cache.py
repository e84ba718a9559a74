"""Compiled scripts, kept in memory and on disk: a second process for the same definitions compiles nothing.

A script is found by a digest of its definition, of the source that it reaches and of the library versions, so that a
stale one is never found.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from threading import Lock
from types import FunctionType
from typing import ParamSpec

import ibis.expr.types as ir
from pydantic import TypeAdapter

from features.engine.cache_folder import read_content, write_content
from features.engine.compilation import compile_script, without_collection
from features.engine.definition_digest import call_text, canonical_text, definition_key
from features.engine.dialect import current_dialect
from features.engine.sql_script import Script

Definition = ParamSpec("Definition")

MOST_REMEMBERED = 4000
"""Scripts that a process keeps in memory at most."""

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
        if len(REMEMBERED) > MOST_REMEMBERED:
            del REMEMBERED[next(iter(REMEMBERED))]
    return script


def script_key(build: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> str:
    """The digest by which a script is found: of the function and all that it is given, of source and versions."""
    return definition_key(
        "script", str(current_dialect()), call_text(build), canonical_text(args), canonical_text(kwargs)
    )


def read_script(key: str) -> Script | None:
    """The script of that digest as it is on disk; None where it is not, or is damaged."""
    content = read_content(key)
    with suppress(ValueError):
        return SCRIPT_JSON.validate_json(content) if content else None
    return None


def write_script(key: str, script: Script) -> Script:
    """The script, kept on disk if that can be."""
    write_content(key, SCRIPT_JSON.dump_json(script))
    return script
