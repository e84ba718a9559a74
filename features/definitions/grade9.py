"""Grade 9: what is known about each first-time ninth grader, and the published rule."""

from features.definitions.attendance import AttendanceFeatures
from features.definitions.behavior import BehaviorFeatures
from features.definitions.calendar import CalendarFeatures
from features.definitions.context import SchoolContext
from features.definitions.grades import GradeFeatures
from features.definitions.high import AIR_HIGH_SO_FAR
from features.definitions.mobility import MobilityFeatures
from features.definitions.outcomes import CHICAGO
from features.definitions.published_rules import (
    ATTENDANCE_WORKS,
    BEFORE_MARKS,
    EDFI_AT_RISK,
    EDFI_EARLY_WARNING,
    SFUSD_INCOMING,
)
from features.language.feature_set import FeatureSet, Indicator, Sign, enrolled, marks

CHICAGO_SO_FAR = Indicator(
    name="chicago_so_far",
    says="the Chicago rule on the marks known so far",
    signals=marks.latest().core().failing() + marks.latest().failing(),
    flagged=marks.latest().core().failing() > 1,
    reasons=(Sign("core_failing_now", each=True), Sign("other_failing_now", each=True)),
    source=CHICAGO,
)


class NinthGrade(
    AttendanceFeatures, GradeFeatures, BehaviorFeatures, MobilityFeatures, CalendarFeatures, SchoolContext, FeatureSet
):
    """What is known about each first-time ninth grader on the as-of date."""

    name = "grade9"
    cohort = enrolled(9, first_time=True)
    indicator = CHICAGO_SO_FAR
    peers = (SFUSD_INCOMING, AIR_HIGH_SO_FAR, EDFI_EARLY_WARNING, EDFI_AT_RISK, ATTENDANCE_WORKS, *BEFORE_MARKS)
