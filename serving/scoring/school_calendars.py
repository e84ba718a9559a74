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
    return tuple(
        SchoolCalendar(
            school_id=school_id,
            calendar_days=to_records(frames["calendar_days"], CALENDAR_COLUMNS),
            terms=(
                *to_records(frames["terms"], TERM_COLUMNS),
                *to_records(frames["school_terms"], (*OWN_COLUMNS, *TERM_COLUMNS)),
            ),
        )
        for school_id, frames in calendar_context(reader, view).items()
    )


def to_records(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[Record, ...]:
    """A frame's rows as plain records: dates as ISO text, missing as None."""
    cells = [json_cells(frame[column]) for column in columns]
    return tuple(dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True))
