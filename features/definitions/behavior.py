"""What is on record about behavior, in every grade. It is also a record of who writes things down."""

from features.language import Feature, discipline, incidents


class BehaviorFeatures:
    """Incidents by weight and age, and days taken away."""

    incidents_year = Feature(
        incidents.count(),
        because="has {:.0f} behavior incidents on record this year",
        more_is="worse",
        domain="behavior",
    )
    incidents_20d = Feature(
        incidents.last(school_days=20).count(),
        because="has {:.0f} behavior incidents on record in the last 20 school days",
        more_is="worse",
        domain="behavior",
    )
    major_incidents_year = Feature(
        incidents.major().count(),
        because="has {:.0f} serious behavior incidents on record this year",
        more_is="worse",
        domain="behavior",
    )
    incidents_previous_year = Feature(
        incidents.previous_year().count(),
        because="had {:.0f} behavior incidents on record last year",
        more_is="worse",
        domain="behavior",
        can_change=False,
    )
    days_since_incident = Feature(
        incidents.days_since(),
        because="had a behavior incident {:.0f} school days ago",
        more_is="better",
        domain="behavior",
    )
    days_since_first_incident = Feature(
        incidents.days_since_first(),
        because="had the year's first behavior incident {:.0f} school days ago",
        more_is="none",
        domain="behavior",
    )
    days_removed_year = Feature(
        discipline.days_removed(),
        because="was removed from school for {:.1f} days this year",
        more_is="worse",
        domain="behavior",
    )
    days_removed_previous_year = Feature(
        discipline.previous_year().days_removed(),
        because="was removed from school for {:.1f} days last year",
        more_is="worse",
        domain="behavior",
        can_change=False,
    )
    days_suspended_out_of_school = Feature(
        discipline.out_of_school().days_removed(),
        because="was suspended out of school for {:.1f} days this year",
        more_is="worse",
        domain="behavior",
    )
    days_suspended_in_school = Feature(
        discipline.in_school().days_removed(),
        because="was suspended within school for {:.1f} days this year",
        more_is="worse",
        domain="behavior",
    )
