"""School days of students, and records placed on them: how many days ago each was."""

from collections.abc import Callable
from functools import partial

import ibis
import ibis.expr.types as ir

from features.engine.attendance_events import events_by_policies, of_schools_at_once
from features.engine.calendar_days import CalendarDays
from features.engine.concurrent_enrollments import (
    ASKED,
    marked_years,
    one_school_a_date,
    planned_ends,
    shared_segments,
    with_rows_that_go_on,
)
from features.engine.known_records import without_bookkeeping
from features.engine.record_columns import WHOLE_DAY, once_a_day, with_cuts, with_edge_of_week, with_runs
from features.engine.section_periods import periods_on_days
from features.engine.short_days import of_short_days
from features.engine.transferred_records import is_elsewhere, of_this_district


class DatedRecords(CalendarDays):
    """Spells of enrollment, and dated records counted in school days."""

    def spells(self) -> ir.Table:
        """Spells of enrollment with their school days.

        A spell ends where the next one at the same school begins, and goes on after it where that one ended within it;
        one without an exit date ends with its school year. `days` is the school days in the spell, `last_day` the
        calendar's number of its latest one, and `later` the student's school days in later spells of the same year.
        """
        return self.kept("spells", self.spells_with_days)

    def spells_with_days(self) -> ir.Table:
        """Spells of enrollment, as `spells` says."""
        shares = ["shares_days"] if self.shape.policies.has_overlaps else []
        enrollment = (
            one_school_a_date(self.shared_spells(), self.segments()) if shares else self.spells_until(self.last_day_in)
        )
        spans = self.spans(enrollment)
        keys = ["school_id", "track", "school_year", "entry_date", "ends"]
        spells = enrollment.left_join(spans, keys).select(
            *[enrollment[c] for c in ("student_key", "grade_level", "exit_date", "exit_kind", *shares, *keys)],
            days=ibis.coalesce(spans.days, 0),
            term_days=ibis.coalesce(spans.term_days, 0),
            last_day=ibis.coalesce(spans.last_day, 0),
        )
        return with_days_of_year(spells)

    def spells_until(self, day_in: Callable[[ir.Table], ir.DateValue], enrollment: ir.Table | None = None) -> ir.Table:
        """Spells that began by a day, with when each `ends`; an exit after it has not happened.

        Those of all enrollments, or of some: whole years of students.
        """
        enrollment = self.spells_entered(self.enrollment_rows() if enrollment is None else enrollment)
        enrollment = enrollment.filter(enrollment.entry_date <= day_in(enrollment))
        again = enrollment.entry_date.lead().over(group_by=["student_key", "school_id"], order_by="entry_date")
        before = (again - ibis.interval(days=1)).cast("date")
        return self.ended_spells(enrollment, day_in(enrollment), before)

    def ended_spells(self, enrollment: ir.Table, last_day: ir.DateValue, *before: ir.DateValue) -> ir.Table:
        """Spells with when each `ends`: with its exit, or `before` another begins, or on the last day."""
        ends = ibis.least(*(ibis.coalesce(end, last_day) for end in (enrollment.exit_date, *before)), last_day)
        ended = enrollment.exit_date <= last_day
        more = {"planned": planned_ends(enrollment)} if self.shape.policies.has_overlaps else {}
        return enrollment.mutate(
            **more,
            ends=ends,
            exit_date=ibis.ifelse(ended, enrollment.exit_date, ibis.null("date")),
            exit_kind=ibis.ifelse(ended, enrollment.exit_kind, ibis.null("string")),
        )

    def spells_entered(self, enrollment: ir.Table) -> ir.Table:
        """Enrollments, each again where it goes on after a later one at its school."""
        policies = self.shape.policies
        nested = policies.has_overlaps and policies.has_nested_rows
        goes_on = nested and policies.earlier_row == "goes_on"
        return with_rows_that_go_on(enrollment) if goes_on else enrollment

    def shared_spells(self) -> ir.Table:
        """Spells up to the last day, and whether they share days with others of the student and school year."""
        return self.kept("shared_spells", self.spells_shared)

    def spells_shared(self) -> ir.Table:
        """Spells, as `shared_spells` says."""
        rows = self.enrollment_rows().select(*ASKED)
        return marked_years(self.spells_until(self.last_day_in, rows))

    def segments(self) -> ir.Table:
        """Parts of school years in which the same spells of a student run, where some share days."""
        return self.kept("segments", self.segments_shared)

    def segments_shared(self) -> ir.Table:
        """Parts of school years, as `segments` says."""
        return shared_segments(self.shared_spells(), self.shape.policies.concurrent)

    def spells_with_records(self, name: str) -> ir.Table:
        """Spells within which records of a table are placed: by `school_id` and the days of the spell.

        Where spells share days, `at_school` is the school that counts, and `schools` at how many the student was.
        An absence counts at that school alone, or its share at each; anything else counts wherever it happened.
        """
        if self.counts_wherever(name):
            return self.kept("spells_with_records", self.segments_on_school_days)
        return self.spells()

    def counts_wherever(self, name: str) -> bool:
        """Whether records of a table count at a school that is not the one that counts on their day."""
        policies = self.shape.policies
        return policies.has_overlaps and (name != "attendance" or policies.concurrent == "shares")

    def segments_on_school_days(self) -> ir.Table:
        """Each part of a spell that shares days, on the school days of the school that counts then; other spells."""
        spells, parts = self.spells(), self.segments()
        own = ["track", "school_year", "last_day", "later", "total"]
        within = [
            parts.student_key == spells.student_key,
            parts.school_year == spells.school_year,
            parts.day >= spells.entry_date,
            parts.day <= spells.ends,
        ]
        shared = parts.inner_join(spells, within).select(
            parts.student_key, parts.school_id, *[spells[name] for name in own],
            entry_date=parts.day, ends=parts.until, at_school=spells.school_id, schools=parts.schools,
        )  # fmt: skip
        alone = spells.filter(~spells.shares_days)
        alone = alone.mutate(at_school=alone.school_id, schools=ibis.literal(1, "int64"))
        return shared.union(alone.select(*shared.columns))

    def spans(self, enrollment: ir.Table) -> ir.Table:
        """School days of each distinct span: students share few, so the calendar is joined to those."""
        keys = ["school_id", "track", "school_year", "entry_date", "ends"]
        spans = enrollment.select(*keys).distinct()
        within = self.days_within(spans, *keys)
        return within.group_by(keys).aggregate(
            days=within.count(), term_days=within.in_term.cast("int64").sum(), last_day=within.day.max()
        )

    def days_within(self, spans: ir.Table, *kept: str) -> ir.Table:
        """Each day on which attendance was taken in each span, with these of its columns: `date`, `day`, `in_term`."""
        calendar = self.calendar().filter(ibis._.counted)
        within = [
            spans.school_id == calendar.school_id,
            spans.track == calendar.track,
            spans.school_year == calendar.school_year,
            calendar.date >= spans.entry_date,
            calendar.date <= spans.ends,
        ]
        return spans.inner_join(calendar, within).select(
            *[spans[name] for name in kept], calendar.date, calendar.day, calendar.in_term
        )

    def school_days(self) -> ir.Table:
        """School days per student and school year."""
        spells = self.spells()
        return spells.group_by(["student_key", "school_year"]).aggregate(
            days=spells.days.sum(), term_days=spells.term_days.sum()
        )

    def placed(self, name: str, *, years: int | None = None) -> ir.Table:
        """Dated records of so many years before this one, or of all, with `years_ago`, `days_ago` and `days_in`.

        These count the student's own school days of the year: back from the latest one, and on from the first.
        An absence on a day without attendance taken is left out: that day is unknown for everyone.
        """
        if name != "attendance":
            return self.records_placed(name, years)
        since = "ever" if years is None else years
        return self.kept(f"attendance_placed_{since}", partial(self.records_placed, name, years))

    def records_placed(self, name: str, years: int | None) -> ir.Table:
        """Dated records, as `placed` says."""
        records = without_bookkeeping(self.dated_rows(name))
        spells, calendar = self.spells_with_records(name), self.calendar()
        if years is not None:
            spells = spells.filter(spells.school_year >= self.school_year - years)
        shared = [spells[column] for column in ("at_school", "schools") if self.counts_wherever(name)]
        joined = records.inner_join(
            spells,
            [
                records.student_key == spells.student_key,
                records.school_id == spells.school_id,
                records.date >= spells.entry_date,
                records.date <= spells.ends,
            ],
        ).select(records, *shared, spells.track, spells.school_year, spells.last_day, spells.later, spells.total)
        at = ("at_school", "school_id") if shared else "school_id"
        short = [calendar.day_hundredths] if self.shape.policies.short_days else []
        dated = joined.left_join(calendar, [at, "track", "school_year", "date"]).select(
            joined,
            *short,
            years_ago=self.school_year - joined.school_year,
            days_ago=joined.later + joined.last_day - calendar.day,
            days_in=joined.total - 1 - (joined.later + joined.last_day - calendar.day),
            counted=ibis.coalesce(calendar.counted, False),
            in_term=ibis.coalesce(calendar.in_term, False),
        )
        if name != "attendance":
            return dated
        absences = dated.filter(dated.counted)
        if shared:
            absences = of_schools_at_once(absences)
        absences = once_a_day(absences)
        return with_edge_of_week(with_cuts(of_short_days(absences) if short else absences))

    def short_days(self, *, years: int | None = None) -> ir.Table:
        """Students' school days that are shorter than whole ones, placed as records are, with by how much."""
        calendar = self.calendar()
        days = calendar.filter(calendar.counted & (calendar.day_hundredths < WHOLE_DAY))
        spells = self.spells()
        if years is not None:
            spells = spells.filter(spells.school_year >= self.school_year - years)
        same = [spells.school_id == days.school_id, spells.track == days.track, spells.school_year == days.school_year]
        within = [*same, days.date >= spells.entry_date, days.date <= spells.ends]
        days_ago = spells.later + spells.last_day - days.day
        return spells.inner_join(days, within).select(
            spells.student_key, spells.school_id, spells.school_year, days.date, days.in_term,
            short_hundredths=WHOLE_DAY - days.day_hundredths, years_ago=self.school_year - spells.school_year,
            days_ago=days_ago, days_in=spells.total - 1 - days_ago,
        )  # fmt: skip

    def dated_rows(self, name: str) -> ir.Table:
        """Dated records, attendance as policies read it."""
        records = self.rows(name)
        if name != "attendance":
            return records
        if self.shape.has_transfers:
            own, others = of_this_district(records), records.filter(is_elsewhere(records))
            return self.events_read(own).select(*others.columns).union(others)
        return self.events_read(records)

    def events_read(self, records: ir.Table) -> ir.Table:
        """Events of attendance by the district's policies; those of others are read by theirs when they come."""
        policies, met = self.shape.policies, None
        if policies.has_sections:
            met = self.kept("periods_met", self.periods_met)
        return events_by_policies(records, self.spells_until(self.last_day_in), policies, met)

    def periods_met(self) -> ir.Table:
        """How many periods each student had on each day, by the sections that they are in."""
        return periods_on_days(self.rows("attendance"), without_bookkeeping(self.rows("section_enrollments")))

    def days_missed(self, *, years: int | None = None) -> ir.Table:
        """Absences of days that were missed as a whole, with the run of such days that each belongs to."""
        return with_runs(self.placed("attendance", years=years).filter(lambda absences: absences.missed))


def with_days_of_year(spells: ir.Table) -> ir.Table:
    """Spells with `total`, the student's school days of the year, and `later`, those in later spells of it.

    Few students have several in a year: only theirs are put in order.
    """
    year = ["student_key", "school_year"]
    of_year = spells.group_by(year).aggregate(total=spells.days.sum(), spells=spells.count()).view()
    joined = spells.inner_join(of_year, year).select(spells, of_year.total, of_year.spells)
    alone, several = (joined.filter(own).drop("spells") for own in (joined.spells == 1, joined.spells > 1))
    order = [ibis.desc("entry_date"), ibis.asc("school_id")]
    later = several.days.sum().over(group_by=year, order_by=order, rows=(None, -1))
    first = alone.mutate(later=ibis.literal(0, "int64"))
    return first.union(several.mutate(later=ibis.coalesce(later, 0)).select(*first.columns))
