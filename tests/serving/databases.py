"""The service database of a test: a SQLite file, or a PostgreSQL database (`ONTRACK_TEST_DATABASE=postgresql`).

On PostgreSQL the application connects as a role that does not own the tables, so that row-level security holds for it;
tests look into the database as the owner.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

from serving import store
from serving.store.database import migrate, open_engine
from serving.store.row_security import grant_service
from tests.kept_folders import code_of, kept
from tests.postgresql import OWNER, SERVICE, postgres_server

ON_POSTGRESQL = os.environ.get("ONTRACK_TEST_DATABASE") == "postgresql"
EMPTY = "empty"
FILE = "service.db"
KNOWN: set[str] = set()
"""The databases made so far."""


def postgresql_address(folder: Path, role: str = SERVICE) -> str:
    """The address of a folder's PostgreSQL database for a role; made where there is none."""
    name = database_name(folder)
    if name not in KNOWN:
        copy_database(empty_database(), name)
    return postgres_server().address(name, role)


def owner_address(folder: Path) -> str:
    """The same for the owner of the tables."""
    return postgresql_address(folder, OWNER)


def database_name(folder: Path) -> str:
    """What the database of a folder is called."""
    return f"t{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


def copy_database(like: str, name: str) -> None:
    """Makes a database as a copy of another one, to which nobody may be connected."""
    postgres_server().create(name, like=like)
    postgres_server().run(
        "GRANT CREATE ON DATABASE {} TO {}", name, SERVICE
    )  # the worker's queue is a schema of its own
    KNOWN.add(name)


def bare_database(folder: Path) -> str:
    """The owner's address of a database without tables."""
    name = database_name(folder)
    copy_database("template1", name)
    postgres_server().run("ALTER SCHEMA public OWNER TO {}", OWNER, database=name)
    return postgres_server().address(name)


def empty_database() -> str:
    """The name of a database with tables and no rows, made once."""
    if EMPTY not in KNOWN:
        engine = open_engine(bare_database(Path(EMPTY)))
        migrate(engine)
        with engine.begin() as connection:
            grant_service(connection, SERVICE)
        engine.dispose()
        copy_database(database_name(Path(EMPTY)), EMPTY)
    return EMPTY


def put_empty_file(folder: Path) -> None:
    """Puts a SQLite file with tables and no rows into a folder that has no database yet."""
    file = folder / FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(empty_file())


@cache
def empty_file() -> bytes:
    """A SQLite file with tables and no rows, migrated once for all workers and runs."""
    code = code_of([migrate.__module__], sorted(Path(store.__file__).parent.rglob("*.py")))
    return (kept("empty-database", code, migrated) / FILE).read_bytes()


def migrated(folder: Path) -> None:
    """Puts a file that has been through all migrations into a folder."""
    engine = open_engine(f"sqlite:///{folder}/{FILE}")
    migrate(engine)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def drop_database(folder: Path) -> None:
    """Removes the database of a folder, if it has one on PostgreSQL."""
    name = database_name(folder)
    if name in KNOWN:
        KNOWN.discard(name)
        postgres_server().drop(name)
