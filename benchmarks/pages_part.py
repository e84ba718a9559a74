"""Part `pages`: server time of the pages of a counselor beside an empty page of the same template, in processor time.

The empty page looks up who is signed in and shows the header and nothing else; it shows no student, so it writes no row
into the access log, as the others do. The application is called in this process, without a socket; on a busy machine
processor time is a fifth to a half more. The words of a run's scores are kept from the first look on: `first look` is
the caseload before that.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from fastapi import FastAPI
from fastapi.responses import Response
from starlette.types import Message, Scope

from benchmarks.figures import Figure, Part, compared
from benchmarks.timing import in_turns
from features.progress import Progress
from serving.pages.visit import CurrentVisit
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from serving.store.database import write_session
from tests.serving.example_scores import ScoredStudent, with_scores
from tests.serving.example_service import TODAY, ExampleService, run_of, scored

EMPTY, HOME, CASELOAD, STUDENT = "empty page", "My week", "caseload, 50 of 600", "student"
FIRST_LOOK = "caseload, first look"
PATHS = {EMPTY: "/empty", HOME: "/", CASELOAD: "/caseload?show=all", STUDENT: "/students/m-00000"}
COUNSELOR, ON_CASELOAD = "s-ines", 600
MOST_MS, MOST_TIMES = 50.0, 3.0
"""The limits: milliseconds at the 95th percentile, and times the empty page."""
WARM = 5


def pages_part(folder: Path, students: int, *, runs: int, requests: int, progress: Progress) -> Part:
    """Milliseconds of a core that each page takes, with so many students in the database."""
    folder.mkdir(parents=True, exist_ok=True)
    service = ExampleService(folder, postgresql=False)
    progress(f"pages: writing a list of {students:,} students")
    with write_session(service.engine) as session:
        for days in (7, 0):
            write_run(session, run_of_many(students, days))
    add_empty_page(service.app)
    token = service.session_of("harbor", COUNSELOR)
    asks = {name: partial(timed, service.app, path, token, requests) for name, path in PATHS.items()}
    asks[FIRST_LOOK] = partial(first_looks, service, token, requests)
    for name, path in PATHS.items():
        progress(f"pages: {name}")
        timed(service.app, path, token, WARM)
    found = in_turns(asks, runs)
    service.close()
    facts = {"students": students, "on the caseload": ON_CASELOAD, "requests a round": requests, "runs": runs}
    return Part(
        "pages", facts, figures_of({name: [ms for one in rounds for ms in one] for name, rounds in found.items()})
    )


def run_of_many(students: int, days_ago: int) -> ScoringRun:
    """A run of many students, of whom a counselor has 600; every tenth is listed."""
    run = run_of("harbor", TODAY - pd.Timedelta(days=days_ago).to_pytimedelta())
    keys = [f"m-{at:05}" for at in range(students)]
    schools = np.array(["north", "south"])[np.arange(students) % 2]
    people = pd.DataFrame(
        {
            "student_key": keys, "student_id": [f"9{at:05}" for at in range(students)], "first_name": "Gil",
            "last_name": [f"Number{at:05}" for at in range(students)], "grade_level": 9, "school_id": schools,
        }
    )  # fmt: skip
    own = pd.DataFrame(
        {"staff_id": COUNSELOR, "student_key": keys[:ON_CASELOAD], "start_date": pd.Timestamp("2026-08-17")}
    )
    own["end_date"] = pd.Series(pd.NaT, index=own.index)
    roster = replace(run.roster, students=people, caseloads=own, supports=run.roster.supports[:0])
    rows = tuple(drawn(key, school, at, days_ago) for at, (key, school) in enumerate(zip(keys, schools, strict=True)))
    return with_scores(replace(run, roster=roster), rows)


def drawn(key: str, school: str, at: int, days_ago: int) -> ScoredStudent:
    """A student's score: risks of every size, in no order; a week ago they were less."""
    risk = (at * 37 % 100) / 100
    one = scored(key, str(school), max(0.0, risk - 0.1 * bool(days_ago)), at + 1)
    return replace(one, flagged=at % 10 == 0)


def add_empty_page(app: FastAPI) -> None:
    """Adds a page with the header of somebody signed in, and nothing else."""

    def empty(visit: CurrentVisit) -> Response:
        return visit.page("base.html")

    app.add_api_route("/empty", empty, methods=["GET"])


def first_looks(service: ExampleService, token: str, requests: int) -> list[float]:
    """Milliseconds of the caseload where nothing is kept of its words."""
    took: list[float] = []
    for _ in range(requests):
        service.context.signals.kept.clear()
        took += timed(service.app, PATHS[CASELOAD], token, 1)
    return took


def timed(app: FastAPI, path: str, token: str, requests: int) -> list[float]:
    """Milliseconds of processor time of each of some requests; ConnectionError where an answer is not a page."""
    return asyncio.run(asked_again(app, path, token, requests))


async def asked_again(app: FastAPI, path: str, token: str, requests: int) -> list[float]:
    """The same on one event loop."""
    took = []
    for _ in range(requests):
        began = time.process_time()
        status = await answer(app, path, token)
        took.append((time.process_time() - began) * 1000)
        if status != 200:
            raise ConnectionError(f"{path}: {status}")
    return took


async def answer(app: FastAPI, path: str, token: str) -> int:
    """The status of one answer."""
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope_of(path, token), receive, send)
    return statuses[0]


def scope_of(path: str, token: str) -> Scope:
    """A GET of a browser that is signed in."""
    plain, _, query = path.partition("?")
    headers = {"host": "testserver", "cookie": f"ontrack_session={token}", "accept-language": "en"}
    return {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": plain, "root_path": "",
        "raw_path": plain.encode(), "query_string": query.encode(), "client": ("127.0.0.1", 1),
        "asgi": {"version": "3.0"},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()], "server": ("testserver", 80),
    }  # fmt: skip


def figures_of(took: Mapping[str, list[float]]) -> tuple[Figure, ...]:
    """The median of each page beside the empty one's, and the 95th percentile beside its limit."""
    half = {name: float(np.percentile(every, 50)) for name, every in took.items()}
    late = {name: float(np.percentile(every, 95)) for name, every in took.items()}
    return (
        Figure(EMPTY, half[EMPTY], "ms of a core, p50"),
        *(
            compared(name, half[name], "ms of a core, p50", to=half[EMPTY], beside=f"{EMPTY}, at most {MOST_TIMES:.0f}")
            for name in took
            if name != EMPTY
        ),
        *(
            compared(name, ms, "ms of a core, p95", to=MOST_MS, beside=f"a limit of {MOST_MS:.0f} ms")
            for name, ms in late.items()
        ),
    )
