"""How long runs are kept: all of this school year, and of years before the last list of each month."""

from datetime import date
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.store.rows import CalendarRow, RunRow, ScoreRow
from serving.store.run_queries import latest_run

Retention = Literal["month_ends", "all"]
FIRST_MONTH = 7
"""A school year runs from July 1 to June 30."""


def thin_runs(session: Session, district_id: str, policy: Retention) -> int:
    """Removes a district's runs that the policy does not keep, with their scores; how many they were.

    Flags stay in the warehouse, so that the ledger stays whole; so do the records of students.
    """
    newest = latest_run(session, district_id)
    if policy == "all" or newest is None:
        return 0
    before = RunRow.as_of < school_year_begin(newest.as_of)
    dates = session.execute(select(RunRow.run_id, RunRow.as_of).where(RunRow.district_id == district_id, before)).all()
    last = {(day.year, day.month): day for _, day in sorted(dates, key=lambda one: one[1])}
    gone = [run_id for run_id, day in dates if last[day.year, day.month] != day]
    for table in (ScoreRow, CalendarRow, RunRow):
        session.execute(delete(table).where(table.district_id == district_id, table.run_id.in_(gone)))
    return len(gone)


def school_year_begin(day: date) -> date:
    """The first day of the school year in which a day lies."""
    return date(day.year - (day.month < FIRST_MONTH), FIRST_MONTH, 1)
