"""How terms, tracks and marks are read where districts differ: shared days, credit from elsewhere, incompletes."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from features.engine.school_terms import term_key

MARKING_TERMS = ("quarter", "trimester", "semester")
"""Kinds of term that marks are given in; of each, a day belongs to one term."""

FAILING = ("F", "NP")
ELSEWHERE = ("transfer", "exam")
"""How credit comes about that no course of this school gave."""

EARNED, ATTEMPTED = "credits_earned_hundredths", "credits_attempted_hundredths"
"""The columns of credits; empty where the district does not say."""

NOT_TAKEN = ("withdrawn", "audit")
"""Why a line has no mark that none is to come for."""


def with_own_days(terms: ir.Table, apart: Sequence[str] = ()) -> ir.Table:
    """Terms of which no two marking terms of a kind and school year share a day: it belongs to the one that ends first.

    The other begins on the day after. Two that end on one day keep their days, as nothing tells them apart. Terms are
    only held against others with the same values in `apart`.
    """
    marking = terms.filter(terms.kind.isin(MARKING_TERMS))
    key = [*apart, "school_year", "kind"]
    ends = marking.select(*key, "end_date").distinct()
    before = ends.end_date.lag().over(group_by=key, order_by="end_date")
    following = ends.mutate(opens=(before + ibis.interval(days=1)).cast("date")).view()
    joined = terms.left_join(following, [*key, "end_date"])
    opens = ibis.greatest(terms.start_date, ibis.coalesce(following.opens, terms.start_date))
    return joined.select(*[terms[name] for name in terms.columns if name != "start_date"], start_date=opens).select(
        *terms.columns
    )


def without_courses_failed_elsewhere(marks: ir.Table) -> ir.Table:
    """Marks without those failed at another school or in an exam for credit: no course of this school was failed."""
    elsewhere = marks.credit_kind.isin(ELSEWHERE) & marks.mark.isin(FAILING)
    return marks.filter(~ibis.coalesce(elsewhere, False))


def is_withdrawn(marks: ir.Table) -> ir.BooleanColumn:
    """Which lines are of a course that the student left, or only listened to."""
    return ibis.coalesce(marks.mark.isnull() & marks.mark_status.isin(NOT_TAKEN), False)


def is_untold(marks: ir.Table, column: str) -> ir.BooleanColumn:
    """Which marks do not tell their credits: an F earned none, and a course that gives none earned none either."""
    if column == ATTEMPTED:
        return marks[ATTEMPTED].isnull()
    none_earned = marks.mark.isin(FAILING) | ibis.coalesce(marks[ATTEMPTED] == 0, False)
    return marks[EARNED].isnull() & ~none_earned


def course_made_up(marks: ir.Table) -> ir.StringColumn:
    """The course that passing a mark's course makes up for: another one where so said, else the same."""
    return ibis.coalesce(marks.recovers_course_id, marks.course_id)


def with_deadline(marks: ir.Table, terms: ir.Table, days: int) -> ir.Table:
    """Marks with `deadline`: so many days after their term's last day, or after they became known without a term."""
    key = term_key(terms)
    ends = terms.select(*key, over="end_date")
    joined = marks.left_join(ends, key).select(marks, ends.over)
    last = ibis.coalesce(joined.over, joined.known_on) + ibis.interval(days=days)
    return joined.mutate(deadline=last.cast("date")).drop("over")


def lapsed_as(marks: ir.Table, lapsed: ir.BooleanColumn, mark: str) -> ir.Table:
    """Marks of which the lapsed ones are that mark, an F with no points."""
    points = ibis.ifelse(lapsed, 0 if mark == "F" else ibis.null("int64"), marks.points_hundredths)
    return marks.mutate(mark=ibis.ifelse(lapsed, mark, marks.mark), points_hundredths=points)


def on_known_tracks(spells: ir.Table, days: ir.Table) -> ir.Table:
    """Spells of which those on a track without a calendar are on the school's main one, or else its first by name."""
    key = ["school_id", "school_year"]
    tracks = days.select(*key, "track").distinct()
    usual = tracks.group_by(key).aggregate(
        usual=tracks.track.argmin(ibis.ifelse(tracks.track == "main", "", tracks.track))
    )
    known = tracks.mutate(is_known=ibis.literal(True)).view()
    joined = spells.left_join(usual, key).select(spells, usual.usual)
    joined = joined.left_join(known, [*key, "track"]).select(joined, known.is_known)
    track = ibis.ifelse(joined.is_known.isnull(), ibis.coalesce(joined.usual, joined.track), joined.track)
    return joined.mutate(track=track).select(*spells.columns)
