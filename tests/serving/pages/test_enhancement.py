"""htmx as an enhancement: only the pinned scripts run, by a nonce of their own, and without them nothing is missing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from docs.screenshots import served
from serving.pages.enhancement import FOLDER, PINNED, installed_scripts
from serving.web.middleware import HEADERS
from tests.chromium import Windows
from tests.serving.browser import Browser
from tests.serving.example_service import ExampleService
from tests.serving.pages.example_entries import CONTACT
from tests.serving.pages.test_follow_through import newly_listed

POLICY = "Content-Security-Policy"
installed = pytest.mark.skipif(not installed_scripts(FOLDER), reason="no htmx here: scripts/htmx gets it where npm is")


def test_a_script_that_is_missing_or_not_the_pinned_one_is_not_served(tmp_path: Path) -> None:
    assert installed_scripts(tmp_path / "nothing") == ()
    for name in PINNED:
        (tmp_path / name).write_text("alert(1)")
    assert installed_scripts(tmp_path) == ()


def test_without_the_scripts_the_pages_have_the_policy_of_all_others(
    read_service: ExampleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.pages.enhancement.FOLDER", Path("/nonexistent"))
    for path in ("/", "/caseload"):
        answer = Browser(read_service, "harbor", "s-ines").get(path)
        assert answer.headers[POLICY] == HEADERS[POLICY]
        assert not re.search(r"<script|hx-", answer.text)


@installed
def test_each_answer_has_its_own_nonce_and_only_the_two_pages_have_scripts(read_service: ExampleService) -> None:
    ines = Browser(read_service, "harbor", "s-ines")
    nonces = set()
    for path in ("/", "/caseload", "/caseload"):
        answer = ines.get(path)
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', answer.text))
        assert f"script-src 'nonce-{nonce}'" in answer.headers[POLICY]
        assert "unsafe" not in answer.headers[POLICY]
        assert answer.text.count("<script") == answer.text.count('integrity="sha384-') == len(PINNED)
        nonces.add(nonce)
    assert len(nonces) == 3
    assert ines.get("/students/k-amara").headers[POLICY] == HEADERS[POLICY]


@installed
@pytest.mark.browser
def test_a_list_is_narrowed_and_a_follow_up_ticked_off_without_loading_the_page_again(
    windows: Windows, service: ExampleService
) -> None:
    newly_listed(service)
    step = {"next_step": "Ask for the bus", "due_on": "2026-11-24", "asked_of": "s-ines"}
    Browser(service, "harbor", "s-ines").send("/students/k-amara/contacts", **CONTACT, **step)
    with served(service) as address:
        page, alarms = windows.signed_in(service.session_of("harbor", "s-ines"), address), list[str]()
        page.on("console", lambda said: alarms.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: alarms.append(str(error)))
        stays(page, f"{address}/caseload?show=all")
        page.focus("#band")
        page.select_option("#band", "many")
        page.wait_for_url("**band=many*")
        expect(page.locator(".list tbody tr")).to_have_count(1)
        assert page.inner_text("#list-count") == "1 student"
        assert page.evaluate("window.stayed && document.activeElement.id") == "band"
        page.go_back()
        expect(page.locator(".list tbody tr")).not_to_have_count(1)
        stays(page, address)
        page.click("#due-part button:has-text('Done')")
        expect(page.locator("#said")).to_contain_text("The follow-up is done.")
        assert "Ask for the bus" not in page.inner_text("#due-part")
        assert page.evaluate("window.stayed") is True
        assert alarms == []


def stays(page: Page, address: str) -> None:
    """Opens an address and marks the window, which a new page would not have."""
    page.goto(address)
    page.evaluate("window.stayed = true")
