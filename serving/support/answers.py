"""What people say of a list and of the records: whether a place on it fits, what is wrong, and who is to wait."""

from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.access.authorize import Educator
from serving.store.rows import RunRow
from serving.store.statements import statement
from serving.store.support_rows import DataProblemRow, FlagAnswerRow, SnoozeRow

ANSWERS = ("agree", "not_now", "disagree")
SUBJECTS = ("attendance", "marks", "behavior", "enrollment", "name", "other")
PROBLEM_ANSWERS = ("corrected", "right", "cannot")


def answer_flag(
    session: Session,
    author: Educator,
    student_key: str,
    run: RunRow,
    *,
    answer: str,
    reason: str,
    at: datetime,
) -> None:
    """Says of a student in a run whether it fits; one's answer of before is replaced."""
    session.merge(
        FlagAnswerRow(
            district_id=author.district_id,
            run_id=run.run_id,
            student_key=student_key,
            staff_id=author.staff_id,
            outcome=run.outcome,
            answer=answer,
            reason=reason,
            answered_at=at,
        )
    )
    session.flush()


def own_answer(session: Session, author: Educator, student_key: str, run_id: str) -> FlagAnswerRow | None:
    """What the author answered of the student in a run."""
    return session.get(FlagAnswerRow, (author.district_id, run_id, student_key, author.staff_id))


def report_problem(
    session: Session,
    author: Educator,
    student_key: str,
    problem_id: str,
    *,
    subject: str,
    description: str,
    days: int,
    at: datetime,
) -> bool:
    """Tells the data team what is wrong, to be answered in so many days; False where the form was sent before."""
    if session.get(DataProblemRow, (author.district_id, problem_id)) is not None:
        return False
    session.add(
        DataProblemRow(
            district_id=author.district_id,
            problem_id=problem_id,
            student_key=student_key,
            subject=subject,
            description=description,
            staff_id=author.staff_id,
            created_at=at,
            due_on=author.today + timedelta(days=days),
            answer="",
            answer_note="",
            answered_by=None,
            answered_at=None,
        )
    )
    session.flush()
    return True


def answer_problem(
    session: Session, author: Educator, row: DataProblemRow, *, answer: str, note: str, at: datetime
) -> None:
    """The data team's answer; a no-op where there is one."""
    if row.answered_at is None:
        row.answer, row.answer_note, row.answered_by, row.answered_at = answer, note, author.staff_id, at
        session.flush()


def problems_of_student(session: Session, district_id: str, student_key: str) -> list[DataProblemRow]:
    """What was reported of a student's records, latest first."""
    return list(session.scalars(*select_problems(district_id, student_key)))


@statement
def select_problems(district_id: str, student_key: str) -> Select[DataProblemRow]:
    """The query for them."""
    found = select(DataProblemRow).where(
        DataProblemRow.district_id == district_id, DataProblemRow.student_key == student_key
    )
    return found.order_by(DataProblemRow.created_at.desc(), DataProblemRow.problem_id)


def open_problems(session: Session, district_id: str) -> list[DataProblemRow]:
    """What waits for the data team, the first due first."""
    found = select(DataProblemRow).where(
        DataProblemRow.district_id == district_id, DataProblemRow.answered_at.is_(None)
    )
    return list(session.scalars(found.order_by(DataProblemRow.due_on, DataProblemRow.problem_id)))


def snooze(
    session: Session, author: Educator, student_key: str, snooze_id: str, *, reason: str, until: date, at: datetime
) -> None:
    """Does not put a student forward to the author until a day; a no-op where the form was sent before."""
    if session.get(SnoozeRow, (author.district_id, snooze_id)) is None:
        session.add(
            SnoozeRow(
                district_id=author.district_id,
                snooze_id=snooze_id,
                student_key=student_key,
                staff_id=author.staff_id,
                reason=reason,
                until=until,
                created_at=at,
                ended_at=None,
            )
        )
        session.flush()


def end_snooze(session: Session, row: SnoozeRow, at: datetime) -> None:
    """Puts a student forward again; a no-op where the snooze has ended."""
    row.ended_at = row.ended_at or at
    session.flush()
