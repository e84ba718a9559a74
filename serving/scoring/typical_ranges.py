"""What is usual at a school: the middle half of each grade's days missed, up to the end of each month."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from serving.scoring.list_people import ListPeople, list_people
from serving.scoring.school_totals import replace_of_list, school_totals
from serving.scoring.scoring_run import ScoringRun
from serving.store.district_scope import enter_district
from serving.store.total_rows import WHOLE_DISTRICT, SchoolRangeRow, SchoolTotalRow

MISSED = "days_missed"
QUARTER, THREE_QUARTERS = 0.25, 0.75
TIMES_LEAST = 2
"""A range is told over so many times the smallest group that is shown: beyond each of its ends is a quarter of it."""


@dataclass(frozen=True)
class ListTotals:
    """The rows that a list's totals and ranges are."""

    totals: list[dict[str, object]]
    ranges: list[dict[str, object]]

    def write(self, session: Session, runs: Sequence[ScoringRun]) -> None:
        """Writes them in place of those of the same list."""
        enter_district(session, runs[0].district_id)
        replace_of_list(session, SchoolTotalRow, runs, self.totals)
        replace_of_list(session, SchoolRangeRow, runs, self.ranges)


def list_totals(session: Session, runs: Sequence[ScoringRun], courses: pd.DataFrame, least: int) -> ListTotals:
    """The totals of a list and what is usual at its schools; the session, of its district, finds the lists before."""
    people = list_people(runs)
    return ListTotals(school_totals(session, runs, courses, least, people), list(missed_ranges(people, least)))


def missed_ranges(people: ListPeople, least: int) -> Iterator[dict[str, object]]:
    """The rows of a list: by grade and school, and by grade in the whole district, for each month."""
    here = people.days.sum(axis=1) > 0
    rows = pd.DataFrame({"grade": people.grade[here], "school_id": people.school[here]})
    for month in people.months:
        missed = people.missed[here][:, people.until(month)].sum(axis=1)
        yield from ranges_of(rows.assign(value=missed), month, least)


def ranges_of(rows: pd.DataFrame, period: str, least: int) -> Iterator[dict[str, object]]:
    """The middle half of `value` by grade and school, where enough students are behind it.

    The ends are values of students, so that half of the students are between them.
    """
    values, grades, schools = (rows[name].to_numpy() for name in ("value", "grade", "school_id"))
    for keys in (["grade", "school_id"], ["grade"]):
        place = rows.groupby(keys, sort=True).ngroup().to_numpy()
        order = np.lexsort((values, place))
        begins = np.flatnonzero(np.diff(place[order], prepend=-1))
        for begin, size in zip(begins.tolist(), np.diff(begins, append=len(order)).tolist(), strict=True):
            if size >= max(2, TIMES_LEAST * least):
                low = values[order[begin + math.floor(QUARTER * (size - 1))]]
                high = values[order[begin + math.ceil(THREE_QUARTERS * (size - 1))]]
                school = str(schools[order[begin]]) if len(keys) == 2 else WHOLE_DISTRICT
                yield {
                    "measure": MISSED, "period": period, "grade": int(grades[order[begin]]), "school_id": school,
                    "n": size, "low": round(float(low)), "high": round(float(high)),
                }  # fmt: skip
