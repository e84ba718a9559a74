"""Grades 6 to 8: what is known about each student."""

from features.definitions.attendance import AttendanceFeatures
from features.definitions.behavior import BehaviorFeatures
from features.definitions.grades import GradeFeatures
from features.definitions.mobility import MobilityFeatures
from features.language import FeatureSet, enrolled


class MiddleSchool(AttendanceFeatures, GradeFeatures, BehaviorFeatures, MobilityFeatures, FeatureSet):
    """What is known about each student in grades 6 to 8 on the as-of date."""

    name = "grades6_8"
    cohort = enrolled(6, 7, 8)
