"""Which runs there are, and what they said."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from serving.store.rows import RunRow, ScoreRow


def latest_run(session: Session, district_id: str, outcome: str | None = None) -> RunRow | None:
    """The district's run with the newest as-of date, and of those the newest; None before the first."""
    runs = select(RunRow).where(RunRow.district_id == district_id)
    if outcome is not None:
        runs = runs.where(RunRow.outcome == outcome)
    return session.scalars(runs.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1)).first()


def previous_run(session: Session, district_id: str, outcome: str, as_of: date) -> RunRow | None:
    """The newest run of the same outcome that looked from an earlier date."""
    earlier = select(RunRow).where(RunRow.district_id == district_id, RunRow.outcome == outcome, RunRow.as_of < as_of)
    return session.scalars(earlier.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1)).first()


def run_scores(session: Session, run: RunRow) -> dict[str, ScoreRow]:
    """A run's risks and bands by student; what else the rows hold is large, and stays where it is."""
    rows = select(ScoreRow).where(ScoreRow.district_id == run.district_id, ScoreRow.run_id == run.run_id)
    told = rows.options(load_only(ScoreRow.risk, ScoreRow.band))
    return {row.student_key: row for row in session.scalars(told)}
