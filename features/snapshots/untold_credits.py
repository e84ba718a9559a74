"""Credits that no final mark of a school year tells, though an outcome adds them up."""

from collections.abc import Iterator

import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.engine.stored_tables import stored_table
from features.language.measures import measures_in
from features.language.outcome import Outcome
from features.language.quantities import THIS_YEAR
from features.warehouse.reader import Reader

CREDITS = {"credits_earned_hundredths": "credits earned", "credits_attempted_hundredths": "credits tried for"}
"""The columns of credits, as people call them: a source may have none, which is not 0."""


def untold_credits(reader: Reader, outcome: Outcome, school_year: int | None = None) -> str:
    """Which credits an outcome needs that no final mark tells; empty where there is nothing of the kind.

    Of the school year in which it is decided, or of all years. Without them only students who are off track for
    another reason would have a label.
    """
    for column in dict.fromkeys(credits_of_outcome(outcome)):
        told = {int(str(year)): bool(filled) for year, filled in reader.records(query_script(years_told, column))}
        of_years = [filled for year, filled in told.items() if school_year in (None, year)]
        if of_years and not any(of_years):
            return f"no {CREDITS[column]} with the final marks on record" + (
                f" of {school_year}" if school_year else ""
            )
    return ""


def credits_of_outcome(outcome: Outcome) -> Iterator[str]:
    """The columns of credits that an outcome needs of its year."""
    conditions = (outcome.off_track, *([outcome.judged_if] if outcome.judged_if else []))
    for measure in (measure for one in conditions for measure in measures_in(one)):
        if measure.records.table == "marks" and measure.records.window == THIS_YEAR and measure.column in CREDITS:
            yield measure.column


def years_told(column: str) -> ir.Table:
    """The school years with final marks that were given, and how many of these fill a column."""
    rows = stored_table("marks")
    rows = rows.filter((rows.mark_kind == "final") & rows.mark.notnull())
    return rows.group_by("school_year").aggregate(filled=rows[column].count())
