"""Two districts whose ids collide: nothing crosses, and a student's key tells nothing."""

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from tests.drawn import load, school_days


class Missed(FeatureSet):
    """Days missed."""

    name = "missed"
    cohort = enrolled(9)
    missed = Feature(attendance.days_absent(), because="missed {} days")


STUDENTS = """
| student_id |
| 1001       |
| 1002       |
"""
SAME = {
    "schools": "| school_id |\n| 10 |",
    "students": STUDENTS,
    "calendar_days": school_days(date(2025, 10, 1), 10),
    "enrollments": """
    | student_id | school_year | entry_date |
    | 1001       | 2026        | 2025-10-01 |
    | 1002       | 2026        | 2025-10-01 |
    """,
}
NORTH = """
| student_id | date       |
| 1001       | 2025-10-02 |
"""
SOUTH = """
| student_id | date       |
| 1002       | 2025-10-02 |
| 1002       | 2025-10-03 |
"""


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two districts with the same students and schools by id, and other absences."""
    home = tmp_path_factory.mktemp("home")
    paths = {district: home / "warehouses" / f"{district}.duckdb" for district in ("north", "south")}
    for (district, path), absences in zip(paths.items(), (NORTH, SOUTH), strict=True):
        load(home / district, path, {**SAME, "attendance": absences}, district_id=district)
    return paths


def keys(warehouse: Path) -> "pd.Series[str]":
    """Each student's key by the district's own id."""
    with open_warehouse(warehouse) as reader:
        return reader.current("students").set_index("student_id")["student_key"].sort_index()


@pytest.mark.parametrize(("district", "missed"), [("north", {"1001": 1, "1002": 0}), ("south", {"1001": 0, "1002": 2})])
def test_nothing_of_one_district_reaches_the_other(
    warehouses: dict[str, Path], district: str, missed: dict[str, int]
) -> None:
    """Each sees its own absences of students that the other has by the same id."""
    with open_warehouse(warehouses[district]) as reader:
        found = build_snapshot(reader, Missed, date(2025, 10, 10)).features["missed"]
        assert set(reader.current("attendance")["district_id"]) == {district}
    assert {student: found[key] for student, key in keys(warehouses[district]).items()} == missed


def test_the_same_id_in_two_districts_is_two_students(warehouses: dict[str, Path]) -> None:
    """Keys are given anew by each district, none twice."""
    given = [*keys(warehouses["north"]), *keys(warehouses["south"])]
    assert len(set(given)) == 4


def test_a_students_key_is_opaque_and_random(warehouses: dict[str, Path], tmp_path: Path) -> None:
    """Sixteen hexadecimal digits that are others when the same files are loaded elsewhere."""
    elsewhere = tmp_path / "warehouses" / "north.duckdb"
    load(tmp_path / "files", elsewhere, {**SAME, "attendance": NORTH})
    first, again = keys(warehouses["north"]), keys(elsewhere)
    assert all(re.fullmatch(r"[0-9a-f]{16}", key) for key in [*first, *again])
    assert not set(first) & set(again)


def test_a_students_key_stays_from_load_to_load(warehouses: dict[str, Path], tmp_path: Path) -> None:
    """And a new student gets a new one."""
    before = keys(warehouses["north"])
    more = {**SAME, "students": STUDENTS + "| 1003 |\n", "attendance": NORTH}
    load(tmp_path / "files", warehouses["north"], more)
    after = keys(warehouses["north"])
    assert after[before.index].equals(before)
    assert after["1003"] not in set(before)
