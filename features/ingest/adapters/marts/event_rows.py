"""Attendance, sections, behavior and diplomas from the marts."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.marts.descriptor_codes import MISSED
from features.ingest.adapters.marts.mart_schemas import mart_rows
from features.ingest.adapters.marts.roster_rows import with_ids

DAY = "day"
"""The section of daily attendance."""


def hundredths(value: ir.NumericValue) -> ir.IntegerValue:
    """A number in hundredths, rounded."""
    return (value * 100).round().cast("int64")


def attendance_rows(kinds: tuple[tuple[str, str], ...], *, of_sections: bool) -> ir.Table:
    """Events of attendance by their category, of the day or of sections; `kinds` are what categories mean.

    How much was missed is what the warehouse says, else the duration, else what the kind of event misses.
    """
    events = with_ids(section_events() if of_sections else daily_events())
    usual = events.attendance_event_category.cases(*((code, MISSED[kind]) for code, kind in kinds), else_=0.0)
    missed = ibis.coalesce(events.is_absent, ibis.ifelse(usual > 0, events.event_duration, None), usual)
    missed = ibis.least(ibis.greatest(missed, 0.0), 1.0)
    return events.select(
        "student_id", "school_id", "date", "section_id", kind="attendance_event_category",
        excused="attendance_event_category", absent_hundredths=hundredths(missed),
    )  # fmt: skip


MEASURES = ("k_student", "k_school", "attendance_event_category", "is_absent", "event_duration")


def daily_events() -> ir.Table:
    """Events of whole days; the date is the calendar's where an event has none of its own."""
    dates = mart_rows("dim_calendar_date").select("k_calendar_date", "calendar_date")
    events = mart_rows("fct_student_school_attendance_event").left_join(dates, "k_calendar_date")
    date = ibis.coalesce(events.attendance_event_date, events.calendar_date)
    return events.select(*MEASURES, date=date, section_id=ibis.literal(DAY))


def section_events() -> ir.Table:
    """Events of sections."""
    sections = mart_rows("dim_course_section").select("k_course_section", "section_id")
    events = mart_rows("fct_student_section_attendance_event").left_join(sections, "k_course_section")
    return events.select(*MEASURES, "section_id", date="attendance_event_date")


def section_enrollment_rows() -> ir.Table:
    """Sections that students are in."""
    sections = mart_rows("dim_course_section").select("k_course_section", "section_id")
    rows = mart_rows("fct_student_section_association").inner_join(sections, "k_course_section")
    return with_ids(rows).select(
        "student_id", "school_id", "school_year", "section_id", "end_date", start_date="begin_date"
    )


def incidents_by_key() -> ir.Table:
    """Incidents with the id that is unique in the district: with the school's where several schools use one."""
    rows = mart_rows("dim_discipline_incident").inner_join(
        mart_rows("dim_school").select("k_school", "school_id"), "k_school"
    )
    shared = rows.k_school.nunique().over(group_by="incident_id") > 1
    unique = ibis.ifelse(shared, rows.school_id + "-" + rows.incident_id, rows.incident_id)
    return rows.select("k_discipline_incident", "school_id", incident_id=unique, date="incident_date")


def incident_rows() -> ir.Table:
    """Students' incidents by behavior; of several behaviors of a student the most severe stands last."""
    incidents = incidents_by_key()
    rows = mart_rows("fct_student_discipline_incident_behaviors").drop("k_school")
    rows = with_ids(rows.left_join(incidents, "k_discipline_incident"))
    rows = rows.order_by(ibis.asc("severity_order", nulls_first=True), "incident_id", "student_id", "behavior_type")
    return rows.select("incident_id", "student_id", "school_id", "date", severity="behavior_type")


def action_rows() -> ir.Table:
    """What followed an incident, with the days of school that it took; without an incident there is no id of one."""
    actions = mart_rows("fct_student_discipline_actions")
    behaviors = mart_rows("fct_student_discipline_incident_behaviors")
    of_incident = behaviors.inner_join(incidents_by_key(), "k_discipline_incident").select(
        behavior="k_student_discipline_incident_behavior", incident_id="incident_id"
    )
    links = actions.select(
        "k_student", "discipline_action_id", behavior=actions.k_student_discipline_incident_behavior_array.unnest()
    )
    links = links.inner_join(of_incident, "behavior").group_by(["k_student", "discipline_action_id"])
    incident = links.aggregate(incident_id=ibis._.incident_id.min())
    rows = actions.left_join(incident, ["k_student", "discipline_action_id"])
    days = ibis.coalesce(rows.actual_discipline_action_length, rows.discipline_action_length, 0.0)
    rows = rows.mutate(days_removed_hundredths=hundredths(days)).drop(
        "k_student_discipline_incident_behavior_array", "k_student_right", "discipline_action_id_right"
    )
    return with_ids(rows).select(
        "incident_id", "student_id", "school_id", "days_removed_hundredths", date="discipline_date",
        action="discipline_action",
    )  # fmt: skip


def completion_rows() -> ir.Table:
    """Diplomas and other awards with the day on which they were given."""
    rows = with_ids(mart_rows("fct_student_diploma"))
    return rows.filter(rows.diploma_award_date.notnull()).select(
        "student_id", date="diploma_award_date", kind="diploma_type"
    ).distinct()  # fmt: skip
