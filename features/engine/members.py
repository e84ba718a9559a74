"""The members of a cohort, numbered: the students whose records a snapshot or a label reads."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort


@dataclass(frozen=True)
class Members:
    """Who a cohort was, in a view: the students whose records a snapshot or a label reads."""

    tables: VisibleTables
    cohort: Cohort

    def table(self) -> ir.Table:
        """The members, one row each: `student_key`, `number`, `school_id`, `grade_level`, `entry_date`."""
        return self.tables.kept("members", self.with_numbers)

    def with_numbers(self) -> ir.Table:
        """The members, each with a number in the order of their keys."""
        return self.tables.numbered(self.tables.cohort(self.cohort))

    def numbered(self) -> ir.Table:
        """The members by number, which is the `student_key` of all that is seen for them: with school and grade."""
        return self.table().select("school_id", "grade_level", student_key="number")

    def with_keys(self, rows: ir.Table) -> ir.Table:
        """Rows by number as rows by the students' own keys."""
        members = self.table().select("number", key="student_key")
        joined = rows.inner_join(members, rows.student_key == members.number)
        others = [rows[column] for column in rows.columns if column != "student_key"]
        return joined.select(members.key.name("student_key"), *others)


LISTED = "listed_students"
"""What the table of listed members is called."""


class ListedMembers(Members):
    """Students whose keys stand in the table LISTED, whoever they are; no school, grade or entry date is told."""

    def with_numbers(self) -> ir.Table:
        """The students listed, each with a number in the order of their keys."""
        listed = ibis.table({"student_key": "string"}, name=LISTED)
        return listed.mutate(
            school_id=ibis.null("string"),
            grade_level=ibis.null("int64"),
            entry_date=ibis.null("date"),
            number=ibis.row_number().over(order_by="student_key"),
        )
