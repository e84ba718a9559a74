"""Who the lists of some dates were about, and the warehouse as it was known on a day."""

from dataclasses import dataclass, field
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.view import Members, View, stored_table
from features.warehouse.reader import Reader

DAYS_TO_ACT_ON = 7
"""Days after its as-of date by which a list was made that a counselor could work with."""


@dataclass(frozen=True)
class ReaderOnDay(Reader):
    """An open warehouse as it was known at the end of a day: what became known later is not there."""

    day: date
    held: dict[str, pd.DataFrame] = field(default_factory=dict, compare=False, repr=False)

    def rows(self, name: str) -> ir.Table:
        """The rows of a canonical table that held on that day."""
        return View(self.day, 0).rows(name)

    def current(self, name: str) -> pd.DataFrame:
        """The same as a frame, read once."""
        if name not in self.held:
            self.held[name] = self.table(self.rows(name))
        return self.held[name]

    def has_rows(self, name: str) -> bool:
        """Whether anything of a table was known."""
        table = stored_table(name)
        return not self.table(table.filter(table.known_on <= self.day).limit(1)).empty

    def last_school_day(self, school_year: int) -> date:
        """The last day of instruction of a school year, over all schools."""
        days = self.current("calendar_days")
        last = days.loc[days["in_session"].astype(bool) & (days["school_year"] == school_year), "date"].max()
        return pd.Timestamp(last).date()


def flags_known_by(day: date, outcome: str) -> ir.Table:
    """The flags of an outcome that had been made by the end of a day; no load ever corrects one.

    A list that was made long after the date it looks from was in nobody's hands then, and is left out.
    """
    flags = View(day, 0).visible("flags", replaced=False)
    in_time = flags.known_on <= flags.as_of + ibis.interval(days=DAYS_TO_ACT_ON)
    return flags.filter(~flags.withdrawn & (flags.outcome == outcome) & (flags.as_of <= day) & in_time)


@dataclass(frozen=True)
class CohortHistory(Members):
    """Whoever belonged to a cohort at some time from `since` to the view's as-of date, or was flagged then."""

    since: date
    flags: ir.Table = field(compare=False, repr=False)

    def with_numbers(self) -> ir.Table:
        """The students, each with a number in the order of their keys."""
        members = self.view.cohort(self.cohort, since=self.since)
        everyone = members.union(self.flagged_besides(members))
        return everyone.mutate(number=ibis.row_number().over(order_by="student_key"))

    def flagged_besides(self, members: ir.Table) -> ir.Table:
        """Those who were flagged, and whose records have since said that they were not there.

        With the latest spell that is on record of them, of any year; all but the key is missing where none is.
        """
        flags = self.flags.filter(self.flags.as_of.between(self.since, self.view.as_of))
        others = flags.select("student_key").distinct().anti_join(members, "student_key")
        spells = self.view.rows("enrollments").filter(ibis._.entry_date <= self.view.as_of)
        order = [ibis.desc("entry_date"), ibis.asc("school_id")]
        place = ibis.row_number().over(group_by="student_key", order_by=order)
        last = spells.mutate(place=place).filter(ibis._.place == 0)
        columns = ["school_id", "grade_level", "entry_date"]
        return others.left_join(last, "student_key").select(others.student_key, *[last[name] for name in columns])
