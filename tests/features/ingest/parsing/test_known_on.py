"""When a row became known: as its file says, or as a rule reckons it."""

from pathlib import Path

import pytest

from tests.features.ingest.staging import TODAY, Staging, becomes

CALENDAR = """
| school_id | date       | school_year | in_session |
| 10        | 2025-10-01 | 2026        | true       |
| 10        | 2025-10-02 | 2026        | false      |
| 10        | 2025-10-03 | 2026        | true       |
| 10        | 2025-10-06 | 2026        | true       |
| 10        | 2025-10-07 | 2026        | true       |
| 20        | 2025-10-02 | 2026        | true       |
| 20        | 2025-10-07 | 2026        | true       |
"""

RULES = {
    "two school days after, at that school": (
        {"after": "date", "school_days": 2},
        """
        | student_id | school_id | date       | becomes    |
        | 1          | 10        | 2025-10-01 | 2025-10-06 |
        | 1          | 10        | 2025-10-02 | 2025-10-06 |
        | 1          | 10        | 2025-10-04 | 2025-10-07 |
        """,
    ),
    "beyond the calendar, weeks of five days": (
        {"after": "date", "school_days": 2},
        """
        | student_id | school_id | date       | becomes    |
        | 1          | 10        | 2025-10-06 | 2025-10-09 |
        | 1          | 10        | 2025-09-01 | 2025-09-04 |
        | 1          | 20        | 2025-10-02 | 2025-10-05 |
        | 1          | 30        | 2025-10-01 | 2025-10-04 |
        """,
    ),
    "so many days after": (
        {"after": "date", "days": 3},
        """
        | student_id | school_id | date       | becomes    |
        | 1          | 10        | 2025-10-01 | 2025-10-04 |
        """,
    ),
    "the day itself": (
        {"after": "date", "school_days": 0},
        """
        | student_id | school_id | date       | becomes    |
        | 1          | 10        | 2025-10-02 | 2025-10-02 |
        """,
    ),
    "never after the day of the load": (
        {"after": "date", "days": 30},
        """
        | student_id | school_id | date       | becomes    |
        | 1          | 10        | 2025-12-16 | 2026-01-15 |
        | 1          | 10        | 2025-12-17 | 2026-01-15 |
        """,
    ),
    "always the same day": (
        {"always": "2020-01-01"},
        """
        | student_id | school_id | date       | becomes    |
        | 1          | 10        | 2025-10-01 | 2020-01-01 |
        """,
    ),
    "the day of the load": (
        {"load": True},
        """
        | student_id | school_id | date       | becomes    |
        | 1          | 10        | 2025-10-01 | 2026-01-15 |
        """,
    ),
    "a column of another name": (
        {"column": "posted"},
        """
        | student_id | school_id | date       | posted     | becomes    |
        | 1          | 10        | 2025-10-01 | 2025-10-09 | 2025-10-09 |
        """,
    ),
}


@pytest.mark.parametrize(("rule", "drawing"), RULES.values(), ids=RULES.keys())
def test_a_rule_says_when_a_row_became_known(tmp_path: Path, rule: dict[str, object], drawing: str) -> None:
    staging = Staging(tmp_path)
    staging.send("calendar_days", CALENDAR)
    staging.send_as("attendance", drawing, **MAPPED, known_on=rule)
    assert staging.verdicts("attendance") == [""] * len(becomes(drawing))
    assert known(staging, "attendance") == becomes(drawing)


MAPPED = {
    "columns": {
        "section_id": {"always": "day"},
        "kind": {"always": "absent"},
        "absent_hundredths": {"always": "100"},
        "excused": {"always": "false"},
    }
}


def known(staging: Staging, name: str) -> list[str]:
    """The day on which each row became known."""
    return [str(day) for (day,) in staging.rows(name, "known_on")]


PROGRAMS = """
| student_id | program    | start_date | end_date | becomes    |
| 1          | low_income | 2025-10-01 |          | 2025-10-03 |
| 1          | foster     | 2025-10-06 |          | 2025-10-09 |
"""


def test_a_record_of_no_school_waits_for_school_days_anywhere(tmp_path: Path) -> None:
    """On 2 October one school of the two has instruction: that is a day."""
    staging = Staging(tmp_path)
    staging.send("calendar_days", CALENDAR)
    staging.send_as("programs", PROGRAMS, known_on={"after": "start_date", "school_days": 2})
    assert known(staging, "programs") == becomes(PROGRAMS)


def test_without_any_calendar_school_days_are_weeks_of_five(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send_as("programs", PROGRAMS, known_on={"after": "start_date", "school_days": 2})
    assert known(staging, "programs") == ["2025-10-04", "2025-10-09"]


HELD = """
| school_id | date       | school_year | in_session |
| 10        | 2025-10-01 | 2026        | true       |
| 10        | 2025-10-02 | 2026        | true       |
| 10        | 2025-10-03 | 2026        | true       |
"""

CORRECTED = """
| school_id | date       | school_year | in_session |
| 10        | 2025-10-02 | 2026        | false      |
"""

ONE_ABSENCE = "| student_id | school_id | date |\n| 1 | 10 | 2025-10-01 |"


@pytest.mark.parametrize(("sent", "day"), [(None, "2025-10-02"), (CORRECTED, "2025-10-03")])
def test_the_calendar_held_counts_where_the_load_does_not_say_otherwise(
    tmp_path: Path, sent: str | None, day: str
) -> None:
    staging = Staging(tmp_path)
    staging.hold({"calendar_days": HELD})
    if sent:
        staging.send("calendar_days", sent)
    staging.send_as("attendance", ONE_ABSENCE, **MAPPED, known_on={"after": "date", "school_days": 1})
    assert known(staging, "attendance") == [day]


DELETIONS = """
| student_id | program    | start_date | status | known_on   | becomes    |
| 1          | low_income | 2025-10-01 | D      | 2025-11-01 | 2025-11-01 |
| 1          | foster     | 2025-10-01 | D      |            | 2026-01-15 |
| 1          | homeless   | 2025-10-01 | D      | 2026-02-01 | 2026-01-15 |
"""


def test_a_deletion_is_known_when_the_file_says_and_else_at_the_load(tmp_path: Path) -> None:
    """Where a rule reckons from the event, the deletion did not become known with it."""
    deletes = {"column": "status", "values": ["D"]}
    staging = Staging(tmp_path)
    staging.send_as("programs", DELETIONS, kind="delta", deletes=deletes)
    assert known(staging, "programs") == becomes(DELETIONS)
    ruled = Staging(tmp_path / "ruled")
    ruled.folder.mkdir()
    ruled.send_as("programs", DELETIONS, kind="delta", deletes=deletes, known_on={"after": "start_date", "days": 2})
    assert {day for (day,) in ruled.rows("programs", "known_on")} == {TODAY}


TERMS = """
| school_year | term_id | kind     | start_date | end_date   |
| 2025        | S1      | semester | 2024-08-20 | 2025-01-24 |
| 2026        | S1      | semester | 2025-08-20 | 2026-01-10 |
| 2025        | S2      | semester | 2025-01-27 | 2025-06-12 |
"""

MARKS = """
| student_id | school_id | school_year | term_id | becomes    |
| 1          | 10        | 2025        | S1      | 2025-01-31 |
| 1          | 10        | 2025        | S2      | 2025-06-19 |
| 1          | 10        | 2026        | S1      | 2026-01-15 |
"""

OF_A_MARK = {
    "columns": {
        "course_id": {"always": "E9"}, "course_name": {"always": "English 9"}, "subject": {"always": "ela"},
        "mark_kind": {"always": "final"}, "mark": {"always": "B"}, "points_hundredths": {"always": "300"},
        "credits_attempted_hundredths": {"always": "500"}, "credits_earned_hundredths": {"always": "500"},
    }
}  # fmt: skip


def test_a_mark_may_be_known_so_long_after_the_end_of_its_term(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("terms", TERMS)
    staging.send_as("marks", MARKS, **OF_A_MARK, known_on={"after": "term_end", "days": 7})
    assert staging.verdicts("marks") == [""] * 3
    assert known(staging, "marks") == becomes(MARKS)


def test_a_mark_of_no_known_term_cannot_say_when_it_was_known(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("terms", TERMS)
    staging.send_as("marks", MARKS.replace("| S2 ", "| S9 "), **OF_A_MARK, known_on={"after": "term_end", "days": 7})
    assert [verdict.split(" ")[0] for verdict in staging.verdicts("marks")] == ["", "ROW08", ""]


DISTRICT_TERMS = """
| school_year | term_id | kind    | start_date | end_date   |
| 2026        | q1      | quarter | 2025-09-01 | 2025-10-31 |
"""
OF_SCHOOLS = """
| school_id | track | school_year | term_id | kind    | start_date | end_date   |
| 20        | main  | 2026        | q1      | quarter | 2025-09-01 | 2025-10-10 |
| 20        | B     | 2026        | q1      | quarter | 2025-09-01 | 2025-11-14 |
"""
MARKS_OF_SCHOOLS = """
| student_id | school_id | school_year | term_id | course_id | course_name | subject | mark | becomes    |
| 1          | 10        | 2026        | q1      | alg       | Algebra     | math    | A    | 2025-11-07 |
| 1          | 20        | 2026        | q1      | alg       | Algebra     | math    | A    | 2025-11-21 |
"""


def test_a_mark_is_known_after_the_term_of_its_school_and_of_several_tracks_after_the_last(tmp_path: Path) -> None:
    """Earlier than it was known nothing may be: the student's track is not looked for."""
    staging = Staging(tmp_path)
    staging.send("terms", DISTRICT_TERMS)
    staging.send("school_terms", OF_SCHOOLS)
    columns = {"mark_kind": {"always": "final"}, "credits_attempted_hundredths": {"always": "50"}}
    staging.send_as("marks", MARKS_OF_SCHOOLS, columns=columns, known_on={"after": "term_end", "days": 7})
    assert known(staging, "marks") == becomes(MARKS_OF_SCHOOLS)
