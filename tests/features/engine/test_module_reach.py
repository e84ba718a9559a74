"""The source that a definition reaches: what changes there makes its scripts anew, and nothing else does."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from features.engine.definition_digest import SOURCE
from features.engine.module_reach import file_of, imported_by

REACH = "from features.engine.module_reach import reach_digest; print(reach_digest('features.engine.snapshot_query'))"


@pytest.mark.parametrize(
    ("module", "is_reached"),
    [
        ("engine/record_columns.py", True),
        ("language/quantities.py", True),
        ("tables.py", True),
        ("policies/attendance_policies.py", True),
        ("ingest/load/load_report.py", False),
    ],
)
def test_only_source_that_a_script_reaches_makes_it_anew(tmp_path: Path, module: str, is_reached: bool) -> None:
    shutil.copytree(SOURCE, tmp_path / "features", ignore=shutil.ignore_patterns("__pycache__"))
    before = subprocess.check_output([sys.executable, "-c", REACH], cwd=tmp_path)
    with (tmp_path / "features" / module).open("a") as file:
        file.write("# changed\n")
    after = subprocess.check_output([sys.executable, "-c", REACH], cwd=tmp_path)
    assert (before != after) is is_reached


def test_what_is_imported_is_what_python_would_import() -> None:
    """The few expressions that find imports, against Python's own parser, in every module."""
    for path in SOURCE.rglob("*.py"):
        module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
        named = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not node.level, path
                named |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
            elif isinstance(node, ast.Import):
                named |= {one.name for one in node.names}
        ours = {name for name in named if name and name.startswith("features") and file_of(name)}
        assert ours <= imported_by(module, frozenset({"features"})), path
