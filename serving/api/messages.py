"""What the API takes and gives. Rows carry the canonical columns, without the student and the envelope."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.bands import Band

MOST_ROWS = 2000
Text = Annotated[str, Field(min_length=1, max_length=200)]
Yes = Annotated[bool, Field(strict=True)]
SchoolYear = Annotated[
    int, Field(strict=True, ge=1990, le=2100, description="the year in which it ends: 2027 for 2026-27")
]


class Message(BaseModel):
    """Something sent or answered; a key that is not listed is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SentRow(Message):
    """A row of the district's records."""

    known_on: date | None = Field(default=None, description="when the district knew it; the as-of date if left out")


class EnrollmentRow(SentRow):
    """A spell of enrollment."""

    school_id: Text
    track: Text
    school_year: SchoolYear
    grade_level: Annotated[int, Field(strict=True, ge=-1, le=13)]
    entry_date: date
    exit_date: date | None = None
    exit_kind: Literal["moved_school", "transferred", "left", "completed", "deceased", "unknown"] | None = None


class AttendanceRow(SentRow):
    """An exception to being present."""

    school_id: Text
    date: date
    section_id: Text = Field(description="`day` for daily attendance")
    kind: Literal["absent", "partial", "tardy", "suspended"]
    absent_hundredths: Annotated[int, Field(strict=True, ge=0, le=100, description="hundredths of a day missed")]
    excused: Yes


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
    credits_attempted_hundredths: Annotated[int, Field(strict=True, ge=0, le=1000)]
    credits_earned_hundredths: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    a_g: Literal["a", "b", "c", "d", "e", "f", "g"] | None = None


class IncidentRow(SentRow):
    """A behavior incident."""

    incident_id: Text
    school_id: Text
    date: date
    severity: Literal["minor", "major"]


class DisciplineActionRow(SentRow):
    """What followed an incident."""

    incident_id: Text
    school_id: Text
    date: date
    action: Literal["conference", "detention", "in_school_suspension", "out_of_school_suspension", "expulsion"]
    days_removed_hundredths: Annotated[int, Field(strict=True, ge=0, le=20000)]


class SentRecords(Message):
    """One student's records, of this school year and those before. Attendance holds exceptions only."""

    enrollments: list[EnrollmentRow] = Field(min_length=1, max_length=MOST_ROWS)
    attendance: list[AttendanceRow] = Field(default_factory=list, max_length=MOST_ROWS)
    marks: list[MarkRow] = Field(default_factory=list, max_length=MOST_ROWS)
    incidents: list[IncidentRow] = Field(default_factory=list, max_length=MOST_ROWS)
    discipline_actions: list[DisciplineActionRow] = Field(default_factory=list, max_length=MOST_ROWS)


class GivenReason(Message):
    """A feature that raised the risk. What stands out in the records, not what caused anything."""

    code: str = Field(description="the feature")
    value: float | bool | str | None = Field(description="the student's value of it")
    sentence: str = Field(description="the reason in words")
    domain: str = Field(description="attendance, grades, behavior or mobility")


class LiveScore(Message):
    """A score for the records that were sent; they are not kept."""

    status: Literal["scored"] = "scored"
    risk: float = Field(ge=0, le=1, description="calibrated probability of ending off track")
    band: Band
    reasons: list[GivenReason]
    scorer: Literal["model", "rule"] = Field(description="what gave it; rule where the published rule serves")
    model_version: str
    release: str
    as_of: date = Field(description="the date the score looks from: that of the district's last run")


class InsufficientData(Message):
    """No score, and why: a valid answer."""

    status: Literal["insufficient_data"] = "insufficient_data"
    detail: str


class PastScore(Message):
    """A score of a run."""

    run_id: str
    outcome: str
    as_of: date
    data_as_of: date = Field(description="the newest record the run could see was known on this date")
    risk: float | None = Field(description="calibrated probability of ending off track; null without enough data")
    band: Band
    flagged: bool = Field(description="within the district's capacity")
    reasons: list[GivenReason]
    scorer: Literal["model", "rule"] = Field(description="what gave it; rule where the published rule serves")
    model_version: str
    release: str


class Scores(Message):
    """A student's scores, latest first."""

    student_key: str
    scores: list[PastScore]


class Health(Message):
    """The service is up."""

    status: Literal["ok"] = "ok"
