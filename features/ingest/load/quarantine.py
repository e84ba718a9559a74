"""Quarantine: invalid rows wait in the warehouse, with place and reason, until a later load releases them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.engine.stored_tables import stored_table
from features.ingest.delivery import DeliveredTable
from features.ingest.findings import ROWS_NAMED, DataRefused, Finding
from features.ingest.load.incoming_table import FIRST_MONTH, LoadStamp, staged_rows
from features.ingest.load_parameters import DISTRICT_ID, LOAD_DAY, LOAD_ID
from features.ingest.rules.no_shows import LEFT_OUT
from features.ingest.staging_tables import parsed_table
from features.table_schema import SCHOOL_YEAR, key_of
from features.tables import TABLES
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer

PLACE = ("table_name", "file", "row")
REASON = ("rule", "broken")
WAITING = ("student_id", "record", "first_day", "last_day")
"""What a row in quarantine says of the record that waits."""

YEARS = (SCHOOL_YEAR.least, SCHOOL_YEAR.most)
"""The first and the last school year that there can be."""

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

    @property
    def name(self) -> str:
        """The table's name."""
        return self.delivered.table.name


def all_rows(name: str, catalog: str | None) -> ir.Table:
    """A table's parsed rows, valid and invalid."""
    return staged_rows(TABLES[name]) if catalog else parsed_table(name)


def invalid_rows(name: str, catalog: str | None) -> ir.Table:
    """A table's parsed rows that break a rule."""
    return all_rows(name, catalog).filter(ibis._.rule.notnull() & (ibis._.rule != LEFT_OUT))


def quarantine_findings(reader: Reader, staged: StagedTable) -> Iterator[Finding]:
    """The rows that break a rule, as one finding for each file, rule and column."""
    found = reader.records(query_script(invalid_groups, staged.name, staged.catalog))
    for rule, name, broken, expected, rows, places in found:
        yield Finding(rule, name, places[0], broken, expected, rows, tuple(places[1:]))


def invalid_groups(name: str, catalog: str | None) -> ir.Table:
    """The invalid rows of a table by file, rule and column: how many, and the first places."""
    files = file_counts(catalog).select("number", name="file")
    bad = invalid_rows(name, catalog).select("row", "rule", "broken", "expected", number="file")
    groups = bad.join(files, "number").group_by("name", "rule", "broken", "expected")
    first = groups.aggregate(rows=ibis._.count(), first=ibis._.row.collect(order_by="row", distinct=False)[:ROWS_NAMED])
    return first.select("rule", "name", "broken", "expected", "rows", "first").order_by("name", "rule", "broken")


def refuse_large_quarantine(reader: Reader, staged: Sequence[StagedTable], to_add: Sequence[str]) -> None:
    """Raise DataRefused, with lines for ontrack.toml, where more rows break a rule than `most_quarantined` allows."""
    findings: list[Finding] = []
    for one in staged:
        ((rows, bad),) = reader.records(query_script(count_invalid, one.name, one.catalog))
        share = one.delivered.mapping.most_quarantined
        if bad > share * rows:
            found = list(quarantine_findings(reader, one))
            name = one.delivered.table.name
            beyond = (
                f"{bad:,} of {rows:,} rows cannot be taken ({bad / rows:.1%}), more than most_quarantined = {share:g} "
                "allows: mend the rows or the mapping; "
                f"most_quarantined = … below [districts.files.{name}] allows another share"
            )
            findings += [*found, Finding("FILE07", name, None, "", beyond)]
    if findings:
        raise DataRefused(findings, to_add)


def count_invalid(name: str, catalog: str | None) -> ir.Table:
    """How many rows a table has, and how many of them break a rule."""
    rows = all_rows(name, catalog)
    return rows.aggregate(rows=rows.count(), bad=rows.rule.nullif(LEFT_OUT).count())


def update_quarantine(writer: Writer, staged: Sequence[StagedTable], stamp: LoadStamp) -> int:
    """Adds the load's invalid rows, releases rows that its files no longer have, and returns how many are released.

    A row of the same record that is invalid for the same reason in the same place stays as it is.
    """
    if not staged and not writer.has_rows("quarantine"):
        return 0
    tables = [(one.name, one.catalog) for one in staged]
    released = writer.count(query_script(released_rows, tables), stamp.values)
    writer.supersede("quarantine", [*PLACE, *REASON], query_script(left_quarantine, tables), stamp.values)
    writer.insert("quarantine", query_script(added_to_quarantine, tables), stamp.values)
    return released


Tables = Sequence[tuple[str, str | None]]
"""Tables of a load by name, each with the catalog of its staging file."""


def released_rows(tables: Tables) -> ir.Table:
    """Rows of the quarantine that the load read again and took."""
    return reread_rows().anti_join(quarantined_rows(tables), list(PLACE))


def added_to_quarantine(tables: Tables) -> ir.Table:
    """The load's invalid rows that are not in quarantine for the same reason."""
    rows, held = quarantined_rows(tables), reread_rows()
    return rows.anti_join(held, same_row(rows, held))


def left_quarantine(tables: Tables) -> ir.Table:
    """Place and reason of rows in quarantine that the load read again and does not refuse for the same reason."""
    held, rows = reread_rows(), quarantined_rows(tables)
    return held.anti_join(rows, same_row(held, rows)).select(*PLACE, *REASON)


def same_row(one: ir.Table, other: ir.Table) -> list[ir.BooleanValue]:
    """Whether two rows of the quarantine are of one record, in one place, for one reason."""
    places = [one[name] == other[name] for name in (*PLACE, *REASON)]
    return places + [one[name].identical_to(other[name]) for name in WAITING]


def quarantined_rows(tables: Tables) -> ir.Table:
    """The invalid rows of tables as rows of the quarantine."""
    parts = [quarantined_rows_of(*one) for one in tables] or [stored_table("quarantine").limit(0)]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def quarantined_rows_of(name: str, catalog: str | None) -> ir.Table:
    """A table's invalid rows as rows of the quarantine."""
    files = file_counts(catalog)
    rows = invalid_rows(name, catalog)
    rows = rows.mutate(**waiting_record(rows, name))
    kept = rows.select("file", "row", "rule", "broken", "expected", "shown", *WAITING)
    bad = kept.rename(number="file")
    named = bad.join(files.select("number", "file", "table_name", file_digest="digest"), "number").drop("number")
    return named.mutate(
        district_id=DISTRICT_ID, known_on=LOAD_DAY, withdrawn=False, load_id=LOAD_ID,
        superseded_by_load=ibis.null("int64"),
    ).select(*stored_table("quarantine").columns)  # fmt: skip


def waiting_record(rows: ir.Table, name: str) -> dict[str, ir.Value]:
    """What invalid rows say of the record that waits, a `?` where its key cannot be read.

    Nothing of one whose cells are not as many as the header's, or whose id a spreadsheet changed.
    """
    cells = [rows[column].cast("string").fill_null("?") for column in key_of(TABLES[name])]
    parts = [ibis.literal(f"{column}=") + cell for column, cell in zip(key_of(TABLES[name]), cells, strict=True)]
    key = ibis.ifelse(rows.rule.isin(["ROW01", "ROW10"]), None, ibis.literal("; ").join(parts))
    student = rows.student_id if "student_id" in rows.columns else ibis.null("string")
    days = enrolled_days(rows) if name == "enrollments" else (ibis.null("date"), ibis.null("date"))
    return dict(zip(WAITING, (ibis.ifelse(rows.rule == "ROW10", None, student), key, *days), strict=True))


def enrolled_days(rows: ir.Table) -> tuple[ir.DateValue, ir.DateValue]:
    """The first and the last day of enrollments that wait, within their school year; missing where unknown."""
    year = ibis.ifelse(rows.school_year.between(*YEARS), rows.school_year, None).cast("int32")
    begins, ends = ibis.date(year - 1, FIRST_MONTH, 1), ibis.date(year, FIRST_MONTH - 1, 30)
    return ibis.greatest(rows.entry_date, begins), ibis.coalesce(rows.exit_date, ends)


def reread_rows() -> ir.Table:
    """Rows in quarantine that this load read again: a whole table's, a file's, or those of a file with that digest."""
    held = stored_table("quarantine")
    waiting = held.filter(held.superseded_by_load.isnull())
    files = file_counts("staged")
    whole = files.filter(files.scope == "table").select("table_name").distinct()
    named = files.filter(files.scope == "file").select("table_name", "file").distinct()
    same = files.filter(files.scope == "digest").select("table_name", "file", file_digest="digest").distinct()
    return ibis.union(*(waiting.semi_join(one, list(one.columns)) for one in (whole, named, same)))
