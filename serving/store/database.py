"""Opens and migrates the service database, and gives sessions for reading and writing."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from threading import Lock
from typing import Literal, TypeVar

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from features.errors import MachineRefused
from features.settings import Settings
from serving.store import (  # noqa: F401 - with them, the metadata holds every table
    access_rows,
    caseload_rows,
    kept_answer_rows,
    list_rows,
    meeting_rows,
    night_rows,
    operation_rows,
    purge_rows,
    record_rows,
    sent_record_rows,
    sign_in_rows,
    support_rows,
    total_rows,
    webhook_rows,
)
from serving.store.district_scope import enter_district
from serving.store.locks import MIGRATION, lock_until_commit

BUSY_SECONDS = 10
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_SECONDS * 1000}")
REVISIONS = Path(__file__).parent / "migrations" / "versions"
REVISION_TABLE = "alembic_version"
FOUND_HERE = "found here"
"""Where a session that only reads keeps what was found in its one consistent state, and need not be asked again."""
Found = TypeVar("Found")
TURNS: dict[str, Lock] = {}
"""By file, whose turn it is to write among the threads of this process."""
LONGEST_STATEMENT = 60
"""Seconds that PostgreSQL gives a statement, a wait for a lock, and a transaction in which nothing happens."""
CONNECTIONS = 40
"""Of one process at most: as many as there are threads that answer requests."""


def database_address(settings: Settings) -> str:
    """The database's address: the configured one, else a SQLite file in `home`."""
    return settings.service.database or f"sqlite:///{settings.home / 'service.db'}"


def open_engine(address: str) -> Engine:
    """An engine on the database; nothing is connected yet. Errors never show parameters."""
    url = make_url(address)
    if url.get_backend_name() == "postgresql":
        return open_postgresql(address)
    # each connection keeps up to 2 MB of pages: the one that was used last has the most of them at hand
    engine = create_engine(address, hide_parameters=True, json_deserializer=from_json, pool_use_lifo=True)
    event.listen(engine, "connect", set_pragmas)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def open_postgresql(address: str) -> Engine:
    """An engine on a PostgreSQL database."""
    limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    options = " ".join(["-c timezone=UTC", *(f"-c {name}={LONGEST_STATEMENT}s" for name in limits)])
    url = make_url(address).set(drivername="postgresql+psycopg")
    engine = create_engine(
        url,
        hide_parameters=True,
        json_deserializer=from_json,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=CONNECTIONS - 5,
        connect_args={"options": options, "connect_timeout": BUSY_SECONDS, "application_name": "ontrack"},
    )
    from serving.store.database_errors import hide_values  # which loads the driver

    event.listen(engine, "handle_error", hide_values)
    return engine


def set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Sets what SQLite forgets with each connection, and turns off the driver's own transactions."""
    assert isinstance(connection, SqliteConnection)  # noqa: S101 - only ever listens on a SQLite engine
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Connection) -> None:
    """Begins a transaction; a writer takes the lock at once, since a reader's upgrade would fail instead of waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def read_session(engine: Engine, district_id: str | None = None) -> Iterator[Session]:
    """A session on one consistent state, rolled back at the end; of one district where it is named."""
    postgresql = engine.dialect.name == "postgresql"
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if postgresql else {}
    bound = engine.execution_options(**options) if options else engine
    with Session(bound, info={FOUND_HERE: {}}) as session:
        if district_id is not None:
            enter_district(session, district_id)
        yield session


def find_once(session: Session, asked: Hashable, find: Callable[[], Found]) -> Found:
    """What is found; a session that only reads looks once, in its one state, and keeps it until it ends."""
    kept: dict[Hashable, Found] | None = session.info.get(FOUND_HERE)
    if kept is None:
        return find()
    if asked not in kept:
        kept[asked] = find()
    return kept[asked]


@contextmanager
def write_session(engine: Engine, district_id: str | None = None) -> Iterator[Session]:
    """A session whose changes are kept all together at the end, or not at all; of one district where it is named.

    On PostgreSQL each of its statements sees what others have committed before it.
    """
    with turn_to_write(engine), Session(engine.execution_options(writes=True)) as session, session.begin():
        if district_id is not None:
            enter_district(session, district_id)
        yield session


@contextmanager
def write_connection(engine: Engine) -> Iterator[Connection]:
    """The same for rows that are only added: a connection, without what keeps objects and their changes."""
    with turn_to_write(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Lets one thread of this process at a time write to a SQLite file; on another database, all of them.

    SQLite itself lets those who wait look again now and then, in no order: under load some never found it free.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = TURNS.setdefault(str(engine.url.database), Lock())
    held = lock.acquire(timeout=BUSY_SECONDS)  # then SQLite's own lock decides
    try:
        yield
    finally:
        if held:
            lock.release()


def migrate(engine: Engine) -> None:
    """Brings the database to the newest revision; a no-op where it is there already.

    MachineRefused where it cannot be reached, and where it is older and the address is not that of its owner.
    """
    create_folder(engine)
    refuse_unreachable(engine)
    with engine.connect() as connection:
        if is_newest(connection):
            return
    from serving.store.revisions import upgrade_to_newest  # which loads Alembic

    with migrating(engine) as connection:
        lock_until_commit(connection, MIGRATION)
        try:
            upgrade_to_newest(connection)
        except ProgrammingError as error:
            if "InsufficientPrivilege" not in str(error):
                raise
            said = "the service database is of an earlier version, and this account may not change its tables"
            raise MachineRefused(f"{said}: run `ontrack upgrade-database` with its owner's address") from error


def refuse_unreachable(engine: Engine) -> None:
    """MachineRefused where no connection can be made to a PostgreSQL."""
    if engine.dialect.name != "postgresql":
        return
    try:
        engine.connect().close()
    except OperationalError as error:
        said = f"{engine.url.render_as_string(hide_password=True)}: no connection to PostgreSQL"
        raise MachineRefused(f"{said}; does it run there, and does it let this account in?") from error


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A transaction that may make tables anew: SQLite looks at foreign keys at its end, not in between."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.execution_options(writes=True).connect() as connection:
        if sqlite:
            switch_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise MachineRefused("the service database has rows that refer to nothing; restore its back-up")
        finally:
            if sqlite:
                switch_foreign_keys(connection, "ON")


def switch_foreign_keys(connection: Connection, to: Literal["ON", "OFF"]) -> None:
    """Turns SQLite's foreign keys on or off, which it takes outside of transactions only."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, SqliteConnection)  # noqa: S101 - asked on SQLite only
    driver.execute(f"PRAGMA foreign_keys = {to}")


def is_newest(connection: Connection) -> bool:
    """Whether the database is at the newest revision."""
    if not inspect(connection).has_table(REVISION_TABLE):
        return False
    asked = f"SELECT version_num FROM {REVISION_TABLE}"  # noqa: S608 - our own name
    held = connection.exec_driver_sql(asked).scalars().all()
    return list(held) == [newest_revision()]


@cache
def newest_revision() -> str:
    """The newest revision among the migrations of this program, by the names of their files, which begin with it.

    To ask Alembic for it would load Alembic and compile every migration, each time a command begins.
    """
    return max(path.name for path in REVISIONS.glob("[0-9]*.py")).partition("_")[0]


def create_folder(engine: Engine) -> None:
    """Creates the folder of a SQLite file."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)


def engine_of(settings: Settings) -> Engine:
    """An engine on the migrated service database."""
    engine = open_engine(database_address(settings))
    migrate(engine)
    return engine
