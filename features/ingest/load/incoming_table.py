"""One table of a load beside the warehouse: its mapping, its staged rows, and what its extract covers."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.engine.script_cache import query_script
from features.engine.stored_tables import stored_table
from features.file_mapping.declaration import TERM_END, FileMapping
from features.file_mapping.validation import EVENT_DATES
from features.ingest.staging_tables import parsed_schema
from features.ingest.term_ends import district_term_ends, school_term_ends, with_term_end
from features.table_schema import Table
from features.tables import TABLES
from features.warehouse.reader import current_rows
from features.warehouse.writer import Writer

KEYS = "student_keys"
"""The table from `student_id` to `student_key` while a load runs."""

FIRST_MONTH = 7
"""A school year runs from July 1 to June 30."""

NEVER_WITHDRAWN_BY_ABSENCE = ("students", "schools")
"""Tables whose records a full extract withdraws by absence only where the mapping says so."""


@dataclass(frozen=True)
class LoadStamp:
    """What every row of a load carries: district, load, and the district's local day."""

    district_id: str
    load_id: int
    day: date

    @property
    def values(self) -> dict[str, date | int | str]:
        """The values of the parameters of a load's queries."""
        return {"district_id": self.district_id, "load_id": self.load_id, "load_day": self.day}


@dataclass(frozen=True)
class IncomingTable:
    """One table of a load and its mapping: what its queries depend on."""

    table: Table
    mapping: FileMapping

    def values(self, stamp: LoadStamp) -> dict[str, date | int | str]:
        """The values of the parameters of the table's queries."""
        days = self.covers if isinstance(self.covers, int) else 0
        return {**stamp.values, "covered_from": stamp.day - timedelta(days=days)}

    @property
    def has_known_on_column(self) -> bool:
        """Whether a column of the files says when each row became known."""
        return self.mapping.known_on is None or self.mapping.known_on.column is not None

    @property
    def event(self) -> str | None:
        """The date from which a rule counts `known_on`: a column of the table, or `term_end`; None without a rule."""
        return self.mapping.known_on.after if self.mapping.known_on else None

    def with_event(self, rows: ir.Table) -> ir.Table:
        """The rows with `term_end`, where `known_on` is counted from it."""
        if self.event != TERM_END:
            return rows
        own = school_term_ends(current_rows("school_terms"))
        return with_term_end(rows, district_term_ends(current_rows("terms")).union(own))

    @property
    def covers(self) -> str | int:
        """What a full extract covers: records within it that the extract lacks are withdrawn."""
        if self.mapping.kind == "delta" or (
            self.mapping.covers is None and self.table.name in NEVER_WITHDRAWN_BY_ABSENCE
        ):
            return "nothing"
        return "all" if self.mapping.covers is None else self.mapping.covers

    @property
    def own(self) -> list[str]:
        """The names of the table's own columns."""
        return [column.name for column in self.table.columns]

    def records(self) -> ir.Table:
        """The load's valid rows with `student_key`, `file`, `deleted` and `known_on`, duplicates left out."""
        rows = staged_rows(self.table).filter(lambda row: row.rule.isnull() & ~row.again)
        return with_keys(rows).select("file", "deleted", *self.own, "known_on")


def staged_rows(table: Table) -> ir.Table:
    """A table's parsed rows, valid and invalid, in the staging file attached to the warehouse."""
    name = f"understood_{table.name}"
    return ibis.table(parsed_schema(table), name=name, catalog="staged", database="main")


def with_keys(rows: ir.Table) -> ir.Table:
    """The rows with `student_key` beside `student_id`, where the table has students."""
    if "student_id" not in rows.columns:
        return rows
    return rows.inner_join(ibis.table({"student_id": "string", "student_key": "string"}, name=KEYS), "student_id")


def assign_student_keys(writer: Writer, *, delivered: bool) -> None:
    """Creates the table of student keys: the known ones and, where students were delivered, new random ones."""
    writer.create(KEYS, query_script(known_keys))
    if not delivered:
        return
    ids = [student_id for (student_id,) in writer.records(query_script(new_students))]
    keys = [secrets.token_hex(8) for _ in ids]
    names = [pa.array(values, pa.string()) for values in (ids, keys)]
    writer.add(KEYS, pa.table(names, names=["student_id", "student_key"]))


def known_keys() -> ir.Table:
    """The keys of the students on record."""
    return stored_table("students").select("student_id", "student_key").distinct()


def new_students() -> ir.Table:
    """The ids of valid students who are not on record, in their order."""
    fresh = staged_rows(TABLES["students"]).filter(ibis._.rule.isnull()).select("student_id").distinct()
    return fresh.anti_join(known_keys(), "student_id").order_by("student_id")


def school_year(rows: ir.Table) -> ir.IntegerValue:
    """The school year of each row: its own column, or that of its event date."""
    if "school_year" in rows.columns:
        return rows.school_year
    day = rows[next(name for name in EVENT_DATES if name in rows.columns)]
    return day.year() + (day.month() >= FIRST_MONTH).cast("int64")
