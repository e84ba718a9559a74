"""The access log: one row per read, chained, so that a missing or changed row shows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Select, insert, select
from sqlalchemy.orm import Session

from serving.access.authorize import Action, Allowed, Subject
from serving.store.database import write_session
from serving.store.locks import lock_until_commit
from serving.store.rows import AccessRow
from serving.store.statements import statement

DIGESTED = ("district_id", "subject", "action", "object", "reason", "students", "previous_digest")


def record_access(
    session: Session,
    subject: Subject,
    action: Action,
    *,
    target: str,
    allowed: Allowed,
    students: Sequence[str],
    at: datetime,
) -> None:
    """Adds the row that says who saw which students, when and why, in the session's transaction.

    From here to its end no other transaction adds to the district's chain.
    """
    connection = session.connection()
    lock_until_commit(connection, f"access log of {subject.district_id}")
    row = {
        "district_id": subject.district_id,
        "subject": subject.name,
        "action": action,
        "object": target,
        "reason": allowed.reason,
        "students": list(students),
        "previous_digest": newest_digest(connection, subject.district_id),
    }
    connection.execute(ADDED, {**row, "at": at, "digest": digest_of(row, at)})


def log_read(
    engine: Engine,
    subject: Subject,
    action: Action,
    *,
    target: str,
    allowed: Allowed,
    students: Sequence[str],
    at: datetime,
) -> None:
    """Adds the row of a read in a transaction of its own, before the answer leaves: reading holds no lock."""
    with write_session(engine, subject.district_id) as session:
        record_access(session, subject, action, target=target, allowed=allowed, students=students, at=at)


ADDED = insert(AccessRow.__table__)  # type: ignore[arg-type]  # a table, which SQLAlchemy types as less
"""Adds a row as it is: nothing of it is asked for again, so that it is no object of a session."""


def newest_digest(connection: Connection, district_id: str) -> str:
    """The digest of the district's newest row; empty before the first."""
    return connection.scalar(*select_newest(district_id)) or ""


@statement
def select_newest(district_id: str) -> Select[str]:
    """The query for it."""
    newest = select(AccessRow.digest).where(AccessRow.district_id == district_id)
    return newest.order_by(AccessRow.id.desc()).limit(1)


def digest_of(row: Mapping[str, object], at: datetime) -> str:
    """The sha256 of everything that a row says."""
    content = {name: row[name] for name in DIGESTED} | {"at": at.isoformat()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def find_broken_row(session: Session, district_id: str) -> int | None:
    """The id of the first row that does not follow from the one before; None where the chain holds."""
    previous = ""
    for row in session.scalars(select(AccessRow).where(AccessRow.district_id == district_id).order_by(AccessRow.id)):
        if row.previous_digest != previous or row.digest != digest_of(vars(row), row.at):
            return row.id
        previous = row.digest
    return None
