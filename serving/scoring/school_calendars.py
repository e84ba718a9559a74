"""Each school's calendar and terms, which a live score needs."""

from collections.abc import Sequence

import pandas as pd

from features.engine.view import View
from features.snapshots.shown_records import json_cells
from features.warehouse.reader import Reader
from features.warehouse.roster import calendar_context
from serving.scoring.scoring_run import Record, SchoolCalendar

CALENDAR_COLUMNS = ("school_id", "track", "date", "school_year", "in_session", "attendance_taken", "day_hundredths")
TERM_COLUMNS = ("school_year", "term_id", "kind", "start_date", "end_date")

OWN_COLUMNS = ("school_id", "track")
"""What tells a school's own term from the district's."""


def read_calendars(reader: Reader, view: View) -> tuple[SchoolCalendar, ...]:
    """The calendar of each school, from the school year before to the as-of date."""
    found = calendar_context(reader, view)
    days, own = by_school(found.days, CALENDAR_COLUMNS), by_school(found.school_terms, (*OWN_COLUMNS, *TERM_COLUMNS))
    of_district = to_records(found.terms, TERM_COLUMNS)
    return tuple(SchoolCalendar(school, days[school], (*of_district, *own.get(school, ()))) for school in sorted(days))


def by_school(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, tuple[Record, ...]]:
    """A frame's rows as plain records, by school, in their order."""
    found: dict[str, list[Record]] = {}
    for school, record in zip(frame["school_id"], to_records(frame, columns), strict=True):
        found.setdefault(str(school), []).append(record)
    return {school: tuple(records) for school, records in found.items()}


def to_records(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[Record, ...]:
    """A frame's rows as plain records: dates as ISO text, missing as None."""
    cells = [json_cells(frame[column]) for column in columns]
    return tuple(dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True))
