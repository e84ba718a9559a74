"""Digests by which a compiled script is found again: of a definition, of the engine's source, of the libraries."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel

LIBRARIES = ("ibis-framework", "sqlglot", "duckdb")
"""The libraries that decide what SQL comes of an expression."""

SOURCE = Path(__file__).parents[1]
"""The package whose code decides what a definition means."""


def canonical_text(value: object) -> str:
    """A definition as text: the same in every process, and another one for another definition.

    TypeError for anything but plain values, dataclasses, Pydantic models, collections of them, and classes.
    """
    if value is None or isinstance(value, bool | int | float | str | date):
        return repr(value)
    if isinstance(value, type):
        return f"{qualified_name(value)}:{module_digest(value.__module__)}"
    if is_dataclass(value):
        return record_text(value, [field.name for field in fields(value)])
    if isinstance(value, BaseModel):
        return record_text(value, list(type(value).model_fields))
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(canonical_text, value))}]"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(canonical_text, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{canonical_text(key)}: {canonical_text(one)}' for key, one in value.items())}}}"
    raise TypeError(f"not a part of a definition: {type(value).__name__}")


def record_text(value: object, names: Sequence[str]) -> str:
    """The text of an object with fields."""
    parts = (f"{name}={canonical_text(getattr(value, name))}" for name in names)
    return f"{qualified_name(type(value))}({', '.join(parts)})"


def qualified_name(kind: type) -> str:
    """A class's name with its module."""
    return f"{kind.__module__}.{kind.__qualname__}"


@lru_cache(maxsize=64)
def module_digest(name: str) -> str:
    """A digest of a module's source."""
    return file_digest(Path(str(sys.modules[name].__file__)))


def file_digest(path: Path) -> str:
    """A digest of a file's content."""
    return sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=8)
def source_digest(folder: Path = SOURCE) -> str:
    """A digest of every Python module in a folder: a change of any of them, and no script is taken from before."""
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\n{file_digest(path)}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def library_versions() -> str:
    """The versions of Python and of the libraries that decide what SQL comes of an expression."""
    return ", ".join([sys.version, *(f"{name} {version(name)}" for name in LIBRARIES)])
