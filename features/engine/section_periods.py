"""The class periods that a student has on a day, from the sections that the student is in."""

import ibis
import ibis.expr.types as ir

from features.engine.record_columns import WHOLE_DAY_SECTION

DAY = ["student_key", "school_id", "date"]


def periods_on_days(events: ir.Table, sections: ir.Table) -> ir.Table:
    """The `periods_met` of each student, school and day of an event of a class, where a section meets on it.

    Sections that run and meet on the day add up; one that a student is in twice counts once. A section without an end
    lasts to the end of its school year.
    """
    days = events.filter(events.section_id != WHOLE_DAY_SECTION).select(*DAY).distinct()
    year_end = ibis.date(sections.school_year.cast("int32"), 6, 30)
    running = [
        days.student_key == sections.student_key,
        days.school_id == sections.school_id,
        days.date >= sections.start_date,
        days.date <= ibis.coalesce(sections.end_date, year_end),
    ]
    both = days.inner_join(sections, running).select(
        days, *(sections[c] for c in ("section_id", "periods", "weekdays"))
    )
    day_of_week = (both.date.day_of_week.index() + 1).cast("string")
    meeting = both.filter(ibis.coalesce(both.weekdays.contains(day_of_week), True))
    once = meeting.group_by([*DAY, "section_id"]).aggregate(periods=ibis.coalesce(meeting.periods, 1).max())
    return once.group_by(DAY).aggregate(periods_met=once.periods.sum().cast("int64"))


def with_periods_met(events: ir.Table, periods_met: ir.Table) -> ir.Table:
    """Events whose `periods_a_day` are those of the student's sections on the day, where any meets.

    `periods_met` is what `periods_on_days` says, as a table of its own: a view, or one that was made before.
    """
    joined = events.left_join(periods_met, DAY).select(events, periods_met.periods_met)
    own = ibis.coalesce(joined.periods_met, joined.periods_a_day)
    return joined.mutate(periods_a_day=own).drop("periods_met")
