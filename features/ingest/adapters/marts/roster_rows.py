"""Students, what they belong to, where they are enrolled, and staff, from the marts."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.marts.mart_schemas import mart_rows
from features.ingest.adapters.marts.school_rows import ALWAYS, start_of_year, tracks
from features.ingest.load_parameters import LOAD_DAY

HISPANIC = "Latino"
"""The value of `race_ethnicity` for Hispanic or Latino ethnicity, which the marts hold apart from races."""

SEXES = (("Female", "F"), ("Male", "M"), ("Non-binary", "X"))
UNSAID = ("Not Selected", "Choose Not to Respond")
"""Values of a descriptor that say nothing."""

PROGRAM_MARTS = {
    "fct_student_special_education_program_association": "Special Education",
    "fct_student_language_instruction_program_association": "English as a Second Language (ESL)",
    "fct_student_homeless_program_association": "Homeless",
    "fct_student_school_food_service_program_associations": "Student School Food Service",
}
"""Marts of one kind of program each, and its program type."""


def students_by_key() -> ir.Table:
    """The district's id of the student of each key; a student has a key a year."""
    return mart_rows("dim_student").select("k_student", student_id="student_unique_id")


def schools_by_key() -> ir.Table:
    """The district's id of each school by key."""
    return mart_rows("dim_school").select("k_school", "school_id")


def with_ids(rows: ir.Table) -> ir.Table:
    """Rows with `k_student`, and `k_school` if they have it, with the district's own ids beside them."""
    rows = rows.left_join(students_by_key(), "k_student").drop("k_student_right")
    return rows.left_join(schools_by_key(), "k_school").drop("k_school_right") if "k_school" in rows.columns else rows


def first_days() -> ir.Table:
    """The first day on which each student was enrolled, at the latest the day of the load."""
    spells = with_ids(mart_rows("fct_student_school_association"))
    return spells.group_by("student_id").aggregate(since=ibis.least(spells.entry_date.min(), LOAD_DAY))


def latest_students() -> ir.Table:
    """The latest year's row of each student, with the first day enrolled as `since`."""
    rows = mart_rows("dim_student").rename(student_id="student_unique_id")
    newest = ibis.row_number().over(group_by="student_id", order_by=[ibis.desc("school_year"), ibis.asc("k_student")])
    rows = rows.mutate(place=newest).filter(ibis._.place == 0).drop("place")
    rows = rows.left_join(first_days(), "student_id").drop("student_id_right")
    return rows.mutate(since=rows.since.fill_null(start_of_year(rows.school_year)))


def student_rows() -> ir.Table:
    """Students, by their latest row."""
    rows = latest_students()
    return rows.select("student_id", "first_name", "last_name", "birth_date", "state_id", known_on="since")


def demographic_rows() -> ir.Table:
    """Sex, and each race and ethnicity, from the first day enrolled: the marts do not date them."""
    rows = latest_students()
    sex = rows.gender.cases(*SEXES, else_=None).fill_null(rows.gender)
    races = rows.select("student_id", "since", value=rows.race_array.unnest())
    hispanic = rows.filter(rows.has_hispanic_latino_ethnicity)
    parts = (
        rows.select("student_id", "since", attribute=ibis.literal("sex"), value=sex),
        races.select("student_id", "since", attribute=ibis.literal("race_ethnicity"), value="value"),
        hispanic.select("student_id", "since", attribute=ibis.literal("race_ethnicity"), value=ibis.literal(HISPANIC)),
    )
    said = ibis.union(*parts).filter(ibis._.value.notnull() & ibis._.value.notin(UNSAID)).distinct()
    return said.select("student_id", "attribute", "value", start_date="since", known_on="since")


def with_ends(rows: ir.Table, start: str, end: str, *cleared: str) -> ir.Table:
    """Spells as they became known: begun, and ended where they have ended; a beginning has none of what is `cleared`.

    A spell is known from its first day on, at the latest on the day of the load, and its end from its last day on. An
    end that lies ahead is known with the spell: it is planned.
    """
    over = (rows[end] > rows[start]) & (rows[end] <= LOAD_DAY)
    since = ibis.least(rows[start], LOAD_DAY)
    whole = rows.mutate(known_on=ibis.ifelse(over.fill_null(False), rows[end], since))
    nothing = {name: ibis.null(rows[name].type()) for name in (end, *cleared)}
    return ibis.union(whole, rows.filter(over).mutate(**nothing, known_on=since))


def program_rows(known: tuple[str, ...]) -> ir.Table:
    """Memberships in programs of the `known` program types, one row for each student, type and first day."""
    parts = [mart_rows(name).mutate(program=ibis.literal(program)) for name, program in PROGRAM_MARTS.items()]
    general = mart_rows("fct_student_program_association").inner_join(mart_rows("dim_program"), "k_program")
    parts.append(
        general.select("k_student", "program_enroll_begin_date", "program_enroll_end_date", program="program_type")
    )
    rows = with_ids(ibis.union(*parts))
    rows = rows.filter(rows.program.isin(known)).select(
        "student_id", "program", start_date="program_enroll_begin_date", end_date="program_enroll_end_date"
    )
    rows = rows.group_by(["student_id", "program", "start_date"]).aggregate(
        end_date=ibis.ifelse(rows.end_date.isnull().any(), None, rows.end_date.max())
    )
    return with_ends(rows, "start_date", "end_date")


def enrollment_rows() -> ir.Table:
    """Spells of enrollment, begun and ended, with the descriptors of grade and exit; `exit_type` is in both."""
    rows = with_ids(mart_rows("fct_student_school_association"))
    calendars = tracks().select("k_school_calendar", "track").distinct()
    rows = rows.left_join(calendars, "k_school_calendar").drop("k_school_calendar_right")
    rows = rows.select(
        "student_id", "school_id", "school_year", "entry_date", track=rows.track.fill_null("main"),
        grade_level="entry_grade_level", exit_date="exit_withdraw_date", exit_kind="exit_withdraw_type",
        exit_type="exit_withdraw_type", is_primary="is_primary_school",
    )  # fmt: skip
    return with_ends(rows, "entry_date", "exit_date", "exit_kind")


def staff_rows() -> ir.Table:
    """Staff with the classification of their latest assignment, at a school or in the district."""
    at_schools = mart_rows("fct_staff_school_association").left_join(schools_by_key(), "k_school")
    in_district = mart_rows("fct_staff_ed_org_assignment").filter(ibis._.k_school.isnull())
    parts = ibis.union(
        at_schools.select("k_staff", "staff_classification", "school_year", "begin_date", "end_date", "school_id"),
        in_district.select(
            "k_staff", "staff_classification", "school_year", "begin_date", "end_date",
            school_id=ibis.null("string"),
        ),
    )  # fmt: skip
    current = parts.filter(parts.end_date.isnull() | (parts.end_date >= LOAD_DAY))
    return current.inner_join(mart_rows("dim_staff"), "k_staff").select(
        "first_name", "last_name", "school_id", "school_year", "begin_date", staff_id="staff_unique_id",
        email="email_address", role="staff_classification", known_on=ibis.date(ALWAYS),
    )  # fmt: skip


def staff_with_roles(roles: tuple[str, ...]) -> ir.Table:
    """Staff whose classification is one of those with a role; of several assignments the latest."""
    rows = staff_rows()
    rows = rows.filter(rows.role.isin(roles))
    order = [ibis.desc("school_year"), ibis.desc("begin_date"), ibis.asc("school_id"), ibis.asc("role")]
    ranked = rows.mutate(place=ibis.row_number().over(group_by="staff_id", order_by=order))
    return ranked.filter(ranked.place == 0).drop("place", "school_year", "begin_date")
