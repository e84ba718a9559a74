"""Quarantine: invalid rows wait in the warehouse, with place and reason, until a later load releases them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.engine.stored_tables import stored_table
from features.ingest.delivery import DeliveredTable
from features.ingest.findings import DataRefused, Finding
from features.ingest.load.incoming_table import LoadStamp, staged_rows
from features.ingest.staging_tables import parsed_table
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer

ROWS_NAMED = 5
"""Rows that a finding names; the others are counted."""

PLACE = ("table_name", "file", "row")
REASON = ("rule", "broken")

COUNTED = {
    "number": "int64", "file": "string", "table_name": "string", "digest": "string", "rows": "int64",
    "left_out": "int64", "scope": "string",
}  # fmt: skip
"""The columns kept of each file in the staging file."""


def file_counts(catalog: str | None = None) -> ir.Table:
    """The files of a load with their row counts."""
    return ibis.table(COUNTED, name="counted", catalog=catalog, database="main" if catalog else None)


@dataclass(frozen=True)
class StagedTable:
    """A table's parsed rows: in the open staging file, or in the one attached to the warehouse as `staged`."""

    delivered: DeliveredTable
    catalog: str | None = None

    def rows(self) -> ir.Table:
        """All its rows, valid and invalid."""
        return staged_rows(self.delivered.table) if self.catalog else parsed_table(self.delivered.table.name)

    def bad(self) -> ir.Table:
        """Its rows that break a rule."""
        return self.rows().filter(ibis._.rule.notnull())


def quarantine_findings(reader: Reader, staged: StagedTable) -> Iterator[Finding]:
    """The rows that break a rule, as one finding for each file, rule and column."""
    files = file_counts(staged.catalog).select("number", name="file")
    bad = staged.bad().drop("shown")
    groups = bad.join(files, bad.file == files.number).group_by("name", "rule", "broken", "expected")
    first = groups.aggregate(rows=ibis._.count(), first=ibis._.row.collect(order_by="row", distinct=False)[:ROWS_NAMED])
    ordered = first.select("rule", "name", "broken", "expected", "rows", "first").order_by("name", "rule", "broken")
    for rule, name, broken, expected, rows, places in reader.records(ordered):
        yield Finding(rule, name, places[0], broken, expected, rows, tuple(places[1:]))


def refuse_large_quarantine(reader: Reader, staged: Sequence[StagedTable], to_add: Sequence[str]) -> None:
    """Raise DataRefused, with lines for ontrack.toml, where more rows break a rule than `most_quarantined` allows."""
    findings: list[Finding] = []
    for one in staged:
        all_rows = one.rows()
        ((rows, bad),) = reader.records(all_rows.aggregate(rows=all_rows.count(), bad=all_rows.rule.count()))
        share = one.delivered.mapping.most_quarantined
        if bad > share * rows:
            found = list(quarantine_findings(reader, one))
            name = one.delivered.table.name
            beyond = f"{bad:,} of {rows:,} rows cannot be taken, more than most_quarantined = {share:g} allows"
            findings += [*found, Finding("FILE07", name, None, "", beyond)]
    if findings:
        raise DataRefused(findings, to_add)


def update_quarantine(writer: Writer, staged: Sequence[StagedTable], stamp: LoadStamp) -> int:
    """Adds the load's invalid rows, releases rows that its files no longer have, and returns how many are released.

    A row that is invalid for the same reason in the same place stays as it is.
    """
    if not staged and not writer.has_rows("quarantine"):
        return 0
    held = stored_table("quarantine")
    parts = [quarantined_rows(one, stamp) for one in staged] or [held.limit(0)]
    bad = ibis.union(*parts) if len(parts) > 1 else parts[0]
    again = reread_rows(held.filter(held.superseded_by_load.isnull()))
    released = writer.count(again.anti_join(bad, list(PLACE)))
    writer.insert("quarantine", bad.anti_join(again, [*PLACE, *REASON]))
    writer.supersede("quarantine", again.anti_join(bad, [*PLACE, *REASON]).select(*PLACE, *REASON), stamp.load_id)
    return released


def quarantined_rows(staged: StagedTable, stamp: LoadStamp) -> ir.Table:
    """A table's invalid rows as rows of the quarantine."""
    files = file_counts(staged.catalog)
    bad = staged.bad().select("file", "row", "rule", "broken", "expected", "shown").rename(number="file")
    named = bad.join(files.select("number", "file", "table_name", file_digest="digest"), "number").drop("number")
    return named.mutate(
        district_id=ibis.literal(stamp.district_id), known_on=ibis.date(stamp.day.isoformat()), withdrawn=False,
        load_id=ibis.literal(stamp.load_id, "int64"), superseded_by_load=ibis.null("int64"),
    ).select(*stored_table("quarantine").columns)  # fmt: skip


def reread_rows(waiting: ir.Table) -> ir.Table:
    """Rows in quarantine that this load read again: a whole table's, a file's, or those of a file with that digest."""
    files = file_counts("staged")
    whole = files.filter(files.scope == "table").select("table_name").distinct()
    named = files.filter(files.scope == "file").select("table_name", "file").distinct()
    same = files.filter(files.scope == "digest").select("table_name", "file", file_digest="digest").distinct()
    return ibis.union(*(waiting.semi_join(one, list(one.columns)) for one in (whole, named, same)))
