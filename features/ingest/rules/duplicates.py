"""Duplicates: records that a load has more than once. Equal ones are dropped, different ones break ROW07."""

import ibis
import ibis.expr.types as ir

from features.engine.parameters import number_parameter
from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable
from features.ingest.staging_tables import columns_of, parsed_table, update_rows
from features.table_schema import key_of
from features.tables import TABLES
from features.warehouse.writer import Writer

SUSPECTS = "suspects"
"""The temporary table of rows whose key seems to occur more than once."""

AT_A_TIME = 2_000_000
"""About how many suspects are compared at a time: a whole table may have been sent twice."""

EXPECTED = "expected each record once, but rows say it differently: send it once, or let the last row count by"

ALSO = {
    "attendance": "day_priority below [districts.policies.attendance] says which of two codes of a day counts",
    "enrollments": "same_entry below [districts.policies.enrollment] says which of two with different ends counts",
}
"""What else decides, by table."""


def mark_duplicates(writer: Writer, delivered: DeliveredTable) -> None:
    """Marks repeated rows: `again` where an earlier row is the same, ROW07 where it differs.

    With `repeats = "last"` the last of differing rows counts and the others are `again`. Keys are counted by hash,
    which is cheap, and compared in full only where a hash occurs twice. Contents are compared by hash.
    """
    suspects = writer.create(SUSPECTS, query_script(possible_duplicates, delivered.table.name))
    parts = -(-suspects // AT_A_TIME)
    of_stints = delivered.table.name == "enrollments" and delivered.policies.enrollment.same_entry == "latest"
    last = of_stints or delivered.mapping.repeats == "last"
    columns = ["again"] if last else ["again", "rule", "broken", "expected"]
    for part in range(parts):
        marks = query_script(duplicate_marks, delivered.table.name, last=last)
        update_rows(writer, delivered.table, columns, marks, {"parts": parts, "part": part})
    writer.drop(SUSPECTS)


def possible_duplicates(name: str) -> ir.Table:
    """Valid rows that share their key's hash with another: `key_hash`, the key, `content`, the hash of the rest."""
    table = TABLES[name]
    key = [*key_of(table), "known_on"]
    rows = parsed_table(name).filter(ibis._.rule.isnull() & ~ibis._.again)
    rows = rows.mutate(key_hash=hash_of(rows, key))
    twice = rows.group_by("key_hash").aggregate(n=rows.count()).filter(ibis._.n > 1).select("key_hash")
    rest = [column for column in (*columns_of(table), "deleted") if column not in key]
    return rows.semi_join(twice, "key_hash").select("file", "row", "key_hash", *key, content=hash_of(rows, rest))


def hash_of(rows: ir.Table, columns: list[str]) -> ir.IntegerValue:
    """A hash over some columns of each row."""
    return ibis.struct({name: rows[name] for name in columns}).hash()


def suspects_of_part(name: str) -> ir.Table:
    """One part of the suspects of a table, of which the parameters say how many there are and which it is."""
    suspects = ibis.table(possible_duplicates(name).schema(), name=SUSPECTS)
    parts = number_parameter("parts")
    return suspects.filter((suspects.key_hash % parts + parts) % parts == number_parameter("part"))


def duplicate_marks(name: str, *, last: bool) -> ir.Table:
    """The duplicates among a part of the suspects: `file`, `row`, `again`, and the rule that they break.

    They break none where the `last` row counts.
    """
    suspects = suspects_of_part(name)
    key = [*key_of(TABLES[name]), "known_on"]
    rows = suspects.mutate(place=suspects.file * (1 << 40) + suspects.row)
    groups = rows.group_by("key_hash", *key).aggregate(
        differ=rows.content.min() != rows.content.max(), first=rows.place.min(), last=rows.place.max()
    )
    both = rows.inner_join(groups.filter(groups["first"] != groups["last"]), ["key_hash", *key])
    if last:
        counts = ibis.ifelse(both.differ, both["last"], both["first"])
        return both.filter(both.place != counts).select("file", "row", again=ibis.literal(True))
    said = f'{EXPECTED} repeats = "last" below [districts.files.{name}]'
    expected = "; ".join([said, *([ALSO[name]] if name in ALSO else [])])
    rule = {"rule": "ROW07", "broken": ", ".join(key_of(TABLES[name])), "expected": expected}
    broken = {column: ibis.ifelse(both.differ, text, None) for column, text in rule.items()}
    return both.filter(both.differ | (both.place != both["first"])).select("file", "row", again=~both.differ, **broken)
