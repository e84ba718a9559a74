"""Rules across tables: what a row names must be there, and an absence must be on a school day of an enrollment."""

from pathlib import Path

import pytest

from features.ingest.rules.cross_table_rules import REFERENCES
from tests.features.ingest.staging import Staging, becomes

SCHOOLS = "| school_id |\n| 10 |\n| 20 |"
STUDENTS = "| student_id |\n| 1 |\n| 2 |"
STAFF = "| staff_id | role | email | school_id |\n| 7 | counselor | a@b.c | 10 |"
INCIDENTS = """
| incident_id | student_id | date       |
| i1          | 1          | 2025-10-01 |
| i2          | 2          | 2025-10-01 |
"""
BEFORE = {"schools": SCHOOLS, "students": STUDENTS, "staff": STAFF, "incidents": INCIDENTS}

NAMED = {
    "calendar_days": """
    | school_id | date       | school_year | becomes         |
    | 10        | 2025-10-01 | 2026        |                 |
    | 30        | 2025-10-01 | 2026        | ROW08 school_id |
    """,
    "demographics": """
    | student_id | attribute | value | start_date | becomes          |
    | 1          | sex       | X     | 2025-09-01 |                  |
    | 3          | sex       | X     | 2025-09-01 | ROW08 student_id |
    """,
    "programs": """
    | student_id | program | start_date | becomes          |
    | 1          | foster  | 2025-09-01 |                  |
    | 3          | foster  | 2025-09-01 | ROW08 student_id |
    """,
    "enrollments": """
    | student_id | school_id | school_year | entry_date | becomes          |
    | 1          | 10        | 2026        | 2025-09-01 |                  |
    | 1          | 30        | 2026        | 2025-09-01 | ROW08 school_id  |
    | 3          | 10        | 2026        | 2025-09-01 | ROW08 student_id |
    """,
    "attendance": """
    | student_id | school_id | date       | becomes          |
    | 1          | 30        | 2025-10-01 | ROW08 school_id  |
    | 3          | 10        | 2025-10-01 | ROW08 student_id |
    | 1          | 10        | 2025-10-01 | ROW09 date       |
    """,
    "attendance_submissions": """
    | school_id | date       | becomes         |
    | 10        | 2025-10-01 |                 |
    | 30        | 2025-10-01 | ROW08 school_id |
    """,
    "school_terms": """
    | school_id | school_year | term_id | kind    | start_date | end_date   | becomes         |
    | 10        | 2026        | q1      | quarter | 2025-09-01 | 2025-10-31 |                 |
    | 30        | 2026        | q1      | quarter | 2025-09-01 | 2025-10-31 | ROW08 school_id |
    """,
    "section_enrollments": """
    | student_id | school_id | school_year | section_id | start_date | becomes          |
    | 1          | 10        | 2026        | s1         | 2025-10-01 |                  |
    | 1          | 30        | 2026        | s1         | 2025-10-01 | ROW08 school_id  |
    | 3          | 10        | 2026        | s1         | 2025-10-01 | ROW08 student_id |
    """,
    "marks": """
    | student_id | school_id | school_year | term_id | course_id | subject | becomes          |
    | 1          | 10        | 2026        | q1      | alg1      | math    |                  |
    | 1          | 30        | 2026        | q1      | alg1      | math    | ROW08 school_id  |
    | 3          | 10        | 2026        | q1      | alg1      | math    | ROW08 student_id |
    """,
    "incidents": """
    | incident_id | student_id | school_id | date       | becomes          |
    | i1          | 1          | 10        | 2025-10-01 |                  |
    | i2          | 2          | 30        | 2025-10-01 | ROW08 school_id  |
    | i3          | 3          | 10        | 2025-10-01 | ROW08 student_id |
    """,
    "discipline_actions": """
    | incident_id | student_id | school_id | date       | becomes                       |
    | i1          | 1          | 10        | 2025-10-01 |                               |
    | i1          | 2          | 10        | 2025-10-01 | ROW08 incident_id, student_id |
    | i9          | 1          | 10        | 2025-10-01 | ROW08 incident_id, student_id |
    | i1          | 1          | 30        | 2025-10-02 | ROW08 school_id               |
    | i3          | 3          | 10        | 2025-10-01 | ROW08 student_id              |
    """,
    "completions": """
    | student_id | date       | kind    | becomes          |
    | 1          | 2025-10-01 | diploma |                  |
    | 3          | 2025-10-01 | diploma | ROW08 student_id |
    """,
    "staff": """
    | staff_id | role     | email | school_id | becomes         |
    | 7        | district | a     |           |                 |
    | 8        | counselor | a    | 30        | ROW08 school_id |
    """,
    "caseloads": """
    | staff_id | student_id | start_date | becomes          |
    | 7        | 1          | 2025-09-01 |                  |
    | 8        | 1          | 2025-09-01 | ROW08 staff_id   |
    | 7        | 3          | 2025-09-01 | ROW08 student_id |
    """,
    "supports": """
    | support_id | student_id | kind | date       | staff_id | becomes          |
    | 1          | 1          | plan | 2025-09-01 |          |                  |
    | 2          | 1          | plan | 2025-09-01 | 7        |                  |
    | 3          | 1          | plan | 2025-09-01 | 8        | ROW08 staff_id   |
    | 4          | 3          | plan | 2025-09-01 |          | ROW08 student_id |
    """,
}


def staged(tmp_path: Path, tables: dict[str, str]) -> Staging:
    """These tables, parsed and checked against each other."""
    staging = Staging(tmp_path)
    for name, drawing in tables.items():
        staging.send(name, drawing)
    staging.check_across(*tables)
    return staging


@pytest.mark.parametrize(("name", "drawing"), NAMED.items(), ids=NAMED.keys())
def test_what_a_row_names_must_be_there(tmp_path: Path, name: str, drawing: str) -> None:
    drawing = drawing.replace(
        "| i1          | 1          | 30        | 2025-10-02 | ROW07 incident_id, student_id |\n", ""
    )
    staging = staged(tmp_path, {**BEFORE, name: drawing})
    assert staging.verdicts(name) == becomes(drawing)


def test_every_reference_is_drawn_above() -> None:
    for reference in REFERENCES:
        assert f"ROW08 {', '.join(reference.columns)}" in NAMED[reference.table]


@pytest.mark.parametrize(("held", "verdict"), [(True, ""), (False, "ROW08 student_id")])
def test_what_the_warehouse_holds_is_there_too(tmp_path: Path, held: bool, verdict: str) -> None:
    staging = Staging(tmp_path)
    staging.hold({"students": STUDENTS, "schools": SCHOOLS})
    staging.send("programs", "| student_id | program | start_date |\n| 1 | foster | 2025-09-01 |")
    staging.check_across("programs", held=held)
    assert staging.verdicts("programs") == [verdict]


def test_what_was_replaced_or_withdrawn_is_there_no_more(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.hold(
        {
            "students": """
            | student_id | load_id | superseded_by_load | withdrawn |
            | 1          | 1       |                    | false     |
            | 2          | 1       | 2                  | false     |
            | 2          | 2       |                    | true      |
            """
        }
    )
    staging.send("programs", PROGRAMS_OF_BOTH)
    staging.check_across("programs", held=True)
    assert staging.verdicts("programs") == becomes(PROGRAMS_OF_BOTH)


PROGRAMS_OF_BOTH = """
| student_id | program | start_date | becomes          |
| 1          | foster  | 2025-09-01 |                  |
| 2          | foster  | 2025-09-01 | ROW08 student_id |
"""


def test_a_row_in_quarantine_is_not_there(tmp_path: Path) -> None:
    """A student without a name is not taken, and so nothing of the student is."""
    students = "| student_id | first_name |\n| 1 | Ada |\n| 2 | |"
    staging = staged(tmp_path, {"schools": SCHOOLS, "students": students, "programs": PROGRAMS_OF_BOTH})
    assert staging.verdicts("programs") == becomes(PROGRAMS_OF_BOTH)


SPELLS = """
| student_id | school_id | school_year | entry_date | exit_date  |
| 1          | 10        | 2026        | 2025-09-02 | 2025-10-03 |
| 1          | 20        | 2026        | 2025-10-06 |            |
"""

CALENDAR = """
| school_id | track | date       | school_year | in_session |
| 10        | main  | 2025-09-01 | 2026        | true       |
| 10        | main  | 2025-09-02 | 2026        | true       |
| 10        | main  | 2025-09-03 | 2026        | false      |
| 10        | late  | 2025-09-04 | 2026        | true       |
| 10        | main  | 2025-10-03 | 2026        | true       |
| 10        | main  | 2025-10-06 | 2026        | true       |
"""

ABSENCES = """
| student_id | school_id | date       | becomes    |
| 1          | 10        | 2025-09-01 | ROW09 date |
| 1          | 10        | 2025-09-02 |            |
| 1          | 10        | 2025-09-03 | ROW09 date |
| 1          | 10        | 2025-09-04 |            |
| 1          | 10        | 2025-09-06 | ROW09 date |
| 1          | 10        | 2025-10-03 |            |
| 1          | 10        | 2025-10-06 | ROW09 date |
| 1          | 20        | 2025-10-06 |            |
| 1          | 20        | 2026-01-10 |            |
| 2          | 10        | 2025-09-02 | ROW09 date |
"""


def test_an_absence_is_on_a_school_day_of_an_enrollment(tmp_path: Path) -> None:
    """Of any track of the school; a school year without a calendar says nothing, nor does a spell without an end."""
    tables = {"schools": SCHOOLS, "students": STUDENTS, "calendar_days": CALENDAR, "enrollments": SPELLS}
    staging = staged(tmp_path, {**tables, "attendance": ABSENCES})
    assert staging.verdicts("attendance") == becomes(ABSENCES)


def test_a_correction_of_this_load_counts_rather_than_what_it_corrects(tmp_path: Path) -> None:
    """The spell held ended in October, the one sent in September."""
    staging = Staging(tmp_path)
    staging.hold({"schools": SCHOOLS, "students": STUDENTS, "enrollments": SPELLS})
    staging.send("enrollments", CORRECTED)
    staging.send("attendance", LATE)
    staging.check_across("enrollments", "attendance", held=True)
    assert staging.verdicts("attendance") == becomes(LATE)


CORRECTED = """
| student_id | school_id | school_year | entry_date | exit_date  |
| 1          | 10        | 2026        | 2025-09-02 | 2025-09-05 |
"""

LATE = """
| student_id | school_id | date       | becomes    |
| 1          | 10        | 2025-09-05 |            |
| 1          | 10        | 2025-09-08 | ROW09 date |
"""


def test_a_table_that_did_not_come_is_not_looked_at_again(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("students", STUDENTS)
    staging.send("programs", PROGRAMS_OF_BOTH)
    staging.check_across("students")
    assert staging.verdicts("programs") == ["", ""]


def test_a_deletion_names_nothing_that_must_be_there(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("students", STUDENTS)
    staging.send_as(
        "programs",
        "| student_id | program | start_date | known_on | gone |\n| 3 | foster | 2025-09-01 | 2025-09-01 | yes |",
        kind="delta",
        deletes={"column": "gone", "values": ["yes"]},
    )
    staging.check_across("programs")
    assert staging.verdicts("programs") == [""]


@pytest.mark.parametrize(("plain", "shown"), [(False, "9999-99-99"), (True, "2025-09-01")])
def test_the_value_is_kept_as_its_shape_here_too(tmp_path: Path, plain: bool, shown: str) -> None:
    staging = Staging(tmp_path, plain)
    for name, drawing in {"schools": SCHOOLS, "students": STUDENTS, "enrollments": SPELLS}.items():
        staging.send(name, drawing)
    staging.send("attendance", "| student_id | school_id | date |\n| 1 | 10 | 2025-09-01 |")
    staging.check_across("attendance")
    assert staging.rows("attendance", "shown") == [(shown,)]
