"""What the API says about models and rules: which serve, how they were audited, and how lists turned out."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field, JsonValue

from models.verdict import GateVerdict
from serving.api.messages import Message
from serving.api.score_messages import ScoreLinks


class GivenModel(Message):
    """A model or rule that was released for one outcome of the district."""

    model_id: str = Field(description="the first 16 letters of the digest of its signed files")
    model_version: str
    outcome: str
    grade_band: str
    kind: Literal["model", "rule"] | None = Field(description="null where its files do not open any more")
    verdict: GateVerdict | None = Field(
        description="the gate's verdict, as signed; no_model where none was tried, null where nothing was judged"
    )
    serves: bool = Field(description="whether it is in service now")
    release: str = Field(description="its latest release")
    released_at: datetime
    links: ScoreLinks


class GivenModels(Message):
    """Every model and rule that was released in the district, those in service first."""

    models: list[GivenModel]


class GivenCheck(Message):
    """One check of the gate."""

    code: str
    verdict: str
    says: str


class GivenAudit(Message):
    """What the gate checked and what the audit published: figures of groups with intervals, small groups left out."""

    model_id: str
    outcome: str
    verdict: GateVerdict | None = Field(description="no_model where none was tried; null where nothing was judged")
    checks: list[GivenCheck]
    audit: dict[str, JsonValue] | None = Field(description="as in the technical report; null where nothing was judged")


class ListsOfYear(Message):
    """How the lists of a school year turned out, each student counted once."""

    school_year: int = Field(description="the year in which it ends")
    listed: int
    came_true: int = Field(description="ended off track")
    did_not: int = Field(description="ended on track, without support first")
    supported: int = Field(description="ended on track, and had a contact or a plan first")
    moved_away: int
    still_open: int
    not_told: int
    never_listed: int = Field(description="ended off track and was never listed")
    off_track: int


class TestYear(Message):
    """Of 100 students listed like this in the test year, how many ended off track."""

    per_hundred: float
    low: float = Field(description="the lower end of the interval, of 100")
    high: float = Field(description="the upper end of the interval, of 100")
    listed: int
    test_year: int


class OutcomeRecord(Message):
    """How lists of one outcome turned out."""

    outcome: str
    as_of: date
    model_version: str
    release: str
    last_lists: ListsOfYear | None = Field(description="last school year's lists; null before there were any")
    test_year: TestYear | None = Field(description="the year it was tested on; null where nothing could be judged")
    links: ScoreLinks


class TrackRecords(Message):
    """How the district's lists turned out, by outcome."""

    outcomes: list[OutcomeRecord]
