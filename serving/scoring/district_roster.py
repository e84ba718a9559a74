"""The warehouse's roster and calendars as parts of a scoring run."""

from collections.abc import Sequence
from typing import TypeVar

import pandas as pd
from pydantic import TypeAdapter

from features.engine.view import View
from features.snapshots.evidence import json_cells
from features.warehouse.reader import Reader
from features.warehouse.roster import calendar_context, read_roster
from serving.scoring.scoring_run import (
    Assignment,
    Contact,
    Record,
    Roster,
    School,
    SchoolCalendar,
    StaffMember,
    Student,
)

CALENDAR_COLUMNS = ("school_id", "track", "date", "school_year", "in_session", "attendance_taken")
TERM_COLUMNS = ("school_year", "term_id", "kind", "start_date", "end_date")

Part = TypeVar("Part", School, StaffMember, Assignment, Student, Contact)


def roster_of(reader: Reader, view: View) -> Roster:
    """Who is who in the district on the as-of date."""
    found = read_roster(reader, view)
    return Roster(
        schools=parts(School, found.schools),
        staff=parts(StaffMember, found.staff),
        caseloads=parts(Assignment, found.caseloads),
        students=parts(Student, found.students),
        contacts=parts(Contact, found.supports),
    )


def parts(kind: type[Part], frame: pd.DataFrame) -> tuple[Part, ...]:
    """A frame's rows as parts of a roster, by the names of their columns."""
    wanted = [name for name in kind.__annotations__ if name in frame]
    adapter: TypeAdapter[Part] = TypeAdapter(kind)
    return tuple(adapter.validate_python(row) for row in records(frame, wanted))


def records(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[Record, ...]:
    """A frame's rows as plain records: dates as ISO text, missing as None."""
    cells = [json_cells(frame[column]) for column in columns]
    return tuple(dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True))


def read_calendars(reader: Reader, view: View) -> tuple[SchoolCalendar, ...]:
    """What a live score needs to know of each school's year."""
    return tuple(
        SchoolCalendar(
            school_id=school_id,
            calendar_days=records(frames["calendar_days"], CALENDAR_COLUMNS),
            terms=records(frames["terms"], TERM_COLUMNS),
        )
        for school_id, frames in calendar_context(reader, view).items()
    )
