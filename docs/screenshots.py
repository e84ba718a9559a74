"""Takes the pictures of the how-to for counselors, in a real browser, of the demo: run `make demo` once before."""

import re
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Protocol

import uvicorn
from fastapi import FastAPI
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from docs.demo_copy import DemoCopy, Person, demo_copy

IMAGES = Path(__file__).parent / "images"
CONFIG = Path(__file__).parents[1] / "config" / "ontrack.toml"
BROWSERS = ("chromium", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none")
COLORS = 128
"""As many as a page needs; more would make the pictures large."""
MEETING = "7" * 32
LAPTOP, TABLET, PHONE = 1280, 768, 375
TALLEST = {LAPTOP: 1500, TABLET: 1600, PHONE: 1700}
"""The most that a picture shows of a long page."""


@dataclass(frozen=True)
class Shot:
    """A picture: who looks at which page, how wide, in which language; `{student}` is the first of My week.

    It is of the whole page, or of a window of `height`, where something stays at its edge.
    """

    who: Person
    path: str
    width: int = LAPTOP
    language: str = "en"
    scheme: str = "light"
    height: int = 0


SHOTS = {
    "week.png": Shot("counselor", "/"),
    "week-phone.png": Shot("counselor", "/", PHONE, scheme="dark"),
    "caseload.png": Shot("counselor", "/caseload"),
    "student-en.png": Shot("counselor", "/students/{student}"),
    "family-es.png": Shot("counselor", "/students/{student}/family", TABLET, "es"),
    "meeting.png": Shot("counselor", f"/meetings/{MEETING}/students/{{student}}", height=860),
    "minutes.png": Shot("counselor", f"/meetings/{MEETING}/minutes", TABLET),
    "school.png": Shot("principal", "/school"),
    "equity.png": Shot("principal", "/equity"),
}
"""Each picture by its file."""


class Served(Protocol):
    """What has an application to serve."""

    @property
    def app(self) -> FastAPI:
        """The application."""


def main() -> None:
    """Takes every picture anew."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no Chromium here (Debian: apt-get install chromium)")
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = demo_copy(CONFIG, Path(folder))
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        with served(demo) as address:
            student = write_entries(browser, demo, address)
            for name, shot in SHOTS.items():
                take(browser, demo, shot, address, student=student, into=IMAGES / name)
        browser.close()


def write_entries(browser: Browser, demo: DemoCopy, address: str) -> str:
    """What the counselor writes of the students of the week: a call, a plan, a meeting; the first of them."""
    with signed_in(browser, demo, Shot("counselor", "/"), address) as context:
        page = context.new_page()
        page.goto(address)
        students = re.findall(r'week-name" href="/students/(\w+)', page.content())
        for path, form in entries_of(demo.today, students):
            own = dict.fromkeys(("asked_of", "champion", "owner"), demo.staff["counselor"])
            fields: dict[str, str | float | bool] = {**demo.form("counselor", **own, **form)}
            answer = context.request.post(f"{address}{path}", form=fields, headers={"Sec-Fetch-Site": "same-origin"})
            if not answer.ok:
                raise SystemExit(
                    f"{path}: {answer.status}; forms of the pages changed: bring docs/screenshots.py along"
                )
    return str(students[0])


def entries_of(today: date, students: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The forms that are sent, each with its address."""
    first, second, third = students[:3]
    agenda = {f"student:{key}": "yes" for key in students}
    call = {"kind": "call", "party": "family", "day": f"{today - timedelta(days=1)}", "reached": "yes"}
    step = {"next_step": "Ask for the earlier bus", "due_on": f"{today + timedelta(days=4)}"}
    plan = {"goal": "Hands in the lab report every Friday", "strategy": "check-in", "weeks": "6"}
    pace = {"start_date": f"{today - timedelta(days=14)}", "sessions_a_week": "2"}
    decision = {"decision": "Ask the math teacher for a seat in the lab", "due_on": f"{today + timedelta(days=7)}"}
    away = {"reason": "Away on a school trip", "until": f"{today + timedelta(days=11)}"}
    yield "/meetings", {"held_on": f"{today}", "entry": MEETING, **agenda}
    yield f"/students/{first}/contacts", {**call, **step, "result": "The bus is late on most days."}
    yield f"/students/{first}/plans", {**plan, **pace}
    for key, meaning in ((first, "Works in the evening."), (second, "Likes the shop class.")):
        yield f"/meetings/{MEETING}/students/{key}", {**decision, "meaning": meaning, "revision": "1"}
    yield f"/students/{third}/snooze", away


@contextmanager
def served(service: Served) -> Iterator[str]:
    """The address of the application while it answers."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(service.app, log_level="error"))
    running = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    running.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    running.join()


@contextmanager
def signed_in(browser: Browser, demo: DemoCopy, shot: Shot, address: str) -> Iterator[BrowserContext]:
    """A browser in which the person of a picture is signed in."""
    context = browser.new_context(
        viewport=ViewportSize(width=shot.width, height=shot.height or 700),
        locale=f"{shot.language}-US",
        color_scheme="dark" if shot.scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "ontrack_session", "value": demo.tokens[shot.who], "url": address}])
    yield context
    context.close()


def take(browser: Browser, demo: DemoCopy, shot: Shot, address: str, *, student: str, into: Path) -> None:
    """One picture, from the top of the page."""
    with signed_in(browser, demo, shot, address) as context:
        page = context.new_page()
        page.goto(f"{address}{shot.path.format(student=student)}")
        picture = Image.open(BytesIO(page.screenshot(full_page=not shot.height)))
    shown = picture.crop((0, 0, picture.width, min(picture.height, TALLEST[shot.width])))
    shown.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(into, optimize=True)


if __name__ == "__main__":
    main()
