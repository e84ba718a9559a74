"""The log of nights in the service database: a row per night, written anew after each of its steps."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Engine, select

from serving.store.cell_types import JsonRow
from serving.store.database import read_session, write_session
from serving.store.night_rows import NightRow
from serving.worker.night_results import NightOutcome, StepResult
from serving.worker.night_steps import Night, loaded_on


def note_night(engine: Engine, night: Night, steps: Sequence[StepResult], outcome: NightOutcome, now: datetime) -> None:
    """Writes down how far a night is, or how it ended; the same twice is the same row."""
    with write_session(engine, night.district_id) as session:
        row = session.get(NightRow, (night.district_id, night.night_id))
        if row is None:
            row = NightRow(
                district_id=night.district_id, night_id=night.night_id, night=night.night, began_at=now.astimezone(UTC)
            )
            session.add(row)
        row.outcome, row.steps = outcome, cast(list[JsonRow], list(steps))
        row.ended_at = None if outcome == "running" else now.astimezone(UTC)
        row.loaded_on = loaded_on(night)


def read_nights(engine: Engine, district_ids: Sequence[str], *, newest: int) -> list[dict[str, object]]:
    """The newest nights of some districts, the newest first, as people and programs read them."""
    found: list[NightRow] = []
    for district_id in district_ids:
        with read_session(engine, district_id) as session:
            nights = select(NightRow).where(NightRow.district_id == district_id)
            found += session.scalars(nights.order_by(NightRow.began_at.desc()).limit(newest))
    return [night_as_json(row) for row in sorted(found, key=lambda row: row.began_at, reverse=True)[:newest]]


def night_as_json(row: NightRow) -> dict[str, object]:
    """A night with its times in UTC."""
    return {
        "district": row.district_id,
        "night_id": row.night_id,
        "night": row.night.isoformat(),
        "began_at": row.began_at.isoformat(timespec="seconds"),
        "ended_at": row.ended_at.isoformat(timespec="seconds") if row.ended_at else None,
        "outcome": row.outcome,
        "loaded_on": row.loaded_on.isoformat() if row.loaded_on else None,
        "steps": row.steps,
    }


def night_lines(night: dict[str, object]) -> list[str]:
    """A night in words: a line of its own, and one for each of its steps."""
    began, ended = str(night["began_at"]), night["ended_at"]
    until = f"to {str(ended)[11:16]}" if ended else "not ended"
    first = (
        f"{night['night']}  {night['district']}: {night['outcome']} ({began[11:16]} {until} UTC, {night['night_id']})"
    )
    steps = cast(list[StepResult], night["steps"])
    return [first, *(f"  {step['step']:<8} {step['outcome']:<8} {step['says']}" for step in steps)]
