"""The policies that a view reads records by: those that act where records of several loads or sources meet."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from features.policies.attendance_policies import NO_PERIODS, Periods
from features.policies.enrollment_policies import Concurrent, EarlierRow
from features.policies.record_policies import RecordPolicies


@dataclass(frozen=True)
class ViewPolicies:
    """How a view reads records; each default is the reading without a policy.

    `unweighted` is which grade points are read. An incomplete counts as `incomplete_then` from `incomplete_days` after
    its term. With `any_track`, students on a track without a calendar have the days of another track of their school;
    with `short_days`, a short day counts by its share. `has_overlaps` says whether any spells of a student share a day:
    only then is one school a date looked for, by the rule `concurrent`, and what a row is after a later one at its
    school that ended within it, by `earlier_row`, if any may be there (`has_nested_rows`). `day_priority` orders
    the codes and kinds of daily events, of which the first counts; `periods` says how class periods make a day;
    with `part_time`, students are expected on the weekdays, and for the share of a day, that their enrollment says.
    With `last_event_decides`, the calendar leaves days open: what a school has sent then says whether attendance
    was taken. With `has_sections` the sections that students are in say how many periods they have on a day. With
    `has_school_terms` some schools or tracks have terms of their own.
    """

    unweighted: bool = False
    incomplete_days: int | None = None
    incomplete_then: str = "F"
    any_track: bool = False
    short_days: bool = False
    has_overlaps: bool = False
    has_nested_rows: bool = True
    concurrent: Concurrent = "longer"
    earlier_row: EarlierRow = "goes_on"
    day_priority: tuple[str, ...] = ()
    periods: Periods = NO_PERIODS
    part_time: bool = False
    last_event_decides: bool = False
    has_sections: bool = False
    has_school_terms: bool = False


AS_BEFORE = ViewPolicies()
"""A view without a policy."""


def view_policies_of(
    policies: RecordPolicies,
    *,
    has_overlaps: bool = False,
    has_nested_rows: bool = True,
    has_open_days: bool = False,
    has_sections: bool = False,
    has_school_terms: bool = False,
) -> ViewPolicies:
    """What a district's policies say about views of records of which spells share days, or do not.

    Then of which some may be nested at one school, or none is.
    Of which the calendar has days without a word on whether attendance was taken, or does not; and with or without
    sections that students are in, which only say something where periods make a day; and with or without terms that
    schools have of their own.
    """
    incomplete, attendance = policies.marks.incomplete_days, policies.attendance
    return ViewPolicies(
        unweighted=policies.marks.points == "unweighted",
        incomplete_days=incomplete,
        incomplete_then="F" if incomplete is None else policies.marks.incomplete_then,
        any_track=policies.calendar.track_without_days == "school",
        short_days=policies.calendar.short_days == "share",
        has_overlaps=has_overlaps,
        has_nested_rows=has_nested_rows or not has_overlaps,
        concurrent=policies.enrollment.concurrent if has_overlaps else "longer",
        earlier_row=policies.enrollment.earlier_row if has_overlaps else "goes_on",
        day_priority=attendance.day_priority,
        periods=attendance.periods,
        part_time=attendance.part_time,
        last_event_decides=has_open_days,
        has_sections=has_sections and attendance.periods.a_day is not None,
        has_school_terms=has_school_terms,
    )


def of_overlaps(policies: ViewPolicies, *, has_overlaps: bool) -> ViewPolicies:
    """The policies for records of which spells share days, or do not: then none of shared days is asked."""
    if has_overlaps:
        return replace(policies, has_overlaps=True, has_nested_rows=True)
    return replace(policies, has_overlaps=False, has_nested_rows=True, concurrent="longer", earlier_row="goes_on")


Transfers = Literal["none", "apart", "sharing_days"]
"""Whether records of other districts are read, and whether any spell of theirs shares a day with another one."""


def policies_with_transfers(policies: ViewPolicies, transfers: Transfers) -> ViewPolicies:
    """The policies for records with those of other districts, whose schools have terms of their own."""
    if transfers == "none":
        return policies
    own = replace(policies, has_school_terms=True)
    return of_overlaps(own, has_overlaps=True) if transfers == "sharing_days" else own


@cache
def policies_json() -> TypeAdapter[ViewPolicies]:
    """How the policies are written to JSON and read from it; made when first needed."""
    return TypeAdapter(ViewPolicies)


def policies_as_json(policies: ViewPolicies) -> str:
    """The policies as a load keeps them."""
    return policies_json().dump_json(policies, exclude_defaults=True).decode()


def policies_from(text: str | None) -> ViewPolicies:
    """The policies that a load kept; those that it does not name, or a load of an earlier version, are the default."""
    return policies_json().validate_json(text) if text else AS_BEFORE
