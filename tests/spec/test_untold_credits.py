"""Credits that a source does not tell of a passed course: the sum is missing, never lower; an F earned none."""

from datetime import date
from pathlib import Path

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ingest.parsing.load_notes import load_notes
from features.language.feature_set import Feature, FeatureSet, enrolled, marks
from features.snapshots.labels import label_outcome
from tests.drawn import cell, reader, rows_of, school_days
from tests.features.ingest.staging import Staging
from tests.spec.cases_together import features_of_cases
from tests.spec.test_way_back import lines, way

CALENDAR = school_days(date(2025, 9, 1), 200)
ENROLLED = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-09-01 |
"""
HEAD = "| student_id | school_year | term_id | course_id | subject | a_g | mark | credits_attempted_hundredths "
HEAD += "| credits_earned_hundredths | known_on |"


class Credits(FeatureSet):
    """Credits, told or not."""

    name = "credits"
    cohort = enrolled(9)
    earned = Feature(marks.final().credits_earned(), because="earned {:.2f}")
    tried = Feature(marks.final().credits_attempted(), because="tried for {:.2f}")
    a_g = Feature(marks.final().a_g_credits(), because="{:.2f} of A-G")


DRAWN = """
| mark | tried | got | earned | tried for | A-G | because                                           |
| C    | 50    | 50  | 1      | 1         | 1   | told                                              |
| C    | 50    |     |        | 1         |     | passed, and nobody says for how much              |
| F    | 50    |     | 0.5    | 1         | 0.5 | an F earned none                                  |
| NP   |       |     | 0.5    |           | 0.5 | nor did no pass, whatever was tried for           |
| P    | 0     |     | 0.5    | 0.5       | 0.5 | a course that gives none, such as an advisory     |
|      |       |     | 0.5    | 0.5       | 0.5 | no mark yet                                       |
"""


def transcript(row: dict[str, str]) -> str:
    """An English course with its half credit, and the drawn course."""
    told = "| ada | 2026 | s1 | eng | ela | b | B | 50 | 50 | 2025-11-10 |"
    drawn = f"| ada | 2026 | s1 | alg | math | c | {row['mark']} | {row['tried']} | {row['got']} | 2025-11-10 |"
    return "\n".join([HEAD, told, drawn])


def test_a_sum_of_credits_is_missing_where_a_passed_course_does_not_tell_its_own() -> None:
    rows = rows_of(DRAWN)
    cases = [{"enrollments": ENROLLED, "marks": transcript(row)} for row in rows]
    found = features_of_cases({"calendar_days": CALENDAR}, cases, Credits, date(2025, 12, 1))
    for row, (told,) in zip(rows, found, strict=True):
        said = {"earned": row["earned"], "tried": row["tried for"], "a_g": row["A-G"]}
        assert {name: told[name] for name in said} == said, row["because"]


@pytest.mark.parametrize(("got", "label"), [("50", "false"), ("0", "true"), ("", "")])
def test_nobody_is_off_track_by_credits_that_were_not_told(got: str, label: str) -> None:
    """Ten passed courses of half a credit, of which one may not tell its own; two Fs are off track whatever it says."""
    lines = [f"| ada | 2026 | s1 | c{n} | math | | C | 50 | {got if n == 0 else 50} | 2026-06-05 |" for n in range(10)]
    records = {"calendar_days": CALENDAR, "enrollments": ENROLLED, "marks": "\n".join([HEAD, *lines])}
    later = date(2026, 8, 1)
    labels = label_outcome(reader(records), OFF_TRACK_CHICAGO, date(2025, 11, 20), observed_on=later)
    assert cell(labels.off_track["ada"]) == label
    failed = [line.replace("| C |", "| F |") if n in (1, 2) else line for n, line in enumerate(lines)]
    labels = label_outcome(
        reader({**records, "marks": "\n".join([HEAD, *failed])}),
        OFF_TRACK_CHICAGO,
        date(2025, 11, 20),
        observed_on=later,
    )
    assert cell(labels.off_track["ada"]) == "true"


def test_no_way_back_is_told_of_credits_that_are_not_known() -> None:
    told = lines("ela:B alg:B bio:B civ:B art:B")
    assert way({"marks": told}) is not None
    assert way({"marks": told.replace("| 300 | 50 |", "| 300 |  |", 1)}) is None


@pytest.mark.parametrize(
    ("sent", "told"), [("50 50 50", []), ("50  50", ["1 of 3 finals"]), ("  ", []), ("50 0 50", [])]
)
def test_a_load_counts_passed_courses_without_credits_where_others_have_them(
    sent: str, told: list[str], tmp_path: Path
) -> None:
    staging = Staging(tmp_path)
    rows = [f"| {n} | 2026 | s1 | m{n} | math | final | B | 50 | {got} |" for n, got in enumerate(sent.split(" "))]
    head = (
        "| student_id | school_year | term_id | course_id | subject | mark_kind | mark | credits_attempted_hundredths "
    )
    head += "| credits_earned_hundredths |"
    files = staging.send("marks", "\n".join([head, *rows, "| 9 | 2026 | s1 | m9 | math | final | F | 50 | |"]))
    notes = [str(one) for one in load_notes(staging.writer, [staging.sent("marks")], files)]
    assert [one in note for one, note in zip(told, notes, strict=True)] == [True] * len(told)
