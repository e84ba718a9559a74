"""Schools, terms and course marks of a package."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.oneroster.cells import (
    day_of,
    day_text,
    known_day,
    last_day,
    last_day_text,
    parts_of,
)
from features.ingest.adapters.oneroster.native_tables import native
from features.ingest.adapters.oneroster.people import own_id, student_users
from features.ingest.adapters.oneroster.spells import as_enrollments, class_spells, school_ids, sessions
from features.sources.oneroster import OneRoster

LENGTHS = ((85, "quarter"), (115, "trimester"), (220, "semester"))
"""Days that a term has at most, and what it is then; a longer one is a year."""

SUMMER = (6, 7, 8)
"""Months in which a term that is over in them is one of summer."""

SUBJECTS = {
    "01": "ela", "02": "math", "03": "science", "04": "social_science",
    "51": "ela", "52": "math", "53": "science", "54": "social_science",
}  # fmt: skip
"""The first two digits of a SCED code, of secondary and of elementary courses, and the core subject that they are."""

NOT_GIVEN = "not submitted"
"""The status of a result for which there is no mark, which is not an F."""

KNOWN_SUBJECTS = ("ela", "math", "science", "social_science", "other")


def school_rows(source: OneRoster) -> ir.Table:
    """The rows of `schools`: the orgs that are schools, with the level that their students' grades show."""
    orgs = native("orgs")
    grades = as_enrollments(class_spells(source), source)
    grade = grades.grade_level.try_cast("int64")
    levels = grades.group_by("school_id").aggregate(high=(grade >= 9).sum(), middle=grade.between(6, 8).sum())
    rows = orgs.filter(orgs.type.strip().lower() == "school").mutate(school_id=own_id(orgs, source))
    rows = rows.left_join(levels.rename(at="school_id"), [("school_id", "at")])
    level = ibis.cases(
        ((rows.high > 0) & (rows.high >= rows.middle), "high"), (rows.middle > 0, "middle"), else_="other"
    )
    return rows.select(
        "origin", "row", "school_id", name=rows.name, level=level, known_on=known_day(rows.dateLastModified)
    )


def term_rows(source: OneRoster) -> ir.Table:
    """The rows of `terms`: the sessions within a school year."""
    rows = native("academicSessions")
    rows = rows.filter(rows.type.fill_null("").strip().lower() != "schoolyear")
    years = sessions(source.last_days).select("session", "year")
    rows = rows.left_join(years, [("sourcedId", "session")])
    first, last = day_of(rows.startDate), last_day(rows.endDate, source.last_days)
    days = last.epoch_days() - first.epoch_days() + 1
    in_summer = first.month().isin(SUMMER) & last.month().isin(SUMMER) & (last.year() == first.year())
    kind = ibis.cases((in_summer, "summer"), *((days <= most, kind) for most, kind in LENGTHS), else_="year")
    return rows.select(
        "origin", "row", school_year=rows.year.cast("string"), term_id=term_id(rows, source), kind=kind,
        start_date=day_text(rows.startDate), end_date=last_day_text(rows.endDate, source.last_days),
        known_on=known_day(rows.dateLastModified),
    )  # fmt: skip


def term_id(rows: ir.Table, source: OneRoster) -> ir.StringValue:
    """The id of a term."""
    return rows.sourcedId if source.term_ids == "sourcedId" else rows.title


def mark_rows(source: OneRoster) -> ir.Table:
    """The rows of `marks`: results of line items in the categories that the district names as course marks."""
    results, lines, categories, classes, courses = (
        native(name) for name in ("results", "lineItems", "categories", "classes", "courses")
    )
    terms = native("academicSessions")
    named = categories.filter(categories.title.strip().isin(source.marks_in)).select(category="sourcedId")
    of_lines = lines.semi_join(named, [("categorySourcedId", "category")])
    of_lines = of_lines.select(line="sourcedId", class_id="classSourcedId", term="academicSessionSourcedId")
    of_terms = terms.select(session="sourcedId", term_type=terms.type.strip(), term_id=term_id(terms, source))
    of_classes = classes.select(
        of_class="sourcedId", course="courseSourcedId", school="schoolSourcedId", class_title="title",
        class_subjects="subjects", class_codes="subjectCodes",
    )  # fmt: skip
    of_courses = courses.select(
        of_course="sourcedId", courseCode="courseCode", course_title="title", course_subjects="subjects",
        course_codes="subjectCodes",
    )  # fmt: skip
    years = sessions(source.last_days).select(of_year="session", year="year")
    students = student_users(source).select(person="sourcedId", student_id="student_id")
    rows = results.inner_join(of_lines, [("lineItemSourcedId", "line")])
    rows = rows.inner_join(of_classes, [("class_id", "of_class")]).left_join(of_courses, [("course", "of_course")])
    rows = rows.left_join(of_terms, [("term", "session")]).left_join(years, [("term", "of_year")])
    rows = rows.left_join(students, [("studentSourcedId", "person")]).left_join(school_ids(source), [("school", "org")])
    return rows.select("origin", "row", **mark_cells(rows, source))


def mark_cells(rows: ir.Table, source: OneRoster) -> dict[str, ir.Value]:
    """The cells of a mark. Credits are what the district declares for a course mark, and missing where it does not."""
    final = rows.term_type.isin(source.final_terms)
    mark = rows.textScore.fill_null(rows.score)
    given = mark.notnull() & final
    credit = ibis.literal(str(round(source.credits * 100)) if source.credits else None, type="string")
    failed = mark.strip().upper().isin(("F", "NP"))
    earned = ibis.ifelse(given, ibis.ifelse(failed & credit.notnull(), "0", credit), None)
    return {
        "student_id": rows.student_id.fill_null(rows.studentSourcedId),
        "school_id": rows.school_id.fill_null(rows.school),
        "school_year": rows.year.cast("string"),
        "term_id": rows.term_id.fill_null(rows.term),
        "course_id": rows.courseCode.fill_null(rows.course),
        "course_name": rows.course_title.fill_null(rows.class_title),
        "subject": subject_of(rows),
        "mark_kind": ibis.ifelse(final, "final", "progress"),
        "mark": mark,
        "mark_status": ibis.ifelse(mark.isnull() & (rows.scoreStatus.lower() == NOT_GIVEN), "not_given", None),
        "credits_attempted_hundredths": credit,
        "credits_earned_hundredths": earned,
        "known_on": known_day(rows.dateLastModified.fill_null(rows.scoreDate)),
    }


def subject_of(rows: ir.Table) -> ir.StringValue:
    """The subject: that of the SCED code, one in our words, or the text as it is, for `codes` to map."""
    codes = parts_of(rows.class_codes.fill_null(rows.course_codes))[0].strip().substr(0, 2)
    text = parts_of(rows.class_subjects.fill_null(rows.course_subjects))[0].strip()
    own = text.lower().re_replace(r"[\s-]+", "_")
    of_code = codes.cases(*SUBJECTS.items(), else_=None)
    return ibis.coalesce(of_code, ibis.ifelse(own.isin(KNOWN_SUBJECTS), own, None), text, ibis.literal("other"))
