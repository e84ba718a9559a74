"""Calendars of schools: which days count, and when the marking term of the as-of date began."""

from dataclasses import replace

import ibis
import ibis.expr.types as ir

from features.engine.known_records import KnownRecords
from features.engine.own_days import own_track, with_own_tracks
from features.engine.parameters import day_parameter
from features.engine.record_columns import WHOLE_DAY
from features.engine.school_terms import term_starts, with_series
from features.engine.terms_and_marks import MARKING_TERMS


class CalendarDays(KnownRecords):
    """Calendar days, numbered where attendance was taken, and the tracks of students with days of their own."""

    def calendar(self) -> ir.Table:
        """Calendar days of `days_counted`, once."""
        return self.kept("calendar", self.days_counted)

    def days_counted(self) -> ir.Table:
        """Calendar days up to the last day that counts; `day` counts the days on which attendance was taken.

        `in_term` are those since the marking term of the as-of date began.
        """
        days = self.calendar_rows()
        days = days.filter(days.date <= self.last_day_in(days))
        counted = days.in_session & days.attendance_taken
        running = counted.cast("int64").sum().over(
            group_by=["school_id", "track", "school_year"], order_by="date", rows=(None, 0)
        )  # fmt: skip
        in_term = ibis.coalesce(days.date >= self.term_start_in(days), False)
        columns = {"counted": counted, "day": running, "in_term": in_term}
        if self.shape.policies.short_days:
            columns["day_hundredths"] = ibis.coalesce(days.day_hundredths, WHOLE_DAY)
        return days.select("school_id", "track", "school_year", "date", **columns)

    def term_start_in(self, rows: ir.Table) -> ir.DateValue:
        """The first day of the marking term of some rows' as-of date, at their school where schools differ."""
        return rows.term_from if self.has_own_starts else self.term_start()

    @property
    def has_own_starts(self) -> bool:
        """Whether the marking term may have begun on another day at another school."""
        return self.shape.policies.has_school_terms and not self.shape.has_term_from

    def with_own_starts(self, rows: ir.Table) -> ir.Table:
        """Rows of a series with `term_from`, the first day of its marking term, where schools differ."""
        if not self.has_own_starts:
            return rows
        starts = self.kept("term_starts_of_schools", self.term_starts_of_schools)
        return rows.left_join(starts, "series").select(rows, starts.term_from)

    def term_starts_of_schools(self) -> ir.Table:
        """The first day of the marking term that began last, by series."""
        return term_starts(self.terms_begun())

    def term_start(self) -> ir.Scalar:
        """The first day of the marking term that began last, missing where none did this school year."""
        if self.shape.has_term_from:
            return day_parameter(self.shape.named("term_from"))
        return self.terms_begun().start_date.max().as_scalar()

    def terms_begun(self) -> ir.Table:
        """The marking terms of the school year that began by the as-of date."""
        terms = self.rows("terms")
        marking = terms.kind.isin(MARKING_TERMS) & (terms.school_year == self.school_year)
        return terms.filter(marking & (terms.start_date <= self.as_of))

    def calendar_rows(self) -> ir.Table:
        """The calendar, with a track of its own for students who are expected on some weekdays only."""
        calendar = self.rows("calendar_days")
        if self.has_own_starts:
            calendar = self.with_own_starts(with_series(calendar, self.rows("school_terms")))
        if not self.shape.policies.part_time:
            return calendar
        return with_own_tracks(calendar, replace(self, members=None).as_read("enrollments"))

    def enrollment_rows(self) -> ir.Table:
        """Enrollments, on a track of their own where the student is expected on some weekdays only."""
        enrollments = self.rows("enrollments")
        return own_track(enrollments) if self.shape.policies.part_time else enrollments
