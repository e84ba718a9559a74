"""Short days by their share of a day: what was missed of them, and what less was expected of a student."""

import ibis
import ibis.expr.types as ir

from features.engine.record_columns import WHOLE_DAY
from features.language.quantities import Window
from features.language.records import Measure, Records

SHORT = "short_hundredths"
"""By how many hundredths of a day a day is shorter than a whole one."""


def of_short_days(absences: ir.Table) -> ir.Table:
    """Absences that say what was missed of a whole day, where they said what was missed of a short one.

    Parts of one day are shared out in whole hundredths that add up to the whole. Needs `day_hundredths`, and absences
    that add up to one day at most.
    """
    order = [ibis.desc("absent_hundredths"), *map(ibis.asc, ("school_id", "section_id", "kind"))]
    upto = absences.absent_hundredths.sum().over(
        group_by=["student_key", "date"], order_by=order, rows=(None, 0)
    )  # fmt: skip
    rows = absences.mutate(upto=upto)
    before = (rows.upto - rows.absent_hundredths) * rows.day_hundredths // WHOLE_DAY
    part = rows.upto * rows.day_hundredths // WHOLE_DAY - before
    return rows.mutate(absent_hundredths=part.cast("int64")).drop("upto")


def shortage_in(window: Window) -> Measure:
    """By how many hundredths of a day a student's days in a window are shorter than whole ones."""
    return Measure("sum", Records("short_days", window), SHORT)


def expected_hundredths(days: ir.IntegerColumn, shortage: ir.IntegerColumn | None) -> ir.IntegerColumn:
    """Hundredths of days that were expected in so many days, short ones by their share."""
    whole = WHOLE_DAY * days
    return whole if shortage is None else whole - ibis.coalesce(shortage, 0)
