"""A student's attendance and marks as charts, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from presentation.charts.marks import Chart
from presentation.charts.record_chart import ChartWords, RecordColumn, bar_chart, point_chart
from presentation.numbers import school_year
from serving.store.cell_types import JsonRow
from serving.wording.letter_marks import MARK_POINTS, letter
from serving.wording.locale import Language

DAYS_A_WEEK = 5.0
LEVELS = ((0, "0"), (1, "1"), (3, "3"), (5, "5"))
"""School days at which the attendance chart has a line."""


@dataclass(frozen=True)
class TermAverage:
    """A term's marks: the average of those with points, and how many there are. `year` is empty where unknown."""

    year: str
    term: str
    average: float
    count: int

    @property
    def name(self) -> str:
        """The term with its school year."""
        return f"{self.term} {self.year}"


def attendance_chart(language: Language, weeks: Sequence[JsonRow]) -> Chart | None:
    """Days missed per school week; None without a week."""
    if not weeks:
        return None
    words = ChartWords(
        "attendance-chart",
        language.translate("School days missed in each week"),
        language.translate(
            "School days missed in each week of this school year. The table below has the same numbers."
        ),
    )
    most = max(DAYS_A_WEEK, *(float(week["days"] or 0) for week in weeks))
    return bar_chart(tuple(week_columns(language, weeks)), LEVELS, words, most=most)


def week_columns(language: Language, weeks: Sequence[JsonRow]) -> Iterator[RecordColumn]:
    """Each week with its days missed; the first week of a month names the month."""
    month = 0
    for week in weeks:
        day, missed = date.fromisoformat(str(week["week"])), float(week["missed"] or 0) / 100
        says = language.translate(
            "Week of {day}: {missed} of {days} days missed",
            day=language.short_day(day),
            missed=missed,
            days=week["days"],
        )
        yield RecordColumn(missed, says, "" if day.month == month else language.month(day))
        month = day.month


def marks_by_term(marks: Sequence[JsonRow]) -> list[TermAverage]:
    """The average mark of each term, in the order in which terms first gave marks."""
    terms: dict[tuple[str, str], list[int]] = {}
    for row in sorted(marks, key=lambda row: str(row["known_on"])):
        points = MARK_POINTS.get(str(row["mark"]))
        if points is not None:
            terms.setdefault((year_of(row), str(row["term_id"])), []).append(points)
    return [TermAverage(year, term, sum(points) / len(points), len(points)) for (year, term), points in terms.items()]


def year_of(row: JsonRow) -> str:
    """The school year of a mark, in words."""
    year = row.get("school_year")
    return school_year(year) if isinstance(year, int) else ""


def marks_chart(language: Language, terms: Sequence[TermAverage]) -> Chart | None:
    """The average mark per term; None with fewer than two terms, which make no line."""
    if len(terms) < 2:
        return None
    words = ChartWords(
        "marks-chart",
        language.translate("Average mark of each term"),
        language.translate("Average mark of each term. The table below has every mark."),
    )
    levels = tuple((points, mark) for mark, points in MARK_POINTS.items())
    return point_chart(tuple(term_columns(language, terms)), levels, words, most=max(MARK_POINTS.values()))


def term_columns(language: Language, terms: Sequence[TermAverage]) -> Iterator[RecordColumn]:
    """Each term with its average; the first term of a school year names the year."""
    year = None
    for term in terms:
        says = language.translate_plural(
            "{term}: {letter} on average over {number} course",
            "{term}: {letter} on average over {number} courses",
            term.count,
            term=term.name,
            letter=letter(term.average),
        )
        yield RecordColumn(term.average, says, term.term, "" if term.year == year else term.year)
        year = term.year
