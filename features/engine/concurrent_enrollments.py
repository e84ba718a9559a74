"""One school and one grade level on one date: what counts where a student's spells of enrollment share days."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from features.engine.parameters import number_parameter
from features.engine.stored_tables import stored_table
from features.engine.transferred_records import transferred_table, with_transferred
from features.policies.enrollment_policies import Concurrent

YEAR = ["student_key", "school_year"]
"""Within which spells are compared: calendars of two school years share no day."""

ASKED = (*YEAR, "school_id", "track", "grade_level", "entry_date", "exit_date", "exit_kind", "is_primary")
"""What is asked of spells that share days: a query of fewer columns takes less to plan."""

ALWAYS = date(9999, 12, 31)


def planned_ends(spells: ir.Table) -> ir.DateColumn:
    """The day on which each spell is to end, as far as is known: with its school year where no exit is."""
    return ibis.coalesce(spells.exit_date, ibis.date(spells.school_year.cast("int32"), 6, 30))


def first_to_count(rule: Concurrent, spells: ir.Table) -> Sequence[ir.Value]:
    """The order in which spells are asked on a date that they share; the first one counts.

    The primary one, then the longer or the latest. Needs `planned`.
    """
    length = spells.planned.delta(spells.entry_date, unit="day")
    longer, entered = ibis.desc(length), spells.entry_date
    by_rule = [ibis.desc(entered), longer] if rule == "latest" else [longer, ibis.asc(entered)]
    return [ibis.desc(ibis.coalesce(spells.is_primary, False)), *by_rule, ibis.asc(spells.school_id)]


def with_rows_that_go_on(spells: ir.Table) -> ir.Table:
    """Spells, and again each that goes on after a later one of the student and school ended within it, from then on.

    After a day on which a spell ended, that one goes on which was entered last of those that run.
    """
    own = [*YEAR, "school_id"]
    after = (spells.exit_date + ibis.interval(days=1)).cast("date")
    ended = spells.filter(spells.exit_date.notnull())
    ended = ended.group_by([*own, after.name("day")]).aggregate(begun=ended.entry_date.max())
    running = spells.inner_join(ended, [*own, spells.entry_date <= ended.day, planned_ends(spells) >= ended.day])
    last = ibis.row_number().over(group_by=[*own, "day"], order_by=ibis.desc("entry_date"))
    goes_on = running.select(spells, ended.day, ended.begun).mutate(place=last)
    goes_on = goes_on.filter((goes_on.place == 0) & (goes_on.entry_date < goes_on.begun))
    return spells.union(goes_on.mutate(entry_date=goes_on.day).select(*spells.columns))


def several_spells(spells: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Spells of students with several in the school year, and those of the others."""
    counts = spells.group_by(YEAR).aggregate(spells=spells.count())
    several = counts.filter(counts.spells > 1)
    return spells.semi_join(several, YEAR), spells.anti_join(several, YEAR)


def with_shared_years(spells: ir.Table) -> ir.Table:
    """Spells with `shares_days`: in a school year in which any two of the student's spells share a day."""
    some, alone = several_spells(spells)  # few need to be sorted
    return alone.mutate(shares_days=False).union(marked_years(some))


def marked_years(some: ir.Table) -> ir.Table:
    """The same of a few spells, all of which are sorted: a smaller query, which takes less to plan."""
    before = some.ends.max().over(group_by=YEAR, order_by=["entry_date", "school_id"], rows=(None, -1))
    marked = some.mutate(overlaps=ibis.coalesce(before >= some.entry_date, False))
    return marked.mutate(shares_days=marked.overlaps.any().over(group_by=YEAR)).drop("overlaps")


def shared_segments(spells: ir.Table, rule: Concurrent) -> ir.Table:
    """Parts of school years in which the same spells run, a row a part and spell.

    A part goes from `day` to `until`; `place` is 0 for the spell that counts in it, and `schools` how many run.
    """
    shared = spells.filter(spells.shares_days)
    begins = shared.select(*YEAR, day=shared.entry_date)
    after = shared.select(*YEAR, day=(shared.ends + ibis.interval(days=1)).cast("date"))
    bounds = begins.union(after, distinct=True)
    following = bounds.day.lead().over(group_by=YEAR, order_by="day")
    parts = bounds.mutate(until=(following - ibis.interval(days=1)).cast("date")).filter(ibis._.until.notnull())
    running = [*YEAR, parts.day >= shared.entry_date, parts.until <= shared.ends]
    both = parts.inner_join(shared, running).select(shared, parts.day, parts.until)
    return both.mutate(
        place=ibis.row_number().over(group_by=[*YEAR, "day"], order_by=first_to_count(rule, both)),
        schools=both.school_id.count().over(group_by=[*YEAR, "day"]),
    )


def one_school_a_date(spells: ir.Table, segments: ir.Table) -> ir.Table:
    """Spells of which none shares a day with another of the student and school year; their columns.

    A spell that counts on some of its days only becomes the parts on which it does. The exit stays with its last day.
    """
    counted = segments.filter(segments.place == 0)
    order = {"group_by": YEAR, "order_by": "day"}
    goes_on = (
        counted.school_id.lag().over(**order).identical_to(counted.school_id)
        & counted.entry_date.lag().over(**order).identical_to(counted.entry_date)
        & ((counted.until.lag().over(**order) + ibis.interval(days=1)).cast("date") == counted.day)
    )
    begun = counted.mutate(begins=ibis.ifelse(ibis.coalesce(goes_on, False), 0, 1))
    parts = begun.mutate(part=begun.begins.sum().over(**order, rows=(None, 0)))
    same = ["student_key", "grade_level", "exit_date", "exit_kind", "school_id", "track", "school_year", "ends"]
    merged = parts.group_by([*same, "part"]).aggregate(entry_date=parts.day.min(), until=parts.until.max())
    last = merged.until == merged.ends
    resolved = merged.mutate(
        exit_date=ibis.ifelse(last, merged.exit_date, ibis.null("date")),
        exit_kind=ibis.ifelse(last, merged.exit_kind, ibis.null("string")),
        ends=merged.until,
        shares_days=ibis.literal(True),
    )
    columns = [*same, "entry_date", "shares_days"]
    return spells.filter(~spells.shares_days).select(*columns).union(resolved.select(*columns))


def any_overlap(*, of_load: bool = False, nested: bool = False, with_transfers: bool = False) -> ir.Table:
    """One pair of spells of a student and school year that share a day, as known on some date; no row without one.

    Or of those `nested` alone of which the later ended within the earlier at one school, which then may go on.
    Every version on record is looked at, so that it holds for views of any date; or those of students of whom the load
    `load_id` has brought a spell. Or `with_transfers`, of students with spells of other districts, which count too.
    """
    rows, key = stored_table("enrollments"), ["student_key", "school_id", "entry_date"]
    if with_transfers:
        rows = with_transferred("enrollments", rows).semi_join(transferred_table("enrollments"), "student_key")
    if of_load:
        brought = rows.filter(rows.load_id == number_parameter("load_id")).select("student_key")
        rows = rows.semi_join(brought, "student_key")
    replaced = rows.known_on.lead().over(group_by=key, order_by=["known_on", "load_id"])
    rows = rows.mutate(replaced=ibis.coalesce(replaced, ibis.date(ALWAYS)), planned=planned_ends(rows))
    rows = rows.filter(~rows.withdrawn)
    years = rows.group_by(YEAR).aggregate(
        schools=rows.school_id.nunique(), entries=rows.entry_date.nunique()
    )  # fmt: skip
    several = rows.semi_join(years.filter((years.schools > 1) | (years.entries > 1)), YEAR)
    other = several.view()
    both = [
        *YEAR,
        (several.school_id != other.school_id) | (several.entry_date != other.entry_date),
        several.entry_date <= other.planned,
        other.entry_date <= several.planned,
        several.entry_date <= other.entry_date,
        several.known_on < other.replaced,
        other.known_on < several.replaced,
    ]
    within = [several.school_id == other.school_id, several.planned > other.exit_date] if nested else []
    return several.inner_join(other, [*both, *within]).select(several.school_year).limit(1)
