"""Marks from the marts: those in progress from grades, final ones from transcripts, or from grades until these come."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.marts.event_rows import hundredths
from features.ingest.adapters.marts.mart_schemas import mart_rows
from features.ingest.adapters.marts.roster_rows import with_ids
from features.ingest.adapters.marts.school_rows import term_id_of

FINAL = "Final"
"""The grade type of a course on a transcript."""

COLUMNS = (
    "student_id", "school_id", "school_year", "term_id", "course_id", "course_name", "subject", "mark_kind", "mark",
    "credits_attempted_hundredths", "credits_earned_hundredths", "credit_kind",
)  # fmt: skip


def mark_rows(subjects: tuple[str, ...], finals: tuple[str, ...]) -> ir.Table:
    """Marks by grade type; `subjects` are the descriptors that a code is known for, `finals` the final grade types.

    A final grade counts where no transcript has the student's course of that year and term.
    """
    transcripts, grades = transcript_marks(), grade_marks()
    key = ["student_id", "school_id", "school_year", "term_id", "course_id"]
    settled = grades.anti_join(transcripts, key).filter(grades.mark_kind.isin(finals))
    rows = ibis.union(transcripts, settled, grades.filter(grades.mark_kind.notin(finals)))
    subject = ibis.ifelse(rows.subject.isin(subjects), rows.subject, "other")
    return rows.mutate(subject=subject).select(*COLUMNS)


def mark_text(letter: ir.StringValue, number: ir.FloatingValue) -> ir.StringValue:
    """A mark as text: its letter, else its number."""
    return ibis.coalesce(letter, number.round(2).cast("string"))


def grade_marks() -> ir.Table:
    """Grades of sections in grading periods; credits are what the section offers, none of them earned yet."""
    sections = mart_rows("dim_course_section").drop("section_id", "k_course")
    periods = mart_rows("dim_grading_period").select("k_grading_period", "grading_period")
    rows = mart_rows("fct_student_grades").left_join(sections, "k_course_section")
    rows = with_ids(rows.left_join(periods, "k_grading_period"))
    return rows.select(
        "student_id", "school_id", "school_year", term_id=term_id_of(rows.grading_period), course_id="course_code",
        course_name="course_title", subject="academic_subject", mark_kind="grade_type",
        mark=mark_text(rows.letter_grade_earned, rows.numeric_grade_earned),
        credits_attempted_hundredths=hundredths(rows.available_credits),
        credits_earned_hundredths=ibis.null("int64"), credit_kind=ibis.null("string"),
    )  # fmt: skip


def with_schools(rows: ir.Table) -> ir.Table:
    """Courses of transcripts that are the district's, at the school of that year's last enrollment, else of the first.

    A transcript may tell of years before the first enrollment that the marts hold.
    """
    spells = with_ids(mart_rows("fct_student_school_association")).filter(ibis._.school_id.notnull())
    latest, earliest = ibis.desc("entry_date"), ibis.asc("entry_date")
    last = one_spell(spells, ["student_id", "school_year"], latest).select(
        "student_id", "school_year", year_school="school_id"
    )
    first = one_spell(spells, ["student_id"], earliest).select("student_id", first_school="school_id")
    rows = rows.left_join(last, ["student_id", "school_year"]).drop("student_id_right", "school_year_right")
    rows = rows.left_join(first, "student_id").drop("student_id_right")
    return rows.mutate(school_id=ibis.coalesce(rows.school_id, rows.year_school, rows.first_school))


def one_spell(spells: ir.Table, of: list[str], order: ir.Value) -> ir.Table:
    """The first spell in an order of each group; of those alike, that of the first school by id."""
    place = ibis.row_number().over(group_by=of, order_by=[order, ibis.asc("school_id")])
    return spells.mutate(place=place).filter(ibis._.place == 0)


def transcript_marks() -> ir.Table:
    """Courses of transcripts as final marks."""
    rows = mart_rows("fct_course_transcripts").left_join(mart_rows("dim_course"), "k_course")
    rows = with_schools(with_ids(rows))
    return rows.select(
        "student_id", "school_id", "school_year", term_id=term_id_of(rows.academic_term), course_id="course_code",
        course_name="course_title", subject="academic_subject", mark_kind=ibis.literal(FINAL),
        mark=mark_text(rows.final_letter_grade_earned, rows.final_numeric_grade_earned),
        credits_attempted_hundredths=hundredths(rows.attempted_credits),
        credits_earned_hundredths=hundredths(rows.earned_credits), credit_kind="method_credit_earned",
    )  # fmt: skip
