"""A student with a packet is seen as in one district that held all of it; drawn histories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd
from hypothesis import strategies as st

from features.definitions.grade9 import NinthGrade
from features.movers.owner_marks import school_elsewhere
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import canonical, reader_of
from tests.features.movers.two_districts import move
from tests.spec.drawn_snapshots import drawn
from tests.spec.made_districts import Rows

ENTRY, CAME, SEEN = date(2025, 10, 13), date(2025, 10, 15), date(2025, 10, 31)
THERE = [
    str(day.date())
    for day in [*pd.bdate_range("2025-03-03", "2025-03-14"), *pd.bdate_range("2025-09-01", "2025-10-24")]
]
HERE = [str(day.date()) for day in [*pd.bdate_range("2025-02-03", "2025-03-14"), *pd.bdate_range("2025-08-25", SEEN)]]
BEFORE = [day for day in THERE if day < str(ENTRY)]


POINTS = {"A": 400, "B": 300, "C": 200, "D": 100, "F": 0}
YEAR = "| student_key | school_id | school_year"
COURSE = "term_id | course_id | subject"
EVENT = "| student_key | school_id | date | kind | absent_hundredths | known_on |"


@dataclass(frozen=True)
class History:
    """One student's drawn records: absences there and here, marks there, incidents there, and when a spell ended."""

    absent: tuple[tuple[str, str, int], ...]
    absent_here: tuple[tuple[str, int], ...]
    marks: tuple[tuple[int, str, str, str, int], ...]
    incidents: tuple[str, ...]
    exit_date: str


HISTORIES = st.builds(
    History,
    absent=st.lists(
        st.tuples(st.sampled_from(BEFORE), st.sampled_from(["absent", "tardy", "suspended"]), st.integers(0, 100)),
        max_size=12, unique_by=lambda row: row[:2],
    ).map(tuple),
    absent_here=st.lists(
        st.tuples(st.sampled_from([day for day in HERE if day >= str(ENTRY)]), st.integers(0, 100)),
        max_size=4, unique_by=lambda row: row[0],
    ).map(tuple),
    marks=st.lists(
        st.tuples(
            st.sampled_from([2025, 2026]), st.sampled_from(["q1", "q2"]), st.sampled_from(["c1", "c2", "c3"]),
            st.sampled_from("ABCDF"), st.integers(0, 100),
        ),
        max_size=6, unique_by=lambda row: row[:3],
    ).map(tuple),
    incidents=st.lists(st.sampled_from(BEFORE), max_size=3, unique=True).map(tuple),
    exit_date=st.sampled_from(["", "2025-10-10", "2025-10-24", "2025-09-26"]),
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """The records of students in the district that they left (`there`), and in the one that they came to."""

    there: Rows
    here: Rows


def table(name: str, rows: Sequence[str], columns: str) -> list[dict[str, object]]:
    """Canonical rows of drawn lines."""
    return canonical(name, "\n".join([columns, *rows])) if rows else []


def records_there(histories: Sequence[History], school: str, known: str) -> Rows:
    """The sender's records at a school, all known on one day."""
    each = list(enumerate(histories))
    spells = [
        f"| k{n} | {school} | {year} | {grade} | {entry} | {last} | {known} |"
        for n, one in each
        for year, grade, entry, last in ((2025, 8, "2025-03-03", ""), (2026, 9, "2025-09-01", one.exit_date))
    ]
    absences = [
        f"| k{n} | {school} | {day} | {kind} | {how} | {known} |" for n, one in each for day, kind, how in one.absent
    ]
    marks = [
        f"| k{n} | {school} | {year} | {term} | ~{course} | math | {mark} | {POINTS[mark]} | {earned} | {known} |"
        for n, one in each
        for year, term, course, mark, earned in one.marks
    ]
    incidents = [f"| i{n}{day} | k{n} | {school} | {day} | {known} |" for n, one in each for day in one.incidents]
    return {
        "enrollments": table(
            "enrollments", spells, f"{YEAR} | grade_level | entry_date | exit_date | known_on |"
        ),
        "attendance": table("attendance", absences, EVENT),
        "marks": table(
            "marks", marks,
            f"{YEAR} | {COURSE} | mark | points_hundredths | credits_earned_hundredths | known_on |",
        ),
        "incidents": table("incidents", incidents, "| incident_id | student_key | school_id | date | known_on |"),
    }  # fmt: skip


def days(dates: Sequence[str], school: str) -> list[dict[str, object]]:
    """A drawn calendar of a school."""
    rows = [f"| {school} | {day} | {2025 if day < '2025-07-01' else 2026} | 2020-01-01 |" for day in dates]
    return table("calendar_days", rows, "| school_id | date | school_year | known_on |")


def terms(name: str, school: str) -> list[dict[str, object]]:
    """The sender's terms, the district's or those of a school."""
    rows = [
        f"| {school} | main | 2025 | q1 | quarter | 2025-03-03 | 2025-03-14 | 2020-01-01 |",
        f"| {school} | main | 2026 | q1 | quarter | 2025-09-01 | 2025-09-30 | 2020-01-01 |",
        f"| {school} | main | 2026 | q2 | quarter | 2025-10-01 | 2025-12-19 | 2020-01-01 |",
    ]
    columns = "| school_id | track | school_year | term_id | kind | start_date | end_date | known_on |"
    return table(name, rows, columns)


TERMS_HERE = table(
    "terms",
    [
        "| 2026 | q1 | quarter | 2025-08-25 | 2025-10-17 | 2020-01-01 |",
        "| 2026 | q2 | quarter | 2025-10-20 | 2025-12-19 | 2020-01-01 |",
    ],
    "| school_year | term_id | kind | start_date | end_date | known_on |",
)


def records_here(histories: Sequence[History]) -> Rows:
    """The receiver's records of the same students, and of one who was always there."""
    spells = [f"| k{n} | 10 | 2026 | 9 | {ENTRY} | | {ENTRY} |" for n in range(len(histories))]
    always = [
        "| always | 10 | 2025 | 8 | 2025-02-03 | | 2025-02-03 |",
        "| always | 10 | 2026 | 9 | 2025-08-25 | | 2025-08-25 |",
    ]
    absences = [
        f"| k{n} | 10 | {day} | absent | {how} | {day} |"
        for n, one in enumerate(histories)
        for day, how in one.absent_here
    ]
    return {
        "enrollments": table(
            "enrollments", [*spells, *always], f"{YEAR} | grade_level | entry_date | exit_date | known_on |"
        ),
        "attendance": table(
            "attendance", [*absences, "| always | 10 | 2025-09-02 | absent | 100 | 2025-09-03 |"],
            EVENT,
        ),
        "calendar_days": days(HERE, "10"),
        "terms": TERMS_HERE,
    }  # fmt: skip


def students(number: int) -> list[dict[str, object]]:
    """Students by their keys, each with a statewide id."""
    rows = [f"| k{n} | k{n} | 9{n} | 2020-01-01 |" for n in range(number)]
    return table("students", rows, "| student_key | student_id | state_id | known_on |")


def cut(rows: Rows) -> Rows:
    """The sender's rows as one district would have them: no spell goes on after the student came to the next school."""
    last = str(pd.Timestamp(ENTRY) - pd.Timedelta(days=1))[:10]
    spells = [
        {**one, "exit_date": last}
        if one["school_year"] in (2026, "2026") and str(one["exit_date"] or "9") >= last
        else one
        for one in rows["enrollments"]
    ]
    return {**rows, "enrollments": spells}


@cache
def histories() -> tuple[History, ...]:
    """Drawn students, all of one pair of districts: so one snapshot answers for each of them."""
    return tuple(drawn(HISTORIES, 24))


def features(district: Reader, day: date) -> pd.DataFrame:
    """What is told of the ninth graders; of schools' own context nothing."""
    return build_snapshot(district, NinthGrade, day, with_transfers=True).features


def test_a_student_with_a_packet_is_seen_as_in_one_district_that_learned_it_all_on_that_day() -> None:
    told = histories()
    there = {
        **records_there(told, "10", "2025-06-01"),
        "calendar_days": days(THERE, "10"),
        "terms": terms("terms", "10"),
    }
    here = records_here(told)
    sender = reader_of({**there, "students": students(len(told))})
    receiver = reader_of({**here, "students": students(len(told))})
    alone = features(receiver, SEEN)
    assert len(move(sender, receiver, CAME).students) == len(told)
    elsewhere = school_elsewhere("north", "10")
    together = {
        **here,
        **{name: [*here.get(name, []), *rows] for name, rows in cut(records_there(told, elsewhere, str(CAME))).items()},
        "calendar_days": [*here["calendar_days"], *days(THERE, elsewhere)],
        "school_terms": terms("school_terms", elsewhere),
    }
    one = reader_of(together)
    one.connection.execute(
        "INSERT INTO loads (load_id, policies, withdrawn) VALUES (1, '{\"has_school_terms\": true}', false)"
    )
    seen, expected = features(receiver, SEEN), features(one, SEEN)
    pd.testing.assert_frame_equal(seen, expected, check_exact=True)
    pd.testing.assert_frame_equal(seen.loc[["always"]], alone.loc[["always"]], check_exact=True)
    assert not seen.drop(index="always").equals(alone.drop(index="always"))
    pd.testing.assert_frame_equal(
        features(receiver, date(2025, 10, 14)), features(one, date(2025, 10, 14)), check_exact=True
    )
