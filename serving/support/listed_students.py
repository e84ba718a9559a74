"""The students of an educator who are on a list: since when, what changed, and when they were last met."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import CompoundSelect, Select, func, select, union_all
from sqlalchemy.orm import Session

from serving.access.authorize import Educator, visible_students
from serving.store.rows import RosterSupportRow, RunRow, ScoreRow, StudentRow
from serving.store.run_queries import runs_before
from serving.store.statements import rows_of, statement
from serving.store.support_rows import ContactRow
from serving.support.own_students import own_keys

WEEK = timedelta(days=7)
YEAR = timedelta(days=300)
MORE = {"few": 1, "some": 2, "many": 3}
"""Bands with signals, the most last."""
MOST_KEYS = 500
"""Listed students by whose keys a query asks."""


@dataclass(frozen=True)
class Listed:
    """A student on the list, with what decides whether they are put forward.

    `first_list` says that the student was on no list before and the outcome had none: that is no news of the student.
    `is_answered` says that somebody reached them since the list before, or a week before the first; a try is no answer.
    """

    key: str
    name: str
    grade: int
    run_id: str
    band: str
    is_new: bool
    first_list: bool
    has_changed: bool
    since: date
    met_on: date | None
    is_answered: bool = False
    tried_on: date | None = None

    @property
    def student_key(self) -> str:
        """The key, as a row of the student has it."""
        return self.key


class OnList(NamedTuple):
    """A student on the list, as My week asks of them."""

    student_key: str
    last_name: str
    first_name: str
    grade_level: int
    run_id: str
    band: str
    previous_band: str | None


def listed_students(session: Session, educator: Educator, runs: Sequence[RunRow], *, met: bool = True) -> list[Listed]:
    """The educator's students on the list of some runs, in its order, each once by the most urgent outcome.

    Where it is known that none of them was ever `met`, nothing is asked of it.
    """
    rows = [OnList(*row) for row in rows_of(session, select_listed(educator, [one.run_id for one in runs]))]
    run, keys = runs[0], some_keys([row.student_key for row in rows])
    earlier = date_before(session, run)
    before = {key for (key,) in rows_of(session, select_flagged(educator, earlier, keys))} if earlier else set()
    first = {one.run_id for one in first_lists(session, runs)}
    since = listed_since(session, educator, run, keys)
    last = last_contacts(session, educator, keys) if met else {}
    answered = earlier or run.as_of - WEEK
    return [
        Listed(
            row.student_key,
            f"{row.last_name}, {row.first_name}",
            row.grade_level,
            row.run_id,
            row.band,
            is_new=row.student_key not in before and row.run_id not in first,
            first_list=row.student_key not in before and row.run_id in first,
            has_changed=is_more(row.band, row.previous_band),
            since=since.get(row.student_key, run.as_of),
            met_on=last.get(row.student_key, NEVER).met_on,
            is_answered=(last.get(row.student_key, NEVER).met_on or answered - WEEK) >= answered,
            tried_on=last.get(row.student_key, NEVER).tried_on,
        )
        for row in rows
    ]


def some_keys(keys: list[str]) -> list[str] | None:
    """The keys to ask with, where they are few; None where it is less work to ask of all of the educator's students."""
    return keys if len(keys) <= MOST_KEYS else None


def among(educator: Educator, keys: list[str] | None) -> list[str] | Select[str]:
    """What a query compares a student's key with."""
    return own_keys(educator) if keys is None else keys


@statement
def select_listed(educator: Educator, runs: list[str]) -> Select[str, str, str, int, str, str, str | None]:
    """The educator's students whom some runs list, in the order of the list: what My week asks of them, and no more."""
    of_student = (ScoreRow.district_id == StudentRow.district_id) & (ScoreRow.student_key == StudentRow.student_key)
    return (
        visible_students(educator)
        .join(ScoreRow, of_student)
        .where(ScoreRow.run_id.in_(runs), ScoreRow.place.is_not(None), ScoreRow.flagged)
        .order_by(ScoreRow.place, StudentRow.student_key)
        .with_only_columns(
            StudentRow.student_key,
            StudentRow.last_name,
            StudentRow.first_name,
            StudentRow.grade_level,
            ScoreRow.run_id,
            ScoreRow.band,
            ScoreRow.previous_band,
        )
    )


def date_before(session: Session, run: RunRow) -> date | None:
    """The date of the district's list before a run; None before the first."""
    return max((one.as_of for one in runs_before(session, run.district_id, run.as_of).values()), default=None)


def first_lists(session: Session, runs: Sequence[RunRow]) -> list[RunRow]:
    """The runs that are the first of their outcome."""
    earlier = runs_before(session, runs[0].district_id, runs[0].as_of)
    return [run for run in runs if run.outcome not in earlier]


def is_new_on_list(session: Session, score: ScoreRow, run: RunRow) -> bool:
    """Whether a run lists a student whom no list of the date before had, as My week decides it."""
    earlier = date_before(session, run) if score.flagged and run not in first_lists(session, [run]) else None
    if earlier is None:
        return False
    return not rows_of(session, select_listings(score.district_id, score.student_key, earlier))


@statement
def select_listings(district_id: str, student_key: str, day: date) -> Select[str]:
    """The lists of a day on which a student was."""
    of_run = (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id)
    found = select(ScoreRow.run_id).join(RunRow, of_run).where(RunRow.as_of == day, ScoreRow.flagged)
    return found.where(ScoreRow.district_id == district_id, ScoreRow.student_key == student_key)


@statement
def select_flagged(educator: Educator, day: date, keys: list[str] | None) -> Select[str]:
    """The students who were on the list of an earlier day, for whichever outcome."""
    return (
        select(ScoreRow.student_key)
        .join(RunRow, (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id))
        .where(
            ScoreRow.district_id == educator.district_id,
            RunRow.as_of == day,
            ScoreRow.flagged,
            ScoreRow.student_key.in_(among(educator, keys)),
        )
    )


def listed_since(session: Session, educator: Educator, run: RunRow, keys: list[str] | None) -> dict[str, date]:
    """On which date each student was first listed, within a year."""
    found = rows_of(session, select_since(educator, run.as_of - YEAR, keys))
    return {key: day for key, day in found}  # noqa: C416 - a Row is no pair for dict()


@statement
def select_since(educator: Educator, year_ago: date, keys: list[str] | None) -> Select[str, date]:
    """The first date on which each student was listed since a day."""
    return (
        select(ScoreRow.student_key, func.min(RunRow.as_of))
        .join(RunRow, (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id))
        .where(
            ScoreRow.district_id == educator.district_id,
            ScoreRow.flagged,
            ScoreRow.student_key.in_(among(educator, keys)),
            RunRow.as_of > year_ago,
        )
        .group_by(ScoreRow.student_key)
    )


@dataclass(frozen=True)
class LastContact:
    """When a student was last met, and when somebody last tried to; a support of the district's system is both."""

    met_on: date | None = None
    tried_on: date | None = None


NEVER = LastContact()


def last_contacts(session: Session, educator: Educator, keys: list[str] | None) -> dict[str, LastContact]:
    """The last contact of each student who had one."""
    found: dict[str, LastContact] = {}
    for key, met, tried in rows_of(session, select_contacts(educator, keys)):
        known = found.get(key, NEVER)
        found[key] = LastContact(later(met, known.met_on), later(tried, known.tried_on))
    return found


def later(one: date | None, other: date | None) -> date | None:
    """The later of two days of which one may be missing."""
    return max(one, other) if one and other else one or other


@statement
def select_contacts(educator: Educator, keys: list[str] | None) -> CompoundSelect[str, date | None, date | None]:
    """The latest days here and in the district's system, by student."""
    reached = func.max(ContactRow.day).filter(ContactRow.reached)
    here = select(ContactRow.student_key, reached, func.max(ContactRow.day)).where(
        ContactRow.district_id == educator.district_id,
        ContactRow.student_key.in_(among(educator, keys)),
        ~ContactRow.withdrawn,
    )
    newest = func.max(RosterSupportRow.date)
    there = select(RosterSupportRow.student_key, newest, newest).where(
        RosterSupportRow.district_id == educator.district_id,
        RosterSupportRow.student_key.in_(among(educator, keys)),
    )
    return union_all(here.group_by(ContactRow.student_key), there.group_by(RosterSupportRow.student_key))


def is_more(band: str, before: str | None) -> bool:
    """Whether a band has more signals than the one before; not where one of the two is unknown."""
    return before in MORE and MORE.get(band, 0) > MORE[before]
