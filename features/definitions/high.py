"""Grades 10 to 12: what is known about each student."""

from features.definitions.attendance import AttendanceFeatures
from features.definitions.behavior import BehaviorFeatures
from features.definitions.credits import CreditFeatures
from features.definitions.grades import GradeFeatures
from features.definitions.mobility import MobilityFeatures
from features.language import FeatureSet, enrolled


class HighSchool(AttendanceFeatures, GradeFeatures, CreditFeatures, BehaviorFeatures, MobilityFeatures, FeatureSet):
    """What is known about each student in grades 10 to 12 on the as-of date."""

    name = "grades10_12"
    cohort = enrolled(10, 11, 12)
