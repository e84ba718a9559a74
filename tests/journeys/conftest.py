"""The demo's installation, its service started the way its users start it, and a real browser."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

import ontrack
from features.errors import Refused
from features.settings_file import load_settings
from features.simulator.district import simulate_district
from features.simulator.plan import demo_plans
from tests.journeys import canary
from tests.kept_folders import ROOT, code_of_product, kept_at_its_place

STUDENTS = 6000
"""So many that the demo's larger district earns a model."""
SETTINGS = """
home = "home"
today = 2026-11-20

[[districts]]
id = "harbor"
name = "Harbor Unified"

[[districts]]
id = "mesa"
name = "Mesa Valley"

[training]
as_of = ["11-20"]
weeks = 2
"""
"""What the demo runs on; few weekly lists, so that it ends in a minute."""
CANARY_IN = "harbor"
"""The district of the canary: the one in which models are trained, judged and served."""
LINE = ("demo", "--no-serve", "--students", str(STUDENTS))


@dataclass(frozen=True)
class Installation:
    """A folder with settings, and the `ontrack` command run there."""

    folder: Path

    @property
    def home(self) -> Path:
        """The home folder that its settings name."""
        return load_settings(self.folder / "ontrack.toml").home

    def run(self, *arguments: str) -> str:
        """What a command prints on standard output."""
        return self.ended(arguments, code=0).stdout

    def run_here(self, *arguments: str) -> str:
        """What a command prints, without a process of its own: that costs seconds of imports.

        That commands work as processes of their own is shown by the demo, the tutorial and `test_file_modes.py`.
        """
        done = self.invoked(arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    def said_here(self, *arguments: str) -> str:
        """What a command says on standard error, without a process of its own."""
        done = self.invoked(arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stderr

    def refused_here(self, *arguments: str, code: int) -> str:
        """Why a command refuses, which ends its process with that code; without a process of its own."""
        refused = self.invoked(arguments).exception
        assert isinstance(refused, Refused)
        assert refused.exit_code == code
        return str(refused)

    def invoked(self, arguments: tuple[str, ...]) -> Result:
        """What a command leads to, in this process."""
        with chdir(self.folder):
            return CliRunner().invoke(ontrack.app, arguments)

    def said(self, *arguments: str) -> str:
        """What a command says on standard error."""
        return self.ended(arguments, code=0).stderr

    def ended(self, arguments: tuple[str, ...], *, code: int) -> "subprocess.CompletedProcess[str]":
        """A command that has run; the test fails where it ended with another code."""
        done = subprocess.run(self.command(*arguments), cwd=self.folder, capture_output=True, text=True, timeout=900)
        assert done.returncode == code, done.stderr
        return done

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        return [str(Path(sys.executable).with_name("ontrack")), *arguments]


@dataclass(frozen=True)
class Demo:
    """The demo's installation, and what it said when it was made and when it ran once more."""

    installation: Installation
    first: str
    again: str


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The demo, made by the product as it is now, and run once more.

    What it made is kept, and taken again while no file of the product, nothing that is installed and no word of this
    module is another one.
    """
    code = partial(code_of_product, files=[ROOT / "requirements.lock", __file__, str(canary.__file__)])
    with kept_at_its_place("demo", code, make_demo) as (place, notes):
        installation = Installation(place)
        said = (notes / "said").read_text(encoding="utf-8")
        again = installation.said(*LINE)
        yield Demo(installation, said, again)
        assert canary.words_in((said + again).encode()) == []
        assert list(canary.left_behind(place)) == []


def make_demo(place: Path, notes: Path) -> None:
    """Runs the demo, in which some students of a district have the canary's name, and notes what it says."""
    plan = next(plan for plan in demo_plans(STUDENTS, date(2026, 11, 20)) if plan.district_id == CANARY_IN)
    records = place / "home" / f"students-{STUDENTS}" / "records" / CANARY_IN
    (place / "home").mkdir(mode=0o700)
    simulate_district(plan, records)
    assert canary.seed(records) > 0
    (records / ".simulated").write_text(repr(plan), encoding="utf-8")
    (place / "ontrack.toml").write_text(SETTINGS, encoding="utf-8")
    (notes / "said").write_text(Installation(place).said(*LINE), encoding="utf-8")


@pytest.fixture(scope="session")
def scored(demo: Demo) -> Installation:
    """The demo's installation, to be gone on with: a district served by a model, and one by the rule."""
    settings = demo.installation.folder / "ontrack.toml"
    home = f"home/students-{STUDENTS}"
    records = {f'id = "{one}"': f'id = "{one}"\nrecords = "{home}/records/{one}"' for one in ("harbor", "mesa")}
    for old, new in {'home = "home"': f'home = "{home}"', **records}.items():
        settings.write_text(settings.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return demo.installation


@pytest.fixture(scope="session")
def address(scored: Installation) -> Iterator[str]:
    """The address of the running service of the scored installation."""
    with served(scored, workers=1) as (_, at):
        yield at
        assert canary.words_in(httpx.get(f"{at}/openapi.json").raise_for_status().content) == []


@contextmanager
def served(installation: Installation, workers: int) -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """A service as its users start it, and its address; its log and its temporary files lie in the installation."""
    temporary = installation.folder / "temporary"
    temporary.mkdir(exist_ok=True)
    log = installation.folder / "service.log"
    line = installation.command("serve", "--port", "0", "--workers", str(workers))
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with log.open("a", encoding="utf-8") as written:
        process = subprocess.Popen(
            line, cwd=installation.folder, env=environment, stdout=subprocess.PIPE, stderr=written, text=True
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        match = re.search(r"http://\S+", said)
        assert match, said
        wait_until_ready(match.group())
        yield process, match.group()
    finally:
        process.terminate()
        process.communicate(timeout=30)
        sys.stderr.write(log.read_text(encoding="utf-8"))  # shown where a test fails


def wait_until_ready(address: str) -> None:
    """Returns once the service answers; fails after five minutes, which no machine is too busy for."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail("the service did not answer within five minutes")
