"""The tutorial, command by command, as a reader types it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ontrack
from tests.docs.pages import DOCS, Saved, Shown, shown_commands, steps

TUTORIAL = DOCS / "tutorial.md"
LAST = "ontrack serve"
GUIDES = ("bring-your-records", "data-team", "operate")
ELSEWHERE = ("ontrack train", "ontrack promote", "ontrack rollback", "ontrack worker run")
"""Commands of the guides that run in the tutorial itself or on the journeys: they take minutes, or until stopped."""
LATER = timedelta(days=730)
BUNDLE = re.compile(r"home/bundles/[0-9a-f]{16}")
VARYING = re.compile(r"\b[0-9a-f]{8,16}\b|\d+|\b(?:more|fewer)\b")
"""What may differ from machine to machine: digests, counts, and on which side of zero a difference falls."""


@dataclass(frozen=True)
class Ran:
    """A command of the tutorial, and what it printed."""

    shown: Shown
    code: int
    output: str


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a program's environment needs so that it runs two years from now; nothing where no C compiler is."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        return {}
    library = tmp_path_factory.mktemp("clock") / "later_clock.so"
    source = Path(__file__).with_name("later_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    return {"LD_PRELOAD": str(library), "LATER_BY_SECONDS": str(LATER.total_seconds())}


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the tutorial is gone through in."""
    return tmp_path_factory.mktemp("tutorial")


@pytest.fixture(scope="module")
def ran(tutorial: Path, later: dict[str, str]) -> list[Ran]:
    """Every command before the service is started, on a later day, once the files above it on the page are saved."""
    done: list[Ran] = []
    for step in steps(TUTORIAL):
        if isinstance(step, Saved):
            (tutorial / step.name).write_text(step.content, encoding="utf-8")
        elif step.command == LAST:
            return done
        else:
            done.append(run(step, tutorial, done, later))
    pytest.fail(f"the tutorial does not end with `{LAST}`")


def run(shown: Shown, folder: Path, before: list[Ran], later: dict[str, str]) -> Ran:
    """The command run in the folder, with the bundle that the commands before it printed."""
    printed = BUNDLE.findall("".join(one.output for one in before))
    command = BUNDLE.sub(printed[-1], shown.command) if printed else shown.command
    words = shlex.split(command)
    if words[0] == "ontrack":
        words[0] = str(Path(sys.executable).with_name("ontrack"))
    ended = subprocess.run(
        words, cwd=folder, env={**os.environ, **later}, capture_output=True, text=True, timeout=300, check=False
    )
    return Ran(shown, ended.returncode, ended.stdout + ended.stderr)


def shapes(lines: list[str] | tuple[str, ...]) -> list[str]:
    """Lines without what may differ from machine to machine."""
    return [VARYING.sub("#", line).strip() for line in lines]


def test_every_command_does_what_it_says(ran: list[Ran]) -> None:
    assert [(one.shown.command, one.output) for one in ran if one.code != 0] == []
    assert len(ran) >= 7


def test_the_commands_ran_on_a_later_day(later: dict[str, str]) -> None:
    """A reader comes at any time after the page was written."""
    program = "from datetime import date; print(date.today())"
    environment = {**os.environ, **later}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    expected = datetime.now(UTC).astimezone() + (LATER if later else timedelta())
    assert abs(date.fromisoformat(said.stdout.strip()) - expected.date()) <= timedelta(days=1)


def test_what_is_shown_below_a_command_is_what_it_prints(ran: list[Ran]) -> None:
    for one in ran:
        shown = [line for line in one.shown.output if line and line != "…"]
        printed = shapes(one.output.splitlines())
        assert [line for line in shapes(shown) if line not in printed] == [], one.output


def test_the_verdict_is_the_one_that_the_text_explains(ran: list[Ran]) -> None:
    trained = next(one for one in ran if one.shown.command.startswith("ontrack train"))
    assert "verdict  not enough evidence" in trained.output


def test_the_capacity_gives_the_number_listed_that_the_text_names(ran: list[Ran]) -> None:
    scored = next(one for one in ran if one.shown.command.startswith("ontrack score"))
    assert "85 students scored by the rule, 12 listed" in scored.output


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_a_guide_run_in_its_order_on_what_the_tutorial_left(
    guide: str, tutorial: Path, ran: list[Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tutorial)
    printed = BUNDLE.findall("".join(one.output for one in ran))
    shown = [one.command for one in shown_commands(DOCS / "how-to" / f"{guide}.md")]
    mine = [one for one in shown if one.startswith("ontrack ") and not one.startswith(ELSEWHERE)]
    ended = {one: CliRunner().invoke(ontrack.app, shlex.split(BUNDLE.sub(printed[-1], one))[1:]) for one in mine}
    assert {one: (done.exit_code, done.output, done.exception) for one, done in ended.items() if done.exit_code} == {}
    assert len(mine) >= 5
