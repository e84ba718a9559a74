"""Digests by which compiled SQL is found again: of a definition, of the source that it reaches, of the libraries."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import lru_cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, MethodType

from pydantic import BaseModel

from features.engine.module_reach import reach_digest
from features.table_schema import Table

LIBRARIES = ("ibis-framework", "sqlglot", "duckdb")
"""The libraries that decide what SQL comes of an expression."""

SOURCE = Path(__file__).parents[1]
"""The package whose code decides what a definition means."""

TABLE_TEXTS: dict[str, tuple[Table, str]] = {}
"""The text of each table by its name, with the table itself."""

NO_DEFINITION = {"of_definition": False}
"""The metadata of a dataclass's field that says nothing of what comes of it."""


def canonical_text(value: object) -> str:
    """A definition as text: the same in every process, and another one for another definition or other source.

    TypeError for anything but plain values, dataclasses, Pydantic models, collections of them, and classes.
    """
    if value is None or isinstance(value, bool | int | float | str | date):
        return repr(value)
    if isinstance(value, type):
        return qualified_name(value)
    if isinstance(value, Table):
        return table_text(value)
    if is_dataclass(value):
        return record_text(value, [one.name for one in fields(value) if one.metadata.get("of_definition", True)])
    if isinstance(value, BaseModel):
        return record_text(value, list(type(value).model_fields))
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(canonical_text, value))}]"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(canonical_text, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{canonical_text(key)}: {canonical_text(one)}' for key, one in value.items())}}}"
    raise TypeError(f"not a part of a definition: {type(value).__name__}")


def table_text(table: Table) -> str:
    """The text of a table, kept: it holds nothing that can change, and is asked for with nearly every script."""
    held = TABLE_TEXTS.get(table.name)
    if held is None or held[0] is not table:
        held = TABLE_TEXTS[table.name] = (table, record_text(table, [one.name for one in fields(table)]))
    return held[1]


def record_text(value: object, names: Sequence[str]) -> str:
    """The text of an object with fields."""
    parts = (f"{name}={canonical_text(getattr(value, name))}" for name in names)
    return f"{qualified_name(type(value))}({', '.join(parts)})"


def qualified_name(kind: type) -> str:
    """A class's name with its module, and the digest of all source that its methods may reach."""
    return f"{kind.__module__}.{kind.__qualname__}:{reach_digest(kind.__module__)}"


def call_text(call: Callable[..., object]) -> str:
    """A call without arguments as text: of a function of a module, a method of a definition, or either with arguments.

    TypeError for a function within another one: what it takes from there cannot be told.
    """
    if isinstance(call, partial):
        return f"{call_text(call.func)}({canonical_text(call.args)}, {canonical_text(call.keywords)})"
    if isinstance(call, MethodType):
        return f"{canonical_text(call.__self__)}.{call_text(call.__func__)}"
    if isinstance(call, FunctionType) and "<" not in call.__qualname__:
        return f"{call.__module__}.{call.__qualname__}:{reach_digest(call.__module__)}"
    raise TypeError(f"not a function of a module: {call!r}")


def definition_key(kind: str, *texts: str) -> str:
    """The digest by which what is compiled of a definition is found; `kind` tells apart what that is."""
    return sha256("\n".join([kind, *texts, library_versions()]).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """A digest of a file's content."""
    return sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=8)
def source_digest(folder: Path = SOURCE) -> str:
    """A digest of every Python module in a folder, for what all of them may decide."""
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\n{file_digest(path)}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def library_versions() -> str:
    """The versions of Python and of the libraries that decide what SQL comes of an expression."""
    return ", ".join([sys.version, *(f"{name} {version(name)}" for name in LIBRARIES)])
