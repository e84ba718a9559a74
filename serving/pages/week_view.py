"""The content of My week, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal, cast

from sqlalchemy.orm import Session

from serving.access.authorize import Denied, OwnDistrict, authorize, visible_students
from serving.pages.student_names import full_name
from serving.pages.visit import Visit
from serving.scoring.bands import Band
from serving.signal_words import SignalWords, signals_of
from serving.store.rows import RunRow, StudentRow
from serving.support.answers import open_problems
from serving.support.listed_students import Listed
from serving.support.responsible import responsible_for
from serving.support.staff import staff_names
from serving.support.week import Week, week_of
from serving.wording.locale import Language, msgid
from serving.wording.outcomes import about_words
from serving.wording.signals import band_words
from serving.wording.support import task_words

UNMET_SHOWN = 8
TAGS = {"more": msgid("More than before"), "first": msgid("First list")}
"""Why a student who is not new on the list is put forward now."""


@dataclass(frozen=True)
class StudentLine:
    """A student put forward, or not met; `tag` says why now, and `met_on` is None where nobody ever met them.

    `tried_on` is the day on which somebody last reached or tried to reach them, and `again_on` that of the next try.
    """

    student_key: str
    name: str
    grade: int
    band: Band
    band_words: str
    tag: str
    need: str
    met_on: date | None
    tried_on: date | None
    again_on: date | None
    responsible: str


@dataclass(frozen=True)
class TaskLine:
    """Something due: what, for whom, when, and who was asked. `settles` is the entry that it is of."""

    student_key: str
    name: str
    task: str
    due_on: date
    overdue: bool
    who: str = ""
    settles: str = ""


@dataclass(frozen=True)
class WeekView:
    """My week; `empty` says why nothing is put forward, where so, and `students` whom the page shows."""

    data_through: date | None
    meeting: date | None
    put_forward: tuple[StudentLine, ...]
    waiting: int
    first_lists: tuple[str, ...]
    most_signals: tuple[StudentLine, ...]
    unmet: tuple[StudentLine, ...]
    unmet_more: int
    unmet_days: int
    tasks: tuple[TaskLine, ...]
    risen: tuple[TaskLine, ...]
    try_again: tuple[TaskLine, ...]
    plans_due: tuple[TaskLine, ...]
    snoozed: tuple[TaskLine, ...]
    problems: int
    with_plan: int
    has_list: bool
    has_students: bool
    students: tuple[str, ...]


def week_view(session: Session, visit: Visit, runs: Sequence[RunRow]) -> WeekView:
    """The week of the viewer, as of the runs of the district's newest list."""
    week = week_of(session, visit.educator, runs, visit.support)
    people = students_of(session, visit, week)
    unmet = week.unmet[:UNMET_SHOWN]
    shown = (*week.put_forward, *week.most_signals, *unmet)
    keys = [one.key for one in shown] if week.has_responsible else []
    named = responsible_for(session, visit.educator.district_id, keys) if keys else {}
    needs = signals_of(session, visit.context.signals, visit.language, runs, shown) if runs else {}
    line = partial(student_line, visit, week, needs, named)
    return WeekView(
        data_through=max((run.data_through for run in runs), default=None),
        meeting=min((day for day in visit.support.meetings if day >= visit.today), default=None),
        put_forward=tuple(map(line, week.put_forward)),
        waiting=week.waiting,
        first_lists=tuple(first_list_words(visit.language, run, count) for run, count in week.first_lists),
        most_signals=tuple(map(line, week.most_signals)),
        unmet=tuple(map(line, unmet)),
        unmet_more=len(week.unmet) - len(unmet),
        unmet_days=visit.support.unmet_days,
        tasks=task_lines(visit, week, people),
        risen=risen_lines(session, visit, week, people),
        try_again=tuple(
            TaskLine(row.student_key, people[row.student_key], "", row.try_again_on or row.day, overdue=False)
            for row in week.try_again
        ),
        plans_due=tuple(
            task_line(visit, people, row.student_key, row.goal, row.planned_end, row.plan_id) for row in week.plans_due
        ),
        snoozed=tuple(
            task_line(visit, people, row.student_key, row.reason, row.until, row.snooze_id) for row in week.snoozed
        ),
        problems=problems_waiting(session, visit),
        with_plan=week.with_plan,
        has_list=bool(runs),
        has_students=bool(shown) or session.scalars(visible_students(visit.educator).limit(1)).first() is not None,
        students=tuple(sorted({*people, *(one.key for one in shown)})),
    )


def students_of(session: Session, visit: Visit, week: Week) -> dict[str, str]:
    """The names of the students of whom something is due, by key."""
    follow_ups, tried = (*week.follow_ups, *week.risen), week.try_again
    keys = {row.student_key for row in follow_ups} | {row.student_key for row in tried}
    keys |= {row.student_key for row in week.plans_due} | {row.student_key for row in week.snoozed}
    if not keys:
        return {}
    found = visible_students(visit.educator).where(StudentRow.student_key.in_(keys))
    return {row.student_key: full_name(row) for row in session.scalars(found)}


def student_line(
    visit: Visit, week: Week, needs: Mapping[str, SignalWords], responsible: Mapping[str, str], listed: Listed
) -> StudentLine:
    """One student put forward."""
    band = cast(Band, listed.band)
    return StudentLine(
        student_key=listed.key,
        name=listed.name,
        grade=listed.grade,
        band=band,
        band_words=band_words(visit.language, band),
        tag=needs[listed.key].as_new if listed.is_new else visit.language.translate(TAGS[tag_of(listed)]),
        need=needs[listed.key].need,
        met_on=listed.met_on,
        tried_on=listed.tried_on,
        again_on=week.again_on.get(listed.key),
        responsible=responsible.get(listed.key, ""),
    )


def tag_of(listed: Listed) -> Literal["more", "first"]:
    """Why a student who is not new on the list is put forward now."""
    return "more" if listed.has_changed else "first"


def first_list_words(language: Language, run: RunRow, count: int) -> str:
    """That a list is the first of its outcome, said once for all who are on it."""
    return language.translate_plural(
        "First list on: {about}. {number} of your students is on it.",
        "First list on: {about}. {number} of your students are on it.",
        count,
        about=about_words(language, run),
    )


def task_lines(visit: Visit, week: Week, people: dict[str, str]) -> tuple[TaskLine, ...]:
    """What the viewer was asked to do."""
    rows = week.follow_ups
    return tuple(
        task_line(visit, people, row.student_key, task_words(visit.language, row.task), row.due_on, row.follow_up_id)
        for row in rows
    )


def task_line(
    visit: Visit, people: dict[str, str], student_key: str, task: str, due_on: date, entry_id: str
) -> TaskLine:
    """Something of a student with a day, by the id of its entry."""
    return TaskLine(student_key, people[student_key], task, due_on, overdue=due_on < visit.today, settles=entry_id)


def problems_waiting(session: Session, visit: Visit) -> int:
    """How many data problems wait for the viewer; 0 for who does not answer them."""
    asked = authorize(session, visit.educator, "answer_problem", OwnDistrict())
    return 0 if isinstance(asked, Denied) else len(open_problems(session, visit.educator.district_id))


def risen_lines(session: Session, visit: Visit, week: Week, people: dict[str, str]) -> tuple[TaskLine, ...]:
    """What others were asked to do, and nobody did."""
    names = staff_names(session, visit.educator.district_id, [row.asked_of for row in week.risen])
    return tuple(
        TaskLine(
            row.student_key,
            people[row.student_key],
            task_words(visit.language, row.task),
            row.due_on,
            overdue=True,
            who=names.get(row.asked_of, "–"),
        )
        for row in week.risen
    )
