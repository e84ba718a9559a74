"""What the API takes and gives. Rows carry the canonical columns, without the student and the envelope."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from serving.scoring.bands import Band

MAX_ROWS = 2000


def iso_date(value: object) -> object:
    """The same; an error for a JSON value that is no text of the form YYYY-MM-DD, which might be read as a timestamp.

    Years go from 1900 to 2100, as in files.
    """
    if isinstance(value, date) or (
        isinstance(value, str) and re.fullmatch(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", value)
    ):
        return value
    raise PydanticCustomError("date_type", "expected a date")


Day = Annotated[date, BeforeValidator(iso_date)]
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
    credits_attempted_hundredths: Annotated[int, Field(strict=True, ge=0, le=1000)]
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


class GivenReason(Message):
    """What stands out in the records, or speaks for the student. Not what caused anything."""

    code: str = Field(description="the feature")
    value: float | bool | str | None = Field(description="the student's value of it")
    sentence: str = Field(description="in words, in the language asked for")
    domain: str = Field(description="attendance, grades, behavior or mobility")
    concept: str = Field(default="", description="features of one concept are one reason together")


class GivenMove(Message):
    """A feature whose value moved since the run before."""

    code: str = Field(description="the feature")
    before: float | bool | str | None
    now: float | bool | str | None
    sentence: str = Field(description="its value now, in words")


class GivenChange(Message):
    """How far the risk moved since the run before. The two parts add up to the difference of the two risks."""

    by_data: float | None = Field(description="what the records changed; null where the release of then is gone")
    by_release: float | None = Field(
        description="what a new release changed, or another part of the year; 0 while the same scorer serves"
    )
    moved: list[GivenMove] = Field(description="the features that moved it most")
    sentences: list[str] = Field(description="the change in words, as counts of 100 that add up")


class GivenStep(Message):
    """One thing that the published rule still asks for."""

    code: str
    values: dict[str, float] = Field(description="the numbers that the sentence says")
    sentence: str = Field(description="in words, in the language asked for")


class GivenWayBack(Message):
    """What the outcome's published rule still asks for this year. It says nothing about the risk."""

    state: Literal["reachable", "not_reachable", "met"]
    until: date = Field(description="the last day that counts")
    steps: list[GivenStep] = Field(description="where not reachable, the steps that cannot be done any more")
    sentence: str = Field(description="the state in words")


class GivenTrackRecord(Message):
    """How past flags like this one turned out."""

    like: Literal["risk", "list"] = Field(description="flags of a similar risk, or only on the same list")
    n: int = Field(description="students")
    off_track: int = Field(description="those of them who ended off track")
    supported: int = Field(description="those of the others who had a contact or a plan first")
    per_hundred: float
    low: float = Field(description="the lower end of the interval, of 100")
    high: float = Field(description="the upper end of the interval, of 100")
    school_years: list[int] = Field(description="by the year in which each ends")
    sentence: str = Field(description="in words, in the language asked for")


class GivenSimilarStudents(Message):
    """The past students whose share off track the risk of a rule is."""

    n: int = Field(description="how many they are")
    low: float = Field(ge=0, le=1, description="the lower end of the interval around their share")
    high: float = Field(ge=0, le=1, description="the upper end of the interval around their share")
    sentence: str = Field(description="in words, in the language asked for")


SIMILAR = "the past students behind the risk; null where a model gave it, and where they are too few to be told"


class LiveScore(Message):
    """A score for the records that were sent; they are not kept."""

    status: Literal["scored"] = "scored"
    outcome: str = Field(description="what the risk is of")
    risk: float | None = Field(
        ge=0, le=1, description="calibrated probability of ending off track; null on a date that nobody judged"
    )
    band: Band
    reasons: list[GivenReason] = Field(description="what stands out")
    strengths: list[GivenReason] = Field(description="what speaks for the student")
    similar_students: GivenSimilarStudents | None = Field(description=SIMILAR)
    scorer: Literal["model", "rule"] = Field(description="what gave it; rule where the published rule serves")
    part: str | None = Field(default=None, description="the part of the school year; null where one serves all year")
    not_judged: Literal["no_year", "no_school_week", "week", "calendar"] | None = Field(
        default=None, description="why nobody judged the date, so that no model gave it; null where it was judged"
    )
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
    risk: float | None = Field(
        description="calibrated probability of ending off track; null without enough data, or on a date nobody judged"
    )
    band: Band
    flagged: bool = Field(description="within the district's capacity")
    at_random: bool = Field(description="whether a lot alone listed the student, as a check of the list")
    list_probability: float | None = Field(
        description="the chance to be listed before lots were drawn; null in runs made before it was kept"
    )
    reasons: list[GivenReason] = Field(description="what stands out")
    strengths: list[GivenReason] = Field(description="what speaks for the student")
    change: GivenChange | None = Field(
        description="since the run before; null for the first score, or too little evidence"
    )
    way_back: GivenWayBack | None = Field(description="the way back on track; null where the outcome has none")
    track_record: GivenTrackRecord | None = Field(description="null without enough evidence")
    similar_students: GivenSimilarStudents | None = Field(description=SIMILAR)
    scorer: Literal["model", "rule"] = Field(description="what gave it; rule where the published rule serves")
    part: str | None = Field(default=None, description="the part of the school year; null where one serves all year")
    not_judged: Literal["no_year", "no_school_week", "week", "calendar"] | None = Field(
        default=None, description="why nobody judged the date, so that no model gave it; null where it was judged"
    )
    model_version: str
    release: str


class Scores(Message):
    """A student's scores, latest first."""

    student_key: str
    scores: list[PastScore]


class Health(Message):
    """The service is up."""

    status: Literal["ok"] = "ok"
