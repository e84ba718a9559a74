"""A copied district: each copy has people and places of its own, and the rows of the first stay as they are."""

from pathlib import Path

import duckdb

from benchmarks.district_copies import copy_district


def made_warehouse(path: Path) -> None:
    with duckdb.connect(str(path)) as engine:
        engine.execute("CREATE TABLE students AS SELECT 's1' AS student_id, 'k1' AS student_key, NULL AS state_id")
        engine.execute("CREATE TABLE marks AS SELECT 'k1' AS student_key, '10' AS school_id, 'A' AS mark")
        engine.execute("CREATE TABLE terms AS SELECT 'F' AS term_id")
        engine.execute("CREATE TABLE flags AS SELECT 'k1' AS student_key")


def test_each_copy_is_people_and_schools_of_its_own(tmp_path: Path) -> None:
    one, many = tmp_path / "one.duckdb", tmp_path / "many.duckdb"
    made_warehouse(one)
    copy_district(one, many, 3)
    with duckdb.connect(str(many), read_only=True) as engine:
        students = engine.execute("SELECT student_id, student_key, state_id FROM students").fetchall()
        marks = engine.execute("SELECT student_key, school_id, mark FROM marks").fetchall()
        assert ("s1", "k1", None) in students
        assert len({key for _, key, _ in students}) == len({who for who, _, _ in students}) == 3
        assert {key for key, _, _ in marks} == {key for _, key, _ in students}
        assert {(school, mark) for _, school, mark in marks} == {("10", "A"), ("1-10", "A"), ("2-10", "A")}
        assert engine.execute("SELECT count(*) FROM terms").fetchall() == [(1,)]
        assert engine.execute("SELECT count(*) FROM flags").fetchall() == [(0,)]
