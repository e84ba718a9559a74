"""A command waits for its own module and no other: libraries for models take seconds to import."""

import json
import subprocess
import sys
from importlib import import_module

import pytest
import typer.main

from ontrack import COMMANDS

HEAVY = ("pandas", "duckdb", "lightgbm", "sklearn", "mlflow", "fastapi", "dbos")


@pytest.mark.parametrize("module", COMMANDS)
def test_every_command_is_in_the_module_that_is_said_to_hold_it_and_no_other_is(module: str) -> None:
    found = typer.main.get_command(import_module(module).app)
    names = set(found.commands) if isinstance(found, typer.core.TyperGroup) else {found.name}
    assert names == set(COMMANDS[module])


@pytest.mark.parametrize(
    ("asked", "not_loaded"),
    [
        ("keys create --help", HEAVY),
        ("users password --help", HEAVY),
        ("doctor", HEAVY),
        ("ingest --help", ("lightgbm", "sklearn", "mlflow", "fastapi", "dbos")),
        ("promote --help", ("mlflow", "fastapi", "dbos")),
        ("score --help", ("mlflow", "dbos")),
        ("worker list --help", ("mlflow", "dbos")),
    ],
)
def test_what_a_command_does_not_need_is_not_loaded(asked: str, not_loaded: tuple[str, ...]) -> None:
    program = f"""
import json, sys, ontrack
sys.argv = ["ontrack", *{asked.split()!r}]
try:
    ontrack.main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert not set(json.loads(done.stdout.splitlines()[-1])) & set(not_loaded)
