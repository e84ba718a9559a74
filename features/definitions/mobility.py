"""What is known about moves between schools and years, in every grade. No school can change it."""

from features.language import Feature, enrollments


class MobilityFeatures:
    """Schools, late entry, repeated years."""

    schools_this_year = Feature(
        enrollments.schools(),
        because="was enrolled in {:.0f} schools this year",
        more_is="worse",
        domain="mobility",
        can_change=False,
    )
    schools_ever = Feature(
        enrollments.ever().schools(),
        because="was enrolled in {:.0f} schools in all years on record",
        more_is="worse",
        domain="mobility",
        can_change=False,
    )
    new_schools_this_year = Feature(
        enrollments.new_school(),
        because="came to {:.0f} schools this year that were new to the student",
        more_is="none",
        domain="mobility",
        can_change=False,
    )
    days_late_to_enroll = Feature(
        enrollments.days_late(),
        because="came to school {:.0f} school days after the year began",
        more_is="worse",
        domain="mobility",
        can_change=False,
    )
    years_repeated = Feature(
        enrollments.ever().repeated_years(),
        because="repeated {:.0f} school years",
        more_is="worse",
        domain="mobility",
        can_change=False,
    )
