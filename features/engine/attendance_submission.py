"""Days on which attendance was taken, where the calendar does not say: by what the school has sent."""

import ibis
import ibis.expr.types as ir

DAY = ["school_id", "date"]
YEAR = ["school_id", "school_year"]


def with_attendance_taken(calendar: ir.Table, events: ir.Table, submissions: ir.Table) -> ir.Table:
    """The calendar with `attendance_taken` on every day: as it says, and where it does not by what was sent.

    A school that sends which days it submitted has taken attendance on those, and on days with an event; another on
    every day of instruction up to its last event of the school year. `events` and `submissions` have `school_id` and
    `date`.
    """
    sent = events.select(*DAY, is_submission=ibis.literal(False)).union(
        submissions.select(*DAY, is_submission=ibis.literal(True))
    )
    days = sent.group_by(DAY).aggregate(by_day=sent.is_submission.any())
    of_year = calendar.select(*YEAR, "date").distinct().inner_join(days, DAY)
    last = of_year.group_by(YEAR).aggregate(last_day=of_year.date.max(), by_day=of_year.by_day.any())
    both = calendar.left_join(last, YEAR).select(calendar, last.last_day, every_day=last.by_day)
    both = both.left_join(days.mutate(is_sent=ibis.literal(True)).drop("by_day"), DAY).drop(
        "school_id_right", "date_right"
    )
    up_to_last = ibis.coalesce(both.date <= both.last_day, False)
    by_school = ibis.ifelse(ibis.coalesce(both.every_day, False), ibis.coalesce(both.is_sent, False), up_to_last)
    taken = ibis.coalesce(both.attendance_taken, both.in_session & by_school)
    return both.mutate(attendance_taken=taken).select(*calendar.columns)
