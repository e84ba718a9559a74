"""A student's days missed so far beside what is usual in the grade at the school."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from presentation.charts.marks import Chart
from presentation.charts.range_chart import RangeColumn, range_chart
from presentation.charts.record_chart import ChartWords
from serving.pages.record_tables import RecordTable
from serving.store.cell_types import JsonRow
from serving.store.rows import RunRow, StudentRow
from serving.store.statements import rows_of, statement
from serving.store.total_rows import SchoolRangeRow
from serving.wording.locale import Language, msgid

MEASURE = "days_missed"
WEEKDAYS = timedelta(days=4)
"""From a Monday to the last weekday of its week."""
LEAST_TOP = 5.0
"""The lowest top of the chart, in days."""
AT_SCHOOL = msgid(
    "Days missed so far: {own}. For half of the students in grade {grade} at this school it is {low} to {high}."
)
IN_DISTRICT = msgid(
    "Days missed so far: {own}. For half of the students in grade {grade} of the district it is {low} to {high}."
)


class UsualRange(NamedTuple):
    """What is usual to the end of a month, in hundredths of a day; of the district where `school_id` is empty."""

    period: str
    school_id: str
    low: int
    high: int


@dataclass(frozen=True)
class TypicalRange:
    """The newest month in a sentence; all months as a chart with its table."""

    sentence: str
    chart: Chart | None
    table: RecordTable


def typical_range(
    session: Session, student: StudentRow, run: RunRow, weeks: Sequence[JsonRow], language: Language
) -> TypicalRange | None:
    """What is usual beside a student's weeks of attendance.

    None where too few students are behind a range, and for who came later: fewer days may have been missed then.
    """
    ranges = usual_ranges(session, student, run)
    own = missed_by_month(weeks)
    months = sorted(set(own) & set(ranges))
    if not months or min(own) > min(ranges):
        return None
    newest = ranges[months[-1]]
    words = AT_SCHOOL if newest.school_id else IN_DISTRICT
    columns = [range_column(language, month, own[month], ranges[month]) for month in months]
    ends = last_days(run.weeks or [], run.data_through)
    return TypicalRange(
        sentence=language.translate(
            words, own=own[months[-1]], grade=student.grade_level, low=newest.low / 100, high=newest.high / 100
        ),
        chart=usual_chart(language, columns) if len(columns) > 1 else None,
        table=RecordTable(
            (
                language.translate("Through"),
                language.translate("This student"),
                language.translate("Half of the grade"),
            ),
            tuple(
                (
                    language.day_of_year(ends[month]),
                    language.amount(one.value),
                    f"{language.amount(one.low)}–{language.amount(one.high)}",
                )
                for month, one in zip(months, columns, strict=True)
            ),
        ),
    )


def usual_ranges(session: Session, student: StudentRow, run: RunRow) -> dict[str, UsualRange]:
    """By month what is usual in the student's grade: at the school, or in the district where that is not told."""
    places = [student.school_id, ""]
    asked = select_ranges(run.district_id, run.list_id, student.grade_level, places)
    rows = [UsualRange(*row) for row in rows_of(session, asked)]
    own = {row.period: row for row in rows if row.school_id}
    return own or {row.period: row for row in rows}


@statement
def select_ranges(district_id: str, list_id: str | None, grade: int, schools: list[str]) -> Select[str, str, int, int]:
    """The query for them."""
    columns = (SchoolRangeRow.period, SchoolRangeRow.school_id, SchoolRangeRow.low, SchoolRangeRow.high)
    return select(*columns).where(
        SchoolRangeRow.district_id == district_id,
        SchoolRangeRow.list_id == list_id,
        SchoolRangeRow.measure == MEASURE,
        SchoolRangeRow.grade == grade,
        SchoolRangeRow.school_id.in_(schools),
    )


def missed_by_month(weeks: Sequence[JsonRow]) -> dict[str, float]:
    """Days missed from the begin of the year to the end of each month; a week counts to the month of its Monday."""
    total, found = 0.0, {}
    for week in sorted(weeks, key=lambda one: str(one["week"])):
        total += float(week["missed"] or 0) / 100
        found[str(week["week"])[:7]] = total
    return found


def last_days(weeks: Sequence[str], newest: date) -> dict[str, date]:
    """By month the last day that is counted in it: a week is counted whole, with the month in which it begins.

    So a September absence may be counted beside the grade's August: the day says so. `newest` is that of the records.
    """
    return {week[:7]: min(date.fromisoformat(week) + WEEKDAYS, newest) for week in sorted(weeks)}


def range_column(language: Language, month: str, own: float, usual: UsualRange) -> RangeColumn:
    """A month in the chart."""
    label = language.month(date.fromisoformat(f"{month}-01"))
    low, high = usual.low / 100, usual.high / 100
    says = language.translate(
        "Through the last week of {month}: {own} days missed; half of the grade {low} to {high}",
        month=label, own=own, low=low, high=high,
    )  # fmt: skip
    return RangeColumn(own, low, high, says, label)


def usual_chart(language: Language, columns: Sequence[RangeColumn]) -> Chart:
    """The chart of all months."""
    words = ChartWords(
        "usual-chart",
        language.translate("Days missed so far, beside half of the grade"),
        language.translate(
            "The line is this student, a bar is half of the grade. The table below has the same numbers."
        ),
    )
    most = max(LEAST_TOP, *(max(one.value, one.high) for one in columns)) * 1.05
    step = next(step for step in (1, 2, 5, 10, 25, 50, 100) if most / step <= 5 or step == 100)
    levels = tuple((float(level), str(level)) for level in range(0, int(most) + 1, step))
    return range_chart(columns, levels, words, most=most)
