"""A collaborative: districts of different size, calendar, grading and bias, one of them new, one with another meaning.

What differs is planted, and kept apart from the records: `planted_collaborative` says which district is which.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from features.simulator.district import simulate_state
from features.simulator.plan import Plan, state_plans
from features.simulator.planted_bias import Planted

OPENS_LATE = (0, -7, 7, 14)
"""Days after the usual first Monday on which a school year begins, district after district."""
KINDER_MARKS = (0.0, 0.15, -0.12)
"""What is added to the score behind every mark."""
BLACK_RECORDED = (1.6, 1.0, 2.0, 1.3, 1.8)
SPECIAL_FROM = 4
"""From so many districts on one is new, and one means something else by a code."""
YEARS_OF_THE_NEW = 1


def collaborative_plans(students: int, districts: int, *, today: date, years: int, seed: int) -> tuple[Plan, ...]:
    """The districts from large to small.

    From four districts on the smallest is new: it has records of the running school year alone. The district in the
    middle writes every late arrival as a day absent, which is another meaning of the code than that of the others.
    """
    plans = state_plans(students, districts, today=today, years=years, seed=seed)
    return tuple(differing(plan, place, districts) for place, plan in enumerate(plans))


def write_collaborative(plans: Sequence[Plan], folder: Path, truth: Path | None = None) -> dict[str, dict[str, int]]:
    """Rows written per district and table: a folder of CSV files for each district, and the truth apart from them."""
    written = simulate_state(plans, {one.district_id: folder / one.district_id for one in plans}, truth=truth)
    if truth:
        text = json.dumps(planted_collaborative(plans), indent=2)
        (truth / "collaborative.json").write_text(text + "\n", encoding="utf-8")
    return written


def differing(plan: Plan, place: int, districts: int) -> Plan:
    """A district as it differs from the others at its place."""
    special = districts >= SPECIAL_FROM
    planted = Planted(
        black_recorded=BLACK_RECORDED[place % len(BLACK_RECORDED)],
        groups_differ=place % 4 != 3,
        late_is_absent=special and place == other_place(districts),
    )
    return replace(
        plan,
        years=min(plan.years, YEARS_OF_THE_NEW) if special and place == districts - 1 else plan.years,
        opens_late=OPENS_LATE[place % len(OPENS_LATE)],
        kinder_marks=KINDER_MARKS[place % len(KINDER_MARKS)],
        planted=planted,
    )


def other_place(districts: int) -> int:
    """The place of the district that means something else by a code."""
    return districts // 2


def planted_collaborative(plans: Sequence[Plan]) -> dict[str, dict[str, object]]:
    """What is planted in each district, by its id."""
    longest = max(plan.years for plan in plans)
    return {
        plan.district_id: {
            "students": plan.students,
            "opens_late_by_days": plan.opens_late,
            "kinder_marks": plan.kinder_marks,
            "new": plan.years < longest,
            "late_written_as_absent": plan.planted.late_is_absent,
        }
        for plan in plans
    }
