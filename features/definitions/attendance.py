"""What is known about attendance, in every grade."""

from features.language.feature_set import Feature, Strength, attendance, slope


class AttendanceFeatures:
    """Days missed, how lately, how steadily, and of which kind."""

    absence_rate_10d = Feature(
        attendance.last(school_days=10).share_absent(),
        because="missed {:.0%} of the last 10 school days",
        more_is="worse",
        domain="attendance",
        concept="absence_lately",
        strength=Strength("was in school on all of the last 10 school days", "<=", 0),
    )
    absence_rate_20d = Feature(
        attendance.last(school_days=20).share_absent(),
        because="missed {:.0%} of the last 20 school days",
        more_is="worse",
        domain="attendance",
        concept="absence_lately",
        strength=Strength("was in school on {rest:.0%} of the last 20 school days", "<=", 0.05),
    )
    absence_rate_45d = Feature(
        attendance.last(school_days=45).share_absent(),
        because="missed {:.0%} of the last 45 school days",
        more_is="worse",
        domain="attendance",
        concept="absence_lately",
        strength=Strength("was in school on {rest:.0%} of the last 45 school days", "<=", 0.04),
    )
    absence_rate_term = Feature(
        attendance.this_term().share_absent(),
        because="missed {:.0%} of the school days of this term",
        more_is="worse",
        domain="attendance",
        concept="absence_lately",
        strength=Strength("was in school on {rest:.0%} of the school days of this term", "<=", 0.04),
    )
    absence_rate_year = Feature(
        attendance.share_absent(),
        because="missed {:.0%} of the school days this year",
        more_is="worse",
        domain="attendance",
        concept="absence_this_year",
        strength=Strength("was in school on {rest:.0%} of the school days this year", "<=", 0.04),
    )
    absence_rate_first_20d = Feature(
        attendance.first(school_days=20).share_absent(),
        because="missed {:.0%} of the school days of the first weeks",
        more_is="worse",
        domain="attendance",
        concept="absence_at_start",
        can_change=False,
        strength=Strength("was in school on {rest:.0%} of the school days of the first weeks", "<=", 0.05),
    )
    absence_rate_change = Feature(
        attendance.last(school_days=20).share_absent() - attendance.last(school_days=20, before=20).share_absent(),
        because="missed more school in the last 20 school days than the 20 before ({:+.0%} of days)",
        more_is="none",
        domain="attendance",
        concept="absence_lately",
        strength=Strength("missed no more school in the last 20 school days than in the 20 before", "<=", 0),
    )
    absence_rate_slope = Feature(
        slope(*(attendance.last(school_days=20, before=before).share_absent() for before in (60, 40, 20, 0))),
        because="missed more and more school over the last 80 school days ({:+.0%} of days each month)",
        more_is="none",
        domain="attendance",
        concept="absence_lately",
        strength=Strength("kept attendance steady or better over the last 80 school days", "<=", 0.005),
    )
    absence_rate_previous_year = Feature(
        attendance.previous_year().share_absent(),
        because="missed {:.0%} of the school days last year",
        more_is="worse",
        domain="attendance",
        concept="absence_before",
        can_change=False,
        strength=Strength("was in school on {rest:.0%} of the school days last year", "<=", 0.04),
    )
    excused_days = Feature(
        attendance.excused().days_absent(),
        because="has {:.3g} days of excused absence this year",
        one="has {:.0f} day of excused absence this year",
        more_is="worse",
        domain="attendance",
        concept="absence_this_year",
    )
    unexcused_days = Feature(
        attendance.unexcused().days_absent(),
        because="has {:.3g} days of unexcused absence this year",
        one="has {:.0f} day of unexcused absence this year",
        more_is="worse",
        domain="attendance",
        concept="unexcused_absence",
        strength=Strength("has no unexcused absence this year", "<=", 0),
    )
    unexcused_days_20d = Feature(
        attendance.last(school_days=20).unexcused().days_absent(),
        because="has {:.3g} days of unexcused absence in the last 20 school days",
        one="has {:.0f} day of unexcused absence in the last 20 school days",
        more_is="worse",
        domain="attendance",
        concept="unexcused_absence",
        strength=Strength("has no unexcused absence in the last 20 school days", "<=", 0),
    )
    partial_days_45d = Feature(
        attendance.last(school_days=45).partial().count(),
        because="missed a part of {:.0f} days in the last 45 school days",
        one="missed a part of {:.0f} day in the last 45 school days",
        more_is="worse",
        domain="attendance",
        concept="parts_of_days",
        strength=Strength("missed no part of a day in the last 45 school days", "<=", 0),
    )
    classes_cut_45d = Feature(
        attendance.last(school_days=45).cuts().count(),
        because="missed {:.0f} classes while in school in the last 45 school days",
        one="missed {:.0f} class while in school in the last 45 school days",
        more_is="worse",
        domain="attendance",
        concept="parts_of_days",
        strength=Strength("missed no class while in school in the last 45 school days", "<=", 0),
    )
    tardies_45d = Feature(
        attendance.last(school_days=45).tardies().count(),
        because="was late {:.0f} times in the last 45 school days",
        one="was late {:.0f} time in the last 45 school days",
        more_is="worse",
        domain="attendance",
        concept="tardies",
        strength=Strength("was not late in the last 45 school days", "<=", 0),
    )
    tardies_year = Feature(
        attendance.tardies().count(),
        because="was late {:.0f} times this year",
        one="was late {:.0f} time this year",
        more_is="worse",
        domain="attendance",
        concept="tardies",
        strength=Strength("was not late this year", "<=", 0),
    )
    longest_absence = Feature(
        attendance.longest_run(),
        because="missed {:.0f} school days in a row this year",
        one="missed {:.0f} school day in a row this year",
        more_is="worse",
        domain="attendance",
        concept="absence_this_year",
        strength=Strength("never missed two school days in a row this year", "<=", 1),
    )
    current_absence = Feature(
        attendance.current_run(),
        because="has not been in school for {:.0f} school days",
        one="has not been in school for {:.0f} school day",
        more_is="worse",
        domain="attendance",
        concept="absence_lately",
        strength=Strength("was in school on the latest school day", "<=", 0),
    )
    absences_at_edge_of_week = Feature(
        attendance.share_at_edge_of_week(),
        because="has {:.0%} of absences on a Monday or a Friday",
        more_is="none",
        domain="attendance",
        concept="edge_of_week",
    )
