"""Opens and migrates the service database, and gives sessions for reading and writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from features.settings import Settings

BUSY_SECONDS = 10
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_SECONDS * 1000}")


def database_address(settings: Settings) -> str:
    """The database's address: the configured one, else a SQLite file in `home`."""
    return settings.service.database or f"sqlite:///{settings.home / 'service.db'}"


def open_engine(address: str) -> Engine:
    """An engine on the database; nothing is connected yet. Errors never show parameters."""
    engine = create_engine(address, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_pragmas)
        event.listen(engine, "begin", begin_sqlite)
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
def read_session(engine: Engine) -> Iterator[Session]:
    """A session on one consistent state, rolled back at the end."""
    with Session(engine) as session:
        yield session


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """A session whose changes are kept all together at the end, or not at all."""
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


def migrate(engine: Engine) -> None:
    """Brings the database to the newest revision; a no-op where it is there already."""
    create_folder(engine)
    with engine.execution_options(writes=True).begin() as connection:
        command.upgrade(migrations(connection), "head")


def migrations(connection: Connection) -> Config:
    """Alembic's configuration, over an open connection."""
    config = Config()
    config.set_main_option("script_location", "serving.store:migrations")
    config.attributes["connection"] = connection
    return config


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
