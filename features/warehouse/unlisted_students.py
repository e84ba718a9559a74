"""Students enrolled today who are in no list, because rows of their enrollment wait in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
from pydantic import TypeAdapter

from features.engine.parameters import day_parameter
from features.engine.script_cache import query_script
from features.warehouse.reader import Reader, current_rows
from features.warehouse.unlisted_reason import UnlistedReason

TODAY = "today"
"""The parameter that is the day on which students are enrolled."""


@dataclass(frozen=True)
class UnlistedStudent:
    """One of them, with the place of the row that waits."""

    student_id: str
    table: str
    rule: str
    columns: str
    expected: str
    file: str
    row: int
    record: str | None


def unlisted_reasons(reader: Reader, today: date) -> tuple[UnlistedReason, ...]:
    """How many students enrolled today are in no list, by reason, the most first; each counts once."""
    found = reader.named_records(query_script(count_by_reason), {TODAY: today})
    return tuple(TypeAdapter(list[UnlistedReason]).validate_python(found)) if found else ()


def unlisted_students(reader: Reader, today: date) -> Sequence[UnlistedStudent]:
    """Who they are, for the data team; never for a log."""
    found = reader.named_records(query_script(unlisted_rows), {TODAY: today})
    return TypeAdapter(list[UnlistedStudent]).validate_python(found)


def count_by_reason() -> ir.Table:
    """The unlisted students by reason."""
    reason = ["table", "rule", "columns", "expected"]
    rows = unlisted_rows()
    counts = rows.group_by(reason).aggregate(students=rows.count())
    return counts.order_by(ibis.desc("students"), *reason)


def unlisted_rows() -> ir.Table:
    """Each unlisted student with one row that waits: that of the student, where there is one, else of the enrollment.

    A school that takes the student elsewhere today puts them in a list; then nothing is missing.
    """
    waiting = current_rows("quarantine").filter(ibis._.student_id.notnull())
    today = day_parameter(TODAY)
    spells = waiting.filter(waiting.table_name == "enrollments")
    spells = spells.filter(spells.first_day.fill_null(today) <= today, spells.last_day.fill_null(today) >= today)
    lacking = spells.select("student_id").distinct().anti_join(enrolled_today(), "student_id")
    rows = waiting.filter(waiting.table_name == "students").union(spells).semi_join(lacking, "student_id")
    first = {"group_by": "student_id", "order_by": [ibis.desc("table_name"), "rule", "file", "row"]}
    ranked = rows.mutate(place=ibis.row_number().over(**first)).filter(ibis._.place == 0)
    renamed = ranked.rename(table="table_name", columns="broken")
    return renamed.select(*UnlistedStudent.__dataclass_fields__).order_by("student_id")


def enrolled_today() -> ir.Table:
    """The `student_id` of everybody with a current enrollment today."""
    spells, today = current_rows("enrollments"), day_parameter(TODAY)
    year_end = ibis.date(spells.school_year.cast("int32"), 6, 30)
    there = (spells.entry_date <= today) & (spells.exit_date.fill_null(year_end) >= today)
    known = current_rows("students").select("student_key", "student_id")
    return spells.filter(there).inner_join(known, "student_key").select("student_id").distinct()
