"""The service database of a test: a SQLite file, or a PostgreSQL database (`ONTRACK_TEST_DATABASE=postgresql`).

On PostgreSQL the application connects as a role that does not own the tables, so that row-level security holds for it;
tests look into the database as the owner.
"""

import hashlib
import os
from pathlib import Path

from serving.store.database import migrate, open_engine
from serving.store.row_security import grant_service
from tests.postgresql import OWNER, SERVICE, PostgresServer, postgres_server

ON_POSTGRESQL = os.environ.get("ONTRACK_TEST_DATABASE") == "postgresql"
EMPTY = "empty"
KNOWN: set[str] = set()
"""The databases made so far."""


def service_address(folder: Path) -> str:
    """The address of a folder's database as the application opens it, made where there is none; empty on SQLite."""
    return address_for(folder, SERVICE)


def owner_address(folder: Path) -> str:
    """The address of the same database for the owner of its tables; empty on SQLite."""
    return address_for(folder, OWNER)


def address_for(folder: Path, role: str) -> str:
    """The address of a folder's database for a role."""
    if not ON_POSTGRESQL:
        return ""
    name = database_name(folder)
    if name not in KNOWN:
        copy_database(postgres_server(), empty_database(), name)
    return postgres_server().address(name, role)


def database_name(folder: Path) -> str:
    """What the database of a folder is called."""
    return f"t{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


def copy_database(server: PostgresServer, like: str, name: str) -> None:
    """Makes a database as a copy of another one, to which nobody may be connected."""
    server.create(name, like=like)
    KNOWN.add(name)


def empty_database() -> str:
    """The name of a database with tables and no rows, made once."""
    server = postgres_server()
    if EMPTY not in KNOWN:
        copy_database(server, "template1", EMPTY)
        server.run("ALTER SCHEMA public OWNER TO {}", OWNER, database=EMPTY)
        engine = open_engine(server.address(EMPTY))
        migrate(engine)
        with engine.begin() as connection:
            grant_service(connection, SERVICE)
        engine.dispose()
    return EMPTY


def drop_database(folder: Path) -> None:
    """Removes the database of a folder, if it has one on PostgreSQL."""
    name = database_name(folder)
    if name in KNOWN:
        KNOWN.discard(name)
        postgres_server().drop(name)
