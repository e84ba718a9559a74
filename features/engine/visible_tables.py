"""Every table of the language as a view shows it, and the cohort: what definitions are compiled from.

It alone knows the as-of date, as a parameter, so leakage has one place to hide.
"""

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from features.engine.concurrent_enrollments import (
    ASKED,
    first_to_count,
    marked_years,
    one_school_a_date,
    shared_segments,
)
from features.engine.enrollment_spells import DatedRecords
from features.engine.known_records import without_bookkeeping
from features.engine.missed_share import days_by_school
from features.engine.parameters import day_parameter, number_parameter
from features.engine.record_columns import (
    newest_of_course,
    terms_with_finals,
    with_grade,
    with_last,
    with_new_schools,
    with_posted,
    with_recovery,
    with_repetition,
    with_terms,
    with_terms_ago,
)
from features.engine.terms_and_marks import is_withdrawn
from features.engine.transferred_records import of_this_district
from features.language.cohorts import Cohort

FROM_OTHERS = frozenset({"posted", "is_recovered", "grade_level", "terms_ago"})
"""Columns of a mark that follow from other records than itself and its term."""


MEMBER = ("student_key", "school_id", "grade_level", "entry_date", "school_year")
"""What a cohort asks of a spell."""


class VisibleTables(DatedRecords):
    """Marks, and any table of the language by name."""

    def marks(self, *, years: int | None = None, used: Collection[str] = FROM_OTHERS) -> ir.Table:
        """Marks of so many years before this one, or of all, with `years_ago`, when their term was, and FROM_OTHERS.

        Of the last `posted` and what else is used: each asks for a join of all marks. None of it follows from years
        before.
        """
        marks = self.marks_given()
        if years is not None:
            marks = marks.filter(marks.years_ago <= years)
        given, terms = marks, self.rows("terms")
        if "is_recovered" in used:
            marks = with_recovery(marks)
        if "grade_level" in used:
            marks = with_grade(marks, self.rows("enrollments"))
        marks = self.with_own_starts(with_terms(marks, terms))
        if "terms_ago" in used:
            marks = with_terms_ago(marks, terms_with_finals(given, terms))
        began = marks.term_start
        in_term = (began >= self.term_start_in(marks)) & (began <= self.last_day_in(marks))
        return marks.mutate(in_term=ibis.coalesce(in_term, False))

    def marks_given(self) -> ir.Table:
        """Marks with `years_ago` and `posted`."""
        return self.marks_posted().filter(lambda marks: marks.mark.notnull())

    def marks_posted(self) -> ir.Table:
        """Lines of reports with `years_ago` and `posted`, with or without a mark; made once for all who read them."""
        return self.kept("marks_posted", self.lines_posted)

    def lines_posted(self) -> ir.Table:
        """Lines of reports, as `marks_posted` says."""
        marks = without_bookkeeping(self.rows("marks"))
        dated = marks.mutate(years_ago=self.school_year - marks.school_year)
        return with_posted(dated, self.replaced_versions("marks"))

    def latest_marks(self) -> ir.Table:
        """The newest mark of each course in this school year, with `years_ago`, which is 0."""
        return newest_of_course(
            self.marks_posted().filter(lambda rows: (rows.years_ago == 0) & (rows.mark.notnull() | is_withdrawn(rows)))
        )

    def marks_not_given(self) -> ir.Table:
        """Lines of a report without a mark in them that may still come, with `years_ago`."""
        return self.marks_posted().filter(lambda marks: marks.mark.isnull() & ~is_withdrawn(marks))

    def records(self, name: str, *, years: int | None = None, used: Collection[str] = FROM_OTHERS) -> ir.Table:
        """Any table of the language, with `years_ago` and what a window needs.

        Records may be left out that are more than so many years old, and columns of FROM_OTHERS that are not used.
        """
        if name == "marks":
            return self.marks(years=years, used=used)
        if name == "days_missed":
            return self.days_missed(years=years)
        if name == "school_attendance":
            return self.school_attendance()
        if name == "short_days":
            return self.short_days(years=years)
        if name == "latest_marks":
            return self.latest_marks()
        if name == "marks_not_given":
            return self.marks_not_given()
        if name == "enrollments":
            spells = with_last(with_new_schools(with_repetition(self.spells())))
            return spells.mutate(years_ago=self.school_year - spells.school_year)
        if name == "completions":
            return self.rows(name).mutate(years_ago=0)
        return self.placed(name, years=years)

    def school_attendance(self) -> ir.Table:
        """Days expected and missed of each student, school and school year, with `years_ago`."""
        suspensions = self.placed("discipline_actions")
        within = suspensions.filter(suspensions.counted & (suspensions.action == "in_school_suspension"))
        short = self.short_days() if self.shape.policies.short_days else None
        rows = days_by_school(self.spells(), self.placed("attendance"), within, short)
        return rows.mutate(years_ago=self.school_year - rows.school_year)

    def cohort(self, cohort: Cohort, *, since: ir.DateScalar | None = None) -> ir.Table:
        """The cohort's students, one row each: `student_key`, `school_id`, `grade_level`, `entry_date`.

        Those of the as-of date; with `since`, those of any day of the school year from then to the as-of date.
        """
        spells = self.begun()
        there = self.there(since)
        members = there.filter(there.grade_level.isin(cohort.grade_levels))
        if cohort.on_census_day:
            members = members.semi_join(self.on_census_day(spells), "student_key")
        latest = ibis.row_number().over(
            group_by="student_key", order_by=[ibis.desc("entry_date"), ibis.asc("school_id")]
        )  # fmt: skip
        members = members.mutate(place=latest).filter(ibis._.place == 0)
        earlier = spells.filter(spells.school_year < self.school_year).select("student_key", "grade_level")
        if cohort.first_time:
            members = members.anti_join(earlier, ["student_key", "grade_level"])
        if cohort.repeating:
            again = members.grade_level.isin(cohort.repeating)
            repeating = members.filter(again).semi_join(earlier, ["student_key", "grade_level"])
            members = members.filter(~again).union(repeating)
        return members.select("student_key", "school_id", "grade_level", "entry_date")

    def numbered(self, members: ir.Table) -> ir.Table:
        """Members of a cohort, each with a `number` in the order of their keys."""
        return members.mutate(number=ibis.row_number().over(order_by="student_key"))

    def with_school_week(self, members: ir.Table) -> ir.Table:
        """Members by number with the `school_week` of the as-of date."""
        return members.mutate(school_week=number_parameter("school_week"))

    def there(self, since: ir.DateScalar | None = None) -> ir.Table:
        """Spells of this school year that run on the as-of date, or on any day from `since` to it.

        Where spells share days, those parts of them on which the school is the one that counts.
        """
        spells = self.begun()
        first = self.as_of_in(spells) if since is None else since
        if not self.shape.policies.has_overlaps:
            return self.of_year_after(first, spells)
        segments = self.kept("segments_of_year", self.segments_of_year)
        spells = one_school_a_date(self.spells_of_year(), segments)
        there = self.of_year_after(first, spells.filter(spells.ends >= first)).select(*MEMBER)
        return there.union(self.running_tomorrow().anti_join(there, "student_key"))

    def of_year_after(self, first: ir.DateScalar, spells: ir.Table) -> ir.Table:
        """Those spells of this school year that go on after the first date."""
        goes_on = spells.exit_date.isnull() | (spells.exit_date > first)
        return spells.filter((spells.school_year == self.school_year) & goes_on)

    def running_tomorrow(self) -> ir.Table:
        """The spell that counts on the day after the as-of date, one a student, as far as is known on that date.

        It keeps a student in the cohort of whom one row is closed on the as-of date while another goes on.
        """
        rows = self.kept("several_of_year", self.several_of_year)
        rows = self.spells_until(self.tomorrow_in, rows.filter(rows.entry_date <= self.as_of_in(rows)))
        rows = rows.filter(rows.ends >= self.tomorrow_in(rows))
        order = first_to_count(self.shape.policies.concurrent, rows)
        rows = rows.mutate(place=ibis.row_number().over(group_by="student_key", order_by=order))
        return rows.filter(rows.place == 0).select(*MEMBER)

    def tomorrow_in(self, rows: ir.Table) -> ir.DateValue:
        """The day after the as-of date."""
        return (self.as_of_in(rows) + ibis.interval(days=1)).cast("date")

    def begun(self) -> ir.Table:
        """Spells that began by the as-of date."""
        has_part = self.shape.has_part
        spells = self.kept("enrollments_of_part", self.rows_of_part) if has_part else self.rows("enrollments")
        return self.own_rows(spells.filter(spells.entry_date <= self.as_of_in(spells)))

    def own_rows(self, rows: ir.Table) -> ir.Table:
        """Rows of the district's own schools: nobody is of a cohort for a spell elsewhere."""
        return of_this_district(rows) if self.shape.has_transfers else rows

    def rows_of_part(self) -> ir.Table:
        """Enrollments of the students of the view's part."""
        return self.of_part(self.as_read("enrollments"))

    def spells_of_year(self) -> ir.Table:
        """Spells of this school year up to the as-of date, and whether they share days with another of the student."""
        several = self.kept("several_of_year", self.several_of_year)
        alone = self.rows_of_year().anti_join(several, "student_key")
        alone = alone.filter(alone.entry_date <= self.as_of_in(alone))
        alone = self.ended_spells(alone, self.as_of_in(alone)).mutate(shares_days=False)
        return alone.union(self.kept("shared_of_year", self.shared_of_year))

    def shared_of_year(self) -> ir.Table:
        """Those of students who have several in this school year."""
        several = self.kept("several_of_year", self.several_of_year)
        return marked_years(self.spells_until(self.as_of_in, several))

    def rows_of_year(self) -> ir.Table:
        """Enrollments of this school year."""
        rows = self.own_rows(self.enrollment_rows())
        return rows.filter(rows.school_year == self.school_year).select(*ASKED)

    def several_of_year(self) -> ir.Table:
        """Enrollments of this school year of students who have several."""
        rows = self.rows_of_year()
        counts = rows.group_by("student_key").aggregate(spells=rows.count())
        return rows.semi_join(counts.filter(counts.spells > 1), "student_key")

    def segments_of_year(self) -> ir.Table:
        """Parts of this school year in which the same spells of a student run, where some share days."""
        return shared_segments(self.kept("shared_of_year", self.shared_of_year), self.shape.policies.concurrent)

    def on_census_day(self, spells: ir.Table) -> ir.Table:
        """The `student_key` of those enrolled on the school year's census day; of everyone while it is ahead."""
        census = day_parameter(self.shape.named("census_day"))
        then = (spells.school_year == self.school_year) & (spells.entry_date <= census)
        then = then & (spells.exit_date.isnull() | (spells.exit_date >= census))
        return spells.filter(then | (census > self.as_of_in(spells))).select("student_key")
