"""The cohort: who is in a snapshot, and what is said when nobody is."""

from datetime import date

import pytest

from features.errors import NothingKnown
from features.language.feature_set import Cohort, Feature, FeatureSet, attendance, enrolled, enrollments
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, stacked


class FirstTimers(FeatureSet):
    """First-time ninth graders."""

    name = "first_timers"
    cohort = enrolled(9, first_time=True)
    missed = Feature(attendance.days_absent(), because="missed {} days")
    schools = Feature(enrollments.schools(), because="{} schools")


class Tenth(FeatureSet):
    """Tenth graders, repeaters among them."""

    name = "tenth"
    cohort = enrolled(10)
    missed = Feature(attendance.days_absent(), because="missed {} days")


AS_OF = date(2025, 11, 20)
CALENDAR = stacked(
    school_days(date(2024, 9, 2), 180, school_year=2025),
    school_days(date(2025, 9, 1), 180),
    school_days(date(2025, 9, 1), 180, school_id="20"),
)


def test_the_cohort_is_who_was_enrolled_at_the_end_of_the_day() -> None:
    """An exit date is the last day enrolled: on its evening the student is gone."""
    drawn = """
    | student_id | school_year | grade_level | entry_date | exit_date  | exit_kind   | in it | because             |
    | ada        | 2026        | 9           | 2025-09-01 |            |             | yes   | there all year      |
    | bo         | 2026        | 9           | 2025-11-20 |            |             | yes   | came that day       |
    | cy         | 2026        | 9           | 2025-11-21 |            |             | no    | comes tomorrow      |
    | di         | 2026        | 9           | 2025-09-01 | 2025-11-19 | transferred | no    | left yesterday      |
    | eve        | 2026        | 9           | 2025-09-01 | 2025-11-20 | transferred | no    | left that day       |
    | flo        | 2026        | 9           | 2025-09-01 | 2025-11-21 | transferred | yes   | leaves tomorrow     |
    | gus        | 2026        | 10          | 2025-09-01 |            |             | no    | another grade       |
    | hal        | 2025        | 9           | 2024-09-02 |            |             | no    | another year        |
    """
    found = build_snapshot(reader({"calendar_days": CALENDAR, "enrollments": drawn}), FirstTimers, AS_OF).features
    assert list(found.index) == [row["student_id"] for row in rows_of(drawn) if row["in it"] == "yes"]


def test_a_student_who_repeats_the_grade_is_not_there_for_the_first_time() -> None:
    """Ada was in grade 9 last year as well; Bo changed schools within this year, which is no repetition."""
    drawn = """
    | student_id | school_id | school_year | grade_level | entry_date | exit_date  | exit_kind    |
    | ada        | 10        | 2025        | 9           | 2024-09-02 |            |              |
    | ada        | 10        | 2026        | 9           | 2025-09-01 |            |              |
    | bo         | 10        | 2025        | 8           | 2024-09-02 |            |              |
    | bo         | 10        | 2026        | 9           | 2025-09-01 | 2025-10-10 | moved_school |
    | bo         | 20        | 2026        | 9           | 2025-10-13 |            |              |
    """
    found = build_snapshot(reader({"calendar_days": CALENDAR, "enrollments": drawn}), FirstTimers, AS_OF)
    assert list(found.features.index) == ["bo"]
    assert found.features.loc["bo", "schools"] == 2


def test_of_a_grade_that_is_repeated_only_those_who_are_in_it_again_may_be_asked_for() -> None:
    """Ada repeats grade 9 and Cy grade 10; Bo is in grade 9 for the first time: of grade 10 everyone belongs."""
    drawn = """
    | student_id | school_year | grade_level | entry_date |
    | ada        | 2025        | 9           | 2024-09-02 |
    | ada        | 2026        | 9           | 2025-09-01 |
    | bo         | 2025        | 8           | 2024-09-02 |
    | bo         | 2026        | 9           | 2025-09-01 |
    | cy         | 2025        | 10          | 2024-09-02 |
    | cy         | 2026        | 10          | 2025-09-01 |
    | di         | 2025        | 9           | 2024-09-02 |
    | di         | 2026        | 10          | 2025-09-01 |
    """
    records = reader({"calendar_days": CALENDAR, "enrollments": drawn})
    again = build_snapshot(records, Tenth, AS_OF, cohort=enrolled(9, repeating=(9,)))
    both = build_snapshot(records, Tenth, AS_OF, cohort=enrolled(9, 10, repeating=(9,)))
    assert (list(again.features.index), list(both.features.index)) == (["ada"], ["ada", "cy", "di"])


@pytest.mark.parametrize(
    ("inner", "outer", "is_within"),
    [
        (enrolled(9, repeating=(9,)), enrolled(9, 10, repeating=(9,)), True),
        (enrolled(10), enrolled(9, 10, repeating=(9,)), True),
        (enrolled(9), enrolled(9, 10, repeating=(9,)), False),
        (enrolled(9, first_time=True), enrolled(9, 10, repeating=(9,)), False),
        (enrolled(9, repeating=(9,)), enrolled(9), True),
        (enrolled(9, repeating=(9,)), enrolled(9, first_time=True), False),
    ],
)
def test_a_cohort_holds_those_who_are_all_of_it(inner: Cohort, outer: Cohort, is_within: bool) -> None:
    assert inner.within(outer) is is_within


def test_a_student_at_two_schools_is_one_row_at_the_school_entered_last() -> None:
    """And at the one with the smaller id where both were entered on one day, whatever the row order."""
    header = "| student_id | school_id | school_year | entry_date |"
    spells = [
        "| ada        | 10        | 2026        | 2025-09-01 |",
        "| ada        | 20        | 2026        | 2025-10-01 |",
        "| bo         | 20        | 2026        | 2025-09-01 |",
        "| bo         | 10        | 2026        | 2025-09-01 |",
    ]
    for order in (spells, spells[::-1]):
        records = reader({"calendar_days": CALENDAR, "enrollments": "\n".join([header, *order])})
        assert build_snapshot(records, FirstTimers, AS_OF).school.to_dict() == {"ada": "20", "bo": "10"}


def test_a_snapshot_says_when_of_what_and_how_many_school_days() -> None:
    """Monday 1 September to Friday 5 September are five school days."""
    drawn = """
    | student_id | school_year | entry_date |
    | ada        | 2026        | 2025-09-01 |
    """
    found = build_snapshot(reader({"calendar_days": CALENDAR, "enrollments": drawn}), FirstTimers, date(2025, 9, 7))
    assert (found.feature_set, found.as_of, found.school_year) == ("first_timers", date(2025, 9, 7), 2026)
    assert found.school_days.to_dict() == {"ada": 5}


def test_a_cohort_of_nobody_is_a_sentence() -> None:
    """Exit code 3, the feature set, the grade, the date, and what to do."""
    drawn = """
    | student_id | school_year | entry_date |
    | ada        | 2026        | 2025-09-01 |
    """
    with pytest.raises(NothingKnown) as refused:
        build_snapshot(reader({"calendar_days": CALENDAR, "enrollments": drawn}), Tenth, AS_OF)
    assert str(refused.value) == (
        "tenth: nobody was enrolled in grade 10 on 2025-11-20; choose a date in session, or check enrollments.csv"
    )
    assert refused.value.exit_code == 3


def test_a_date_before_the_first_school_day_is_a_sentence() -> None:
    """The first school day on record is named."""
    with pytest.raises(NothingKnown) as refused:
        build_snapshot(reader({"calendar_days": CALENDAR}), FirstTimers, date(2024, 9, 1))
    assert str(refused.value) == (
        "as-of date 2024-09-01: before the first school day on record (2024-09-02); choose a later date"
    )
    assert build_snapshot_year(date(2024, 9, 2)) == 2025


def test_a_date_on_which_the_calendar_was_not_known_yet_is_told_from_when_it_was() -> None:
    """As where a source's rows are known from their load on: the day is on record, and no score of it can be made."""
    late = """
    | date       | school_year | known_on   |
    | 2024-09-02 | 2025        | 2025-01-07 |
    """
    with pytest.raises(NothingKnown, match=r"the calendar was not known by then, but from 2025-01-07 on; see to"):
        reader({"calendar_days": late}).view(date(2024, 9, 2))


def build_snapshot_year(as_of: date) -> int:
    """The school year that a date falls in."""
    return reader({"calendar_days": CALENDAR}).view(as_of).school_year


def test_without_any_calendar_there_is_no_date_to_ask_for() -> None:
    """The sentence says that none is on record."""
    with pytest.raises(NothingKnown, match=r"first school day on record \(none\)"):
        build_snapshot(reader({}), FirstTimers, AS_OF)


def test_summer_belongs_to_the_year_before_it() -> None:
    """Between two school years, a date is of the one that has begun."""
    assert [build_snapshot_year(day) for day in (date(2025, 8, 31), date(2025, 9, 1))] == [2025, 2026]
