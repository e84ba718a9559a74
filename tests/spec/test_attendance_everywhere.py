"""Policies of attendance hold beyond features: in weeks, evidence, labels and on live records alike."""

from dataclasses import replace
from datetime import date, timedelta

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.engine.view_policies import ViewPolicies, policies_as_json
from features.language.feature_set import attendance
from features.snapshots.labels import label_outcome
from features.snapshots.live_features import SNAPSHOT_TABLES, snapshot_of_records
from features.snapshots.snapshot import build_snapshot
from features.way_back.way_back import find_ways_back
from tests.drawn import canonical, reader, school_days
from tests.spec.evidence import evidence_of, weeks_of_students

AS_OF = date(2025, 10, 14)
POLICIES = ViewPolicies(day_priority=("tardy", "absent"), part_time=True, last_event_decides=True)
DRAWN = {
    "calendar_days": school_days(date(2025, 10, 1), 10).replace("| true | true |", "| true |  |"),
    "enrollments": """
    | student_id | school_year | entry_date | weekdays |
    | ada        | 2026        | 2025-10-01 | 135      |
    | bo         | 2026        | 2025-10-01 |          |
    """,
    "attendance": """
    | student_id | date       | kind   | absent_hundredths |
    | ada        | 2025-10-01 | absent | 100               |
    | ada        | 2025-10-01 | tardy  | 0                 |
    | ada        | 2025-10-02 | absent | 100               |
    | ada        | 2025-10-03 | absent | 100               |
    | bo         | 2025-10-10 | absent | 100               |
    """,
    "loads": f"""
    | source | loaded_at            | digest | rows | report | policies                     | known_on   |
    | files  | 2026-01-01T00:00:00Z | d      | 1    | {{}}     | {policies_as_json(POLICIES)} | 2020-01-01 |
    """,
}
MISSED_A_FIFTH = replace(
    OFF_TRACK_CHICAGO, name="missed_a_fifth", off_track=attendance.share_absent() >= 0.2, judged_if=None, needs=()
)


def test_weeks_and_evidence_are_of_the_days_and_events_that_count() -> None:
    """Ada comes on Monday, Wednesday and Friday, was late on October 1; the last event was on the 10th, a Friday."""
    records = reader(DRAWN)
    view = records.view(AS_OF)
    weeks = weeks_of_students(records, NinthGrade, view)
    assert [(week["days"], week["missed"]) for week in weeks["ada"]] == [(2, 100), (3, 0)]
    assert [(week["days"], week["missed"]) for week in weeks["bo"]] == [(3, 0), (5, 100)]
    behind = evidence_of(records, NinthGrade, view, ["absence_rate_year", "tardies_year"])
    assert [row["date"] for row in behind["absence_rate_year"]["ada"]] == ["2025-10-03"]
    assert [row["date"] for row in behind["tardies_year"]["ada"]] == ["2025-10-01"]


def test_a_label_is_of_the_same_days() -> None:
    """One day of five is a fifth; by all events and days it would be three of ten."""
    labels = label_outcome(reader(DRAWN), MISSED_A_FIFTH, AS_OF, observed_on=AS_OF + timedelta(days=90))
    assert labels.off_track.tolist() == [True, False]


def test_live_records_are_read_by_the_same_policies() -> None:
    """Ada's features from her own records, with the calendar as a run has it, are those of the warehouse."""
    stored = build_snapshot(reader(DRAWN), NinthGrade, AS_OF).features.loc[["ada"]]
    rows = {
        name: [row for row in canonical(name, DRAWN[name]) if row.get("student_key", "ada") in ("ada", "")]
        for name in SNAPSHOT_TABLES
        if name in DRAWN
    }
    seen = reader(DRAWN)
    calendar = seen.visible(seen.view(AS_OF), "calendar_days").to_dict("records")
    days: list[dict[str, object]] = [
        {**{str(name): value for name, value in row.items()}, "superseded_by_load": None, "date": str(row["date"])[:10]}
        for row in calendar
    ]
    live = snapshot_of_records("grade9", AS_OF, {**rows, "calendar_days": days}, policies=POLICIES).features
    assert live.drop(columns=["rule_signals"]).equals(stored.drop(columns=["rule_signals"]))


def test_the_way_back_counts_a_part_time_students_own_days() -> None:
    """In 40 school days Ada has 24; missing fewer than a tenth of them leaves her one more, and Bo three of 40."""
    calendar = school_days(date(2025, 10, 1), 40)
    absences = "| student_id | date | kind |\n| ada | 2025-10-01 | absent |\n| ada | 2025-10-02 | absent |"
    drawn = {**DRAWN, "calendar_days": calendar, "attendance": absences}
    records = reader(drawn)
    limit = replace(MISSED_A_FIFTH, off_track=attendance.share_absent() >= 0.1, leaving_is_off_track=False)
    found = find_ways_back(records, limit, records.view(AS_OF)).by_student()
    steps = {key: dict(way.steps[0].values) for key, way in found.items()}
    assert {key: (step["days"], step["school_days"], step["so_far"]) for key, step in steps.items()} == {
        "ada": (1.0, 18.0, 1.0),
        "bo": (3.0, 30.0, 0.0),
    }
