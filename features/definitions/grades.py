"""What is known about marks, in every grade. What was not given is missing, never an F."""

from features.language.feature_set import Feature, Strength, marks, marks_not_given


class GradeFeatures:
    """Marks now, this year, last year and ever."""

    core_failing_now = Feature(
        marks.latest().core().failing(),
        because="has an F or no pass now in {:.0f} core courses",
        one="has an F or no pass now in {:.0f} core course",
        more_is="worse",
        domain="grades",
        concept="marks_now",
        strength=Strength("has no F now in a core course", "<=", 0),
    )
    other_failing_now = Feature(
        marks.latest().subject("other").failing(),
        because="has an F or no pass now in {:.0f} courses outside the core subjects",
        one="has an F or no pass now in {:.0f} course outside the core subjects",
        more_is="worse",
        domain="grades",
        concept="marks_now",
        strength=Strength("has no F now outside the core subjects", "<=", 0),
    )
    low_marks_now = Feature(
        marks.latest().share_low(),
        because="has a D, F or no pass now in {:.0%} of courses",
        more_is="worse",
        domain="grades",
        concept="marks_now",
        strength=Strength("has no D or F now", "<=", 0),
    )
    gpa_now = Feature(
        marks.latest().gpa(),
        because="has a grade average of {:.1f} on the latest marks",
        more_is="better",
        domain="grades",
        concept="marks_now",
        strength=Strength("has a grade average of {:.1f} on the latest marks", ">=", 3.0),
    )
    math_points_now = Feature(
        marks.latest().subject("math").gpa(),
        because="has {:.1f} grade points in math on the latest mark",
        more_is="better",
        domain="grades",
        concept="math",
        strength=Strength("has {:.1f} grade points in math on the latest mark", ">=", 3.0),
    )
    ela_points_now = Feature(
        marks.latest().subject("ela").gpa(),
        because="has {:.1f} grade points in English on the latest mark",
        more_is="better",
        domain="grades",
        concept="english",
        strength=Strength("has {:.1f} grade points in English on the latest mark", ">=", 3.0),
    )
    science_points_now = Feature(
        marks.latest().subject("science").gpa(),
        because="has {:.1f} grade points in science on the latest mark",
        more_is="better",
        domain="grades",
        concept="science",
        strength=Strength("has {:.1f} grade points in science on the latest mark", ">=", 3.0),
    )
    social_science_points_now = Feature(
        marks.latest().subject("social_science").gpa(),
        because="has {:.1f} grade points in social science on the latest mark",
        more_is="better",
        domain="grades",
        concept="social_science",
        strength=Strength("has {:.1f} grade points in social science on the latest mark", ">=", 3.0),
    )
    math_points_year = Feature(
        marks.final().subject("math").gpa(),
        because="has {:.1f} grade points in math on this year's final marks",
        more_is="better",
        domain="grades",
        concept="math",
        strength=Strength("has {:.1f} grade points in math on this year's final marks", ">=", 3.0),
    )
    ela_points_year = Feature(
        marks.final().subject("ela").gpa(),
        because="has {:.1f} grade points in English on this year's final marks",
        more_is="better",
        domain="grades",
        concept="english",
        strength=Strength("has {:.1f} grade points in English on this year's final marks", ">=", 3.0),
    )
    math_points_previous_year = Feature(
        marks.previous_year().final().subject("math").gpa(),
        because="had {:.1f} grade points in math last year",
        more_is="better",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("had {:.1f} grade points in math last year", ">=", 3.0),
    )
    ela_points_previous_year = Feature(
        marks.previous_year().final().subject("ela").gpa(),
        because="had {:.1f} grade points in English last year",
        more_is="better",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("had {:.1f} grade points in English last year", ">=", 3.0),
    )
    low_ela_previous_year = Feature(
        marks.previous_year().final().subject("ela").low(),
        because="had {:.0f} semester marks of D, F or no pass in English last year",
        one="had {:.0f} semester mark of D, F or no pass in English last year",
        more_is="worse",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("had no semester D or F in English last year", "<=", 0),
    )
    low_math_previous_year = Feature(
        marks.previous_year().final().subject("math").low(),
        because="had {:.0f} semester marks of D, F or no pass in math last year",
        one="had {:.0f} semester mark of D, F or no pass in math last year",
        more_is="worse",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("had no semester D or F in math last year", "<=", 0),
    )
    gpa_year = Feature(
        marks.final().gpa(),
        because="has a grade average of {:.1f} on this year's final marks",
        more_is="better",
        domain="grades",
        concept="marks_this_year",
        strength=Strength("has a grade average of {:.1f} on this year's final marks", ">=", 3.0),
    )
    failed_year = Feature(
        marks.final().failing(),
        because="has {:.0f} final marks of F or no pass this year",
        one="has {:.0f} final mark of F or no pass this year",
        more_is="worse",
        domain="grades",
        concept="marks_this_year",
        strength=Strength("has no final F this year", "<=", 0),
    )
    gpa_last_term = Feature(
        marks.ever().of_term().gpa(),
        because="has a grade average of {:.1f} on the final marks of the last term",
        more_is="better",
        domain="grades",
        concept="marks_this_year",
        strength=Strength("has a grade average of {:.1f} on the final marks of the last term", ">=", 3.0),
    )
    gpa_ever = Feature(
        marks.ever().final().gpa(),
        because="has a grade average of {:.1f} over all final marks on record",
        more_is="better",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("has a grade average of {:.1f} over all final marks on record", ">=", 3.0),
    )
    gpa_previous_year = Feature(
        marks.previous_year().final().gpa(),
        because="had a grade average of {:.1f} last year",
        more_is="better",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("had a grade average of {:.1f} last year", ">=", 3.0),
    )
    failed_previous_year = Feature(
        marks.previous_year().final().failing(),
        because="had {:.0f} semester marks of F or no pass last year",
        one="had {:.0f} semester mark of F or no pass last year",
        more_is="worse",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("had no semester F last year", "<=", 0),
    )
    gpa_change = Feature(
        marks.latest().gpa() - marks.previous_year().final().gpa(),
        because="has a lower grade average than last year ({:+.2f})",
        more_is="none",
        domain="grades",
        concept="change_of_marks",
        strength=Strength("has a grade average no lower than last year", ">=", 0),
    )
    gpa_change_of_term = Feature(
        marks.ever().of_term().gpa() - marks.ever().of_term(ago=1).gpa(),
        because="has a lower grade average than in the term before ({:+.2f})",
        more_is="none",
        domain="grades",
        concept="change_of_marks",
        strength=Strength("has a grade average no lower than in the term before", ">=", 0),
    )
    low_marks_ever = Feature(
        marks.ever().final().low(),
        because="has {:.0f} final marks of D, F or no pass in all years on record",
        one="has {:.0f} final mark of D, F or no pass in all years on record",
        more_is="worse",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("has no final D or F in any year on record", "<=", 0),
    )
    failed_ever = Feature(
        marks.ever().final().failing(),
        because="has {:.0f} final marks of F or no pass in all years on record",
        one="has {:.0f} final mark of F or no pass in all years on record",
        more_is="worse",
        domain="grades",
        concept="marks_before",
        can_change=False,
        strength=Strength("has no final F in any year on record", "<=", 0),
    )
    failed_not_made_up = Feature(
        marks.ever().final().unrecovered().failing(),
        because="has {:.0f} failed courses to make up",
        one="has {:.0f} failed course to make up",
        more_is="worse",
        domain="grades",
        concept="courses_to_make_up",
        strength=Strength("has no failed course to make up", "<=", 0),
    )
    courses_without_mark = Feature(
        marks_not_given.count(),
        because="has {:.0f} courses without a mark on the reports of this year",
        one="has {:.0f} course without a mark on the reports of this year",
        more_is="none",
        domain="grades",
        concept="missing_marks",
        strength=Strength("has no course without a mark on the reports so far", "<=", 0),
    )
