"""Student ids that were given to another person: the rows of two people never become one student's history."""

from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.file_mapping.validation import EVENT_DATES
from features.ingest.findings import Finding, counted
from features.ingest.rules.cross_table_rules import CrossTableRule, broken_rows, mark_broken
from features.ingest.staging_tables import RecordSources, current_records, records_after_load, sources_of, valid_rows
from features.policies.roster_policies import RosterPolicies
from features.tables import TABLES
from features.warehouse.writer import Writer

REUSED = "reused_ids"
TWO_PEOPLE = ibis.schema({"student_id": "string", "through": "int64"})
"""The temporary table of reused ids: rows of school years up to `through` are the other person's; all, where empty."""

LEAST_GAP, LEAST_FALL = 3, 3
"""School years from one enrollment to the next, and grades by which the next is lower, that make them two people's."""

FIRST_MONTH = 7
"""The month in which a school year begins."""

SAY_WHO = (
    "give the new student an id of their own; if it is one person whose record was corrected, load once with "
    'reused_ids = "same_student" in [districts.policies.roster]'
)
OF_STUDENT = CrossTableRule(
    "ROW13",
    ("birth_date", "first_name", "last_name"),
    f"the person who has this id so far; another has other birth date and names: {SAY_WHO}",
)
OF_RECORD = CrossTableRule(
    "ROW13", ("student_id",), f"a student id that is one person's; two people seem to have had this one: {SAY_WHO}"
)


def mark_reused_ids(
    writer: Writer, tables: Sequence[str], policies: RosterPolicies, *, held: bool, plain: bool = False
) -> list[Finding]:
    """Marks rows of ids that two people seem to have had (ROW13), where none is known to be a correction; says notes.

    An id is another person's where birth date, first and last name all differ from those on record, or where years
    without an enrollment are followed by a much lower grade.
    """
    writer.create_empty(REUSED, TWO_PEOPLE)
    if "students" in tables:
        writer.insert(REUSED, query_script(other_people, held=held))
    if "enrollments" in tables:
        writer.insert(REUSED, query_script(after_a_gap, sources_of(writer, "enrollments", held=held), held=held))
    ids = writer.count(query_script(reused_students))
    if ids and policies.reused_ids == "quarantine":
        for name in tables:
            if TABLES[name].has_students or name == "students":
                mark_broken(writer, name, query_script(rows_of_two_people, name), plain=plain)
    writer.drop(REUSED)
    return list(notes(ids, policies))


def notes(ids: int, policies: RosterPolicies) -> Iterator[Finding]:
    """A note on how many ids two people seem to have had, and what became of their rows."""
    if ids:
        became = "their rows wait in quarantine" if policies.reused_ids == "quarantine" else "taken as corrections"
        says = f"{counted(ids, 'student id')} that two people seem to have had; {became}"
        yield Finding("NOTE22", "students", None, "student_id", says)


def reused_students() -> ir.Table:
    """The ids that two people seem to have had."""
    return ibis.table(TWO_PEOPLE, name=REUSED).select("student_id").distinct()


def other_people(*, held: bool) -> ir.Table:
    """Ids of which a row of students has another birth date, first and last name than the warehouse or another row."""
    who = ["student_id", "birth_date", "first_name", "last_name"]
    rows = valid_rows("students").select(*who)
    known = rows.union(current_records("students").select(*who)) if held else rows
    known = known.rename(born="birth_date", first="first_name", last="last_name")
    both = rows.inner_join(known, "student_id")
    other_first = both.first_name.lower() != both["first"].lower()
    other_last = both.last_name.lower() != both["last"].lower()
    found = both.filter(both.birth_date != both.born, other_first, other_last).select("student_id").distinct()
    return found.mutate(through=ibis.null("int64"))


def after_a_gap(sources: RecordSources, *, held: bool) -> ir.Table:
    """Ids with years without an enrollment, then a much lower grade: what was before is another person's.

    Where the warehouse has the first one's enrollments, all rows that come now wait; where it has both, none do.
    """
    spells = records_after_load("enrollments", sources).select("student_id", "school_year", "grade_level")
    years = spells.group_by("student_id", "school_year").aggregate(grade=spells.grade_level.max())
    order = {"group_by": "student_id", "order_by": "school_year"}
    pairs = years.mutate(before=years.school_year.lag().over(**order), grade_before=years.grade.lag().over(**order))
    apart = (pairs.school_year - pairs.before >= LEAST_GAP) & (pairs.grade_before - pairs.grade >= LEAST_FALL)
    found = pairs.filter(apart).group_by("student_id").aggregate(through=ibis._.before.max())
    found = found.semi_join(valid_rows("enrollments"), "student_id")
    if not held:
        return found
    there = (
        current_records("enrollments")
        .group_by("student_id")
        .aggregate(first=ibis._.school_year.min(), last=ibis._.school_year.max())
    )
    both = found.left_join(there, "student_id").select(found, there["first"], there["last"])
    unmixed = both.filter((both["first"] > both.through).fill_null(True) | (both["last"] <= both.through))
    return unmixed.select("student_id", through=ibis.ifelse(unmixed["last"] <= unmixed.through, None, unmixed.through))


def rows_of_two_people(name: str) -> ir.Table:
    """The rows of a table that are not of the one person who has their id."""
    rows, reused = valid_rows(name), ibis.table(TWO_PEOPLE, name=REUSED)
    ids = reused.group_by("student_id").aggregate(through=reused.through.max(), whole=reused.through.isnull().any())
    both = rows.inner_join(ids, "student_id")
    if name == "students":
        return broken_rows(both.filter(both.whole), OF_STUDENT)
    theirs = both.whole | (year_of(both) <= both.through).fill_null(False)
    return broken_rows(both.filter(theirs), OF_RECORD)


def year_of(rows: ir.Table) -> ir.IntegerValue:
    """The school year of each row: its own column, or that of its date; missing where it has neither."""
    if "school_year" in rows.columns:
        return rows.school_year
    day = next((rows[name] for name in EVENT_DATES if name in rows.columns), ibis.null("date"))
    return day.year() + (day.month() >= FIRST_MONTH).cast("int64")
