"""The marts that follow from the resources of an Ed-Fi store: attendance, courses, marks, behavior and diplomas."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.edfi.mart_queries import day, key, number, pairs, stored, texts, year


def fct_student_school_attendance_event() -> ir.Table:
    """Events of whole days, with a date of their own."""
    rows = stored("studentSchoolAttendanceEvents")
    return rows.select(
        k_student="student", k_school="school", k_calendar_date=ibis.null("string"),
        attendance_event_category="category", attendance_event_date=day(rows.day), is_absent=ibis.null("float64"),
        event_duration=number(rows.duration),
    )  # fmt: skip


def section_key(rows: ir.Table) -> ir.StringValue:
    """The key of a section, as a section and what refers to it have it."""
    return key(rows.school, rows.year.right(4), rows.session, rows.local, rows.section)


def fct_student_section_attendance_event() -> ir.Table:
    """Events of sections."""
    rows = stored("studentSectionAttendanceEvents").rename(local="course")
    return rows.select(
        k_student="student", k_school="school", k_course_section=section_key(rows),
        attendance_event_date=day(rows.day), attendance_event_category="category", is_absent=ibis.null("float64"),
        event_duration=number(rows.duration),
    )  # fmt: skip


def dim_course() -> ir.Table:
    """Courses."""
    rows = stored("courses")
    return rows.select(
        k_course=key(rows.organization, rows.course), course_code="course", course_title="title",
        academic_subject=first_subject(rows),
    )  # fmt: skip


def first_subject(rows: ir.Table) -> ir.StringValue:
    """The first subject of a course: a list in data standard 5, one text in 4."""
    return ibis.ifelse(rows.subjects.startswith("["), texts(rows.subjects)[0], rows.subjects)


def dim_course_section() -> ir.Table:
    """Sections with their course."""
    sections, offered = stored("sections"), stored("courseOfferings")
    offering = ["school", "year", "session", "local"]
    rows = sections.drop("id").left_join(offered.drop("id"), offering)
    rows = rows.drop(*(f"{name}_right" for name in offering))
    courses = dim_course()
    rows = rows.mutate(k_course=key(rows.organization, rows.course), k_course_section=section_key(rows))
    rows = rows.left_join(courses, "k_course")
    return rows.select(
        "k_course_section", "k_course", "course_title", "academic_subject", section_id="section",
        course_code=ibis.coalesce(rows.course_code, rows.course, rows.local),
        available_credits=number(rows.credits),
    )  # fmt: skip


def fct_student_section_association() -> ir.Table:
    """Sections that students are in."""
    rows = stored("studentSectionAssociations")
    return rows.select(
        k_student="student", k_school="school", k_course_section=section_key(rows), school_year=year(rows.year),
        begin_date=day(rows.begin), end_date=day(rows.end),
    )  # fmt: skip


def fct_student_grades() -> ir.Table:
    """Grades of grading periods."""
    rows = stored("grades")
    return rows.select(
        k_student="student", k_school="school", k_course_section=section_key(rows),
        k_grading_period=key(rows.school, rows.year.right(4), rows.period), grade_type="type",
        school_year=year(rows.year), letter_grade_earned="letter", numeric_grade_earned=number(rows.number),
    )  # fmt: skip


def fct_course_transcripts() -> ir.Table:
    """Courses of transcripts, at the school of the record or, where that is the district's, of the course."""
    rows = stored("courseTranscripts").drop("id")
    of_record = stored("schools").select(own_school="school")
    of_course = stored("schools").select(offering_school="school")
    rows = rows.left_join(of_record, [("organization", "own_school")])
    rows = rows.left_join(of_course, [("offered_by", "offering_school")])
    return rows.select(
        k_course=key(rows.offered_by, rows.course), k_student="student",
        k_school=ibis.coalesce(rows.own_school, rows.offering_school), school_year=year(rows.year),
        academic_term="term", course_attempt_result="result", final_letter_grade_earned="letter",
        final_numeric_grade_earned=number(rows.number), earned_credits=number(rows.earned),
        attempted_credits=number(rows.attempted), method_credit_earned="method",
    )  # fmt: skip


def dim_discipline_incident() -> ir.Table:
    """Incidents."""
    rows = stored("disciplineIncidents")
    return rows.select(
        k_discipline_incident=key(rows.school, rows.incident), k_school="school", incident_id="incident",
        incident_date=day(rows.day),
    )  # fmt: skip


def fct_student_discipline_incident_behaviors(severe: tuple[str, ...]) -> ir.Table:
    """What students did in incidents; behaviors that are `severe` are ordered after others."""
    rows = stored("studentDisciplineIncidentBehaviorAssociations")
    return rows.select(
        k_student="student", k_school="school", k_discipline_incident=key(rows.school, rows.incident),
        k_student_discipline_incident_behavior=key(rows.school, rows.incident, rows.student, rows.behavior),
        behavior_type="behavior", severity_order=rows.behavior.isin(severe).cast("float64"),
    )  # fmt: skip


def fct_student_discipline_actions() -> ir.Table:
    """What followed, one row for each discipline of an action."""
    rows = stored("disciplineActions")
    student = rows.student
    behaviors = pairs(rows.behaviors).map(lambda one: one[1] + "|" + one[0] + "|" + student + "|" + one[2])
    return rows.select(
        k_student="student", k_school="school", discipline_action_id=key(rows.action, rows.day),
        discipline_date=day(rows.day), discipline_action=texts(rows.disciplines).unnest(),
        k_student_discipline_incident_behavior_array=behaviors, discipline_action_length=number(rows.length),
        actual_discipline_action_length=number(rows.actual),
    )  # fmt: skip


def fct_student_diploma() -> ir.Table:
    """Diplomas of academic records."""
    rows = stored("studentAcademicRecords")
    each = rows.select("student", diploma=pairs(rows.diplomas).unnest())
    return each.select(k_student="student", diploma_type=each.diploma[0], diploma_award_date=day(each.diploma[1]))
