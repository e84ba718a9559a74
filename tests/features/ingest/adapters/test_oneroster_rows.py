"""What a OneRoster package becomes: the canonical rows of drawn packages, each with its file and row."""

from pathlib import Path

import pandas as pd
import pytest

from features.ingest.adapters.oneroster.conversion import convert
from features.ingest.findings import DataRefused
from features.sources.oneroster import OneRosterCsv
from tests.drawn import rows_of
from tests.features.ingest.adapters.packages import SMALL, conversion_of, converted, write_package

SOURCE = OneRosterCsv(marks_in=("Final",), credits=0.5, state_id="stateId")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The canonical rows of the small package."""
    folder = write_package(tmp_path_factory.mktemp("package"), SMALL)
    return converted(conversion_of(folder, tmp_path_factory.mktemp("work"), SOURCE))


def said(frame: pd.DataFrame, drawing: str) -> None:
    """The rows are those that are drawn, in the drawn columns."""
    wanted = pd.DataFrame(rows_of(drawing)).astype(str)
    got = frame[list(wanted.columns)].astype(str)
    assert sorted(map(tuple, got.values)) == sorted(map(tuple, wanted.values))


def test_a_school_has_the_level_of_its_students_and_a_district_is_none(found: dict[str, pd.DataFrame]) -> None:
    said(found["schools"], "| school_id | name | level |\n| 10 | North | high |\n| 20 | South | high |")


def test_a_term_ends_the_day_before_its_end_date_and_a_school_year_is_no_term(found: dict[str, pd.DataFrame]) -> None:
    said(
        found["terms"],
        """
        | term_id | school_year | kind     | start_date | end_date   |
        | s1      | 2026        | semester | 2025-08-18 | 2026-01-09 |
        | s2      | 2026        | semester | 2026-01-12 | 2026-06-09 |
        """,
    )


def test_students_are_those_with_the_role_and_the_state_id_stands_in_a_list(found: dict[str, pd.DataFrame]) -> None:
    said(
        found["students"],
        """
        | row | student_id | first_name | birth_date | state_id | known_on   |
        | 2   | 1          | Ada        | 2011-02-03 | 77       | 2026-01-15 |
        | 3   | 2          | Bea        |            | 8        | 2026-01-15 |
        | 4   | 3          | Cy         |            |          | 2026-01-15 |
        """,
    )


def test_a_row_of_demographics_gives_each_attribute_under_a_name_of_its_own(found: dict[str, pd.DataFrame]) -> None:
    said(
        found["demographics"],
        """
        | file                     | row | student_id | attribute      | value | start_date |
        | demographics.csv (sex)   | 2   | 1          | sex            | F     | 2011-02-03 |
        | demographics.csv (sex)   | 3   | 2          | sex            | M     | 1900-01-01 |
        | demographics.csv (asian) | 2   | 1          | race_ethnicity | Asian | 2011-02-03 |
        | demographics.csv (white) | 2   | 1          | race_ethnicity | White | 2011-02-03 |
        | demographics.csv (white) | 3   | 2          | race_ethnicity | White | 1900-01-01 |
        """,
    )


def test_homerooms_say_when_a_student_was_enrolled_then_classes_then_roles(found: dict[str, pd.DataFrame]) -> None:
    said(
        found["enrollments"],
        """
        | file            | row | student_id | school_id | grade_level | entry_date | exit_date  |
        | enrollments.csv | 2   | 1          | 10        | 09          | 2025-08-18 | 2025-09-30 |
        | enrollments.csv | 3   | 1          | 10        | 09          | 2025-11-03 |            |
        | enrollments.csv | 5   | 2          | 20        | 10          | 2025-08-18 |            |
        | roles.csv       | 4   | 3          | 20        | 0           | 2025-09-01 |            |
        """,
    )


def test_marks_are_results_of_the_named_category_with_declared_credits(found: dict[str, pd.DataFrame]) -> None:
    said(
        found["marks"],
        """
        | row | student_id | course_id | subject  | mark_kind | mark | mark_status | credits_earned_hundredths |
        | 2   | 1          | MAT9      | math     | final     | F    |             | 0                         |
        | 4   | 2          | ART1      | Fine Art | final     |      | not_given   |                           |
        """,
    )
    assert set(found["marks"]["credits_attempted_hundredths"]) == {"50"}


def test_categories_that_are_not_there_are_refused_with_those_that_are(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "in", SMALL)
    with pytest.raises(DataRefused, match=r"SRC05 .*`marks_in`, Term grade; there are Final, Homework"):
        next(convert(conversion_of(folder, tmp_path / "work", OneRosterCsv(marks_in=("Term grade",)))))


def test_marks_without_declared_credits_have_none_which_is_not_0(tmp_path: Path) -> None:
    source = OneRosterCsv(tables=("marks",), marks_in=("Final",))
    marks = converted(conversion_of(write_package(tmp_path / "in", SMALL), tmp_path / "work", source))["marks"]
    assert set(marks["mark"]) == {"F", ""}
    assert set(marks["credits_attempted_hundredths"]) == set(marks["credits_earned_hundredths"]) == {""}


def test_a_counselor_of_two_schools_has_the_primary_one_and_a_teacher_is_no_staff(
    found: dict[str, pd.DataFrame],
) -> None:
    said(found["staff"], "| staff_id | role | school_id | email |\n| c | counselor | 10 | c@x.example |")


def test_version_1_1_has_roles_and_lists_of_schools_in_users(tmp_path: Path) -> None:
    users = """
    | SourcedID | orgSourcedIds | role          | givenName | familyName | email | grades | Status       |
    | 1         | d,10          | student       | Ada       | One        |       | 09     |              |
    | 2         | 10, 20        | Student       | Bea       | Two        |       | KG     | active       |
    | 3         | 20            | student       | Cy        | Three      |       | 09     | tobedeleted  |
    | p         | 10            | administrator | Prin      | Cipal      | p@x   |        |              |
    | d         | d             | administrator | Dis       | Trict      | d@x   |        |              |
    """
    drawn = {name: SMALL[name] for name in ("orgs", "academicSessions", "classes")}
    drawn["academicSessions"] = drawn["academicSessions"].replace("2025-08-18", "8/18/2025")
    nobody = "| sourcedId | classSourcedId | userSourcedId | role |\n| e | hr | t | teacher |"
    folder = write_package(tmp_path / "in", {**drawn, "users": users, "enrollments": nobody}, version="1.1")
    found = converted(conversion_of(folder, tmp_path / "work", OneRosterCsv()))
    said(
        found["enrollments"],
        """
        | file                 | row | student_id | school_id | grade_level | entry_date |
        | users.csv (school 2) | 2   | 1          | 10        | 09          | 2025-08-18 |
        | users.csv (school 1) | 3   | 2          | 10        | 0           | 2025-08-18 |
        | users.csv (school 2) | 3   | 2          | 20        | 0           | 2025-08-18 |
        """,
    )
    said(found["staff"], "| staff_id | role | school_id |\n| p | principal | 10 |\n| d | district | |")


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("manifest", "version,1.2", "version,2.0", "SRC01"),
        ("manifest", "file.roles,bulk", "file.roles,bulk\nfile.lineItems,absent\nfile.Users,bulk", ""),
        ("orgs", "sourcedId", "id", "SRC04"),
        ("manifest", "users,bulk", "users,delta", "SRC03"),
        ("", "", "", "SRC02"),
    ],
)
def test_a_package_that_cannot_be_read_is_refused_by_what_it_lacks(
    tmp_path: Path, file: str, old: str, new: str, code: str
) -> None:
    folder = write_package(tmp_path / "in", SMALL)
    if file:
        path = folder / f"{file}.csv"
        path.write_text(path.read_text().replace(old, new))
    else:
        (folder / "users.csv").unlink()
    conversion = conversion_of(folder, tmp_path / "work", OneRosterCsv())
    if not code:
        assert "marks" not in converted(conversion)
        return
    with pytest.raises(DataRefused) as refused:
        next(convert(conversion))
    assert code in {finding.code for finding in refused.value.findings}
