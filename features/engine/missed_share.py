"""Days expected and missed at each school, and the share that an authority asks for."""

import ibis
import ibis.expr.types as ir

from features.engine.record_columns import WHOLE_DAY
from features.language.missed_share import MissedShare

SCHOOL = ["student_key", "school_id", "school_year"]
DAY = ["student_key", "school_id", "school_year", "date"]


def days_by_school(
    spells: ir.Table, absences: ir.Table, suspensions: ir.Table, short_days: ir.Table | None = None
) -> ir.Table:
    """Of each student, school and school year the `days` expected and the hundredths of days missed.

    `expected_hundredths` are those of the days, `short_days` by their share where they are given.
    `absent_hundredths` is what was missed, `suspended_hundredths` what suspension in school adds to it: of a day that
    was missed as well, the part that was not. Absences and suspensions are placed on school days.
    """
    expected = spells.group_by(SCHOOL).aggregate(days=spells.days.sum())
    expected = expected.mutate(expected_hundredths=WHOLE_DAY * expected.days)
    if short_days is not None:
        short = short_days.group_by(SCHOOL).aggregate(short=short_days.short_hundredths.sum())
        less = expected.left_join(short, SCHOOL).select(expected, short=ibis.coalesce(short.short, 0))
        expected = less.mutate(expected_hundredths=less.expected_hundredths - less.short).drop("short")
    missed = absences.group_by(DAY).aggregate(absent=absences.absent_hundredths.sum())
    suspended = suspensions.group_by(DAY).aggregate(away=suspensions.days_removed_hundredths.sum())
    both = missed.outer_join(suspended, DAY)
    key = {name: ibis.coalesce(missed[name], suspended[name]) for name in DAY}
    rows = both.select(
        **key, absent=ibis.coalesce(missed.absent, 0), away=ibis.coalesce(suspended.away, 0)
    )  # fmt: skip
    rows = rows.mutate(added=ibis.greatest(rows.away - rows.absent, 0))
    sums = rows.group_by(SCHOOL).aggregate(absent=rows.absent.sum(), added=rows.added.sum())
    return expected.left_join(sums, SCHOOL).select(
        expected,
        absent_hundredths=ibis.coalesce(sums.absent, 0),
        suspended_hundredths=ibis.coalesce(sums.added, 0),
    )


def share_missed(measure: MissedShare, rows: ir.Table, chosen: ir.BooleanValue) -> ir.Scalar:
    """The share that the measure asks for, of the chosen rows of `days_by_school`."""
    missed = rows.absent_hundredths
    if measure.with_in_school_suspension:
        missed = missed + rows.suspended_hundredths
    if measure.each_school:
        enough = chosen & (rows.days > measure.number)
        most = rows.expected_hundredths
        return (ibis.least(missed, most) / most.nullif(0)).max(where=enough)
    days, total = rows.days.sum(where=chosen), missed.sum(where=chosen)
    most = rows.expected_hundredths.sum(where=chosen)
    share = ibis.least(total, most) / most.nullif(0)
    return ibis.ifelse(days > measure.number, share, ibis.null("float64"))
