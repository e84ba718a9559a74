"""Grade 9: what is known about each first-time ninth grader, the published rule, and the outcome."""

from features.definitions.attendance import AttendanceFeatures
from features.definitions.behavior import BehaviorFeatures
from features.definitions.grades import GradeFeatures
from features.definitions.mobility import MobilityFeatures
from features.language import FeatureSet, Indicator, Outcome, enrolled, marks

CHICAGO = (
    "UChicago Consortium on School Research, Freshman OnTrack: 5 full-year credits and at most one semester F in core"
)

OFF_TRACK_CHICAGO = Outcome(
    name="grade9_off_track_chicago",
    says="off track at the end of grade 9: fewer than 5 credits, or more than one semester F in a core course",
    source=CHICAGO,
    cohort=enrolled(9, first_time=True),
    off_track=(marks.final().credits_earned() < 5) | (marks.final().core().failing() > 1),
)

CHICAGO_SO_FAR = Indicator(
    name="chicago_so_far",
    says="the Chicago rule on the marks known so far",
    signals=marks.latest().core().failing() + marks.latest().failing(),
    flagged=marks.latest().core().failing() > 1,
    reasons=("core_failing_now", "other_failing_now"),
    source=CHICAGO,
)


class NinthGrade(FeatureSet):
    """What is known about each first-time ninth grader on the as-of date."""

    name = "grade9"
    cohort = enrolled(9, first_time=True)
    indicator = CHICAGO_SO_FAR

    absence_rate_10d = AttendanceFeatures.absence_rate_10d
    absence_rate_20d = AttendanceFeatures.absence_rate_20d
    absence_rate_year = AttendanceFeatures.absence_rate_year
    absence_rate_change = AttendanceFeatures.absence_rate_change
    unexcused_days = AttendanceFeatures.unexcused_days
    tardies_45d = AttendanceFeatures.tardies_45d
    absence_rate_previous_year = AttendanceFeatures.absence_rate_previous_year
    core_failing_now = GradeFeatures.core_failing_now
    other_failing_now = GradeFeatures.other_failing_now
    low_marks_now = GradeFeatures.low_marks_now
    gpa_now = GradeFeatures.gpa_now
    math_points_now = GradeFeatures.math_points_now
    ela_points_now = GradeFeatures.ela_points_now
    gpa_previous_year = GradeFeatures.gpa_previous_year
    failed_previous_year = GradeFeatures.failed_previous_year
    incidents_year = BehaviorFeatures.incidents_year
    days_removed_year = BehaviorFeatures.days_removed_year
    schools_this_year = MobilityFeatures.schools_this_year
