"""What is told: runs, changed bands, releases and imports. Each is told once, however often it is looked for.

The id of a message is made from what happened, so that looking again finds it there.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from features.definitions.served_outcomes import served_outcomes
from features.settings import Settings
from models.releases import ReleaseKey, release_log
from serving.store.operation_rows import OperationRow
from serving.store.rows import RunRow, ScoreRow
from serving.store.webhook_rows import WebhookEndpointRow, WebhookMessageRow
from serving.webhooks.endpoints import Event, endpoints_of, new_delivery

Data = dict[str, object]
STUDENTS_A_MESSAGE = 500


def announce(
    session: Session, endpoints: Sequence[WebhookEndpointRow], event: Event, what: str, data: Data, at: datetime
) -> None:
    """Adds a message to the endpoints that want the event and were there when it happened; none where it is known."""
    wanting = [one for one in endpoints if event in one.events and one.created_at <= at]
    if not wanting:
        return
    district_id = wanting[0].district_id
    message_id = message_id_of(district_id, event, what)
    if session.get(WebhookMessageRow, (district_id, message_id)) is not None:
        return
    body = json.dumps({"type": event, "timestamp": at.isoformat(), "data": {"district": district_id, **data}})
    session.add(WebhookMessageRow(district_id=district_id, message_id=message_id, type=event, body=body, created_at=at))
    session.flush()
    session.add_all(new_delivery(one, message_id, at) for one in wanting)
    session.flush()


def message_id_of(district_id: str, event: Event, what: str) -> str:
    """The id of a message."""
    return f"msg_{hashlib.sha256(f'{district_id}|{event}|{what}'.encode()).hexdigest()[:24]}"


def announce_news(session: Session, settings: Settings, district_id: str) -> None:
    """Tells of runs, bands and releases that are newer than the first endpoint."""
    endpoints = endpoints_of(session, district_id)
    if not endpoints:
        return
    since = min(one.created_at for one in endpoints)
    runs = select(RunRow).where(RunRow.district_id == district_id, RunRow.created_at >= since)
    for run in session.scalars(runs.order_by(RunRow.created_at)):
        announce_run(session, endpoints, run)
    for what, data, at in release_changes(settings, district_id, since):
        announce(session, endpoints, "release.changed", what, data, at)


def announce_run(session: Session, endpoints: Sequence[WebhookEndpointRow], run: RunRow) -> None:
    """Tells of a run, and of the students whose band it changed."""
    known = message_id_of(run.district_id, "run.finished", run.run_id)
    if session.get(WebhookMessageRow, (run.district_id, known)) is not None:
        return
    data: Data = {"run_id": run.run_id, "outcome": run.outcome, "as_of": run.as_of.isoformat()}
    for part, keys in enumerate(changed_bands(session, run)):
        told = {**data, "student_keys": keys}
        announce(session, endpoints, "score.band_changed", f"{run.run_id}|{part}", told, run.created_at)
    told = {**data, "students": run.students, "listed": run.flagged}
    announce(session, endpoints, "run.finished", run.run_id, told, run.created_at)


def changed_bands(session: Session, run: RunRow) -> Iterator[list[str]]:
    """The students whose band is another than in the outcome's run before, some hundred at a time."""
    earlier = select(RunRow.run_id).where(
        RunRow.district_id == run.district_id, RunRow.outcome == run.outcome, RunRow.created_at < run.created_at
    )
    last = session.scalars(earlier.order_by(RunRow.created_at.desc(), RunRow.run_id).limit(1)).first()
    now, before = aliased(ScoreRow), aliased(ScoreRow)
    same = and_(before.district_id == now.district_id, before.student_key == now.student_key)
    found = select(now.student_key).join(before, same)
    found = found.where(now.district_id == run.district_id, now.run_id == run.run_id, before.run_id == last)
    keys = list(session.scalars(found.where(now.band != before.band).order_by(now.student_key))) if last else []
    for first in range(0, len(keys), STUDENTS_A_MESSAGE):
        yield keys[first : first + STUDENTS_A_MESSAGE]


def release_changes(settings: Settings, district_id: str, since: datetime) -> Iterator[tuple[str, Data, datetime]]:
    """What was promoted and rolled back since a moment."""
    for served in served_outcomes(settings, district_id):
        key = ReleaseKey(district_id, served.outcome.name, served.outcome.grade_band)
        for entry in release_log(settings.home, key):
            if entry.at >= since:
                data: Data = {"outcome": key.outcome, "release": entry.release_id, "action": entry.action}
                yield f"{key.outcome}|{key.grade_band}|{entry.sequence}", data, entry.at


def announce_import(session: Session, row: OperationRow, at: datetime) -> None:
    """Tells that an import has ended."""
    load_id = (row.result or {}).get("load_id")
    data: Data = {"operation_id": row.operation_id, "state": row.state, "load_id": load_id}
    announce(session, endpoints_of(session, row.district_id), "import.finished", row.operation_id, data, at)
