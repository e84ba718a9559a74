"""What is on record about behavior, in every grade. It is also a record of who writes things down."""

from features.language.feature_set import Feature, Strength, discipline, incidents


class BehaviorFeatures:
    """Incidents by weight and age, and days taken away."""

    incidents_year = Feature(
        incidents.count(),
        because="has {:.0f} behavior incidents on record this year",
        one="has {:.0f} behavior incident on record this year",
        more_is="worse",
        domain="behavior",
        concept="behavior_this_year",
        strength=Strength("has no behavior incident on record this year", "<=", 0),
    )
    incidents_20d = Feature(
        incidents.last(school_days=20).count(),
        because="has {:.0f} behavior incidents on record in the last 20 school days",
        one="has {:.0f} behavior incident on record in the last 20 school days",
        more_is="worse",
        domain="behavior",
        concept="behavior_lately",
        strength=Strength("has no behavior incident on record in the last 20 school days", "<=", 0),
    )
    major_incidents_year = Feature(
        incidents.major().count(),
        because="has {:.0f} serious behavior incidents on record this year",
        one="has {:.0f} serious behavior incident on record this year",
        more_is="worse",
        domain="behavior",
        concept="behavior_this_year",
        strength=Strength("has no serious behavior incident on record this year", "<=", 0),
    )
    incidents_previous_year = Feature(
        incidents.previous_year().count(),
        because="had {:.0f} behavior incidents on record last year",
        one="had {:.0f} behavior incident on record last year",
        more_is="worse",
        domain="behavior",
        concept="behavior_before",
        can_change=False,
        strength=Strength("had no behavior incident on record last year", "<=", 0),
    )
    days_since_incident = Feature(
        incidents.days_since(),
        because="had the latest behavior incident {:.0f} school days ago",
        one="had the latest behavior incident {:.0f} school day ago",
        more_is="better",
        domain="behavior",
        concept="behavior_lately",
        strength=Strength("has had no behavior incident for {:.0f} school days", ">=", 40),
    )
    days_since_first_incident = Feature(
        incidents.days_since_first(),
        because="had the year's first behavior incident {:.0f} school days ago",
        one="had the year's first behavior incident {:.0f} school day ago",
        more_is="none",
        domain="behavior",
        concept="behavior_this_year",
    )
    days_removed_year = Feature(
        discipline.days_removed(),
        because="was removed from school for {:.3g} days this year",
        one="was removed from school for {:.0f} day this year",
        more_is="worse",
        domain="behavior",
        concept="days_removed",
        strength=Strength("was not removed from school this year", "<=", 0),
    )
    days_removed_previous_year = Feature(
        discipline.previous_year().days_removed(),
        because="was removed from school for {:.3g} days last year",
        one="was removed from school for {:.0f} day last year",
        more_is="worse",
        domain="behavior",
        concept="behavior_before",
        can_change=False,
        strength=Strength("was not removed from school last year", "<=", 0),
    )
    suspensions_previous_year = Feature(
        discipline.previous_year().suspensions().count(),
        because="was suspended {:.0f} times last year",
        one="was suspended {:.0f} time last year",
        more_is="worse",
        domain="behavior",
        concept="behavior_before",
        can_change=False,
        strength=Strength("was not suspended last year", "<=", 0),
    )
    days_suspended_out_of_school = Feature(
        discipline.out_of_school().days_removed(),
        because="was suspended out of school for {:.3g} days this year",
        one="was suspended out of school for {:.0f} day this year",
        more_is="worse",
        domain="behavior",
        concept="days_removed",
        strength=Strength("was not suspended out of school this year", "<=", 0),
    )
    days_suspended_in_school = Feature(
        discipline.in_school().days_removed(),
        because="was suspended within school for {:.3g} days this year",
        one="was suspended within school for {:.0f} day this year",
        more_is="worse",
        domain="behavior",
        concept="days_removed",
        strength=Strength("was not suspended within school this year", "<=", 0),
    )
