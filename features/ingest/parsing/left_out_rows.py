"""Rows of a staging file that a policy leaves out: they are taken out again, or withdraw what was said before."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable
from features.ingest.rules.no_shows import LEFT_OUT
from features.ingest.staging_tables import columns_of, parsed_table, update_rows
from features.table_schema import key_of
from features.tables import TABLES
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class LeftOut:
    """Rows that a policy leaves out of a file: how many, why, and how many of them `withdraw` a record instead."""

    file: int
    reason: str
    rows: int
    withdraw: int


def take_out(writer: Writer, delivered: DeliveredTable) -> list[LeftOut]:
    """Takes the rows marked LEFT_OUT out of a staging table and says how many there were.

    A row of a delta, and one that says what became of a record that other rows still have, withdraws the record.
    """
    name = delivered.table.name
    delta = delivered.mapping.kind == "delta"
    found = [LeftOut(*row) for row in writer.records(query_script(left_out_counts, name, delta=delta))]
    if found:
        others = [column for column in columns_of(delivered.table) if column not in key_of(delivered.table)]
        update_rows(writer, delivered.table, [*others, "rule", "broken", "expected", "shown", "deleted", "unmapped"],
                    query_script(withdrawing_rows, name, delta=delta))  # fmt: skip
        table = parsed_table(name).get_name()
        writer.connection.execute(f'DELETE FROM "{table}" WHERE rule = ?', [LEFT_OUT])  # noqa: S608 - our own names
    return found


def marked_rows(name: str, *, delta: bool) -> ir.Table:
    """The rows to be left out, and whether each `withdraws` its record instead.

    None does where a sound row says on the same day that the record is there.
    """
    rows, key = parsed_table(name), key_of(TABLES[name])
    marked, sound = rows.filter(rows.rule == LEFT_OUT), rows.filter(rows.rule.isnull() & ~rows.deleted)
    days = sound.group_by(key).aggregate(days=sound.known_on.collect())
    both = marked.left_join(days, key).select(marked, days.days)
    said = both.days.notnull()
    withdraws = ibis.ifelse(said, ~both.days.contains(both.known_on), ibis.literal(delta))
    return both.mutate(withdraws=ibis.coalesce(withdraws, False)).drop("days")


def left_out_counts(name: str, *, delta: bool) -> ir.Table:
    """The rows to be left out by file and reason."""
    rows = marked_rows(name, delta=delta)
    groups = rows.group_by("file", reason=rows.broken)
    counts = groups.aggregate(rows=rows.count(), withdraw=rows.withdraws.cast("int64").sum())
    return counts.order_by("file", "reason")


def withdrawing_rows(name: str, *, delta: bool) -> ir.Table:
    """The marked rows that withdraw their record, as deletions."""
    rows = marked_rows(name, delta=delta).filter(ibis._.withdraws).drop("withdraws")
    kept = {"file", "row", "known_on", "again", "whole_key", "several", *key_of(TABLES[name])}
    nothing = {column: ibis.null(kind) for column, kind in rows.schema().items() if column not in kept}
    return rows.mutate(**{**nothing, "deleted": ibis.literal(True)})
