"""What is usual at a school: the middle half of each grade's days missed, up to the end of each month."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import delete
from sqlalchemy.orm import Session

from serving.scoring.run_writer import list_id_of
from serving.scoring.school_totals import WHOLE_DISTRICT, days_by_week, write_school_totals
from serving.scoring.scoring_run import ScoringRun
from serving.store.bulk_insert import insert_rows
from serving.store.total_rows import SchoolRangeRow

MISSED = "days_missed"
QUARTER, THREE_QUARTERS = 0.25, 0.75
TIMES_LEAST = 2
"""A range is told over so many times the smallest group that is shown: beyond each of its ends is a quarter of it."""


def write_list_totals(session: Session, runs: Sequence[ScoringRun], courses: pd.DataFrame, least: int) -> None:
    """Writes the totals of a list and what is usual at its schools, in place of those of the same list."""
    write_school_totals(session, runs, courses, least)
    named = {"district_id": runs[0].district_id, "list_id": list_id_of(runs[0])}
    own = (SchoolRangeRow.district_id == named["district_id"], SchoolRangeRow.list_id == named["list_id"])
    session.execute(delete(SchoolRangeRow).where(*own))
    insert_rows(session, SchoolRangeRow, ({**named, **row} for row in missed_ranges(runs, least)))


def missed_ranges(runs: Sequence[ScoringRun], least: int) -> Iterator[dict[str, object]]:
    """The rows of a list: by grade and school, and by grade in the whole district, for each month."""
    weeks = sorted({week for run in runs for week in run.weeks})
    if not weeks:
        return
    scores = pd.concat([run.scores[["student_key", "school_id"]] for run in runs])
    people = scores.drop_duplicates("student_key").set_index("student_key")
    grades = runs[0].roster.students.set_index("student_key")["grade_level"]
    people = people.assign(grade=grades.reindex(people.index)).dropna(subset=["grade"])
    days, missed = (frame.reindex(people.index).fillna(0) for frame in days_by_week(runs, weeks))
    here = people[days.sum(axis=1) > 0]
    for month in sorted({week[:7] for week in weeks}):
        until = [week for week in weeks if week[:7] <= month]
        yield from ranges_of(here.assign(value=missed.loc[here.index, until].sum(axis=1)), month, least)


def ranges_of(rows: pd.DataFrame, period: str, least: int) -> Iterator[dict[str, object]]:
    """The middle half of `value` by grade and school, where enough students are behind it."""
    for places in (["grade", "school_id"], ["grade"]):
        for key, group in rows.groupby(places, sort=True):
            if len(group) >= max(2, TIMES_LEAST * least):
                values = group["value"].to_numpy(dtype=np.float64)
                low = np.quantile(values, QUARTER, method="lower")  # so that half of the students are between the ends
                high = np.quantile(values, THREE_QUARTERS, method="higher")
                school = str(key[1]) if len(places) == 2 else WHOLE_DISTRICT
                yield {
                    "measure": MISSED, "period": period, "grade": int(str(key[0])), "school_id": school,
                    "n": len(group), "low": round(float(low)), "high": round(float(high)),
                }  # fmt: skip
