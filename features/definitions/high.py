"""Grades 10 to 12: what is known about each student."""

from features.definitions.attendance import AttendanceFeatures
from features.definitions.behavior import BehaviorFeatures
from features.definitions.grades import GradeFeatures
from features.definitions.mobility import MobilityFeatures
from features.language import Feature, FeatureSet, enrolled, marks


class HighSchool(AttendanceFeatures, GradeFeatures, BehaviorFeatures, MobilityFeatures, FeatureSet):
    """What is known about each student in grades 10 to 12 on the as-of date."""

    name = "grades10_12"
    cohort = enrolled(10, 11, 12)

    credits_ever = Feature(
        marks.ever().final().credits_earned(),
        because="has earned {:.1f} credits in all years on record",
        more_is="better",
        domain="grades",
    )
    credits_year = Feature(
        marks.final().credits_earned(),
        because="has earned {:.1f} credits this year",
        more_is="better",
        domain="grades",
    )
