"""What writing a scoring run takes on PostgreSQL beside SQLite, both as durable as in service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.figures import Figure, compared
from benchmarks.timing import median_seconds
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from serving.store.database import migrate, open_engine, write_session
from serving.store.row_security import grant_service
from tests.postgresql import OWNER, SERVICE, postgres_server

SQLITE = "recording it again (SQLite)"
POSTGRESQL = {OWNER: "recording it again (PostgreSQL)", SERVICE: "recording it again (PostgreSQL, the service's role)"}


def run_write_figures(run: ScoringRun, sqlite: Path, runs: int) -> tuple[Figure, ...]:
    """Milliseconds per 10,000 students to write a run whose records are written already, on each database."""
    fresh = count()

    def record(engine: Engine) -> Callable[[], object]:
        def write() -> None:
            with write_session(engine) as session:
                write_run(session, replace(run, run_id=f"again-{next(fresh)}"))

        write()
        return write

    with engines(sqlite) as opened:
        ways = {name: record(engine) for name, engine in opened.items()}
        seconds = median_seconds(ways, runs)
    ms = {name: took * 1000 * 10_000 / len(run.scores) for name, took in seconds.items()}
    beside = (compared(name, ms[name], "ms per 10k", to=ms[SQLITE], beside=SQLITE) for name in POSTGRESQL.values())
    return (Figure(SQLITE, ms[SQLITE], "ms per 10k"), *beside)


@contextmanager
def engines(sqlite: Path) -> Iterator[dict[str, Engine]]:
    """An engine on each database, migrated; each role has a database of its own."""
    server = postgres_server(durable=True)
    opened = {SQLITE: open_engine(f"sqlite:///{sqlite}")}
    migrate(opened[SQLITE])
    for role, name in POSTGRESQL.items():
        database = f"bench_{role}"
        server.create(database)
        server.run("ALTER SCHEMA public OWNER TO {}", OWNER, database=database)
        owner = open_engine(server.address(database))
        migrate(owner)
        with owner.begin() as connection:
            grant_service(connection, SERVICE)
        owner.dispose()
        opened[name] = open_engine(server.address(database, role))
    yield opened
    for engine in opened.values():
        engine.dispose()
