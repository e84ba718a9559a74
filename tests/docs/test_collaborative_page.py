"""The how-to of a collaborative, command by command: three districts share, and the office reports."""

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ontrack
from models.bundle.signing import load_public_key
from models.collaborative.shared_file import read_shared
from tests.docs.pages import DOCS, Saved, Shown, steps

PAGE = DOCS / "how-to" / "collaborative.md"
TRIED = ("ontrack simulate", "ontrack --config")
"""What the commands begin with that a reader types; `make collaborative` is a demo of its own."""


def typed(command: str) -> str:
    """What a command prints, which must end well."""
    done = CliRunner().invoke(ontrack.app, shlex.split(command)[1:])
    assert done.exit_code == 0, (command, done.output, done.exception)
    return done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the page was gone through."""
    folder = tmp_path_factory.mktemp("collaborative")
    (folder / "ontrack.toml").write_text("today = 2026-11-20\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        commands = [go(step) for step in steps(PAGE)]
    assert sum(commands) == 9
    return folder


def go(step: Shown | Saved) -> bool:
    """Saves a file, or types a command; whether one was typed."""
    if isinstance(step, Saved):
        Path(step.name).write_text(step.content, encoding="utf-8")
        return False
    if step.command.startswith(TRIED):
        typed(step.command)
        return True
    assert step.command.strip() == "make collaborative"
    return False


def test_the_page_ends_in_a_report_and_a_districts_own_view(folder: Path) -> None:
    office, own = sorted((folder / "office" / "reports").glob("*.html"), key=lambda path: len(path.name))
    assert "3 districts together" in office.read_text(encoding="utf-8")
    assert "Second Unified beside the others" in own.read_text(encoding="utf-8")
    assert "First Unified" not in own.read_text(encoding="utf-8")


def test_a_file_holds_figures_and_nothing_of_a_student(folder: Path) -> None:
    path = next((folder / "one" / "shared").iterdir())
    public_key = load_public_key(folder / "one" / "keys" / "districts" / "district01")
    figures = read_shared(path, {"district01": public_key}, least=11)
    assert dict(figures.context) == {"locale": "city", "low_income": "50-75"}
    assert {"on_track", "chronic_absence", "code attendance.kind=tardy"} <= set(figures.shares)
    assert "found" not in figures.shares, "no lists were made"
    assert b"student_key" not in path.read_bytes()


def test_a_year_is_shared_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    path = next((folder / "two" / "shared").iterdir())
    first = path.read_bytes()
    again = json.loads(typed("ontrack --config district02.toml share --district district02 --json"))
    assert again["was_there"]
    assert path.read_bytes() == first
