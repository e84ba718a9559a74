"""The tables of attendance: its events, the days on which it was sent, and the sections it is taken in."""

from features.table_schema import SCHOOL, SCHOOL_YEAR, STUDENT, Column, Table

ATTENDANCE = Table(
    "attendance",
    "Exceptions to being present. Present days are not stored.",
    ("student_key", "school_id", "date", "section_id", "kind"),
    (
        STUDENT,
        SCHOOL,
        Column("date", "date", "the day", unit="local date"),
        Column("section_id", "text", "the section it was taken in; `day` for daily attendance"),
        Column("kind", "text", "what was recorded", allowed=("absent", "partial", "tardy", "suspended")),
        Column(
            "absent_hundredths", "hundredths", "how much of the day was missed", unit="1/100 day", least=0, most=100
        ),
        Column("excused", "boolean", "whether the absence was excused"),
        Column(
            "code", "text", "the district's own code, where `day_priority` names it; else empty",
            required=False,
        ),
    ),
)  # fmt: skip
ATTENDANCE_SUBMISSIONS = Table(
    "attendance_submissions",
    "Days on which a school sent its attendance, where the calendar does not say on which it was taken.",
    ("school_id", "date"),
    (SCHOOL, Column("date", "date", "the day", unit="local date")),
    optional=True,
)
SECTION_ENROLLMENTS = Table(
    "section_enrollments",
    "Sections that students are in: with a policy of periods they say how many periods a student has on a day.",
    ("student_key", "school_id", "section_id", "start_date"),
    (
        STUDENT,
        SCHOOL,
        SCHOOL_YEAR,
        Column("section_id", "text", "the section, by the id that attendance has"),
        Column(
            "periods", "integer", "class periods of the section on a day that it meets; empty for one",
            unit="periods", required=False, least=1, most=20,
        ),
        Column(
            "weekdays", "text", "days of the week on which it meets, 1 for Monday; empty for each school day",
            required=False, pattern="[1-7]{1,7}",
        ),
        Column("start_date", "date", "first day in it", unit="local date"),
        Column(
            "end_date", "date", "last day in it; empty while it lasts, to the end of the school year",
            unit="local date", required=False,
        ),
    ),
    optional=True,
)  # fmt: skip
