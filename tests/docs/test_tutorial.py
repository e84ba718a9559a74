"""The tutorial, command by command, as a reader types it, and the how-to pages on the folder that it leaves."""

import json
import os
import pickle
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

import ontrack
from features.settings_file import load_settings
from serving.app import create_app
from serving.store.rows import ScoreRow
from tests.docs.pages import BLOCK, DOCS, SAVE_AS, Saved, Shown, commands_in, shown_commands, steps
from tests.kept_folders import ROOT, code_of_product, kept_at_its_place
from tests.serving.browser import TestClient

TUTORIAL = DOCS / "tutorial.md"
LAST = "ontrack serve"
GUIDES = ("bring-your-records", "data-team", "operate")
ELSEWHERE = (
    "ontrack train",
    "ontrack rollback",
    "ontrack worker run",
    "ontrack map",
    "ontrack move-database",
    "ontrack upgrade-database",
)
"""Commands of the guides that run elsewhere.

They take minutes, are refused after one release, run until stopped, or need a stranger's files or a PostgreSQL.
"""
LATER = timedelta(days=730)
HERE = Path(__file__).parent
CLOCK = HERE / "later_clock.c"
OWN = DOCS / "how-to" / "add-an-outcome.md"
KEY = re.compile(r"(?<=ontrack_)[0-9a-f]{16}_.+")
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
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(CLOCK)], check=True)
    return {"LD_PRELOAD": str(library), "LATER_BY_SECONDS": str(LATER.total_seconds())}


@pytest.fixture(scope="module")
def gone_through(later: dict[str, str]) -> Iterator[tuple[Path, Path]]:
    """The folder that the tutorial was gone through in, and one that has what its commands printed.

    Both are kept, and taken again while no file of the product, nothing that is installed, and no word of the tutorial
    and of these modules is another one.
    """
    files = [ROOT / "requirements.lock", TUTORIAL, Path(__file__), HERE / "pages.py", CLOCK]

    def code() -> str:
        """What decides what the commands print."""
        return f"{code_of_product(files=files)} later: {bool(later)}"

    with kept_at_its_place("tutorial", code, partial(go_through, later)) as found:
        yield found


def go_through(later: dict[str, str], folder: Path, notes: Path) -> None:
    """Does what the tutorial says; what a command did that failed is not kept."""
    ran = commands_run(folder, later)
    (notes / "ran").write_bytes(pickle.dumps(ran))
    failed = [(one.shown.command, one.output) for one in ran if one.code != 0]
    if failed:
        pytest.fail(str(failed))


@pytest.fixture(scope="module")
def tutorial(gone_through: tuple[Path, Path]) -> Path:
    """The folder that the tutorial was gone through in."""
    return gone_through[0]


@pytest.fixture(scope="module")
def ran(gone_through: tuple[Path, Path]) -> list[Ran]:
    """Every command before the service is started, and what it printed."""
    found: list[Ran] = pickle.loads((gone_through[1] / "ran").read_bytes())
    return found


def commands_run(tutorial: Path, later: dict[str, str]) -> list[Ran]:
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
        words, cwd=folder, env={**os.environ, **later}, capture_output=True, text=True, timeout=1800, check=False
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


@pytest.fixture
def folder(tutorial: Path, ran: list[Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the tutorial, and the guides that ran before, left; it is the current folder."""
    assert ran
    copy: Path = shutil.copytree(tutorial, tmp_path / "tutorial")
    monkeypatch.chdir(copy)
    return copy


def invoke(command: str) -> str:
    """What a command prints that must succeed."""
    done = CliRunner().invoke(ontrack.app, shlex.split(command)[1:])
    assert done.exit_code == 0, (command, done.output, done.exception)
    return done.stdout


def test_the_rollback_of_the_only_release_is_refused_in_the_words_of_the_guide(
    folder: Path, ran: list[Ran], later: dict[str, str]
) -> None:
    page = DOCS / "how-to" / "data-team.md"
    (shown,) = (one for one in shown_commands(page) if one.command.startswith("ontrack rollback"))
    rolled_back = run(shown, folder, ran, later)
    assert rolled_back.code == 3, rolled_back.output
    words = rolled_back.output.strip().split("log.jsonl: ")[1]
    assert f"refused with exit code 3: `{words}`" in page.read_text(encoding="utf-8")


def test_an_integrator_goes_through_the_page_with_the_key_it_prints(folder: Path) -> None:
    """With the tutorial's district, high school and one of its students in place of the demo's."""
    app = create_app(load_settings(folder / "ontrack.toml"))
    client, key, answers = TestClient(app, base_url="http://localhost"), "", []
    with app.state.context.read_session() as session:
        student = session.scalars(select(ScoreRow.student_key)).first()
    for step in steps(DOCS / "how-to" / "sis-integrator.md"):
        if isinstance(step, Saved):
            (folder / step.name).write_text(step.content.replace('"50"', '"20"'), encoding="utf-8")
        elif step.command.startswith("ontrack "):
            key = invoke(step.command.replace("harbor", "lakeside")).strip()
            assert [KEY.sub("#", key)] == [KEY.sub("#", line) for line in step.output]
        else:
            command = re.sub("(?<=students/)[0-9a-f]{16}", student, step.command).replace("$ONTRACK_KEY", key)
            answers.append((command, requested(client, command), json.loads("\n".join(step.output))))
    assert len(answers) == 2
    for command, answer, shown in answers:
        assert answer.status_code == 200, (command, answer.text)
        assert answer.json().keys() == shown.keys()


def requested(client: TestClient, curl: str) -> httpx.Response:
    """The answer to what a `curl` command asks."""
    words = shlex.split(curl)
    given = [(word, words[i + 1]) for i, word in enumerate(words) if word in {"--header", "--data"}]
    headers = dict(value.split(": ", 1) for option, value in given if option == "--header")
    files = [Path(value.removeprefix("@")) for option, value in given if option == "--data"]
    url = next(word for word in words if word.startswith("http://"))
    answer: httpx.Response = client.request(
        "POST" if files else "GET", url, content=files[0].read_bytes() if files else None, headers=headers
    )
    return answer


def test_an_outcome_is_added_from_top_to_bottom_of_the_page(folder: Path) -> None:
    """Up to its training, which takes half a minute: what is listed as to be judged is what training goes by."""
    text, settings, listed = OWN.read_text(encoding="utf-8"), folder / "ontrack.toml", []
    for block in BLOCK.finditer(text):
        words, content = text[: block.start()].rstrip().splitlines()[-1], block.group(2)
        if block.group(1) == "python":
            (folder / SAVE_AS.findall(text[: block.start()])[0]).write_text(content, encoding="utf-8")
        elif block.group(1) == "toml":
            before = settings.read_text(encoding="utf-8")
            settings.write_text(content + before if "at the top" in words else before + content, encoding="utf-8")
        else:
            shown = [one.command for one in commands_in(content) if not one.command.startswith(ELSEWHERE)]
            listed += [invoke(one) for one in shown]
    first, last = listed
    assert "three_weeks" not in first
    assert "5.5 credits" not in first
    assert re.search(r"three_weeks_missed_6_8 +│ missed 14 school days or more +│ yes, on", last)
    assert "5.5 credits" in last
