"""How fresh the records are: school days since anything was last known, in the district and by school."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.warehouse.reader import Reader

YEAR_DAYS = 365
"""Days: how far is looked back for how many exceptions a school usually has."""


@dataclass(frozen=True)
class Freshness:
    """When anything new was last known of attendance and of marks, None where nothing is on record.

    `days` are the district's school days of the year before the as-of date, that day included, rising. `schools` has a
    row a school in session (index `school_id`): `silent`, its school days since anything was last known of its
    attendance, and `expected`, the entries it would usually have made on them.
    """

    days: tuple[date, ...]
    attendance: date | None
    marks: date | None
    schools: pd.DataFrame

    def days_since(self, day: date) -> int:
        """The school days after a day."""
        return len(self.days) - bisect_right(self.days, day)


def freshness_of(reader: Reader, view: View) -> Freshness:
    """How fresh the records are at the end of the as-of date."""
    distinct = reader.run(recent_days_script(view.shape), view.values)["date"]
    return Freshness(
        days=tuple(pd.Timestamp(day).date() for day in distinct),
        attendance=newest_known(reader, view, "attendance"),
        marks=newest_known(reader, view, "marks"),
        schools=with_expected(
            reader.run(silent_days_script(view.shape), view.values).set_index("school_id").sort_index()
        ),
    )


@cached_script
def recent_days_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the district's days in session of the year before the as-of date (`date`), rising."""
    return compile_script(recent_days(VisibleTables(shape)).select("date").distinct().order_by("date"))


def recent_days(tables: VisibleTables) -> ir.Table:
    """Each school's days in session of the year before the as-of date, once, whatever its tracks."""
    days = tables.rows("calendar_days")
    recent = days.in_session & (days.date > year_before(tables)) & (days.date <= tables.as_of)
    return days.filter(recent).select("school_id", "date").distinct()


def year_before(tables: VisibleTables) -> ir.DateValue:
    """The day a year before the as-of date."""
    day: ir.DateValue = tables.as_of - ibis.interval(days=YEAR_DAYS)
    return day


def newest_known(reader: Reader, view: View, name: str) -> date | None:
    """The day on which anything in a table was last known."""
    newest = pd.Timestamp(reader.run(newest_known_script(name, view.shape), view.values)["newest"].iloc[0])
    return None if pd.isna(newest) else newest.date()


@cached_script
def newest_known_script(name: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for the day on which anything in a table was last known (`newest`)."""
    known = VisibleTables(shape).visible(name, "known_on", replaced=False)
    return compile_script(known.aggregate(newest=known.known_on.max()))


@cached_script
def silent_days_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for each school's days in session, those since its newest attendance, and its entries."""
    tables = VisibleTables(shape)
    return compile_script(silent_days(tables, recent_days(tables)))


def silent_days(tables: VisibleTables, days: ir.Table) -> ir.Table:
    """Per school its days in session, those since its newest attendance, and its entries in the same year."""
    entries = tables.visible("attendance", "school_id", "date", replaced=False)
    by_school = entries.group_by("school_id").aggregate(
        newest=entries.known_on.max(), entries=(entries.date > year_before(tables)).cast("int64").sum()
    )
    placed = days.left_join(by_school, "school_id").select(days, by_school.newest, by_school.entries)
    unheard = placed.newest.isnull() | (placed.date > placed.newest)
    return placed.group_by("school_id").aggregate(
        days=placed.count(),
        silent=ibis.coalesce(unheard.cast("int64").sum(), 0),
        entries=ibis.coalesce(placed.entries.max(), 0),
    )


def with_expected(schools: pd.DataFrame) -> pd.DataFrame:
    """The entries that each school's silent days would usually have brought, at the pace of its other days."""
    heard = (schools["days"] - schools["silent"]).clip(lower=1)
    expected = schools["silent"] * schools["entries"] / heard
    return pd.DataFrame({"silent": schools["silent"].astype("int64"), "expected": expected.astype("float64")})
