"""What the events of a student's day come to, by the district's policies: which counts, and how much was missed."""

import ibis
import ibis.expr.types as ir

from features.engine.record_columns import WHOLE_DAY, WHOLE_DAY_SECTION
from features.engine.section_periods import with_periods_met
from features.engine.view_policies import ViewPolicies
from features.policies.attendance_policies import Periods, codes_of

HALF_DAY = 50
"""Hundredths of half a day."""

EXACT = 10_000
"""A share is compared in whole ten-thousandths: integers are equal where shares are."""


def events_by_policies(
    events: ir.Table, spells: ir.Table, policies: ViewPolicies, periods_met: ir.Table | None = None
) -> ir.Table:
    """Attendance with one daily event where kinds have an order, and with parts of the student's own day.

    `spells` are enrollments with when each `ends`, empty while it goes on, and what a day is for the student.
    `periods_met` are the class periods of each student's sections by day, where sections are sent.
    """
    if policies.day_priority:
        events = one_event_a_day(events, policies.day_priority)
    if policies.periods.a_day or policies.part_time:
        events = with_own_day(events, spells)
    if periods_met is not None:
        events = with_periods_met(events, periods_met)
    if policies.periods.a_day:
        events = day_of_periods(events, policies.periods)
    return of_own_day(events) if policies.part_time else events


def with_own_day(events: ir.Table, spells: ir.Table) -> ir.Table:
    """Events with `periods_a_day` and `expected_hundredths` of the enrollment at their school on their day."""
    within = [
        events.student_key == spells.student_key,
        events.school_id == spells.school_id,
        events.date >= spells.entry_date,
        events.date <= ibis.coalesce(spells.ends, events.date),
    ]
    return events.left_join(spells, within).select(events, spells.periods_a_day, spells.expected_hundredths)


def one_event_a_day(events: ir.Table, priority: tuple[str, ...]) -> ir.Table:
    """Of the daily events of a student, school and day the one that comes first; those of sections all stay.

    An event comes where its code or its kind is named, whichever is first; one that is not named comes last.
    """
    place = place_in_order(events, priority)
    rank = ibis.row_number().over(
        group_by=["student_key", "school_id", "date", "section_id"], order_by=[place, events.kind]
    )
    ranked = events.mutate(rank=rank)
    return ranked.filter((ranked.rank == 0) | (ranked.section_id != WHOLE_DAY_SECTION)).drop("rank")


def place_in_order(events: ir.Table, priority: tuple[str, ...]) -> ir.IntegerValue:
    """Where each event comes in an order of codes and kinds; those that it does not name come last."""
    codes = codes_of(priority)

    def is_named(name: str) -> ir.BooleanValue:
        return ibis.coalesce(events.code == name, False) if name in codes else events.kind == name

    return ibis.cases(*((is_named(name), n) for n, name in enumerate(priority)), else_=len(priority))


def day_of_periods(events: ir.Table, periods: Periods) -> ir.Table:
    """Events whose rows of sections say what was missed of the day, where they said what was missed of their period.

    What the day comes to is shared among its rows in whole hundredths, in proportion. Needs `periods_a_day`.
    """
    is_period = events.section_id != WHOLE_DAY_SECTION
    day = ["student_key", "school_id", "date"]
    own = ibis.ifelse(is_period, events.absent_hundredths, 0)
    order = [ibis.desc("absent_hundredths"), "section_id", "kind"]
    upto = own.sum().over(group_by=day, order_by=order, rows=(None, 0))
    total = own.sum().over(group_by=day, order_by=order, rows=(None, None))
    rows = events.mutate(own=own, upto=upto, total=total)
    a_day = ibis.greatest(ibis.coalesce(rows.periods_a_day, periods.a_day or 1), 1)
    missed = missed_of_day(rows.total, a_day, periods)
    share = (missed * rows.upto) // rows.total.nullif(0) - (missed * (rows.upto - rows.own)) // rows.total.nullif(0)
    in_day = ibis.ifelse(rows.section_id != WHOLE_DAY_SECTION, ibis.coalesce(share, 0), rows.absent_hundredths)
    return rows.mutate(absent_hundredths=in_day.cast("int64")).drop("own", "upto", "total")


def missed_of_day(total: ir.IntegerColumn, a_day: ir.IntegerValue, periods: Periods) -> ir.IntegerValue:
    """Hundredths of the day that were missed, given hundredths of periods and how many periods a day has."""
    if periods.whole_day is None and periods.half_day is None:
        return ibis.least(total // a_day, WHOLE_DAY)
    bounds = [(periods.whole_day, WHOLE_DAY), (periods.half_day, HALF_DAY)]
    reached = [(reaches(bound, total, a_day, periods), part) for bound, part in bounds if bound is not None]
    return ibis.cases(*reached, else_=0)


def reaches(bound: float, total: ir.IntegerColumn, a_day: ir.IntegerValue, periods: Periods) -> ir.BooleanValue:
    """Whether what was missed of periods reaches a bound."""
    whole = round(bound * EXACT)
    match periods.counted_in:
        case "share":
            return total * EXACT >= whole * 100 * a_day
        case "periods":
            return total * EXACT >= whole * 100
        case "minutes":
            return total * (periods.minutes_each or 0) * EXACT >= whole * 100


def of_own_day(events: ir.Table) -> ir.Table:
    """Events that say what was missed of the student's own day, where one of a part of a day is expected.

    Needs `expected_hundredths`, which is missing for a student who is expected for the whole day.
    """
    expected = ibis.coalesce(events.expected_hundredths, WHOLE_DAY)
    missed = ibis.least(events.absent_hundredths * 100 // expected.nullif(0), WHOLE_DAY)
    return events.mutate(absent_hundredths=ibis.coalesce(missed, 0).cast("int64"))


def of_schools_at_once(events: ir.Table) -> ir.Table:
    """Events that say what was missed of the day, where they said what was missed of the day at one of `schools`.

    A school's events of a day add up to its day at most, and are shared in whole hundredths, rounded up as a whole.
    """
    order = [ibis.desc("absent_hundredths"), "section_id", "kind"]
    upto = events.absent_hundredths.sum().over(
        group_by=["student_key", "school_id", "date"], order_by=order, rows=(None, 0)
    )  # fmt: skip
    rows = events.mutate(upto=upto)
    before = ibis.least(rows.upto - rows.absent_hundredths, WHOLE_DAY)
    share = up_to_whole(ibis.least(rows.upto, WHOLE_DAY), rows.schools) - up_to_whole(before, rows.schools)
    return rows.mutate(absent_hundredths=share.cast("int64")).drop("upto")


def up_to_whole(hundredths: ir.IntegerValue, parts: ir.IntegerColumn) -> ir.IntegerValue:
    """One of so many parts, rounded up."""
    return (hundredths + parts - 1) // parts
