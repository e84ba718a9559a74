"""Roles × occasions in a real Chromium: each person opens by clicks what an occasion needs, and nobody the rest."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from docs.screenshots import served
from tests.chromium import Windows
from tests.serving.access.test_roles_and_occasions import NEEDS, OCCASIONS, service, somebody
from tests.serving.example_service import ExampleService
from tests.sweeps import swept

__all__ = ["service"]
pytestmark = pytest.mark.browser
PLACES = {
    "monday": "Caseload",
    "meeting": "Meetings",
    "review": "School and district",
    "board": "Equity",
    "sheet": "School",
}
SHOWS = {
    "monday": "Boateng", "meeting": "Call a meeting", "review": "School and district", "board": "Equity",
    "sheet": "Who is on track: for the board", "family": "Is something here wrong?",
}  # fmt: skip
"""What the page of an occasion says."""
CLICKS = {"monday": 1, "meeting": 1, "review": 1, "board": 1, "sheet": 2, "family": 3}
"""From the page after the sign-in; on a phone one more, to open the rest of the header."""
KINDS = [line.split()[0] for line in OCCASIONS.strip().splitlines()[1:]]
TRIED = KINDS if swept("accessibility") else ["assistant_principal", "board_member"]
WIDTHS = (375, 1280) if swept("accessibility") else (1280,)


@pytest.fixture(scope="module")
def address(service: ExampleService) -> Iterator[str]:
    """Where it answers."""
    with served(service) as one:
        yield one


def marks_of(kind: str) -> dict[str, bool]:
    """Which occasions somebody takes part in, by the drawn table."""
    head, *lines = [line.split() for line in OCCASIONS.strip().splitlines()]
    (found,) = [marks for who, *marks in lines if who == kind]
    return {occasion: mark == "x" for occasion, mark in zip(head, found, strict=True)}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", TRIED)
def test_each_opens_what_the_occasion_needs_in_the_clicks_stated_and_cannot_open_the_rest(
    windows: Windows,
    service: ExampleService,
    address: str,
    kind: str,
    width: int,
) -> None:
    token = somebody(service, kind).client.cookies["ontrack_session"]
    page = windows.signed_in(token, address, width=width)
    for occasion, takes_part in marks_of(kind).items():
        page.goto(address)
        if takes_part:
            clicks = go_to(page, occasion)
            expect(page.locator("main")).to_contain_text(SHOWS[occasion])
            assert clicks <= CLICKS[occasion] + (width < 900), (kind, occasion)
        else:
            assert page.locator(f"header a[href='{NEEDS[occasion]}']").count() == 0, (kind, occasion)
            page.goto(f"{address}{'/students/k-amara/family' if occasion == 'family' else NEEDS[occasion]}")
            expect(page.locator("main")).to_contain_text("There is nothing here")


def go_to(page: Page, occasion: str) -> int:
    """From the page after the sign-in to that of an occasion; the clicks it took."""
    clicks = click_place(page, PLACES.get(occasion, "Caseload"))
    if occasion == "sheet":
        page.click("main a:has-text('One page for the board')")
        clicks += 1
    if occasion == "family":
        page.click("a:has-text('Boateng, Amara') >> nth=0")
        page.click("main a:has-text('Sheet for the family')")
        clicks += 2
    return clicks


def click_place(page: Page, name: str) -> int:
    """Clicks a place of the header, in the rest of it where the window is narrow; the clicks it took."""
    place = page.locator("nav.places > a", has_text=name)
    if place.count() and place.first.is_visible():
        place.first.click()
        return 1
    page.click("nav.places summary")
    page.locator("nav.places details a", has_text=name).first.click()
    return 2
