"""What is known about marks, in every grade. What was not given is missing, never an F."""

from features.language import Feature, marks, marks_not_given


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
    math_points_year = Feature(
        marks.final().subject("math").gpa(),
        because="has {:.1f} grade points in math on this year's final marks",
        more_is="better",
        domain="grades",
    )
    ela_points_year = Feature(
        marks.final().subject("ela").gpa(),
        because="has {:.1f} grade points in English on this year's final marks",
        more_is="better",
        domain="grades",
    )
    math_points_previous_year = Feature(
        marks.previous_year().final().subject("math").gpa(),
        because="had {:.1f} grade points in math last year",
        more_is="better",
        domain="grades",
        can_change=False,
    )
    ela_points_previous_year = Feature(
        marks.previous_year().final().subject("ela").gpa(),
        because="had {:.1f} grade points in English last year",
        more_is="better",
        domain="grades",
        can_change=False,
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
    gpa_last_term = Feature(
        marks.ever().of_term().gpa(),
        because="has a grade average of {:.1f} on the final marks of the last term",
        more_is="better",
        domain="grades",
    )
    gpa_ever = Feature(
        marks.ever().final().gpa(),
        because="has a grade average of {:.1f} over all final marks on record",
        more_is="better",
        domain="grades",
        can_change=False,
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
    gpa_change_of_term = Feature(
        marks.ever().of_term().gpa() - marks.ever().of_term(ago=1).gpa(),
        because="has a grade average {:+.1f} against the term before",
        more_is="none",
        domain="grades",
    )
    low_marks_ever = Feature(
        marks.ever().final().low(),
        because="has {:.0f} final Ds and Fs in all years on record",
        more_is="worse",
        domain="grades",
        can_change=False,
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
    courses_without_mark = Feature(
        marks_not_given.count(),
        because="has {:.0f} courses without a mark on the reports of this year",
        more_is="none",
        domain="grades",
    )
