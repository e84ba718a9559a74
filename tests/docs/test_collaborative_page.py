"""The how-to of a collaborative, command by command: three districts share, the office reports, two train together."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ontrack
from models.bundle.signing import load_public_key
from models.collaborative.shared_file import read_shared
from models.release_checks import GateRefused
from tests.docs.pages import DOCS, Saved, Shown, steps
from tests.kept_folders import ROOT, code_of_product, kept_at_its_place

HERE = Path(__file__)
PAGE = DOCS / "how-to" / "collaborative.md"
TRIED = ("ontrack simulate", "ontrack --config")
"""What the commands begin with that a reader types; `make collaborative` is a demo of its own."""


def typed(command: str) -> str:
    """What a command prints, which must end well."""
    done = CliRunner().invoke(ontrack.app, shlex.split(command)[1:])
    assert done.exit_code == 0, (command, done.output, done.exception)
    return done.output


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The folder in which the page was gone through.

    It is kept, and taken again while no file of the product, nothing that is installed, and no word of the page and of
    these modules is another one.
    """

    def code() -> str:
        """What decides what the commands leave."""
        return code_of_product(files=[ROOT / "requirements.lock", PAGE, HERE, HERE.with_name("pages.py")])

    with kept_at_its_place("collaborative", code, go_through) as (place, _):
        yield place


def go_through(folder: Path, notes: Path) -> None:
    """Does what the page says; a command that failed ends it, and nothing is kept."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        commands = [go(step) for step in steps(PAGE)]
    assert sum(commands) == 16


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


def test_history_came_along_once_and_goes_without_consent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    command = "movers --district district02 --json"
    assert json.loads(typed(f"ontrack --config movers.toml {command}"))["came"] == {}
    back = json.loads(typed(f"ontrack --config pool.toml {command}"))
    assert back == {"district_id": "district02", "came": {}, "took_back": True, "ambiguous": 0}


def test_a_pooled_bundle_names_the_records_of_every_district_that_it_learned_from(folder: Path) -> None:
    bundles = [json.loads(one.read_bytes()) for one in (folder / "pool" / "bundles").glob("*/metrics.json")]
    told = [one["pooled"] for one in bundles if "pooled" in one]
    assert len(told) == 2, "one for each district's gate"
    for one in told:
        assert one["pool"] == "core"
        assert one["districts"]["district02"]["incidents"] == [2025]
        assert "incidents" not in one["districts"]["district03"], "not lent"
        assert set(one["districts"]["district03"]) == {"attendance", "enrollments", "marks"}


def test_a_bundle_with_records_that_were_taken_back_is_not_promoted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    lending = Path("pool.toml").read_text(encoding="utf-8")
    Path("withdrawn.toml").write_text(lending.replace("years = [2025, 2026]", "years = [2026]"), encoding="utf-8")
    pooled = next(
        one.parent for one in Path("pool/bundles").glob("*/metrics.json") if b"district03" in one.read_bytes()
    )
    asked = f"promote --district district02 {pooled} --approved-by Ana"
    refused = CliRunner().invoke(ontrack.app, shlex.split(f"--config withdrawn.toml {asked}"))
    assert isinstance(refused.exception, GateRefused)
