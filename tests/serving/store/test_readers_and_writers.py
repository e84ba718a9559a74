"""A list is written while people read: each page shows one whole list, on both databases."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from tests.serving.browser import Browser
from tests.serving.conftest import opened
from tests.serving.example_service import TODAY, ExampleService, run_of

RUNS = 6
SAID = re.compile(r"November (\d+), 2026</time>")
NAMED = re.compile(r"Boateng(\d+)")


def marked_run(days: int) -> ScoringRun:
    """A run of some days later, whose roster tells by a student's name which run it belongs to."""
    run = run_of("harbor", TODAY + timedelta(days=days))
    names = run.roster.students["last_name"].replace("Boateng", f"Boateng{TODAY.day + days}")
    return replace(run, roster=replace(run.roster, students=run.roster.students.assign(last_name=names)))


def write(service: ExampleService, days: int) -> None:
    """Writes a marked run, as a scoring run does."""
    with service.context.write_session() as session:
        assert write_run(session, marked_run(days))


@pytest.fixture(params=["sqlite", "postgresql"])
def busy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ExampleService]:
    """A service with one run."""
    for service in opened(tmp_path, postgresql=request.param == "postgresql"):
        write(service, 0)
        yield service


def test_a_page_shows_one_whole_list_while_others_are_written(busy: ExampleService) -> None:
    """The date is the run's, the name is the roster's.

    Between two writes as many pages are read to their end as there are readers, however slow the machine.
    """
    seen: list[tuple[str, str]] = []
    pages = threading.Semaphore(0)
    ended = threading.Event()
    names = ("s-lena", "s-ines")

    def read(browser: Browser) -> None:
        while not ended.is_set():
            page = browser.get("/caseload").text
            seen.append((SAID.findall(page)[0], NAMED.findall(page)[0]))
            pages.release()

    readers = [threading.Thread(target=read, args=(Browser(busy, "harbor", name),), daemon=True) for name in names]
    for reader in readers:
        reader.start()
    try:
        for days in range(1, RUNS):
            for _ in names:
                assert pages.acquire(timeout=60), "a reader stopped"
            write(busy, days)
    finally:
        ended.set()
    for reader in readers:
        reader.join()
    assert [pair for pair in seen if pair[0] != pair[1]] == []
    assert len(set(seen)) > 1
