"""Loads the records that programs sent one by one, all that wait as one load."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from features.atomic_files import file_lock
from features.ingest.load.record_changes import LoadedChanges, RecordChange, load_changes
from features.ingest.load.workspace import workspace_of
from features.ingest.parsing.single_record import BrokenRule
from features.progress import Progress
from features.settings import Settings
from serving.records.sent_records import key_in
from serving.store.cell_types import JsonObject, JsonRow
from serving.store.database import read_session, write_session
from serving.store.sent_record_rows import SentRecordRow

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Applied:
    """What became of changes: how many were loaded, as which load, and the rules that the others broke."""

    loaded: int
    load_id: int | None
    refused: Sequence[JsonRow]


def apply_records(
    settings: Settings, engine: Engine, district_id: str, *, now: datetime, progress: Progress
) -> Applied | None:
    """Loads what was sent since as one load; None where nothing was. Killed at any moment, the next call goes on."""
    district = settings.district(district_id)
    workspace = workspace_of(
        settings, district_id, settings.today or now.astimezone(ZoneInfo(district.timezone)).date()
    )
    with file_lock(workspace.home / "imports" / f".{district_id}.changes.lock", progress):
        with read_session(engine, district_id) as session:
            waiting = waiting_records(session, district_id)
        if not waiting:
            return None
        changes = list(changes_of(waiting))
        done = load_changes(workspace, [change for _, change in changes], now=now, progress=progress)
        return settle(engine, district_id, [(row, place) for place, (row, _) in enumerate(changes)], done)


def waiting_records(session: Session, district_id: str) -> list[SentRecordRow]:
    """The records that were sent since the last load of them, the first one first."""
    found = select(SentRecordRow).where(
        SentRecordRow.district_id == district_id, SentRecordRow.revision > SentRecordRow.settled
    )
    rows = list(session.scalars(found.order_by(SentRecordRow.sent_at, SentRecordRow.record_id)))
    session.expunge_all()
    return rows


def changes_of(rows: Sequence[SentRecordRow]) -> Iterator[tuple[SentRecordRow, RecordChange]]:
    """Each record's changes: what it says now, and, where it was loaded under another key, that one's end."""
    now = {(row.table_name, *key_in(row.table_name, row.content)) for row in rows if not row.deleted}
    for row in rows:
        if not row.deleted:
            yield row, RecordChange(row.table_name, cells_of(row.content))
        before = row.loaded if row.loaded is not None else row.content if row.deleted else None
        if before is not None and (row.table_name, *key_in(row.table_name, before)) not in now:
            cells = {**cells_of(before), "known_on": str(row.content["known_on"])}
            yield row, RecordChange(row.table_name, cells, deleted=True)


def cells_of(content: JsonObject) -> dict[str, str]:
    """A record's cells."""
    return {name: str(value) for name, value in content.items()}


def settle(
    engine: Engine, district_id: str, changes: Sequence[tuple[SentRecordRow, int]], done: LoadedChanges
) -> Applied:
    """Writes down what became of each record; one that was sent again since stays waiting."""
    load_id = done.report.load_id if done.report else None
    refused: dict[Key, BrokenRule] = {}
    rows = {key_of_row(row): row for row, _ in changes}
    for row, place in changes:
        if place in done.broken:
            refused.setdefault(key_of_row(row), done.broken[place])
    with write_session(engine, district_id) as session:
        for key, sent in rows.items():
            row = session.get_one(SentRecordRow, key)
            row.settled = sent.revision
            if key in refused:
                row.errors = [error_of(refused[key], sent)] if row.revision == sent.revision else row.errors
            else:
                row.loaded, row.load_id = None if sent.deleted else sent.content, load_id
    said = [error_of(rule, rows[key]) for key, rule in refused.items()]
    return Applied(len(rows) - len(refused), load_id, said)


def key_of_row(row: SentRecordRow) -> Key:
    """The primary key of a row."""
    return row.district_id, row.student_key, row.table_name, row.record_id


def error_of(rule: BrokenRule, row: SentRecordRow) -> JsonRow:
    """Why a record was refused, as an operation tells it; its id is the program's own."""
    return {
        "code": rule.code, "file": f"{row.table_name}/{row.record_id}", "row": None, "column": ", ".join(rule.columns),
        "expected": rule.expected, "count": 1, "further": "",
    }  # fmt: skip
