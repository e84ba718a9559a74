"""What is defined: feature sets and outcomes by name, and which set predicts which outcome."""

from features.definitions.grade9 import OFF_TRACK_CHICAGO, NinthGrade
from features.definitions.high import HighSchool
from features.definitions.middle import MiddleSchool
from features.language import FeatureSet, Outcome

FEATURE_SETS: dict[str, type[FeatureSet]] = {one.name: one for one in (MiddleSchool, NinthGrade, HighSchool)}
"""Feature sets by name."""

OUTCOMES: dict[str, Outcome] = {OFF_TRACK_CHICAGO.name: OFF_TRACK_CHICAGO}
"""Outcomes by name."""

FEATURE_SET_OF: dict[str, type[FeatureSet]] = {OFF_TRACK_CHICAGO.name: NinthGrade}
"""Which feature set predicts which outcome."""
