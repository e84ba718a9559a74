"""Terms and marks of the Aeries API as rows of the files of a pull."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from features.ingest.adapters.aeries.api import Json, SchoolYear, entries, text
from features.ingest.adapters.aeries.rows import Row

KINDS = ((3.3, "quarter"), (2.5, "trimester"), (1.5, "semester"))
"""How often a term at least fits into the days from the first term's begin to the last one's end; else it is a year."""

SUMMER = ("06", "07")
"""The months in which terms of the summer begin."""


@dataclass(frozen=True)
class Courses:
    """Titles, departments and A-G areas of courses by their ids."""

    known: Mapping[str, Row]

    def of(self, one: Json) -> Row:
        """The id, title, department and A-G area of a mark's course; a title of its own goes first."""
        course = text(one, "CourseID")
        title, department, area = self.known.get(course, ("", "", ""))
        own = text(one, "CourseTitle") or text(one, "TranscriptCourseTitle")
        return course, own or title or course, department or "O", area


def courses_of(objects: Sequence[Json]) -> Courses:
    """The courses of a district."""
    names = ("Title", "DepartmentCode", "UC_SubjectAreaCode")
    return Courses({text(one, "ID"): tuple(text(one, name) for name in names) for one in objects})


def term_rows(terms: Sequence[Json], periods: Sequence[Json], year: SchoolYear) -> list[Row]:
    """The terms of a school in a year, and its marking periods by their short descriptions, each id once."""
    found = {
        text(one, "TermCode"): (text(one, "StartDate"), text(one, "EndDate")) for one in terms
    } | {period_id(one): (text(one, "BeginningDate"), text(one, "EndingDate")) for one in periods}  # fmt: skip
    dated = {name: dates for name, dates in found.items() if name and all(dates)}
    span = span_of(dated.values())
    return [(year.ends_in, name, kind_of(*dates, span), *dates) for name, dates in dated.items()]


def period_id(one: Json) -> str:
    """The id of a marking period."""
    return text(one, "ShortDescription") or text(one, "MarkingPeriod")


def days_of(start: str, end: str) -> int:
    """The days of a term; 0 for a text that is no day, which is left to the rules of parsing."""
    with suppress(ValueError):
        return (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    return 0


def span_of(dates: Iterable[tuple[str, str]]) -> int:
    """The days from the first begin to the last end of terms that are not of the summer."""
    usual = [(start, end) for start, end in dates if not is_summer(start)]
    return days_of(min(start for start, _ in usual), max(end for _, end in usual)) if usual else 0


def is_summer(start: str) -> bool:
    """Whether a term begins in the summer."""
    return start[5:7] in SUMMER


def kind_of(start: str, end: str, span: int) -> str:
    """How long a term is, by how often it fits into the year."""
    if is_summer(start):
        return "summer"
    often = span / max(1, days_of(start, end))
    return next((kind for least, kind in KINDS if often >= least), "year")


def common_terms(of_schools: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The terms of the district: of each year and id the one that most schools have, the first of those as many."""
    counted = Counter(row for rows in of_schools.values() for row in rows)
    best: dict[tuple[str, str], Row] = {}
    for row, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        best.setdefault((row[0], row[1]), row)
    return sorted(best.values())


def own_terms(of_schools: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    """All terms of a school in each year in which one of them differs from the district's."""
    common = set(common_terms(of_schools))
    for school, rows in of_schools.items():
        years = {row[0] for row in rows if row not in common}
        yield from ((school, *row) for row in rows if row[0] in years)


def transcript_rows(one: Json, school: str, courses: Courses) -> Iterator[Row]:
    """The marks of a student's transcript, which are final."""
    for each in entries(one):
        years = text(each, "SchoolYear")
        if not years:
            continue
        taken = text(each, "SchoolTakenID") or school
        before = text(one, "StudentID"), taken, years[5:] or years, text(each, "Term")
        credit = text(each, "CreditAttempted"), text(each, "CreditCompleted")
        yield *before, *courses.of(each), "Transcript", text(each, "Mark"), *credit


def report_card_rows(
    one: Json, school: str, year: SchoolYear, periods: Mapping[str, str], courses: Courses
) -> Iterator[Row]:
    """The marks of a student's report cards, which are in progress; `periods` has the id of each marking period."""
    for each in entries(one):
        period = text(each, "MarkingPeriod")
        if not period:
            continue
        before = text(one, "StudentID"), school, year.ends_in, periods.get(period, period)
        yield *before, *courses.of(each), "ReportCard", text(each, "Mark"), text(each, "Credit"), ""
