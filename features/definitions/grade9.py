"""Grade 9: what is known about each first-time ninth grader, the published rule, and the outcome."""

from features.language import (
    Feature,
    FeatureSet,
    Indicator,
    Outcome,
    attendance,
    discipline,
    enrolled,
    enrollments,
    incidents,
    marks,
)

CHICAGO = (
    "UChicago Consortium on School Research, Freshman OnTrack: 5 full-year credits and at most one semester F in core"
)

OFF_TRACK_CHICAGO = Outcome(
    name="grade9_off_track_chicago",
    says="off track at the end of grade 9: fewer than 5 credits, or more than one semester F in a core course",
    source=CHICAGO,
    cohort=enrolled(9, first_time=True),
    off_track=(marks.final().credits_earned() < 5) | (marks.final().core().failing() > 1),
)

CHICAGO_SO_FAR = Indicator(
    name="chicago_so_far",
    says="the Chicago rule on the marks known so far",
    signals=marks.latest().core().failing() + marks.latest().failing(),
    flagged=marks.latest().core().failing() > 1,
    reasons=("core_failing_now", "other_failing_now"),
    source=CHICAGO,
)


class NinthGrade(FeatureSet):
    """What is known about each first-time ninth grader on the as-of date."""

    name = "grade9"
    cohort = enrolled(9, first_time=True)
    indicator = CHICAGO_SO_FAR

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
    absence_rate_year = Feature(
        attendance.share_absent(),
        because="missed {:.0%} of the school days this year",
        more_is="worse",
        domain="attendance",
    )
    absence_rate_change = Feature(
        attendance.last(school_days=20).share_absent() - attendance.last(school_days=20, before=20).share_absent(),
        because="missed {:+.0%} more of the last 20 school days than of the 20 before",
        more_is="none",
        domain="attendance",
    )
    unexcused_days = Feature(
        attendance.unexcused().days_absent(),
        because="has {:.1f} days of unexcused absence this year",
        more_is="worse",
        domain="attendance",
    )
    tardies_45d = Feature(
        attendance.last(school_days=45).tardies().count(),
        because="was late {:.0f} times in the last 45 school days",
        more_is="worse",
        domain="attendance",
    )
    absence_rate_previous_year = Feature(
        attendance.previous_year().share_absent(),
        because="missed {:.0%} of the school days last year",
        more_is="worse",
        domain="attendance",
        can_change=False,
    )
    core_failing_now = Feature(
        marks.latest().core().failing(),
        because="has an F now in {:.0f} core courses",
        more_is="worse",
        domain="grades",
    )
    other_failing_now = Feature(
        marks.latest().subject("other").failing(),
        because="has an F now in {:.0f} courses outside the core subjects",
        more_is="worse",
        domain="grades",
    )
    low_marks_now = Feature(
        marks.latest().share_low(),
        because="has a D or F now in {:.0%} of courses",
        more_is="worse",
        domain="grades",
    )
    gpa_now = Feature(
        marks.latest().gpa(),
        because="has a grade average of {:.1f} on the latest marks",
        more_is="better",
        domain="grades",
    )
    math_points_now = Feature(
        marks.latest().subject("math").gpa(),
        because="has {:.1f} grade points in math on the latest mark",
        more_is="better",
        domain="grades",
    )
    ela_points_now = Feature(
        marks.latest().subject("ela").gpa(),
        because="has {:.1f} grade points in English on the latest mark",
        more_is="better",
        domain="grades",
    )
    gpa_previous_year = Feature(
        marks.previous_year().final().gpa(),
        because="had a grade average of {:.1f} last year",
        more_is="better",
        domain="grades",
        can_change=False,
    )
    failed_previous_year = Feature(
        marks.previous_year().final().failing(),
        because="had {:.0f} semester Fs last year",
        more_is="worse",
        domain="grades",
        can_change=False,
    )
    incidents_year = Feature(
        incidents.count(),
        because="has {:.0f} behavior incidents on record this year",
        more_is="worse",
        domain="behavior",
    )
    days_removed_year = Feature(
        discipline.days_removed(),
        because="was removed from school for {:.1f} days this year",
        more_is="worse",
        domain="behavior",
    )
    schools_this_year = Feature(
        enrollments.schools(),
        because="was enrolled in {:.0f} schools this year",
        more_is="worse",
        domain="mobility",
        can_change=False,
    )
