"""Server time of a counselor's pages among a million students: `python -m benchmarks.large_district FOLDER`.

The database is made at the first time, from a score of the example service that is copied with SQL: three outcomes in
grades 6 to 12, two lists, schools of some 1,400 students each, and 600 students on a counselor's caseload.
`--uncounted` measures the pages of a list that was not counted when it was written, as lists of earlier versions.
"""

import argparse
import json
import sqlite3
import time
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import text

from benchmarks.pages_part import COUNSELOR, EMPTY, add_empty_page, run_of_many, timed
from benchmarks.timing import in_turns
from serving.scoring.run_writer import write_run
from serving.store.database import read_session, write_session
from serving.store.list_counts import list_of, write_list_counts
from serving.store.run_queries import current_runs
from tests.serving.example_service import ExampleService

A_SCHOOL = 1_426
PRINCIPAL, DISTRICT = "s-kira", "s-lena"
PAGES = {
    EMPTY: (COUNSELOR, "/empty"),
    "My week": (COUNSELOR, "/"),
    "student": (COUNSELOR, "/students/m-0000010"),
    "caseload of a counselor": (COUNSELOR, "/caseload"),
    "the same, all 600": (COUNSELOR, "/caseload?show=all"),
    "caseload of a principal": (PRINCIPAL, "/caseload"),
    "the same, all": (PRINCIPAL, "/caseload?show=all"),
    "caseload of a district": (DISTRICT, "/caseload"),
    "the same, all of them": (DISTRICT, "/caseload?show=all"),
    "the same, page 2,000": (DISTRICT, "/caseload?show=all&page=2000"),
    "the same, a grade and band": (DISTRICT, "/caseload?show=all&grade=9&band=many"),
    "the same, a school": (DISTRICT, "/caseload?show=all&school=p-3"),
    "the same, an outcome": (DISTRICT, "/caseload?outcome=two"),
    "the same, by name": (DISTRICT, "/caseload?show=all&sort=name"),
}
MULTIPLIED = """
CREATE TEMP TABLE drawn AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {students})
    SELECT i, printf('m-%07d', i) AS student_key, 'p-' || (i * 7 / 11 % {schools}) AS school_id, 6 + i % 7 AS grade,
        (i * 37 % 1009) / 1009.0 AS risk, i % 10 = 0 AS listed FROM n;
DELETE FROM caseloads; DELETE FROM roster_supports; DELETE FROM students; DELETE FROM calendars; DELETE FROM schools;
INSERT INTO schools SELECT DISTINCT 'harbor', school_id, 'School ' || school_id FROM drawn;
INSERT INTO students (district_id, student_key, student_id, first_name, last_name, grade_level, school_id)
    SELECT 'harbor', student_key, 900000000 + i, 'Gil', printf('Number%07d', i * 7919 % 1000003), grade, school_id
    FROM drawn;
INSERT INTO caseloads (district_id, staff_id, student_key, start_date)
    SELECT 'harbor', 's-ines', student_key, '2026-08-17' FROM drawn WHERE i < 600;
UPDATE staff SET school_id = 'p-1' WHERE district_id = 'harbor' AND school_id IS NOT NULL;
"""
OUTCOMES = {
    "one": ("d.grade < 9", "1"),
    "two": ("d.grade >= 9", "d.grade = 9 OR d.i % 2 = 0"),
    "three": ("d.grade > 9", "d.i % 2 = 1"),
}
"""Of each outcome, whom it is about, and of whom it is the most urgent."""


def make_district(service: ExampleService, students: int) -> None:
    """Puts so many students in place of those of a district, on two lists of three outcomes each."""
    with write_session(service.engine) as session:
        for days in (7, 0):
            write_run(session, run_of_many(10, days))
    with sqlite3.connect(str(service.engine.url.database)) as database:
        database.executescript(MULTIPLIED.format(students=students, schools=max(2, students // A_SCHOOL)))
        for run_id, list_id in database.execute(
            "SELECT run_id, list_id FROM runs WHERE district_id = 'harbor' AND run_id IN (SELECT run_id FROM scores"
            " WHERE student_key = 'm-00000') ORDER BY as_of"
        ).fetchall():
            multiply_run(database, run_id, list_id)
        database.execute("DELETE FROM scores WHERE student_key LIKE 'm-_____' OR student_key LIKE 'k-%'")


def multiply_run(database: sqlite3.Connection, run_id: str, list_id: str) -> None:
    """Makes three runs of a run, in which each student has a copy of its first score."""
    for name, (about, urgent) in OUTCOMES.items():
        copied = f"{name}-{run_id}"
        values = {
            "run_id": f"'{copied}'", "student_key": "d.student_key", "school_id": "d.school_id", "risk": "d.risk",
            "band": "CASE WHEN d.risk > 0.6 THEN 'many' WHEN d.risk > 0.3 THEN 'some' ELSE 'few' END",
            "flagged": "d.listed", "list_position": "row_number() OVER (ORDER BY d.risk DESC)",
            "place": f"CASE WHEN {urgent} THEN p.place END",
        }  # fmt: skip
        copy_row(database, "runs", {"run_id": f"'{copied}'", "outcome": f"'{name}'"}, f"r.run_id = '{run_id}'")
        joined = f"JOIN drawn d ON {about} JOIN placed p ON p.i = d.i"
        database.execute("DROP TABLE IF EXISTS placed")
        database.execute(
            "CREATE TEMP TABLE placed AS SELECT i, row_number() OVER (ORDER BY listed DESC, risk DESC) AS place"
            " FROM drawn"
        )
        database.execute("CREATE UNIQUE INDEX temp.by_i ON placed (i)")
        copy_row(database, "scores", values, f"r.run_id = '{run_id}' AND r.student_key = 'm-00000'", joined)
    database.execute("DELETE FROM runs WHERE district_id = 'harbor' AND run_id = ?", (run_id,))


def copy_row(database: sqlite3.Connection, table: str, values: dict[str, str], which: str, joined: str = "") -> None:
    """Copies a row with other values, once for each row of what is joined."""
    names = [str(row[1]) for row in database.execute(f"PRAGMA table_info({table})")]
    cells = ", ".join(values.get(name, f"r.{name}") for name in names)
    order = " ORDER BY d.student_key" if joined else ""
    database.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {cells} FROM {table} r {joined}"
        f" WHERE r.district_id = 'harbor' AND {which}{order}"
    )


def count_list(service: ExampleService) -> float:
    """Counts the newest list; the seconds of a core that it took."""
    began = time.process_time()
    with write_session(service.engine) as session:
        write_list_counts(session, "harbor", list_of(current_runs(session, "harbor")))
    return time.process_time() - began


def main() -> None:
    """Makes the database where there is none, and prints milliseconds of a core for each page as JSON lines."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--students", type=int, default=1_000_000)
    asked.add_argument("--uncounted", action="store_true")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--requests", type=int, default=10)
    given = asked.parse_args()
    is_new = not (given.folder / "made").exists()
    given.folder.mkdir(parents=True, exist_ok=True)
    service = ExampleService(given.folder, postgresql=False)
    if is_new:
        make_district(service, given.students)
        (given.folder / "made").touch()
    if given.uncounted:
        with write_session(service.engine) as session:
            session.execute(text("DELETE FROM list_counts"))
    else:
        print(json.dumps({"counting the list": round(count_list(service), 2), "unit": "s of a core"}))
    measure(service, given.rounds, given.requests)
    service.close()


def measure(service: ExampleService, rounds: int, requests: int) -> None:
    """Prints the median and the 95th percentile of each page."""
    with read_session(service.engine) as session:
        print(json.dumps({"scores": session.scalar(text("SELECT count(*) FROM scores"))}))
    add_empty_page(service.app)
    asks = {}
    for name, (person, path) in PAGES.items():
        token = service.session_of("harbor", person)
        timed(service.app, path, token, 2)
        asks[name] = partial(timed, service.app, path, token, requests)
    for name, found in in_turns(asks, rounds).items():
        took = [ms for one in found for ms in one]
        half, late = np.percentile(took, [50, 95])
        print(json.dumps({"page": name, "p50 ms": round(half, 1), "p95 ms": round(late, 1)}))


if __name__ == "__main__":
    main()
