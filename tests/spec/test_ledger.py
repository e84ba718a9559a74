"""The ledger: what became of every flag, drawn for each way in which a year can end."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.labels import LOST, UNFINISHED
from features.ledger import Ledger, ledger_of
from features.outcomes import Outcome
from tests.drawn import cell, reader, rows_of, school_days, stacked

YEAR = school_days(date(2025, 9, 1), 200)
LAST_DAY, HORIZON, LATER = date(2026, 6, 5), date(2026, 7, 5), date(2026, 8, 1)
NOVEMBER = "2025-11-20"
ENDINGS = """
| student_id | exit_date  | exit_kind   | passed | failed | flagged | supported  | resolution      | off track | ended on   | because           |
| ada        |            |             | 8      | 2      | yes     |            | came_true       | true      | 2026-06-05 |                   |
| bo         |            |             | 10     | 0      | yes     |            | did_not         | false     | 2026-06-05 |                   |
| cy         |            |             | 10     | 0      | yes     | 2026-01-15 | supported_first | false     | 2026-06-05 |                   |
| di         |            |             | 8      | 2      | yes     | 2026-01-15 | came_true       | true      | 2026-06-05 |                   |
| eve        | 2026-02-02 | left        | 4      | 0      | yes     |            | came_true       | true      | 2026-02-02 |                   |
| flo        | 2026-02-02 | transferred | 4      | 0      | yes     | 2026-01-15 | moved_away      |           | 2026-06-05 | went elsewhere    |
| gus        | 2026-02-02 | unknown     | 4      | 0      | yes     |            | moved_away      |           | 2026-06-05 | LOST              |
| hal        | 2026-02-02 | deceased    | 4      | 0      | yes     |            | not_told        |           | 2026-06-05 | died              |
| ida        |            |             | 0      | 0      | yes     |            | not_told        |           | 2026-06-05 | UNTOLD            |
| jo         |            |             | 8      | 2      |         |            |                 | true      | 2026-06-05 |                   |
| kim        |            |             | 10     | 0      |         | 2026-01-15 |                 | false     | 2026-06-05 |                   |
"""


def flags(*lists: tuple[str, str], outcome: str = OFF_TRACK_CHICAGO.name, scorer: str = "model") -> str:
    """Lists as flags: each a date and the students on it, in order."""
    header = (
        "| student_id | run_id | outcome | as_of | release_id | scorer | capacity | list_position | risk | known_on |"
    )
    lines = [
        f"| {student} | run {day} | {outcome} | {day} | r1 | {scorer} | 9 | {place} | 0.5 | {day} |"
        for day, students in lists
        for place, student in enumerate(students.split(), start=1)
    ]
    return "\n".join([header, *lines])


def enrolled(rows: list[dict[str, str]]) -> str:
    lines = ["| student_id | school_year | entry_date | exit_date | exit_kind |"]
    lines += [
        f"| {r['student_id']} | 2026 | {r.get('entry_date', '2025-09-01')} | {r['exit_date']} | {r['exit_kind']} |"
        for r in rows
    ]
    return "\n".join(lines)


def semester_marks(rows: list[dict[str, str]], known_on: date = LAST_DAY) -> str:
    """Half a credit for each mark passed, and an F in core for each one failed."""
    lines = [
        "| student_id | school_year | term_id | course_id | subject | mark | credits_earned_hundredths | known_on |"
    ]
    for r in rows:
        for kind, subject, mark, earned in (("passed", "math", "C", 50), ("failed", "ela", "F", 0)):
            lines += [
                f"| {r['student_id']} | 2026 | s1 | {kind} {n} | {subject} | {mark} | {earned} | {known_on} |"
                for n in range(int(r[kind]))
            ]
    return "\n".join(lines)


def supports(rows: list[dict[str, str]]) -> str:
    lines = ["| support_id | student_id | kind | date |"]
    lines += [
        f"| of {r['student_id']} | {r['student_id']} | contact | {r['supported']} |" for r in rows if r["supported"]
    ]
    return "\n".join(lines)


def district(**others: str) -> dict[str, str]:
    """The district of the endings, listed once in November."""
    rows = rows_of(ENDINGS)
    listed = " ".join(row["student_id"] for row in rows if row["flagged"])
    drawn = {
        "calendar_days": YEAR,
        "enrollments": enrolled(rows),
        "marks": semester_marks(rows),
        "supports": supports(rows),
        "flags": flags((NOVEMBER, listed)),
    }
    return {**drawn, **others}


def ledger(drawn: Mapping[str, str], on: date = LATER, outcome: Outcome = OFF_TRACK_CHICAGO) -> Ledger:
    return ledger_of(reader(drawn), outcome, on)


def by_student(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """A column by student, as it is drawn; a date without its time."""
    return {str(k): cell(v).removesuffix(" 00:00:00") for k, v in zip(frame["student_key"], frame[column], strict=True)}


def test_every_way_in_which_a_flag_is_resolved() -> None:
    found, drawn = ledger(district()), rows_of(ENDINGS)
    listed = {row["student_id"]: row["resolution"] for row in drawn if row["flagged"]}
    assert by_student(found.flags, "resolution") == listed
    assert by_student(found.students, "resolution") == {row["student_id"]: row["resolution"] for row in drawn}
    assert by_student(found.students, "off_track") == {row["student_id"]: row["off track"] for row in drawn}
    assert by_student(found.students, "ended_on") == {row["student_id"]: row["ended on"] for row in drawn}
    words = {"LOST": LOST, "UNTOLD": "the records do not tell"}
    because = {row["student_id"]: words.get(row["because"], row["because"]) for row in drawn}
    assert by_student(found.students, "missing_because") == because
    first = {row["student_id"]: row["flagged"] and NOVEMBER for row in drawn}
    assert by_student(found.students, "first_flag") == first
    supported = {row["student_id"]: row["flagged"] and row["supported"] for row in drawn}
    assert by_student(found.students, "supported_on") == supported
