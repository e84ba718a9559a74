"""A student id that is given to another person: two people's rows never become one student's history."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.ingest.load.import_steps import ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.warehouse.file import open_warehouse
from tests.drawn import write_files

TODAY = date(2026, 1, 1)
TABLES = ("students", "enrollments", "attendance", "marks", "demographics")
FILES = {name: {"most_quarantined": 1.0, "covers": "nothing"} for name in TABLES}


def load(place: Path, drawings: Mapping[str, str], **roster: str) -> LoadReport:
    """A further load of drawn tables."""
    said = {"id": "north", "name": "North", "files": FILES, "policies": {"roster": roster}}
    write_files(place / "files", {"schools": "| school_id |\n| 10 |", **drawings})
    workspace = Workspace(District.model_validate(said), place, TODAY)
    return ingest(workspace, place / "files", now=datetime(2026, 1, 1, tzinfo=UTC), progress=quietly)


def waiting(place: Path) -> list[tuple[str, str]]:
    """The tables and rules of rows in quarantine."""
    held = records(place, "quarantine")
    return sorted(zip(held["table_name"], held["rule"], strict=True))


def records(place: Path, name: str) -> pd.DataFrame:
    """A table's current records."""
    with open_warehouse(place / "warehouses" / "north.duckdb") as reader:
        return reader.current(name)


def person(first: str, last: str, born: str) -> str:
    """A table with one student, whose id is 1."""
    return f"| student_id | first_name | last_name | birth_date |\n| 1 | {first} | {last} | {born} |"


def spell(year: int, grade: int) -> str:
    """A row of an enrollment in a school year."""
    return f"| 1 | {year} | {year - 1}-09-01 | {year}-06-01 | {grade} |"


SPELLS = "| student_id | school_year | entry_date | exit_date | grade_level |\n"
BEFORE = {"students": person("Ada", "First", "1998-03-01"), "enrollments": SPELLS + spell(2015, 11)}

LATER = {
    "other birth date, first and last name": (person("Ben", "Second", "2011-05-05"), True),
    "the same in upper case, born on another day": (person("ADA", "FIRST", "1998-03-02"), False),
    "married, and a birth date that was wrong": (person("Ada", "Married", "1998-01-03"), False),
    "another first name and birth date, one family": (person("Ben", "First", "2001-05-05"), False),
    "other names, born on the same day": (person("Ben", "Second", "1998-03-01"), False),
    "other names, no birth date": (person("Ben", "Second", ""), False),
}


@pytest.mark.parametrize(("students", "other"), LATER.values(), ids=LATER.keys())
def test_an_id_is_another_persons_where_all_three_differ(tmp_path: Path, students: str, other: bool) -> None:
    load(tmp_path, BEFORE)
    now = {
        "students": students,
        "enrollments": SPELLS + spell(2016, 12),
        "demographics": "| student_id | attribute | value | start_date |\n| 1 | sex | X | 2024-09-01 |",
    }
    report = load(tmp_path, now)
    assert waiting(tmp_path) == (
        [("demographics", "ROW13"), ("enrollments", "ROW13"), ("students", "ROW13")] if other else []
    )
    assert [note.code for note in report.notes if note.code == "NOTE22"] == ["NOTE22"] * other
    names = list(records(tmp_path, "students")["first_name"])
    assert names == (["Ada"] if other else names)
    assert len(records(tmp_path, "enrollments")) == (1 if other else 2)


def test_a_correction_is_taken_where_it_is_said_to_be_one_and_later_loads_go_on(tmp_path: Path) -> None:
    load(tmp_path, BEFORE)
    now = {"students": person("Ben", "Second", "2011-05-05"), "enrollments": SPELLS + spell(2016, 12)}
    load(tmp_path, now)
    report = load(tmp_path, now, reused_ids="same_student")
    assert (waiting(tmp_path), report.released) == ([], 2)
    assert list(records(tmp_path, "students")["first_name"]) == ["Ben"]
    assert any("taken as corrections" in str(note) for note in report.notes)
    again = load(tmp_path, {**now, "enrollments": SPELLS + spell(2016, 12) + "\n" + spell(2017, 12)})
    assert [note for note in again.notes if note.code == "NOTE22"] == []


def test_two_people_in_one_file_of_students_wait_both(tmp_path: Path) -> None:
    students = f"{person('Ada', 'First', '1998-03-01')}\n| 1 | Ben | Second | 2011-05-05 |"
    history = students.replace("| birth_date |", "| birth_date | known_on |", 1).replace(
        "1998-03-01 |", "1998-03-01 | 2010-09-01 |").replace("2011-05-05 |", "2011-05-05 | 2024-09-01 |")  # fmt: skip
    load(tmp_path, {"students": history, "enrollments": SPELLS + spell(2025, 8)})
    assert waiting(tmp_path) == [("enrollments", "ROW13"), ("students", "ROW13"), ("students", "ROW13")]


GAPS = {
    "three years and three grades apart": ([(2015, 12), (2018, 9)], 1),
    "two years apart": ([(2015, 12), (2017, 9)], 0),
    "came back after years, two grades lower": ([(2015, 12), (2018, 10)], 0),
    "went on after years abroad": ([(2015, 6), (2020, 11)], 0),
    "repeats without a gap": ([(2015, 9), (2016, 9), (2017, 9)], 0),
    "the earlier one has two years": ([(2014, 11), (2015, 12), (2026, 9)], 2),
}


@pytest.mark.parametrize(("spells", "wait"), GAPS.values(), ids=GAPS.keys())
def test_years_without_enrollment_and_a_much_lower_grade_are_two_people(
    tmp_path: Path, spells: list[tuple[int, int]], wait: int
) -> None:
    """In one load the students file names the later one: what came before waits, marks too."""
    first = spells[0][0]
    marks = (
        "| student_id | school_year | term_id | course_id | subject | mark | known_on |\n"
        f"| 1 | {first} | q1 | alg | math | A | {first}-01-01 |\n"
        f"| 1 | {spells[-1][0]} | q1 | alg | math | C | {spells[-1][0]}-01-01 |"
    )
    drawn = {
        "students": person("Ben", "Second", ""), "marks": marks,
        "enrollments": SPELLS + "\n".join(spell(*one) for one in spells),
    }  # fmt: skip
    load(tmp_path, drawn)
    assert waiting(tmp_path) == [("enrollments", "ROW13")] * wait + [("marks", "ROW13")] * bool(wait)
    assert len(records(tmp_path, "marks")) == (1 if wait else 2)


def test_where_the_warehouse_has_the_first_one_the_second_one_waits(tmp_path: Path) -> None:
    """Without birth dates nothing else tells them apart; the history on record stays the first one's."""
    load(tmp_path, {"students": person("Ada", "First", ""), "enrollments": SPELLS + spell(2015, 12)})
    load(tmp_path, {"students": person("Ben", "Second", ""), "enrollments": SPELLS + spell(2026, 9)})
    assert waiting(tmp_path) == [("enrollments", "ROW13"), ("students", "ROW13")]
    assert list(records(tmp_path, "enrollments")["grade_level"]) == [12]
    assert list(records(tmp_path, "students")["first_name"]) == ["Ada"]
