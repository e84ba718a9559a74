"""Checks that attendance keeps coming, from the district and from each school."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.quality.check_codes import DISTRICT_LATE, DISTRICT_SILENT, SCHOOL_LATE, Finding, month_of
from features.quality.current_records import check_day, known_rows, rows_of
from features.quality.monthly_figures import Month, Months
from features.warehouse.reader import Reader

EXPECTED = 20
"""Absences to be expected in a silent stretch before it is told: so many are not missing by chance."""
LEAST_ENROLLED = 10
"""Students that a school must have to be expected to send attendance."""
LEAST_DAYS = 5
"""School days that a month must have before the share with attendance taken is checked."""

SchoolDays = Mapping[str, Sequence[date]]
"""Each school's days of instruction up to today, in order."""


def school_days(reader: Reader, today: date) -> dict[str, list[date]]:
    """Each school's days of instruction up to today, in order."""
    found: dict[str, list[date]] = {}
    for school_id, day in rows_of(reader, school_days_script(), today):
        if isinstance(day, date):
            found.setdefault(str(school_id), []).append(day)
    return found


@cached_script
def school_days_script() -> Script:
    """DuckDB's SQL for each school's days of instruction up to the day of the check."""
    calendar = known_rows("calendar_days")
    calendar = calendar.filter(calendar.in_session & (calendar.date <= check_day()))
    return compile_script(calendar.select("school_id", "date").distinct().order_by("date"))


@dataclass(frozen=True)
class LatestAttendance:
    """The last day with attendance taken and the latest absence, of a school or the district.

    `enrolled` is the latest figure, `expected` how many absences a school day usually brings.
    """

    taken: date
    absence: date
    enrolled: int
    expected: float

    def until(self, days: Sequence[date]) -> date:
        """The last day with attendance; where expected absences are missing, days marked as taken do not count."""
        silent = days_after(days, self.absence)
        return min(self.taken, self.absence) if silent * self.expected >= EXPECTED else self.taken


def days_after(days: Sequence[date], day: date) -> int:
    """How many of these days, which are in order, lie after one."""
    return len(days) - bisect_right(days, day)


def latest_attendance(months: Sequence[Month], rate: float) -> LatestAttendance:
    """The latest attendance in a school's months, at a rate of absences per student-day."""
    taken = max((m.taken_until for m in months if m.taken_until), default=date.min)
    absence = max((m.latest_absence for m in months if m.latest_absence), default=date.min)
    enrolled = months[-1].enrolled
    return LatestAttendance(taken, absence, enrolled, enrolled * rate)


def attendance_gap_findings(months: Months, days: SchoolDays, school_year: int) -> Iterator[Finding]:
    """CHECK06 to CHECK09."""
    by_school: dict[str, list[Month]] = {}
    for month in months.values():
        by_school.setdefault(month.school_id, []).append(month)
    student_days = sum(month.student_days for month in months.values())
    rate = sum(month.absences for month in months.values()) / max(student_days, 1)
    sent = {
        school: latest_attendance(its, rate) for school, its in by_school.items() if its[-1].school_year == school_year
    }
    yield from district_findings(sent, days)
    yield from school_findings(sent, days)
    yield from month_gap_findings(months, sent)


def district_findings(sent: Mapping[str, LatestAttendance], days: SchoolDays) -> Iterator[Finding]:
    """CHECK06 and CHECK07."""
    if not sent:
        return
    everywhere = sorted({day for school in sent for day in days[school]})
    whole = LatestAttendance(
        max(one.taken for one in sent.values()),
        max(one.absence for one in sent.values()),
        sum(one.enrolled for one in sent.values()),
        sum(one.expected for one in sent.values()),
    )
    until = whole.until(everywhere)
    late = days_after(everywhere, until)
    if late >= DISTRICT_LATE:
        code = "CHECK06" if late >= DISTRICT_SILENT else "CHECK07"
        hint = "load what has come since; to look at old records, set `today` in ontrack.toml to a day of their time"
        yield Finding(code, f"no school has sent attendance {since_words(until)}, for {late} school days: {hint}")


def school_findings(sent: Mapping[str, LatestAttendance], days: SchoolDays) -> Iterator[Finding]:
    """CHECK08, up to the day until which any school sent."""
    latest = max((one.until(days[school]) for school, one in sent.items()), default=date.min)
    for school, one in sent.items():
        its = days[school][: bisect_right(days[school], latest)]
        until = one.until(its)
        late = days_after(its, until)
        if late >= SCHOOL_LATE and one.enrolled >= LEAST_ENROLLED:
            silent = f"no attendance {since_words(until)}, for {late} school days on which others sent theirs"
            yield Finding("CHECK08", f"school {school}: {silent}", school, month_of(latest))


def month_gap_findings(months: Months, sent: Mapping[str, LatestAttendance]) -> Iterator[Finding]:
    """CHECK09, in months before the last day on which a school took attendance."""
    for month in months.values():
        over = month.school_id not in sent or month.last_day <= sent[month.school_id].taken
        few = 2 * month.days_taken < month.days
        if over and few and month.days >= LEAST_DAYS and month.enrolled >= LEAST_ENROLLED:
            name = month_of(month.month)
            says = f"school {month.school_id}, {name}: attendance taken on {month.days_taken} of {month.days} days"
            yield Finding("CHECK09", says, month.school_id, name)


def since_words(day: date) -> str:
    """Since when, in words."""
    return "ever" if day == date.min else f"since {day}"
