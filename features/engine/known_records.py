"""The records that were known at the end of a view's local day: the only place where a stored table is read."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

import ibis
import ibis.expr.types as ir

from features.engine.attendance_submission import with_attendance_taken
from features.engine.compilation import Steps
from features.engine.definition_digest import NO_DEFINITION
from features.engine.parameters import day_parameter, number_parameter, text_parameter
from features.engine.school_terms import every_series, with_series, with_tracks
from features.engine.stored_tables import stored_table
from features.engine.terms_and_marks import (
    lapsed_as,
    on_known_tracks,
    with_deadline,
    with_own_days,
    without_courses_failed_elsewhere,
)
from features.engine.transferred_records import with_transferred
from features.engine.view import PLAIN, ViewShape
from features.tables import TABLES

if TYPE_CHECKING:
    from features.engine.members import Members

VERSION = ("known_on", "load_id", "superseded_by_load")
"""What tells the versions of a record apart."""

BOOKKEEPING = ("district_id", "load_id", "superseded_by_load", "withdrawn")
"""Columns that no definition asks for."""

SHARED = ("enrollments", "calendar_days", "terms")
"""Small tables that many parts of a query read."""


@dataclass(frozen=True)
class KnownRecords:
    """The canonical tables as a view shows them, in Ibis; the view's days and numbers are parameters.

    Seen for `members`, only their records are there. With `steps`, what several parts of a query read is made once.
    """

    shape: ViewShape = PLAIN
    members: "Members | None" = None
    steps: Steps | None = field(default=None, compare=False, repr=False, metadata=NO_DEFINITION)
    apart: ClassVar[tuple[str, ...]] = ()
    """Columns that keep records apart which no record knows of: none where there is one as-of date."""

    @property
    def as_of(self) -> ir.DateScalar:
        """The as-of date."""
        return day_parameter(self.shape.named("as_of"))

    @property
    def school_year(self) -> ir.IntegerScalar:
        """The school year of the as-of date."""
        return number_parameter(self.shape.named("school_year"))

    @property
    def loads_through(self) -> ir.IntegerScalar | None:
        """The last load that is seen; None where all are."""
        return number_parameter(self.shape.named("loads_through")) if self.shape.has_loads_through else None

    @property
    def last_day(self) -> ir.DateScalar:
        """The last day whose records count."""
        return day_parameter(self.shape.named("through")) if self.shape.has_through else self.as_of

    def as_of_in(self, _rows: ir.Table) -> ir.DateValue:
        """The as-of date of some rows, here the same for all."""
        return self.as_of

    def last_day_in(self, _rows: ir.Table) -> ir.DateValue:
        """The last day of some rows whose records count."""
        return self.last_day

    def of(self, members: "Members") -> Self:
        """The same of these students' records only: a snapshot reads one cohort, not the district."""
        return replace(self, members=members)

    def rows(self, name: str) -> ir.Table:
        """The current version of every record of a table that was visible on the as-of date, unless withdrawn."""
        return self.kept(name, partial(self.as_read, name)) if name in SHARED else self.as_read(name)

    def as_read(self, name: str) -> ir.Table:
        """Of each record the last version that was visible, terms and marks as they are read."""
        versions = self.versions_in_force(name)
        if name == "terms":
            return self.terms_as_read(with_own_days(versions, self.apart))
        if name == "school_terms":
            return with_own_days(versions, ("school_id", "track"))
        if name == "enrollments" and self.shape.policies.any_track:
            return on_known_tracks(versions, self.rows("calendar_days"))
        return self.marks_as_read(versions) if name == "marks" else versions

    def terms_as_read(self, terms: ir.Table) -> ir.Table:
        """The district's terms, and those of schools beside them where there are any."""
        return every_series(terms, self.rows("school_terms")) if self.shape.policies.has_school_terms else terms

    def marks_as_read(self, marks: ir.Table) -> ir.Table:
        """Marks by the policies of the view."""
        marks, policies = without_courses_failed_elsewhere(marks), self.shape.policies
        if policies.unweighted:
            marks = marks.mutate(points_hundredths=marks.unweighted_points_hundredths)
        if policies.has_school_terms:
            on_tracks = with_tracks(marks, self.rows("enrollments"))
            marks = with_series(on_tracks, self.rows("school_terms")).drop("track")
        if policies.incomplete_days is None:
            return marks
        marks = with_deadline(marks, self.rows("terms"), policies.incomplete_days)
        lapsed = ibis.coalesce((marks.mark_status == "incomplete") & (marks.deadline < self.as_of_in(marks)), False)
        return lapsed_as(marks, lapsed & marks.mark.isnull(), policies.incomplete_then).drop("deadline")

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """What several parts of a query read: a common table expression, or a step where the query has steps."""
        named = self.named(name)
        return make().alias(named) if self.steps is None else self.steps.kept(named, make)

    def versions_in_force(self, name: str) -> ir.Table:
        """Of each record the last version that was visible."""
        key = list(TABLES[name].key)
        current, replaced = self.visible(name, replaced=False), self.replaced_versions(name)
        order = [ibis.desc(replaced.known_on), ibis.desc(replaced.load_id)]
        version = ibis.row_number().over(group_by=key, order_by=order)
        last = replaced.mutate(version=version).filter(ibis._.version == 0).drop("version")
        newest = current.union(last.anti_join(self.visible(name, *key, replaced=False), key))
        in_force = newest.filter(~newest.withdrawn)
        return self.with_days_decided(in_force) if name == "calendar_days" else in_force

    def replaced_versions(self, name: str) -> ir.Table:
        """The visible versions that another one has replaced since; of marks, two parts of a query read them."""
        make = partial(self.visible, name, replaced=True)
        return self.kept(f"{name}_replaced", make) if name == "marks" else make()

    def with_days_decided(self, calendar: ir.Table) -> ir.Table:
        """The calendar, by what schools had sent where it does not say on which days attendance was taken."""
        if not self.shape.policies.last_event_decides:
            return calendar
        return with_attendance_taken(calendar, self.days_sent("attendance"), self.days_sent("attendance_submissions"))

    def days_sent(self, name: str) -> ir.Table:
        """The schools and dates up to the last day that counts of which a table has a record, also a withdrawn one."""
        everyone = replace(self, members=None)
        sent = [everyone.visible(name, "school_id", "date", replaced=was) for was in (False, True)]
        days = ibis.union(*(rows.select("school_id", "date") for rows in sent))
        return days.filter(days.date <= self.last_day).distinct()

    def is_replaced(self, versions: ir.Table) -> ir.BooleanColumn:
        """Which versions another has replaced since, whenever that became known: few records have more than one."""
        replaced = versions.superseded_by_load.notnull()
        if self.loads_through is not None:
            replaced = replaced & (versions.superseded_by_load <= self.loads_through)
        return replaced

    def named(self, name: str) -> str:
        """What a table as seen by this view is called in SQL; never like a stored one."""
        return self.shape.named(f"seen_{name}{'_of_members' if self.members else ''}")

    def stored(self, name: str) -> ir.Table:
        """A canonical table with all of its versions, and other districts' records where the view has them."""
        table = stored_table(name)
        return with_transferred(name, table) if self.shape.has_transfers else table

    def visible(self, name: str, *columns: str, replaced: bool) -> ir.Table:
        """The versions of a table's records that were visible on the as-of date: those replaced since, or the others.

        All columns, or some of them. Seen for members, `student_key` is the member's number: a short key to join and
        sort by.
        """
        table = self.stored(name)
        if columns:
            table = table.select(*dict.fromkeys((*columns, *VERSION)))
        is_replaced = self.is_replaced(table)
        visible = table.filter((table.known_on <= self.as_of) & (is_replaced if replaced else ~is_replaced))
        if self.loads_through is not None:
            visible = visible.filter(visible.load_id <= self.loads_through)
        if self.members is not None and "student_key" in visible.columns:
            numbers = self.members.table().select("student_key", "number")
            joined = self.of_part(visible).inner_join(numbers, "student_key")
            visible = joined.select(*[c for c in visible.columns if c != "student_key"], student_key="number")
        return visible

    def of_part(self, rows: ir.Table) -> ir.Table:
        """Rows of the students of the view's part, all where it has none: a warehouse has rows in the order of keys."""
        if not self.shape.has_part:
            return rows
        first, beyond = (text_parameter(self.shape.named(name)) for name in ("part_first", "part_beyond"))
        return rows.filter((rows.student_key >= first) & (rows.student_key < beyond))


def without_bookkeeping(rows: ir.Table) -> ir.Table:
    """Rows without what only tells versions and loads apart: less to carry through a query."""
    return rows.drop(*(column for column in BOOKKEEPING if column in rows.columns))
