"""Records that a load says more than once: the same again is no harm, another thing is."""

import ibis
import ibis.expr.types as ir

from features.ingest.sent import Sent
from features.ingest.understood import change, columns_of, key_of, understood
from features.warehouse import Writer

REPEATED = "repeated"
"""The table of rows whose record is said more than once, while they are compared."""


def mark_repeats(writer: Writer, sent: Sent) -> None:
    """Rows that say again what an earlier one says are `again`; those that say another thing break ROW07.

    Where the last is to count, all before it are `again`. Only rows whose key comes twice are compared: keys are
    counted by their hash, and the few that come twice are looked at as they are.
    """
    rows = understood(sent.table.name).filter(ibis._.rule.isnull())
    key = [*key_of(sent.table), "known_on"]
    hashed = rows.select("file", "row", said=ibis.struct({name: rows[name] for name in key}).hash())
    twice = hashed.group_by("said").aggregate(n=ibis._.count()).filter(ibis._.n > 1).select("said")
    writer.create(REPEATED, hashed.semi_join(twice, "said").select("file", "row"))
    if writer.count(ibis.table({"file": "int64", "row": "int64"}, name=REPEATED)):
        change(writer, sent.table, verdicts(sent, rows))
    writer.drop(REPEATED)


def verdicts(sent: Sent, rows: ir.Table) -> ir.Table:
    """The rows to be marked: `file`, `row`, `again` and what `rule` they break."""
    key = [*key_of(sent.table), "known_on"]
    suspects = rows.semi_join(ibis.table({"file": "int64", "row": "int64"}, name=REPEATED), ["file", "row"])
    content = {name: suspects[name] for name in (*columns_of(sent.table), "deleted") if name not in key}
    place = ibis.struct({"file": suspects.file, "row": suspects.row})
    suspects = suspects.mutate(content=ibis.struct(content), place=place)
    groups = suspects.group_by(key).aggregate(
        n=suspects.count(), contents=suspects.content.nunique(), first=suspects.place.min(), last=suspects.place.max()
    )
    both = suspects.inner_join(groups.filter(groups.n > 1), key)
    return marks(sent, both)


def marks(sent: Sent, both: ir.Table) -> ir.Table:
    """What becomes of rows beside what was found of all rows of their record."""
    differ = both.contents > 1
    if sent.files.repeats == "last":
        earlier = ibis.ifelse(differ, both.place != both["last"], both.place != both["first"])
        return both.select("file", "row", again=earlier)
    return both.select(
        "file",
        "row",
        again=~differ & (both.place != both["first"]),
        rule=ibis.ifelse(differ, "ROW07", None),
        broken=ibis.ifelse(differ, ", ".join(key_of(sent.table)), None),
        expected=ibis.ifelse(differ, EXPECTED, None),
    )


EXPECTED = 'expected each record once, but rows say it differently; repeats = "last" lets the last one count'
