"""How much of the school year is known, in every grade."""

from features.language.feature_set import Feature, SchoolWeek


class CalendarFeatures:
    """The part of the year of the as-of date: what a model needs beside the records, and never a reason."""

    school_week = Feature(SchoolWeek(), because="", concept="school_week", can_change=False)
