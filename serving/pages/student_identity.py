"""Who a student is, as the student's page says it."""

from typing import TypedDict

from sqlalchemy.orm import Session

from serving.pages.caseload_line import school_names
from serving.store.rows import StudentRow


class Identity(TypedDict):
    """A student's name, grade, school and number."""

    name: str
    grade: int
    school: str
    student_id: str


def identity_of(session: Session, student: StudentRow) -> Identity:
    """Who the student is; a school that no run has named is said by its number."""
    return {
        "name": f"{student.first_name} {student.last_name}",
        "grade": student.grade_level,
        "school": school_names(session, student.district_id, [student.school_id]).get(
            student.school_id, student.school_id
        ),
        "student_id": student.student_id,
    }
