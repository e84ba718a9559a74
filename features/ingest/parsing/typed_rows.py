"""The Ibis expression from a file's cells to typed rows, each with the first rule that it breaks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from features.engine.column_types import IBIS_TYPES
from features.ingest.load_parameters import FILE_NUMBER
from features.ingest.mapping.file_layout import FileLayout, MappedColumn
from features.ingest.mapping.type_conversion import (
    any_of,
    constant,
    day_of_school_year,
    decode,
    mask,
    plain_number,
    text_of,
    value_of,
)
from features.ingest.parsing.attendance_taken import days_unsaid
from features.ingest.parsing.known_on import known_on_rules, with_known_on
from features.ingest.parsing.lookups import join_lookups, lookup_columns
from features.ingest.parsing.mark_values import mark_values
from features.ingest.rules.event_codes import codes_in_order
from features.ingest.rules.no_shows import LEFT_OUT, last_days_enrolled, why_no_enrollment
from features.ingest.rules.present_codes import why_present
from features.ingest.rules.row_rules import LONGEST_CODE, CellValues, RowRule, cell_rules, cross_field_rules
from features.ingest.staging_tables import ARRIVED, ENVELOPE, columns_of, parsed_schema
from features.table_schema import SCHOOL_YEAR, key_of
from features.tables import TABLES


def parsed_rows(layout: FileLayout, *, plain: bool) -> ir.Table:
    """A file's rows: mapped, converted, each with the first rule that it breaks; `plain` keeps invalid values unmasked.

    The number of the file and the day of the load are parameters.
    """
    records = of_part(with_texts(record_rows(layout), layout), layout)
    cells = CellValues(layout, with_known_on(with_values(records, layout), layout))
    rules = rules_of(cells)
    rows = mark_broken_rules(cells, rules)
    own = {name: rows[name].cast(kind) for name, kind in columns_of(layout.delivered.table).items()}
    if layout.delivered.mapping.deletes:
        own = {name: value if name in key(layout) else unless_deleted(rows, value) for name, value in own.items()}
    of_rule = {**broken_rule_columns(rows, rules, plain=plain), "unmapped": unmapped_codes(rules)}
    reason = why_left_out(replace(cells, rows=rows))
    if reason is not None:
        of_rule = left_out_columns(of_rule, reason)
    rows = rows.mutate(
        file=FILE_NUMBER,
        again=ibis.literal(False),
        several=ambiguous_lookups(rows, layout),
        **own,
        **of_rule,
    )
    return rows.select(*parsed_schema(layout.delivered.table))


def why_left_out(cells: CellValues) -> ir.StringValue | None:
    """Why each row is no record by a policy, missing where it is one; None where no policy can say so."""
    return why_no_enrollment(cells) if cells.layout.delivered.table.name == "enrollments" else why_present(cells)


def left_out_columns(of_rule: Mapping[str, ir.Value], reason: ir.StringValue) -> dict[str, ir.Value]:
    """The columns about the broken rule, where a row with a reason is to be left out instead."""
    left = {**of_rule, "rule": ibis.literal(LEFT_OUT), "broken": reason, "unmapped": ibis.null(ENVELOPE["unmapped"])}
    return {name: ibis.ifelse(reason.notnull(), left[name], value) for name, value in of_rule.items()}


def record_rows(layout: FileLayout) -> ir.Table:
    """The file's rows that are records of the table, with look-up results and whether each is a deletion."""
    cells = dict.fromkeys((layout.place(name) for name in layout.used), "string")
    rows = ibis.table({"row": "int64", **cells}, name=ARRIVED)
    for name, words in layout.delivered.mapping.leave_out.items():
        rows = rows.filter(rows[layout.place(name)].fill_null("").notin(with_empty(words, layout)))
    deletes = layout.delivered.mapping.deletes
    deleted = rows[layout.place(deletes.column)].fill_null("").isin(deletes.values) if deletes else ibis.literal(False)
    return join_lookups(rows.mutate(deleted=deleted), layout)


def of_part(rows: ir.Table, layout: FileLayout) -> ir.Table:
    """The rows; of a part of each row those alone in which one of its columns has a text, or an empty cell a code."""
    mapping = layout.delivered.mapping
    for part in mapping.parts:
        if part.read and not any("" in mapping.codes.get(name, {}) for name in part.read):
            rows = rows.filter(any_of([rows[f"text_{name}"].notnull() for name in part.read]))
    return rows


def with_empty(words: Sequence[str], layout: FileLayout) -> tuple[str, ...]:
    """Words of a file, and the empty one where a word for an empty cell is among them: a cell that says it is empty."""
    return (*words, "") if set(words) & set(layout.delivered.dialect.null) else tuple(words)


def with_texts(rows: ir.Table, layout: FileLayout) -> ir.Table:
    """The rows with `cell_…` and `text_…` for each canonical column that a file or a look-up gives."""
    found: dict[str, ir.StringValue] = {}
    for cell in layout.cells:
        if cell.mapping is not None and (cell.mapping.column is not None or cell.mapping.lookup is not None):
            place = f"looked_{cell.name}" if cell.mapping.column is None else layout.place(cell.mapping.column)
            found |= {f"cell_{cell.name}": rows[place], f"text_{cell.name}": text_of(rows[place], cell.mapping)}
        elif cell.mapping is not None and cell.mapping.joined:
            text = joined_text([rows[layout.place(name)] for name in cell.mapping.joined])
            found |= {f"cell_{cell.name}": text, f"text_{cell.name}": text}
    return rows.mutate(**found)


def joined_text(cells: Sequence[ir.StringValue]) -> ir.StringValue:
    """The texts of several cells with a hyphen between them; null where all are empty."""
    return ibis.ifelse(
        any_of([cell.notnull() for cell in cells]), ibis.literal("-").join([cell.fill_null("") for cell in cells]), None
    )


def with_values(rows: ir.Table, layout: FileLayout) -> ir.Table:
    """The rows with each canonical column's value: null where the text cannot be converted."""
    found = {cell.name: value_of_cell(rows, cell, layout) for cell in layout.cells}
    days = {cell.name: cell.mapping.day_of_school_year for cell in layout.cells if cell.mapping}
    reckoned = {name: day_of_school_year(day, found[SCHOOL_YEAR.name]) for name, day in days.items() if day is not None}
    found |= reckoned
    if "exit_date" in found and layout.delivered.policies.enrollment.exit_date == "first_day_gone":
        found["exit_date"] = last_days_enrolled(found["exit_date"])
    of_policies = mark_values(rows, layout, found) | days_unsaid(layout, found) | codes_in_order(rows, layout)
    return rows.mutate(**(found | of_policies))


def value_of_cell(rows: ir.Table, cell: MappedColumn, layout: FileLayout) -> ir.Value:
    """A canonical column's value; null where the file does not have it."""
    if cell.mapping is None or cell.mapping.day_of_school_year is not None:
        return ibis.null(IBIS_TYPES[cell.column.kind])
    if cell.mapping.always is not None:
        return constant(cell.column, cell.mapping.always)
    text, codes = rows[f"text_{cell.name}"], layout.delivered.mapping.codes.get(cell.name)
    meant = decode(text, codes) if codes else plain_number(text, cell.column, layout.delivered.dialect)
    return value_of(cell.column, cell.mapping, meant, layout.delivered.dialect.dates)


def key(layout: FileLayout) -> list[str]:
    """The key columns of the file's table."""
    return key_of(layout.delivered.table)


def rules_of(cells: CellValues) -> list[RowRule]:
    """Every row rule of a file, in the order in which they are checked."""
    of_cells = [rule for cell in cells.layout.cells for rule in cell_rules(cells, cell)]
    return [*of_cells, *known_on_rules(cells), *cross_field_rules(cells)]


def mark_broken_rules(cells: CellValues, rules: Sequence[RowRule]) -> ir.Table:
    """The rows with `broke`, the index of the first broken rule, and `whole_key`. A deletion is checked by key only."""
    rows, own_key = cells.rows, set(key(cells.layout))
    breaks = [rule.broken if own_key >= set(rule.columns) else rule.broken & ~rows.deleted for rule in rules]
    of_key = [rule.broken for rule in rules if own_key >= set(rule.columns)]
    broke = ibis.cases(*((broken, place) for place, broken in enumerate(breaks)), else_=None)
    return rows.mutate(broke=broke.cast("int16"), whole_key=~any_of(of_key))


def unless_deleted(rows: ir.Table, value: ir.Value) -> ir.Value:
    """A value; null in a deletion, of which only the key counts."""
    return ibis.ifelse(rows.deleted, ibis.null(value.type()), value)


def broken_rule_columns(rows: ir.Table, rules: Sequence[RowRule], *, plain: bool) -> dict[str, ir.StringValue]:
    """The columns about the broken rule: `rule`, `broken`, `expected` and `shown`."""
    shown = shown_by_rule(rows, rules)
    codes = rows.broke.isin([place for place, rule in enumerate(rules) if rule.is_code])
    return {
        "rule": text_by_rule(rows, [rule.code for rule in rules]),
        "broken": text_by_rule(rows, [rule.named for rule in rules]),
        "expected": text_by_rule(rows, [f"expected {rule.expected}" for rule in rules]),
        "shown": shown.substr(0, 40) if plain else ibis.ifelse(codes & is_short(shown), shown, mask(shown)),
    }


def is_short(code: ir.StringValue) -> ir.BooleanValue:
    """Whether a code is short enough to be one; a longer text is shown masked."""
    return code.length() <= LONGEST_CODE


def unmapped_codes(rules: Sequence[RowRule]) -> ir.ArrayValue:
    """A row's codes that are not mapped, each with its column; null where all are."""
    codes = [rule for rule in rules if rule.is_code]
    if not codes:
        return ibis.null(ENVELOPE["unmapped"])
    each = [ibis.struct({"column": rule.named, "code": rule.shown}) for rule in codes]
    kept = [ibis.ifelse(rule.broken.fill_null(False), one, None) for rule, one in zip(codes, each, strict=True)]
    return ibis.ifelse(any_of([rule.broken for rule in codes]), ibis.array(kept).map(masked_if_long), None)


def masked_if_long(one: ir.StructValue) -> ir.StructValue:
    """A column and its code, masked where it is too long to be one.

    One expression serves all columns: DuckDB compiles the patterns of a mask for each place in which one stands, which
    takes milliseconds whether or not a row comes by.
    """
    code = ibis.ifelse(is_short(one["code"]), one["code"], mask(one["code"]))
    return ibis.ifelse(one.isnull(), None, ibis.struct({"column": one["column"], "code": code}))


def text_by_rule(rows: ir.Table, texts: Sequence[str]) -> ir.StringValue:
    """The text of the rule that each row breaks; null where it breaks none.

    One list of texts: DuckDB plans a case for each of 40 rules five times as long as it runs a small file.
    """
    return ibis.ifelse(rows.broke.isnull(), None, ibis.array(list(texts))[rows.broke])


def shown_by_rule(rows: ir.Table, rules: Sequence[RowRule]) -> ir.StringValue:
    """What is shown of the rule that each row breaks, not masked: one case for the rules of a cell, which follow on."""
    steps: list[tuple[int, ir.StringValue]] = []
    for place, rule in enumerate(rules):
        if steps and steps[-1][1].equals(rule.shown):
            steps.pop()
        steps.append((place, rule.shown))
    cases = ((rows.broke <= place, shown) for place, shown in steps)
    return ibis.cases((rows.broke.isnull(), None), *cases, else_=None)


def ambiguous_lookups(rows: ir.Table, layout: FileLayout) -> ir.StringValue:
    """The columns whose look-up chose one of several values; null where none did."""
    parts = [
        ibis.ifelse(rows[f"found_{one.name}"] > 1, one.name, None)
        for one in lookup_columns(layout.delivered)
        if one.lookup.take != "one"
    ]
    return ibis.literal(", ").join(parts).nullif("") if parts else ibis.null("string")


def malformed_rows(name: str) -> ir.Table:
    """Rows that do not fit the header, as staging rows: only their place and what was expected."""
    schema = parsed_schema(TABLES[name])
    rows = ibis.table({"row": "int64", "expected": "string"}, name=ARRIVED)
    nothing = {column: ibis.null(kind) for column, kind in schema.items()}
    known = {
        "file": FILE_NUMBER, "row": rows.row, "expected": rows.expected,
        "rule": ibis.literal("ROW01"), "broken": ibis.literal(""), "deleted": ibis.literal(False),
        "again": ibis.literal(False), "whole_key": ibis.literal(False),
    }  # fmt: skip
    return rows.select(**(nothing | known))
