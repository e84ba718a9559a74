"""What is known about marks, in every grade. What was not given is missing, never an F."""

from features.language import Feature, marks


class GradeFeatures:
    """Marks now, this year, last year and ever."""

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
    science_points_now = Feature(
        marks.latest().subject("science").gpa(),
        because="has {:.1f} grade points in science on the latest mark",
        more_is="better",
        domain="grades",
    )
    social_science_points_now = Feature(
        marks.latest().subject("social_science").gpa(),
        because="has {:.1f} grade points in social science on the latest mark",
        more_is="better",
        domain="grades",
    )
    gpa_year = Feature(
        marks.final().gpa(),
        because="has a grade average of {:.1f} on this year's final marks",
        more_is="better",
        domain="grades",
    )
    failed_year = Feature(
        marks.final().failing(),
        because="has {:.0f} final Fs this year",
        more_is="worse",
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
    gpa_change = Feature(
        marks.latest().gpa() - marks.previous_year().final().gpa(),
        because="has a grade average {:+.1f} against last year",
        more_is="none",
        domain="grades",
    )
    failed_ever = Feature(
        marks.ever().final().failing(),
        because="has {:.0f} final Fs in all years",
        more_is="worse",
        domain="grades",
        can_change=False,
    )
    failed_not_made_up = Feature(
        marks.ever().final().unrecovered().failing(),
        because="has {:.0f} failed courses not made up",
        more_is="worse",
        domain="grades",
    )
