"""A real service started the way its users start it, and a real browser."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

SETTINGS = """
home = "home"
today = 2026-11-20

[[districts]]
id = "north"
name = "North Unified"
records = "records/north"

[[districts]]
id = "south"
name = "South Unified"
records = "records/south"

[training]
as_of = ["11-20"]
weeks = 2
"""

BROWSERS = ("chromium", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


@dataclass(frozen=True)
class Installation:
    """A folder with settings, and the `ontrack` command run there."""

    folder: Path

    def run(self, *arguments: str) -> str:
        """What a command prints on standard output."""
        return self.ended(arguments, code=0).stdout

    def said(self, *arguments: str) -> str:
        """What a command says on standard error."""
        return self.ended(arguments, code=0).stderr

    def refused(self, *arguments: str, code: int) -> str:
        """What a command says on standard error when it ends with that code."""
        return self.ended(arguments, code=code).stderr

    def ended(self, arguments: tuple[str, ...], *, code: int) -> "subprocess.CompletedProcess[str]":
        """A command that has run; the test fails where it ended with another code."""
        done = subprocess.run(self.command(*arguments), cwd=self.folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, done.stderr
        return done

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        return [str(Path(sys.executable).with_name("ontrack")), *arguments]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A new installation of two districts."""
    folder = tmp_path_factory.mktemp("installation")
    (folder / "ontrack.toml").write_text(SETTINGS, encoding="utf-8")
    return Installation(folder)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        said = "no Chromium here (Debian: apt-get install chromium)"
        if os.environ.get("ONTRACK_REQUIRE_BROWSER"):
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
        launched = playwright.chromium.launch(executable_path=found, args=flags)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def address(scored: Installation) -> Iterator[str]:
    """The address of the running service of the scored installation."""
    process = subprocess.Popen(
        scored.command("serve", "--port", "0"), cwd=scored.folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.search(r"http://\S+", line)
        assert match, line
        wait_until_ready(match.group())
        yield match.group()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_until_ready(address: str) -> None:
    """Returns once the service answers; fails after half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail("the service did not answer within 30 s")


@pytest.fixture(scope="session")
def scored(installation: Installation) -> Installation:
    """The installation after a data team brought two districts from records to scores."""
    for district, students in (("north", "5000"), ("south", "700")):
        installation.run("simulate", f"records/{district}", "--district", district, "--students", students)
        installation.run("ingest", "--district", district)
        trained = installation.run("train", "--district", district, "--json")
        (installation.folder / f"{district}.json").write_text(trained, encoding="utf-8")
        installation.run("promote", "--district", district, json.loads(trained)["bundle"], "--approved-by", "Ana")
        installation.run("score", "--district", district)
    return installation
