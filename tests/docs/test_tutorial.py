"""The tutorial, command by command, as a reader types it."""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, Shown, blocks, shown_commands

TUTORIAL = DOCS / "tutorial.md"
LAST = "ontrack serve"
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
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[Ran]:
    """Every command before the service is started, run in one new folder."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "ontrack.toml").write_text(blocks(TUTORIAL, "toml")[0], encoding="utf-8")
    done: list[Ran] = []
    for shown in shown_commands(TUTORIAL):
        if shown.command == LAST:
            return done
        done.append(run(shown, folder, done))
    pytest.fail(f"the tutorial does not end with `{LAST}`")


def run(shown: Shown, folder: Path, before: list[Ran]) -> Ran:
    """The command run in the folder, with the bundle that the commands before it printed."""
    printed = BUNDLE.findall("".join(one.output for one in before))
    command = BUNDLE.sub(printed[-1], shown.command) if printed else shown.command
    words = shlex.split(command)
    if words[0] == "ontrack":
        words[0] = str(Path(sys.executable).with_name("ontrack"))
    ended = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    return Ran(shown, ended.returncode, ended.stdout + ended.stderr)


def shapes(lines: list[str] | tuple[str, ...]) -> list[str]:
    """Lines without what may differ from machine to machine."""
    return [VARYING.sub("#", line).strip() for line in lines]


def test_every_command_does_what_it_says(ran: list[Ran]) -> None:
    assert [(one.shown.command, one.output) for one in ran if one.code != 0] == []
    assert len(ran) >= 7


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
