"""Totals of a list by school and grade: signals, absence by month, movement since the year's first list, core courses.

Counts are suppressed before they are written: no page can show more of them than is stored.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd
from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from models.examples import Booleans, Places, Texts
from models.fairness.small_groups import is_large, shown_groups
from serving.scoring.list_people import RANKS, ListPeople, list_people
from serving.scoring.run_writer import list_id_of
from serving.scoring.scoring_run import ScoringRun
from serving.store.bulk_insert import insert_cells
from serving.store.bulk_read import stored_frame
from serving.store.district_scope import enter_district
from serving.store.rows import RunRow, ScoreRow
from serving.store.run_retention import school_year_begin
from serving.store.total_rows import OTHER_SCHOOLS, WHOLE_DISTRICT, SchoolRangeRow, SchoolTotalRow

CHRONIC_SHARE, CHRONIC_DAYS = 0.10, 10
"""Chronically absent: a tenth or more of the days missed, of so many days enrolled or more."""
KEY = ["measure", "school_year", "period", "subject", "grade"]


def write_school_totals(
    session: Session, runs: Sequence[ScoringRun], courses: pd.DataFrame, least: int, people: ListPeople | None = None
) -> None:
    """Writes the totals of a list, in place of those of the same list, in the session's transaction.

    `people` are its students, where they are known already.
    """
    enter_district(session, runs[0].district_id)
    rows = school_totals(session, runs, courses, least, people or list_people(runs))
    replace_of_list(session, SchoolTotalRow, runs, rows)


def school_totals(
    session: Session, runs: Sequence[ScoringRun], courses: pd.DataFrame, least: int, people: ListPeople
) -> list[dict[str, object]]:
    """The rows of a list, beside the year's first list as the session of its district finds it."""
    before = bands_of_first_list(session, runs[0])
    of_list = pd.concat(list_counts(runs, people, before), ignore_index=True)
    taught = course_counts(courses)
    counts = pd.concat([of_list, taught[taught["grade"].isin(of_list["grade"])]], ignore_index=True)
    return list(suppressed_rows(counts, least))


def replace_of_list(
    session: Session,
    table: type[SchoolTotalRow] | type[SchoolRangeRow],
    runs: Sequence[ScoringRun],
    rows: Sequence[dict[str, object]],
) -> None:
    """Puts a list's rows of a table in place of those of the same list."""
    own = {"district_id": runs[0].district_id, "list_id": list_id_of(runs[0])}
    session.execute(delete(table).where(*(getattr(table, name) == value for name, value in own.items())))
    if rows:
        names = [*own, *rows[0]]
        insert_cells(session, cast(Table, table.__table__), names, ((*own.values(), *row.values()) for row in rows))


def bands_of_first_list(session: Session, run: ScoringRun) -> pd.Series:
    """How many signals each student had on the first list of the run's school year (rank by key); empty before one."""
    begin = school_year_begin(run.as_of)
    of_year = (RunRow.district_id == run.district_id, RunRow.as_of >= begin, RunRow.as_of < run.as_of)
    firsts = select(RunRow.outcome, func.min(RunRow.as_of).label("as_of")).where(*of_year).group_by(RunRow.outcome)
    first = firsts.subquery()
    ids = select(RunRow.run_id).join(first, (first.c.outcome == RunRow.outcome) & (first.c.as_of == RunRow.as_of))
    of_first = select(ScoreRow.student_key, ScoreRow.band).where(
        ScoreRow.district_id == run.district_id, ScoreRow.run_id.in_(ids.where(*of_year))
    )
    return worst_bands(stored_frame(session, of_first, ["student_key", "band"]))


def worst_bands(scores: pd.DataFrame) -> pd.Series:
    """The rank of each student's most signals over all outcomes, by key; who has no score is not in it."""
    ranks = scores["band"].map(RANKS).astype("float64")
    return ranks.groupby(scores["student_key"].to_numpy(dtype=object), sort=False).max().dropna()


def course_counts(courses: pd.DataFrame) -> pd.DataFrame:
    """The counts of `features.snapshots.course_totals` in the columns of this module."""
    renamed = courses.rename(columns={"term_id": "period", "grade_level": "grade", "term_end": "period_end"})
    return renamed.astype({"yes": "int64"})


def list_counts(runs: Sequence[ScoringRun], people: ListPeople, before: pd.Series) -> Iterator[pd.DataFrame]:
    """Counts from the runs of one list: signals, movement since the first list of the year, absence by month."""
    year = runs[0].school_year or school_year_begin(runs[0].as_of).year + 1
    now, then = people.now, np.asarray(before.reindex(people.keys).fillna(-1), dtype=np.int64)
    scored = now >= 0
    up, down = scored & (then >= 0) & (then < RANKS["many"]), scored & (then > RANKS["few"])
    yield counted(people, scored, "signals", now > RANKS["few"], year)
    yield counted(people, scored, "many", now == RANKS["many"], year)
    yield counted(people, down, "fewer_signals", now < then, year)
    yield counted(people, up, "more_signals", now > then, year)
    yield from absence_counts(people, year)


def counted(
    people: ListPeople, chosen: Booleans, measure: str, holds: Booleans, year: int, period: str = ""
) -> pd.DataFrame:
    """The chosen students, and those of them of whom it holds, by grade and school."""
    rows = pd.DataFrame({"grade": people.grade[chosen], "school_id": people.school[chosen], "yes": holds[chosen]})
    found = rows.groupby(["grade", "school_id"])["yes"].agg(["size", "sum"]).reset_index()
    found.columns = pd.Index(["grade", "school_id", "n", "yes"])
    return found.assign(measure=measure, school_year=year, period=period, subject="", period_end=None)


def absence_counts(people: ListPeople, year: int) -> Iterator[pd.DataFrame]:
    """The chronically absent up to the end of each month."""
    for month in people.months:
        until = people.until(month)
        expected, absent = people.days[:, until].sum(axis=1), people.missed[:, until].sum(axis=1) / 100
        chosen = expected >= CHRONIC_DAYS
        if chosen.any():
            yield counted(people, chosen, "chronic", absent >= CHRONIC_SHARE * expected, year, month)


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
