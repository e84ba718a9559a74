"""Requests of every kind at a steady rate against `ontrack serve`, in one process or several.

`python -m benchmarks.mixed_load --workers 2`.

The list is the example service's, with one student's score copied under as many keys as asked: reads cost what they
do in a district of that size. Requests begin on time whether or not earlier ones were answered.
"""

import http.client
import json
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from sqlalchemy import text

from benchmarks.servers import HOST, processes_of, serving_workers
from serving.access.api_keys import Grant, create_api_key
from serving.access.scopes import SCOPES
from serving.api.cursors import cursor_of
from tests.serving.example_releases import release_model
from tests.serving.example_service import ExampleService

COPIED = {"students": ("student_key", "student_id"), "scores": ("student_key",)}
"""Tables whose row of one student is copied, and the columns that tell copies apart."""
KINDS = {"one student": 60, "page of a list": 10, "search": 10, "live score": 10, "record sent": 10}
"""How many of a hundred requests are of each kind."""
THREADS = 64
PATIENCE = 60.0
"""Seconds that an answer may take."""
UNANSWERED = 0
"""In place of a status: no answer came in time, or the connection broke."""
LONGEST_START, IDLE = 60, 0.05
"""Seconds that a start may go on, and of a processor in one of them, in a service that is idle."""
STUDENT = {"school_id": "north", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17"}
ABSENCE = {"school_id": "north", "section_id": "day", "kind": "absent", "absent_hundredths": 100, "excused": False}
Asked = tuple[str, str, object]


def copy_students(service: ExampleService, students: int) -> str:
    """Copies one student and score; returns the newest run of the list."""
    engine = service.context.engine
    with engine.begin() as connection:
        for table, own in COPIED.items():
            columns = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
            chosen = ", ".join("'c-' || n" if name in own else name for name in columns)
            connection.execute(
                text(
                    f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < :most)"
                    f" INSERT INTO {table} SELECT {chosen} FROM {table}, many"
                    f" WHERE district_id = 'harbor' AND student_key = 'k-amara'"
                ),
                {"most": students},
            )
        newest = "SELECT run_id FROM runs WHERE district_id = 'harbor' ORDER BY as_of DESC LIMIT 1"
        return str(connection.execute(text(newest)).scalar())


def drawn(random_numbers: random.Random, students: int, run_id: str) -> tuple[str, Asked]:
    """A kind of request, and one of it: any student, and a page from any place of the list on."""
    (kind,) = random_numbers.choices(list(KINDS), list(KINDS.values()))
    student = f"c-{random_numbers.randint(1, students)}"
    day = f"2026-10-{random_numbers.randint(1, 28):02}"
    cursor = cursor_of({}, ("", run_id, student))
    requests: dict[str, Asked] = {
        "one student": ("GET", f"/v1/students/{student}/scores", None),
        "page of a list": ("GET", f"/v1/scores?limit=100&cursor={cursor}", None),
        "search": ("POST", "/v1/students/search", {"student_ids": [student]}),
        "live score": ("POST", "/v1/scores", {"enrollments": [STUDENT]}),
        "record sent": ("PUT", f"/v1/students/{student}/attendance/a-{day}", {**ABSENCE, "date": day}),
    }
    return kind, requests[kind]


def asker(port: int, key: str, *, kept: bool, patience: float = PATIENCE) -> Callable[[Asked], tuple[int, float]]:
    """Asks over a connection that each thread keeps, or a new one each time; the status, and seconds it took.

    A request without an answer within so many seconds, or whose connection broke, has the status `UNANSWERED`.
    """
    headers, own = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}, threading.local()

    def answer(line: http.client.HTTPConnection, asked: Asked) -> int:
        method, path, body = asked
        line.request(method, path, json.dumps(body) if body is not None else None, headers)
        found = line.getresponse()
        found.read()
        return found.status

    def answer_again(line: http.client.HTTPConnection, asked: Asked) -> int:
        try:
            return answer(line, asked)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            line.close()  # the service closes a connection on which nothing comes; asked again, it is opened anew
            return answer(line, asked)

    def ask(asked: Asked) -> tuple[int, float]:
        began = time.perf_counter()
        line: http.client.HTTPConnection | None = getattr(own, "line", None)
        own.line = line = line or http.client.HTTPConnection(HOST, port, timeout=patience)
        try:
            status = answer_again(line, asked)
        except (OSError, http.client.HTTPException):
            status = UNANSWERED
        if not kept or status == UNANSWERED:
            line.close()
        return status, time.perf_counter() - began

    return ask


def rows_a_second(port: int, key: str, run_id: str) -> float:
    """How many scores of a run are streamed in a second, as NDJSON."""
    began, line = time.perf_counter(), http.client.HTTPConnection(HOST, port, timeout=600)
    line.request("GET", f"/v1/scoring-runs/{run_id}/scores?format=ndjson", headers={"Authorization": f"Bearer {key}"})
    rows = line.getresponse().read().count(b"\n")
    return rows / (time.perf_counter() - began)


@dataclass(frozen=True)
class Loaded:
    """A service under load: how it is asked, the run that it streams, its first process, and its log."""

    ask: Callable[[Asked], tuple[int, float]]
    port: int
    key: str
    run_id: str
    process: int
    log: Path


@contextmanager
def loaded_service(students: int, workers: int, *, kept: bool = True) -> Iterator[Loaded]:
    """The example service with so many students, in so many processes, after its first requests."""
    with tempfile.TemporaryDirectory() as folder:
        service = ExampleService(Path(folder))
        service.record_example_runs()
        release_model(service, "harbor")
        run_id = copy_students(service, students)
        with service.write_session() as session:
            key = create_api_key(session, "harbor", "load", Grant(SCOPES), now=service.clock())
        service.close()
        config, log = Path(folder) / "ontrack.toml", Path(folder) / "service.log"
        config.write_text(
            f'home = "{folder}"\ntoday = 2026-11-20\n[service]\nrequests_a_minute = 1000000\n'
            '[[districts]]\nid = "harbor"\nname = "Harbor"\n'
        )
        with serving_workers(config, log, workers) as served:
            ask = asker(served.port, key, kept=kept)
            for _ in range(4 * workers):
                ask(("POST", "/v1/scores", {"enrollments": [STUDENT]}))
            wait_until_idle(served.process)
            yield Loaded(ask, served.port, key, run_id, served.process, log)


def main(
    seconds: Annotated[int, typer.Option(min=5)] = 60,
    rate: Annotated[int, typer.Option(min=1, help="Requests a second.")] = 200,
    students: Annotated[int, typer.Option(min=100)] = 50_000,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the service.")] = 1,
    kept: Annotated[bool, typer.Option(help="Whether programs keep their connections, or open one a request.")] = True,
) -> None:
    """Prints statuses, percentiles by kind, what both sides cost, and how many scores a second are streamed."""
    with loaded_service(students, workers, kept=kept) as service:
        before = processor_seconds(service.process), time.process_time()
        say(under_load(service.ask, seconds, rate, lambda numbers: drawn(numbers, students, service.run_id)))
        after = processor_seconds(service.process), time.process_time()
        served, sent = (1000 * (now - then) / (seconds * rate) for then, now in zip(before, after, strict=True))
        print(f"of a core for each request: {served:.1f} ms in the service, {sent:.2f} ms in the sender")
        say_incidents(service.log)
        print(
            f"NDJSON: {rows_a_second(service.port, service.key, service.run_id):,.0f} scores a second of {students:,}"
        )


def under_load(
    ask: Callable[[Asked], tuple[int, float]],
    seconds: float,
    rate: int,
    draw: Callable[[random.Random], tuple[str, Asked]],
) -> dict[str, list[tuple[int, float]]]:
    """What requests at a steady rate gave, by their kind."""
    numbers, began = random.Random(7), time.perf_counter()
    found = []
    with ThreadPoolExecutor(THREADS) as pool:
        for place in range(round(seconds * rate)):
            time.sleep(max(0.0, began + place / rate - time.perf_counter()))
            kind, asked = draw(numbers)
            found.append((kind, pool.submit(ask, asked)))
    took = time.perf_counter() - began
    print(f"{len(found):,} requests in {took:.0f} s: {len(found) / took:.0f} a second")
    return {kind: [one.result() for name, one in found if name == kind] for kind in KINDS}


def wait_until_idle(process: int) -> None:
    """Returns when a service has done what it does after its start: each process prepares live scores for seconds."""
    for _ in range(LONGEST_START):
        before = processor_seconds(process)
        time.sleep(1.0)
        if processor_seconds(process) - before < IDLE:
            return


def processor_seconds(process: int) -> float:
    """Seconds of a processor that a process and all that come from it took."""
    times = (Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in processes_of(process))
    return sum(int(own[11]) + int(own[12]) for own in times) / os.sysconf("SC_CLK_TCK")


def say(found: dict[str, list[tuple[int, float]]]) -> None:
    """Prints what was found; a request without an answer took as long as it was waited for."""
    statuses = Counter(status for several in found.values() for status, _ in several)
    print(f"statuses: {dict(statuses)}; {statuses[UNANSWERED]} without an answer")
    every = [one for several in found.values() for one in several]
    for kind, answers in {**found, "all": every}.items():
        if not answers:
            continue
        p50, p95, p99 = np.percentile([took * 1000 for _, took in answers], [50, 95, 99])
        print(f"{kind:>15}: {len(answers):>6,} requests, p50 {p50:6.1f} ms, p95 {p95:6.1f} ms, p99 {p99:6.1f} ms")


def say_incidents(log: Path) -> None:
    """Prints what the service could not answer, by kind and place."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    print("incidents:", dict(Counter(f"{one['error']} {one['where']}" for one in lines if one["event"] == "incident")))


if __name__ == "__main__":
    typer.run(main)
