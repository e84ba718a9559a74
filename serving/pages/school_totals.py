"""Totals of schools as pages read them: the newest list's, of the schools that somebody may be told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.store.rows import RunRow, StudentRow
from serving.store.total_rows import OTHER_SCHOOLS, WHOLE_DISTRICT, SchoolTotalRow


@dataclass(frozen=True)
class Share:
    """Of `n` students those of whom it holds."""

    n: int
    yes: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.yes / self.n

    @property
    def rest(self) -> "Share":
        """Those of whom it does not hold."""
        return Share(self.n, self.n - self.yes)


Period = tuple[int, str]
"""A school year, by the calendar year in which it ends, and a term or a month of it."""


@dataclass(frozen=True)
class Totals:
    """The totals of a school, or of the district where `school_id` is empty, and the district's beside.

    Of a grade that no other school has (`alone`) the district's totals are the school's.
    """

    school_id: str
    data_through: date
    rows: Sequence[SchoolTotalRow]
    alone: frozenset[int] = frozenset()

    def is_of(self, row: SchoolTotalRow, school_id: str) -> bool:
        """Whether a row is about a school, or about the district where that is empty."""
        of_only_school = row.school_id == WHOLE_DISTRICT and school_id == self.school_id and row.grade in self.alone
        return row.school_id == school_id or of_only_school

    def of(self, measure: str, subject: str = "", school_id: str | None = None) -> dict[tuple[int, Period], Share]:
        """The shares of a measure by grade and period, of the school or of another one."""
        place = self.school_id if school_id is None else school_id
        return {
            (row.grade, (row.school_year, row.period)): Share(row.n, row.yes)
            for row in self.rows
            if row.measure == measure and row.subject == subject and self.is_of(row, place)
        }

    def periods(self, measure: str) -> list[Period]:
        """The terms or months of a measure, oldest first."""
        ends = {
            (row.school_year, row.period): (row.school_year, row.period_end or date.min, row.period)
            for row in self.rows
            if row.measure == measure
        }
        return sorted(ends, key=lambda one: ends[one])

    @property
    def grades(self) -> list[int]:
        """The grades of which anything is told."""
        return sorted({row.grade for row in self.rows if self.is_of(row, self.school_id)})

    def schools(self, measure: str, grade: int, period: Period) -> Iterator[tuple[str, Share]]:
        """The shares of every school that is told apart, and of the others together, in one grade and period."""
        for row in self.rows:
            found = (row.measure, row.subject, row.grade, (row.school_year, row.period))
            if found == (measure, "", grade, period) and row.school_id != WHOLE_DISTRICT:
                yield row.school_id, Share(row.n, row.yes)


def load_totals(session: Session, district_id: str, school_id: str) -> Totals | None:
    """The totals of the newest list that has any; None before the first."""
    of_district = SchoolTotalRow.district_id == district_id
    with_totals = select(SchoolTotalRow.list_id).where(of_district).distinct()
    newest = select(RunRow).where(RunRow.district_id == district_id, RunRow.list_id.in_(with_totals))
    run = session.scalars(newest.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1)).first()
    if run is None:
        return None
    rows = session.scalars(select(SchoolTotalRow).where(of_district, SchoolTotalRow.list_id == run.list_id))
    return Totals(school_id, run.data_through, tuple(rows), grades_alone(session, district_id, school_id))


def grades_alone(session: Session, district_id: str, school_id: str) -> frozenset[int]:
    """The grades that no other school of the district has."""
    if school_id == WHOLE_DISTRICT:
        return frozenset()
    schools = func.min(StudentRow.school_id), func.max(StudentRow.school_id)
    of_one = select(StudentRow.grade_level).where(StudentRow.district_id == district_id)
    found = of_one.group_by(StudentRow.grade_level).having(*(one == school_id for one in schools))
    return frozenset(session.scalars(found))


def between_schools(shares: Iterable[Share]) -> float | None:
    """How much of the variance of a yes or no lies between schools (0 to 1); None for one school, or all alike."""
    found = list(shares)
    n, yes = sum(one.n for one in found), sum(one.yes for one in found)
    if len(found) < 2 or yes in {0, n}:
        return None
    mean = yes / n
    return sum(one.n * (one.share - mean) ** 2 for one in found) / (n * mean * (1 - mean))


def is_others(school_id: str) -> bool:
    """Whether a row stands for the schools that may not be told apart."""
    return school_id == OTHER_SCHOOLS
