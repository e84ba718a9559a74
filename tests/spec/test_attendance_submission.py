"""Days on which attendance was not taken, or nobody knows: no rate, no flag and no label rests on them."""

from datetime import date, timedelta

import pytest

from features.definitions.catalog import FEATURE_SETS, OUTCOMES
from features.engine.view_policies import ViewPolicies, policies_as_json
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.snapshots.labels import label_outcome
from features.snapshots.snapshot import Snapshot, build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import cell, reader, rows_of, school_days, stacked, told


class Taken(FeatureSet):
    """Which days count."""

    name = "taken"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    rate = Feature(attendance.share_absent(), because="missed {:.0%}")
    lately = Feature(attendance.last(school_days=5).share_absent(), because="missed {:.0%}")
    gone_for = Feature(attendance.current_run(), because="{} days")


FIRST = date(2025, 10, 1)
SCHOOLS = ("10", "20")
SAID = stacked(*(school_days(FIRST, 10, school_id=school) for school in SCHOOLS))
UNSAID = SAID.replace("| true | true |", "| true |  |")
EVERYONE = """
| student_id | school_id | school_year | entry_date |
| ada        | 10        | 2026        | 2025-10-01 |
| bo         | 10        | 2026        | 2025-10-01 |
| cy         | 20        | 2026        | 2025-10-01 |
"""
ABSENCES = """
| student_id | school_id | date       | known_on   |
| ada        | 10        | 2025-10-02 | 2025-10-02 |
| bo         | 10        | 2025-10-08 | 2025-10-09 |
"""
LAST_EVENT = ViewPolicies(last_event_decides=True)


def records(calendar: str, policies: ViewPolicies = LAST_EVENT, **drawn: str) -> Reader:
    """The drawn records, read by these policies."""
    loads = f"""
    | source | loaded_at            | digest | rows | report | policies                     | known_on   |
    | files  | 2026-01-01T00:00:00Z | d      | 1    | {{}}     | {policies_as_json(policies)} | 2020-01-01 |
    """
    return reader({"calendar_days": calendar, "enrollments": EVERYONE, "attendance": ABSENCES, "loads": loads, **drawn})


def days_taken(found: Snapshot) -> list[dict[str, str]]:
    return told(found.features)


def test_a_schools_days_after_its_last_event_are_unknown() -> None:
    """School 10 sent its last absence for October 8, the sixth day; school 20 sent none at all."""
    expected = """
    | student_id | days | rate     | lately | gone_for |
    | ada        | 6    | 0.166667 | 0.2    | 0        |
    | bo         | 6    | 0.166667 | 0.2    | 1        |
    | cy         | 0    |          |        |          |
    """
    assert days_taken(build_snapshot(records(UNSAID), Taken, date(2025, 10, 14))) == rows_of(expected)


@pytest.mark.parametrize(("as_of", "days"), [(date(2025, 10, 8), "2"), (date(2025, 10, 9), "6")])
def test_the_last_event_is_the_last_one_known_on_the_as_of_date(as_of: date, days: str) -> None:
    """Bo's absence of October 8 was known on the 9th."""
    found = days_taken(build_snapshot(records(UNSAID), Taken, as_of))
    assert [row["days"] for row in found] == [days, days, "0"]


def test_what_the_calendar_says_holds() -> None:
    """Attendance was taken on every day by the calendar, whatever was sent."""
    found = days_taken(build_snapshot(records(SAID), Taken, date(2025, 10, 14)))
    assert [row["days"] for row in found] == ["10", "10", "10"]


def test_a_day_that_the_calendar_says_was_not_taken_is_not_before_the_last_event_either() -> None:
    mixed = UNSAID.replace(
        "| 10 | main | 2025-10-03 | 2026 | true |  |", "| 10 | main | 2025-10-03 | 2026 | true | false |"
    )
    found = days_taken(build_snapshot(records(mixed), Taken, date(2025, 10, 14)))
    assert [row["days"] for row in found] == ["5", "5", "0"]


def test_a_school_that_sends_what_it_submitted_took_attendance_on_those_days() -> None:
    """School 20 submitted on three days, without any absence; school 10 on one more, after its last event."""
    submissions = """
    | school_id | date       | known_on   |
    | 20        | 2025-10-02 | 2025-10-02 |
    | 20        | 2025-10-03 | 2025-10-03 |
    | 20        | 2025-10-13 | 2025-10-13 |
    | 10        | 2025-10-10 | 2025-10-10 |
    """
    found = days_taken(build_snapshot(records(UNSAID, attendance_submissions=submissions), Taken, date(2025, 10, 14)))
    assert [row["days"] for row in found] == ["3", "3", "3"]


def test_the_last_event_of_a_year_is_not_that_of_the_next() -> None:
    """Last year's days after its last event stay unknown, though events of this year follow."""

    class Before(FeatureSet):
        """Last year's days."""

        name = "before"
        cohort = enrolled(9)
        rate = Feature(attendance.previous_year().share_absent(), because="missed {:.0%}")

    last_year = school_days(date(2025, 3, 3), 10, school_year=2025).replace("| true | true |", "| true |  |")
    returned = f"{EVERYONE.rstrip()}\n| ada | 10 | 2025 | 2025-03-03 |\n"
    absences = f"{ABSENCES.rstrip()}\n| ada | 10 | 2025-03-06 | 2025-03-06 |\n"
    drawn = records(stacked(last_year, UNSAID), enrollments=returned, attendance=absences)
    found = days_taken(build_snapshot(drawn, Before, date(2025, 10, 14)))
    assert [row["rate"] for row in found] == ["0.25", "", ""]


NEVER_TAKEN = SAID.replace("| true | true |", "| true | false |")


@pytest.mark.parametrize("name", FEATURE_SETS)
def test_no_feature_or_signal_says_fine_where_attendance_was_never_taken(name: str) -> None:
    """Every value of attendance is missing, and with it every rule that asks about attendance."""
    feature_set = FEATURE_SETS[name]
    grade = max(feature_set.cohort.grade_levels)
    everyone = EVERYONE.replace("| entry_date |", "| entry_date | grade_level |").replace(
        "| 2025-10-01 |", f"| 2025-10-01 | {grade} |"
    )
    found = build_snapshot(
        records(NEVER_TAKEN, ViewPolicies(), enrollments=everyone), feature_set, date(2025, 10, 14), with_peers=True
    )
    assert len(found.features) == 3
    described = feature_set.features().items()
    attended = [n for n, feature in described if feature.domain == "attendance" and n != "school_week"]
    assert found.features[[*attended, "rule_signals"]].isna().to_numpy().all()
    assert found.peers.isna().to_numpy().all()


@pytest.mark.parametrize(("mark", "signals"), [("A", ""), ("F", "1")])
def test_a_sign_that_is_known_counts_though_attendance_was_never_taken(mark: str, signals: str) -> None:
    """An F in English is a signal of the AIR rule; without any sign the rule has nothing to say."""
    marks = f"""
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark   | points_hundredths | known_on   |
    | ada        | 2026        | q1      | eng       | ela     | progress  | {mark} | 400               | 2025-10-08 |
    """
    everyone = EVERYONE.replace("| entry_date |", "| entry_date | grade_level |").replace(
        "2025-10-01 |", "2025-10-01 | 7 |"
    )
    drawn = records(NEVER_TAKEN, ViewPolicies(), enrollments=everyone, marks=marks)
    found = build_snapshot(drawn, FEATURE_SETS["grades6_8"], date(2025, 10, 14)).features["rule_signals"]
    assert [cell(float(value)) for value in found] == [signals, "", ""]


def test_a_label_is_missing_where_attendance_was_never_taken() -> None:
    year = school_days(date(2025, 9, 1), 100)
    days = [row["date"] for row in rows_of(year)]
    enrollments = "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-09-01 |"
    absences = "| student_id | date |\n| ada | 2025-09-02 |"
    never = year.replace("| true | true |", "| true | false |")
    given = {"calendar_days": never, "enrollments": enrollments, "attendance": absences}
    last = date.fromisoformat(days[-1])
    labels = label_outcome(reader(given), OUTCOMES["chronic_absence_9"], last, observed_on=last + timedelta(days=60))
    assert [cell(label) for label in labels.off_track] == [""]
    assert list(labels.missing_because) == ["too little on record to judge"]
