"""What the API takes: rows carry the canonical columns, without the student and the envelope."""

import re
from datetime import date, datetime
from typing import Annotated, Literal, get_args

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MAX_ROWS = 2000
MAX_STUDENTS = 500
ONE, SEVERAL = "one student", "several students"
"""How an error of a request tells which of the two forms it was read as."""

ISO_DAY = r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"


class IsoDay:
    """Reads a date from text of the form YYYY-MM-DD alone: anything else might be read as a timestamp.

    Years go from 1900 to 2100, as in files. Pydantic does all of it: a function of ours for each of some thousand dates
    of a request would take longer than the rest of its rows.
    """

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A text of that form that is a day, or a date already."""
        day = handler(source)
        text = core_schema.chain_schema([core_schema.str_schema(strict=True, pattern=ISO_DAY), day])
        either: list[CoreSchema | tuple[CoreSchema, str]] = [text, core_schema.is_instance_schema(date)]
        return core_schema.union_schema(either, mode="left_to_right", custom_error_type="date_type")

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema of a date."""
        return handler(core_schema.date_schema())


Day = Annotated[date, IsoDay()]
MOMENT = re.compile(
    r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9:]{5})"
)


def iso_moment(value: object) -> object:
    """The same; an error for what is no text with date, time and zone, such as a number that counts seconds."""
    if isinstance(value, datetime) or (isinstance(value, str) and MOMENT.fullmatch(value)):
        return value
    raise PydanticCustomError("timezone_aware", "expected a moment")


Moment = Annotated[AwareDatetime, BeforeValidator(iso_moment)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Yes = Annotated[bool, Field(strict=True)]
SchoolYear = Annotated[
    int, Field(strict=True, ge=1990, le=2100, description="the year in which it ends: 2027 for 2026-27")
]


class Message(BaseModel):
    """Something sent or answered; a key that is not listed is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SentRow(Message):
    """A row of the district's records."""

    known_on: Day | None = Field(default=None, description="when the district knew it; the as-of date if left out")


class EnrollmentRow(SentRow):
    """A spell of enrollment."""

    school_id: Text
    track: Text
    school_year: SchoolYear
    grade_level: Annotated[int, Field(strict=True, ge=-1, le=13)]
    entry_date: Day = Field(description="an entry of an earlier school year counts from the first day of this one")
    exit_date: Day | None = Field(
        default=None, description="as the district's files have it: the last day enrolled, or the first day gone"
    )
    exit_kind: Literal["moved_school", "transferred", "left", "completed", "deceased", "unknown"] | None = None
    is_primary: Yes | None = Field(default=None, description="whether this school counts among several at a time")
    weekdays: Annotated[str, Field(pattern="^[1-7]{1,7}$")] | None = Field(
        default=None, description="days of the week on which a part-time student is expected, 1 for Monday"
    )
    expected_hundredths: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    periods_a_day: Annotated[int, Field(strict=True, ge=1, le=20)] | None = None


class AttendanceRow(SentRow):
    """An exception to being present."""

    school_id: Text
    date: Day
    section_id: Text = Field(description="`day` for daily attendance")
    kind: Literal["absent", "partial", "tardy", "suspended"]
    absent_hundredths: Annotated[int, Field(strict=True, ge=0, le=100, description="hundredths of a day missed")]
    excused: Yes
    code: Text | None = Field(default=None, description="the district's own code, where `day_priority` names it")


class SectionEnrollmentRow(SentRow):
    """A section that the student is in."""

    school_id: Text
    school_year: SchoolYear
    section_id: Text
    periods: Annotated[int, Field(strict=True, ge=1, le=20)] | None = Field(
        default=None, description="class periods on a day that it meets; one if left out"
    )
    weekdays: Annotated[str, Field(pattern="^[1-7]{1,7}$")] | None = Field(
        default=None, description="days of the week on which it meets, 1 for Monday; each school day if left out"
    )
    start_date: Day
    end_date: Day | None = None


class MarkRow(SentRow):
    """A mark of a course."""

    school_id: Text
    school_year: SchoolYear
    term_id: Text
    course_id: Text
    course_name: Text
    subject: Literal["ela", "math", "science", "social_science", "other"]
    mark_kind: Literal["progress", "final"]
    mark: Literal["A", "B", "C", "D", "F", "P", "NP"] | None = None
    points_hundredths: Annotated[int, Field(strict=True, ge=0, le=500)] | None = None
    credits_attempted_hundredths: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    credits_earned_hundredths: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    a_g: Literal["a", "b", "c", "d", "e", "f", "g"] | None = None
    unweighted_points_hundredths: Annotated[int, Field(strict=True, ge=0, le=500)] | None = None
    mark_status: Literal["incomplete", "withdrawn", "audit", "not_given"] | None = None
    credit_kind: Literal["course", "transfer", "exam"] | None = None
    recovers_course_id: Text | None = None


class IncidentRow(SentRow):
    """A behavior incident."""

    incident_id: Text
    school_id: Text
    date: Day
    severity: Literal["minor", "major"]


class DisciplineActionRow(SentRow):
    """What followed an incident."""

    incident_id: Text
    school_id: Text
    date: Day
    action: Literal["conference", "detention", "in_school_suspension", "out_of_school_suspension", "expulsion"]
    days_removed_hundredths: Annotated[int, Field(strict=True, ge=0, le=20000)]


class SentRecords(Message):
    """One student's records, of this school year and those before. Attendance holds exceptions only."""

    enrollments: list[EnrollmentRow] = Field(min_length=1, max_length=MAX_ROWS)
    attendance: list[AttendanceRow] = Field(default_factory=list, max_length=MAX_ROWS)
    section_enrollments: list[SectionEnrollmentRow] = Field(default_factory=list, max_length=MAX_ROWS)
    marks: list[MarkRow] = Field(default_factory=list, max_length=MAX_ROWS)
    incidents: list[IncidentRow] = Field(default_factory=list, max_length=MAX_ROWS)
    discipline_actions: list[DisciplineActionRow] = Field(default_factory=list, max_length=MAX_ROWS)


SENT_ROWS: dict[str, type[SentRow]] = {
    name: get_args(field.annotation)[0] for name, field in SentRecords.model_fields.items()
}
"""The rows that each table of a request holds."""


class ReadLater:
    """Says in the schema of an object what it is read as, student by student, once the request itself is read."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema of one student's records."""
        return handler(SentRecords.__pydantic_core_schema__)


SentObject = Annotated[dict[str, object], ReadLater()]


class SentStudents(Message):
    """Several students, each answered by itself: the records of one that are not as expected refuse no other."""

    students: list[SentObject] = Field(min_length=1, max_length=MAX_STUDENTS, description="the records of each")


def form_of(sent: object) -> str:
    """Which form a request has: of several students where it says `students`."""
    return SEVERAL if isinstance(sent, SentStudents) or (isinstance(sent, dict) and "students" in sent) else ONE


SentForScores = Annotated[
    Annotated[SentRecords, Tag(ONE)] | Annotated[SentStudents, Tag(SEVERAL)], Discriminator(form_of)
]
FORMS: dict[str, type[Message]] = {ONE: SentRecords, SEVERAL: SentStudents}


class Health(Message):
    """The service is up."""

    status: Literal["ok"] = "ok"
