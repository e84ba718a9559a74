"""The fields of the form for a plan, read and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from features.support_settings import Support
from serving.pages.form_fields import FieldReader, FormState, new_entry_id
from serving.support.plans import WEEK, Plan

LOOK_BACK = timedelta(days=60)
LOOK_AHEAD = timedelta(days=60)
"""How far from today a plan may begin."""
LONGEST_WEEKS = 40
MOST_SESSIONS = 10
ONCE, DAILY, DAILY_STRATEGY = 1, 5, "check-in"
"""Sessions a week where none are given: five of OnTrack's own daily check-in, one of any other way."""


@dataclass(frozen=True)
class PlanChoices:
    """What can be chosen in a plan: ways of support, and people, by code and name."""

    strategies: Mapping[str, str]
    people: Mapping[str, str]


def read_plan(reader: FieldReader, today: date, choices: PlanChoices, *, earliest: date | None = None) -> Plan:
    """What the form says; the reader has what is wrong. A plan keeps the day it began on, however long ago."""
    since = min(earliest or today, today - LOOK_BACK)
    start = reader.day("start_date", earliest=since, latest=today + LOOK_AHEAD, required=True) or today
    weeks = reader.number("weeks", least=1, most=LONGEST_WEEKS)
    return Plan(
        goal=reader.text("goal", most=300, required=True),
        strategy=reader.choice("strategy", choices.strategies),
        champion=reader.choice("champion", choices.people),
        start_date=start,
        planned_end=start + timedelta(days=WEEK * weeks),
        sessions_a_week=read_sessions(reader),
    )


def read_sessions(reader: FieldReader) -> int:
    """How many sessions a week the form says; left empty, what the way of support has by its name."""
    if not reader.given("sessions_a_week"):
        return DAILY if reader.given("strategy") == DAILY_STRATEGY else ONCE
    return reader.number("sessions_a_week", least=0, most=MOST_SESSIONS)


def blank_plan(today: date, support: Support, *, champion: str, back: str = "") -> FormState:
    """The form as it first shows: from today, for as long as the district says."""
    return FormState(
        {
            "start_date": today.isoformat(), "weeks": str(support.plan_weeks), "sessions_a_week": "",
            "champion": champion, "entry": new_entry_id(), "back": back,
        }
    )  # fmt: skip


def filled_plan(plan: Plan, revision: int) -> FormState:
    """The form with what a plan says."""
    return FormState(
        {
            "goal": plan.goal, "strategy": plan.strategy, "champion": plan.champion,
            "start_date": plan.start_date.isoformat(),
            "weeks": str((plan.planned_end - plan.start_date).days // WEEK),
            "sessions_a_week": str(plan.sessions_a_week), "revision": str(revision),
        }
    )  # fmt: skip
