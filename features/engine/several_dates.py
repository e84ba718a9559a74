"""Several as-of dates of a school year in one script: the records of a student on each date are those of another one.

A student's number, a school's id and a term's id begin with the place of the date, so that whatever is joined or
grouped by them stays within a date. A row also has its as-of date, from which the view's days follow.
"""

from collections.abc import Sequence
from typing import ClassVar

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.terms_and_marks import MARKING_TERMS
from features.engine.validity_intervals import (
    INTERVALS,
    IntervalTables,
    interval_schema,
    made_table,
    numbered_students,
)
from features.engine.view import View, ViewShape

DATES = "as_of_dates"
"""The table of the dates of one script: `place`, `prefix` (the place as text), `as_of` and `school_week`."""

APART = 2**32
"""What the place of a date counts in a student's number."""

DIGITS = 2
"""Of the place of a date in a text."""

MOST_DATES = 10**DIGITS


class SeveralDates(IntervalTables):
    """The tables of a view, once for each of several dates."""

    apart: ClassVar[tuple[str, ...]] = ("as_of",)

    def as_of_in(self, rows: ir.Table) -> ir.DateValue:
        """The as-of date of each row."""
        return rows.as_of

    def last_day_in(self, rows: ir.Table) -> ir.DateValue:
        """The last day that counts for each row, which is its as-of date."""
        return rows.as_of

    def term_start_in(self, rows: ir.Table) -> ir.DateValue:
        """The first day of the marking term of each row's date."""
        return rows.term_from

    def versions_in_force(self, name: str) -> ir.Table:
        """Of each record and date the version in whose interval the date lies."""
        rows, dates = made_table(name, interval_schema(name)), dates_table()
        lasts = ibis.coalesce(rows.in_force_until > dates.as_of, True)
        both = rows.inner_join(dates, [rows.known_on <= dates.as_of, lasts])
        dated = both.select(rows, dates.place, dates.prefix, dates.as_of)
        own = {name: dated.prefix.concat(dated[name]) for name in ("school_id", "term_id") if name in dated.columns}
        if "student_key" in dated.columns:
            own["student_key"] = dated.place * APART + dated.student_key
        return dated.mutate(**own).drop("in_force_until", "place", "prefix")

    def calendar_rows(self) -> ir.Table:
        """The calendar, with the first day of the marking term."""
        return self.with_term_start(super().calendar_rows())

    def marks_posted(self) -> ir.Table:
        """Lines of reports, with the first day of the marking term."""
        return self.with_term_start(super().marks_posted())

    def with_term_start(self, rows: ir.Table) -> ir.Table:
        """Rows with `term_from`, missing where no marking term began this school year."""
        starts = self.kept("term_starts", self.term_starts)
        return rows.left_join(starts, "as_of").select(rows, starts.term_from)

    def term_starts(self) -> ir.Table:
        """The first day of the marking term that began last, by as-of date."""
        terms = self.rows("terms")
        begun = terms.kind.isin(MARKING_TERMS) & (terms.school_year == self.school_year)
        marking = terms.filter(begun & (terms.start_date <= terms.as_of))
        return marking.group_by("as_of").aggregate(term_from=marking.start_date.max())

    def numbered(self, members: ir.Table) -> ir.Table:
        """Members with their own keys, after the prefix of the date, and numbers."""
        students, dates = numbered_students(), dates_table()
        joined = members.inner_join(students, members.student_key % APART == students.number)
        dated = joined.inner_join(dates, joined.student_key // APART == dates.place)
        others = [dated[column] for column in members.columns if column != "student_key"]
        return dated.select(
            dates.prefix.concat(students.student_key).name("student_key"), *others, number=dated.student_key
        )

    def with_school_week(self, members: ir.Table) -> ir.Table:
        """Members by number with the school week of their date."""
        dates = dates_table()
        return members.inner_join(dates, members.student_key // APART == dates.place).select(members, dates.school_week)


def dates_table() -> ir.Table:
    """The dates of the script."""
    return made_table(
        DATES, ibis.schema({"place": "int64", "prefix": "string", "as_of": "date", "school_week": "int64"})
    )


def put_dates(connection: duckdb.DuckDBPyConnection, views: Sequence[View]) -> None:
    """Make these the dates of the next script."""
    rows = [(place, f"{place:0{DIGITS}}", one.as_of, one.school_week) for place, one in enumerate(views)]
    connection.execute(
        f'CREATE OR REPLACE TABLE {INTERVALS}.main."{DATES}" '
        "(place BIGINT, prefix VARCHAR, as_of DATE, school_week BIGINT)"
    )
    connection.executemany(f'INSERT INTO {INTERVALS}.main."{DATES}" VALUES (?, ?, ?, ?)', rows)  # noqa: S608 - our own names


def can_be_together(shape: ViewShape) -> bool:
    """Whether the dates of a view of that shape can be in one script."""
    return not (shape.policies.has_overlaps or shape.policies.last_event_decides or shape.policies.has_school_terms)


def rows_by_date(rows: pd.DataFrame, dates: int) -> list[pd.DataFrame]:
    """What a script found, by date, with students and schools as they are called."""
    place = rows["student_key"].str.slice(0, DIGITS).astype("int64")
    own = rows.assign(student_key=rows["student_key"].str.slice(DIGITS), school_id=rows["school_id"].str.slice(DIGITS))
    return [own[place == one].reset_index(drop=True) for one in range(dates)]
