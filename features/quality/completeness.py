"""Checks that tables and calendars are there, and that no row waits in quarantine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import school_year_of
from features.ingest.findings import counted
from features.policies.record_policies import changed_policies
from features.quality.check_codes import CALENDAR_GAP, WITHOUT_CALENDAR, Finding
from features.quality.current_records import check_day, known_rows, records_of, rows_of
from features.settings import District
from features.sources.combination import owned_tables
from features.tables import TABLES
from features.warehouse.reader import Reader
from features.warehouse.unlisted_students import unlisted_reasons

ESSENTIAL = ("schools", "calendar_days", "students", "enrollments", "attendance", "marks")
"""Tables without which no score can be made."""


def table_findings(reader: Reader, district: District, today: date) -> Iterator[Finding]:
    """CHECK01 and CHECK02."""
    for name, table in TABLES.items():
        if not table.from_source or name in reader.never_here or rows_of(reader, any_row_script(name), today):
            continue
        if name in ESSENTIAL:
            yield Finding("CHECK01", f"{name} has no current record known by {today}: load it")
        elif not table.optional and not never_sent(district, name):
            yield Finding("CHECK02", f'{name} has no current record: load it, or say `sent = "never"` for it')


def never_sent(district: District, name: str) -> bool:
    """Whether the district says that it has no such table, or none of its sources can give it."""
    owned = owned_tables(district.read_from).values()
    said = name in district.files and district.files[name].sent == "never"
    return said or not any(name in tables for tables in owned)


def quarantine_findings(reader: Reader, today: date) -> Iterator[Finding]:
    """CHECK19, a finding for each table and rule."""
    for name, rule, n in rows_of(reader, quarantine_script(), today):
        yield Finding("CHECK19", f"{name}: {counted(int(str(n)), 'row')} in quarantine by {rule}")


def unlisted_findings(reader: Reader, today: date) -> Iterator[Finding]:
    """CHECK20, a finding for each reason."""
    for reason in unlisted_reasons(reader, today):
        yield Finding("CHECK20", f"{counted(reason.students, 'student')} enrolled today in no list, {reason.why}")


def policy_findings(reader: Reader, district: District) -> Iterator[Finding]:
    """CHECK22, where policies were changed since the newest load."""
    changed = changed_policies(reader.declared_policies(), district.policies.declared)
    if changed:
        yield Finding("CHECK22", f"{'; '.join(changed)}: load the files again, then train again")


@cached_script
def any_row_script(name: str) -> Script:
    """DuckDB's SQL for one current row of a table."""
    return compile_script(known_rows(name).limit(1))


@cached_script
def quarantine_script() -> Script:
    """DuckDB's SQL for the rows in quarantine by table and rule."""
    rows = known_rows("quarantine")
    counted = rows.group_by(["table_name", "rule"]).aggregate(n=rows.count()).order_by("table_name", "rule")
    return compile_script(counted)


@dataclass(frozen=True)
class YearSpan:
    """The school days of a school year over all schools, later ones included."""

    school_year: int
    first: date
    last: date


@dataclass(frozen=True)
class WithoutCalendar:
    """Students of a school year, those enrolled today, and how many of either are in schools without a calendar."""

    school_year: int
    students: int
    lost: int
    now: int
    now_lost: int


def spans_of(reader: Reader, today: date) -> list[YearSpan]:
    """Every school year on the calendar."""
    return records_of(reader, spans_script(), YearSpan, today)


@cached_script
def spans_script() -> Script:
    """DuckDB's SQL for `YearSpan`, a row a school year."""
    days = known_rows("calendar_days")
    days = days.filter(days.in_session)
    return compile_script(days.group_by("school_year").aggregate(first=days.date.min(), last=days.date.max()))


def running_year(spans: list[YearSpan], today: date) -> int | None:
    """The school year of today; None before the first school day."""
    return school_year_of([(span.school_year, span.first) for span in spans], today)


def calendar_findings(reader: Reader, spans: list[YearSpan], today: date) -> Iterator[Finding]:
    """CHECK03 to CHECK05."""
    last = max((span.last for span in spans), default=None)
    if last is None or running_year(spans, today) is None:
        yield Finding("CHECK03", f"no school day is on the calendar by {today}: load calendar_days")
    elif last + timedelta(days=CALENDAR_GAP) < today:
        hint = "load this year's, or set `today` in ontrack.toml to a day of the records' time"
        yield Finding("CHECK03", f"the calendar ended on {last}, {(today - last).days} days before {today}: {hint}")
    script = without_calendar_script(any_track=reader.policies().any_track)
    placed = {one.school_year: one for one in records_of(reader, script, WithoutCalendar, today)}
    yield from without_calendar_today(placed)
    yield from without_calendar_before(placed, {span.school_year for span in spans})


@cached_script
def without_calendar_script(*, any_track: bool) -> Script:
    """DuckDB's SQL for `WithoutCalendar`, a row a school year; with `any_track` a school's calendar is any track's."""
    spells, days, today = known_rows("enrollments"), known_rows("calendar_days"), check_day()
    key = ["school_id", "school_year"] if any_track else ["school_id", "track", "school_year"]
    spells = spells.filter(spells.entry_date <= today)
    calendars = days.filter(days.in_session).select(*key).distinct()
    both = spells.left_join(calendars, key).select(spells, lost=calendars.school_id.isnull())
    here = ibis.coalesce(both.exit_date, today) >= today
    placed = both.group_by("school_year").aggregate(
        students=both.student_key.nunique(),
        lost=both.student_key.nunique(where=both.lost),
        now=both.student_key.nunique(where=here),
        now_lost=both.student_key.nunique(where=here & both.lost),
    )
    return compile_script(placed)


def without_calendar_today(placed: Mapping[int, WithoutCalendar]) -> Iterator[Finding]:
    """CHECK04, or CHECK05 for a few, of the latest year in which anybody is enrolled."""
    if not placed:
        return
    latest = placed[max(placed)]
    if latest.now_lost:
        code = "CHECK04" if latest.now_lost > WITHOUT_CALENDAR * latest.now else "CHECK05"
        where = f"in schools or tracks without a calendar for {latest.school_year}"
        yield Finding(code, f"{latest.now_lost:,} of {latest.now:,} students enrolled today are {where}: load it")


def without_calendar_before(placed: Mapping[int, WithoutCalendar], with_calendar: set[int]) -> Iterator[Finding]:
    """CHECK05 for earlier years that have a calendar; nothing else reads a year without one."""
    for year, one in placed.items():
        if year < max(placed) and year in with_calendar and one.lost > WITHOUT_CALENDAR * one.students:
            where = f"were in schools or tracks without a calendar in {year}"
            yield Finding("CHECK05", f"{one.lost:,} of {one.students:,} students {where}: their absences do not count")
