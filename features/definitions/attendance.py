"""What is known about attendance, in every grade."""

from features.language import Feature, attendance, slope


class AttendanceFeatures:
    """Days missed, how lately, how steadily, and of which kind."""

    absence_rate_10d = Feature(
        attendance.last(school_days=10).share_absent(),
        because="missed {:.0%} of the last 10 school days",
        more_is="worse",
        domain="attendance",
    )
    absence_rate_20d = Feature(
        attendance.last(school_days=20).share_absent(),
        because="missed {:.0%} of the last 20 school days",
        more_is="worse",
        domain="attendance",
    )
    absence_rate_45d = Feature(
        attendance.last(school_days=45).share_absent(),
        because="missed {:.0%} of the last 45 school days",
        more_is="worse",
        domain="attendance",
    )
    absence_rate_term = Feature(
        attendance.this_term().share_absent(),
        because="missed {:.0%} of the school days since the marking term began",
        more_is="worse",
        domain="attendance",
    )
    absence_rate_year = Feature(
        attendance.share_absent(),
        because="missed {:.0%} of the school days this year",
        more_is="worse",
        domain="attendance",
    )
    absence_rate_first_20d = Feature(
        attendance.first(school_days=20).share_absent(),
        because="missed {:.0%} of the first 20 school days",
        more_is="worse",
        domain="attendance",
        can_change=False,
    )
    absence_rate_change = Feature(
        attendance.last(school_days=20).share_absent() - attendance.last(school_days=20, before=20).share_absent(),
        because="missed {:+.0%} more of the last 20 school days than of the 20 before",
        more_is="none",
        domain="attendance",
    )
    absence_rate_slope = Feature(
        slope(*(attendance.last(school_days=20, before=before).share_absent() for before in (60, 40, 20, 0))),
        because="misses {:+.0%} more of the school days from one month to the next",
        more_is="none",
        domain="attendance",
    )
    absence_rate_previous_year = Feature(
        attendance.previous_year().share_absent(),
        because="missed {:.0%} of the school days last year",
        more_is="worse",
        domain="attendance",
        can_change=False,
    )
    excused_days = Feature(
        attendance.excused().days_absent(),
        because="has {:.1f} days of excused absence this year",
        more_is="worse",
        domain="attendance",
    )
    unexcused_days = Feature(
        attendance.unexcused().days_absent(),
        because="has {:.1f} days of unexcused absence this year",
        more_is="worse",
        domain="attendance",
    )
    unexcused_days_20d = Feature(
        attendance.last(school_days=20).unexcused().days_absent(),
        because="has {:.1f} days of unexcused absence in the last 20 school days",
        more_is="worse",
        domain="attendance",
    )
    partial_days_45d = Feature(
        attendance.last(school_days=45).partial().count(),
        because="missed a part of {:.0f} days in the last 45 school days",
        more_is="worse",
        domain="attendance",
    )
    classes_cut_45d = Feature(
        attendance.last(school_days=45).cuts().count(),
        because="missed {:.0f} classes in the last 45 school days on days in school",
        more_is="worse",
        domain="attendance",
    )
    tardies_45d = Feature(
        attendance.last(school_days=45).tardies().count(),
        because="was late {:.0f} times in the last 45 school days",
        more_is="worse",
        domain="attendance",
    )
    tardies_year = Feature(
        attendance.tardies().count(),
        because="was late {:.0f} times this year",
        more_is="worse",
        domain="attendance",
    )
    longest_absence = Feature(
        attendance.longest_run(),
        because="missed {:.0f} school days in a row this year",
        more_is="worse",
        domain="attendance",
    )
    current_absence = Feature(
        attendance.current_run(),
        because="has not been in school for {:.0f} school days",
        more_is="worse",
        domain="attendance",
    )
    absences_at_edge_of_week = Feature(
        attendance.share_at_edge_of_week(),
        because="has {:.0%} of absences on Mondays and Fridays",
        more_is="none",
        domain="attendance",
    )
