"""The engine: compiles definitions to Ibis. It alone knows the as-of date, so leakage has one place to hide.

A *view* is the records as the district knew them at the end of one local day. Everything below starts from
`View.rows`, which is the only place where a table is read.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from features.engine.record_columns import (
    newest_of_course,
    once_a_day,
    with_cuts,
    with_edge_of_week,
    with_grade,
    with_last,
    with_new_schools,
    with_posted,
    with_recovery,
    with_repetition,
    with_runs,
    with_terms,
    with_terms_ago,
)
from features.engine.sql_script import Steps
from features.language.cohorts import Cohort, census_day
from features.table_schema import ENVELOPE, Kind, Table
from features.tables import TABLES

VERSION = ("known_on", "load_id", "superseded_by_load")
"""What tells the versions of a record apart."""

SHARED = ("enrollments", "calendar_days", "terms")
"""Small tables that many parts of a query read."""

FROM_OTHERS = frozenset({"posted", "is_recovered", "grade_level", "terms_ago"})
"""What is said of a mark from other records than itself and its term."""

IBIS_TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "int64",
    "date": "date",
    "boolean": "boolean",
    "hundredths": "int64",
    "real": "float64",
    "student": "string",
    "assigned": "string",
}


def schema_of(table: Table) -> ibis.Schema:
    """The warehouse schema of a canonical table."""
    return ibis.schema({c.name: IBIS_TYPES[c.kind] for c in dict.fromkeys((*table.columns, *ENVELOPE))})


def stored_table(name: str) -> ir.Table:
    """A canonical table, not bound to any warehouse."""
    return ibis.table(schema_of(TABLES[name]), name=name)


@dataclass(frozen=True)
class View:
    """Records as they were known at the end of a local day, within one school year or the ones before.

    `loads_through` leaves out loads that came after a past run, so that its score can be rebuilt. A label is seen from
    a day on which its records are in: `through` is then the last day that counts, and `term_from` the first day of the
    marking term that is looked at.
    """

    as_of: date
    school_year: int
    loads_through: int | None = None
    members: "Members | None" = None
    through: date | None = None
    term_from: date | None = None
    steps: Steps | None = field(default=None, compare=False, repr=False)

    @property
    def last_day(self) -> date:
        """The last day whose records count."""
        return self.through or self.as_of

    def of(self, members: "Members") -> "View":
        """The same view of these students' records only: a snapshot reads one cohort, not the district."""
        return replace(self, members=members)

    def rows(self, name: str) -> ir.Table:
        """The current version of every record of a table that was visible on the as-of date, unless withdrawn."""
        return self.kept(name, lambda: self.versions_in_force(name)) if name in SHARED else self.versions_in_force(name)

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """What several parts of a query read: said once, and where the query has steps, made once."""
        named = self.named(name)
        return make().alias(named) if self.steps is None else self.steps.kept(named, make)

    def versions_in_force(self, name: str) -> ir.Table:
        """Of each record the last version that was visible."""
        key = list(TABLES[name].key)
        current, replaced = self.visible(name, replaced=False), self.visible(name, replaced=True)
        order = [ibis.desc(replaced.known_on), ibis.desc(replaced.load_id)]
        version = ibis.row_number().over(group_by=key, order_by=order)
        last = replaced.mutate(version=version).filter(ibis._.version == 0).drop("version")
        newest = current.union(last.anti_join(self.visible(name, *key, replaced=False), key))
        return newest.filter(~newest.withdrawn)

    def is_replaced(self, versions: ir.Table) -> ir.BooleanColumn:
        """Which versions another has replaced since, whenever that became known: few records have more than one."""
        replaced = versions.superseded_by_load.notnull()
        if self.loads_through is not None:
            replaced = replaced & (versions.superseded_by_load <= self.loads_through)
        return replaced

    def named(self, name: str) -> str:
        """What a table as seen by this view is called in SQL: said once there, however often it is used."""
        through = "" if self.loads_through is None else f"_through_{self.loads_through}"
        return f"{name}_{self.as_of:%Y%m%d}{through}{'_of_members' if self.members else ''}"

    def visible(self, name: str, *columns: str, replaced: bool) -> ir.Table:
        """The versions of a table's records that were visible on the as-of date: those replaced since, or the others.

        All columns, or some of them. Seen for members, `student_key` is the member's number: a short key to join and
        sort by.
        """
        table = stored_table(name)
        if columns:
            table = table.select(*dict.fromkeys((*columns, *VERSION)))
        is_replaced = self.is_replaced(table)
        visible = table.filter((table.known_on <= self.as_of) & (is_replaced if replaced else ~is_replaced))
        if self.loads_through is not None:
            visible = visible.filter(visible.load_id <= self.loads_through)
        if self.members is not None and "student_key" in visible.columns:
            numbers = self.members.table().select("student_key", "number")
            joined = visible.inner_join(numbers, "student_key")
            visible = joined.select(*[c for c in visible.columns if c != "student_key"], student_key="number")
        return visible

    def calendar(self) -> ir.Table:
        """Calendar days of `days_counted`, once."""
        return self.kept("calendar", self.days_counted)

    def days_counted(self) -> ir.Table:
        """Calendar days up to the last day that counts; `day` counts the days on which attendance was taken.

        `in_term` are those since the marking term of the as-of date began.
        """
        days = self.rows("calendar_days")
        days = days.filter(days.date <= self.last_day)
        counted = days.in_session & days.attendance_taken
        running = counted.cast("int64").sum().over(
            group_by=["school_id", "track", "school_year"], order_by="date", rows=(None, 0)
        )  # fmt: skip
        in_term = ibis.coalesce(days.date >= self.term_start(), False)
        return days.select("school_id", "track", "school_year", "date", counted=counted, day=running, in_term=in_term)

    def term_start(self) -> ir.Scalar:
        """The first day of the marking term that began last, missing where none did this school year."""
        if self.term_from is not None:
            return ibis.literal(self.term_from)
        terms = self.rows("terms")
        marking = terms.kind.isin(["quarter", "trimester", "semester"]) & (terms.school_year == self.school_year)
        return terms.filter(marking & (terms.start_date <= self.as_of)).start_date.max().as_scalar()

    def spells(self) -> ir.Table:
        """Spells of enrollment with their school days.

        A spell ends where the next one at the same school begins: an entry date that was corrected leaves both, and
        one without an exit date ends with its school year. `days` is the school days in the spell, `last_day` the
        calendar's number of its latest one, and `later` the student's school days in later spells of the same year.
        """
        return self.kept("spells", self.spells_with_days)

    def spells_with_days(self) -> ir.Table:
        """Spells of enrollment, as `spells` says."""
        enrollment = self.rows("enrollments")
        enrollment = enrollment.filter(enrollment.entry_date <= self.last_day)
        again = enrollment.entry_date.lead().over(group_by=["student_key", "school_id"], order_by="entry_date")
        before = (again - ibis.interval(days=1)).cast("date")
        last_day = ibis.literal(self.last_day)
        ends = ibis.least(*(ibis.coalesce(end, last_day) for end in (enrollment.exit_date, before)), last_day)
        ended = enrollment.exit_date <= last_day
        enrollment = enrollment.mutate(
            ends=ends,
            exit_date=ibis.ifelse(ended, enrollment.exit_date, ibis.null("date")),
            exit_kind=ibis.ifelse(ended, enrollment.exit_kind, ibis.null("string")),
        )
        spans = self.spans(enrollment)
        keys = ["school_id", "track", "school_year", "entry_date", "ends"]
        spells = enrollment.left_join(spans, keys).select(
            *[enrollment[c] for c in ("student_key", "grade_level", "exit_date", "exit_kind", *keys)],
            days=ibis.coalesce(spans.days, 0),
            term_days=ibis.coalesce(spans.term_days, 0),
            last_day=ibis.coalesce(spans.last_day, 0),
        )
        later = spells.days.sum().over(
            group_by=["student_key", "school_year"],
            order_by=[ibis.desc("entry_date"), ibis.asc("school_id")],
            rows=(None, -1),
        )
        total = spells.days.sum().over(group_by=["student_key", "school_year"])
        return spells.mutate(later=ibis.coalesce(later, 0), total=total)

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
        records, spells, calendar = self.rows(name), self.spells(), self.calendar()
        if years is not None:
            spells = spells.filter(spells.school_year >= self.school_year - years)
        joined = records.inner_join(
            spells,
            [
                records.student_key == spells.student_key,
                records.school_id == spells.school_id,
                records.date >= spells.entry_date,
                records.date <= spells.ends,
            ],
        ).select(records, spells.track, spells.school_year, spells.last_day, spells.later, spells.total)
        dated = joined.left_join(calendar, ["school_id", "track", "school_year", "date"]).select(
            joined,
            years_ago=self.school_year - joined.school_year,
            days_ago=joined.later + joined.last_day - calendar.day,
            days_in=joined.total - 1 - (joined.later + joined.last_day - calendar.day),
            counted=ibis.coalesce(calendar.counted, False),
            in_term=ibis.coalesce(calendar.in_term, False),
        )
        if name != "attendance":
            return dated
        return with_edge_of_week(with_cuts(once_a_day(dated.filter(dated.counted))))

    def days_missed(self, *, years: int | None = None) -> ir.Table:
        """Absences of days that were missed as a whole, with the run of such days that each belongs to."""
        return with_runs(self.placed("attendance", years=years).filter(lambda absences: absences.missed))

    def marks(self, *, years: int | None = None, used: Collection[str] = FROM_OTHERS) -> ir.Table:
        """Marks of so many years before this one, or of all, with `years_ago`, when their term was, and FROM_OTHERS.

        Of the last only what is used: each asks for a join of all marks. None of it follows from years before.
        """
        marks = self.marks_posted() if {"posted", "is_recovered"} & {*used} else self.marks_given()
        if years is not None:
            marks = marks.filter(marks.years_ago <= years)
        if "is_recovered" in used:
            marks = with_recovery(marks)
        if "grade_level" in used:
            marks = with_grade(marks, self.rows("enrollments"))
        marks = with_terms(marks, self.rows("terms"))
        if "terms_ago" in used:
            marks = with_terms_ago(marks)
        in_term = (marks.term_start >= self.term_start()) & (marks.term_start <= self.last_day)
        return marks.mutate(in_term=ibis.coalesce(in_term, False))

    def marks_given(self) -> ir.Table:
        """Marks with `years_ago`."""
        given = self.rows("marks").filter(lambda marks: marks.mark.notnull())
        return given.mutate(years_ago=self.school_year - given.school_year)

    def marks_posted(self) -> ir.Table:
        """Marks with `years_ago` and `posted`."""
        return with_posted(self.marks_given(), self.visible("marks", replaced=True))

    def latest_marks(self) -> ir.Table:
        """The newest mark of each course in this school year, with `years_ago`, which is 0."""
        return newest_of_course(self.marks_posted().filter(lambda marks: marks.years_ago == 0))

    def marks_not_given(self) -> ir.Table:
        """Lines of a report without a mark in them, with `years_ago`."""
        marks = self.rows("marks")
        return marks.filter(marks.mark.isnull()).mutate(years_ago=self.school_year - ibis._.school_year)

    def records(self, name: str, *, years: int | None = None, used: Collection[str] = FROM_OTHERS) -> ir.Table:
        """Any table of the language, with `years_ago` and what a window needs.

        Records may be left out that are more than so many years old, and columns of FROM_OTHERS that are not used.
        """
        if name == "marks":
            return self.marks(years=years, used=used)
        if name == "days_missed":
            return self.days_missed(years=years)
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

    def cohort(self, cohort: Cohort, *, since: date | None = None) -> ir.Table:
        """The cohort's students, one row each: `student_key`, `school_id`, `grade_level`, `entry_date`.

        Those of the as-of date; with `since`, those of any day of the school year from then to the as-of date.
        """
        spells = self.rows("enrollments").filter(ibis._.entry_date <= self.as_of)
        this_year = spells.school_year == self.school_year
        there = spells.exit_date.isnull() | (spells.exit_date > (since or self.as_of))
        members = spells.filter(this_year & there & spells.grade_level.isin(cohort.grade_levels))
        if cohort.on_census_day and (census := census_day(self.school_year)) <= self.as_of:
            then = this_year & (spells.entry_date <= census)
            then = then & (spells.exit_date.isnull() | (spells.exit_date >= census))
            members = members.semi_join(spells.filter(then).select("student_key"), "student_key")
        latest = ibis.row_number().over(
            group_by="student_key", order_by=[ibis.desc("entry_date"), ibis.asc("school_id")]
        )  # fmt: skip
        members = members.mutate(place=latest).filter(ibis._.place == 0)
        if cohort.first_time:
            earlier = spells.filter(spells.school_year < self.school_year).select("student_key", "grade_level")
            members = members.anti_join(earlier, ["student_key", "grade_level"])
        return members.select("student_key", "school_id", "grade_level", "entry_date")


@dataclass(frozen=True)
class Members:
    """Who a cohort was, in a view: the students whose records a snapshot or a label reads."""

    view: View
    cohort: Cohort

    def table(self) -> ir.Table:
        """The members, one row each: `student_key`, `number`, `school_id`, `grade_level`, `entry_date`."""
        return self.view.kept("members", self.with_numbers)

    def with_numbers(self) -> ir.Table:
        """The members, each with a number in the order of their keys."""
        members = self.view.cohort(self.cohort)
        return members.mutate(number=ibis.row_number().over(order_by="student_key"))

    def numbered(self) -> ir.Table:
        """The members by number, which is the `student_key` of all that is seen for them: with school and grade."""
        return self.table().select("school_id", "grade_level", student_key="number")

    def with_keys(self, rows: ir.Table) -> ir.Table:
        """Rows by number as rows by the students' own keys."""
        members = self.table().select("number", key="student_key")
        joined = rows.inner_join(members, rows.student_key == members.number)
        others = [rows[column] for column in rows.columns if column != "student_key"]
        return joined.select(members.key.name("student_key"), *others)


def school_year_of(days: Sequence[tuple[int, date]], as_of: date) -> int | None:
    """The school year of a date, from each year's first school day; None before the first."""
    begun = [year for year, first in days if first <= as_of]
    return max(begun, default=None)
