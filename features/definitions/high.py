"""Grades 10 to 12, and grade 9 again: what is known about each student, and the published rule."""

from features.definitions.attendance import AttendanceFeatures
from features.definitions.behavior import BehaviorFeatures
from features.definitions.calendar import CalendarFeatures
from features.definitions.context import SchoolContext
from features.definitions.credits import CreditFeatures
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

AIR_HIGH_SO_FAR = published_rule(
    "air_high_so_far",
    "10 % of days missed, an F now, a grade average of 2.0 or less, a day suspended, or a move to another school",
    attendance.share_absent() >= 0.10,
    marks.latest().failing() > 0,
    marks.latest().gpa() <= 2.0,
    discipline.suspensions().days_removed() >= 1,
    enrollments.schools() > 1,
    called="the AIR rule for high school",
    source="National High School Center at AIR, thresholds for high school, on what is known so far",
    reasons=(
        Sign("absence_rate_year", ">=", 0.10),
        Sign("core_failing_now"),
        Sign("other_failing_now"),
        Sign("gpa_now", "<=", 2.0),
        Sign("days_suspended_out_of_school"),
        Sign("days_suspended_in_school"),
        Sign("schools_this_year", ">", 1),
    ),
    untold=0.0,
)


class HighSchool(
    AttendanceFeatures,
    GradeFeatures,
    CreditFeatures,
    BehaviorFeatures,
    MobilityFeatures,
    CalendarFeatures,
    SchoolContext,
    FeatureSet,
):
    """What is known about each student in grades 10 to 12, or in grade 9 again, on the as-of date.

    Bundles of grades 10 to 12 are found by its name, which is older than the students who repeat grade 9.
    """

    name = "grades10_12"
    cohort = enrolled(9, 10, 11, 12, repeating=(9,))
    indicator = AIR_HIGH_SO_FAR
    peers = (EDFI_EARLY_WARNING, EDFI_AT_RISK, ATTENDANCE_WORKS, *BEFORE_MARKS)
