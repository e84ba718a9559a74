"""Notes about people: several of the staff with one e-mail address."""

from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.findings import ROWS_NAMED, Finding
from features.ingest.parsing.table_parser import ParsedFile
from features.ingest.staging_tables import current_records, parsed_table, valid_rows, warehouse_attached
from features.warehouse.writer import Writer

ONE_SIGNS_IN = (
    "people with the e-mail address of another person. Of those with one address only who came last can sign in (whose "
    "first known_on is the latest, then the last staff_id); give each their own, or leave out who is gone"
)


def shared_addresses(writer: Writer, files: Sequence[ParsedFile]) -> Iterator[Finding]:
    """A note on the rows of staff whose e-mail address another person has too, in any case of its letters."""
    names = {file.number: file.file for file in files}
    rows = writer.records(query_script(rows_with_shared_address, held=warehouse_attached(writer)))
    if rows:
        (file, first), further = rows[0], tuple(row for _, row in rows[1:ROWS_NAMED])
        yield Finding("NOTE06", names[file], first, "email", ONE_SIGNS_IN, len(rows), further)


def rows_with_shared_address(*, held: bool) -> ir.Table:
    """The places of the rows, in order. What a person's record said before does not count."""
    newest = ibis.row_number().over(group_by="staff_id", order_by=ibis.desc("known_on"))
    rows = valid_rows("staff").mutate(age=newest).filter(ibis._.age == 0)
    people = rows.select("staff_id", "email", "file", "row")
    if held:
        others = current_records("staff").anti_join(parsed_table("staff"), "staff_id")
        nowhere = {"file": ibis.null("int64"), "row": ibis.null("int64")}
        people = people.union(others.select("staff_id", "email", **nowhere))
    each = people.mutate(sharing=people.staff_id.count().over(group_by=people.email.lower()))
    return each.filter((each.sharing > 1) & each.row.notnull()).select("file", "row").order_by("file", "row")
