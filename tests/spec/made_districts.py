"""Small districts for properties: four students, two schools, five weeks, records in several versions and at odds.

Days, courses and dates of knowledge are few, so that records meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.drawn import canonical, school_days, stacked

AS_OF = date(2025, 10, 24)
STUDENTS = ("ada", "bo", "cy", "di")
FIRST, LAST_YEAR = date(2025, 9, 29), date(2025, 3, 3)
DAYS = [AS_OF - timedelta(days=n) for n in (-3, -1, 0, 1, 2, 3, 4, 15, 16, 20)]
OLD_DAYS = [LAST_YEAR, LAST_YEAR + timedelta(days=1)]
CALENDAR = canonical(
    "calendar_days",
    stacked(
        *(school_days(FIRST, 25, school_id=school, skip="2025-10-09") for school in ("10", "20")),
        *(school_days(LAST_YEAR, 8, school_id=school, school_year=2025) for school in ("10", "20")),
    ),
)

Row = dict[str, object]
Rows = dict[str, list[Row]]

students = st.sampled_from(STUDENTS)
schools = st.sampled_from(["10", "20"])
dates = st.sampled_from([*DAYS, *OLD_DAYS])
known_before = st.sampled_from([AS_OF - timedelta(days=n) for n in (0, 1, 7, 30)])
known_after = st.sampled_from([AS_OF + timedelta(days=n) for n in (1, 2, 20, 40)])
loads = st.integers(1, 3)
withdrawn = st.sampled_from([False, False, False, False, True])


@dataclass(frozen=True)
class District:
    """What was known on the as-of date, and what became known later."""

    before: Rows
    after: Rows


def versions(known_on: st.SearchStrategy[date], **columns: st.SearchStrategy[object]) -> st.SearchStrategy[Row]:
    """A version of a record."""
    envelope = {"known_on": known_on, "load_id": loads, "district_id": st.just("north"), "withdrawn": withdrawn}
    return st.fixed_dictionaries({**columns, **envelope})


def enrollments(known_on: st.SearchStrategy[date]) -> st.SearchStrategy[Row]:
    """A spell of this year or the one before, at one of two schools; some overlap, some begin on one day."""
    entries = st.sampled_from([(2026, FIRST), (2026, FIRST), (2026, date(2025, 10, 22)), (2025, LAST_YEAR)])
    exits: st.SearchStrategy[object] = st.sampled_from([None, None, None, *DAYS[:6]])
    kinds: st.SearchStrategy[object] = st.sampled_from(["transferred", "moved_school", "left"])
    made = versions(
        known_on, student_key=students, school_id=schools, track=st.just("main"), entry=entries, exit_date=exits,
        exit_kind=kinds, grade_level=st.sampled_from([8, 9, 9, 9]),
    )  # fmt: skip
    return made.map(placed_in_year)


def placed_in_year(row: Row) -> Row:
    """A spell whose year, entry and exit agree."""
    entry = row["entry"]
    assert isinstance(entry, tuple)
    spell = {key: value for key, value in row.items() if key != "entry"} | {
        "school_year": entry[0],
        "entry_date": entry[1],
    }
    ended = spell["exit_date"] is not None and entry[0] == 2026
    return spell if ended else {**spell, "exit_date": None, "exit_kind": None}


def attendance(known_on: st.SearchStrategy[date]) -> st.SearchStrategy[Row]:
    """An exception of a day, or two of one day."""
    return versions(
        known_on, student_key=students, school_id=schools, date=dates, section_id=st.just("day"),
        kind=st.sampled_from(["absent", "absent", "partial", "tardy", "suspended"]),
        absent_hundredths=st.sampled_from([0, 50, 100, 100]), excused=st.booleans(),
    )  # fmt: skip


def marks(known_on: st.SearchStrategy[date]) -> st.SearchStrategy[Row]:
    """A mark in progress or final, of one of three courses that both schools have."""
    courses = st.sampled_from([("alg1", "math"), ("eng1", "ela"), ("art", "other")])
    given = st.sampled_from([("A", 400), ("C", 200), ("F", 0), ("NP", None), (None, None)])
    made = versions(
        known_on, student_key=students, school_id=schools, school_year=st.sampled_from([2026, 2026, 2025]),
        term_id=st.sampled_from(["q1", "q2"]), course=courses, given=given,
        mark_kind=st.sampled_from(["progress", "final"]), credits_attempted_hundredths=st.just(50),
        credits_earned_hundredths=st.sampled_from([None, 0, 50]),
    )  # fmt: skip
    return made.map(with_course)


def with_course(row: Row) -> Row:
    """A mark whose course and subject, letter and points agree."""
    course, given = row["course"], row["given"]
    assert isinstance(course, tuple)
    assert isinstance(given, tuple)
    mark = {key: value for key, value in row.items() if key not in ("course", "given")}
    named = {"course_id": course[0], "course_name": course[0], "subject": course[1]}
    return {**mark, **named, "mark": given[0], "points_hundredths": given[1]}


def incidents(known_on: st.SearchStrategy[date]) -> st.SearchStrategy[Row]:
    """An incident."""
    return versions(
        known_on, incident_id=st.sampled_from(["i1", "i2", "i3"]), student_key=students, school_id=schools,
        date=dates, severity=st.sampled_from(["minor", "major"]),
    )  # fmt: skip


def discipline(known_on: st.SearchStrategy[date]) -> st.SearchStrategy[Row]:
    """What followed one."""
    return versions(
        known_on, incident_id=st.sampled_from(["i1", "i2"]), student_key=students, school_id=schools, date=dates,
        action=st.just("detention"), days_removed_hundredths=st.sampled_from([0, 50, 300]),
    )  # fmt: skip


def calendar_days(known_on: st.SearchStrategy[date]) -> st.SearchStrategy[Row]:
    """A change of the calendar."""
    return versions(
        known_on, school_id=schools, track=st.just("main"), date=st.sampled_from(DAYS), school_year=st.just(2026),
        in_session=st.booleans(), attendance_taken=st.booleans(),
    )  # fmt: skip


KEYS = {
    "enrollments": ("student_key", "school_id", "entry_date"),
    "attendance": ("student_key", "school_id", "date", "section_id", "kind"),
    "marks": ("student_key", "school_id", "school_year", "term_id", "course_id", "mark_kind"),
    "incidents": ("incident_id", "student_key"),
    "discipline_actions": ("incident_id", "student_key", "action", "date"),
    "calendar_days": ("school_id", "track", "date"),
}


def versions_of(name: str, made: st.SearchStrategy[Row], most: int) -> st.SearchStrategy[list[Row]]:
    """Rows of a table, each version once a load and date of knowledge, as the checks of ingest leave them."""
    identity = (*KEYS[name], "known_on", "load_id")
    return st.lists(
        made, min_size=most // 3, max_size=most, unique_by=lambda row: tuple(row[column] for column in identity)
    )


def records(known_on: st.SearchStrategy[date], most: int) -> st.SearchStrategy[Rows]:
    """Rows of every table that a snapshot reads."""
    return st.fixed_dictionaries(
        {
            "calendar_days": versions_of("calendar_days", calendar_days(known_on), 3),
            "enrollments": versions_of("enrollments", enrollments(known_on), 6),
            "attendance": versions_of("attendance", attendance(known_on), most),
            "marks": versions_of("marks", marks(known_on), most),
            "incidents": versions_of("incidents", incidents(known_on), 5),
            "discipline_actions": versions_of("discipline_actions", discipline(known_on), 5),
        }
    )


ENROLLED: list[Row] = [
    {
        "student_key": student, "school_id": "10", "track": "main", "school_year": 2026, "grade_level": 9,
        "entry_date": FIRST, "known_on": FIRST, "load_id": 1, "district_id": "north",
        "withdrawn": False,
    }
    for student in STUDENTS[:3]
]  # fmt: skip
"""Three students who are surely there, unless a later version says otherwise."""


def founded(rows: Rows) -> Rows:
    """The rows with those of the students who are surely there."""
    taken = {(row["student_key"], row["school_id"], row["entry_date"], row["known_on"]) for row in rows["enrollments"]}
    new = [row for row in ENROLLED if (row["student_key"], "10", FIRST, FIRST) not in taken]
    return {**rows, "enrollments": [*new, *rows["enrollments"]]}


districts = st.builds(District, records(known_before, 20).map(founded), records(known_after, 12))
"""Districts with a past and a future of the as-of date."""


OF_A_TOWN = ("student_key", "school_id", "incident_id")


def merged(left: Rows, right: Rows) -> Rows:
    """The rows of both."""
    return {name: [*left.get(name, []), *right.get(name, [])] for name in {**left, **right}}


def in_town(town: int, rows: Sequence[Row]) -> list[Row]:
    """The rows with students, schools and incidents of that town; those of the first town keep their ids."""
    return [
        {name: f"{value} {town}" if town and name in OF_A_TOWN else value for name, value in row.items()}
        for row in rows
    ]
