"""What is known about credits in high school, against the pace to graduate."""

from features.language import Feature, enrollments, marks

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
        because="has earned {:.1f} credits this year",
        more_is="better",
        domain="grades",
    )
    credits_lost_year = Feature(
        marks.final().credits_attempted() - marks.final().credits_earned(),
        because="tried for {:.1f} credits this year that were not earned",
        more_is="worse",
        domain="grades",
    )
    credits_ever = Feature(
        marks.ever().high_school().final().credits_earned(),
        because="has earned {:.1f} credits in high school",
        more_is="better",
        domain="grades",
    )
    credits_against_pace = Feature(
        EARLIER.credits_earned() - YEARS * CREDITS_A_YEAR,
        because="was {:+.1f} credits against the pace to graduate when the year began",
        more_is="better",
        domain="grades",
        can_change=False,
    )
    a_g_against_pace = Feature(
        EARLIER.a_g_credits() - YEARS * A_G_COURSES_A_YEAR,
        because="was {:+.1f} courses against the A-G pace when the year began",
        more_is="better",
        domain="grades",
        can_change=False,
    )
