"""What `ontrack doctor` finds about the service database. Opens read-only and migrates nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from features.health import STALE, HealthCheck
from features.settings import District, Settings
from features.terminal import today_in
from serving.store.database import database_address
from serving.store.district_scope import enter_district
from serving.store.revisions import current_revision, known_revisions
from serving.store.run_queries import latest_run

RESTORE = "restore its back-up (docs/how-to/operate.md)"


def sqlite_file(address: str) -> Path | None:
    """The file of a SQLite address, None for another database."""
    url = make_url(address)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


@contextmanager
def connect_read_only(address: str) -> Iterator[Connection]:
    """A connection that writes nothing; errors never show parameters."""
    file = sqlite_file(address)
    engine = create_engine(read_only_address(file) if file else address, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def read_only_address(file: Path) -> str:
    """A SQLite file's address to read it and make no file beside it; one without a log is open in no process."""
    alone = not file.with_name(f"{file.name}-wal").exists()
    return f"sqlite:///file:{file}?mode=ro&uri=true" + ("&immutable=1" if alone else "")


def check_database(settings: Settings) -> Iterator[HealthCheck]:
    """Whether the database answers, is whole, and stands at the newest revision."""
    address = database_address(settings)
    file = sqlite_file(address)
    if file and not file.exists():
        yield HealthCheck("database", "look", "no service database yet", "the first `ontrack score` makes it")
        return
    try:
        with connect_read_only(address) as connection:
            whole = file is None or connection.execute(text("PRAGMA quick_check(1)")).scalar() == "ok"
            yield judge_revision(connection) if whole else HealthCheck("database", "wrong", "damaged", RESTORE)
    except SQLAlchemyError as error:
        do = RESTORE if file else "see that the server runs and that the address and password are right"
        yield HealthCheck("database", "wrong", f"does not answer: {type(error).__name__}", do)


def judge_revision(connection: Connection) -> HealthCheck:
    """Whether the database is at the newest revision."""
    (head, *earlier), current = known_revisions(), current_revision(connection)
    if current == head:
        return HealthCheck("database", "ok", f"answers, at revision {head}, the newest")
    if current is None or current in earlier:
        do = "back it up; the next command that opens it brings it up to date"
        return HealthCheck("database", "look", f"at revision {current or 'none'}, the newest is {head}", do)
    do = "run the version of OnTrack that made it, or a newer one"
    return HealthCheck("database", "wrong", f"at revision {current}, which this version does not know", do)


def check_scores(settings: Settings, district: District) -> Iterator[HealthCheck]:
    """How old a district's latest list is, and how many students are on it."""
    score = f"run `ontrack score --district {district.id}`"
    address = database_address(settings)
    file = sqlite_file(address)
    if file and not file.exists():
        yield HealthCheck("scores", "look", "no scoring run yet", score, district.id)
        return
    try:
        with connect_read_only(address) as connection, Session(connection) as session:
            enter_district(session, district.id)
            run = latest_run(session, district.id)
    except SQLAlchemyError:
        yield HealthCheck("scores", "wrong", "cannot be read; see `database`", district=district.id)
        return
    if run is None:
        yield HealthCheck("scores", "look", "no scoring run yet", score, district.id)
        return
    age = today_in(settings, district.id) - run.as_of
    made = run.created_at if run.created_at.tzinfo else run.created_at.replace(tzinfo=UTC)
    said = (
        f"as of {run.as_of}, {age.days} days ago, by the {run.scorer} of {run.release_id}: {run.students:,} students, "
        f"{run.flagged:,} listed; made {datetime.strftime(made, '%Y-%m-%d %H:%M')} UTC"
    )
    old = age > STALE
    yield HealthCheck("scores", "look" if old else "ok", said, score if old else "", district.id)
