"""Totals of a list by school and grade: signals, absence by month, movement since the year's first list, core courses.

Counts are suppressed before they are written: no page can show more of them than is stored.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.examples import Floats, Places, Texts
from models.fairness.small_groups import is_large, shown_groups
from serving.scoring.run_writer import list_id_of
from serving.scoring.scoring_run import ScoringRun
from serving.store.bulk_insert import insert_rows
from serving.store.district_scope import enter_district
from serving.store.rows import RunRow, ScoreRow
from serving.store.run_retention import school_year_begin
from serving.store.total_rows import SchoolTotalRow

RANKS = {"few": 0, "some": 1, "many": 2}
CHRONIC_SHARE, CHRONIC_DAYS = 0.10, 10
"""Chronically absent: a tenth or more of the days missed, of so many days enrolled or more."""
WHOLE_DISTRICT, OTHER_SCHOOLS = "", "~"
KEY = ["measure", "school_year", "period", "subject", "grade"]


def write_school_totals(session: Session, runs: Sequence[ScoringRun], courses: pd.DataFrame, least: int) -> None:
    """Writes the totals of a list, in place of those of the same list, in the session's transaction."""
    first = runs[0]
    enter_district(session, first.district_id)
    named = {"district_id": first.district_id, "list_id": list_id_of(first)}
    before = bands_of_first_list(session, first)
    of_list = pd.concat(list_counts(runs, before), ignore_index=True)
    taught = course_counts(courses)
    counts = pd.concat([of_list, taught[taught["grade"].isin(of_list["grade"])]], ignore_index=True)
    own = (SchoolTotalRow.district_id == named["district_id"], SchoolTotalRow.list_id == named["list_id"])
    session.execute(delete(SchoolTotalRow).where(*own))
    insert_rows(session, SchoolTotalRow, ({**named, **row} for row in suppressed_rows(counts, least)))


def bands_of_first_list(session: Session, run: ScoringRun) -> pd.Series:
    """How many signals each student had on the first list of the run's school year (rank by key); empty before one."""
    begin = school_year_begin(run.as_of)
    of_year = (RunRow.district_id == run.district_id, RunRow.as_of >= begin, RunRow.as_of < run.as_of)
    firsts = select(RunRow.outcome, func.min(RunRow.as_of).label("as_of")).where(*of_year).group_by(RunRow.outcome)
    first = firsts.subquery()
    ids = select(RunRow.run_id).join(first, (first.c.outcome == RunRow.outcome) & (first.c.as_of == RunRow.as_of))
    rows = session.execute(
        select(ScoreRow.student_key, ScoreRow.band).where(
            ScoreRow.district_id == run.district_id, ScoreRow.run_id.in_(ids.where(*of_year))
        )
    ).all()
    bands = pd.DataFrame({"student_key": [row[0] for row in rows], "band": [row[1] for row in rows]})
    return worst_bands(bands.astype({"student_key": "object", "band": "object"}))


def worst_bands(scores: pd.DataFrame) -> pd.Series:
    """The rank of each student's most signals over all outcomes, by key; who has no score is not in it."""
    ranks = scores["band"].map(RANKS)
    return ranks.groupby(scores["student_key"].to_numpy()).max().dropna()


def course_counts(courses: pd.DataFrame) -> pd.DataFrame:
    """The counts of `features.snapshots.course_totals` in the columns of this module."""
    renamed = courses.rename(columns={"term_id": "period", "grade_level": "grade", "term_end": "period_end"})
    return renamed.astype({"yes": "int64"})


def list_counts(runs: Sequence[ScoringRun], before: pd.Series) -> Iterator[pd.DataFrame]:
    """Counts from the runs of one list: signals, movement since the first list of the year, absence by month."""
    scores = pd.concat([run.scores[["student_key", "school_id", "band"]] for run in runs])
    grades = runs[0].roster.students.set_index("student_key")["grade_level"]
    people = scores.drop_duplicates("student_key").set_index("student_key")[["school_id"]]
    people = people.assign(grade=grades.reindex(people.index), now=worst_bands(scores).reindex(people.index))
    people = people.assign(before=before.reindex(people.index)).dropna(subset=["grade"])
    year = runs[0].school_year or school_year_begin(runs[0].as_of).year + 1
    scored = people.dropna(subset=["now"])
    both = scored.dropna(subset=["before"])
    up, down = both[both["before"] < RANKS["many"]], both[both["before"] > RANKS["few"]]
    yield counted(scored, "signals", scored["now"] > RANKS["few"], year)
    yield counted(scored, "many", scored["now"] == RANKS["many"], year)
    yield counted(down, "fewer_signals", down["now"] < down["before"], year)
    yield counted(up, "more_signals", up["now"] > up["before"], year)
    yield from absence_counts(runs, people, year)


def counted(rows: pd.DataFrame, measure: str, holds: "pd.Series[bool]", year: int, period: str = "") -> pd.DataFrame:
    """The students of rows, and those of whom it holds, by grade and school."""
    places = [rows["grade"].astype("int64"), rows["school_id"]]
    found = holds.groupby(places).agg(["size", "sum"]).reset_index()
    found.columns = pd.Index(["grade", "school_id", "n", "yes"])
    return found.assign(measure=measure, school_year=year, period=period, subject="", period_end=None)


def absence_counts(runs: Sequence[ScoringRun], people: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    """The chronically absent up to the end of each month; a week counts to the month of its Monday."""
    weeks = sorted({week for run in runs for week in run.weeks})
    if not weeks:
        return
    days, missed = (frame.reindex(people.index).fillna(0) for frame in days_by_week(runs, weeks))
    for month in sorted({week[:7] for week in weeks}):
        until = [week for week in weeks if week[:7] <= month]
        expected, absent = days[until].sum(axis=1), missed[until].sum(axis=1) / 100
        rows = people[expected >= CHRONIC_DAYS]
        if len(rows):
            holds = (absent >= CHRONIC_SHARE * expected).loc[rows.index]
            yield counted(rows, "chronic", holds, year, month)


def days_by_week(runs: Sequence[ScoringRun], weeks: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Days expected, and hundredths of days missed, of each student (once) in each week."""
    parts = [week_cells(run) for run in runs if len(run.weeks)]
    frames = []
    for side in (0, 1):
        every = pd.concat([part[side] for part in parts])
        frames.append(every[~every.index.duplicated()].reindex(columns=list(weeks)).fillna(0))
    return frames[0], frames[1]


def week_cells(run: ScoringRun) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The weeks of attendance of a run's students, as `serving.store.week_texts` writes them, as two frames."""
    texts = pa.array(run.scores["history"], pa.string())
    cells = pc.split_pattern(pc.utf8_trim(texts, characters='"'), " ")
    full = pc.equal(pc.list_value_length(cells), len(run.weeks)).to_numpy(zero_copy_only=False)
    flat = pc.split_pattern(pc.list_flatten(cells.filter(pa.array(full))), "/")
    days = number_cells(pc.list_element(flat, 0))
    several = pc.greater(pc.list_value_length(flat), 1).to_numpy(zero_copy_only=False)
    missed = np.zeros(len(flat))
    missed[several] = number_cells(pc.list_element(flat.filter(pa.array(several)), 1))
    shape, index = (int(full.sum()), len(run.weeks)), run.scores["student_key"].to_numpy()[full]
    frames = (pd.DataFrame(one.reshape(shape), index=index, columns=list(run.weeks)) for one in (days, missed))
    first, second = frames
    return first, second


def number_cells(texts: pa.Array) -> Floats:
    """Texts as numbers; 0 where a student was not enrolled."""
    known = pc.if_else(pc.match_substring_regex(texts, "^[0-9]+$"), texts, "0")
    return np.asarray(pc.cast(known, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def suppressed_rows(counts: pd.DataFrame, least: int) -> Iterator[dict[str, object]]:
    """The rows that may be told: of each measure, time and grade the district's, and its schools where they may be.

    A figure is told where at least `least` students are of each kind. Schools that may not be told apart are one row.
    """
    ordered = counts.sort_values(KEY, kind="stable")
    keys, ends = ordered[KEY].to_dict("list"), pd.DatetimeIndex(ordered["period_end"])
    schools, n, yes = (ordered[name].to_numpy() for name in ("school_id", "n", "yes"))
    place = ordered.groupby(KEY, sort=False).ngroup().to_numpy()
    begins = np.flatnonzero(np.diff(place, prepend=-1, append=len(place)))
    for begin, end in pairwise(begins.tolist()):
        own = slice(begin, end)
        day = ends[own].max()
        facts = {name: keys[name][begin] for name in KEY}
        facts |= {"grade": int(keys["grade"][begin]), "period_end": None if pd.isna(day) else day.date()}
        for school_id, students, held in told_schools(schools[own], n[own], yes[own], least):
            yield {**facts, "school_id": school_id, "n": students, "yes": held}


def told_schools(schools: Texts, n: Places, yes: Places, least: int) -> Iterator[tuple[str, int, int]]:
    """The district, then the schools that may be told of one measure, time and grade, then the others together.

    A school that is called as the others are is one of them.
    """
    table = np.stack([n - yes, yes], axis=-1).astype(np.float64)[:, :, None]
    if not is_large(table.sum(axis=0)[None], least)[0]:
        return
    yield WHOLE_DISTRICT, int(n.sum()), int(yes.sum())
    if len(n) == 1:
        return
    shown = shown_groups(table, least) & (schools != OTHER_SCHOOLS)
    for place in np.flatnonzero(shown):
        yield str(schools[place]), int(n[place]), int(yes[place])
    if (~shown).any() and shown.any():
        yield OTHER_SCHOOLS, int(n[~shown].sum()), int(yes[~shown].sum())
