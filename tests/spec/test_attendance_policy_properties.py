"""What holds of policies of attendance for every district: one that has nothing to decide changes nothing."""

from dataclasses import replace

import pytest

from features.engine.view_policies import ViewPolicies
from features.policies.attendance_policies import Periods
from tests.spec.drawn_snapshots import HONEST, Looking, everything, holds
from tests.spec.made_districts import Rows

NOTHING_TO_DECIDE = {
    "periods, where attendance is taken by day": ViewPolicies(periods=Periods(a_day=6, whole_day=0.5)),
    "part-time, where everybody comes every day": ViewPolicies(part_time=True),
    "the last event, where the calendar says": ViewPolicies(last_event_decides=True),
}


def under(policies: ViewPolicies) -> Looking:
    """The snapshot by these policies."""
    return Looking(view=replace(HONEST, policies=policies))


@pytest.mark.parametrize("name", NOTHING_TO_DECIDE)
def test_a_policy_that_has_nothing_to_decide_changes_nothing(name: str) -> None:
    looking = under(NOTHING_TO_DECIDE[name])
    holds(lambda district: looking.rows(everything(district)) == Looking().rows(everything(district)))


def test_an_order_of_kinds_changes_nothing_where_no_day_has_two() -> None:
    looking = under(ViewPolicies(day_priority=("tardy", "absent")))

    def same(rows: Rows) -> bool:
        return looking.rows(rows) == Looking().rows(rows)

    holds(lambda district: same(one_kind_a_day(everything(district))))


def one_kind_a_day(rows: Rows) -> Rows:
    """The rows with events of the first kind that is drawn for a student, school and day."""
    first: dict[tuple[object, ...], object] = {}
    for row in rows["attendance"]:
        first.setdefault((row["student_key"], row["school_id"], str(row["date"])), row["kind"])
    kept = [
        row
        for row in rows["attendance"]
        if first[row["student_key"], row["school_id"], str(row["date"])] == row["kind"]
    ]
    return {**rows, "attendance": kept}


def test_the_property_finds_out_a_policy_that_decides() -> None:
    """Students who come on Mondays only have other days where weekdays count."""
    part_time = under(ViewPolicies(part_time=True))

    def mondays(rows: Rows) -> Rows:
        return {**rows, "enrollments": [{**row, "weekdays": "1"} for row in rows["enrollments"]]}

    with pytest.raises(AssertionError):
        holds(
            lambda district: (
                part_time.rows(mondays(everything(district))) == Looking().rows(mondays(everything(district)))
            )
        )
