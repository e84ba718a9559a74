"""Locks of PostgreSQL that end with the transaction. SQLite needs none: one transaction writes at a time."""

import hashlib

from sqlalchemy import Connection, text

MIGRATION = "migration"


def lock_until_commit(connection: Connection, name: str) -> None:
    """Waits until no other transaction holds the lock of this name, and holds it until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock_number(name)})


def lift_limits(connection: Connection) -> None:
    """Lets the transaction take as long as it needs: a run's writes, or a wait for another run's."""
    if connection.dialect.name == "postgresql":
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {name} = 0"))


def lock_number(name: str) -> int:
    """The number by which PostgreSQL knows a lock."""
    return int.from_bytes(hashlib.sha256(f"ontrack {name}".encode()).digest()[:8], signed=True)
