"""The history of students as their former district reads it: what goes with them to the next one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.compilation import compile_script
from features.engine.members import LISTED, ListedMembers
from features.engine.school_terms import MAIN
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.errors import NothingKnown
from features.language.cohorts import Cohort
from features.movers.spells import cut_spells, within_spells
from features.tables import TABLES
from features.warehouse.reader import Reader

Frames = dict[str, pd.DataFrame]

NOBODYS_GRADES = Cohort(())
SAID_ELSEWHERE = ("periods_a_day", "expected_hundredths", "weekdays")
"""Of an enrollment: what a day is for the student, which the sender's policies have read already."""


def histories(sender: Reader, keys: pd.Index, spells: pd.DataFrame, tables: tuple[str, ...], today: date) -> Frames:
    """What the sender knows today of these students from before they came to the receiver, by table.

    Students by the sender's `student_key`. `spells` are the receiver's own ones of them. Only agreed `tables`, and the
    calendars and terms of the schools that they name.
    """
    try:
        view = sender.view(today)
    except NothingKnown:
        return {}
    asked = pa.table({"student_key": pa.array(sorted(keys), pa.string())})
    with sender.showing(LISTED, asked):
        found = {name: sender.run(history_script(name, view.shape), view.values) for name in tables}
    kept = cut_spells(found["enrollments"], spells)
    told = {name: within_spells(name, rows, kept) for name, rows in found.items() if name != "enrollments"}
    told = {"enrollments": kept, **told}
    return told | surroundings(sender, view, told)


@cached_script
def history_script(name: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for a table's records of the students listed, as the district's policies read them."""
    own = replace(shape, policies=replace(shape.policies, unweighted=False))
    members = ListedMembers(VisibleTables(own), NOBODYS_GRADES)
    rows = READ[name](members.tables.of(members))
    columns = [column.name for column in TABLES[name].columns]
    return compile_script(members.with_keys(rows.select(*columns)).order_by(*TABLES[name].key))


def enrollments_read(tables: VisibleTables) -> ir.Table:
    """Spells on their tracks; what a day is for the student is in the calendar and the events."""
    empty = {name: ibis.null(TABLE_TYPES[name]) for name in SAID_ELSEWHERE}
    return tables.enrollment_rows().mutate(**empty)


TABLE_TYPES = {"periods_a_day": "int64", "expected_hundredths": "int64", "weekdays": "string"}


def marks_read(tables: VisibleTables) -> ir.Table:
    """Marks by the district's scale; an incomplete that is none yet by its rule is a mark that may still come."""
    marks = tables.rows("marks")
    waits = ibis.coalesce(marks.mark_status == "incomplete", False)
    return marks.mutate(mark_status=ibis.ifelse(waits, "not_given", marks.mark_status))


READ: Mapping[str, Callable[[VisibleTables], ir.Table]] = {
    "enrollments": enrollments_read,
    "attendance": lambda tables: tables.dated_rows("attendance"),
    "marks": marks_read,
    "incidents": lambda tables: tables.rows("incidents"),
    "discipline_actions": lambda tables: tables.rows("discipline_actions"),
}
"""How each table that can go along is read by the sender."""


def surroundings(sender: Reader, view: View, told: Frames) -> Frames:
    """The calendars and terms by which the sender reads these records: of the years in which they have its schools."""
    years = pd.concat([rows[["school_id", "school_year"]] for rows in told.values() if "school_year" in rows])
    years = years.drop_duplicates()
    days = sender.run(calendar_script(view.shape), view.values)
    tracks = told["enrollments"][["school_id", "track", "school_year"]].drop_duplicates()
    days = days.merge(tracks, on=["school_id", "track", "school_year"])
    days = days[pd.to_datetime(days["date"]) <= pd.Timestamp(view.as_of)]
    return {"calendar_days": days, "school_terms": terms_of_schools(sender, view, years)}


@cached_script
def calendar_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the calendar with the tracks of students who are expected on some weekdays only."""
    columns = [column.name for column in TABLES["calendar_days"].columns]
    rows = VisibleTables(shape).calendar_rows().select(*columns)
    if not shape.policies.short_days:
        rows = rows.mutate(day_hundredths=ibis.null("int64"))
    return compile_script(rows.order_by(*TABLES["calendar_days"].key))


@cached_script
def terms_script(name: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for the district's terms, or those of schools."""
    own = replace(shape, policies=replace(shape.policies, has_school_terms=False))
    columns = [column.name for column in TABLES[name].columns]
    return compile_script(VisibleTables(own).as_read(name).select(*columns).order_by(*TABLES[name].key))


def terms_of_schools(sender: Reader, view: View, years: pd.DataFrame) -> pd.DataFrame:
    """The terms of these schools and school years: their own ones, and else the district's as theirs."""
    district, own = (sender.run(terms_script(name, view.shape), view.values) for name in ("terms", "school_terms"))
    own = own.merge(years, on=["school_id", "school_year"])
    with_main = own.loc[own["track"] == MAIN, ["school_id", "school_year"]].drop_duplicates()
    without = years.merge(with_main, how="left", indicator=True).query("_merge == 'left_only'").drop(columns="_merge")
    as_theirs = district.merge(without, on="school_year").assign(track=MAIN)
    return pd.concat([own, as_theirs[own.columns]], ignore_index=True)
