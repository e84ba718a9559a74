"""A counselor's tasks on the caseload in a real browser: by mouse, by keyboard alone, without JavaScript, on paper."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page

from docs.screenshots import served
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from tests.chromium import Windows
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_scores import with_scores
from tests.serving.example_service import TODAY, ExampleService, run_of, scored, scores_of
from tests.serving.pages.test_follow_through import ines_of
from tests.serving.pages.test_meeting import called

pytestmark = pytest.mark.browser
MANY = 1222
LONGER = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const texts = []
  while (walk.nextNode()) texts.push(walk.currentNode)
  for (const one of texts) {
    const words = one.data.trim()
    const more = 'wörter '.repeat(40).slice(0, Math.ceil(words.length * 0.4))
    if (words) one.data = one.data.replace(words, words + ' ' + more)
  }
}"""
CLIPPED = """() => [...document.querySelectorAll('main *, header *')].filter(one => {
  const style = getComputedStyle(one)
  if (one.closest('.hidden, .scroll, svg, select, input, .skip, thead') || style.display === 'inline') return false
  return one.scrollWidth > one.clientWidth + 1 && style.display !== 'contents' && one.clientWidth > 0
}).map(one => one.tagName + '.' + one.className + ': ' + one.textContent.trim().slice(0, 40))"""


@pytest.fixture(scope="module")
def long_list(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A district with 1,222 students at two schools on its list."""
    folder = tmp_path_factory.mktemp("long")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        with service.write_session() as session:
            write_run(session, run_of_many())
        yield service


def run_of_many() -> ScoringRun:
    """A run of many students; those of last week's run are on it too."""
    run = run_of("harbor", TODAY + timedelta(days=7))
    schools = [("north", "south")[i % 2] for i in range(MANY)]
    rows = [(f"m-{i:04}", f"9{i:04}", "Gil", f"Number{i:04}", 9, school) for i, school in enumerate(schools)]
    students = pd.concat([run.roster.students, pd.DataFrame(rows, columns=run.roster.students.columns)])
    more = tuple(scored(key, school, 0.2, 4 + i) for i, (key, *_, school) in enumerate(rows))
    return with_scores(replace(run, roster=replace(run.roster, students=students)), (*scores_of("harbor"), *more))


@pytest.fixture(scope="module")
def address(long_list: ExampleService) -> Iterator[str]:
    """Where it answers."""
    with served(long_list) as one:
        yield one


def opened_page(
    windows: Windows, service: ExampleService, address: str, *, width: int = 1280, script: bool = True
) -> Page:
    """A page of district staff, signed in."""
    return windows.signed_in(service.session_of("harbor", "s-lena"), address, width=width, script=script)


def resize(page: Page, width: int) -> None:
    """Gives the window another width, and waits until it is drawn so: rules by width come with a frame."""
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


@pytest.mark.parametrize("script", [True, False])
def test_by_mouse_a_student_is_found_and_the_list_narrowed_sorted_and_read_to_its_end(
    windows: Windows, long_list: ExampleService, address: str, script: bool
) -> None:
    page = opened_page(windows, long_list, address, script=script)
    page.goto(f"{address}/caseload")
    page.get_by_label("Find a student by name or number").fill("number0777")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Number0777, Gil").click()
    assert page.inner_text("h1") == "Gil Number0777"
    page.get_by_role("link", name="Back to the list").click()
    page.get_by_role("link", name="All students").click()
    page.select_option("#school", label="South Harbor High")
    page.select_option("#sort", label="Name")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("school=south.*sort=name"))
    page.get_by_role("link", name=re.compile("^Page 13$")).click()
    rows = page.locator(".list tbody tr")
    assert rows.last.locator("a").inner_text() == "Number1221, Gil"
    rows.last.locator("a").click()
    page.get_by_role("link", name="Back to the list").click()
    assert "page=13" in page.url
    assert "sort=name" in page.url


def test_by_keyboard_alone_a_student_is_found_and_the_sheet_for_the_family_opened(
    windows: Windows, long_list: ExampleService, address: str
) -> None:
    page = opened_page(windows, long_list, address)
    page.goto(f"{address}/caseload")
    tab_to(page, "#q")
    page.keyboard.type("boateng")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    tab_to(page, ".list a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#needs")
    tab_to(page, ".page-actions a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet")
    assert "Is something here wrong?" in page.inner_text("main")


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the place has the focus, which is then to be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    pytest.fail(f"no Tab leads to {selector}")


def test_a_row_is_low_on_a_laptop_and_a_phone_needs_no_endless_page(
    windows: Windows, long_list: ExampleService, address: str
) -> None:
    heights = "[...document.querySelectorAll('.list tbody tr')].map(row => row.getBoundingClientRect().height)"
    for width, most in ((1280, 64), (375, 180)):
        page = opened_page(windows, long_list, address, width=width)
        page.goto(f"{address}/caseload?show=all")
        found = page.evaluate(heights)
        assert len(found) == 50
        assert sorted(found)[len(found) // 2] <= most
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/caseload?show=all", "/students/k-amara", "/students/k-amara/family", "/sign-in"])
def test_words_that_are_longer_by_two_fifths_are_not_cut_off(
    windows: Windows, long_list: ExampleService, address: str, path: str
) -> None:
    """On a phone, a tablet and a laptop."""
    page = opened_page(windows, long_list, address)
    page.goto(f"{address}{path}")
    page.evaluate(LONGER)
    for width in (375, 768, 1280):
        resize(page, width)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        assert page.evaluate(CLIPPED) == [], width


def test_a_clipped_text_is_found(windows: Windows, long_list: ExampleService, address: str) -> None:
    page = opened_page(windows, long_list, address)
    page.goto(f"{address}/caseload")
    page.evaluate("document.querySelector('h1').style.cssText = 'width: 3rem; overflow: hidden; white-space: nowrap'")
    assert page.evaluate(CLIPPED) != []


@pytest.mark.parametrize(("path", "most"), [("/students/k-amara", 1), ("/students/k-amara/family", 2)])
def test_a_student_is_one_sheet_of_paper_and_a_family_gets_two_at_most(
    windows: Windows, long_list: ExampleService, address: str, path: str, most: int
) -> None:
    page = opened_page(windows, long_list, address)
    page.goto(f"{address}{path}")
    for size in ("Letter", "A4"):
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=size))) <= most


def test_print_keeps_every_record_it_shows_says_what_it_leaves_out_and_has_its_line_on_each_page(
    windows: Windows, long_list: ExampleService, address: str
) -> None:
    page = opened_page(windows, long_list, address)
    page.emulate_media(media="print")
    page.goto(f"{address}/students/k-amara")
    rows = page.locator(".reason .scroll >> tbody tr")
    hidden = [row for row in rows.all() if not row.is_visible() and not row.locator("xpath=ancestor::details").count()]
    assert hidden == []
    folded = page.locator(".folded")
    said = [one.inner_text() for one in page.locator(".folded + .print-only").all() if one.is_visible()]
    assert len(said) == folded.count() > 1
    assert all("not printed" in words for words in said)
    foot = page.locator(".foot")
    assert "Confidential education record." in foot.inner_text()
    style = foot.evaluate("one => [getComputedStyle(one).display, getComputedStyle(one).breakInside]")
    assert style == ["table-footer-group", "avoid"], "only such a foot is repeated on every page"
    assert [one.inner_text() for one in page.locator(".top, .crumbs, .page-actions").all() if one.is_visible()] == []


def test_minutes_are_a_table_on_paper_too(windows: Windows, long_list: ExampleService, address: str) -> None:
    """A sheet is narrower than where a screen sets a block for each row, of which eight fill two sheets."""
    meeting = called(ines_of(long_list), "amara", "bruno")
    page = windows.signed_in(long_list.session_of("harbor", "s-ines"), address, width=700)
    page.goto(f"{address}{meeting}/minutes")
    row = page.locator(".minutes tbody tr").first
    on_screen = row.evaluate("one => getComputedStyle(one).display")
    page.emulate_media(media="print")
    assert (on_screen, row.evaluate("one => getComputedStyle(one).display")) == ("grid", "table-row")
