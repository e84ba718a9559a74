"""What a command writes into the home folder is open to its own account only, from the start."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.file_modes import open_paths
from tests.journeys.conftest import Installation

SETTINGS = """
home = "home"
today = 2026-11-20

[[districts]]
id = "lakeside"
name = "Lakeside Schools"
records = "records"
"""


@pytest.fixture(scope="module")
def used() -> Iterator[Installation]:
    """An installation in a folder that everybody can enter, used by somebody whose files are open by default."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    before = os.umask(0o022)
    try:
        (folder / "ontrack.toml").write_text(SETTINGS, encoding="utf-8")
        installation = Installation(folder)
        installation.run("simulate", "records", "--district", "lakeside", "--students", "60", "--years", "2")
        installation.run("worker", "enqueue", "--district", "lakeside")
        installation.run("worker", "run", "--once")
        installation.refused_here("score", "--district", "lakeside", code=3)
        installation.refused_here("users", "password", "--district", "lakeside", "S001", code=3)
        yield installation
    finally:
        os.umask(before)
        shutil.rmtree(folder)


def read_as_other_account(folder: Path) -> str:
    """What another account of this machine can read of the files below a folder; only root can ask as another."""
    account = pwd.getpwnam("nobody")
    line = ["find", str(folder), "-type", "f", "-exec", "cat", "{}", "+"]
    done = subprocess.run(
        line, user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd="/", capture_output=True, check=False
    )
    return done.stdout.decode(errors="replace")


def test_another_account_can_open_nothing(used: Installation) -> None:
    home = used.folder / "home"
    made = {path.name for path in home.rglob("*") if path.is_file()}
    assert {"service.db", "worker.sqlite", "lakeside.duckdb"} <= made
    assert list(open_paths(home)) == []
    assert list(open_paths(used.folder / "records")) == []
    if os.geteuid() == 0:
        assert read_as_other_account(used.folder) == SETTINGS
        home.chmod(0o755)
        assert read_as_other_account(used.folder) == SETTINGS


def test_a_home_that_others_can_open_is_said_in_one_line(used: Installation) -> None:
    (used.folder / "home").chmod(0o755)
    said = used.said_here("worker", "list")
    assert said.splitlines() == ["ontrack: other accounts can open home; run `ontrack doctor --mend`"]
    used.run_here("doctor", "--mend")
    assert used.said_here("worker", "list") == ""
