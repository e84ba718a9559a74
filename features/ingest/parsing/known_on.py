"""`known_on`: the date on which the district knew a row, from a column or a rule such as "two school days after"."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.file_mapping.date_formats import SPREADSHEET
from features.file_mapping.declaration import TERM_END, KnownOnRule
from features.ingest.load_parameters import LOAD_DAY
from features.ingest.mapping.file_layout import FileLayout
from features.ingest.mapping.type_conversion import (
    UNDECLARED_DAY_COUNT,
    date_of,
    describe_date_formats,
    is_day_count,
)
from features.ingest.rules.row_rules import CellValues, RowRule
from features.ingest.staging_tables import (
    RecordSources,
    columns_of,
    records_after_load,
    sources_of,
    warehouse_attached,
)
from features.ingest.term_ends import ENDS, district_term_ends, school_term_ends, with_term_end
from features.warehouse.writer import Writer

AFTER = "known_after"
KNOWN_AFTER = ibis.schema({"school": "string", "event": "date", "known": "date"})
"""The temporary table from a school and the day of an event to the day on which it is known."""

TERM_ENDS = "term_ends"
"""The temporary table of each term's last day."""

ANYWHERE = ""
"""The school of tables without `school_id`: for them a day of instruction at any school counts."""


def with_known_on(rows: ir.Table, layout: FileLayout) -> ir.Table:
    """The rows with `known_on`, and `cell_known_on` where a column of the file gives it.

    A rule gives no day after the load's. A deletion is known on the day of the load, or on an earlier one that the file
    gives.
    """
    if layout.known_on is not None:
        cell = rows[layout.place(layout.known_on)]
        given = date_of(cell, layout.delivered.dialect.dates)
        deleted = ibis.least(given.fill_null(LOAD_DAY), LOAD_DAY)
        return rows.mutate(cell_known_on=cell, known_on=ibis.ifelse(rows.deleted, deleted, given))
    known = known_on_by_rule(rows, layout.delivered.mapping.known_on or KnownOnRule(load=True), layout)
    return known.mutate(known_on=ibis.ifelse(known.deleted, LOAD_DAY, ibis.least(known.known_on, LOAD_DAY)))


def known_on_by_rule(rows: ir.Table, rule: KnownOnRule, layout: FileLayout) -> ir.Table:
    """The rows with the day that a rule gives, which may lie in the future."""
    if rule.after is None:
        return rows.mutate(known_on=LOAD_DAY if rule.always is None else ibis.date(rule.always))
    if rule.after == TERM_END:
        rows = with_term_end(rows, ibis.table(ENDS, name=TERM_ENDS))
    if not rule.school_days:
        return rows.mutate(known_on=rows[rule.after] + ibis.interval(days=rule.days or 0))
    after, beyond = ibis.table(KNOWN_AFTER, name=AFTER), ibis.interval(days=calendar_days(rule.school_days))
    if "school_id" in columns_of(layout.delivered.table):
        both = rows.left_join(after, [("school_id", "school"), (rule.after, "event")])
    else:
        both = rows.left_join(after.filter(after.school == ANYWHERE), [(rule.after, "event")])
    known = both.known.fill_null(both[rule.after] + beyond)
    return both.mutate(known_on=known).drop("school", "event", "known")


def calendar_days(school_days: int) -> int:
    """About how many calendar days so many school days take, for schools without a calendar."""
    return -(-school_days * 7 // 5)


def known_on_rules(cells: CellValues) -> Iterator[RowRule]:
    """The row rules about `known_on`. Where a rule of the mapping gives it, only the row's term can be missing."""
    if cells.layout.known_on is None:
        if is_after_term(cells.layout.delivered.mapping.known_on):
            expected = "a term of the school year that the files or an earlier load have"
            yield RowRule("ROW08", ("term_id",), cells.rows[TERM_END].isnull(), expected, cells.cell("term_id"))
        return
    cell, value = cells.cell("known_on"), cells.value("known_on")
    yield RowRule("ROW02", ("known_on",), cell.isnull(), "a value; this column may not be empty", cell)
    dates = cells.layout.delivered.dialect.dates
    form = describe_date_formats(dates)
    if SPREADSHEET not in dates:
        counted = value.isnull() & is_day_count(cell)
        yield RowRule("ROW03", ("known_on",), counted, f"{form}; {UNDECLARED_DAY_COUNT}", cell)
    yield RowRule("ROW03", ("known_on",), value.isnull(), form, cell)
    late = "a day until that of the load: nobody can know a row before it came"
    yield RowRule("ROW11", ("known_on",), value > LOAD_DAY, late, cell)


def create_known_on_tables(writer: Writer, rule: KnownOnRule | None) -> None:
    """Creates the tables that a rule needs: school days after each day, each term's last day."""
    if is_after_term(rule):
        writer.create_empty(TERM_ENDS, ENDS)
        held = warehouse_attached(writer)
        terms, own = sources_of(writer, "terms", held=held), sources_of(writer, "school_terms", held=held)
        if terms or own:
            writer.replace(TERM_ENDS, query_script(term_ends, terms, own))
    if rule is None or not rule.school_days:
        return
    writer.create_empty(AFTER, KNOWN_AFTER)
    days = sources_of(writer, "calendar_days", held=warehouse_attached(writer))
    if days:
        writer.replace(AFTER, query_script(known_after, days, rule.school_days))


def term_ends(terms: RecordSources, own: RecordSources) -> ir.Table:
    """Each term's last day, at a school whose tracks differ that of the last of them."""
    found = []
    if terms:
        found.append(district_term_ends(records_after_load("terms", terms)))
    if own:
        found.append(school_term_ends(records_after_load("school_terms", own)))
    return ibis.union(*found)


def known_after(sources: RecordSources, school_days: int) -> ir.Table:
    """For each school and day of its calendar the day so many school days later."""
    days = records_after_load("calendar_days", sources)
    return school_days_later(days.filter(days.in_session).select("school_id", "date").distinct(), school_days)


def drop_known_on_tables(writer: Writer, rule: KnownOnRule | None) -> None:
    """Drops the tables that `create_known_on_tables` made for a rule."""
    if is_after_term(rule):
        writer.drop(TERM_ENDS)
    if rule is not None and rule.school_days:
        writer.drop(AFTER)


def is_after_term(rule: KnownOnRule | None) -> bool:
    """Whether a rule counts from the last day of a row's term."""
    return rule is not None and rule.after == TERM_END


def school_days_later(days: ir.Table, school_days: int) -> ir.Table:
    """For each school and each day from its first to its last school day, the day so many school days later."""
    anywhere = days.select(school=ibis.literal(ANYWHERE), day=days.date).distinct()
    days = ibis.union(days.select(school=days.school_id, day=days.date), anywhere)
    order = {"group_by": "school", "order_by": "day"}
    numbered = days.mutate(number=ibis.row_number().over(**order) + 1)
    spans = days.group_by("school").aggregate(first=days.day.min(), last=days.day.max())
    each = ibis.range(spans["first"].cast("timestamp"), spans["last"].cast("timestamp"), ibis.interval(days=1))
    every = spans.select("school", event=each.unnest().cast("date"))
    marked = every.left_join(numbered.rename(at="school"), [("school", "at"), ("event", "day")])
    marked = marked.select("school", "event", "number")
    passed = marked.number.count().over(group_by="school", order_by="event", rows=(None, 0))
    counted = marked.select("school", "event", wanted=passed + school_days)
    later = numbered.select(at=numbered.school, number=numbered.number, known=numbered.day)
    return counted.inner_join(later, [("school", "at"), ("wanted", "number")]).select("school", "event", "known")
