"""Calendars that live scores read, kept in memory for the list that they are of."""

from collections.abc import Collection
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.rows import CalendarRow, RunRow

if TYPE_CHECKING:
    from features.snapshots.live_features import LiveCalendar

MOST_KEPT = 256
"""Groups of schools whose calendars are kept: most students were at one school or two."""
Key = tuple[str, str, str, frozenset[str]]


class LiveCalendars:
    """The calendars of groups of schools, those that were asked for last."""

    def __init__(self) -> None:
        self.kept: dict[Key, LiveCalendar | None] = {}
        self.lock = Lock()

    def of(self, session: Session, run: RunRow, schools: Collection[str]) -> "LiveCalendar | None":
        """The calendar of these schools that the list of a run was made with; None where none of them is known."""
        key = (run.district_id, run.list_id or run.run_id, run.created_at.isoformat(), frozenset(schools))
        with self.lock:
            if key in self.kept:
                self.kept[key] = self.kept.pop(key)
                return self.kept[key]
        found = read_calendar(session, run, schools)
        with self.lock:
            self.kept[key] = found
            if len(self.kept) > MOST_KEPT:
                del self.kept[next(iter(self.kept))]
        return found


def read_calendar(session: Session, run: RunRow, schools: Collection[str]) -> "LiveCalendar | None":
    """The same from the database."""
    from features.snapshots.live_features import live_calendar  # with pandas and Ibis: a server starts without

    runs = select(RunRow.run_id).where(RunRow.district_id == run.district_id, RunRow.list_id == run.list_id)
    of_list = CalendarRow.district_id == run.district_id, CalendarRow.run_id.in_(runs)
    rows = select(CalendarRow).where(*of_list, CalendarRow.school_id.in_(schools)).order_by(CalendarRow.school_id)
    known = session.scalars(rows).all()
    if not known:
        return None
    days = [{"known_on": run.as_of, **day} for one in known for day in one.calendar_days]
    own = (row for other in known[1:] for row in other.terms if "school_id" in row)
    terms = [{"known_on": run.as_of, **term} for term in (*known[0].terms, *own)]
    return live_calendar({"calendar_days": days, "terms": terms}, run.as_of)
