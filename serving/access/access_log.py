"""The access log: one row per read, chained, so that a missing or changed row shows."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from serving.access.authorize import Action, Allowed, Subject
from serving.store.database import write_session
from serving.store.locks import lock_until_commit
from serving.store.rows import AccessRow

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
    lock_until_commit(session.connection(), f"access log of {subject.district_id}")
    row = AccessRow(
        district_id=subject.district_id,
        at=at,
        subject=subject.name,
        action=action,
        object=target,
        reason=allowed.reason,
        students=list(students),
        previous_digest=newest_digest(session, subject.district_id),
    )
    row.digest = digest_of(row)
    session.add(row)


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


def newest_digest(session: Session, district_id: str) -> str:
    """The digest of the district's newest row; empty before the first."""
    newest = select(AccessRow.digest).where(AccessRow.district_id == district_id)
    return session.scalars(newest.order_by(AccessRow.id.desc()).limit(1)).first() or ""


def digest_of(row: AccessRow) -> str:
    """The sha256 of everything that the row says."""
    content = {name: getattr(row, name) for name in DIGESTED} | {"at": row.at.isoformat()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def find_broken_row(session: Session, district_id: str) -> int | None:
    """The id of the first row that does not follow from the one before; None where the chain holds."""
    previous = ""
    for row in session.scalars(select(AccessRow).where(AccessRow.district_id == district_id).order_by(AccessRow.id)):
        if row.previous_digest != previous or row.digest != digest_of(row):
            return row.id
        previous = row.digest
    return None
