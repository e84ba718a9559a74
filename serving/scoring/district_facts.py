"""What a list says of a whole district, found beside its students' scores: people, schools and core courses."""

from concurrent.futures import Future
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Engine

from features.engine.view import View
from features.snapshots.course_totals import course_totals
from features.warehouse.reader import Reader
from features.warehouse.reader_pool import ReaderPool
from features.warehouse.roster import DistrictRoster, read_roster
from serving.scoring.roster_writer import RosterChanges, find_roster_changes
from serving.scoring.school_calendars import read_calendars
from serving.scoring.scoring_run import SchoolCalendar


@dataclass(frozen=True)
class DistrictFacts:
    """What a list says of a whole district, while it is found; `changes` are what its roster changes of the last."""

    roster: Future[DistrictRoster]
    changes: Future[RosterChanges | None]
    calendars: Future[tuple[SchoolCalendar, ...]]
    courses: Future[pd.DataFrame]


def district_facts(pool: ReaderPool, view: View, district_id: str, engine: Engine | None) -> DistrictFacts:
    """The district's people and schools on the date of a view, and its core courses by school and term.

    Without an `engine` nothing is held against the roster that is written.
    """
    courses = pool.submit(lambda reader: course_totals(reader, view))
    roster = pool.submit(lambda reader: read_roster(reader, view))
    calendars = pool.submit(lambda reader: read_calendars(reader, view))

    def changed(_: Reader) -> RosterChanges | None:
        return find_roster_changes(engine, district_id, roster.result()) if engine is not None else None

    return DistrictFacts(roster, pool.submit(changed), calendars, courses)
