"""What is known about credits in high school, against the pace to graduate."""

from features.language.feature_set import Feature, Strength, enrollments, marks

CREDITS_A_YEAR = 5.5
"""A fourth of the 22 full-year credits (220 units) that many California districts ask for."""

A_G_COURSES_A_YEAR = 3.75
"""A fourth of the 15 yearlong courses of the A-G requirements of the University of California."""

YEARS = enrollments.earlier_years().in_grades(9, 10, 11, 12).school_years()
"""School years in high school before this one, repeated ones too."""

EARLIER = marks.earlier_years().high_school().final()


class CreditFeatures:
    """Credits earned, and how far they are from the pace that ends in a diploma."""

    credits_year = Feature(
        marks.final().credits_earned(),
        because="has earned {:.3g} credits this year",
        one="has earned {:.0f} credit this year",
        more_is="better",
        domain="grades",
        concept="credits",
        strength=Strength("has earned {:.3g} credits this year", ">=", 2.5),
    )
    credits_lost_year = Feature(
        marks.final().credits_attempted() - marks.final().credits_earned(),
        because="tried for {:.3g} credits this year that were not earned",
        one="tried for {:.0f} credit this year that was not earned",
        more_is="worse",
        domain="grades",
        concept="credits",
        strength=Strength("has earned every credit tried for this year", "<=", 0),
    )
    credits_ever = Feature(
        marks.ever().high_school().final().credits_earned(),
        because="has earned {:.3g} credits in high school",
        one="has earned {:.0f} credit in high school",
        more_is="better",
        domain="grades",
        concept="credits",
    )
    credits_against_pace = Feature(
        EARLIER.credits_earned() - YEARS * CREDITS_A_YEAR,
        because="was behind the pace to graduate when the year began ({:+.1f} credits)",
        more_is="better",
        domain="grades",
        concept="credits_before",
        can_change=False,
        strength=Strength("was on pace to graduate when the year began ({:+.1f} credits)", ">=", 0),
    )
    a_g_against_pace = Feature(
        EARLIER.a_g_credits() - YEARS * A_G_COURSES_A_YEAR,
        because="was behind the A-G pace when the year began ({:+.1f} courses)",
        more_is="better",
        domain="grades",
        concept="credits_before",
        can_change=False,
        strength=Strength("was on the A-G pace when the year began ({:+.1f} courses)", ">=", 0),
    )
