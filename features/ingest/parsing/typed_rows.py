"""From the cells of a file to typed rows, as one expression: nothing is read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from features.engine.view import IBIS_TYPES
from features.ingest.mapping.cell_types import any_of, constant, day_of_school_year, decoded, masked, text_of, value_of
from features.ingest.mapping.header import Cell, Plan
from features.ingest.parsing.known_on import rules_of_known_on, with_known_on
from features.ingest.parsing.lookups import looked_up, with_looked_up
from features.ingest.rules.row_rules import LONGEST_CODE, Read, Rule, rules_across_cells, rules_of_cell
from features.ingest.staging_tables import ARRIVED, ENVELOPE, columns_of, key_of, schema_understood
from features.tables import SCHOOL_YEAR


@dataclass(frozen=True)
class Reading:
    """One file of a table: its number, the day of the load, and whether bad values are kept as they are."""

    plan: Plan
    number: int
    today: date
    plain: bool


def understood_rows(reading: Reading) -> ir.Table:
    """The rows of a file as understood: mapped, typed, each with the first rule it breaks."""
    plan = reading.plan
    read = Read(plan, with_known_on(values(texts(records(plan), plan), plan), plan, reading.today))
    rules = rules_of(read, reading.today)
    rows = marked(read, rules)
    own = {name: rows[name].cast(kind) for name, kind in columns_of(plan.sent.table).items()}
    if plan.sent.files.deletes:
        own = {name: value if name in key(plan) else unless_deleted(rows, value) for name, value in own.items()}
    said = told(rows, rules, plain=reading.plain)
    file, again = ibis.literal(reading.number, "int64"), ibis.literal(False)
    rows = rows.mutate(file=file, again=again, several=several(rows, plan), unmapped=unmapped(rules), **own, **said)
    return rows.select(*schema_understood(plan.sent.table))


def records(plan: Plan) -> ir.Table:
    """The rows that arrived and are records of the table, with what was looked up and whether they are deletions."""
    cells = dict.fromkeys((plan.place(name) for name in plan.used), "string")
    rows = ibis.table({"row": "int64", **cells}, name=ARRIVED)
    for name, words in plan.sent.files.leave_out.items():
        rows = rows.filter(rows[plan.place(name)].fill_null("").notin(words))
    deletes = plan.sent.files.deletes
    deleted = rows[plan.place(deletes.column)].fill_null("").isin(deletes.values) if deletes else ibis.literal(False)
    return with_looked_up(rows.mutate(deleted=deleted), plan)


def texts(rows: ir.Table, plan: Plan) -> ir.Table:
    """The rows with `cell_…` and `text_…` for each canonical column that a file or a look-up says."""
    found: dict[str, ir.StringValue] = {}
    for cell in plan.cells:
        if cell.said is not None and (cell.said.column is not None or cell.said.lookup is not None):
            place = f"looked_{cell.name}" if cell.said.column is None else plan.place(cell.said.column)
            found |= {f"cell_{cell.name}": rows[place], f"text_{cell.name}": text_of(rows[place], cell.said)}
    return rows.mutate(**found)


def values(rows: ir.Table, plan: Plan) -> ir.Table:
    """The rows with each canonical column's value: nothing where its text is none of its kind."""
    found = {cell.name: value(rows, cell, plan) for cell in plan.cells}
    days = {cell.name: cell.said.day_of_school_year for cell in plan.cells if cell.said}
    reckoned = {name: day_of_school_year(day, found[SCHOOL_YEAR.name]) for name, day in days.items() if day is not None}
    return rows.mutate(**(found | reckoned))


def value(rows: ir.Table, cell: Cell, plan: Plan) -> ir.Value:
    """A canonical column's value; nothing where the file does not have it."""
    if cell.said is None or cell.said.day_of_school_year is not None:
        return ibis.null(IBIS_TYPES[cell.column.kind])
    if cell.said.always is not None:
        return constant(cell.column, cell.said.always)
    text, codes = rows[f"text_{cell.name}"], plan.sent.files.codes.get(cell.name)
    return value_of(cell.column, cell.said, decoded(text, codes) if codes else text, plan.sent.dialect.dates)


def key(plan: Plan) -> list[str]:
    """The key of the file's table."""
    return key_of(plan.sent.table)


def rules_of(read: Read, today: date) -> list[Rule]:
    """Every rule that a row of a file may break by itself, in the order in which they are tried."""
    cells = [rule for cell in read.plan.cells for rule in rules_of_cell(read, cell)]
    return [*cells, *rules_of_known_on(read, today), *rules_across_cells(read)]


def marked(read: Read, rules: Sequence[Rule]) -> ir.Table:
    """The rows with `broke`, the place of the first rule each breaks, and `whole_key`. A deletion is but its key."""
    rows, own_key = read.rows, set(key(read.plan))
    breaks = [rule.broken if own_key >= set(rule.columns) else rule.broken & ~rows.deleted for rule in rules]
    of_key = [rule.broken for rule in rules if own_key >= set(rule.columns)]
    broke = ibis.cases(*((broken, place) for place, broken in enumerate(breaks)), else_=None)
    return rows.mutate(broke=broke.cast("int16"), whole_key=~any_of(of_key))


def unless_deleted(rows: ir.Table, value: ir.Value) -> ir.Value:
    """A value; nothing in a deletion, which says no more than its key."""
    return ibis.ifelse(rows.deleted, ibis.null(value.type()), value)


def told(rows: ir.Table, rules: Sequence[Rule], *, plain: bool) -> dict[str, ir.StringValue]:
    """What is kept of the rule that a row breaks: `rule`, `broken`, `expected` and `shown`."""
    shown = by_rule(rows, [(place, rule.shown) for place, rule in enumerate(rules)])
    codes = rows.broke.isin([place for place, rule in enumerate(rules) if rule.is_code])
    return {
        "rule": by_rule(rows, [(place, rule.code) for place, rule in enumerate(rules)]),
        "broken": by_rule(rows, [(place, rule.named) for place, rule in enumerate(rules)]),
        "expected": by_rule(rows, [(place, f"expected {rule.expected}") for place, rule in enumerate(rules)]),
        "shown": shown.substr(0, 40) if plain else ibis.ifelse(codes, code_shown(shown), masked(shown)),
    }


def code_shown(code: ir.StringValue) -> ir.StringValue:
    """A code as it is; the shape of a text that is too long for one."""
    return ibis.ifelse(code.length() <= LONGEST_CODE, code, masked(code))


def unmapped(rules: Sequence[Rule]) -> ir.ArrayValue:
    """Every code of a row that is not mapped, with its column; nothing where all are."""
    codes = [rule for rule in rules if rule.is_code]
    if not codes:
        return ibis.null(ENVELOPE["unmapped"])
    each = [ibis.struct({"column": rule.named, "code": code_shown(rule.shown)}) for rule in codes]
    kept = [ibis.ifelse(rule.broken.fill_null(False), one, None) for rule, one in zip(codes, each, strict=True)]
    return ibis.ifelse(any_of([rule.broken for rule in codes]), ibis.array(kept), None)


def by_rule(rows: ir.Table, said: Sequence[tuple[int, str | ir.StringValue]]) -> ir.StringValue:
    """What is said of the rule that a row breaks, nothing where it breaks none."""
    return ibis.ifelse(rows.broke.isnull(), None, rows.broke.cases(*said, else_=None))


def several(rows: ir.Table, plan: Plan) -> ir.StringValue:
    """The columns whose look-up took one of several values, nothing where none did."""
    parts = [
        ibis.ifelse(rows[f"found_{one.name}"] > 1, one.name, None)
        for one in looked_up(plan.sent)
        if one.lookup.take != "one"
    ]
    return ibis.literal(", ").join(parts).nullif("") if parts else ibis.null("string")


def malformed_rows(reading: Reading) -> ir.Table:
    """Rows that cannot be matched with the header, as understood: nothing but their place and what was expected."""
    schema = schema_understood(reading.plan.sent.table)
    rows = ibis.table({"row": "int64", "expected": "string"}, name=ARRIVED)
    nothing = {name: ibis.null(kind) for name, kind in schema.items()}
    known = {
        "file": ibis.literal(reading.number, "int64"), "row": rows.row, "expected": rows.expected,
        "rule": ibis.literal("ROW01"), "broken": ibis.literal(""), "deleted": ibis.literal(False),
        "again": ibis.literal(False), "whole_key": ibis.literal(False),
    }  # fmt: skip
    return rows.select(**(nothing | known))
