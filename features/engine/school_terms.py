"""Terms that a school, or a track of it, has of its own: the series of terms by which a row is read."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

DISTRICT = ""
"""The series of the district's terms, which every school has that has none of its own in the school year."""

MAIN = "main"
"""The track whose terms are those of the whole school, but for tracks with terms of their own."""

CALENDAR = ["school_id", "track", "school_year"]


def series_name(rows: ir.Table) -> ir.StringValue:
    """What the terms of a school's track are called."""
    return rows.school_id.concat("/", rows.track)


def term_key(terms: ir.Table) -> list[str]:
    """The columns by which a mark finds its term, the series among them where terms have one."""
    return [*(["series"] if "series" in terms.columns else []), "school_year", "term_id"]


def every_series(district: ir.Table, own: ir.Table) -> ir.Table:
    """The district's terms and those of schools, each with its `series`."""
    of_schools = own.mutate(series=series_name(own))
    of_district = district.mutate(series=ibis.literal(DISTRICT))
    return of_district.union(of_schools.select(*of_district.columns))


def with_series(rows: ir.Table, own: ir.Table) -> ir.Table:
    """Rows of a school, track and school year with their `series`: the track's, else the school's, else the district's.

    A school's terms of a year take the place of all of the district's.
    """
    known = own.select(*CALENDAR).distinct()
    of_track = known.mutate(of_track=series_name(known)).view()
    main = known.filter(known.track == MAIN)
    of_school = main.select("school_id", "school_year", of_school=series_name(main)).view()
    joined = rows.left_join(of_track, CALENDAR).select(rows, of_track.of_track)
    joined = joined.left_join(of_school, ["school_id", "school_year"]).select(joined, of_school.of_school)
    series = ibis.coalesce(joined.of_track, joined.of_school, DISTRICT)
    return joined.mutate(series=series).drop("of_track", "of_school")


def with_tracks(rows: ir.Table, enrollments: ir.Table) -> ir.Table:
    """Rows of a student, school and school year with the `track` the student was on there last, else the main one."""
    at = ["student_key", "school_id", "school_year"]
    tracks = enrollments.group_by(at).aggregate(on_track=enrollments.track.argmax(enrollments.entry_date)).view()
    joined = rows.left_join(tracks, at).select(rows, tracks.on_track)
    return joined.mutate(track=ibis.coalesce(joined.on_track, MAIN)).drop("on_track")


def term_starts(terms: ir.Table, apart: Sequence[str] = ("series",)) -> ir.Table:
    """The first day of the term of each series that began last."""
    return terms.group_by(list(apart)).aggregate(term_from=terms.start_date.max())
