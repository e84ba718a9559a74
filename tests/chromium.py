"""A real Chromium for all tests of a process, and its windows: Playwright can be started once in it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
"""The first that is there. The one without windows draws the same pages; each visit costs the others twice as much."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        said = "no Chromium here (Debian: apt-get install chromium-headless-shell)"
        if os.environ.get("ONTRACK_REQUIRE_BROWSER"):
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
        launched = playwright.chromium.launch(executable_path=found, args=flags)
        yield launched
        launched.close()


@dataclass(frozen=True)
class Windows:
    """Windows of a browser, with and without JavaScript, that one test uses after the other.

    A new one, or a new tab, costs half a second of processor time before it shows anything.
    """

    browser: Browser
    kept: dict[bool, Page] = field(default_factory=dict)

    def empty(self, *, script: bool = True, width: int = 1280, dark: bool = False) -> Page:
        """A window of that width that shows nothing, in which nobody is signed in."""
        if script not in self.kept:
            self.kept[script] = self.browser.new_context(java_script_enabled=script, locale="en-US").new_page()
        page = self.kept[script]
        page.goto("about:blank")
        page.context.clear_cookies()
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="null", color_scheme="dark" if dark else "light")
        return page

    def signed_in(
        self, token: str, address: str, *, script: bool = True, width: int = 1280, dark: bool = False
    ) -> Page:
        """The same, signed in at that address by the token of a session."""
        page = self.empty(script=script, width=width, dark=dark)
        page.context.add_cookies([{"name": "ontrack_session", "value": token, "url": address}])
        return page


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    """The windows of the browser."""
    return Windows(browser)
