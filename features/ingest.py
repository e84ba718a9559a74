"""Ingest: a folder of files becomes one load, or nothing happened."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd

from features.checks import columns_in_file, orphans, row_findings, staged, staged_name
from features.csv_source import DataRefused, Finding, SourceFile, digest_of, find_files, read_header
from features.engine import IBIS_TYPES, stored
from features.settings import Refused
from features.tables import TABLES, Table
from features.warehouse import Writer, changing, reading

Progress = Callable[[str], None]


@dataclass(frozen=True)
class LoadSummary:
    """What a load did: rows read and rows new, per table. `load_id` is None where nothing changed."""

    district_id: str
    load_id: int | None
    rows_read: dict[str, int]
    rows_new: dict[str, int]

    @property
    def unchanged(self) -> bool:
        """Whether the warehouse already held every row."""
        return self.load_id is None


def ingest(folder: Path, warehouse: Path, *, district_id: str, now: datetime, progress: Progress) -> LoadSummary:
    """The summary of loading a folder of CSV files; DataRefused with every finding where one row is wrong.

    `now` is aware, in the district's time zone. The same files twice change nothing.
    """
    files = find_files(folder)
    digest = digest_of(files)
    if digest == latest_digest(warehouse):
        return LoadSummary(district_id, None, {}, {})
    with changing(warehouse) as writer:
        refuse_other_district(writer, district_id)
        check(writer, files, progress)
        load_id = 1 + max(writer.current("loads")["load_id"], default=0)
        read, new = take(writer, files, Envelope(district_id, load_id), progress)
        record_load(writer, Load(district_id, load_id, folder.name, now, digest, sum(new.values())))
        for name in (*(staged_name(file.table) for file in files), KEYS):
            writer.drop(name)
    return LoadSummary(district_id, load_id, read, new)


@dataclass(frozen=True)
class Envelope:
    """What every row of a load carries."""

    district_id: str
    load_id: int


@dataclass(frozen=True)
class Load:
    """One row of `loads`."""

    district_id: str
    load_id: int
    source: str
    loaded_at: datetime
    digest: str
    rows: int


def refuse_other_district(writer: Writer, district_id: str) -> None:
    """Raise Refused where the warehouse holds another district's records."""
    others = sorted(set(writer.current("loads")["district_id"]) - {district_id})
    if others:
        raise Refused(f"this warehouse holds district '{others[0]}', not '{district_id}': each has a file of its own")


def latest_digest(warehouse: Path) -> str:
    """The digest of the latest load, empty before the first."""
    if not warehouse.exists():
        return ""
    with reading(warehouse) as reader:
        return reader.data_version()


def check(writer: Writer, files: Sequence[SourceFile], progress: Progress) -> None:
    """Stages every file and checks it; DataRefused with all findings."""
    findings: list[Finding] = []
    for file in files:
        progress(f"reading {file.path.name}")
        stage(writer, file)
        findings += row_findings(writer, file)
    if not findings:
        findings += cross_table_findings(writer, files)
    if findings:
        raise DataRefused(findings)


def stage(writer: Writer, file: SourceFile) -> None:
    """The file as text columns with their row in the file (the header is row 1); empty cells are missing."""
    names = [column.name for column in columns_in_file(file.table)]
    header = read_header(file.path)
    try:
        lines = writer.connection.read_csv(
            str(file.path), header=True, columns=dict.fromkeys(header, "VARCHAR"), auto_detect=False, sep=",",
            quotechar='"', escapechar='"', parallel=False, na_values="",
        )  # fmt: skip
        lines.create_view("lines")
        raw = ibis.table(dict.fromkeys(header, "string"), name="lines")
        writer.create(staged_name(file.table), raw.mutate(row=ibis.row_number() + 2).select("row", *names))
    except duckdb.Error as error:
        raise DataRefused([unreadable(file, str(error))]) from None
    writer.connection.execute("DROP VIEW lines")


def unreadable(file: SourceFile, message: str) -> Finding:
    """A finding for a file that is not well-formed CSV, at the line where that shows. Holds no value of it."""
    line = re.search(r"[Ll]ine:? ?(\d+)", message)
    columns = len(columns_in_file(file.table))
    expected = f"expected {columns} comma-separated values in UTF-8, quoted with double quotes where needed"
    return Finding(file.path.name, int(line.group(1)) if line else None, "", expected)


def cross_table_findings(writer: Writer, files: Sequence[SourceFile]) -> list[Finding]:
    """Rows whose student or school is unknown."""
    findings: list[Finding] = []
    for file in files:
        names = {column.name for column in columns_in_file(file.table)}
        if file.table.has_students:
            findings += orphans(writer, file, "student_id", "students")
        if "school_id" in names and file.table.name != "schools":
            findings += orphans(writer, file, "school_id", "schools")
    return findings


def take(
    writer: Writer, files: Sequence[SourceFile], envelope: Envelope, progress: Progress
) -> tuple[dict[str, int], dict[str, int]]:
    """Adds the staged rows that are new; rows read and rows new per table."""
    read, new = {}, {}
    write_student_keys(writer)
    for file in files:
        progress(f"loading {file.table.name}")
        read[file.table.name] = writer.count(staged(file.table))
        new[file.table.name] = add_versions(writer, file.table, envelope)
    return read, new


KEYS = "student_keys"
"""The table from `student_id` to `student_key` while a load runs."""


def write_student_keys(writer: Writer) -> None:
    """Writes every student's key: the known ones, and new random ones for new students."""
    known = stored("students").select("student_id", "student_key").distinct()
    fresh = staged(TABLES["students"]).select("student_id").distinct().anti_join(known, "student_id")
    ids = list(writer.table(fresh.order_by("student_id"))["student_id"])
    writer.create(KEYS, known)
    keys = pd.DataFrame({"student_id": ids, "student_key": [secrets.token_hex(8) for _ in ids]}, dtype="str")
    writer.add(KEYS, keys)


def typed(table: Table) -> ir.Table:
    """Staged text as the canonical table's own columns and `known_on`."""
    rows = staged(table)
    if "student_id" in rows.columns:
        rows = rows.inner_join(ibis.table({"student_id": "string", "student_key": "string"}, name=KEYS), "student_id")
    own = {c.name: rows[c.name].cast(IBIS_TYPES[c.kind]) for c in table.columns}
    return rows.select(**own, known_on=rows.known_on.cast("date"))


def add_versions(writer: Writer, table: Table, envelope: Envelope) -> int:
    """Adds rows the warehouse does not hold yet and closes those they replace; how many were new.

    A version is closed by the load of the next one, by load and then by the date it became known.
    """
    held, incoming = stored(table.name), typed(table)
    newest = ibis.row_number().over(group_by=[*table.key, "known_on"], order_by=ibis.desc("load_id"))
    said_last = held.mutate(age=newest).filter(ibis._.age == 0)
    fresh = incoming.difference(said_last.select(*incoming.columns))
    added = writer.count(fresh)
    if added:
        carried = fresh.mutate(
            district_id=ibis.literal(envelope.district_id),
            load_id=ibis.literal(envelope.load_id, "int64"),
            superseded_by_load=ibis.null("int64"),
        )
        whole = held.union(carried.select(*held.columns))
        following = whole.load_id.lead().over(group_by=list(table.key), order_by=["load_id", "known_on"])
        first = ["student_key"] if "student_key" in held.columns else []
        order = dict.fromkeys([*first, *table.key, "load_id", "known_on"])
        writer.replace(table.name, whole.mutate(superseded_by_load=following).order_by(*order))
    return added


def record_load(writer: Writer, load: Load) -> None:
    """One more row of `loads`."""
    row = {
        "source": load.source,
        "loaded_at": load.loaded_at.astimezone(UTC).isoformat(timespec="seconds"),
        "digest": load.digest,
        "rows": load.rows,
        "district_id": load.district_id,
        "known_on": load.loaded_at.date(),
        "load_id": load.load_id,
    }
    writer.add("loads", pd.DataFrame([row]))
