"""Duplicates: records that a load has more than once. Equal ones are dropped, different ones break ROW07."""

import ibis
import ibis.expr.types as ir

from features.ingest.delivery import DeliveredTable
from features.ingest.staging_tables import columns_of, key_of, parsed_table, update_rows
from features.warehouse.writer import Writer

SUSPECTS = "suspects"
"""The temporary table of rows whose key seems to occur more than once."""

AT_A_TIME = 2_000_000
"""About how many suspects are compared at a time: a whole table may have been sent twice."""

EXPECTED = 'expected each record once, but rows say it differently; repeats = "last" lets the last one count'


def mark_duplicates(writer: Writer, delivered: DeliveredTable) -> None:
    """Marks repeated rows: `again` where an earlier row is the same, ROW07 where it differs.

    With `repeats = "last"` the last of differing rows counts and the others are `again`. Keys are counted by hash,
    which is cheap, and compared in full only where a hash occurs twice. Contents are compared by hash.
    """
    writer.create(SUSPECTS, possible_duplicates(delivered))
    suspects = ibis.table(possible_duplicates(delivered).schema(), name=SUSPECTS)
    parts = -(-writer.count(suspects) // AT_A_TIME)
    for part in range(parts):
        update_rows(
            writer,
            delivered.table,
            duplicate_marks(delivered, suspects.filter((suspects.key_hash % parts + parts) % parts == part)),
        )
    writer.drop(SUSPECTS)


def possible_duplicates(delivered: DeliveredTable) -> ir.Table:
    """Valid rows that share their key's hash with another: `key_hash`, the key, `content`, the hash of the rest."""
    key = [*key_of(delivered.table), "known_on"]
    rows = parsed_table(delivered.table.name).filter(ibis._.rule.isnull())
    rows = rows.mutate(key_hash=hash_of(rows, key))
    twice = rows.group_by("key_hash").aggregate(n=rows.count()).filter(ibis._.n > 1).select("key_hash")
    rest = [name for name in (*columns_of(delivered.table), "deleted") if name not in key]
    return rows.semi_join(twice, "key_hash").select("file", "row", "key_hash", *key, content=hash_of(rows, rest))


def hash_of(rows: ir.Table, columns: list[str]) -> ir.IntegerValue:
    """A hash over some columns of each row."""
    return ibis.struct({name: rows[name] for name in columns}).hash()


def duplicate_marks(delivered: DeliveredTable, suspects: ir.Table) -> ir.Table:
    """The duplicates among the suspects: `file`, `row`, `again`, and the rule that they break."""
    key = [*key_of(delivered.table), "known_on"]
    rows = suspects.mutate(place=suspects.file * (1 << 40) + suspects.row)
    groups = rows.group_by("key_hash", *key).aggregate(
        differ=rows.content.min() != rows.content.max(), first=rows.place.min(), last=rows.place.max()
    )
    both = rows.inner_join(groups.filter(groups["first"] != groups["last"]), ["key_hash", *key])
    if delivered.mapping.repeats == "last":
        counts = ibis.ifelse(both.differ, both["last"], both["first"])
        return both.filter(both.place != counts).select("file", "row", again=ibis.literal(True))
    rule = {"rule": "ROW07", "broken": ", ".join(key_of(delivered.table)), "expected": EXPECTED}
    broken = {name: ibis.ifelse(both.differ, text, None) for name, text in rule.items()}
    return both.filter(both.differ | (both.place != both["first"])).select("file", "row", again=~both.differ, **broken)
