"""Look-ups: a column's value that stands in another file."""

from pathlib import Path

import pytest

from features.ingest.findings import DataRefused
from features.ingest.parsing.load_notes import load_notes
from tests.features.ingest.staging import Staging, as_csv, becomes

SPELLS = """
| student_id | school_id | track | school_year | entry_date | exit_date | exit_kind | known_on   |
| 1          | 10        | main  | 2026        | 2025-09-01 |           |           | 2025-09-01 |
| 2          | 10        | main  | 2026        | 2025-09-01 |           |           | 2025-09-01 |
| 3          | 10        | main  | 2026        | 2025-09-01 |           |           | 2025-09-01 |
| 4          | 10        | main  | 2026        | 2025-09-01 |           |           | 2025-09-01 |
"""

GRADES = """
| student_id | school_year | grade |
| 1          | 2026        | 9     |
| 1          | 2025        | 8     |
| 2          | 2026        | 9     |
| 2          | 2026        | 10    |
| 3          | 2026        |       |
| 4          | 2026        | 09    |
| 4          | 2026        | 9     |
"""

TAKES = {
    "one": ("9", "ROW12 grade_level", "ROW12 grade_level", "9"),
    "highest": ("9", "10", "ROW12 grade_level", "9"),
    "lowest": ("9", "9", "ROW12 grade_level", "9"),
}


def staged(tmp_path: Path, grades: str, take: str, **more: object) -> Staging:
    """Spells whose grade is looked up."""
    lookup = {"file": "grades.csv", "column": "grade", "match": ["student_id", "school_year"], "take": take}
    staging = Staging(tmp_path)
    columns = {"grade_level": {"lookup": lookup, **more}}
    staging.write(staging.beside, {"grades.csv": as_csv(grades)})
    staging.send_as("enrollments", SPELLS, columns=columns)
    return staging


@pytest.mark.parametrize(("take", "expected"), TAKES.items(), ids=TAKES.keys())
def test_a_value_is_looked_up_by_the_columns_that_must_agree(
    tmp_path: Path, take: str, expected: tuple[str, ...]
) -> None:
    """None or several leave the row in quarantine, unless one of several is to be taken; 09 and 9 are one grade."""
    staging = staged(tmp_path, GRADES, take)
    grades = [str(grade) for (grade,) in staging.rows("enrollments", "grade_level")]
    told = [verdict or grade for verdict, grade in zip(staging.verdicts("enrollments"), grades, strict=True)]
    assert told == list(expected)


def test_one_of_several_values_that_was_taken_is_noted(tmp_path: Path) -> None:
    staging = staged(tmp_path, GRADES, "highest")
    lookup = {"file": "grades.csv", "column": "grade", "match": ["student_id", "school_year"], "take": "highest"}
    sent = staging.sent("enrollments", columns={"grade_level": {"lookup": lookup}})
    (note,) = [note for note in load_notes(staging.writer, [sent], []) if note.code == "NOTE03"]
    assert note.expected == "1 look-up of grade_level in grades.csv with several values; the highest counts, in 1 row"


WORDS = """
| student_id | school_year | grade   |
| 1          | 2026        | Gr. 9   |
| 2          | 2026        | Gr. 10  |
| 3          | 2026        | Gr. 12  |
| 4          | 2026        | ninth   |
"""


def test_a_value_that_was_looked_up_goes_the_way_of_any_other(tmp_path: Path) -> None:
    """Its pattern first, then its form."""
    staging = staged(tmp_path, WORDS, "one", pattern=r"^Gr\. (\d+)$")
    assert staging.verdicts("enrollments") == ["", "", "", "ROW03 grade_level"]
    assert staging.rows("enrollments", "grade_level", "shown")[3] == (None, "xxxxx")


OPTIONAL = """
| student_id | first_name | last_name | known_on   | becomes |
| 1          | A          | B         | 2025-09-01 | S1      |
| 2          | A          | B         | 2025-09-01 | None    |
"""


def test_an_optional_value_that_is_not_found_is_empty(tmp_path: Path) -> None:
    lookup = {"file": "state.csv", "column": "state", "match": ["student_id"]}
    staging = Staging(tmp_path)
    staging.write(staging.beside, {"state.csv": "student_id,state\n1,S1\n"})
    staging.send_as("students", OPTIONAL, columns={"state_id": {"lookup": lookup}})
    assert staging.verdicts("students") == ["", ""]
    assert [str(state) for (state,) in staging.rows("students", "state_id")] == becomes(OPTIONAL)


INCIDENTS = """
| incident_id | state | school_id | date       | severity | known_on   | becomes |
| i1          | S1    | 10        | 2025-09-01 | minor    | 2025-09-01 | 1       |
| i2          | S2    | 10        | 2025-09-01 | minor    | 2025-09-01 | None    |
"""


def test_a_student_may_be_looked_up_by_another_id(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.write(staging.beside, {"ids.csv": "state,local\nS1,1\n"})
    lookup = {"file": "ids.csv", "column": "local", "match": ["state"]}
    staging.send_as("incidents", INCIDENTS, columns={"student_id": {"lookup": lookup}})
    assert [str(student) for (student,) in staging.rows("incidents", "student_id")] == becomes(INCIDENTS)
    assert staging.verdicts("incidents") == ["", "ROW12 student_id"]


def test_a_file_that_lacks_the_column_is_refused_with_the_setting_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataRefused) as refused:
        staged(tmp_path, "| student_id | grade |\n| 1 | 9 |", "one")
    place = "[districts.files.enrollments.columns.grade_level.lookup] names it"
    assert f"FILE04 grades.csv, row 1, column school_year: missing column; {place}" in str(refused.value)
