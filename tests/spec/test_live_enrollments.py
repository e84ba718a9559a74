"""A live score of the rows that a district sends is the score of the same rows loaded from its files."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.definitions.catalog import SERVABLE
from features.engine.view_policies import view_policies_of
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, enrollments
from features.policies.enrollment_policies import EnrollmentPolicies
from features.policies.record_policies import RecordPolicies
from features.snapshots.live_features import snapshot_of_records
from features.snapshots.sent_enrollments import enrollments_as_loaded
from features.snapshots.snapshot import build_snapshot
from tests.drawn import canonical, school_days, stacked
from tests.spec.loaded_records import loaded_records


class Enrolled(FeatureSet):
    """Days expected and missed, this year and the year before."""

    name = "enrolled_live"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    missed = Feature(attendance.days_absent(), because="missed {} days")
    before = Feature(attendance.previous_year().days_expected(), because="{} days")
    rate_before = Feature(attendance.previous_year().share_absent(), because="missed {:.0%}")
    schools = Feature(enrollments.schools(), because="{} schools")


AS_OF = date(2025, 10, 14)
CALENDAR = stacked(
    school_days(date(2024, 10, 1), 10, school_year=2025),
    school_days(date(2025, 10, 1), 10),
    school_days(date(2025, 10, 1), 10, school_id="20"),
)
SENT = """
| student_id | school_id | school_year | grade_level | entry_date | exit_date  |
| frozen     | 10        | 2025        | 8           | 2023-09-01 |            |
| frozen     | 10        | 2026        | 9           | 2023-09-01 |            |
| summer     | 10        | 2026        | 9           | 2025-07-20 |            |
| last_day   | 10        | 2026        | 9           | 2024-10-14 |            |
| moved      | 20        | 2026        | 9           | 2025-10-01 | 2025-10-07 |
| moved      | 10        | 2026        | 9           | 2025-10-07 |            |
| one_day    | 20        | 2026        | 9           | 2025-10-01 | 2025-10-01 |
| one_day    | 10        | 2026        | 9           | 2025-10-01 |            |
| early      | 20        | 2026        | 9           | 2025-08-01 | 2025-09-20 |
| early      | 10        | 2026        | 9           | 2025-10-02 |            |
| leaving    | 10        | 2026        | 9           | 2025-10-01 | 2025-10-15 |
"""
MISSED = """
| student_id | school_id | date       |
| frozen     | 10        | 2024-10-02 |
| frozen     | 10        | 2025-10-02 |
| moved      | 20        | 2025-10-03 |
| moved      | 10        | 2025-10-08 |
| one_day    | 10        | 2025-10-08 |
"""


@pytest.mark.parametrize("exit_date", ["last_day", "first_day_gone"])
def test_a_live_score_sees_what_a_load_of_the_same_rows_sees(
    exit_date: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever moved, entered years ago or in summer, or was gone before school began or on the day of entry."""
    monkeypatch.setitem(SERVABLE, Enrolled.name, Enrolled)
    declared: dict[str, object] = {"enrollment": {"exit_date": exit_date}}
    policies = RecordPolicies.model_validate(declared)
    calendar = canonical("calendar_days", CALENDAR)
    with loaded_records(
        tmp_path, {"calendar_days": CALENDAR, "enrollments": SENT, "attendance": MISSED}, **declared
    ) as loaded:
        batch = build_snapshot(loaded.reader, Enrolled, AS_OF).features
        names = {key: student for student, key in loaded.keys().items()}
        ran = batch.rename(index=names).sort_index()
    tables = {
        "calendar_days": calendar, "attendance": canonical("attendance", MISSED),
        "enrollments": enrollments_as_loaded(canonical("enrollments", SENT), calendar, policies.enrollment),
    }  # fmt: skip
    live = snapshot_of_records(Enrolled.name, AS_OF, tables, policies=view_policies_of(policies)).features
    pd.testing.assert_frame_equal(live, ran, check_names=False)
    assert live["before"].to_dict()["frozen"] == 10
    assert ("leaving" in live.index) == (exit_date == "last_day")


def test_an_exit_kind_that_means_never_came_leaves_the_row_out() -> None:
    (row,) = canonical(
        "enrollments", "| student_id | school_year | entry_date | exit_kind |\n| ada | 2026 | 2025-10-01 | left |"
    )
    assert enrollments_as_loaded([row], (), EnrollmentPolicies(never_came=("left",))) == []
    assert len(enrollments_as_loaded([row], (), EnrollmentPolicies())) == 1
