"""The fix list for the people who keep the student information system: each record that is wrong, and how."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import typer
from pydantic import TypeAdapter

from features.engine.script_cache import query_script
from features.ingest.findings import CODES, counted
from features.quality.check import RecordCheck
from features.quality.check_codes import Finding
from features.quality.mixed_ids import mixed_ids
from features.quality.private_file import give_rows
from features.quality.silent_sections import SilentSection, silent_sections
from features.warehouse.reader import Reader, current_rows
from features.warehouse.unlisted_students import UnlistedStudent, unlisted_students

SCHOOL_SILENT = ("CHECK08", "CHECK09")
"""Findings about a school whose attendance did not come."""


@dataclass(frozen=True)
class Fix:
    """One thing to mend: where it stands, what is wrong, what was expected; `in_no_list` where a student waits for it.

    `record` is the key of the record, where it can be read.
    """

    table: str
    record: str | None
    columns: str
    what_is_wrong: str
    expected: str
    in_no_list: str
    code: str
    file: str
    row: int | None


def write_lists(reader: Reader, found: RecordCheck, *, unlisted: Path | None, for_sis: Path | None) -> None:
    """Writes the lists that are asked for, and says on standard error how long each is: never who is on it."""
    today = found.today
    if unlisted:
        n = write_unlisted(reader, today, unlisted)
        students = counted(n, "student")
        typer.echo(f"{students} enrolled today in no list because of rows in quarantine: {unlisted}", err=True)
    if for_sis:
        things = counted(write_fix_list(reader, found, for_sis), "thing")
        typer.echo(f"{things} to be mended: {for_sis}", err=True)


def fixes_of(reader: Reader, today: date, found: Sequence[Finding]) -> list[Fix]:
    """Everything to be mended: rows in quarantine, and attendance that did not come, by the findings of a check."""
    return [*waiting_fixes(reader, today), *school_fixes(reader, today, found)]


def write_fix_list(reader: Reader, found: RecordCheck, place: Path) -> int:
    """Writes the fix list and returns how many things are on it."""
    fixes = [*fixes_of(reader, found.today, found.findings), *id_fixes(mixed_ids(reader, found.district, found.today))]
    give_rows(place, [field.name for field in fields(Fix)], [asdict(fix) for fix in fixes])
    return len(fixes)


def write_unlisted(reader: Reader, today: date, place: Path) -> int:
    """Writes the students enrolled today who are in no list because of rows in quarantine; returns how many."""
    found = unlisted_students(reader, today)
    give_rows(place, [field.name for field in fields(UnlistedStudent)], [asdict(student) for student in found])
    return len(found)


def waiting_fixes(reader: Reader, today: date) -> Iterator[Fix]:
    """A fix for each row in quarantine, those for which an enrolled student waits first."""
    unlisted = {student.student_id for student in unlisted_students(reader, today)}
    found = reader.named_records(query_script(waiting_rows))
    rows = TypeAdapter(list[dict[str, str | int | None]]).validate_python(found)
    for row in sorted(rows, key=lambda row: row["student_id"] not in unlisted):
        code = str(row["rule"])
        yield Fix(
            table=str(row["table_name"]),
            record=None if row["record"] is None else str(row["record"]),
            columns=str(row["broken"] or ""),
            what_is_wrong=CODES.get(code, code),
            expected=str(row["expected"] or ""),
            in_no_list="yes" if row["student_id"] in unlisted else "",
            code=code,
            file=str(row["file"] or ""),
            row=None if row["row"] is None else int(row["row"]),
        )


def waiting_rows() -> ir.Table:
    """The rows in quarantine, in the order of their files."""
    rows = current_rows("quarantine")
    wanted = ("table_name", "record", "broken", "rule", "expected", "student_id", "file", "row")
    return rows.select(*wanted).order_by("table_name", "file", "row", ibis._.rule)


def id_fixes(ids: Sequence[str]) -> Iterator[Fix]:
    """A fix for each student id that two people have."""
    for student_id in ids:
        wrong, expected = "The records of two people have this id.", "an id of their own for the second student"
        yield Fix("students", f"student_id={student_id}", "student_id", wrong, expected, "", "CHECK23", "", None)


def school_fixes(reader: Reader, today: date, found: Sequence[Finding]) -> Iterator[Fix]:
    """A fix for each school that sends no attendance, and for each of which some sections send none any more."""
    for finding in found:
        if finding.code in SCHOOL_SILENT:
            yield attendance_fix(finding.school_id, finding.says, "attendance of these days", finding.code)
    by_school: dict[str, list[SilentSection]] = {}
    for section in silent_sections(reader, today):
        by_school.setdefault(section.school_id, []).append(section)
    for school_id, silent in by_school.items():
        each = "; ".join(f"section {one.section_id} since {one.latest}, {one.days} school days" for one in silent)
        expected = "their attendance, or that they have ended; so many days usually bring some entries of each"
        yield attendance_fix(school_id, f"No attendance has come of {each}.", expected, "SECTIONS")


def attendance_fix(school_id: str, what_is_wrong: str, expected: str, code: str) -> Fix:
    """A fix about a school's attendance."""
    return Fix("attendance", f"school_id={school_id}", "date", what_is_wrong, expected, "", code, "", None)
