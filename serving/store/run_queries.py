"""Queries for runs and their scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import Session, defer

from serving.store.bulk_read import stored_frame
from serving.store.database import find_once
from serving.store.rows import RunRow, ScoreRow
from serving.store.statements import objects_of, rows_of, statement


def latest_run(session: Session, district_id: str, outcome: str | None = None) -> RunRow | None:
    """The district's run with the newest as-of date, and of those the newest; None before the first."""
    return session.scalars(*select_newest(district_id, outcome)).first()


@statement
def select_newest(district_id: str, outcome: str | None) -> Select[RunRow]:
    """The query for it."""
    runs = select(RunRow).where(RunRow.district_id == district_id)
    if outcome is not None:
        runs = runs.where(RunRow.outcome == outcome)
    return runs.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1)


def current_runs(session: Session, district_id: str) -> tuple[RunRow, ...]:
    """The runs of the district's newest list, one of each outcome; none before the first.

    All of them are of one as-of date, and were written together: what they say is one whole list.
    """
    return tuple(session.scalars(*select_current(district_id)))


@statement
def select_current(district_id: str) -> Select[RunRow]:
    """The query for it."""
    return newest_list(district_id)


def newest_list(district_id: str) -> Select[RunRow]:
    """The runs of a district's newest list."""
    newest = select(RunRow.list_id).where(RunRow.district_id == district_id)
    list_id = newest.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1).scalar_subquery()
    of_list = select(RunRow).where(RunRow.district_id == district_id, RunRow.list_id.is_not_distinct_from(list_id))
    return of_list.order_by(RunRow.outcome, RunRow.run_id)


def listed_runs(session: Session, district_id: str) -> tuple[RunRow, ...]:
    """The same; the dictionary, which is large, is read where a page asks for it, which it seldom does."""
    return tuple(objects_of(session, RunRow, select_listed_runs(district_id)))


@statement
def select_listed_runs(district_id: str) -> Select[RunRow]:
    """The query for them."""
    return newest_list(district_id).options(defer(RunRow.dictionary))


def of_runs(runs: Sequence[RunRow]) -> ColumnElement[bool]:
    """Whether a score is of one of these runs."""
    return ScoreRow.run_id.in_([run.run_id for run in runs])


def student_scores(
    session: Session, district_id: str, student_key: str, runs: Sequence[RunRow]
) -> list[tuple[ScoreRow, RunRow]]:
    """A student's scores in some runs of one list with their runs, the most urgent outcome first.

    The first is the score with the student's place on the list.
    """
    by_id = {run.run_id: run for run in runs}
    found = objects_of(session, ScoreRow, select_scores(district_id, student_key, list(by_id)))
    return sorted(((score, by_id[score.run_id]) for score in found), key=lambda one: urgency(*one))


@statement
def select_scores(district_id: str, student_key: str, runs: list[str]) -> Select[ScoreRow]:
    """The query for them."""
    own = select(ScoreRow).where(ScoreRow.district_id == district_id, ScoreRow.student_key == student_key)
    return own.where(ScoreRow.run_id.in_(runs))


def urgency(score: ScoreRow, run: RunRow) -> tuple[bool, bool, float, str]:
    """What a student's scores are ordered by: the one with the place, those listed, then by how near to the cut."""
    depth = float("inf") if score.list_position is None else score.list_position / max(1, run.capacity)
    return score.place is None, not score.flagged, depth, run.outcome


def previous_run(session: Session, district_id: str, outcome: str, as_of: date) -> RunRow | None:
    """The newest run of the same outcome with an earlier as-of date; None before the first."""
    return session.scalars(*select_previous(district_id, outcome, as_of)).first()


@statement
def select_previous(district_id: str, outcome: str, as_of: date) -> Select[RunRow]:
    """The query for it."""
    earlier = select(RunRow).where(RunRow.district_id == district_id, RunRow.outcome == outcome, RunRow.as_of < as_of)
    return earlier.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1)


SCORING_COLUMNS = (RunRow.not_judged, RunRow.release_id, RunRow.scorer, RunRow.part)
"""What a page needs of an earlier run besides its date; the words and settings that a run keeps are large."""


@dataclass(frozen=True)
class RunBefore:
    """The run of an outcome before a date: its own date, and what gave its scores."""

    as_of: date
    scoring: tuple[str, str, str | None]


def runs_before(session: Session, district_id: str, as_of: date) -> Mapping[str, RunBefore]:
    """The newest run of each outcome before a date; a session that only reads asks once."""
    query = select_before(district_id, as_of)
    return find_once(
        session,
        ("runs before", district_id, as_of),
        lambda: {
            outcome: RunBefore(day, scoring_parts(release_id, scorer, part))
            for outcome, day, release_id, scorer, part in rows_of(session, query)
        },
    )


@statement
def select_before(district_id: str, as_of: date) -> Select[str, date, str, str, str | None]:
    """The query for them."""
    newest_first = (RunRow.as_of.desc(), RunRow.created_at.desc())
    number = func.row_number().over(partition_by=RunRow.outcome, order_by=newest_first).label("number")
    columns = (RunRow.outcome, RunRow.as_of, RunRow.release_id, RunRow.scorer, RunRow.part)
    earlier = select(*columns, number).where(RunRow.district_id == district_id, RunRow.as_of < as_of).subquery()
    found = select(earlier.c.outcome, earlier.c.as_of, earlier.c.release_id, earlier.c.scorer, earlier.c.part)
    return found.where(earlier.c.number == 1)


def has_other_scoring(session: Session, run: RunRow) -> bool:
    """Whether something else gave the scores of the run before: another release, or another scorer of the release."""
    before = runs_before(session, run.district_id, run.as_of).get(run.outcome)
    return before is not None and before.scoring != scoring_of(run)


def scoring_of(run: RunRow) -> tuple[str, str, str | None]:
    """What gave the scores of a run: the release, and its model or the rule of a part of the year."""
    return scoring_parts(run.release_id, run.scorer, run.part)


def scoring_parts(release_id: str, scorer: str, part: str | None) -> tuple[str, str, str | None]:
    """The same of its parts: a model serves all year."""
    return release_id, scorer, part if scorer == "rule" else None


def run_scores(session: Session, run: RunRow) -> pd.DataFrame:
    """A run's `risk`, `band` and `similar_students` (JSON text) by student; other columns are large and not read."""
    columns = (ScoreRow.student_key, ScoreRow.risk, ScoreRow.band, cast(ScoreRow.similar_students, String))
    own = select(*columns).where(ScoreRow.district_id == run.district_id, ScoreRow.run_id == run.run_id)
    found = stored_frame(session, own, ["student_key", "risk", "band", "similar_students"])
    return found.astype({"risk": "float64", "student_key": "str", "similar_students": "object"}).set_index(
        "student_key"
    )


def count_students(session: Session, district_id: str, list_id: str) -> tuple[int, int]:
    """How many students a list scores and how many it lists, each once."""
    runs = select(RunRow.run_id).where(RunRow.district_id == district_id, RunRow.list_id == list_id)
    each = ScoreRow.student_key.distinct()
    counts = select(func.count(each), func.count(each).filter(ScoreRow.flagged))
    students, listed = session.execute(
        counts.where(ScoreRow.district_id == district_id, ScoreRow.run_id.in_(runs))
    ).one()
    return students, listed


def listed_before(session: Session, run: RunRow) -> frozenset[str]:
    """The students whom a run listed by their order."""
    rows = select(ScoreRow.student_key).where(ScoreRow.district_id == run.district_id, ScoreRow.run_id == run.run_id)
    return frozenset(session.scalars(rows.where(ScoreRow.flagged, ScoreRow.at_random.is_not(True))))


UNREAD = (
    defer(ScoreRow.history), defer(RunRow.dictionary), defer(RunRow.headline), defer(RunRow.last_lists),
    defer(RunRow.parts), defer(RunRow.weeks), defer(RunRow.record_columns),
)  # fmt: skip
"""What is large and not said of a score; a run's words are kept."""


def select_score_history(district_id: str, student_key: str) -> Select[ScoreRow, RunRow]:
    """A student's scores with their runs, latest first; of one list, the score with the student's place first."""
    return (
        select(ScoreRow, RunRow)
        .join(RunRow, (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id))
        .where(ScoreRow.district_id == district_id, ScoreRow.student_key == student_key)
        .order_by(RunRow.as_of.desc(), RunRow.created_at.desc(), ScoreRow.place.is_(None), RunRow.outcome)
    )


@statement
def select_told_history(district_id: str, student_key: str) -> Select[ScoreRow, RunRow]:
    """The same with what is said of a score."""
    return select_score_history(district_id, student_key).options(*UNREAD)
