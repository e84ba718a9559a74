"""Checks for jumps: figures of a school and month against the same month a year before."""

from collections.abc import Iterator
from math import sqrt

from features.quality.check_codes import (
    ENROLLMENT_MOVED,
    INCIDENTS_MOVED,
    RATE_MOVED,
    Finding,
    factor_between,
    month_of,
    percent,
)
from features.quality.monthly_figures import Month, Months, year_after, year_before

LEAST_DAYS = 5
"""School days that a month must have to be compared."""
LEAST_DAYS_RUNNING = 10
"""School days that the running month must have: what is entered late is not there yet."""
LEAST_RATE = 0.02
"""By how much an absence rate must move, whatever the factor."""
LEAST_ENROLLED = 50
"""Students that a school must have in one of the two years."""
SURE = 4.0
"""Standard errors beyond which a difference is not taken for chance."""
SPREAD = 5.0
"""How much more than independent days absences vary: they come in runs, and some students have most of them."""
INCIDENT_SPREAD = 2.0
"""Likewise for incidents."""


def jump_findings(months: Months) -> Iterator[Finding]:
    """CHECK12 to CHECK14, month by month."""
    newest = max((month.month for month in months.values()), default=None)
    for month in months.values():
        before = months.get((month.school_id, year_before(month.month)))
        least = LEAST_DAYS_RUNNING if month.month == newest else LEAST_DAYS
        if before is not None and month.days_taken >= least and before.days_taken >= LEAST_DAYS:
            yield from absence_jump(month, before)
            yield from enrollment_jump(month, before)
            yield from incident_jump(month, before)
    yield from schools_gone(months)


def absence_jump(now: Month, before: Month) -> Iterator[Finding]:
    """CHECK12."""
    rate, last = now.absence_rate, before.absence_rate
    if rate is None or last is None:
        return
    error = sqrt(SPREAD * (rate / now.student_days + last / before.student_days))
    surely = abs(rate - last) > max(SURE * error, LEAST_RATE)
    if surely and factor_between(rate, last) >= RATE_MOVED:
        says = f"{percent(rate)} of days missed, {percent(last)} a year before"
        yield finding("CHECK12", now, says)


def enrollment_jump(now: Month, before: Month) -> Iterator[Finding]:
    """CHECK13."""
    larger = max(now.enrolled, before.enrolled)
    surely = larger >= LEAST_ENROLLED and abs(now.enrolled - before.enrolled) > SURE * sqrt(larger)
    if surely and factor_between(now.enrolled, before.enrolled) >= ENROLLMENT_MOVED:
        yield finding("CHECK13", now, f"{now.enrolled:,} students enrolled, {before.enrolled:,} a year before")


def incident_jump(now: Month, before: Month) -> Iterator[Finding]:
    """CHECK14: for as many students and days."""
    exposed, exposed_before = now.enrolled * now.days, before.enrolled * before.days
    if not exposed or not exposed_before:
        return
    expected = before.incidents * exposed / exposed_before
    surely = abs(now.incidents - expected) > SURE * sqrt(INCIDENT_SPREAD * (now.incidents + expected))
    if surely and factor_between(now.incidents, expected) >= INCIDENTS_MOVED:
        says = f"{now.incidents:,} incidents, {expected:,.0f} a year before for as many students and days"
        yield finding("CHECK14", now, says)


def schools_gone(months: Months) -> Iterator[Finding]:
    """CHECK13 for schools that have no figures in the month in which others, a year on, have theirs."""
    there = {month.month for month in months.values() if month.days >= LEAST_DAYS}
    told: set[tuple[str, int]] = set()
    for before in months.values():
        place = before.school_id, before.school_year
        gone = year_after(before.month) in there and (before.school_id, year_after(before.month)) not in months
        if gone and before.enrolled >= LEAST_ENROLLED and place not in told:
            told.add(place)
            name = month_of(year_after(before.month))
            says = f"school {before.school_id}, {name}: no school days, {before.enrolled:,} students a year before"
            yield Finding("CHECK13", says, before.school_id, name)


def finding(code: str, month: Month, says: str) -> Finding:
    """A finding about a school's month."""
    name = month_of(month.month)
    return Finding(code, f"school {month.school_id}, {name}: {says}", month.school_id, name)
