"""Outcomes: what students may end as, each as published, for a cohort, by a horizon."""

from dataclasses import replace

from features.definitions.published_rules import CHRONIC_ABSENCE, CORE_READINESS, EW_GRADE9
from features.language.feature_set import (
    Cohort,
    Condition,
    Outcome,
    attendance,
    completions,
    discipline,
    end_of_next_term,
    end_of_year,
    enrolled,
    enrollments,
    marks,
    months_later,
    threshold,
)

CHICAGO = (
    "UChicago Consortium on School Research, Freshman OnTrack: 5 full-year credits and at most one semester F in core"
)
FOUR_YEARS = "Adjusted cohort graduation rate: a diploma by the summer after year four; transfers out are left out"
LEFT = "Exits that the district coded as having left school, without a diploma or another school"
ANY_F = "Allensworth and Easton 2007: course failures are what graduation is lost by"

GRADES = {
    "6_8": "grades 6 to 8", "9": "first time in grade 9", "9_again": "grade 9 again", "10_12": "grades 10 to 12",
}  # fmt: skip
"""Whom an outcome is of, in words: a district may serve one of several cohorts, and has to tell them apart."""

REGULAR = marks.final().regular()
"""Final marks, without those of summer school, which came too late to be on track."""


def short_of_the_marks(least_gpa: float) -> Condition:
    """The five marks that CORE set for grade 8 and the E-W framework took up for 9: one that is missed is enough."""
    return (
        (REGULAR.gpa() < threshold("least_gpa", least_gpa))
        | (attendance.share_absent() > threshold("most_missed", 0.04))
        | (REGULAR.subject("ela").low() > 0)
        | (REGULAR.subject("math").low() > 0)
        | (discipline.suspensions().count() > 0)
    )


OFF_TRACK_CHICAGO = Outcome(
    name="grade9_off_track_chicago",
    says="off track at the end of grade 9: fewer than {least_credits:g} credits, or more than "
    "{most_core_failures:g} semester F in a core course",
    ended="ended grade 9 off track",
    about="on track in grade 9",
    source=CHICAGO,
    cohort=enrolled(9, first_time=True),
    off_track=(REGULAR.credits_earned() < threshold("least_credits", 5))
    | (REGULAR.core().failing() > threshold("most_core_failures", 1)),
    leaving_is_off_track=True,
)

NOT_READY_CORE = Outcome(
    name="grade8_not_ready_core",
    says="not ready for high school at the end of grade 8: a grade average under {least_gpa:g}, more than "
    "{most_missed:.1%} of the days missed, a D or F in English or in math, or a suspension",
    ended="ended grade 8 short of one of the readiness marks",
    about="ready for high school",
    rule="core_readiness_so_far",
    source=CORE_READINESS.source,
    cohort=enrolled(8, on_census_day=True),
    off_track=short_of_the_marks(2.5),
    needs=("marks",),
)

OFF_TRACK_EW = Outcome(
    name="grade9_off_track_ew",
    says="off track at the end of grade 9: a grade average under {least_gpa:g}, more than "
    "{most_missed:.1%} of the days missed, a D or F in English or in math, or a suspension",
    ended="ended grade 9 short of one of the on-track marks",
    about="on-track marks in grade 9",
    source=EW_GRADE9.source,
    cohort=enrolled(9, first_time=True, on_census_day=True),
    off_track=short_of_the_marks(3),
    leaving_is_off_track=True,
    needs=("marks",),
)


def chronic_absence(band: str, cohort: Cohort) -> Outcome:
    """A tenth of the year missed, among students who were expected for long enough and came at least once."""
    return Outcome(
        name=f"chronic_absence_{band}",
        says="missed {least_share:.1%} of the school year or more",
        ended="missed {least_share:.1%} of the school year or more",
        about=f"attendance this year, {GRADES[band]}",
        rule="attendance_works",
        source=CHRONIC_ABSENCE.source,
        cohort=cohort,
        off_track=attendance.share_absent() >= threshold("least_share", 0.10),
        judged_if=(attendance.days_expected() > threshold("more_than_days", 30)) & (attendance.share_absent() < 1),
        needs=("attendance",),
    )


def core_failure_next_term(band: str, cohort: Cohort) -> Outcome:
    """An F in any core course in the term that begins next."""
    return Outcome(
        name=f"core_f_next_term_{band}",
        says="{least_failures:g} or more Fs in core courses in the next term",
        ended="had {least_failures:g} or more Fs in core courses in the next term",
        about=f"core courses next term, {GRADES[band]}",
        rule="core_f_so_far",
        source=ANY_F,
        cohort=cohort,
        off_track=REGULAR.core().this_term().failing() >= threshold("least_failures", 1),
        horizon=end_of_next_term(),
        needs=("marks", "terms"),
    )


def left_school(band: str, cohort: Cohort) -> Outcome:
    """Left without finishing, within a year of the as-of date."""
    return Outcome(
        name=f"left_within_12_months_{band}",
        says="left school without finishing, within 12 months",
        ended="left school without finishing within 12 months",
        about=f"staying in school, {GRADES[band]}",
        source=LEFT,
        cohort=cohort,
        off_track=enrollments.last_ended("left") > 0,
        horizon=months_later(12),
    )


NOT_GRADUATED = Outcome(
    name="not_graduated_on_time",
    says="no diploma by the end of the fourth year of high school",
    ended="had no diploma after four years of high school",
    about="graduation in four years",
    source=FOUR_YEARS,
    cohort=enrolled(9, first_time=True),
    off_track=completions.diplomas().count() < 1,
    horizon=end_of_year(years_later=3, posting_days=75),
    needs=("completions",),
)


def not_graduated(grade: int) -> Outcome:
    """No diploma by the summer after the year in which students of a later grade are to finish."""
    return replace(
        NOT_GRADUATED,
        name=f"not_graduated_{grade}",
        says=f"no diploma by the summer after grade 12, of students in grade {grade}",
        ended="had no diploma by the summer after grade 12",
        about=f"graduation on time, grade {grade}",
        rule="graduation_so_far",
        source=f"{FOUR_YEARS}; told of students of grade {grade} as of the grade that they are in",
        cohort=enrolled(grade),
        horizon=end_of_year(years_later=12 - grade, posting_days=75),
    )


MIDDLE, NINTH, HIGH = enrolled(6, 7, 8), enrolled(9, first_time=True), enrolled(10, 11, 12)
NINTH_AGAIN = enrolled(9, repeating=(9,))

ALL = (
    OFF_TRACK_CHICAGO, OFF_TRACK_EW, NOT_READY_CORE,
    chronic_absence("6_8", MIDDLE), chronic_absence("9", NINTH), chronic_absence("10_12", HIGH),
    core_failure_next_term("6_8", MIDDLE), core_failure_next_term("9", NINTH), core_failure_next_term("10_12", HIGH),
    NOT_GRADUATED, left_school("9", NINTH), left_school("10_12", HIGH),
    core_failure_next_term("9_again", NINTH_AGAIN), not_graduated(10), not_graduated(11), not_graduated(12),
)  # fmt: skip
"""Every outcome, with the thresholds it was published with."""
