"""Queries for runs and their scores."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only

from serving.store.rows import RunRow, ScoreRow


def latest_run(session: Session, district_id: str, outcome: str | None = None) -> RunRow | None:
    """The district's run with the newest as-of date, and of those the newest; None before the first."""
    runs = select(RunRow).where(RunRow.district_id == district_id)
    if outcome is not None:
        runs = runs.where(RunRow.outcome == outcome)
    return session.scalars(runs.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1)).first()


def previous_run(session: Session, district_id: str, outcome: str, as_of: date) -> RunRow | None:
    """The newest run of the same outcome with an earlier as-of date; None before the first."""
    earlier = select(RunRow).where(RunRow.district_id == district_id, RunRow.outcome == outcome, RunRow.as_of < as_of)
    return session.scalars(earlier.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1)).first()


def run_scores(session: Session, run: RunRow) -> dict[str, ScoreRow]:
    """A run's risks, with their bands and students behind them, by student; other columns are large and not read."""
    rows = select(ScoreRow).where(ScoreRow.district_id == run.district_id, ScoreRow.run_id == run.run_id)
    narrow = rows.options(load_only(ScoreRow.risk, ScoreRow.band, ScoreRow.similar_students))
    return {row.student_key: row for row in session.scalars(narrow)}


def select_score_history(district_id: str, student_key: str) -> Select[ScoreRow, RunRow]:
    """A student's scores with their runs, latest first."""
    return (
        select(ScoreRow, RunRow)
        .join(RunRow, (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id))
        .where(ScoreRow.district_id == district_id, ScoreRow.student_key == student_key)
        .order_by(RunRow.as_of.desc(), RunRow.created_at.desc())
    )
