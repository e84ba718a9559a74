"""The week of an educator: whom to reach first, what is due, and who was listed and not met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from features.support_settings import Support
from serving.access.authorize import Educator
from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import RosterSupportRow, RunRow
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


@dataclass(frozen=True)
class Week:
    """An educator's week: students put forward, and those not met; what is due; who is left out, and why.

    `first_lists` has the runs that are the first of their outcome, with how many of the students are on each;
    `has_responsible` says that somebody is responsible for a student of the educator.
    """

    put_forward: tuple[Listed, ...]
    waiting: int
    first_lists: tuple[tuple[RunRow, int], ...]
    unmet: tuple[Listed, ...]
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
    fresh = newly_listed(free)
    first = fresh[: support.new_a_week]
    return Week(
        put_forward=tuple(first),
        waiting=sum(not one.first_list for one in fresh[support.new_a_week :]),
        first_lists=tuple(on_first_lists(listed, runs)),
        unmet=tuple(unmet(educator, support, free, {one.key for one in first} | still_pending(tried, educator))),
        follow_ups=tuple(asked_of(session, educator)) if FollowUpRow in there else (),
        risen=tuple(risen_follow_ups(session, educator, support)) if FollowUpRow in there else (),
        try_again=tuple(row for row in tried if row.student_key not in still_pending(tried, educator)),
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


def still_pending(tried: list[ContactRow], educator: Educator) -> set[str]:
    """The students whom somebody tried to reach, and will try again on a later day."""
    return {row.student_key for row in tried if row.try_again_on and row.try_again_on > educator.today}


def unmet(educator: Educator, support: Support, free: list[Listed], others: set[str]) -> list[Listed]:
    """Those listed and not met for so many days, without the others."""
    long_ago = educator.today - timedelta(days=support.unmet_days)
    return [one for one in free if one.key not in others and max(one.since, one.met_on or one.since) <= long_ago]
