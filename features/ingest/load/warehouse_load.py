"""From a staging file into the warehouse: every good row compared with what is held, every bad one kept."""

from dataclasses import dataclass

from features.ingest.files.delivery import Delivery
from features.ingest.findings import Finding
from features.ingest.load.load_report import FileReport, LoadReport
from features.ingest.load.load_rows import KEYS, Incoming, Stamp, understood, write_student_keys
from features.ingest.load.quarantine import Staged, bad_findings, counted, quarantine
from features.ingest.load.staging import told_in
from features.ingest.load.versions import Fates, add_versions, may_withdraw
from features.progress import Progress
from features.table_schema import Table
from features.warehouse.writer import Writer

HELD_BACK = "no record was withdrawn for being absent, as some rows do not say which record they are"


def take_all(writer: Writer, delivery: Delivery, stamp: Stamp, progress: Progress) -> LoadReport:
    """Every table's versions added, and its bad rows kept in quarantine."""
    write_student_keys(writer, sent=any(sent.table.name == "students" for sent in delivery.tables))
    files = files_read(writer, delivery)
    fates: dict[str, Fates] = {}
    held_back: list[Finding] = []
    for sent in delivery.tables:
        progress(f"comparing {sent.table.name} with what is held")
        incoming = Incoming(sent.table, sent.files, stamp)
        if writer.has_rows(sent.table.name) and not may_withdraw(writer, incoming):
            held_back.append(Finding("NOTE05", sent.table.name, None, "", HELD_BACK))
        nothing = not sum(file.good + file.bad for file in files[sent.table.name])
        new_table = nothing and not writer.has_rows(sent.table.name)
        fates[sent.table.name] = {} if new_table else add_versions(writer, incoming)
    writer.drop(KEYS)
    bad = [Staged(sent, "staged") for sent in delivery.tables if any(file.bad for file in files[sent.table.name])]
    told = told_in(writer)
    return LoadReport(
        district_id=stamp.district_id,
        load_id=stamp.load_id,
        files=tuple(report_of(file, fates[name]) for name, read in files.items() for file in read),
        gone={name: found[-1, "gone"] for name, found in fates.items() if (-1, "gone") in found},
        quarantine=tuple(finding for one in bad for finding in bad_findings(writer, one)),
        released=quarantine(writer, bad, stamp),
        notes=(*told.notes, *held_back),
        to_add=told.to_add,
    )


@dataclass(frozen=True)
class FileRead:
    """A file of a table as it was staged: its number, and its rows."""

    number: int
    name: str
    table: str
    read: int
    left_out: int
    good: int
    bad: int


def files_read(writer: Writer, delivery: Delivery) -> dict[str, list[FileRead]]:
    """Every table's files with their rows."""
    files = counted("staged")
    read = writer.records(files.select("number", "file", "table_name", "rows", "left_out").order_by("number"))
    found: dict[str, list[FileRead]] = {sent.table.name: [] for sent in delivery.tables}
    for sent in delivery.tables:
        mine = [row for row in read if row[2] == sent.table.name]
        counts = good_and_bad(writer, sent.table) if any(rows > left_out for *_, rows, left_out in mine) else {}
        for number, file, table, rows, left_out in mine:
            good, bad = counts.get(number, (0, 0))
            found[table].append(FileRead(number, file, table, rows, left_out, good, bad))
    return found


def good_and_bad(writer: Writer, table: Table) -> dict[int, tuple[int, int]]:
    """The good and the bad rows of each file of a table."""
    rows = understood(table)
    counts = rows.group_by("file").aggregate(good=rows.rule.isnull().sum(), bad=rows.rule.count())
    return {file: (good, bad) for file, good, bad in writer.records(counts)}


def report_of(file: FileRead, fates: Fates) -> FileReport:
    """What became of the rows of a file."""
    known = {was: fates.get((file.number, was), 0) for was in ("new", "corrected", "withdrawn")}
    return FileReport(
        file.name, file.table, file.read, **known, unchanged=file.good - sum(known.values()),
        quarantined=file.bad, left_out=file.left_out,
    )  # fmt: skip
