"""What is known about moves between schools and years, in every grade. No school can change it."""

from features.language.feature_set import Feature, Strength, enrollments


class MobilityFeatures:
    """Schools, late entry, repeated years."""

    schools_this_year = Feature(
        enrollments.schools(),
        because="was enrolled in {:.0f} schools this year",
        one="was enrolled in {:.0f} school this year",
        more_is="worse",
        domain="mobility",
        concept="moves",
        can_change=False,
        strength=Strength("is on record at one school this year", "<=", 1),
    )
    schools_ever = Feature(
        enrollments.ever().schools(),
        because="was enrolled in {:.0f} schools in all years on record",
        one="was enrolled in {:.0f} school in all years on record",
        more_is="worse",
        domain="mobility",
        concept="moves",
        can_change=False,
    )
    new_schools_this_year = Feature(
        enrollments.new_school(),
        because="came to {:.0f} schools this year that were new to the student",
        one="came to {:.0f} school this year that was new to the student",
        more_is="none",
        domain="mobility",
        concept="moves",
        can_change=False,
        strength=Strength("has no new school on record this year", "<=", 0),
    )
    days_late_to_enroll = Feature(
        enrollments.days_late(),
        because="was first enrolled here {:.0f} school days after the year began",
        one="was first enrolled here {:.0f} school day after the year began",
        more_is="worse",
        domain="mobility",
        concept="late_start",
        can_change=False,
        strength=Strength("was enrolled here from the first school day of the year", "<=", 0),
    )
    years_repeated = Feature(
        enrollments.ever().repeated_years(),
        because="repeated {:.0f} school years",
        one="repeated {:.0f} school year",
        more_is="worse",
        domain="mobility",
        concept="years_repeated",
        can_change=False,
        strength=Strength("has no repeated school year on record", "<=", 0),
    )
