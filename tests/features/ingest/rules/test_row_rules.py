"""Rules of a row: each bites on the row that breaks it, and on no row beside it."""

from pathlib import Path

import pytest

from features.ingest.rules.row_rules import CROSS_FIELD_RULES, CrossFieldRule
from features.ingest.staging_tables import columns_of
from features.tables import TABLES
from tests.features.ingest.staging import Staging, becomes

DRAWN = {
    "a required cell is empty": (
        "attendance",
        """
        | student_id | date       | kind   | becomes         |
        | 1001       | 2025-10-01 | absent |                 |
        |            | 2025-10-02 | absent | ROW02 student_id |
        | 1001       | 2025-10-03 |        | ROW02 kind      |
        """,
    ),
    "an optional cell may be empty": (
        "students",
        """
        | student_id | birth_date | state_id | becomes          |
        | 1001       |            |          |                  |
        | 1002       | 2010-02-29 |          | ROW03 birth_date |
        """,
    ),
    "a day that there is not, or that no one lives on": (
        "attendance",
        """
        | student_id | date       | becomes    |
        | 1001       | 2024-02-29 |            |
        | 1001       | 2025-02-29 | ROW03 date |
        | 1001       | 1899-12-31 | ROW03 date |
        | 1001       | 2101-01-01 | ROW03 date |
        | 1001       | 2025-10-01 09:00 | ROW03 date |
        | 1001       | 10/01/2025 | ROW03 date |
        """,
    ),
    "a number that is none": (
        "enrollments",
        """
        | student_id | school_year | grade_level | entry_date | becomes           |
        | 1001       | 2026        | 09          | 2025-09-01 |                   |
        | 1002       | 2026        | -1          | 2025-09-01 |                   |
        | 1003       | 2026        | nine        | 2025-09-01 | ROW03 grade_level |
        | 1004       | 2026        | 9.5         | 2025-09-01 | ROW03 grade_level |
        | 1005       | 2026        | 9e0         | 2025-09-01 | ROW03 grade_level |
        | 1006       | 9999999999999999999 | 9   | 2025-09-01 | ROW03 school_year |
        """,
    ),
    "a number out of range": (
        "enrollments",
        """
        | student_id | school_year | grade_level | entry_date | becomes           |
        | 1001       | 2026        | 13          | 2025-09-01 |                   |
        | 1002       | 2026        | 14          | 2025-09-01 | ROW05 grade_level |
        | 1003       | 1989        | 9           | 2025-09-01 | ROW05 school_year |
        """,
    ),
    "a share of a day beyond the day": (
        "attendance",
        """
        | student_id | date       | absent_hundredths | becomes                 |
        | 1001       | 2025-10-01 | 100               |                         |
        | 1001       | 2025-10-02 | 101               | ROW05 absent_hundredths |
        | 1001       | 2025-10-03 | -1                | ROW05 absent_hundredths |
        | 1001       | 2025-10-06 | 0.5               | ROW03 absent_hundredths |
        """,
    ),
    "a value that is not allowed": (
        "attendance",
        """
        | student_id | date       | kind   | excused | becomes       |
        | 1001       | 2025-10-01 | tardy  | TRUE    |               |
        | 1001       | 2025-10-02 | Absent | false   | ROW04 kind    |
        | 1001       | 2025-10-03 | absent | yes     | ROW04 excused |
        """,
    ),
    "an id that went through a spreadsheet": (
        "attendance",
        """
        | student_id | school_id | section_id | date       | becomes          |
        | 100100     | 10        | day        | 2025-10-01 |                  |
        | E+05       | 10        | 3.07       | 2025-10-01 |                  |
        | 12E5       | 10        | A.0        | 2025-10-01 |                  |
        | 1E+05      | 10        | day        | 2025-10-01 | ROW10 student_id |
        | 1.001e+05  | 10        | day        | 2025-10-01 | ROW10 student_id |
        | 1001.0     | 10        | day        | 2025-10-01 | ROW10 student_id |
        | 1001       | 10.00     | day        | 2025-10-01 | ROW10 school_id  |
        | 1001       | 10        | 7.0        | 2025-10-01 | ROW10 section_id |
        """,
    ),
    "a row that was known after the day of the load": (
        "attendance",
        """
        | student_id | date       | known_on   | becomes        |
        | 1001       | 2025-10-01 | 2026-01-15 |                |
        | 1001       | 2025-10-02 | 2026-01-16 | ROW11 known_on |
        | 1001       | 2025-10-03 |            | ROW02 known_on |
        | 1001       | 2025-10-06 | soon       | ROW03 known_on |
        """,
    ),
    "a term that ends before it starts": (
        "terms",
        """
        | school_year | term_id | kind    | start_date | end_date   | becomes                    |
        | 2026        | q1      | quarter | 2025-09-01 | 2025-09-01 |                            |
        | 2026        | q2      | quarter | 2025-09-01 | 2025-08-31 | ROW06 start_date, end_date |
        """,
    ),
    "a school's term that ends before it starts": (
        "school_terms",
        """
        | school_id | school_year | term_id | kind    | start_date | end_date   | becomes                    |
        | 10        | 2026        | q1      | quarter | 2025-09-01 | 2025-09-01 |                            |
        | 10        | 2026        | q2      | quarter | 2025-09-01 | 2025-08-31 | ROW06 start_date, end_date |
        """,
    ),
    "an attribute that ends before it starts": (
        "demographics",
        """
        | student_id | attribute | value | start_date | end_date   | becomes                    |
        | 1001       | sex       | X     | 2025-09-01 |            |                            |
        | 1002       | sex       | X     | 2025-09-01 | 2025-08-31 | ROW06 start_date, end_date |
        """,
    ),
    "a program that ends before it starts": (
        "programs",
        """
        | student_id | program    | start_date | end_date   | becomes                    |
        | 1001       | low_income | 2025-09-01 | 2026-06-30 |                            |
        | 1002       | low_income | 2025-09-01 | 2024-06-30 | ROW06 start_date, end_date |
        """,
    ),
    "an exit before the entry": (
        "enrollments",
        """
        | student_id | school_year | entry_date | exit_date  | becomes                     |
        | 1001       | 2026        | 2025-09-01 |            |                             |
        | 1002       | 2026        | 2025-09-01 | 2025-09-01 |                             |
        | 1003       | 2026        | 2025-09-01 | 2025-08-31 | ROW06 entry_date, exit_date |
        """,
    ),
    "more credits earned than attempted": (
        "marks",
        """
        | student_id | school_year | term_id | course_id | subject | credits_earned_hundredths | becomes |
        | 1 | 2026 | q1 | alg1 | math | 50 | |
        | 1 | 2026 | q1 | alg2 | math |    | |
        | 1 | 2026 | q1 | alg3 | math | 51 | ROW06 credits_earned_hundredths, credits_attempted_hundredths |
        """,
    ),
    "a caseload that ends before it starts": (
        "caseloads",
        """
        | staff_id | student_id | start_date | end_date   | becomes                    |
        | 7        | 1001       | 2025-09-01 | 2025-09-02 |                            |
        | 7        | 1002       | 2025-09-01 | 2025-08-02 | ROW06 start_date, end_date |
        """,
    ),
    "a section that ends before it begins": (
        "section_enrollments",
        """
        | student_id | school_year | section_id | start_date | end_date   | becomes                    |
        | 1001       | 2026        | s1         | 2025-09-01 | 2025-09-01 |                            |
        | 1001       | 2026        | s2         | 2025-09-01 | 2025-08-31 | ROW06 start_date, end_date |
        """,
    ),
    "a plan that ends before it begins": (
        "supports",
        """
        | support_id | student_id | kind | date       | end_date   | becomes              |
        | 1          | 1001       | plan | 2025-09-01 | 2025-10-01 |                      |
        | 2          | 1001       | plan | 2025-09-01 | 2025-08-01 | ROW06 date, end_date |
        """,
    ),
}


@pytest.mark.parametrize(("name", "drawing"), DRAWN.values(), ids=DRAWN.keys())
def test_a_rule_bites_on_the_row_that_breaks_it_only(tmp_path: Path, name: str, drawing: str) -> None:
    staging = Staging(tmp_path)
    staging.send(name, drawing)
    assert staging.verdicts(name) == becomes(drawing)


@pytest.mark.parametrize("rule", CROSS_FIELD_RULES, ids=[f"{rule.table}.{rule.most}" for rule in CROSS_FIELD_RULES])
def test_a_rule_about_two_cells_is_of_columns_that_there_are_and_is_drawn_above(rule: CrossFieldRule) -> None:
    assert {rule.least, rule.most} <= columns_of(TABLES[rule.table]).keys()
    broken = f"ROW06 {rule.least}, {rule.most}"
    assert any(name == rule.table and broken in drawing for name, drawing in DRAWN.values())


ALL_WRONG = """
| student_id | date | kind | absent_hundredths | becomes |
| 1E+05      | soon | late | much              | ROW10 student_id |
"""


def test_a_row_that_breaks_many_rules_is_told_the_first(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("attendance", ALL_WRONG)
    assert staging.verdicts("attendance") == becomes(ALL_WRONG)


SHOWN = """
| student_id | date       | kind |
| 1001       | 3. Mai 25  | x    |
| Zoë 1E+05  |            | X9   |
| 1001       | 2025-10-02 | X9   |
"""


@pytest.mark.parametrize(("plain", "shown"), [(False, ["9. xxx 99", None, "X9"]), (True, ["3. Mai 25", None, "X9"])])
def test_a_bad_value_is_kept_as_its_shape_unless_plain_values_were_asked_for(
    tmp_path: Path, plain: bool, shown: list[str]
) -> None:
    """A code stands as it is: how else could it be mapped."""
    staging = Staging(tmp_path, plain)
    staging.send("attendance", SHOWN)
    assert [row[0] for row in staging.rows("attendance", "shown")] == shown


def test_a_bad_value_is_kept_to_its_fortieth_character(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("attendance", f"| student_id | date |\n| 1001 | {'1' * 50} |")
    assert staging.rows("attendance", "shown") == [("9" * 40,)]


KEYS = """
| student_id | date       | school_id | absent_hundredths | becomes |
| 1001       | 2025-10-01 | 10        | 101               | whole   |
| 1001       | soon       | 10        | 100               | broken  |
| 1001       | 2025-10-01 |           | 100               | broken  |
| 1E+05      | 2025-10-01 | 10        | 100               | broken  |
"""


def test_a_row_in_quarantine_still_says_which_record_it_is_where_its_key_is_whole(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("attendance", KEYS)
    whole = ["whole" if one else "broken" for (one,) in staging.rows("attendance", "whole_key")]
    assert whole == becomes(KEYS)
