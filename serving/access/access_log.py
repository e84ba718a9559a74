"""The access log: one row per read, chained, so that a missing or changed row shows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Select, insert, select
from sqlalchemy.orm import Session

from serving.access.authorize import Action, Allowed, Subject, Transfer
from serving.store.database import write_connection
from serving.store.district_scope import enter_district
from serving.store.locks import lock_until_commit
from serving.store.rows import AccessRow
from serving.store.shared_writes import SharedWrites
from serving.store.statements import rows_on, statement

DIGESTED = ("district_id", "subject", "action", "object", "reason", "students", "previous_digest")


@dataclass(frozen=True)
class AccessEntry:
    """Who sees which students, when and why they may."""

    subject: Subject | Transfer
    action: Action
    target: str
    allowed: Allowed
    students: Sequence[str]
    at: datetime


def record_access(
    session: Session,
    subject: Subject | Transfer,
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
    entry = AccessEntry(subject, action, target, allowed, students, at)
    add_entries(session.connection(), subject.district_id, [entry])


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
    """Adds the row of a read before the answer leaves, in a transaction that other reads of the moment share."""
    entry = AccessEntry(subject, action, target, allowed, students, at)
    read_log_of(engine).write(entry, partial(write_entries, engine))


def write_entries(engine: Engine, entries: Sequence[AccessEntry]) -> None:
    """Adds rows in one transaction, all of them or none. Districts come in order, so that no two wait crosswise."""
    by_district: dict[str, list[AccessEntry]] = {}
    for one in entries:
        by_district.setdefault(one.subject.district_id, []).append(one)
    with write_connection(engine) as connection:
        for district_id, own in sorted(by_district.items()):
            enter_district(connection, district_id)
            add_entries(connection, district_id, own)


READ_LOGS: WeakKeyDictionary[Engine, SharedWrites[AccessEntry]] = WeakKeyDictionary()
"""By engine, where the reads of a moment wait for each other."""
OPENING = Lock()


def read_log_of(engine: Engine) -> SharedWrites[AccessEntry]:
    """Where reads of a database are written."""
    with OPENING:
        if engine not in READ_LOGS:
            READ_LOGS[engine] = SharedWrites()
        return READ_LOGS[engine]


def add_entries(connection: Connection, district_id: str, entries: Sequence[AccessEntry]) -> None:
    """Adds rows to a district's chain, one after the other; no other transaction adds to it until this one ends."""
    lock_until_commit(connection, f"access log of {district_id}")
    rows, previous = [], newest_digest(connection, district_id)
    for one in entries:
        rows.append(row_after(previous, one))
        previous = str(rows[-1]["digest"])
    connection.execute(ADDED, rows)


def row_after(previous: str, entry: AccessEntry) -> dict[str, object]:
    """The row of an entry that comes after the one of this digest."""
    row = {
        "district_id": entry.subject.district_id,
        "subject": entry.subject.name,
        "action": entry.action,
        "object": entry.target,
        "reason": entry.allowed.reason,
        "students": list(entry.students),
        "previous_digest": previous,
    }
    return {**row, "at": entry.at, "digest": digest_of(row, entry.at)}


ADDED = insert(AccessRow.__table__)  # type: ignore[arg-type]  # a table, which SQLAlchemy types as less
"""Adds a row as it is: nothing of it is asked for again, so that it is no object of a session."""


def newest_digest(connection: Connection, district_id: str) -> str:
    """The digest of the district's newest row; empty before the first."""
    return next((digest for (digest,) in rows_on(connection, select_newest(district_id))), "")


@statement
def select_newest(district_id: str) -> Select[str]:
    """The query for it."""
    newest = select(AccessRow.digest).where(AccessRow.district_id == district_id)
    return newest.order_by(AccessRow.id.desc()).limit(1)


def digest_of(row: Mapping[str, object], at: datetime) -> str:
    """The sha256 of everything that a row says."""
    content = {name: row[name] for name in DIGESTED} | {"at": at.isoformat()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
