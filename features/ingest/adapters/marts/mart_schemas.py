"""The relations of an Ed-Fi warehouse that OnTrack reads, with the columns that it uses of each.

Names and grains are those of the published EDU warehouse (https://github.com/edanalytics/edu_wh), read as facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

TENANT = "tenant_code"
"""The column of every mart that says whose row it is: one tenant is one district."""

TENANTS_NAMED = 20
"""How many of a warehouse's tenants are named where one is not among them."""


def no_such_tenant(tenant: str, known: Sequence[str]) -> str:
    """What is said of a tenant that a warehouse does not have, with those that it has."""
    more = f" and {len(known) - TENANTS_NAMED} more" if len(known) > TENANTS_NAMED else ""
    return (
        f"no school of the tenant {tenant!r}; set `tenant` to a tenant_code of this warehouse: "
        f"{', '.join(known[:TENANTS_NAMED]) or 'it has none'}{more}"
    )


@dataclass(frozen=True)
class Mart:
    """One relation: its columns with their Ibis types; one that lacks an `optional` column is read all the same."""

    name: str
    columns: Mapping[str, str]
    optional: frozenset[str] = frozenset()
    required: bool = field(default=False, kw_only=True)


def mart(name: str, columns: str, optional: str = "", *, required: bool = False) -> Mart:
    """A mart from words such as `k_school school_year:int64`; a word without a type is text."""
    said = [word.partition(":") for word in f"{columns} {optional}".split()]
    types = {column: kind or "string" for column, _, kind in said}
    spare = frozenset(word.partition(":")[0] for word in optional.split())
    return Mart(name, types, spare, required=required)


PROGRAM = "k_student program_enroll_begin_date:date"
PROGRAM_END = "program_enroll_end_date:date"

MARTS: Mapping[str, Mart] = {
    one.name: one
    for one in (
        mart("dim_school", "k_school school_id school_name", "school_category", required=True),
        mart(
            "dim_calendar_date",
            "k_calendar_date k_school_calendar k_school school_year:int64 calendar_date:date is_school_day:boolean",
            "calendar_code", required=True,
        ),
        mart(
            "dim_session",
            "k_session k_school school_year:int64 session_begin_date:date session_end_date:date academic_term",
            "session_name",
        ),
        mart(
            "dim_grading_period",
            "k_grading_period k_school school_year:int64 grading_period begin_date:date end_date:date",
        ),
        mart(
            "dim_student",
            "k_student school_year:int64 student_unique_id first_name last_name birth_date:date",
            "gender has_hispanic_latino_ethnicity:boolean race_array:array<string> state_id", required=True,
        ),
        mart(
            "fct_student_school_association",
            "k_student k_school school_year:int64 entry_date:date exit_withdraw_date:date entry_grade_level",
            "k_school_calendar exit_withdraw_type is_primary_school:boolean", required=True,
        ),
        mart(
            "fct_student_school_attendance_event",
            "k_student k_school k_calendar_date attendance_event_category",
            "attendance_event_date:date is_absent:float64 event_duration:float64",
        ),
        mart(
            "fct_student_section_attendance_event",
            "k_student k_school k_course_section attendance_event_date:date attendance_event_category",
            "is_absent:float64 event_duration:float64",
        ),
        mart("dim_course", "k_course course_code course_title", "academic_subject"),
        mart(
            "dim_course_section", "k_course_section k_course section_id course_code course_title",
            "academic_subject available_credits:float64",
        ),
        mart(
            "fct_student_section_association",
            "k_student k_school k_course_section school_year:int64 begin_date:date", "end_date:date",
        ),
        mart(
            "fct_student_grades",
            "k_student k_school k_grading_period k_course_section grade_type school_year:int64",
            "letter_grade_earned numeric_grade_earned:float64",
        ),
        mart(
            "fct_course_transcripts",
            "k_course k_student k_school school_year:int64 academic_term course_attempt_result",
            "final_letter_grade_earned final_numeric_grade_earned:float64 earned_credits:float64 "
            "attempted_credits:float64 method_credit_earned",
        ),
        mart("dim_discipline_incident", "k_discipline_incident k_school incident_id incident_date:date"),
        mart(
            "fct_student_discipline_incident_behaviors",
            "k_student k_school k_discipline_incident k_student_discipline_incident_behavior behavior_type",
            "severity_order:float64",
        ),
        mart(
            "fct_student_discipline_actions",
            "k_student k_school discipline_action_id discipline_date:date discipline_action "
            "k_student_discipline_incident_behavior_array:array<string>",
            "discipline_action_length:float64 actual_discipline_action_length:float64",
        ),
        mart("fct_student_diploma", "k_student diploma_type diploma_award_date:date"),
        mart("fct_student_special_education_program_association", PROGRAM, PROGRAM_END),
        mart("fct_student_language_instruction_program_association", PROGRAM, PROGRAM_END),
        mart("fct_student_homeless_program_association", PROGRAM, PROGRAM_END),
        mart("fct_student_school_food_service_program_associations", PROGRAM, PROGRAM_END),
        mart("fct_student_program_association", f"{PROGRAM} k_program", PROGRAM_END),
        mart("dim_program", "k_program program_type"),
        mart("dim_staff", "k_staff staff_unique_id first_name last_name", "email_address"),
        mart(
            "fct_staff_school_association", "k_staff k_school staff_classification",
            "school_year:int64 begin_date:date end_date:date",
        ),
        mart(
            "fct_staff_ed_org_assignment", "k_staff staff_classification",
            "k_school school_year:int64 begin_date:date end_date:date",
        ),
    )
}  # fmt: skip
"""Every mart by name."""


def mart_rows(name: str) -> ir.Table:
    """The rows of a mart of one tenant, with the declared columns."""
    return ibis.table(ibis.schema(dict(MARTS[name].columns)), name=name)
