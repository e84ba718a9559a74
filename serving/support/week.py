"""The week of an educator: whom to reach first, what is due, and who was listed and not met."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from features.support_settings import Support
from serving.access.authorize import Educator
from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import RosterSupportRow, RunRow
from serving.store.run_retention import school_year_begin
from serving.store.support_rows import ContactRow, FollowUpRow, PlanRow, SnoozeRow
from serving.support.due import (
    active_plans,
    asked_of,
    current_snoozes,
    is_due,
    risen_follow_ups,
    tried_contacts,
)
from serving.support.listed_students import Listed, listed_students
from serving.support.presence import tables_of_week

MEETINGS = frozenset({ContactRow, RosterSupportRow})
"""Where it stands when students were last met."""
MOST_UNMET = 3
"""Students of the most signals, met by nobody this year, that My week names at most."""


@dataclass(frozen=True)
class Week:
    """An educator's week: students put forward, and those not met; what is due; who is left out, and why.

    `put_forward` are new or changed, `most_signals` have the most and were met by nobody this school year, and `unmet`
    are others not met for a declared time. `again_on` has the day on which somebody tried for nothing will try again.
    `first_lists` has the runs that are the first of their outcome, with how many of the students are on each;
    `has_responsible` says that somebody is responsible for a student of the educator.
    """

    put_forward: tuple[Listed, ...]
    waiting: int
    first_lists: tuple[tuple[RunRow, int], ...]
    most_signals: tuple[Listed, ...]
    unmet: tuple[Listed, ...]
    again_on: Mapping[str, date]
    follow_ups: tuple[FollowUpRow, ...]
    risen: tuple[FollowUpRow, ...]
    try_again: tuple[ContactRow, ...]
    plans_due: tuple[PlanRow, ...]
    snoozed: tuple[SnoozeRow, ...]
    with_plan: int
    has_responsible: bool


def week_of(session: Session, educator: Educator, runs: Sequence[RunRow], support: Support) -> Week:
    """The educator's week, from the newest list and from what people wrote."""
    there = tables_of_week(session, educator)
    plans = active_plans(session, educator) if PlanRow in there else {}
    tried = tried_contacts(session, educator) if ContactRow in there else []
    snoozed = current_snoozes(session, educator) if SnoozeRow in there else []
    listed = listed_students(session, educator, runs, met=bool(there & MEETINGS)) if runs else []
    left_out = {*plans, *(row.student_key for row in snoozed)}
    free = [one for one in listed if one.key not in left_out]
    again_on = tries_to_come(tried, educator)
    due_again = {row.student_key for row in tried} - again_on.keys()
    fresh = [one for one in newly_listed(free) if one.key not in due_again]
    first = fresh[: support.new_a_week]
    most = never_met(educator, free, {one.key for one in first} | due_again)
    named = {one.key for one in (*first, *most)} | due_again
    return Week(
        put_forward=tuple(first),
        waiting=sum(not one.first_list for one in fresh[support.new_a_week :]),
        first_lists=tuple(on_first_lists(listed, runs)),
        most_signals=tuple(most),
        unmet=tuple(unmet(educator, support, free, named)),
        again_on=again_on,
        follow_ups=tuple(asked_of(session, educator)) if FollowUpRow in there else (),
        risen=tuple(risen_follow_ups(session, educator, support)) if FollowUpRow in there else (),
        try_again=tuple(row for row in tried if row.student_key in due_again),
        plans_due=tuple(one for one in plans.values() if is_due(one, educator)),
        snoozed=tuple(snoozed),
        with_plan=sum(one.key in plans for one in listed),
        has_responsible=ResponsibleRow in there,
    )


def newly_listed(free: list[Listed]) -> list[Listed]:
    """Those who are new or changed, then those on an outcome's first list; without a contact since the list before."""
    found = [one for one in free if (one.is_new or one.has_changed or one.first_list) and not one.is_answered]
    return sorted(found, key=lambda one: one.first_list and not one.has_changed)


def on_first_lists(listed: list[Listed], runs: Sequence[RunRow]) -> Iterator[tuple[RunRow, int]]:
    """The runs that are the first of their outcome, with how many of the educator's students are on each."""
    for run in runs:
        count = sum(one.first_list and one.run_id == run.run_id for one in listed)
        if count:
            yield run, count


def tries_to_come(tried: list[ContactRow], educator: Educator) -> dict[str, date]:
    """When somebody will try again to reach each student, where that is a later day."""
    again = ((row.student_key, row.try_again_on) for row in tried)
    return {key: day for key, day in again if day and day > educator.today}


def never_met(educator: Educator, free: list[Listed], others: Collection[str]) -> list[Listed]:
    """The first of the list with the most signals whom nobody met this school year, without the others."""
    began = school_year_begin(educator.today)
    found = (
        one for one in free if one.band == "many" and one.key not in others and not (one.met_on and one.met_on >= began)
    )
    return list(islice(found, MOST_UNMET))


def unmet(educator: Educator, support: Support, free: list[Listed], others: Collection[str]) -> list[Listed]:
    """Those listed and not met for so many days, without the others."""
    long_ago = educator.today - timedelta(days=support.unmet_days)
    return [one for one in free if one.key not in others and max(one.since, one.met_on or one.since) <= long_ago]
