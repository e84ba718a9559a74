"""Who the lists of some dates were about: everyone who belonged to the cohort meanwhile, and everyone flagged."""

from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from features.engine.members import Members
from features.engine.parameters import day_parameter
from features.engine.view import ViewShape
from features.engine.visible_tables import VisibleTables

DAYS_TO_ACT_ON = 7
"""Days after its as-of date within which a list must be made for a counselor to work with it."""


def flags_known(outcome: str, known: ViewShape) -> ir.Table:
    """The flags of an outcome that had been made by the end of the view's day; no load ever corrects one.

    A list that was made long after its as-of date was in nobody's hands then, and is left out.
    """
    tables = VisibleTables(known)
    flags = tables.visible("flags", replaced=False)
    in_time = flags.known_on <= flags.as_of + ibis.interval(days=DAYS_TO_ACT_ON)
    return flags.filter(~flags.withdrawn & (flags.outcome == outcome) & (flags.as_of <= tables.as_of) & in_time)


@dataclass(frozen=True)
class CohortHistory(Members):
    """Whoever belonged to a cohort at some time from the parameter `since` to the as-of date, or was flagged then."""

    flags: ir.Table = field(compare=False, repr=False)

    @property
    def since(self) -> ir.DateScalar:
        """The first day on which the students belonged to the cohort."""
        return day_parameter("since")

    def with_numbers(self) -> ir.Table:
        """The students, each with a number in the order of their keys."""
        members = self.tables.cohort(self.cohort, since=self.since)
        everyone = members.union(self.flagged_besides(members))
        return everyone.mutate(number=ibis.row_number().over(order_by="student_key"))

    def flagged_besides(self, members: ir.Table) -> ir.Table:
        """Those who were flagged, and whose records have since said that they were not there.

        With the latest spell that is on record of them, of any year; all but the key is missing where none is.
        """
        flags = self.flags.filter(self.flags.as_of.between(self.since, self.tables.as_of))
        others = flags.select("student_key").distinct().anti_join(members, "student_key")
        spells = self.tables.rows("enrollments").filter(ibis._.entry_date <= self.tables.as_of)
        order = [ibis.desc("entry_date"), ibis.asc("school_id")]
        place = ibis.row_number().over(group_by="student_key", order_by=order)
        last = spells.mutate(place=place).filter(ibis._.place == 0)
        columns = ["school_id", "grade_level", "entry_date"]
        return others.left_join(last, "student_key").select(others.student_key, *[last[name] for name in columns])
