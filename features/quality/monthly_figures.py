"""What the records say of each school and month. Everything is counted in the warehouse; no student leaves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from features.engine.attendance_events import events_by_policies, of_schools_at_once
from features.engine.attendance_submission import with_attendance_taken
from features.engine.compilation import compile_script
from features.engine.concurrent_enrollments import (
    one_school_a_date,
    planned_ends,
    shared_segments,
    with_rows_that_go_on,
    with_shared_years,
)
from features.engine.own_days import own_track, with_own_tracks
from features.engine.record_columns import WHOLE_DAY
from features.engine.script_cache import cached_script
from features.engine.section_periods import periods_on_days
from features.engine.sql_script import Script
from features.engine.view_policies import ViewPolicies
from features.quality.current_records import check_day, known_rows, records_of
from features.warehouse.reader import Reader


@dataclass(frozen=True)
class Month:
    """A school's figures of one month up to today.

    `enrolled` is on the month's last school day. `student_days` are those of enrolled students on days on which
    attendance was taken, `absent_hundredths` what of them was missed, `absences` every exception on record. Where short
    days count by their share, they are shorter than whole ones by `short_hundredths`.
    """

    school_id: str
    month: date
    school_year: int
    enrolled: int
    days: int
    days_taken: int
    student_days: int
    last_day: date
    taken_until: date | None
    absences: int
    absent_hundredths: int
    latest_absence: date | None
    incidents: int
    short_hundredths: int = 0

    @property
    def absence_rate(self) -> float | None:
        """Days missed over days enrolled (0-1); None where attendance was taken on none."""
        expected = WHOLE_DAY * self.student_days - self.short_hundredths
        return self.absent_hundredths / expected if expected else None


Months = Mapping[tuple[str, date], Month]
"""Figures by school and the first day of the month."""


def months_of(reader: Reader, today: date) -> dict[tuple[str, date], Month]:
    """The figures of every school and month that has a school day up to today."""
    months = records_of(reader, figures_script(reader.policies()), Month, today)
    return {(month.school_id, month.month): month for month in months}


def year_before(month: date) -> date:
    """The same month a year before."""
    return month.replace(year=month.year - 1)


def year_after(month: date) -> date:
    """The same month a year later."""
    return month.replace(year=month.year + 1)


@cached_script
def figures_script(policies: ViewPolicies) -> Script:
    """DuckDB's SQL for `Month`, a row a school and month."""
    return compile_script(figures(policies).order_by("school_id", "month"))


def figures(policies: ViewPolicies) -> ir.Table:
    """One row a school and month, as in `Month`."""
    calendar, key = calendar_months(policies), ["school_id", "month"]
    absences, incidents = absence_months(policies), incident_months()
    joined = calendar.left_join(absences, key).left_join(incidents, key)
    return joined.select(
        calendar,
        absences=ibis.coalesce(absences.absences, 0),
        absent_hundredths=ibis.coalesce(absences.absent_hundredths, 0),
        latest_absence=absences.latest_absence,
        incidents=ibis.coalesce(incidents.incidents, 0),
    )


def calendar_months(policies: ViewPolicies) -> ir.Table:
    """School days and enrollment per school and month: each track by itself, then all of them."""
    days = enrolled_days(policies).filter(ibis._.in_session)
    taken = days.attendance_taken
    tracks = days.group_by(["school_id", "track", month_start(days)]).aggregate(
        school_year=days.school_year.max(),
        enrolled=days.enrolled.argmax(days.date),
        days=days.count(),
        days_taken=taken.cast("int64").sum(),
        student_days=ibis.coalesce(days.enrolled.sum(where=taken), 0),
        short_hundredths=ibis.coalesce((days.enrolled * (WHOLE_DAY - days.day_hundredths)).sum(where=taken), 0),
        last_day=days.date.max(),
        taken_until=days.date.max(where=taken),
    )
    return tracks.group_by(["school_id", "month"]).aggregate(
        school_year=tracks.school_year.max(),
        enrolled=tracks.enrolled.sum(),
        days=tracks.days.max(),
        days_taken=tracks.days_taken.max(),
        student_days=tracks.student_days.sum(),
        short_hundredths=tracks.short_hundredths.sum(),
        last_day=tracks.last_day.max(),
        taken_until=tracks.taken_until.max(),
    )


def month_start(rows: ir.Table) -> ir.DateColumn:
    """The first day of a row's month."""
    return rows.date.truncate("M").cast("date").name("month")


def enrolled_days(policies: ViewPolicies) -> ir.Table:
    """Each calendar day up to today with how many students were enrolled, by adding up entries and exits."""
    calendar, key = calendar_of(policies), ["school_id", "track", "school_year", "date"]
    calendar = calendar.filter(calendar.date <= check_day())
    days = calendar.select(
        *key,
        "in_session",
        "attendance_taken",
        change=ibis.literal(0, "int64"),
        day_hundredths=share_of_day(calendar, policies),
    )
    off = ibis.literal(False)
    moves = enrollment_moves(policies).mutate(in_session=off, attendance_taken=off, day_hundredths=ibis.null("int64"))
    both = days.union(moves.select(*days.columns))
    dated = both.group_by(key).aggregate(
        in_session=both.in_session.any(),
        attendance_taken=both.attendance_taken.any(),
        change=both.change.sum(),
        day_hundredths=both.day_hundredths.max(),
    )
    running = dated.change.sum().over(group_by=key[:-1], order_by="date", rows=(None, 0))
    return dated.mutate(enrolled=running.cast("int64"))


def share_of_day(calendar: ir.Table, policies: ViewPolicies) -> ir.IntegerValue:
    """How much of a whole day each calendar day is, in hundredths."""
    whole = ibis.literal(WHOLE_DAY, "int64")
    return ibis.coalesce(calendar.day_hundredths, whole) if policies.short_days else whole


def calendar_of(policies: ViewPolicies) -> ir.Table:
    """The calendar, with days that it leaves open decided by what schools sent, and tracks of part-time students."""
    calendar = known_rows("calendar_days")
    if policies.last_event_decides:
        sent = [known_rows(name).select("school_id", "date") for name in ("attendance", "attendance_submissions")]
        calendar = with_attendance_taken(calendar, *(days.filter(days.date <= check_day()) for days in sent))
    return with_own_tracks(calendar, known_rows("enrollments")) if policies.part_time else calendar


def enrollment_moves(policies: ViewPolicies) -> ir.Table:
    """How many students came on a day, and how many were gone, per school, track and school year."""
    spells, key = spells_of(policies), ["school_id", "track", "school_year", "date"]
    came = spells.mutate(date=spells.entry_date)
    gone = spells.filter(spells.ends.notnull()).mutate(date=(spells.ends + ibis.interval(days=1)).cast("date"))
    return (
        came.group_by(key)
        .aggregate(change=came.count())
        .union(gone.group_by(key).aggregate(change=-gone.count()))
        .select(*key, "change")
    )


def spells_of(policies: ViewPolicies) -> ir.Table:
    """Spells of enrollment with `ends`, as the engine sees them: one ends where the next at its school begins.

    Where spells of a student share days, only those parts on which their school is the one that counts.
    """
    ended = ended_spells(policies)
    return ended if not policies.has_overlaps else one_school_a_date(*shared_parts(ended, policies))


def ended_spells(policies: ViewPolicies) -> ir.Table:
    """Spells that began by today with `ends`, empty while they go on."""
    spells = known_rows("enrollments")
    spells = own_track(spells) if policies.part_time else spells
    if policies.has_overlaps and policies.has_nested_rows and policies.earlier_row == "goes_on":
        spells = with_rows_that_go_on(spells)
    spells = spells.filter(spells.entry_date <= check_day())
    again = spells.entry_date.lead().over(group_by=["student_key", "school_id"], order_by="entry_date")
    before = (again - ibis.interval(days=1)).cast("date")
    return spells.mutate(ends=ibis.least(spells.exit_date, before))


def shared_parts(spells: ir.Table, policies: ViewPolicies) -> tuple[ir.Table, ir.Table]:
    """Spells that all have an end, and the parts of school years in which the same ones run."""
    closed = spells.mutate(
        planned=planned_ends(spells), ends=spells.ends.fill_null(ibis.date(spells.school_year.cast("int32"), 12, 31))
    )
    shared = with_shared_years(closed)
    return shared, shared_segments(shared, policies.concurrent)


def absences_that_count(policies: ViewPolicies) -> ir.Table:
    """Exceptions up to today; where a student is at several schools, those of the school that counts, or all shared."""
    rows = known_rows("attendance")
    rows = rows.filter(rows.date <= check_day())
    met = periods_on_days(rows, known_rows("section_enrollments")).view() if policies.has_sections else None
    rows = events_by_policies(rows, ended_spells(policies), policies, met)
    if not policies.has_overlaps:
        return rows
    _, parts = shared_parts(ended_spells(policies), policies)
    within = ["student_key", "school_id", rows.date >= parts.day, rows.date <= parts.until]
    if policies.concurrent != "shares":
        return rows.anti_join(parts.filter(parts.place > 0), within)
    of_part = rows.left_join(parts.filter(parts.schools > 1), within)
    return of_schools_at_once(of_part.select(rows, schools=ibis.coalesce(of_part.schools, 1)))


def absence_months(policies: ViewPolicies) -> ir.Table:
    """Exceptions per school and month; what was missed counts on days on which attendance was taken.

    No student misses more than a day on one.
    """
    rows = absences_that_count(policies)
    missed, day = hundredths_missed(rows), ["school_id", "date"]
    by_day = rows.group_by(day).aggregate(absences=rows.count())
    hundredths = ibis.coalesce(missed.missed, 0)
    by_day = by_day.left_join(missed, day).select(by_day, absent_hundredths=hundredths)
    calendar = calendar_of(policies)
    calendar = calendar.mutate(share=share_of_day(calendar, policies))
    calendar = calendar.filter(calendar.in_session & calendar.attendance_taken)
    taken = calendar.group_by("school_id", "date").aggregate(share=calendar.share.max())
    placed = by_day.left_join(taken, ["school_id", "date"]).select(by_day, taken.share, taken=taken.date.notnull())
    return placed.group_by(["school_id", month_start(placed)]).aggregate(
        absences=placed.absences.sum(),
        absent_hundredths=(placed.absent_hundredths * placed.share // WHOLE_DAY).sum(where=placed.taken),
        latest_absence=placed.date.max(),
    )


def hundredths_missed(rows: ir.Table) -> ir.Table:
    """What was `missed` at each school on each day; of a day every student's own events add up to a day at most.

    Who came late and missed nothing, which a quarter of all events say, is not put together with anything.
    """
    day = ["school_id", "date"]
    absent = rows.filter(rows.absent_hundredths > 0)
    each = absent.group_by(["student_key", *day]).aggregate(missed=ibis.least(absent.absent_hundredths.sum(), 100))
    return each.group_by(day).aggregate(missed=each.missed.sum())


def incident_months() -> ir.Table:
    """Incidents per school and month; one that involves several students counts once."""
    rows = known_rows("incidents")
    rows = rows.filter(rows.date <= check_day())
    return rows.group_by(["school_id", month_start(rows)]).aggregate(incidents=rows.incident_id.nunique())
