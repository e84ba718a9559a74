"""What is found in records that do not add up, and what is left alone because it may be chance."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest

from features.errors import Refused
from features.file_mapping.declaration import FileMapping
from features.quality.attendance_gaps import attendance_gap_findings
from features.quality.check import RecordCheck, check_district, refuse_errors, summary
from features.quality.check_codes import CHECKS, Finding
from features.quality.control_totals import total_findings
from features.quality.monthly_figures import Month
from features.quality.year_over_year import jump_findings
from features.settings import District, Total
from tests.drawn import reader, school_days

TODAY = date(2025, 11, 14)
NORTH = District(id="north", name="North Unified")
USUAL = Month(
    school_id="10",
    month=date(2025, 10, 1),
    school_year=2026,
    enrolled=500,
    days=20,
    days_taken=20,
    student_days=10_000,
    last_day=date(2025, 10, 31),
    taken_until=date(2025, 10, 31),
    absences=700,
    absent_hundredths=60_000,
    latest_absence=date(2025, 10, 31),
    incidents=60,
)
"""A school's October: 6 % of days missed."""
NEXT_MONTH = replace(USUAL, month=date(2025, 11, 1), school_id="20")
"""So that October is not the running month."""


def codes(findings: Iterator[Finding] | tuple[Finding, ...]) -> list[str]:
    """The code of each finding."""
    return [finding.code for finding in findings]


def jumps(now: Month, before: Month = USUAL) -> list[str]:
    """What is found in a month beside the same one a year before."""
    earlier = replace(before, month=date(2024, 10, 1), school_year=2025)
    return codes(jump_findings({(m.school_id, m.month): m for m in (earlier, now, NEXT_MONTH)}))


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (USUAL, []),
        (replace(USUAL, absent_hundredths=85_000), []),
        (replace(USUAL, absent_hundredths=120_000), ["CHECK12"]),
        (replace(USUAL, absent_hundredths=0), ["CHECK12"]),
        (replace(USUAL, student_days=0, absent_hundredths=0), []),
        (replace(USUAL, enrolled=600, student_days=12_000, absent_hundredths=72_000, incidents=72), []),
        (replace(USUAL, enrolled=800, student_days=16_000, absent_hundredths=96_000, incidents=96), ["CHECK13"]),
        (replace(USUAL, incidents=100), []),
        (replace(USUAL, incidents=180), ["CHECK14"]),
        (replace(USUAL, incidents=0), ["CHECK14"]),
        (replace(USUAL, days_taken=4, absent_hundredths=0, incidents=0), []),
    ],
)
def test_a_figure_that_moved_too_far_is_found(now: Month, found: list[str]) -> None:
    assert jumps(now) == found


def test_in_a_small_school_even_twice_as_much_is_chance() -> None:
    small = replace(USUAL, enrolled=25, student_days=500, absent_hundredths=2500, incidents=3)
    twice = replace(small, enrolled=49, absent_hundredths=5000, incidents=8)
    assert jumps(twice, small) == []


def test_an_early_part_of_the_running_month_is_not_compared() -> None:
    """What is entered late is not there yet."""
    year_ago = replace(USUAL, month=date(2024, 10, 1), school_year=2025)
    early = replace(USUAL, days=8, days_taken=8, student_days=4000, absent_hundredths=0)
    assert codes(jump_findings({("10", m.month): m for m in (year_ago, early)})) == []


def test_a_school_without_figures_where_others_have_theirs_is_found_once() -> None:
    autumn = [replace(USUAL, month=date(2024, month, 1), school_year=2025) for month in (9, 10, 11)]
    others = [replace(USUAL, school_id="20", month=date(2025, month, 1)) for month in (9, 10, 11)]
    found = list(jump_findings({(m.school_id, m.month): m for m in (*autumn, *others)}))
    assert [(one.code, one.school_id, one.month) for one in found] == [("CHECK13", "10", "2025-09")]


def totals(now: Month, *declared: Total) -> list[str]:
    """What is found beside declared totals."""
    district = NORTH.model_copy(update={"totals": declared})
    return codes(total_findings({(now.school_id, now.month): now}, district, TODAY))


@pytest.mark.parametrize(
    ("enrolled", "found"), [(500, []), (505, []), (494, ["CHECK11"]), (560, ["CHECK10"]), (0, ["CHECK10"])]
)
def test_a_declared_total_may_be_off_by_one_in_a_hundred(enrolled: int, found: list[str]) -> None:
    assert totals(USUAL, Total(school_id="10", month="2025-10", enrolled=enrolled)) == found


def test_a_total_off_by_a_few_is_no_error_however_small_it_is() -> None:
    assert totals(replace(USUAL, incidents=3), Total(school_id="10", month="2025-10", incidents=4)) == ["CHECK11"]


def test_the_total_of_a_school_without_records_is_an_error() -> None:
    assert totals(USUAL, Total(school_id="99", month="2025-10", enrolled=80)) == ["CHECK10"]


def test_the_total_of_a_month_that_is_not_over_is_not_compared() -> None:
    assert totals(NEXT_MONTH, Total(school_id="20", month="2025-11", enrolled=80)) == []


def sending(schools: Mapping[str, Month], days: int = 20) -> list[tuple[str, str]]:
    """What is found about schools whose last school days are the first of November."""
    dates = [date(2025, 11, day + 1) for day in range(days)]
    months = {(school, month.month): replace(month, school_id=school) for school, month in schools.items()}
    return [(f.code, f.school_id) for f in attendance_gap_findings(months, dict.fromkeys(schools, dates), 2026)]


def sent(taken: int, absence: int, enrolled: int = 500) -> Month:
    """A November whose attendance was taken, and its latest absence entered, through these days."""
    until, latest = date(2025, 11, taken), date(2025, 11, absence)
    november = replace(NEXT_MONTH, days_taken=taken, enrolled=enrolled, last_day=date(2025, 11, 20))
    return replace(november, taken_until=until, latest_absence=latest)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (sent(20, 20), []),
        (sent(16, 16), []),
        (sent(15, 15), [("CHECK08", "20")]),
        (sent(20, 15), [("CHECK08", "20")]),
        (sent(20, 12, enrolled=12), []),
        (sent(12, 12, enrolled=9), []),
    ],
)
def test_a_school_that_stopped_sending_is_found(other: Month, found: list[tuple[str, str]]) -> None:
    """Days said to be taken without any absence are no attendance either, unless so few students have none."""
    assert sending({"10": sent(20, 20), "20": other}) == found


def test_a_district_that_stopped_sending_is_an_error_after_some_weeks() -> None:
    assert sending({"10": sent(11, 11), "20": sent(10, 10)}) == []
    assert sending({"10": sent(10, 10), "20": sent(10, 10)}) == [("CHECK07", "")]
    assert sending({"10": sent(1, 1), "20": sent(1, 1)}, days=21) == [("CHECK06", "")]


def test_a_month_with_attendance_on_few_days_is_found_once_the_school_takes_it_again() -> None:
    october = replace(USUAL, days_taken=9)
    months = {("10", october.month): october, ("10", date(2025, 11, 1)): replace(sent(5, 5), school_id="10")}
    days = {"10": [date(2025, 11, 5)]}
    assert codes(attendance_gap_findings(months, days, 2026)) == ["CHECK09"]


STUDENTS = "\n".join(
    ["| student_id | school_year | entry_date | school_id |"]
    + [f"| {i} | 2026 | 2025-09-01 | {10 if i else 99} |" for i in range(150)]
)
"""150 students, one of them in a school without a calendar."""
DRAWN = {
    "schools": "| school_id |\n| 10 |",
    "calendar_days": school_days(date(2025, 11, 3), 10),
    "students": "| student_id |\n| 1 |",
    "enrollments": STUDENTS,
    "attendance": "| student_id | date |\n| 1 | 2025-11-14 |",
    "marks": "| student_id | school_year | term_id | course_id | mark |\n| 1 | 2026 | q1 | alg | A |",
}
UNSAID = ("terms", "demographics", "programs", "incidents", "discipline_actions", "staff", "caseloads")
NEVER = NORTH.model_copy(update={"files": {name: FileMapping(sent="never") for name in UNSAID}})


def check(district: District = NEVER, today: date = TODAY, **drawings: str) -> RecordCheck:
    """The check of drawn records."""
    return check_district(reader({**DRAWN, **drawings}), district, today)


def test_a_few_students_in_a_school_without_a_calendar_are_a_warning() -> None:
    assert [str(one) for one in check().findings] == [
        "CHECK05 1 of 150 students enrolled today are in schools or tracks without a calendar for 2026: load it"
    ]


def test_more_than_one_in_a_hundred_of_them_are_an_error() -> None:
    more = STUDENTS.replace("| 1 | 2026 | 2025-09-01 | 10 |", "| 1 | 2026 | 2025-09-01 | 98 |")
    assert codes(check(enrollments=more).errors) == ["CHECK04"]


def test_a_track_without_a_calendar_is_one_too() -> None:
    spells = "| student_id | school_year | entry_date | track |\n| 1 | 2026 | 2025-09-01 | B |"
    assert codes(check(enrollments=spells).findings) == ["CHECK04"]


def test_a_track_without_a_calendar_is_none_where_its_students_have_their_schools_days() -> None:
    spells = "| student_id | school_year | entry_date | track |\n| 1 | 2026 | 2025-09-01 | B |"
    loads = '| load_id | source | digest | rows | policies |\n| 1 | made | made | 1 | {"any_track": true} |'
    assert codes(check(enrollments=spells, loads=loads).findings) == []


def test_a_table_that_the_district_never_sends_is_not_missed() -> None:
    assert [one.says.split()[0] for one in check(NORTH).findings if one.code == "CHECK02"] == list(UNSAID)
    assert "CHECK02" not in codes(check().findings)


def test_records_of_another_time_are_an_error_that_says_what_to_do() -> None:
    found = check(today=date(2026, 11, 14))
    assert codes(found.errors) == ["CHECK03"]
    assert "set `today` in ontrack.toml" in found.errors[0].says


def test_an_empty_warehouse_is_an_error_and_nothing_fails() -> None:
    found = check_district(reader({}), NEVER, TODAY)
    assert codes(found.findings) == ["CHECK01"] * 6 + ["CHECK03"]
    assert (found.school_year, dict(found.months)) == (None, {})


def test_errors_are_refused_in_a_sentence_a_kind() -> None:
    with pytest.raises(Refused) as refusal:
        refuse_errors(check_district(reader({}), NEVER, TODAY))
    lines = str(refusal.value).splitlines()
    assert lines[0].startswith("north: the records do not add up")
    assert lines[1].startswith("  error CHECK01 schools has no current record")
    assert lines[1].endswith("(and 5 more: ontrack check --district north)")
    assert len(lines) == 3


def test_warnings_are_not_refused_and_told_a_line_a_kind() -> None:
    found = check(NORTH)
    refuse_errors(found)
    told = list(summary(found.warnings, "north"))
    assert [line.split()[:2] for line in told] == [["warning", "CHECK02"], ["warning", "CHECK05"]]


def test_errors_come_first_and_the_latest_month_before_earlier_ones() -> None:
    found = check(NORTH, enrollments=STUDENTS.replace("| 10 |", "| 99 |"))
    assert [CHECKS[one.code].severity for one in found.findings] == ["error"] + ["warning"] * len(UNSAID)
