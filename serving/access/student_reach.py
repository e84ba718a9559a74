"""Conditions that leave most of a large district aside before each person or student is looked at."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from serving.store.caseload_rows import CoverRow
from serving.store.rows import CaseloadRow, StaffRow, StudentRow
from serving.store.support_rows import RoleAssignmentRow


def may_be_near(
    district_id: str, student_key: str, school_id: str, district_wide: Collection[str], today: date
) -> ColumnElement[bool]:
    """Whether a person can have a reason to see a student; who has none of these is looked at no closer."""
    keeps = select(CaseloadRow.staff_id).where(
        CaseloadRow.district_id == district_id,
        CaseloadRow.student_key == student_key,
        or_(CaseloadRow.end_date.is_(None), CaseloadRow.end_date >= today),
    )
    covers = select(CoverRow.staff_id).where(CoverRow.district_id == district_id)
    given = select(RoleAssignmentRow.staff_id).where(RoleAssignmentRow.district_id == district_id)
    by_id = (StaffRow.staff_id.in_(found) for found in (keeps, covers, given))
    of_school = and_(StaffRow.role == "principal", StaffRow.school_id == school_id)
    return or_(StaffRow.role.in_(sorted(district_wide)), of_school, *by_id)


def at_school(district_id: str, school_id: str | None) -> ColumnElement[bool]:
    """Whether a student is at a school; the keys are looked up first, so that scores of others are not read."""
    here = aliased(StudentRow)
    keys = select(here.student_key).where(here.district_id == district_id, here.school_id == school_id)
    return StudentRow.student_key.in_(keys)


def on_caseload(district_id: str, counselors: Sequence[str], today: date) -> ColumnElement[bool]:
    """Whether a student is on the caseload of one of some counselors on a day.

    The keys are looked up first, a few hundred of them: asked of each student, the whole district would be read.
    """
    keys = select(CaseloadRow.student_key).where(
        CaseloadRow.district_id == district_id,
        CaseloadRow.staff_id.in_(counselors),
        CaseloadRow.start_date <= today,
        or_(CaseloadRow.end_date.is_(None), CaseloadRow.end_date >= today),
    )
    return StudentRow.student_key.in_(keys)
