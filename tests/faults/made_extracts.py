"""A small district's full extracts: the first one, and later ones with corrections."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from features.tables import TABLES
from tests.drawn import write_files

SENT = ("schools", "students", "enrollments", "attendance")
"""The tables that it sends: few, as a load takes its time for each, and hundreds of loads are tried."""

SETTINGS = "\n".join(
    [
        'home = "home"',
        "today = 2026-01-15",
        "[[districts]]",
        'id = "north"',
        'name = "North Unified"',
        *(f'files.{name}.sent = "never"' for name, table in TABLES.items() if table.from_source and name not in SENT),
    ]
)
NAMES = ("Zelda", "Xavier", "Quimby")
"""Names of students, which no message may repeat."""
STUDENTS = tuple(str(number) for number in range(1001, 1061))
DAYS = tuple(f"2025-10-{day:02}" for day in (1, 2, 3, 6, 7, 8, 9, 10, 13, 14, 15, 16))


def write_extract(folder: Path, *, corrected: bool = False, left: bool = False) -> Path:
    """A folder with the first extract, or one with corrections, or one after somebody left as well.

    Corrected: a student moved in, an absence was excused, one is no longer sent, and one is of nobody.
    """
    students = (*STUDENTS, "1999") if corrected else STUDENTS
    drawings = {
        "schools": drawn("school_id | name", ("10 | North High", "20 | South High")),
        "students": drawn(
            "student_id | first_name | last_name",
            (f"{student} | {NAMES[int(student) % 2]} | Quimby" for student in students),
        ),
        "enrollments": drawn(
            "student_id | school_year | school_id | entry_date | exit_date",
            (
                f"{student} | 2026 | {school_of(student)} | 2025-10-01 | {'2025-12-19' if left and at == 0 else ''}"
                for at, student in enumerate(students)
            ),
        ),
        "attendance": drawn("student_id | school_id | date | excused | known_on", absences(corrected)),
    }
    return write_files(folder, drawings)


def drawn(header: str, rows: Iterable[str]) -> str:
    """A drawn table."""
    return "\n".join([f"| {header} |", *(f"| {row} |" for row in rows)])


def school_of(student: str) -> str:
    """The school that a student goes to."""
    return "10" if int(student) % 3 else "20"


def absences(corrected: bool) -> Iterator[str]:
    """Every fourth day of each student."""
    days = [(student, day) for i, student in enumerate(STUDENTS) for j, day in enumerate(DAYS) if (i + j) % 4 == 0]
    for at, (student, day) in enumerate(days[:-1] if corrected else days):
        excused = corrected and at == 0
        yield f"{student} | {school_of(student)} | {day} | {str(excused).lower()} | {'2025-11-03' if excused else day}"
    if corrected:
        yield "5555 | 10 | 2025-10-02 | false | 2025-10-02"
