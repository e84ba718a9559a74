"""A student id that is given to another person: two people's rows never become one student's history."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from tests.drawn import stacked, write_files

TODAY = date(2026, 1, 1)
TABLES = ("students", "enrollments", "attendance", "marks", "demographics")
FILES = {name: {"most_quarantined": 1.0, "covers": "nothing"} for name in TABLES}


def load(place: Path, drawings: Mapping[str, str], **roster: str) -> LoadReport:
    """A further load of drawn tables."""
    said = {"id": "north", "name": "North", "files": FILES, "policies": {"roster": roster}}
    write_files(place / "files", {"schools": "| school_id |\n| 10 |", **drawings})
    workspace = Workspace(District.model_validate(said), place, TODAY)
    return ingest(workspace, place / "files", now=datetime(2026, 1, 1, tzinfo=UTC), progress=quietly)


def waiting(place: Path, student_id: str = "1") -> list[tuple[str, str]]:
    """The tables and rules of a student's rows in quarantine."""
    held = records(place, "quarantine")
    held = held[held["student_id"] == student_id]
    return sorted(zip(held["table_name"], held["rule"], strict=True))


def records(place: Path, name: str) -> pd.DataFrame:
    """A table's current records, with `student_id`."""
    with open_warehouse(place / "warehouses" / "north.duckdb") as reader:
        ids = reader.current("students")[["student_key", "student_id"]]
        found = reader.current(name)
        return found if "student_id" in found or name == "schools" else found.merge(ids, on="student_key")


def of_student(place: Path, name: str, student_id: str) -> pd.DataFrame:
    """A student's current records in a table."""
    held = records(place, name)
    return held[held["student_id"] == student_id]


def person(first: str, last: str, born: str, student_id: str = "1") -> str:
    """A table with one student."""
    return f"| student_id | first_name | last_name | birth_date |\n| {student_id} | {first} | {last} | {born} |"


def spell(year: int, grade: int, student_id: str = "1") -> str:
    """A row of an enrollment in a school year."""
    return f"| {student_id} | {year} | {year - 1}-09-01 | {year}-06-01 | {grade} |"


SPELLS = "| student_id | school_year | entry_date | exit_date | grade_level |\n"

LATER = {
    "1": (("Ben", "Second", "2011-05-05"), "other birth date, first and last name", True),
    "2": (("ADA", "FIRST", "1998-03-02"), "the same in upper case, born on another day", False),
    "3": (("Ada", "Married", "1998-01-03"), "married, and a birth date that was wrong", False),
    "4": (("Ben", "First", "2001-05-05"), "another first name and birth date, one family", False),
    "5": (("Ben", "Second", "1998-03-01"), "other names, born on the same day", False),
    "6": (("Ben", "Second", ""), "other names, no birth date", False),
}


@dataclass(frozen=True)
class SecondLoad:
    """A district after a second load, and what that load said."""

    place: Path
    report: LoadReport


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> SecondLoad:
    """Each case under an id of its own: Ada was on record, and now somebody comes."""
    place, ids = tmp_path_factory.mktemp("later"), list(LATER)
    demographics = [f"| {one} | sex | X | 2024-09-01 |" for one in ids]
    load(place, {
        "students": stacked(*(person("Ada", "First", "1998-03-01", one) for one in ids)),
        "enrollments": SPELLS + "\n".join(spell(2015, 11, one) for one in ids),
    })  # fmt: skip
    report = load(place, {
        "students": stacked(*(person(*who, one) for one, (who, _, _) in LATER.items())),
        "enrollments": SPELLS + "\n".join(spell(2016, 12, one) for one in ids),
        "demographics": "\n".join(["| student_id | attribute | value | start_date |", *demographics]),
    })  # fmt: skip
    return SecondLoad(place, report)


@pytest.mark.parametrize("student_id", LATER, ids=[because for _, because, _ in LATER.values()])
def test_an_id_is_another_persons_where_all_three_differ(later: SecondLoad, student_id: str) -> None:
    (first_name, _, _), _, other = LATER[student_id]
    every = [("demographics", "ROW13"), ("enrollments", "ROW13"), ("students", "ROW13")]
    assert waiting(later.place, student_id) == (every if other else [])
    names = of_student(later.place, "students", student_id)["first_name"]
    assert list(names) == ["Ada" if other else first_name]
    assert len(of_student(later.place, "enrollments", student_id)) == (1 if other else 2)


def test_how_many_ids_are_other_peoples_is_said_once(later: SecondLoad) -> None:
    (note,) = [note for note in later.report.notes if note.code == "NOTE22"]
    assert note.expected.startswith("1 student id that two people seem to have had")


def test_a_correction_is_taken_where_it_is_said_to_be_one_and_later_loads_go_on(tmp_path: Path) -> None:
    load(tmp_path, {"students": person("Ada", "First", "1998-03-01"), "enrollments": SPELLS + spell(2015, 11)})
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
    "1": ([(2015, 12), (2018, 9)], "three years and three grades apart", 1),
    "2": ([(2015, 12), (2017, 9)], "two years apart", 0),
    "3": ([(2015, 12), (2018, 10)], "came back after years, two grades lower", 0),
    "4": ([(2015, 6), (2020, 11)], "went on after years abroad", 0),
    "5": ([(2015, 9), (2016, 9), (2017, 9)], "repeats without a gap", 0),
    "6": ([(2014, 11), (2015, 12), (2026, 9)], "the earlier one has two years", 2),
}


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each case under an id of its own, in one load whose students file names the later one."""
    place = tmp_path_factory.mktemp("gaps")
    marks = ["| student_id | school_year | term_id | course_id | subject | mark | known_on |"]
    for one, (spells, _, _) in GAPS.items():
        for (year, _), mark in zip((spells[0], spells[-1]), "AC", strict=True):
            marks.append(f"| {one} | {year} | q1 | alg | math | {mark} | {year}-01-01 |")
    every = [spell(*of_year, one) for one, (spells, _, _) in GAPS.items() for of_year in spells]
    students = stacked(*(person("Ben", "Second", "", one) for one in GAPS))
    load(place, {"students": students, "marks": "\n".join(marks), "enrollments": SPELLS + "\n".join(every)})
    return place


@pytest.mark.parametrize("student_id", GAPS, ids=[because for _, because, _ in GAPS.values()])
def test_years_without_enrollment_and_a_much_lower_grade_are_two_people(gaps: Path, student_id: str) -> None:
    """What came before waits, marks too."""
    _, _, wait = GAPS[student_id]
    assert waiting(gaps, student_id) == [("enrollments", "ROW13")] * wait + [("marks", "ROW13")] * bool(wait)
    assert len(of_student(gaps, "marks", student_id)) == (1 if wait else 2)


def test_where_the_warehouse_has_the_first_one_the_second_one_waits(tmp_path: Path) -> None:
    """Without birth dates nothing else tells them apart; the history on record stays the first one's."""
    load(tmp_path, {"students": person("Ada", "First", ""), "enrollments": SPELLS + spell(2015, 12)})
    load(tmp_path, {"students": person("Ben", "Second", ""), "enrollments": SPELLS + spell(2026, 9)})
    assert waiting(tmp_path) == [("enrollments", "ROW13"), ("students", "ROW13")]
    assert list(records(tmp_path, "enrollments")["grade_level"]) == [12]
    assert list(records(tmp_path, "students")["first_name"]) == ["Ada"]
