"""Terms that share days, days taken back, tracks without a calendar, lines without a mark: told, nothing refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from features.ingest.parsing.load_notes import load_notes
from features.policies.calendar_policies import CalendarPolicies
from features.policies.record_policies import RecordPolicies
from tests.features.ingest.staging import Staging

TERMS = "| school_year | term_id | kind | start_date | end_date |\n| 2026 | q1 | quarter | 2025-09-01 | 2025-10-31 |\n"
SECOND = {
    "begins on the day after": ("| 2026 | q2 | quarter | 2025-11-01 | 2026-01-16 |", ""),
    "begins on its last day": ("| 2026 | q2 | quarter | 2025-10-31 | 2026-01-16 |", "q1 and q2 of 2026"),
    "begins on the same day": ("| 2026 | q2 | quarter | 2025-09-01 | 2026-01-16 |", "q1 and q2 of 2026"),
    "is another kind": ("| 2026 | s1 | semester | 2025-09-01 | 2026-01-16 |", ""),
    "is of another year": ("| 2025 | q2 | quarter | 2025-09-01 | 2026-01-16 |", ""),
    "ends first": ("| 2026 | q0 | quarter | 2025-08-01 | 2025-09-01 |", "q0 and q1 of 2026"),
}


@pytest.mark.parametrize(("second", "named"), SECOND.values(), ids=SECOND.keys())
def test_terms_of_one_kind_that_share_a_day_are_named(tmp_path: Path, second: str, named: str) -> None:
    staging = Staging(tmp_path)
    staging.send("terms", TERMS + second)
    notes = list(load_notes(staging.writer, [staging.sent("terms")], []))
    assert [note.code for note in notes] == ["NOTE31"] * bool(named)
    assert all(f"({named})" in note.expected for note in notes)
    assert set(staging.verdicts("terms")) == {""}


OF_SCHOOLS = """
| school_id | track | school_year | term_id | kind    | start_date | end_date   |
| 10        | main  | 2026        | q1      | quarter | 2025-09-01 | 2025-10-31 |
| 10        | main  | 2026        | q2      | quarter | 2025-10-27 | 2026-01-16 |
| 10        | B     | 2026        | q1      | quarter | 2025-09-15 | 2025-11-14 |
| 20        | main  | 2026        | q1      | quarter | 2025-09-01 | 2025-10-31 |
"""


def test_terms_of_schools_are_counted_and_only_held_against_those_of_the_same_track(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("school_terms", OF_SCHOOLS)
    shared, own = load_notes(staging.writer, [staging.sent("school_terms")], [])
    assert (shared.code, own.code) == ("NOTE31", "NOTE36")
    assert "(q1 and q2 of 2026 at 10/main)" in shared.expected
    assert own.expected.startswith("schools with terms of their own: 2, on 3 tracks, in 1 school years;")


HELD = {
    "schools": "| school_id |\n| 10 |",
    "students": "| student_id |\n| 1 |",
    "enrollments": "| student_id | school_year | entry_date |\n| 1 | 2026 | 2025-09-01 |",
    "attendance": "| student_id | date |\n| 1 | 2025-10-02 |\n| 1 | 2025-10-03 |",
    "calendar_days": """
    | date       | school_year | in_session |
    | 2025-10-01 | 2026        | true       |
    | 2025-10-02 | 2026        | true       |
    | 2025-10-03 | 2026        | true       |
    | 2025-10-04 | 2026        | false      |
    """,
}
CHANGED = """
| date       | school_year | in_session |
| 2025-10-01 | 2026        | true       |
| 2025-10-02 | 2026        | false      |
| 2025-10-03 | 2026        | true       |
| 2025-10-04 | 2026        | true       |
"""
ABSENCES = """
| student_id | date       |
| 1          | 2025-10-02 |
| 1          | 2025-10-03 |
"""


def test_a_day_that_the_calendar_took_back_keeps_its_absences_out_of_quarantine(tmp_path: Path) -> None:
    """Else two days of snow would refuse the next full extract. They are counted in a note."""
    staging = Staging(tmp_path)
    staging.hold(HELD)
    staging.send("calendar_days", CHANGED)
    staging.send("attendance", ABSENCES)
    staging.check_across("calendar_days", "attendance", held=True)
    assert staging.verdicts("attendance") == ["", ""]
    (note,) = load_notes(staging.writer, [staging.sent("calendar_days")], [])
    assert note.code == "NOTE32"
    assert note.expected == (
        "days of instruction that are none any more: 1, and that became one: 1 (schools: 1); "
        "absences on the former, which do not count: 1"
    )


def test_a_day_that_never_was_one_of_instruction_keeps_no_absence(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.hold(
        HELD | {"calendar_days": HELD["calendar_days"].replace("02 | 2026        | true ", "02 | 2026 | false")}
    )
    staging.send("attendance", ABSENCES)
    staging.check_across("attendance", held=True)
    assert staging.verdicts("attendance") == ["ROW09 date", ""]


def test_a_calendar_that_says_the_same_again_is_no_note(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.hold(HELD)
    staging.send("calendar_days", HELD["calendar_days"])
    assert list(load_notes(staging.writer, [staging.sent("calendar_days")], [])) == []


TRACKS = """
| student_id | school_id | track | school_year | entry_date |
| 1          | 10        | main  | 2026        | 2025-09-01 |
| 2          | 10        | B     | 2026        | 2025-09-01 |
| 3          | 10        | B     | 2026        | 2025-09-01 |
| 4          | 20        | B     | 2026        | 2025-09-01 |
"""


def test_a_track_without_a_calendar_is_named_with_its_students(tmp_path: Path) -> None:
    """School 20 has no calendar at all, which `ontrack check` tells."""
    staging = Staging(tmp_path)
    staging.send("calendar_days", CHANGED)
    staging.send("enrollments", TRACKS)
    (note,) = load_notes(staging.writer, [staging.sent("enrollments")], [])
    assert (note.code, "(track B of school 10 in 2026: 2)" in note.expected) == ("NOTE33", True)
    assert "no rate can be computed" in note.expected
    by_school = RecordPolicies(calendar=CalendarPolicies(track_without_days="school"))
    (note,) = load_notes(staging.writer, [replace(staging.sent("enrollments"), policies=by_school)], [])
    assert "who have the days of another track of their school (track B of school 10" in note.expected


def test_lines_without_a_mark_are_counted_by_why(tmp_path: Path) -> None:
    marks = "| student_id | school_year | term_id | course_id | subject | mark |\n"
    sent = ["I", "W", "INC", "AU", "", "A"]
    rows = "\n".join(f"| 1 | 2026 | q1 | c{place} | math | {mark} |" for place, mark in enumerate(sent))
    staging = Staging(tmp_path)
    staging.send("marks", marks + rows, scale=["letters", "no_marks"])
    (note,) = load_notes(staging.writer, [staging.sent("marks")], [])
    assert note.expected == "lines without a mark: 1 audit, 2 incomplete, 1 withdrawn; none of them is an F"


def test_short_days_are_counted(tmp_path: Path) -> None:
    """Of days of instruction only; a whole day with its share said is none."""
    staging = Staging(tmp_path)
    header, *days = (line for line in CHANGED.splitlines() if line)
    lines = [
        f"{header} day_hundredths |",
        *(f"{day} {share} |" for day, share in zip(days, (100, 50, 75, ""), strict=True)),
    ]
    staging.send("calendar_days", "\n".join(lines))
    (note,) = load_notes(staging.writer, [staging.sent("calendar_days")], [])
    assert (note.code, note.expected.partition(";")[0]) == ("NOTE35", "short days: 1")
    by_share = RecordPolicies(calendar=CalendarPolicies(short_days="share"))
    (note,) = load_notes(staging.writer, [replace(staging.sent("calendar_days"), policies=by_share)], [])
    assert note.expected == "short days: 1; each counts by its share"
