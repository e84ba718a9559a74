"""What is usual at a school: the middle half of each grade's days missed, up to the end of each month."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import delete
from sqlalchemy.orm import Session

from serving.scoring.list_people import ListPeople, list_people
from serving.scoring.run_writer import list_id_of
from serving.scoring.school_totals import write_school_totals
from serving.scoring.scoring_run import ScoringRun
from serving.store.bulk_insert import insert_rows
from serving.store.total_rows import WHOLE_DISTRICT, SchoolRangeRow

MISSED = "days_missed"
QUARTER, THREE_QUARTERS = 0.25, 0.75
TIMES_LEAST = 2
"""A range is told over so many times the smallest group that is shown: beyond each of its ends is a quarter of it."""


def write_list_totals(
    session: Session, runs: Sequence[ScoringRun], courses: pd.DataFrame, least: int, people: ListPeople | None = None
) -> None:
    """Writes the totals of a list and what is usual at its schools, in place of those of the same list.

    `people` are its students, where they are known already.
    """
    people = people or list_people(runs)
    write_school_totals(session, runs, courses, least, people)
    named = {"district_id": runs[0].district_id, "list_id": list_id_of(runs[0])}
    own = (SchoolRangeRow.district_id == named["district_id"], SchoolRangeRow.list_id == named["list_id"])
    session.execute(delete(SchoolRangeRow).where(*own))
    insert_rows(session, SchoolRangeRow, ({**named, **row} for row in missed_ranges(people, least)))


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
