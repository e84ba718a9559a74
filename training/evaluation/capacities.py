"""The capacities at which every run is reported: shares of the cohort that a list may hold."""

from features.settings import Gate

CAPACITIES = (0.05, 0.10, 0.15, 0.20)
"""Shares of the cohort at which every run is reported, beside the district's own."""


def capacities_of(bounds: Gate, rows: int) -> tuple[float, ...]:
    """The shares at which lists are judged: the usual ones, the district's own, and what counselors have time for."""
    students = bounds.counselor_minutes // bounds.minutes_per_student
    by_time = (min(0.99, students / rows),) if students else ()
    return tuple(sorted({*CAPACITIES, bounds.capacity, *by_time}))
