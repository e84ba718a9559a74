"""Which test modules can reach the database that `ONTRACK_TEST_DATABASE` chooses: those that import `databases.py`.

That module alone reads the choice, so a test that cannot reach it does the same whatever database is chosen.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHOICE = "tests.serving.databases"


def reaches_database(file: Path) -> bool:
    """Whether a test file imports the choice of a database, itself or through other modules of the tests."""
    seen: set[str] = set()
    waiting = [file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += imports_of(module)
    return CHOICE in seen


@cache
def imports_of(module: str) -> tuple[str, ...]:
    """The modules of the tests that a module imports; none for what is no module."""
    file = ROOT / f"{module.replace('.', '/')}.py"
    return tuple(imports_in(file.read_text(encoding="utf-8"))) if file.exists() else ()


def imports_in(source: str) -> Iterator[str]:
    """The modules of the tests that a source names in its imports, and names that may be modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.startswith("tests."))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests"):
            yield from (node.module, *(f"{node.module}.{one.name}" for one in node.names))
