"""Short days by their share of a day: what is expected and what is missed, in features, chronic absence and way back.

Two weeks of ten days; the third is half a day, the seventh three quarters, as declared by the calendar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import strategies as st

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.language.missed_share import missed_share
from features.quality.monthly_figures import months_of
from features.snapshots.snapshot import build_snapshot
from features.way_back.way_back import find_ways_back
from tests.drawn import reader, rows_of, school_days, told
from tests.spec.cases_together import drawn_cases, features_of_cases
from tests.spec.test_way_back import RULE

AS_OF = date(2025, 10, 14)
SHARES = {"2025-10-03": "50", "2025-10-09": "75"}


def short(calendar: str, shares: Mapping[str, str]) -> str:
    """A drawn calendar with the share of a day on these days."""
    header, *lines = calendar.splitlines()
    found = [f"{header} day_hundredths |"]
    for line in lines:
        day = line.split("|")[3].strip()
        found.append(f"{line} {shares.get(day, '')} |")
    return "\n".join(found)


CALENDAR = short(school_days(date(2025, 10, 1), 10), SHARES)
ENROLLED = "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-10-01 |"


class Short(FeatureSet):
    """Days expected and missed, in all and lately."""

    name = "short"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{:.2f} days")
    missed = Feature(attendance.days_absent(), because="missed {:.2f} days")
    rate = Feature(attendance.share_absent(), because="missed {:.0%}")
    last_5d = Feature(attendance.last(school_days=5).share_absent(), because="missed {:.0%} lately")
    longest = Feature(attendance.longest_run(), because="missed {:.0f} days in a row")
    chronic = Feature(
        missed_share(each_school=False, with_in_school_suspension=False, more_than_days=0), because="missed {:.0%}"
    )


def read(absences: str, policies: str = '{"short_days": true}', calendar: str = CALENDAR) -> list[dict[str, str]]:
    """The features of these absences."""
    loads = f"| load_id | policies |\n| 1 | {policies} |"
    tables = {"calendar_days": calendar, "enrollments": ENROLLED, "attendance": absences, "loads": loads}
    return told(build_snapshot(reader(tables), Short, AS_OF).features)


def read_all(
    absences: Sequence[str], policies: str = '{"short_days": true}', calendar: str = CALENDAR
) -> list[list[dict[str, str]]]:
    """The features of each of these absences: as many students of one district."""
    shared = {"calendar_days": calendar, "loads": f"| load_id | policies |\n| 1 | {policies} |"}
    cases = [{"enrollments": ENROLLED, "attendance": drawn} for drawn in absences]
    return features_of_cases(shared, cases, Short, AS_OF)


WHOLE = "| student_id | date |\n| ada | 2025-10-03 |\n| ada | 2025-10-06 |"
BY_SHARE = """
| student_id | days | missed | rate     | last_5d | longest | chronic  |
| ada        | 9.25 | 1.5    | 0.162162 | 0       | 2       | 0.162162 |
"""
AS_WHOLE_DAYS = """
| student_id | days | missed | rate | last_5d | longest | chronic |
| ada        | 10   | 2      | 0.2  | 0       | 2       | 0.2     |
"""


def test_a_short_day_is_expected_and_missed_by_its_share_where_so_declared() -> None:
    """Half a day and a whole one missed of 9.25; as a run they are two school days either way."""
    assert read(WHOLE) == rows_of(BY_SHARE)
    assert read(WHOLE, "{}") == rows_of(AS_WHOLE_DAYS)


def test_a_window_of_days_has_those_of_its_short_ones() -> None:
    """The last five days are 4.75; the short one of them was missed."""
    (row,) = read("| student_id | date |\n| ada | 2025-10-09 |")
    assert (row["missed"], row["last_5d"]) == ("0.75", f"{75 / 475:.6g}")


PARTS = {
    "whole": (["100"], "0.75"),
    "half of it": (["50"], "0.37"),
    "two halves": (["50", "50"], "0.75"),
    "three thirds": (["33", "33", "34"], "0.75"),
    "absent and suspended": (["100", "100"], "0.75"),
    "nothing": (["0"], "0"),
}


def test_parts_of_a_short_day_add_up_to_it_and_never_to_more() -> None:
    header = "| student_id | date | section_id | kind | absent_hundredths |"
    drawn = [
        "\n".join([header, *(f"| ada | 2025-10-09 | s{n} | partial | {part} |" for n, part in enumerate(parts))])
        for parts, _ in PARTS.values()
    ]
    found = [row["missed"] for (row,) in read_all(drawn)]
    assert dict(zip(PARTS, found, strict=True)) == {name: missed for name, (_, missed) in PARTS.items()}


def test_a_short_day_on_which_attendance_was_not_taken_is_as_unknown_as_any() -> None:
    calendar = short(school_days(date(2025, 10, 1), 10, skip="2025-10-03"), SHARES)
    (row,) = read(WHOLE, calendar=calendar)
    assert (row["days"], row["missed"]) == ("8.75", "1")


LIMIT = replace(RULE, off_track=attendance.share_absent() > 0.1, judged_if=None)
YEAR = school_days(date(2025, 9, 1), 40)
TERMS = """
| school_year | term_id | kind     | start_date | end_date   | known_on   |
| 2026        | s1      | semester | 2025-09-01 | 2025-10-24 | 2025-07-01 |
"""


@pytest.mark.parametrize(("policies", "most", "so_far"), [("{}", 4, 1), ('{"short_days": true}', 3.8, 0.5)])
def test_the_way_back_has_the_days_that_labels_have(policies: str, most: float, so_far: float) -> None:
    """Forty days, of which four are half days, one of them missed: a tenth of 40, or of 38."""
    shares = dict.fromkeys(("2025-09-05", "2025-09-12", "2025-10-17", "2025-10-20"), "50")
    tables = {
        "calendar_days": short(YEAR, shares), "terms": TERMS,
        "attendance": "| student_id | date |\n| ada | 2025-09-05 |",
        "enrollments": "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-09-01 |",
        "loads": f"| load_id | policies |\n| 1 | {policies} |",
    }  # fmt: skip
    opened = reader(tables)
    (way,) = find_ways_back(opened, LIMIT, opened.view(date(2025, 10, 1))).by_student().values()
    (step,) = way.steps
    assert (step.values["most"], step.values["so_far"]) == (most, so_far)


DAYS_MISSED = st.lists(st.sampled_from([row["date"] for row in rows_of(CALENDAR)]), unique=True)


@pytest.mark.parametrize("whole", [False, True])
def test_the_policy_changes_nothing_where_no_day_is_short(whole: bool) -> None:
    """Of drawn students of one district, where the calendar says nothing of a day, or that it is a whole one."""
    calendar = short(school_days(date(2025, 10, 1), 10), dict.fromkeys(SHARES, "100") if whole else {})
    drawn = [
        "\n".join(["| student_id | date |", *(f"| ada | {day} |" for day in days)])
        for days in drawn_cases(DAYS_MISSED, 20, 500)
    ]
    assert read_all(drawn, calendar=calendar) == read_all(drawn, "{}", calendar=calendar)


@pytest.mark.parametrize(("policies", "rate"), [("{}", 2 / 10), ('{"short_days": true}', 150 / 925)])
def test_the_audit_of_records_counts_short_days_as_features_do(policies: str, rate: float) -> None:
    loads = f"| load_id | policies |\n| 1 | {policies} |"
    opened = reader({"calendar_days": CALENDAR, "enrollments": ENROLLED, "attendance": WHOLE, "loads": loads})
    (month,) = months_of(opened, AS_OF).values()
    assert month.absence_rate == pytest.approx(rate)
