"""The roster: who is who in a district on an as-of date. The only way a name leaves the warehouse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.school_terms import DISTRICT
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.tables import FROM_PAGES
from features.warehouse.reader import Reader


@dataclass(frozen=True)
class DistrictRoster:
    """People and places as frames of canonical columns; `students` also has `grade_level` and `school_id`.

    `email` is missing in `staff` where somebody who came later has the same one.
    """

    schools: pd.DataFrame
    staff: pd.DataFrame
    caseloads: pd.DataFrame
    students: pd.DataFrame
    supports: pd.DataFrame


def read_roster(reader: Reader, view: View) -> DistrictRoster:
    """The district's roster on the view's as-of date, students enrolled that day only."""
    return DistrictRoster(**{name: reader.run(roster_script(name, view.shape), view.values) for name in ROSTER})


@cached_script
def roster_script(name: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for one table of the roster, in the order of its people."""
    return compile_script(ROSTER[name](VisibleTables(shape)))


def schools_of(tables: VisibleTables) -> ir.Table:
    """Every school."""
    return tables.rows("schools").order_by("school_id")


def staff_of(tables: VisibleTables) -> ir.Table:
    """Everyone who works there; of several with one e-mail address only the one who came last has it.

    Upper and lower case are alike. Who came last is whom the district knew last, by the first version of their record;
    of those known since the same day, the last `staff_id`.
    """
    staff = tables.rows("staff")
    versions = (tables.visible("staff", "staff_id", replaced=replaced) for replaced in (False, True))
    since = ibis.union(*versions).group_by("staff_id").aggregate(since=ibis._.known_on.min())
    known = staff.inner_join(since, "staff_id")
    last = {"group_by": known.email.lower(), "order_by": [ibis.desc(known.since), ibis.desc(known.staff_id)]}
    own = ibis.ifelse(ibis.row_number().over(**last) == 0, known.email, None)
    return known.mutate(email=own).select(*staff.columns).order_by("staff_id")


def open_caseloads(tables: VisibleTables) -> ir.Table:
    """The caseloads that are open on the as-of date."""
    caseloads = tables.rows("caseloads")
    open_ones = caseloads.filter(caseloads.end_date.isnull() | (caseloads.end_date >= tables.as_of))
    return open_ones.order_by("staff_id", "student_key")


def enrolled_students(tables: VisibleTables) -> ir.Table:
    """The students enrolled on the as-of date with their names, `grade_level` and `school_id`."""
    now = tables.there()
    latest = ibis.row_number().over(group_by="student_key", order_by=[ibis.desc("entry_date"), ibis.asc("school_id")])
    placed = now.mutate(place=latest).filter(ibis._.place == 0).select("student_key", "school_id", "grade_level")
    names = tables.rows("students").select("student_key", "student_id", "first_name", "last_name")
    students = names.inner_join(placed, "student_key").select(names, placed.school_id, placed.grade_level)
    return students.order_by("student_key")


def supports_given(tables: VisibleTables) -> ir.Table:
    """Contacts and plans of the district's own system up to the as-of date; those of pages are in the service."""
    supports = tables.rows("supports")
    own = supports.filter((supports.date <= tables.as_of) & ~supports.support_id.startswith(FROM_PAGES))
    return own.order_by("student_key", "date")


ROSTER: Mapping[str, Callable[[VisibleTables], ir.Table]] = {
    "schools": schools_of, "staff": staff_of, "caseloads": open_caseloads, "students": enrolled_students,
    "supports": supports_given,
}  # fmt: skip
"""The tables of `DistrictRoster`."""


@dataclass(frozen=True)
class CalendarContext:
    """What a live score needs of calendars: `days` of this school year and the one before, and terms.

    `terms` are the district's, `school_terms` those that schools have of their own.
    """

    days: pd.DataFrame
    terms: pd.DataFrame
    school_terms: pd.DataFrame


def calendar_context(reader: Reader, view: View) -> CalendarContext:
    """The calendars of all schools that have one."""
    days = reader.run(calendar_script(view.shape), view.values)
    terms, own = (reader.run(terms_script(name, view.shape), view.values) for name in ("terms", "school_terms"))
    return CalendarContext(days, terms[terms["series"] == DISTRICT] if "series" in terms else terms, own)


@cached_script
def calendar_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the calendar of this school year up to the as-of date, and of the one before."""
    tables = VisibleTables(shape)
    days = tables.rows("calendar_days")
    recent = (days.school_year == tables.school_year) | (days.school_year == tables.school_year - 1)
    return compile_script(days.filter(recent & (days.date <= tables.as_of)).order_by("school_id", "track", "date"))


@cached_script
def terms_script(name: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for the terms of this school year, the district's or those of schools."""
    tables = VisibleTables(shape)
    return compile_script(tables.rows(name).filter(ibis._.school_year == tables.school_year))
