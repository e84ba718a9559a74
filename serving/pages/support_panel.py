"""What a student's page shows of support, and what the viewer may do there."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from serving.pages.last_contacts import school_year_began
from serving.pages.support_timeline import SupportLine, load_support_lines
from serving.pages.visit import Visit
from serving.store.rows import StudentRow
from serving.support.follow_ups import open_follow_ups
from serving.support.staff import staff_names


@dataclass(frozen=True)
class FollowUpLine:
    """An open follow-up; `overdue` once its day is past."""

    follow_up_id: str
    task: str
    who: str
    due_on: date
    overdue: bool


@dataclass(frozen=True)
class SupportPanel:
    """What was done for a student, `this_year` or before, what is open, and what the viewer may do."""

    student_key: str
    lines: tuple[SupportLine, ...]
    follow_ups: tuple[FollowUpLine, ...]
    this_year: bool
    writes: bool
    reports: bool


def support_panel(session: Session, visit: Visit, student: StudentRow) -> SupportPanel:
    """The panel of a student for the viewer."""
    key = student.student_key
    lines, began = load_support_lines(session, student, visit.educator, visit.language), school_year_began(visit.today)
    return SupportPanel(
        student_key=key,
        lines=lines,
        this_year=any(line.day >= began for line in lines),
        follow_ups=follow_up_lines(session, visit, student),
        writes=visit.may(session, "write", key),
        reports=visit.may(session, "report_problem", key),
    )


def follow_up_lines(session: Session, visit: Visit, student: StudentRow) -> tuple[FollowUpLine, ...]:
    """The open follow-ups of a student, the first due first."""
    rows = open_follow_ups(session, student.district_id, student.student_key)
    names = staff_names(session, student.district_id, [row.asked_of for row in rows])
    return tuple(
        FollowUpLine(
            row.follow_up_id, row.task, names.get(row.asked_of, "–"), row.due_on, overdue=row.due_on < visit.today
        )
        for row in rows
    )
