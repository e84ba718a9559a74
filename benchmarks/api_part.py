"""Part `api`: the service's answers beside those of an empty FastAPI route, over the loopback."""

import json
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import get_args

import numpy as np

from benchmarks.figures import Figure, Part, compared
from benchmarks.place import DISTRICT, NOW, TODAY, Place, release
from benchmarks.servers import serving
from benchmarks.timing import in_turns
from benchmarks.wire import Ask, Line, ask, latencies, throughput
from features.progress import Progress
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from serving.access.api_keys import Grant, create_api_key
from serving.access.scopes import DEFAULT_SCOPES
from serving.api.messages import Message, SentRecords
from serving.scoring.score_district import score_district
from serving.store.database import database_address, migrate, open_engine, write_session

EMPTY, LIVEZ, LOGGED = "empty FastAPI route", "GET /livez", "empty answer, authorized and logged"
STORED, LIVE = "GET /v1/students/{key}/scores", "POST /v1/scores"
PEERS = {STORED: LOGGED}
CONNECTIONS = 4
WARM, FEWEST = 10, 20
LONGEST_ROUND_MS = 15_000.0


@dataclass(frozen=True)
class Timed:
    """One round over one route: milliseconds of each request, and requests a second over several connections."""

    took: list[float]
    per_second: float


def api_part(place: Place, *, runs: int, requests: int, progress: Progress) -> Part:
    """Latency and throughput of each route beside the empty one; `requests` are sent to each in each round."""
    key, student, body = ready(place, progress)
    with (
        serving(None, place.folder / "empty.log") as empty,
        serving(place.config, place.folder / "service.log") as port,
    ):
        asks = {
            EMPTY: ask(empty, "GET", "/empty"),
            LIVEZ: ask(port, "GET", "/livez"),
            LOGGED: ask(port, "GET", f"/v1/empty/{student}", key=key),
            STORED: ask(port, "GET", f"/v1/students/{student}/scores", key=key),
            LIVE: ask(port, "POST", "/v1/scores", key=key, body=body),
        }
        facts = {"first POST, ms": first_answer(asks[LIVE]), "sent records": rows_in(body), "bytes sent": len(body)}
        times = {name: affordable(asked, requests) for name, asked in asks.items()}
        progress(f"api: {runs} rounds of {', '.join(map(str, times.values()))} requests, each twice")
        found = in_turns({name: partial(timed, asked, times[name]) for name, asked in asks.items()}, runs)
    facts |= {"POST a round": times[LIVE], "others a round": requests, "connections": CONNECTIONS, "runs": runs}
    return Part("api", facts, figures_of(found))


def affordable(asked: Ask, requests: int) -> int:
    """How many requests a round may hold, after some that do not count: fewer of a slow route."""
    return min(requests, max(FEWEST, int(LONGEST_ROUND_MS / median(latencies(asked, min(WARM, requests))))))


def ready(place: Place, progress: Progress) -> tuple[str, str, bytes]:
    """An API key, a scored student, and the records of that student as a request: the installation can serve."""
    release(place, progress)
    engine = open_engine(database_address(place.settings))
    migrate(engine)
    score_district(place.settings, engine, DISTRICT, as_of=TODAY, now=NOW, progress=progress)
    with write_session(engine) as session:
        key = create_api_key(session, DISTRICT, "benchmark", Grant(DEFAULT_SCOPES), now=NOW)
    engine.dispose()
    with open_warehouse(place.warehouse) as reader:
        student = median_student(reader)
        return key, student, json.dumps(records_of(reader, student)).encode()


def median_student(reader: Reader) -> str:
    """The flagged student with the median number of absences on record."""
    flagged = reader.current("flags")["student_key"]
    absences = reader.current("attendance")["student_key"].value_counts()
    ordered = absences.reindex(sorted(flagged.unique()), fill_value=0).sort_values(kind="stable")
    return str(ordered.index[len(ordered) // 2])


def records_of(reader: Reader, student: str) -> dict[str, list[dict[str, object]]]:
    """Everything on record about a student, as `POST /v1/scores` takes it."""
    found = {}
    for name, field in SentRecords.model_fields.items():
        row: type[Message] = get_args(field.annotation)[0]
        columns = ", ".join(f'"{column}"' for column in row.model_fields)
        rows = reader.connection.execute(
            f'SELECT {columns} FROM "{name}" WHERE student_key = ? AND superseded_by_load IS NULL', [student]
        ).fetchall()
        plain = [dict(zip(row.model_fields, map(as_json, cells), strict=True)) for cells in rows]
        found[name] = [{column: cell for column, cell in one.items() if cell is not None} for one in plain]
    return found


def as_json(cell: object) -> object:
    """A cell as JSON has it."""
    return cell if isinstance(cell, str | int | bool | None) else str(cell)


def rows_in(body: bytes) -> int:
    """How many rows a request sends."""
    return sum(len(rows) for rows in json.loads(body).values())


def first_answer(asked: Ask) -> float:
    """Milliseconds of the first request after a start; ConnectionError where the answer is not a score."""
    took = latencies(asked, 1)[0]
    line = Line(asked.port)
    line.send(asked)
    answer = json.loads(line.receive())
    line.close()
    if answer["status"] != "scored":
        raise ConnectionError("the benchmark's student was not scored")
    return took


def timed(asked: Ask, requests: int) -> Timed:
    """One round over one route."""
    return Timed(latencies(asked, requests), throughput(asked, requests, CONNECTIONS))


def figures_of(found: dict[str, list[Timed]]) -> tuple[Figure, ...]:
    """Percentiles over all requests and the median rate of the rounds, each beside those of its peer."""
    took = {name: [ms for one in rounds for ms in one.took] for name, rounds in found.items()}
    return (
        *beside_peers("ms p50", {name: float(np.percentile(all_of, 50)) for name, all_of in took.items()}),
        *beside_peers("ms p99", {name: float(np.percentile(all_of, 99)) for name, all_of in took.items()}),
        *beside_peers("requests/s", {name: median(o.per_second for o in rounds) for name, rounds in found.items()}),
    )


def beside_peers(unit: str, values: dict[str, float]) -> list[Figure]:
    """Each route's value beside the empty route's; stored scores beside the empty answer that is authorized too."""
    empty = Figure(EMPTY, values[EMPTY], unit)
    peers = {name: PEERS.get(name, EMPTY) for name in values if name != EMPTY}
    return [empty, *(compared(name, values[name], unit, to=values[to], beside=to) for name, to in peers.items())]
