"""Takes the pictures of the how-to for counselors, in a real browser, of made-up people on a day that stands still."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.serving.browser import Browser as Sender
from tests.serving.example_service import ExampleService

IMAGES = Path(__file__).parent / "images"
BROWSERS = ("chromium", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none")
COLORS = 256
"""As many as a page needs; more would make the pictures large."""

MEETING = "7" * 32
SHOTS = {
    "week.png": ("en", "/"),
    "caseload.png": ("en", "/caseload"),
    "student-en.png": ("en", "/students/k-amara"),
    "family-es.png": ("es", "/students/k-amara/family"),
    "meeting.png": ("en", f"/meetings/{MEETING}/students/k-amara"),
}
"""Each picture: the language of the browser, and the page."""


def main() -> None:
    """Takes every picture anew."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no Chromium here (Debian: apt-get install chromium)")
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = ExampleService(Path(folder))
        service.record_example_runs()
        write_entries(service)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        with served(service) as address:
            for name, (code, path) in SHOTS.items():
                take(browser, service, code, f"{address}{path}", IMAGES / name)
        browser.close()


def write_entries(service: ExampleService) -> None:
    """What a counselor wrote of two students."""
    ines = Sender(service, "harbor", "s-ines")
    call = {"kind": "call", "party": "family", "day": "2026-11-19", "reached": "yes"}
    step = {"next_step": "Ask for the earlier bus", "due_on": "2026-11-24", "asked_of": "s-ines"}
    ines.send("/students/k-amara/contacts", **call, **step, result="The bus is late on most days.")
    ines.send("/meetings", held_on="2026-11-20", entry=MEETING, **{"student:k-amara": "yes", "student:k-bruno": "yes"})
    ines.send("/students/k-farah/snooze", reason="Away on a school trip", until="2026-12-01")


@contextmanager
def served(service: ExampleService) -> Iterator[str]:
    """The address of the application while it answers."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(service.app, log_level="error"))
    running = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    running.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    running.join()


def take(browser: Browser, service: ExampleService, code: str, address: str, into: Path) -> None:
    """One picture, of the whole page, as district staff see it; of My week and a meeting, as a counselor does."""
    viewport = ViewportSize(width=1120, height=700)
    context = browser.new_context(viewport=viewport, locale=f"{code}-US", reduced_motion="reduce")
    token = service.session_of("harbor", "s-ines" if address.endswith("/") or "/meetings/" in address else "s-lena")
    context.add_cookies([{"name": "ontrack_session", "value": token, "url": address}])
    page = context.new_page()
    page.goto(address)
    picture = Image.open(BytesIO(page.screenshot(full_page=True)))
    picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(into, optimize=True)
    context.close()


if __name__ == "__main__":
    main()
