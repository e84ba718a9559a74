"""What a student's page shows of support, and what the viewer may do there."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from serving.access.authorize import Action, OneStudent, allowed_actions
from serving.pages.last_contacts import school_year_began
from serving.pages.plan_view import PlanView, plan_view
from serving.pages.support_timeline import SupportLine, load_support_lines
from serving.pages.visit import Visit
from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import RunRow, StudentRow
from serving.store.support_rows import DataProblemRow, FlagAnswerRow, FollowUpRow, PlanRow
from serving.support.answers import own_answer, problems_of_student
from serving.support.follow_ups import open_follow_ups
from serving.support.plans import plans_of_student
from serving.support.presence import tables_about
from serving.support.responsible import responsible_for
from serving.support.staff import staff_names
from serving.wording.support import ANSWERS, PROBLEM_ANSWERS, SUBJECTS, task_words


@dataclass(frozen=True)
class FollowUpLine:
    """An open follow-up; `overdue` once its day is past."""

    follow_up_id: str
    task: str
    who: str
    due_on: date
    overdue: bool


@dataclass(frozen=True)
class ReportLine:
    """A data problem that was reported; `answer` is empty while it waits, and `said` but for who reported it."""

    subject: str
    said: str
    due_on: date
    answer: str
    note: str


@dataclass(frozen=True)
class SupportPanel:
    """What was done for a student, `this_year` or before, what is open, and what the viewer may do."""

    student_key: str
    responsible: str
    lines: tuple[SupportLine, ...]
    follow_ups: tuple[FollowUpLine, ...]
    this_year: bool
    plans: tuple[PlanView, ...]
    problems: tuple[ReportLine, ...]
    answer: str
    answer_reason: str
    answers: bool
    writes: bool
    reports: bool
    problem_days: int


DONE_HERE: frozenset[Action] = frozenset({"answer", "write", "report_problem"})


def support_panel(session: Session, visit: Visit, student: StudentRow, run: RunRow | None) -> SupportPanel:
    """The panel of a student for the viewer, beside the run of the most urgent score; None without a score."""
    key = student.student_key
    there = tables_about(session, student.district_id, key)
    plans = plans_of_student(session, student.district_id, key) if PlanRow in there else []
    may = allowed_actions(session, visit.educator, DONE_HERE, OneStudent(key))
    lines = load_support_lines(session, student, visit.educator, visit.language, there)
    began = school_year_began(visit.today)
    named = responsible_for(session, student.district_id, [key]) if ResponsibleRow in there else {}
    given = own_answer(session, visit.educator, key, run.run_id) if run and FlagAnswerRow in there else None
    return SupportPanel(
        student_key=key,
        responsible=named.get(key, ""),
        lines=lines,
        this_year=any(line.day >= began for line in lines),
        follow_ups=follow_up_lines(session, visit, student) if FollowUpRow in there else (),
        plans=tuple(plan_view(visit, session, student, row) for row in plans),
        problems=report_lines(session, visit, student) if DataProblemRow in there else (),
        answer=visit.language.translate(ANSWERS.get(given.answer, "")) if given else "",
        answer_reason=given.reason if given else "",
        answers=run is not None and "answer" in may,
        writes="write" in may,
        reports="report_problem" in may,
        problem_days=visit.support.problem_days,
    )


def report_lines(session: Session, visit: Visit, student: StudentRow) -> tuple[ReportLine, ...]:
    """The data problems of a student, latest first."""
    return tuple(
        ReportLine(
            subject=visit.language.translate(SUBJECTS.get(row.subject, "")),
            said=row.description if row.staff_id == visit.educator.staff_id else "",
            due_on=row.due_on,
            answer=visit.language.translate(PROBLEM_ANSWERS.get(row.answer, "")),
            note=row.answer_note,
        )
        for row in problems_of_student(session, student.district_id, student.student_key)
    )


def follow_up_lines(session: Session, visit: Visit, student: StudentRow) -> tuple[FollowUpLine, ...]:
    """The open follow-ups of a student, the first due first."""
    rows = open_follow_ups(session, student.district_id, student.student_key)
    names = staff_names(session, student.district_id, [row.asked_of for row in rows])
    return tuple(
        FollowUpLine(
            row.follow_up_id,
            task_words(visit.language, row.task),
            names.get(row.asked_of, "–"),
            row.due_on,
            overdue=row.due_on < visit.today,
        )
        for row in rows
    )
