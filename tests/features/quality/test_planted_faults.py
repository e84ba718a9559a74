"""A simulated district adds up, and each fault that is planted in it is found, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from features.quality.check import RecordCheck, check_district
from features.quality.check_codes import CHECKS
from features.settings import District, Settings, Total
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from tests.districts import load_simulated, simulated_warehouse
from tests.warehouse_filling import spoilt

TODAY = date(2026, 11, 20)
NORTH = District(id="north", name="North Unified")
PLANS = {"one track": Plan("north", 900, TODAY, years=3), "two tracks": Plan("north", 500, TODAY, 3, two_tracks=True)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    """Each district in memory."""
    folder = tmp_path_factory.mktemp("made")
    return {name: spoilt(simulated_warehouse(plan, folder / f"{name}.duckdb")) for name, plan in PLANS.items()}


@pytest.fixture
def large(made: dict[str, Reader]) -> Reader:
    return made["one track"]


@contextmanager
def spoilt_for_now(whole: Reader, *statements: str) -> Iterator[Reader]:
    """A time in which these statements have spoilt the district; they are taken back afterwards."""
    whole.connection.execute("BEGIN")
    try:
        for statement in statements:
            whole.connection.execute(statement)
        yield Reader(whole.connection)
    finally:
        whole.connection.execute("ROLLBACK")


def check(whole: Reader, *statements: str, district: District = NORTH, today: date = TODAY) -> RecordCheck:
    """The check of a spoilt district."""
    with spoilt_for_now(whole, *statements) as reader:
        return check_district(reader, district, today)


def codes(found: RecordCheck) -> list[str]:
    """Every code that was found, once."""
    return sorted({finding.code for finding in found.findings})


def test_a_load_of_the_same_files_comes_to_the_same_figures(made: dict[str, Reader], tmp_path: Path) -> None:
    """A warehouse that is spoilt below was not loaded but filled, which is quicker."""
    settings = Settings(home=tmp_path, districts=(NORTH,))
    load_simulated(settings, PLANS["two tracks"], TODAY)
    with open_warehouse(settings.warehouse("north")) as reader:
        loaded = check_district(reader, NORTH, TODAY)
    assert loaded == check(made["two tracks"])


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("today", [TODAY, date(2026, 9, 3), date(2026, 8, 20)])
def test_a_simulated_district_adds_up(made: dict[str, Reader], plan: str, today: date) -> None:
    """Also earlier in the school year, when less of it is known."""
    assert [str(finding) for finding in check(made[plan], today=today).findings] == []


FAULTS = {
    "a school sends no absences for its last weeks": (
        "DELETE FROM attendance WHERE school_id = '10' AND date > '2026-11-02'",
        ["CHECK08", "CHECK12"],
    ),
    "a school takes no attendance in its last weeks": (
        "UPDATE calendar_days SET attendance_taken = false WHERE school_id = '10' AND date > '2026-11-06'",
        ["CHECK08"],
    ),
    "a school takes no attendance for a month of last year": (
        "UPDATE calendar_days SET attendance_taken = false WHERE school_id = '10' AND date BETWEEN '2026-01-10' "
        "AND '2026-02-28'",
        ["CHECK09"],
    ),
    "nobody takes attendance for two weeks": (
        "UPDATE calendar_days SET attendance_taken = false WHERE date > '2026-11-03'",
        ["CHECK07"],
    ),
    "nobody takes attendance for a month": (
        "UPDATE calendar_days SET attendance_taken = false WHERE date > '2026-10-15'",
        ["CHECK06"],
    ),
    "no absence of anybody comes for a month": (
        "DELETE FROM attendance WHERE date > '2026-10-15'",
        ["CHECK06", "CHECK12"],
    ),
    "absences of a school are there again a week later": (
        "INSERT INTO attendance SELECT * REPLACE (date + 7 AS date, known_on + 7 AS known_on) FROM attendance "
        "WHERE school_id = '20' AND date > '2026-09-01' AND known_on < '2026-11-01'",
        ["CHECK12"],
    ),
    "absences of a day are sent by section too": (
        "INSERT INTO attendance SELECT * REPLACE ('p1' AS section_id) FROM attendance "
        "WHERE school_id = '20' AND date > '2026-09-01'",
        [],
    ),
    "grade points are of a hundred": (
        "UPDATE marks SET points_hundredths = 25 * points_hundredths WHERE school_year = 2027",
        ["CHECK17"],
    ),
    "grade points of a year are whole": (
        "UPDATE marks SET points_hundredths = points_hundredths // 100 WHERE school_year = 2025 AND school_id = '10'",
        ["CHECK17"],
    ),
    "grade points are gone": (
        "UPDATE marks SET points_hundredths = NULL WHERE school_year = 2027",
        ["CHECK17"],
    ),
    "a letter is new": (
        "UPDATE marks SET mark = 'E' WHERE school_year = 2027 AND mark = 'F' AND school_id = '20'",
        ["CHECK15", "CHECK16"],
    ),
    "a letter is gone": ("UPDATE marks SET mark = 'C' WHERE school_year = 2027 AND mark = 'D'", ["CHECK16"]),
    "a term has no marks": ("DELETE FROM marks WHERE school_year = 2027 AND school_id = '10'", ["CHECK18"]),
    "incidents are there three times": (
        "INSERT INTO incidents SELECT incidents.* REPLACE (incident_id || '-' || n AS incident_id) FROM incidents, "
        "range(2) r(n) WHERE school_id = '20' AND date > '2026-09-01'",
        ["CHECK14"],
    ),
    "half the students of a school are missing": (
        "DELETE FROM enrollments WHERE school_year = 2027 AND school_id = '20' AND student_key > (SELECT "
        "median(student_key::BIGINT)::BIGINT::VARCHAR FROM enrollments WHERE school_year = 2027 AND school_id = '20')",
        ["CHECK12", "CHECK13"],
    ),
    "a school's calendar is missing": (
        "DELETE FROM calendar_days WHERE school_year = 2027 AND school_id = '10'",
        ["CHECK04", "CHECK13"],
    ),
    "an earlier year of a school's calendar is missing": (
        "DELETE FROM calendar_days WHERE school_year = 2025 AND school_id = '10'",
        ["CHECK05"],
    ),
    "this year's calendar is missing": (
        "DELETE FROM calendar_days WHERE school_year = 2027",
        ["CHECK03", "CHECK04"],
    ),
    "a table is empty that scores rest on": ("DELETE FROM students", ["CHECK01"]),
    "another table is empty": ("DELETE FROM staff", ["CHECK02"]),
    "rows wait in quarantine": (
        "INSERT INTO quarantine BY NAME SELECT 'marks' AS table_name, 'ROW04' AS rule, DATE '2026-11-01' AS known_on, "
        "false AS withdrawn FROM range(3)",
        ["CHECK19"],
    ),
    "a student enrolled today waits in quarantine": (
        "INSERT INTO quarantine BY NAME SELECT 'enrollments' AS table_name, 'e.csv' AS file, 2 AS row, "
        "'ROW07' AS rule, 'entry_date' AS broken, 'each once' AS expected, 'nobody' AS student_id, "
        "DATE '2026-08-17' AS first_day, DATE '2027-06-30' AS last_day, DATE '2026-11-01' AS known_on, "
        "false AS withdrawn",
        ["CHECK19", "CHECK20"],
    ),
    "policies were changed since the load": (
        """UPDATE loads SET declared = '{"attendance":{"part_time":true}}'""",
        ["CHECK22"],
    ),
    "an id has another birth date and other names than before": (
        "INSERT INTO students BY NAME SELECT * REPLACE (birth_date - 700 AS birth_date, 'Other' AS first_name, "
        "'Person' AS last_name, 1 AS superseded_by_load) FROM students USING SAMPLE 1 ROWS",
        ["CHECK23"],
    ),
    "an id comes back after years in a much lower grade": (
        "UPDATE enrollments SET school_year = 2019, grade_level = 12 WHERE school_year = 2026 AND student_key IN ("
        "SELECT student_key FROM enrollments WHERE school_year = 2027 AND grade_level = 9 AND student_key NOT IN ("
        "SELECT student_key FROM enrollments WHERE school_year = 2025) ORDER BY student_key LIMIT 1)",
        ["CHECK23"],
    ),
}
"""What goes wrong, the SQL that does it, and the codes of all that is then found."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(large: Reader, fault: str) -> None:
    """What is said of it names no student."""
    statement, expected = FAULTS[fault]
    with spoilt_for_now(large, statement) as reader:
        found = check_district(reader, NORTH, TODAY)
        keys = {key for (key,) in reader.connection.execute("SELECT DISTINCT student_key FROM enrollments").fetchall()}
    assert codes(found) == expected
    words = {word.strip(",.:") for finding in found.findings for word in finding.says.split()}
    assert keys.isdisjoint(words)


def test_every_code_is_found_somewhere() -> None:
    """Totals have tests below; what serves is known to a scoring run alone."""
    assert {code for _, found in FAULTS.values() for code in found} | {"CHECK10", "CHECK11", "CHECK21"} == set(CHECKS)


@pytest.mark.parametrize(("times", "found"), [(1.0, []), (1.009, []), (1.05, ["CHECK11"]), (1.2, ["CHECK10"])])
def test_declared_totals_are_compared(large: Reader, times: float, found: list[str]) -> None:
    october = check(large).months["20", date(2026, 10, 1)]
    totals = (
        Total(school_id="20", month="2026-10", enrolled=round(october.enrolled * times)),
        Total(school_id="20", month="2026-10", absent_days=october.absent_hundredths / 100 * times),
    )
    assert codes(check(large, district=NORTH.model_copy(update={"totals": totals}))) == found
