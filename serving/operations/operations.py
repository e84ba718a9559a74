"""Operations of a district: asked for, found, noted while they run, and cancelled."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from serving.store.cell_types import JsonObject, JsonRow
from serving.store.operation_rows import OperationRow

Kind = Literal["import", "scoring_run", "record_changes"]
State = Literal["waiting", "running", "done", "unchanged", "refused", "failed", "cancelled"]
ENDED: frozenset[State] = frozenset(set(get_args(State)) - {"waiting", "running"})


@dataclass(frozen=True)
class Ending:
    """How an operation ended: its state, a sentence, what it made, and what was found wrong."""

    state: State
    says: str
    result: JsonObject
    errors: Sequence[JsonRow] = ()


def new_operation_id(kind: Kind) -> str:
    """A new random id, which begins with what it is."""
    return f"{kind.replace('_', '-')}-{secrets.token_hex(12)}"


def ask_for(
    session: Session,
    district_id: str,
    operation_id: str,
    *,
    kind: Kind,
    subject: str,
    request: JsonObject,
    at: datetime,
) -> OperationRow:
    """Adds an operation that waits for the worker."""
    row = OperationRow(
        district_id=district_id,
        operation_id=operation_id,
        kind=kind,
        state="waiting",
        subject=subject,
        request=request,
        progress="",
        result=None,
        errors=[],
        cancel_asked=False,
        created_at=at,
        updated_at=at,
        ended_at=None,
    )
    session.add(row)
    session.flush()
    return row


def newest_operations(
    session: Session, district_id: str, *, kind: str = "", before: tuple[datetime, str] | None = None, limit: int
) -> list[OperationRow]:
    """Operations of a district, the newest first, of one kind where it is named, from a place of the list on."""
    found = select(OperationRow).where(OperationRow.district_id == district_id)
    if kind:
        found = found.where(OperationRow.kind == kind)
    if before:
        found = found.where(tuple_(OperationRow.created_at, OperationRow.operation_id) < before)
    order = found.order_by(OperationRow.created_at.desc(), OperationRow.operation_id.desc())
    return list(session.scalars(order.limit(limit)))


def waiting_operations(session: Session, district_id: str) -> list[str]:
    """The ids of a district's operations that nobody took up yet, the first one first."""
    found = select(OperationRow.operation_id).where(
        OperationRow.district_id == district_id, OperationRow.state == "waiting"
    )
    return list(session.scalars(found.order_by(OperationRow.created_at, OperationRow.operation_id)))


def open_operations(session: Session, district_id: str) -> list[str]:
    """The ids of a district's operations that have not ended."""
    found = select(OperationRow.operation_id).where(
        OperationRow.district_id == district_id, OperationRow.ended_at.is_(None)
    )
    return list(session.scalars(found))


def is_open(session: Session, district_id: str, kind: Kind) -> bool:
    """Whether an operation of a kind has not ended."""
    found = select(OperationRow.operation_id).where(
        OperationRow.district_id == district_id, OperationRow.kind == kind, OperationRow.ended_at.is_(None)
    )
    return session.scalars(found.limit(1)).first() is not None


def note_progress(row: OperationRow, says: str, at: datetime) -> bool:
    """Writes down that an operation runs, and how far it is; False where it is to stop instead."""
    if row.cancel_asked or row.ended_at is not None:
        return False
    row.state, row.progress, row.updated_at = "running", says, at
    return True


def note_ending(row: OperationRow, ending: Ending, at: datetime) -> bool:
    """Writes down how an operation ended; False where that was done before."""
    if row.ended_at is not None:
        return False
    row.state, row.progress, row.result, row.errors = ending.state, ending.says, ending.result, list(ending.errors)
    row.updated_at, row.ended_at = at, at
    return True


def cancel(row: OperationRow, at: datetime) -> bool:
    """Cancels what waits, and asks what runs to stop before its next step; False where it has ended."""
    if row.ended_at is not None:
        return False
    row.cancel_asked, row.updated_at = True, at
    if row.state == "waiting":
        row.state, row.progress, row.ended_at = "cancelled", "cancelled before it began", at
    return True
