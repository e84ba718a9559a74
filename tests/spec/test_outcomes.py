"""Outcomes: the Chicago rule at its boundaries, and the students of whom nothing can be said."""

from collections.abc import Mapping
from datetime import date

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.language.feature_set import Outcome, attendance, enrolled
from features.snapshots.labels import WHEREABOUTS_UNKNOWN, Labels, label_outcome
from tests.drawn import cell, reader, rows_of, school_days, stacked

AS_OF = date(2025, 11, 20)
CALENDAR = school_days(date(2025, 9, 1), 200)
LAST_DAY = date(2026, 6, 5)
HORIZON = date(2026, 7, 5)
LATER = date(2026, 8, 1)
KINDS = {"core passed": ("math", "C", 50), "core failed": ("ela", "F", 0), "other passed": ("other", "C", 50)}
KINDS |= {"other failed": ("other", "F", 0)}


def transcripts(drawing: str, *, known_on: date = LAST_DAY) -> str:
    """Final semester marks of half a credit each, as many of each kind as drawn."""
    lines = [
        "| student_id | school_year | term_id | course_id | subject | mark | credits_earned_hundredths | known_on |"
    ]
    for row in rows_of(drawing):
        for kind, (subject, mark, earned) in KINDS.items():
            lines += [
                f"| {row['student_id']} | 2026 | s1 | {kind} {n} | {subject} | {mark} | {earned} | {known_on} |"
                for n in range(int(row[kind]))
            ]
    return "\n".join(lines)


def enrolled_all(drawing: str) -> str:
    """Each drawn student enrolled from the first day on."""
    students = "\n".join(f"| {row['student_id']} | 2026 | 2025-09-01 |" for row in rows_of(drawing))
    return "| student_id | school_year | entry_date |\n" + students


def labelled(drawings: Mapping[str, str], *, observed_on: date = LATER, outcome: Outcome = OFF_TRACK_CHICAGO) -> Labels:
    return label_outcome(reader({"calendar_days": CALENDAR, **drawings}), outcome, AS_OF, observed_on=observed_on)


def off_track(labels: Labels) -> dict[str, str]:
    """`true`, `false` or nothing per student."""
    return {str(student): cell(value) for student, value in labels.off_track.items()}


def test_the_chicago_rule_at_its_boundaries() -> None:
    """Fewer than 5 credits, or more than one semester F in a core course: exactly 5 and exactly one are on track."""
    drawn = """
    | student_id | core passed | core failed | other passed | other failed | off track | because                |
    | ada        | 8           | 0           | 2            | 0            | false     | exactly 5 credits      |
    | bo         | 8           | 0           | 1            | 0            | true      | 4.5 credits            |
    | cy         | 8           | 1           | 2            | 0            | false     | one F in core          |
    | di         | 8           | 2           | 4            | 0            | true      | two Fs in core         |
    | eve        | 8           | 0           | 2            | 3            | false     | Fs outside core        |
    | flo        | 8           | 0           | 1            | 3            | true      | the credits they cost  |
    | gus        | 8           | 1           | 1            | 0            | true      | one F in core, 4.5     |
    | hal        | 0           | 4           | 0            | 4            | true      | nothing passed         |
    """
    labels = labelled({"enrollments": enrolled_all(drawn), "marks": transcripts(drawn)})
    assert off_track(labels) == {row["student_id"]: row["off track"] for row in rows_of(drawn)}
    assert labels.horizon == HORIZON
    assert labels.missing_because.isna().all()


FIVE_CREDITS = """
| student_id | core passed | core failed | other passed | other failed |
| ada        | 8           | 0           | 2            | 0            |
"""
TWO_FS = """
| student_id | core passed | core failed | other passed | other failed |
| ada        | 8           | 2           | 2            | 0            |
"""
ADA = enrolled_all(FIVE_CREDITS)


@pytest.mark.parametrize(("observed_on", "label"), [(date(2026, 7, 4), ""), (HORIZON, "false")])
def test_an_unfinished_year_is_not_a_false_label(observed_on: date, label: str) -> None:
    """The marks are in on the last school day, the label 30 days later, when all of them are."""
    labels = labelled({"enrollments": ADA, "marks": transcripts(FIVE_CREDITS)}, observed_on=observed_on)
    assert off_track(labels) == {"ada": label}
    assert labels.missing_because["ada"] == "the horizon is ahead" or label


@pytest.mark.parametrize(("known_on", "label"), [(HORIZON, "true"), (date(2026, 7, 6), "")])
def test_a_mark_posted_after_the_horizon_does_not_count(known_on: date, label: str) -> None:
    """However late one looks, the label is what was known on its horizon."""
    assert off_track(labelled({"enrollments": ADA, "marks": transcripts(TWO_FS, known_on=known_on)})) == {"ada": label}


@pytest.mark.parametrize(("known_on", "label"), [("2026-07-05", "false"), ("2026-07-06", "true")])
def test_an_f_corrected_by_the_horizon_is_no_f(known_on: str, label: str) -> None:
    """One of two Fs in core became a D."""
    correction = f"""
    | student_id | school_year | term_id | course_id     | subject | mark | credits_earned_hundredths | known_on |
    | ada        | 2026        | s1      | core failed 0 | ela     | D    | 50                        | {known_on} |
    """
    drawn = stacked(transcripts(TWO_FS), correction)
    assert off_track(labelled({"enrollments": ADA, "marks": drawn})) == {"ada": label}


def test_only_final_marks_of_this_year_decide() -> None:
    """Last year's Fs and Fs in progress are no semester Fs of this grade 9 year."""
    header = (
        "| student_id | school_year | term_id | course_id | subject | mark_kind | mark "
        "| credits_earned_hundredths | known_on |"
    )
    others = """
    | ada | 2025 | s1 | math8 | math | final    | F | 0 | 2025-06-05 |
    | ada | 2025 | s2 | math8 | math | final    | F | 0 | 2025-06-05 |
    | ada | 2026 | q4 | alg1  | math | progress | F |   | 2026-05-01 |
    | ada | 2026 | q4 | eng1  | ela  | progress | F |   | 2026-05-01 |
    """
    finals = transcripts(FIVE_CREDITS).replace("| subject |", "| subject | mark_kind |")
    finals = finals.replace("| math |", "| math | final |").replace("| other |", "| other | final |")
    assert off_track(labelled({"enrollments": ADA, "marks": stacked(finals, header + others)})) == {"ada": "false"}


def test_students_who_went_elsewhere_have_no_label() -> None:
    """A transfer is censored, whatever the marks so far; leaving school is an ending, moving inside is neither."""
    enrollments = """
    | student_id | school_id | school_year | entry_date | exit_date  | exit_kind    | off track | missing because |
    | ada        | 10        | 2026        | 2025-09-01 | 2026-02-02 | transferred  |           | went elsewhere  |
    | bo         | 10        | 2026        | 2025-09-01 | 2026-02-02 | deceased     |           | died            |
    | cy         | 10        | 2026        | 2025-09-01 | 2026-02-02 | unknown      |           | LOST            |
    | di         | 10        | 2026        | 2025-09-01 | 2026-02-02 | left         | true      |                 |
    | eve        | 10        | 2026        | 2025-09-01 | 2026-02-02 | moved_school | false     |                 |
    | eve        | 20        | 2026        | 2026-02-03 |            |              | false     |                 |
    | flo        | 10        | 2026        | 2025-09-01 | 2026-02-02 | transferred  | true      |                 |
    | flo        | 10        | 2026        | 2026-04-01 |            |              | true      |                 |
    | gus        | 10        | 2026        | 2025-09-01 |            |              |           | UNTOLD          |
    | hal        | 10        | 2026        | 2025-09-01 | 2026-02-02 |              |           | LOST            |
    | ida        | 10        | 2026        | 2025-09-01 | 2026-02-02 | moved_school |           | LOST            |
    | jo         | 10        | 2026        | 2025-09-01 | 2026-06-03 |              | false     |                 |
    """
    drawn = """
    | student_id | core passed | core failed | other passed | other failed |
    | ada        | 0           | 2           | 0            | 0            |
    | bo         | 8           | 0           | 2            | 0            |
    | cy         | 8           | 0           | 2            | 0            |
    | eve        | 8           | 0           | 2            | 0            |
    | flo        | 8           | 2           | 2            | 0            |
    | hal        | 8           | 0           | 2            | 0            |
    | ida        | 8           | 0           | 2            | 0            |
    | jo         | 8           | 0           | 2            | 0            |
    """
    calendar = stacked(CALENDAR, school_days(date(2025, 9, 1), 200, school_id="20"))
    labels = labelled({"calendar_days": calendar, "enrollments": enrollments, "marks": transcripts(drawn)})
    expected = rows_of(enrollments)
    assert off_track(labels) == {row["student_id"]: row["off track"] for row in expected}
    because = {str(student): cell(why) for student, why in labels.missing_because.items()}
    words = {"LOST": WHEREABOUTS_UNKNOWN, "UNTOLD": "the records do not tell"}
    assert because == {row["student_id"]: words.get(row["missing because"], row["missing because"]) for row in expected}


def test_a_spell_of_an_earlier_year_that_was_never_closed_does_not_hide_how_the_student_left() -> None:
    """Middle school was left open; what happened in high school is what counts."""
    enrollments = """
    | student_id | school_id | school_year | grade_level | entry_date | exit_date  | exit_kind   | off track |
    | ada        | 20        | 2025        | 8           | 2024-09-02 |            |             | true      |
    | ada        | 10        | 2026        | 9           | 2025-09-01 | 2026-02-02 | left        | true      |
    | bo         | 20        | 2025        | 8           | 2024-09-02 |            |             |           |
    | bo         | 10        | 2026        | 9           | 2025-09-01 | 2026-02-02 | transferred |           |
    """
    labels = labelled({"enrollments": enrollments})
    assert off_track(labels) == {row["student_id"]: row["off track"] for row in rows_of(enrollments)}
    assert labels.missing_because["bo"] == "went elsewhere"


def test_leaving_school_in_winter_is_off_track_by_the_credits_that_are_missing() -> None:
    """Half a year's credits without an F are fewer than 5."""
    enrollments = """
    | student_id | school_year | entry_date | exit_date  | exit_kind |
    | ada        | 2026        | 2025-09-01 | 2026-02-02 | left      |
    """
    half = """
    | student_id | core passed | core failed | other passed | other failed |
    | ada        | 4           | 0           | 1            | 0            |
    """
    assert off_track(labelled({"enrollments": enrollments, "marks": transcripts(half)})) == {"ada": "true"}


def test_marks_without_any_core_course_still_tell_the_credits() -> None:
    """Too few credits are off track even where no core mark is on record."""
    drawn = """
    | student_id | core passed | core failed | other passed | other failed |
    | ada        | 0           | 0           | 9            | 0            |
    """
    assert off_track(labelled({"enrollments": ADA, "marks": transcripts(drawn)})) == {"ada": "true"}


CHRONIC = Outcome(
    name="chronic",
    says="missed a tenth of the year",
    ended="missed a tenth of the year",
    source="these tests",
    cohort=enrolled(9),
    off_track=attendance.share_absent() >= 0.1,
)


@pytest.mark.parametrize(("days", "label"), [(19, "false"), (20, "true")])
def test_the_same_expression_looks_forward_in_an_outcome(days: int, label: str) -> None:
    """Exactly a tenth of 200 school days is chronic; the days missed lie after the as-of date of the cohort."""
    year = rows_of(CALENDAR)
    absences = "| student_id | date |\n" + "\n".join(f"| ada | {day['date']} |" for day in year[-days:])
    labels = labelled({"enrollments": ADA, "attendance": absences}, outcome=CHRONIC)
    assert off_track(labels) == {"ada": label}


def test_an_unfinished_year_says_so_for_every_student_of_the_cohort() -> None:
    """Also for those who have already gone: while the year lasts, nothing is said."""
    enrollments = """
    | student_id | school_year | entry_date | exit_date  | exit_kind   |
    | ada        | 2026        | 2025-09-01 |            |             |
    | bo         | 2026        | 2025-09-01 | 2026-02-02 | transferred |
    """
    labels = labelled({"enrollments": enrollments}, observed_on=date(2026, 3, 1))
    assert off_track(labels) == {"ada": "", "bo": ""}
    assert set(labels.missing_because) == {"the horizon is ahead"}


def test_students_with_the_same_records_have_the_same_label() -> None:
    """Also where the records are at odds: entered at two schools on one day, one of the two ended by a transfer."""
    students = [f"student {n}" for n in range(8)]
    spells = [
        f"| {student} | {school} | 2026 | 2025-09-01 | {ending} |"
        for student in students
        for school, ending in (("10", "|"), ("20", "2026-02-02 | transferred"))
    ]
    header = "| student_id | school_id | school_year | entry_date | exit_date | exit_kind |"
    marks = [transcripts(FIVE_CREDITS.replace("ada", student)) for student in students]
    labels = labelled({"enrollments": "\n".join([header, *spells]), "marks": stacked(*marks)})
    assert len(set(off_track(labels).values())) == 1
