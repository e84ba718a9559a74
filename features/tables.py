"""The canonical tables, declared once: what a district's records look like inside OnTrack."""

from features.attendance_tables import ATTENDANCE, ATTENDANCE_SUBMISSIONS, SECTION_ENROLLMENTS
from features.bookkeeping_tables import FLAG_ANSWERS, FLAGS, LOADS, QUARANTINE
from features.table_schema import SCHOOL, SCHOOL_YEAR, STUDENT, Column, Table

TRACK = Column("track", "text", "the calendar track of the school; `main` where there is one only")

SCHOOLS = Table(
    "schools",
    "Schools of the district.",
    ("school_id",),
    (
        SCHOOL,
        Column("name", "text", "what people call it"),
        Column("level", "text", "the grades it serves", allowed=("middle", "high", "other")),
    ),
)
TERMS = Table(
    "terms",
    "Marking terms of a school year.",
    ("school_year", "term_id"),
    (
        SCHOOL_YEAR,
        Column("term_id", "text", "the term, by the district's id"),
        Column("kind", "text", "how long it is", allowed=("quarter", "trimester", "semester", "year", "summer")),
        Column("start_date", "date", "its first day", unit="local date"),
        Column("end_date", "date", "its last day", unit="local date"),
    ),
)
SCHOOL_TERMS = Table(
    "school_terms",
    "Marking terms of a school or a track of it. In a school year they take the place of all of the district's there.",
    ("school_id", "track", "school_year", "term_id"),
    (
        SCHOOL,
        Column("track", "text", "the calendar track whose terms they are; `main` where they are the whole school's"),
        *TERMS.columns,
    ),
    optional=True,
)
CALENDAR_DAYS = Table(
    "calendar_days",
    "Days of a school's calendar. A day on which attendance was not taken is unknown, not present.",
    ("school_id", "track", "date"),
    (
        SCHOOL,
        TRACK,
        Column("date", "date", "the day", unit="local date"),
        SCHOOL_YEAR,
        Column("in_session", "boolean", "whether it was a day of instruction"),
        Column(
            "attendance_taken", "boolean",
            "whether the school recorded attendance that day; empty where the calendar does not say", required=False,
        ),
        Column(
            "day_hundredths", "hundredths", "how much of a whole day a short day is; empty for a whole one",
            unit="1/100 day", required=False, least=1, most=100,
        ),
    ),
)  # fmt: skip
STUDENTS = Table(
    "students",
    "Students and their names. The only table of the warehouse that holds a name.",
    ("student_id",),
    (
        Column("student_id", "text", "the district's own id, unique within the district only"),
        Column("student_key", "assigned", "opaque random key, the only name of the student outside the warehouse"),
        Column("first_name", "text", "given name"),
        Column("last_name", "text", "family name"),
        Column("birth_date", "date", "date of birth", unit="local date", required=False),
        Column("state_id", "text", "the state's id, which follows movers between districts", required=False),
    ),
)
DEMOGRAPHICS = Table(
    "demographics",
    "Dated protected attributes, for audits only. A student may have several races.",
    ("student_key", "attribute", "value", "start_date"),
    (
        STUDENT,
        Column("attribute", "text", "which attribute", allowed=("race_ethnicity", "sex")),
        Column("value", "text", "its value, in the district's words"),
        Column("start_date", "date", "first day it holds", unit="local date"),
        Column("end_date", "date", "last day it holds; empty while it does", unit="local date", required=False),
    ),
)
PROGRAMS = Table(
    "programs",
    "Dated program membership, for audits only.",
    ("student_key", "program", "start_date"),
    (
        STUDENT,
        Column(
            "program", "text", "which program",
            allowed=("english_learner", "special_education", "low_income", "foster", "homeless"),
        ),
        Column("start_date", "date", "first day in it", unit="local date"),
        Column("end_date", "date", "last day in it; empty while it lasts", unit="local date", required=False),
    ),
)  # fmt: skip
ENROLLMENTS = Table(
    "enrollments",
    "Spells of enrollment, one per student, school and entry.",
    ("student_key", "school_id", "entry_date"),
    (
        STUDENT,
        SCHOOL,
        TRACK,
        SCHOOL_YEAR,
        Column("grade_level", "integer", "grade", unit="grade", least=-1, most=13),
        Column("entry_date", "date", "first day enrolled", unit="local date"),
        Column(
            "exit_date", "date", "last day enrolled; empty while enrolled or to the end of the school year",
            unit="local date", required=False,
        ),
        Column(
            "exit_kind", "text", "how the spell ended", required=False,
            allowed=("moved_school", "transferred", "left", "completed", "deceased", "unknown"),
        ),
        Column(
            "is_primary", "boolean", "whether this school counts where the student is at several at a time",
            required=False,
        ),
        Column(
            "weekdays", "text", "days of the week on which a part-time student is expected, 1 for Monday; else empty",
            required=False, pattern="[1-7]{1,7}",
        ),
        Column(
            "expected_hundredths", "hundredths", "how much of a day a part-time student is expected; else empty",
            unit="1/100 day", required=False, least=1, most=100,
        ),
        Column(
            "periods_a_day", "integer", "class periods a day, where no section says; empty where as many as the school",
            unit="periods", required=False, least=1, most=20,
        ),
    ),
)  # fmt: skip
MARKS = Table(
    "marks",
    "Marks of courses, in progress and final.",
    ("student_key", "school_id", "school_year", "term_id", "course_id", "mark_kind"),
    (
        STUDENT,
        SCHOOL,
        SCHOOL_YEAR,
        Column("term_id", "text", "the term the mark is of"),
        Column("course_id", "text", "the course, by the district's id"),
        Column("course_name", "text", "what people call it"),
        Column(
            "subject", "text", "subject area; the first four are core",
            allowed=("ela", "math", "science", "social_science", "other"),
        ),
        Column(
            "a_g", "text", "the area of the A-G requirements that the course counts for, empty where none or unknown",
            required=False, allowed=("a", "b", "c", "d", "e", "f", "g"),
        ),
        Column("mark_kind", "text", "whether credit follows from it", allowed=("progress", "final")),
        Column(
            "mark", "text", "the mark; empty where none was given, which is not an F", required=False,
            allowed=("A", "B", "C", "D", "F", "P", "NP"),
        ),
        Column(
            "points_hundredths", "hundredths", "grade points of the mark, empty where it has none",
            unit="1/100 point", required=False, least=0, most=500,
        ),
        Column(
            "unweighted_points_hundredths", "hundredths", "grade points without what honors courses add",
            unit="1/100 point", required=False, least=0, most=500,
        ),
        Column(
            "mark_status", "text", "why there is no mark, which is not an F; empty where there is one",
            required=False, allowed=("incomplete", "withdrawn", "audit", "not_given"),
        ),
        Column(
            "credits_attempted_hundredths", "hundredths", "credits tried for; empty where unknown, which is not 0",
            unit="1/100 credit", required=False, least=0, most=1000,
        ),
        Column(
            "credits_earned_hundredths", "hundredths", "credits earned; empty for a mark in progress",
            unit="1/100 credit", required=False, least=0, most=1000,
        ),
        Column(
            "credit_kind", "text", "how the credit came about; empty for a course of this school",
            required=False, allowed=("course", "transfer", "exam"),
        ),
        Column(
            "recovers_course_id", "text", "the failed course that this one makes up for, where its id is another",
            required=False,
        ),
    ),
)  # fmt: skip
INCIDENTS = Table(
    "incidents",
    "Behavior incidents, one row per student involved.",
    ("incident_id", "student_key"),
    (
        Column("incident_id", "text", "the incident, by the district's id"),
        STUDENT,
        SCHOOL,
        Column("date", "date", "the day it happened", unit="local date"),
        Column("severity", "text", "how serious", allowed=("minor", "major")),
    ),
)
DISCIPLINE_ACTIONS = Table(
    "discipline_actions",
    "What followed an incident.",
    ("incident_id", "student_key", "action", "date"),
    (
        Column("incident_id", "text", "the incident it followed"),
        STUDENT,
        SCHOOL,
        Column("date", "date", "its first day", unit="local date"),
        Column(
            "action", "text", "what was done",
            allowed=("conference", "detention", "in_school_suspension", "out_of_school_suspension", "expulsion"),
        ),
        Column(
            "days_removed_hundredths", "hundredths", "school time taken away", unit="1/100 day", least=0, most=20000,
        ),
    ),
)  # fmt: skip
COMPLETIONS = Table(
    "completions",
    "Diplomas and other ways of finishing.",
    ("student_key", "date", "kind"),
    (
        STUDENT,
        Column("date", "date", "the day it was awarded", unit="local date"),
        Column("kind", "text", "what was awarded", allowed=("diploma", "certificate", "equivalency")),
    ),
    optional=True,
)
STAFF = Table(
    "staff",
    "People who may sign in, and the scope they have.",
    ("staff_id",),
    (
        Column("staff_id", "text", "the district's own id"),
        Column("first_name", "text", "given name"),
        Column("last_name", "text", "family name"),
        Column("email", "text", "how they sign in"),
        Column("role", "text", "what they may see", allowed=("counselor", "principal", "district")),
        Column("school_id", "text", "their school; empty for the district's own staff", required=False),
    ),
)
CASELOADS = Table(
    "caseloads",
    "Which counselor looks after which student, and when.",
    ("staff_id", "student_key", "start_date"),
    (
        Column("staff_id", "text", "the counselor"),
        STUDENT,
        Column("start_date", "date", "first day", unit="local date"),
        Column("end_date", "date", "last day; empty while it lasts", unit="local date", required=False),
    ),
)
FROM_PAGES = "~"
"""What the ids of supports begin with that people wrote on the pages. No file can bring, change or withdraw one."""

SUPPORTS = Table(
    "supports",
    "Contacts and plans: what was done for a student, as dated facts.",
    ("support_id",),
    (
        Column(
            "support_id", "text", "the contact or plan; what people wrote on the pages begins with `~`",
            pattern=f"[^{FROM_PAGES}].*",
        ),
        STUDENT,
        Column("kind", "text", "which of the two", allowed=("contact", "plan")),
        Column("date", "date", "the day it happened or began", unit="local date"),
        Column("end_date", "date", "the day a plan ended", unit="local date", required=False),
        Column("staff_id", "text", "who did it", required=False),
    ),
    optional=True,
)  # fmt: skip
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SCHOOLS, TERMS, SCHOOL_TERMS, CALENDAR_DAYS, STUDENTS, DEMOGRAPHICS, PROGRAMS, ENROLLMENTS, ATTENDANCE,
        ATTENDANCE_SUBMISSIONS, SECTION_ENROLLMENTS, MARKS, INCIDENTS, DISCIPLINE_ACTIONS, COMPLETIONS, STAFF,
        CASELOADS, SUPPORTS, FLAGS, FLAG_ANSWERS,
        QUARANTINE, LOADS,
    )
}  # fmt: skip
"""Every canonical table by name, in the order in which they are loaded."""

PROTECTED_TABLES = frozenset({"demographics", "programs"})
"""Tables that no feature may read unless the configuration says so."""
