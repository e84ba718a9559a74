"""Grades 6 to 8: what is known about each student, and the published rule."""

from features.definitions.attendance import AttendanceFeatures
from features.definitions.behavior import BehaviorFeatures
from features.definitions.calendar import CalendarFeatures
from features.definitions.context import SchoolContext
from features.definitions.grades import GradeFeatures
from features.definitions.mobility import MobilityFeatures
from features.definitions.published_rules import ATTENDANCE_WORKS, BEFORE_MARKS, EDFI_AT_RISK, EDFI_EARLY_WARNING
from features.language.feature_set import (
    FeatureSet,
    Sign,
    attendance,
    discipline,
    enrolled,
    enrollments,
    marks,
    published_rule,
)

AIR_MIDDLE_SO_FAR = published_rule(
    "air_middle_so_far",
    "20 % of days missed, an F in English or in math now, a suspension, or a move to another school",
    attendance.share_absent() >= 0.20,
    marks.latest().subject("ela").failing() > 0,
    marks.latest().subject("math").failing() > 0,
    discipline.suspensions().count() > 0,
    enrollments.schools() > 1,
    called="the AIR rule for the middle grades",
    source="National High School Center at AIR, thresholds for middle school, on what is known so far",
    reasons=(
        Sign("absence_rate_year", ">=", 0.20),
        Sign("core_failing_now"),
        Sign("days_suspended_out_of_school"),
        Sign("days_suspended_in_school"),
        Sign("schools_this_year", ">", 1),
    ),
    untold=0.0,
)


class MiddleSchool(
    AttendanceFeatures, GradeFeatures, BehaviorFeatures, MobilityFeatures, CalendarFeatures, SchoolContext, FeatureSet
):
    """What is known about each student in grades 6 to 8 on the as-of date."""

    name = "grades6_8"
    cohort = enrolled(6, 7, 8)
    indicator = AIR_MIDDLE_SO_FAR
    peers = (EDFI_EARLY_WARNING, EDFI_AT_RISK, ATTENDANCE_WORKS, *BEFORE_MARKS)
