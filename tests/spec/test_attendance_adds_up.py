"""The figures of `ontrack check` and the features of students are of the same days, under every policy."""

from datetime import date

import pytest

from features.engine.view_policies import ViewPolicies, policies_as_json
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.policies.attendance_policies import Periods
from features.quality.monthly_figures import months_of
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, school_days


class Totals(FeatureSet):
    """Days expected and missed."""

    name = "totals"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    missed = Feature(attendance.days_absent(), because="{} days")


AS_OF = date(2025, 10, 14)
CALENDAR = school_days(date(2025, 10, 1), 10)
UNSAID = CALENDAR.replace("| true | true |", "| true |  |")
ENROLLMENTS = """
| student_id | school_year | entry_date | exit_date  | exit_kind   | weekdays | expected_hundredths | periods_a_day |
| ada        | 2026        | 2025-10-01 |            |             |          |                     |               |
| bo         | 2026        | 2025-10-01 |            |             | 135      |                     | 4             |
| cy         | 2026        | 2025-10-02 |            |             |          | 50                  |               |
"""
ATTENDANCE = """
| student_id | date       | section_id | kind      | absent_hundredths |
| ada        | 2025-10-01 | day        | absent    | 100               |
| ada        | 2025-10-01 | day        | tardy     | 0                 |
| ada        | 2025-10-02 | day        | absent    | 100               |
| ada        | 2025-10-02 | day        | suspended | 100               |
| bo         | 2025-10-03 | s1         | absent    | 100               |
| bo         | 2025-10-03 | s2         | absent    | 100               |
| bo         | 2025-10-06 | day        | absent    | 100               |
| cy         | 2025-10-07 | day        | partial   | 50                |
| cy         | 2025-10-08 | day        | partial   | 25                |
"""
POLICIES = {
    "none": (CALENDAR, ViewPolicies()),
    "one event a day": (CALENDAR, ViewPolicies(day_priority=("tardy", "absent"))),
    "periods": (CALENDAR, ViewPolicies(periods=Periods(a_day=6, whole_day=0.5, half_day=0.25))),
    "part-time": (CALENDAR, ViewPolicies(part_time=True)),
    "days that the calendar leaves open": (UNSAID, ViewPolicies(last_event_decides=True)),
    "all": (
        UNSAID,
        ViewPolicies(
            day_priority=("tardy",),
            periods=Periods(a_day=6, whole_day=0.5),
            part_time=True,
            last_event_decides=True,
        ),
    ),
}
TOTALS = {
    "none": (29, 475), "one event a day": (29, 375), "periods": (29, 475), "part-time": (25, 550),
    "days that the calendar leaves open": (17, 475), "all": (15, 450),
}  # fmt: skip


@pytest.mark.parametrize("name", POLICIES)
def test_checked_figures_are_the_sums_of_the_features(name: str) -> None:
    calendar, policies = POLICIES[name]
    loads = f"""
    | source | loaded_at            | digest | rows | report | policies                     | known_on   |
    | files  | 2026-01-01T00:00:00Z | d      | 1    | {{}}     | {policies_as_json(policies)} | 2020-01-01 |
    """
    drawn = {"calendar_days": calendar, "enrollments": ENROLLMENTS, "attendance": ATTENDANCE, "loads": loads}
    records = reader(drawn)
    found = build_snapshot(records, Totals, AS_OF).features
    (month,) = months_of(records, AS_OF).values()
    sums = (int(found["days"].sum()), round(100 * float(found["missed"].sum())))
    assert sums == (month.student_days, month.absent_hundredths)
    assert sums == TOTALS[name]
