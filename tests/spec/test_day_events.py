"""What a day of attendance comes to: one event where kinds have an order, days of periods, own parts of days."""

from datetime import date
from functools import cache

import pytest

from features.engine.view_policies import ViewPolicies, policies_as_json
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.policies.attendance_policies import Periods
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, told
from tests.spec.cases_together import features_of_cases


class Days(FeatureSet):
    """What was missed of which days."""

    name = "days_of_attendance"
    cohort = enrolled(9)
    missed = Feature(attendance.days_absent(), because="missed {} days")
    tardies = Feature(attendance.tardies().count(), because="late {} times")
    days = Feature(attendance.days_expected(), because="{} days")
    rate = Feature(attendance.share_absent(), because="missed {:.0%}")
    run = Feature(attendance.longest_run(), because="{} days in a row")


FIRST, AS_OF = date(2025, 10, 1), date(2025, 10, 14)
CALENDAR = school_days(FIRST, 10)
ADA = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-10-01 |
"""


def days(drawn: dict[str, str], **policies: object) -> list[dict[str, str]]:
    """The features of the students of drawn tables under these policies."""
    given = {"calendar_days": CALENDAR, "enrollments": ADA, **drawn}
    records = reader(given | {"loads": loads(ViewPolicies(**policies))})  # type: ignore[arg-type]  # by name
    return told(build_snapshot(records, Days, AS_OF).features)


def loads(policies: ViewPolicies) -> str:
    """A drawn load that keeps these policies."""
    return f"""
    | source | loaded_at            | digest | rows | report | policies                     | known_on   |
    | files  | 2026-01-01T00:00:00Z | d      | 1    | {{}}     | {policies_as_json(policies)} | 2020-01-01 |
    """


TWO_KINDS = """
| student_id | date       | kind      | absent_hundredths |
| ada        | 2025-10-01 | absent    | 100               |
| ada        | 2025-10-01 | tardy     | 0                 |
| ada        | 2025-10-02 | absent    | 100               |
| ada        | 2025-10-03 | tardy     | 0                 |
| ada        | 2025-10-06 | partial   | 25                |
| ada        | 2025-10-06 | suspended | 100               |
"""
ORDERS = {
    (): "| student_id | missed | tardies | days | rate | run |\n| ada | 3 | 2 | 10 | 0.3 | 2 |",
    ("tardy",): "| student_id | missed | tardies | days | rate | run |\n| ada | 1.25 | 2 | 10 | 0.125 | 1 |",
    ("absent",): "| student_id | missed | tardies | days | rate | run |\n| ada | 2.25 | 1 | 10 | 0.225 | 2 |",
    ("suspended", "tardy"): "| student_id | missed | tardies | days | rate | run |\n| ada | 2 | 2 | 10 | 0.2 | 1 |",
    ("absent", "suspended"): "| student_id | missed | tardies | days | rate | run |\n| ada | 3 | 1 | 10 | 0.3 | 2 |",
}


@pytest.mark.parametrize("order", ORDERS)
def test_one_event_a_day_counts_where_kinds_have_an_order(order: tuple[str, ...]) -> None:
    """Kinds that the order does not name come after those that it does, by the alphabet."""
    assert days({"attendance": TWO_KINDS}, day_priority=order) == rows_of(ORDERS[order])


def periods_missed(*missed: int, day: str = "2025-10-01") -> str:
    """The hundredths of each period of a day that Ada missed."""
    lines = ["| student_id | date | section_id | absent_hundredths |"]
    return "\n".join([*lines, *(f"| ada | {day} | s{n} | {part} |" for n, part in enumerate(missed))])


HALF = {"whole_day": 0.5}
BOTH = {"whole_day": 0.75, "half_day": 0.25}
MINUTES = {"counted_in": "minutes", "minutes_each": 50, "whole_day": 150}


PERIODS: list[tuple[dict[str, object], tuple[int, ...], str]] = [
    ({}, (100,), "1"),                                   # no policy: a row says how much of the day
    ({"a_day": 6}, (100,), "0.16"), ({"a_day": 6}, (100, 100, 100), "0.5"), ({"a_day": 6}, (100,) * 7, "1"),
    ({"a_day": 6, **HALF}, (100, 100), "0"), ({"a_day": 6, **HALF}, (100, 100, 100), "1"),
    ({"a_day": 6, **HALF}, (100, 100, 99), "0"),
    ({"a_day": 6, **HALF}, (50,) * 6, "1"),              # late to each, by half
    ({"a_day": 8, **BOTH}, (100,), "0"), ({"a_day": 8, **BOTH}, (100, 100), "0.5"),
    ({"a_day": 8, **BOTH}, (100,) * 5, "0.5"), ({"a_day": 8, **BOTH}, (100,) * 6, "1"),
    ({"a_day": 3, "whole_day": 1 / 3}, (100,), "1"),     # a third exactly
    ({"a_day": 6, "counted_in": "periods", "whole_day": 4}, (100,) * 3, "0"),
    ({"a_day": 6, "counted_in": "periods", "whole_day": 4}, (100,) * 4, "1"),
    ({"a_day": 6, **MINUTES}, (100, 100, 99), "0"), ({"a_day": 6, **MINUTES}, (100, 100, 100), "1"),
]  # fmt: skip


@cache
def missed_of_periods() -> dict[int, str]:
    """What was missed in each case; those of one policy are students of one district."""
    found: dict[int, str] = {}
    for periods in {repr(one): one for one, _, _ in PERIODS}.values():
        numbers = [number for number, (one, _, _) in enumerate(PERIODS) if one == periods]
        said = loads(ViewPolicies(periods=Periods.model_validate(periods)))
        cases = [{"enrollments": ADA, "attendance": periods_missed(*PERIODS[number][1])} for number in numbers]
        rows = features_of_cases({"calendar_days": CALENDAR, "loads": said}, cases, Days, AS_OF)
        found |= {number: row["missed"] for number, (row,) in zip(numbers, rows, strict=True)}
    return found


@pytest.mark.parametrize("case", range(len(PERIODS)))
def test_periods_make_a_day(case: int) -> None:
    assert missed_of_periods()[case] == PERIODS[case][-1]


def test_a_students_own_periods_come_before_those_of_the_school() -> None:
    """Two of four periods are half a day, two of six are not."""
    enrollments = """
    | student_id | school_year | entry_date | periods_a_day |
    | ada        | 2026        | 2025-10-01 | 4             |
    | bo         | 2026        | 2025-10-01 |               |
    """
    absences = (
        periods_missed(100, 100)
        + "\n"
        + "\n".join(line.replace("ada", "bo") for line in periods_missed(100, 100).splitlines()[1:])
    )
    found = days({"enrollments": enrollments, "attendance": absences}, periods=Periods(a_day=6, whole_day=0.5))
    assert [row["missed"] for row in found] == ["1", "0"]


def test_a_daily_absence_beside_periods_is_a_day_once() -> None:
    absences = f"{periods_missed(100, 100, 100)}\n| ada | 2025-10-01 | day | 100 |"
    (row,) = days({"attendance": absences}, periods=Periods(a_day=6))
    assert row["missed"] == "1"


def test_what_a_day_comes_to_is_shared_among_its_rows() -> None:
    """A day of three of six periods, one of them excused: excused and unexcused parts add up to the day."""

    class Excused(FeatureSet):
        """By excuse."""

        name = "excused"
        cohort = enrolled(9)
        excused = Feature(attendance.excused().days_absent(), because="{}")
        unexcused = Feature(attendance.unexcused().days_absent(), because="{}")

    absences = """
    | student_id | date       | section_id | absent_hundredths | excused |
    | ada        | 2025-10-01 | s1         | 100               | true    |
    | ada        | 2025-10-01 | s2         | 100               | false   |
    | ada        | 2025-10-01 | s3         | 100               | false   |
    """
    policies = ViewPolicies(periods=Periods(a_day=6, whole_day=0.5))
    drawn = {"calendar_days": CALENDAR, "enrollments": ADA, "attendance": absences, "loads": loads(policies)}
    (row,) = told(build_snapshot(reader(drawn), Excused, AS_OF).features)
    assert row == {"student_id": "ada", "excused": "0.33", "unexcused": "0.67"}


PART_TIME = """
| student_id | school_year | entry_date | weekdays | expected_hundredths |
| all        | 2026        | 2025-10-01 |          |                     |
| half       | 2026        | 2025-10-01 |          | 50                  |
| mwf        | 2026        | 2025-10-01 | 135      |                     |
"""
ABSENCES = """
| student_id | date       | absent_hundredths |
| all        | 2025-10-03 | 100               |
| all        | 2025-10-06 | 100               |
| half       | 2025-10-03 | 50                |
| half       | 2025-10-06 | 25                |
| mwf        | 2025-10-02 | 100               |
| mwf        | 2025-10-03 | 100               |
| mwf        | 2025-10-06 | 100               |
"""
EXPECTED = {
    False: """
    | student_id | missed | tardies | days | rate  | run |
    | all        | 2      | 0       | 10   | 0.2   | 2   |
    | half       | 0.75   | 0       | 10   | 0.075 | 0   |
    | mwf        | 3      | 0       | 10   | 0.3   | 3   |
    """,
    True: """
    | student_id | missed | tardies | days | rate  | run |
    | all        | 2      | 0       | 10   | 0.2   | 2   |
    | half       | 1.5    | 0       | 10   | 0.15  | 1   |
    | mwf        | 2      | 0       | 6    | 0.333333 | 2 |
    """,
}


@pytest.mark.parametrize("part_time", EXPECTED)
def test_part_time_students_are_expected_on_their_own_days(part_time: bool) -> None:
    """Of ten days six are a Monday, Wednesday or Friday; an absence on a Thursday is none of that student's days."""
    found = days({"enrollments": PART_TIME, "attendance": ABSENCES}, part_time=part_time)
    assert found == rows_of(EXPECTED[part_time])


def test_a_window_counts_a_part_time_students_own_days() -> None:
    """The last two school days of who comes on Mondays, Wednesdays and Fridays are Friday and Monday."""

    class Lately(FeatureSet):
        """The last two days."""

        name = "lately"
        cohort = enrolled(9)
        rate = Feature(attendance.last(school_days=2).share_absent(), because="{:.0%}")

    absences = """
    | student_id | date       |
    | all        | 2025-10-10 |
    | mwf        | 2025-10-10 |
    """
    policies = ViewPolicies(part_time=True)
    drawn = {"calendar_days": CALENDAR, "enrollments": PART_TIME, "attendance": absences, "loads": loads(policies)}
    found = told(build_snapshot(reader(drawn), Lately, AS_OF).features)
    assert [(row["student_id"], row["rate"]) for row in found] == [("all", "0"), ("half", "0"), ("mwf", "0.5")]
