"""Student ids under which the records of two people were mixed before loads looked for it."""

from collections.abc import Iterator, Sequence
from datetime import date

import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.engine.stored_tables import stored_table
from features.ingest.findings import counted
from features.ingest.rules.reused_ids import LEAST_FALL, LEAST_GAP
from features.quality.check_codes import Finding
from features.quality.current_records import check_day, known_rows, rows_of
from features.settings import District
from features.warehouse.reader import Reader

TO_DO = (
    "--for-sis names them: withdraw the rows of each that are the second student's, and load them under an id of "
    "their own"
)


def mixed_id_findings(reader: Reader, district: District, today: date) -> Iterator[Finding]:
    """CHECK23, where ids on record seem to be those of two people."""
    ids = mixed_ids(reader, district, today)
    if ids:
        yield Finding("CHECK23", f"{counted(len(ids), 'student id')} with the records of two people: {TO_DO}")


def mixed_ids(reader: Reader, district: District, today: date) -> Sequence[str]:
    """The student ids that seem to be of two people, in order; those said to be corrections are none of them."""
    of_names = district.policies.roster.reused_ids == "quarantine"
    return [str(student) for (student,) in rows_of(reader, query_script(mixed_rows, of_names=of_names), today)]


def mixed_rows(*, of_names: bool) -> ir.Table:
    """The ids of students with years between two enrollments and a much lower grade after them.

    With `of_names` also those of which versions have another birth date, first and last name.
    """
    keys = much_lower_grades()
    if of_names:
        keys = keys.union(other_people())
    students = stored_table("students").select("student_id", "student_key").distinct()
    return students.semi_join(keys, "student_key").select("student_id").distinct().order_by("student_id")


def much_lower_grades() -> ir.Table:
    """The `student_key` of students who were years away and came back to a much lower grade."""
    spells = known_rows("enrollments")
    years = spells.group_by("student_key", "school_year").aggregate(grade=spells.grade_level.max())
    order = {"group_by": "student_key", "order_by": "school_year"}
    pairs = years.mutate(before=years.school_year.lag().over(**order), grade_before=years.grade.lag().over(**order))
    apart = (pairs.school_year - pairs.before >= LEAST_GAP) & (pairs.grade_before - pairs.grade >= LEAST_FALL)
    return pairs.filter(apart).select("student_key").distinct()


def other_people() -> ir.Table:
    """The `student_key` of students of whom two versions say another birth date, first and last name."""
    rows = stored_table("students")
    rows = rows.filter((rows.known_on <= check_day()) & ~rows.withdrawn & rows.birth_date.notnull())
    born = rows.group_by("student_key").aggregate(days=rows.birth_date.nunique())
    some = rows.semi_join(born.filter(born.days > 1), "student_key")
    other = some.view()
    both = some.inner_join(
        other,
        [
            some.student_key == other.student_key,
            some.birth_date < other.birth_date,
            some.first_name.lower() != other.first_name.lower(),
            some.last_name.lower() != other.last_name.lower(),
        ],
    )
    return both.select(some.student_key).distinct()
