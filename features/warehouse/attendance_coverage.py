"""Whether attendance was taken, for audits: days without it and entries that came late, school by school."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.warehouse.reader import Reader

IN_TIME = 2
"""Days after a day by which what happened on it is known in time."""


def attendance_coverage(reader: Reader, view: View) -> pd.DataFrame:
    """How each school took attendance this school year, as known at the end of the as-of date, in whole numbers.

    One row a school (index `school_id`, sorted). `days` are its school days so far and `taken` those on which
    attendance was taken, both the mean of its calendar tracks, so that a school with two does not count twice.
    `entries` are the student days with an exception, `late` those of which nothing was known until more than
    two days after.
    """
    frame = reader.run(coverage_script(view.shape), view.values).set_index("school_id").sort_index()
    return frame.astype("int64")


@cached_script
def coverage_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for `attendance_taken`, with the `school_id` as a column."""
    tables = VisibleTables(shape)
    days = school_days(tables)
    schools, entries = days_taken(days), entries_late(entries_of(tables, days))
    joined = schools.left_join(entries, "school_id").select(
        schools, **{name: ibis.coalesce(entries[name], 0) for name in ("entries", "late")}
    )
    return compile_script(joined)


def school_days(tables: VisibleTables) -> ir.Table:
    """Each track's days in session of this school year, up to the as-of date."""
    days = tables.rows("calendar_days")
    return days.filter(days.in_session & (days.school_year == tables.school_year) & (days.date <= tables.as_of))


def days_taken(days: ir.Table) -> ir.Table:
    """School days, and those with attendance taken, per school: the mean of its tracks in whole days."""
    tracks = days.group_by(["school_id", "track"]).aggregate(
        days=days.count(), missing=(~days.attendance_taken).cast("int64").sum()
    )
    mean = tracks.group_by("school_id").aggregate(
        days=tracks.days.mean().round().cast("int64"), missing=tracks.missing.mean().round().cast("int64")
    )
    return mean.select("school_id", "days", taken=mean.days - mean.missing)


def entries_of(tables: VisibleTables, days: ir.Table) -> ir.Table:
    """The student days with an exception at a school in session, each with when anything of it first became known.

    A correction replaces what was known before, so the versions replaced since are looked at as well.
    """
    day = ["student_key", "school_id", "date"]
    present = tables.rows("attendance").semi_join(days.select("school_id", "date").distinct(), ["school_id", "date"])
    entries = present.group_by(day).aggregate(known_on=present.known_on.min())
    replaced = tables.visible("attendance", replaced=True)
    first = replaced.group_by(day).aggregate(first=replaced.known_on.min()).view()
    joined = entries.left_join(first, day)
    return joined.select(*day, known_on=ibis.least(ibis.coalesce(first.first, entries.known_on), entries.known_on))


def entries_late(entries: ir.Table) -> ir.Table:
    """How many entries each school made, and how many of them late."""
    late = entries.known_on > (entries.date + ibis.interval(days=IN_TIME)).cast("date")
    return entries.group_by("school_id").aggregate(entries=entries.count(), late=late.cast("int64").sum())
