"""What stands above a caseload and who is on a page of it, from what was counted and placed with the list.

For all of a district or a school: of these it takes long to look at each student's score. A counselor's few are counted
each time. Whom somebody sees is still asked with the students themselves; these tables only say where to look.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from serving.access.authorize import DISTRICT_WIDE, Educator
from serving.pages.caseload_filter import CaseloadFilter
from serving.pages.caseload_query import (
    CaseloadScope,
    StudentScore,
    count_visible,
    list_track_records,
    select_found,
    student_groups,
    student_lines,
)
from serving.store.list_counts import list_of
from serving.store.list_rows import ROSTER, WHOLE_DISTRICT, ListCountRow, ListPlaceRow
from serving.store.rows import ScoreRow, StudentRow
from serving.store.statements import rows_of, statement
from serving.student_groups import StudentGroup

Record = tuple[str, str, str | None]
"""Band, run, and track record as JSON."""
SORTED_AT_ONCE = 20
"""As many scores are put in order in the time in which one is looked up by its student."""


class ListCell(NamedTuple):
    """The students of a school and grade with a band whose most urgent score is of a run, and their track records."""

    school_id: str
    grade: int
    run_id: str
    band: str
    placed: int
    listed: int
    unscored: int
    records: list[str | None]


class ListFacts:
    """What is known of the subject's students in the runs of a list; counted where it was not counted with the list."""

    def __init__(self, session: Session, scope: CaseloadScope) -> None:
        """The groups of students, and the schools that they are at."""
        self.session, self.scope, self.school = session, scope, counted_school(scope)
        self.list_id = list_of(scope.runs)
        self.cells = [] if self.school is None else list_cells(session, scope, self.list_id, self.school)
        if {cell.run_id for cell in self.cells} != set(scope.run_ids()):
            self.school = None  # not counted with the list, or not all of it
        if self.school is None:
            self.groups = student_groups(session, scope)
            self.schools = {one.school_id for one in self.groups}
        else:
            self.groups = tuple(group_of(cell) for cell in self.cells if cell.placed)
            self.schools = self.counted_schools()

    def counted_schools(self) -> set[str]:
        """The schools of the subject's students on the list."""
        if self.school != WHOLE_DISTRICT:
            return {one.school_id for one in self.groups}
        found = rows_of(self.session, select_schools(self.scope.subject.district_id, self.list_id))
        return {school for (school,) in found}

    def records(self) -> list[Record]:
        """Each band, run and track record of the subject's listed students, every one once."""
        if self.school is None:
            return list_track_records(self.session, self.scope)
        return sorted({(cell.band, cell.run_id, one) for cell in self.cells for one in cell.records}, key=str)

    def count(self, asked: CaseloadFilter) -> int | None:
        """How many students a filter leaves; None where that was not counted."""
        if self.school is None or asked.show == "other" or asked.contact or asked.plan or asked.responsible:
            return None
        if self.school != WHOLE_DISTRICT and asked.school not in ("", self.school):
            return 0
        own = rows_of(
            self.session,
            select_sum(
                self.scope.subject.district_id,
                self.list_id,
                [asked.school or self.school],
                self.scope.run_ids(asked.outcome),
                asked.of_page(1),
            ),
        )
        return int(own[0][0] or 0)

    def visible(self) -> int:
        """How many students the subject sees, on a list or not."""
        subject = self.scope.subject
        if self.school is not None:
            for (students,) in rows_of(self.session, select_roster(subject.district_id, self.list_id, [self.school])):
                return students
        return count_visible(self.session, subject)

    def page(self, asked: CaseloadFilter, first: int, most: int, matching: int) -> list[StudentScore] | None:
        """So many of the `matching` students whom a filter leaves, in its order; None where no order is kept for it."""
        asks_more = asked.show == "other" or asked.outcome or asked.contact or asked.plan or asked.responsible
        if self.school is None or asks_more:
            return None
        subject, of_first = self.scope.subject, asked.of_page(1)
        if asked.sort == "list":
            found = select_keys(subject.district_id, self.list_id, self.school or None, of_first, first, most)
        elif asked.sort == "name" and self.by_name(asked) and (first + most) * SORTED_AT_ONCE <= matching:
            found = select_keys_by_name(subject.district_id, self.scope.run_ids(), of_first, first, most)
        else:
            return None
        keys = [key for (key,) in rows_of(self.session, found)]
        lines = student_lines(self.session, select_found(subject, self.scope.run_ids(), keys)) if keys else []
        place = {key: at for at, key in enumerate(keys)}
        return sorted(lines, key=lambda one: place[one.student_key])

    def by_name(self, asked: CaseloadFilter) -> bool:
        """Whether students are read in the order of names: a school's few are put in order as fast."""
        return self.school == WHOLE_DISTRICT and not asked.school


def counted_school(scope: CaseloadScope) -> str | None:
    """The school all of whose students the subject sees, and no other's; empty for every school, None for neither."""
    subject = scope.subject
    if not isinstance(subject, Educator):
        return None
    if subject.role in DISTRICT_WIDE:
        return WHOLE_DISTRICT
    return subject.school_id or None if subject.role == "principal" else None


def list_cells(session: Session, scope: CaseloadScope, list_id: str, school: str) -> list[ListCell]:
    """What was counted of a list, of a school or the whole district."""
    asked = select_counts(scope.subject.district_id, list_id, [school], scope.run_ids())
    return [ListCell(*row) for row in rows_of(session, asked)]


@statement
def select_counts(
    district_id: str, list_id: str, schools: list[str], runs: list[str]
) -> Select[str, int, str, str, int, int, int, list[str | None]]:
    """The query for it."""
    columns = (
        ListCountRow.school_id, ListCountRow.grade, ListCountRow.run_id, ListCountRow.band, ListCountRow.placed,
        ListCountRow.placed_listed, ListCountRow.placed_unscored, ListCountRow.records,
    )  # fmt: skip
    own = (ListCountRow.district_id == district_id, ListCountRow.list_id == list_id)
    return select(*columns).where(*own, ListCountRow.school_id.in_(schools), ListCountRow.run_id.in_(runs))


def group_of(cell: ListCell) -> StudentGroup:
    """A cell as a group; several of a school, grade and run are added up by who reads them."""
    return StudentGroup(cell.school_id, cell.grade, cell.run_id, cell.placed, cell.listed, cell.unscored)


@statement
def select_schools(district_id: str, list_id: str) -> Select[str]:
    """The schools of which a list has students."""
    own = (ListCountRow.district_id == district_id, ListCountRow.list_id == list_id)
    found = select(ListCountRow.school_id).where(*own, ListCountRow.school_id > WHOLE_DISTRICT, ListCountRow.placed > 0)
    return found.distinct()


@statement
def select_roster(district_id: str, list_id: str, schools: list[str]) -> Select[int]:
    """How many students a school or the whole district has; no row where that was not counted."""
    own = (ListCountRow.district_id == district_id, ListCountRow.list_id == list_id, ListCountRow.run_id == ROSTER)
    return select(ListCountRow.scored).where(*own, ListCountRow.school_id.in_(schools))


@statement
def select_sum(
    district_id: str, list_id: str, schools: list[str], runs: list[str], asked: CaseloadFilter
) -> Select[int | None]:
    """How many students of a school or the whole district a filter leaves."""
    placed, scored = (
        (ListCountRow.placed_listed, ListCountRow.listed)
        if asked.show == "week"
        else (ListCountRow.placed, ListCountRow.scored)
    )
    found = select(func.sum(scored if asked.outcome else placed)).where(
        ListCountRow.district_id == district_id,
        ListCountRow.list_id == list_id,
        ListCountRow.school_id.in_(schools),
        ListCountRow.run_id.in_(runs),
    )
    return found.where(*cell_conditions(asked))


def cell_conditions(asked: CaseloadFilter) -> list[ColumnElement[bool]]:
    """What a filter asks of grade and band."""
    grade = [ListCountRow.grade == int(asked.grade)] if asked.grade else []
    return [*grade, *([ListCountRow.band == asked.band] if asked.band else [])]


@statement
def select_keys(
    district_id: str, list_id: str, school: str | None, asked: CaseloadFilter, first: int, most: int
) -> Select[str]:
    """So many students whom a filter leaves, in the order of the list; of all schools where none is named."""
    asks = (
        (asked.show == "week", ListPlaceRow.listed),
        (asked.school, ListPlaceRow.school_id == asked.school),
        (asked.grade, ListPlaceRow.grade == int(asked.grade or 0)),
        (asked.band, ListPlaceRow.band == asked.band),
    )
    found = select(ListPlaceRow.student_key).where(
        ListPlaceRow.district_id == district_id,
        ListPlaceRow.list_id == list_id,
        *([ListPlaceRow.school_id == school] if school is not None else []),
        *(condition for wanted, condition in asks if wanted),
    )
    return found.order_by(ListPlaceRow.place).offset(first).limit(most)


@statement
def select_keys_by_name(district_id: str, runs: list[str], asked: CaseloadFilter, first: int, most: int) -> Select[str]:
    """So many students of a district whom a filter leaves, by name: looked up one by one until there are enough."""
    asks = ((asked.show == "week", ScoreRow.flagged), (asked.band, ScoreRow.band == asked.band))
    place = (
        select(ScoreRow.place)
        .where(
            ScoreRow.district_id == StudentRow.district_id,
            ScoreRow.student_key == StudentRow.student_key,
            ScoreRow.run_id.in_(runs),
            ScoreRow.place.is_not(None),
            *(condition for wanted, condition in asks if wanted),
        )
        .correlate(StudentRow)
        .scalar_subquery()
    )
    grade = [StudentRow.grade_level == int(asked.grade)] if asked.grade else []
    found = select(StudentRow.student_key).where(StudentRow.district_id == district_id, place.is_not(None), *grade)
    ordered = found.order_by(StudentRow.last_name, StudentRow.first_name, place, StudentRow.student_key)
    return ordered.offset(first).limit(most)
