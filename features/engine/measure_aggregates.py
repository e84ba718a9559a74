"""Measures as aggregates over a student's records: which rows are counted, and what is made of them."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from features.engine.missed_share import share_missed
from features.engine.terms_and_marks import ATTEMPTED, EARNED, is_untold
from features.language.missed_share import MissedShare
from features.language.quantities import Where, Window
from features.language.records import Measure

MISSING_OF_NOTHING = ("sum", "mean", "share_of_rows", "most", "furthest", "least")
"""What is missing of no rows, as it is of rows that it does not look at."""


def aggregate_rows(rows: ir.Table, measures: Mapping[str, Measure]) -> ir.Table:
    """One row a student, one column a measure (counts and hundredths are still integers here).

    No row for a student of whom every measure is missing, where they look at some rows only.
    """
    rows = rows_looked_at(list(measures.values()), rows)
    return rows.group_by("student_key").aggregate(
        **{name: aggregate_of(measure, rows) for name, measure in measures.items()}
    )


def rows_looked_at(measures: Sequence[Measure], rows: ir.Table) -> ir.Table:
    """The rows that meet what all of some measures ask of theirs: most marks are no final ones, which all may be about.

    Every row where one of them would be another of fewer rows, as a plain count is, which tells none from no row.
    """
    if not all(is_missing_of_nothing(measure) for measure in measures):
        return rows
    asked = [set(measure.records.where) & set(measure.among or measure.records.where) for measure in measures]
    shared = [one for one in dict.fromkeys(measures[0].records.where) if all(one in own for own in asked)]
    return rows.filter(*(rows[one.column].isin(one.values) for one in shared)) if shared else rows


def is_missing_of_nothing(measure: Measure) -> bool:
    """Whether a measure is missing where no row meets what it asks of its rows, and of those it counts them among."""
    if isinstance(measure, MissedShare):
        return False
    among = measure.among if measure.aggregate in ("count", "share_of_rows") else True
    return bool(among) and measure.aggregate in (*MISSING_OF_NOTHING, "count")


def aggregate_of(measure: Measure, rows: ir.Table) -> ir.Scalar:
    """A measure over a student's rows before its last division; missing without any row to speak of."""
    chosen = in_window_rows(measure.records.window, rows) & meets_restrictions(measure.records.where, rows)
    if isinstance(measure, MissedShare):
        return share_missed(measure, rows, chosen)
    match measure.aggregate:
        case "count":
            count = chosen.cast("int64").sum()
            return count if not measure.among else null_unless(count, in_denominator(measure, rows).any())
        case "sum" | "share_of_days":
            total = rows[measure.column].sum(where=chosen)
            if measure.among:
                total = null_unless(ibis.coalesce(total, 0), in_denominator(measure, rows).any())
            return known_credits(total, measure, rows, chosen)
        case "mean":
            return rows[measure.column].sum(where=chosen) / (100 * rows[measure.column].count(where=chosen)).nullif(0)
        case "share_of_rows":
            among = in_denominator(measure, rows).cast("int64").sum()
            return chosen.cast("int64").sum() / among.nullif(0)
        case "distinct":
            return rows[measure.column].nunique(where=chosen)
        case "most" | "furthest":
            return rows[measure.column].max(where=chosen)
        case "least":
            return rows[measure.column].min(where=chosen)
        case "days" | "share_missed":
            raise TypeError(f"not counted from records: {measure.aggregate}")


def known_credits(total: ir.Scalar, measure: Measure, rows: ir.Table, chosen: ir.BooleanColumn) -> ir.Scalar:
    """A sum of credits, missing where a course among them does not tell its own; any other sum as it is."""
    if measure.column not in (EARNED, ATTEMPTED):
        return total
    return null_unless(total, ~(chosen & is_untold(rows, measure.column)).any())


def null_unless(value: ir.Scalar, condition: ir.Scalar) -> ir.Scalar:
    """The value where the condition holds, else missing."""
    return ibis.ifelse(condition, value, ibis.null("int64"))


def in_window_rows(window: Window, rows: ir.Table) -> ir.BooleanColumn:
    """Rows in a window."""
    if window.years_ago is None:
        return rows.years_ago >= (1 if window.earlier_only else 0)
    if window.this_term:
        return (rows.years_ago == 0) & rows.in_term
    within: ir.BooleanColumn = rows.years_ago == window.years_ago
    if window.to_days is not None:
        day = rows.days_in if window.from_start else rows.days_ago
        within = within & day.between(window.from_days, window.to_days - 1)
    return within


def in_denominator(measure: Measure, rows: ir.Table) -> ir.BooleanColumn:
    """Rows that a share or a count of marks is taken among."""
    return in_window_rows(measure.records.window, rows) & meets_restrictions(measure.among, rows)


def meets_restrictions(where: tuple[Where, ...], rows: ir.Table) -> ir.BooleanColumn:
    """Rows that meet every restriction."""
    held: ir.BooleanColumn = ibis.literal(True)
    for one in where:
        held = held & ibis.coalesce(rows[one.column].isin(one.values), False)
    return held
