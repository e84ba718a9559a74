"""Records that a load says more than once: the same again is no harm, another thing is."""

import ibis
import ibis.expr.types as ir

from features.ingest.delivery import DeliveredTable
from features.ingest.staging_tables import columns_of, key_of, parsed_table, update_rows
from features.warehouse.writer import Writer

SUSPECTS = "suspects"
"""The table of rows whose key seems to come more than once, while they are compared."""

AT_A_TIME = 2_000_000
"""About how many of them are compared at a time: a whole table may have been sent twice."""

EXPECTED = 'expected each record once, but rows say it differently; repeats = "last" lets the last one count'


def mark_duplicates(writer: Writer, delivered: DeliveredTable) -> None:
    """Rows that say again what an earlier one says are `again`; those that say another thing break ROW07.

    Where the last is to count, all before it are `again`. Keys are counted by their hash, which is cheap, and compared
    as they are where a hash comes twice. Contents are compared by theirs.
    """
    writer.create(SUSPECTS, possible_duplicates(delivered))
    suspects = ibis.table(possible_duplicates(delivered).schema(), name=SUSPECTS)
    parts = -(-writer.count(suspects) // AT_A_TIME)
    for part in range(parts):
        update_rows(
            writer,
            delivered.table,
            duplicate_marks(delivered, suspects.filter((suspects.said % parts + parts) % parts == part)),
        )
    writer.drop(SUSPECTS)


def possible_duplicates(delivered: DeliveredTable) -> ir.Table:
    """Good rows whose key has the hash of another one's: `said`, that hash, the key, and the hash of the rest."""
    key = [*key_of(delivered.table), "known_on"]
    rows = parsed_table(delivered.table.name).filter(ibis._.rule.isnull())
    rows = rows.mutate(said=hash_of(rows, key))
    twice = rows.group_by("said").aggregate(n=rows.count()).filter(ibis._.n > 1).select("said")
    rest = [name for name in (*columns_of(delivered.table), "deleted") if name not in key]
    return rows.semi_join(twice, "said").select("file", "row", "said", *key, content=hash_of(rows, rest))


def hash_of(rows: ir.Table, columns: list[str]) -> ir.IntegerValue:
    """One number for some columns of each row, the same for the same values."""
    return ibis.struct({name: rows[name] for name in columns}).hash()


def duplicate_marks(delivered: DeliveredTable, suspects: ir.Table) -> ir.Table:
    """The rows that are not as they were: `file`, `row`, `again`, and the rule that they break."""
    key = [*key_of(delivered.table), "known_on"]
    rows = suspects.mutate(place=suspects.file * (1 << 40) + suspects.row)
    groups = rows.group_by("said", *key).aggregate(
        differ=rows.content.min() != rows.content.max(), first=rows.place.min(), last=rows.place.max()
    )
    both = rows.inner_join(groups.filter(groups["first"] != groups["last"]), ["said", *key])
    if delivered.mapping.repeats == "last":
        counts = ibis.ifelse(both.differ, both["last"], both["first"])
        return both.filter(both.place != counts).select("file", "row", again=ibis.literal(True))
    said = {"rule": "ROW07", "broken": ", ".join(key_of(delivered.table)), "expected": EXPECTED}
    told = {name: ibis.ifelse(both.differ, text, None) for name, text in said.items()}
    return both.filter(both.differ | (both.place != both["first"])).select("file", "row", again=~both.differ, **told)
