"""School days of students who are expected on some days of the week: a track of the calendar of their own."""

import ibis
import ibis.expr.types as ir

DAYS_OF_WEEK = "1234567"


def own_track(enrollments: ir.Table) -> ir.Table:
    """Enrollments whose `track` names the days of the week as well, where the student is expected on some only."""
    own = enrollments.track.concat("/", enrollments.weekdays)
    return enrollments.mutate(track=ibis.ifelse(is_part_time(enrollments), own, enrollments.track))


def is_part_time(enrollments: ir.Table) -> ir.BooleanValue:
    """Whether an enrollment is of some days of the week only."""
    return ibis.coalesce(enrollments.weekdays.length() > 0, False)


def with_own_tracks(calendar: ir.Table, enrollments: ir.Table) -> ir.Table:
    """The calendar, and again for each such track: a day of another day of the week is no day of instruction on it."""
    part = enrollments.filter(is_part_time(enrollments))
    named = part.select("school_id", "track", "school_year", "weekdays").distinct()
    again = calendar.inner_join(named, ["school_id", "track", "school_year"])
    day = (again.date.day_of_week.index() + 1).cast("string")
    own = again.mutate(
        track=again.track.concat("/", again.weekdays), in_session=again.in_session & again.weekdays.contains(day)
    )
    return calendar.union(own.select(*calendar.columns))
