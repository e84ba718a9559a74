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


class NinthGrade(AttendanceFeatures, GradeFeatures, BehaviorFeatures, MobilityFeatures, FeatureSet):
    """What is known about each first-time ninth grader on the as-of date."""

    name = "grade9"
    cohort = enrolled(9, first_time=True)
    indicator = CHICAGO_SO_FAR
