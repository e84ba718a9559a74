"""What a list says of a whole district, found beside its students' scores: people, schools and core courses."""

from concurrent.futures import Future
from dataclasses import dataclass

import pandas as pd

from features.engine.view import View
from features.snapshots.course_totals import course_totals
from features.warehouse.reader_pool import ReaderPool
from features.warehouse.roster import DistrictRoster, read_roster
from serving.scoring.school_calendars import read_calendars
from serving.scoring.scoring_run import SchoolCalendar


@dataclass(frozen=True)
class DistrictFacts:
    """What a list says of a whole district, while it is found."""

    roster: Future[DistrictRoster]
    calendars: Future[tuple[SchoolCalendar, ...]]
    courses: Future[pd.DataFrame]


def district_facts(pool: ReaderPool, view: View) -> DistrictFacts:
    """The district's people and schools on the date of a view, and its core courses by school and term."""
    courses = pool.submit(lambda reader: course_totals(reader, view))
    roster = pool.submit(lambda reader: read_roster(reader, view))
    return DistrictFacts(roster, pool.submit(lambda reader: read_calendars(reader, view)), courses)
