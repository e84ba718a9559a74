"""Which modules a module reaches by its imports, directly or through others, and a digest of their source.

What a function does can only change with a module that its own module reaches. Everything else may change, and what was
compiled stays. Imports by a text that a program puts together are not seen: `features` has none.
"""

import re
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

OURS = "features"
"""The package whose modules are followed, beside that of the module itself."""

IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)|import[ \t]+([^\n]+))", re.M)
"""An import, also within a function: the module and the names taken from it, or modules."""

NAME = re.compile(r"[\w.]+")


@lru_cache(maxsize=512)
def reach_digest(module: str) -> str:
    """A digest of the source of a module and of all that it reaches; TypeError for a module without a file."""
    if file_of(module) is None:
        raise TypeError(f"not a part of a definition: {module} has no file of source")
    digest = sha256()
    for name in sorted(reached_modules(module)):
        digest.update(name.encode() + b"\n" + sha256(source_of(name)).digest())
    return digest.hexdigest()


@lru_cache(maxsize=512)
def reached_modules(module: str) -> frozenset[str]:
    """The names of a module and of those that it reaches, in our package and in its own."""
    found, left = {module}, [module]
    while left:
        new = imported_by(left.pop(), frozenset({OURS, module.partition(".")[0]})) - found
        found |= new
        left += new
    return frozenset(found)


@lru_cache(maxsize=1024)
def imported_by(module: str, packages: frozenset[str]) -> frozenset[str]:
    """The modules of some packages that a module names in an import."""
    named = set()
    for where, names, plain in IMPORT.findall(source_of(module)):
        taken = NAME.findall(names.decode())
        named |= {where.decode(), *(f"{where.decode()}.{name}" for name in taken), *NAME.findall(plain.decode())}
    return frozenset(name for name in named if name.partition(".")[0] in packages and file_of(name))


@lru_cache(maxsize=1024)
def source_of(module: str) -> bytes:
    """The source of a module."""
    path = file_of(module)
    return path.read_bytes() if path else b""


@lru_cache(maxsize=4096)
def file_of(module: str) -> Path | None:
    """The file of a module; None where the name is not a module's."""
    loaded = getattr(sys.modules.get(module), "__file__", None)
    if loaded:
        return Path(loaded)
    package, *parts = module.split(".")
    for folder in getattr(sys.modules.get(package), "__path__", ()):
        path = Path(folder).joinpath(*parts)
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
    return None
