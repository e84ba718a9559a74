"""The ten main tasks of a week in a real Chromium: by mouse, by keyboard alone and without JavaScript, with clicks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from docs.screenshots import served
from tests.chromium import Windows
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import ExampleService
from tests.sweeps import swept

pytestmark = pytest.mark.browser
Mode = Literal["mouse", "keyboard", "no script"]
MODES: tuple[Mode, ...] = ("mouse", "keyboard", "no script")
MOST_TABS = 140
STUDENT = "a:has-text('Boateng, Amara') >> nth=0"
SAVE = "main button:has-text('Save')"


@dataclass(frozen=True)
class Step:
    """A click on a place, or what is typed into a field, or which of a few is chosen there."""

    place: str
    typed: str = ""
    chosen: str = ""


@dataclass(frozen=True)
class Task:
    """What a counselor does from the page after the sign-in, with so many clicks at most, and what is then said."""

    name: str
    clicks: int
    steps: tuple[Step, ...]
    said: str


def on_student(button: str) -> tuple[Step, ...]:
    """From My week to a page about Amara."""
    return (Step("nav a:has-text('Caseload')"), Step(STUDENT), Step(f"main a:has-text('{button}') >> nth=0"))


TASKS = (
    Task("log a contact", 3, (
        Step("main a:has-text('Log a contact') >> nth=0"), Step("reached", chosen="yes"), Step(SAVE),
    ), "The contact is on record."),
    Task("find a student", 2, (
        Step("nav a:has-text('Caseload')"), Step("#q", typed="boateng"), Step("main button:has-text('Find')"),
    ), "1 student found"),
    Task("start a plan", 4, (
        *on_student("Start a plan"), Step("#goal", typed="Is in school four days a week"), Step(SAVE),
    ), "The plan has begun."),
    Task("disagree with a flag", 5, (
        *on_student("The signals are wrong"), Step("answer", chosen="disagree"),
        Step("#reason", typed="Changed course"), Step(SAVE),
    ), "Your answer is on record."),
    Task("put a student off", 4, (
        *on_student("Right, but not now"), Step("#reason", typed="On a trip"), Step(SAVE),
    ), "not put forward until that day"),
    Task("report a data problem", 5, (
        *on_student("A record is wrong"), Step("subject", chosen="attendance"),
        Step("#description", typed="Was here on Monday"), Step("main .form-actions button"),
    ), "The data team has your report."),
    Task("write a note", 4, (
        *on_student("Write a note"), Step("#body", typed="Likes the new course"), Step(SAVE),
    ), "The note is on record."),
    Task("print the sheet for the family", 3, on_student("Sheet for the family"), "Is something here wrong?"),
    Task("put a student on the next agenda", 3, (
        Step("nav a:has-text('Caseload')"), Step("[name='student:k-amara']"),
        Step("main button:has-text('Put on the next agenda')"),
    ), "on the agenda of the next meeting"),
    Task("run the meeting", 4, (
        Step("nav a:has-text('Meetings')"), Step("main ul.tasks a >> nth=0"), Step("main button:has-text('Begin')"),
        Step("#decision", typed="Ask for the bus"), Step(SAVE),
    ), "The decision is on record."),
)  # fmt: skip
RUNS = [(task, mode) for n, task in enumerate(TASKS) for mode in (MODES if swept("accessibility") else [MODES[n % 3]])]
"""In the suite each task is tried in one way, in turn; the sweep tries each in all three."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service on which one task follows the other."""
    folder = tmp_path_factory.mktemp("journeys")
    copy_prepared(prepared, folder)
    yield from opened(folder)


@pytest.fixture(scope="module")
def address(service: ExampleService) -> Iterator[str]:
    """Where it answers."""
    with served(service) as found:
        yield found


@pytest.mark.parametrize(("task", "mode"), RUNS, ids=[f"{task.name}, {mode}" for task, mode in RUNS])
def test_a_main_task_is_done_in_the_clicks_stated(
    windows: Windows, service: ExampleService, address: str, task: Task, mode: Mode
) -> None:
    page = windows.signed_in(service.session_of("harbor", "s-ines"), address, script=mode != "no script")
    page.goto(f"{address}/")
    for step in task.steps:
        take(page, step, by_keyboard=mode == "keyboard")
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(task.said)
    assert sum(not step.typed for step in task.steps) <= task.clicks


def take(page: Page, step: Step, *, by_keyboard: bool) -> None:
    """One step of a task."""
    if by_keyboard:
        press(page, step)
    elif step.typed:
        page.fill(step.place, step.typed)
    elif step.chosen:
        page.click(f"label.chip:has(input[name={step.place}][value={step.chosen}])")
    else:
        page.click(step.place)


def press(page: Page, step: Step) -> None:
    """The same without a mouse."""
    tab_to(page, f"[name={step.place}]" if step.chosen else step.place, one_of_several=bool(step.chosen))
    if step.typed:
        page.keyboard.type(step.typed)
    elif step.chosen:
        page.keyboard.press("Space")
        while page.evaluate("document.activeElement.value") != step.chosen:
            page.keyboard.press("ArrowRight")
    elif page.evaluate("document.activeElement.type") == "checkbox":
        page.keyboard.press("Space")
    else:
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url != before or "caseload" in url)
        page.wait_for_load_state()


def tab_to(page: Page, place: str, *, one_of_several: bool) -> None:
    """Presses Tab until the place, or one of a group, has the focus."""
    found = page.locator(place) if one_of_several else page.locator(place).first
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if any(one.evaluate("one => one === document.activeElement") for one in found.all()):
            return
    pytest.fail(f"no Tab leads to {place}")
