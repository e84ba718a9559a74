"""What the API says about scores: risk, band, reasons, and what stands behind them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.verdict import GateVerdict
from serving.api.messages import Message, Text
from serving.scoring.bands import Band
from serving.web.problems import Mistake

NotJudgedWhy = Literal["no_year", "no_school_week", "week", "calendar", "level"]
WITHOUT_SCOPE = "null where the program lacks the scope `reasons.read`"


class GivenEvidence(Message):
    """Which records a reason is about; the records themselves are on the student's page."""

    table: str = Field(description="the kind of record")
    records: int = Field(description="how many of them the score saw")
    windows: list[str] = Field(description="which days they are of, such as last_20_school_days or this_school_year")


class GivenReason(Message):
    """What stands out in the records, or speaks for the student. Not what caused anything."""

    code: str = Field(description="the feature")
    value: float | bool | str | None = Field(description="the student's value of it")
    sentence: str = Field(description="in words, in the language asked for")
    domain: str = Field(description="attendance, grades, behavior or mobility")
    concept: str = Field(default="", description="features of one concept are one reason together")
    evidence: GivenEvidence | None = Field(default=None, description="null in a live score, and where none is kept")


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
    """The past students whose share off track the risk of a rule is, or whose range is told in its place."""

    n: int = Field(description="how many they are")
    low: float = Field(ge=0, le=1, description="the lower end of the interval around their share")
    high: float = Field(
        ge=0, le=1, description="the upper end; where `not_judged` is `level`, both are of one more year, unlike others"
    )
    sentence: str = Field(description="in words, in the language asked for")


class GivenInterval(Message):
    """Between which shares the risk likely lies, and what it is computed from."""

    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    of: Literal["similar_students", "track_record"] = Field(
        description="the past students of a rule's share, or those flagged before with a similar risk"
    )


class ScoreLinks(Message):
    """Where to read about what gave a score."""

    card: str = Field(description="the model card; scope `models.read`")
    audit: str = Field(description="the audit; scope `audits.read`")


INTERVAL = "null where too few stand behind it"
UNTOLD = (
    "why no risk is told: nobody judged the date, or by `level` the judged years do not show risks to be near "
    "enough to what happens at such a time; null where it is"
)
SIMILAR = "the past students behind the risk; null where a model gave it, and where they are too few to be told"


class LiveScore(Message):
    """A score for the records that were sent; they are not kept."""

    status: Literal["scored"] = "scored"
    outcome: str = Field(description="what the risk is of")
    risk: float | None = Field(
        ge=0, le=1, description="calibrated probability of ending off track; null where none is told"
    )
    band: Band
    reasons: list[GivenReason] | None = Field(description=f"what stands out; {WITHOUT_SCOPE}")
    strengths: list[GivenReason] | None = Field(description=f"what speaks for the student; {WITHOUT_SCOPE}")
    similar_students: GivenSimilarStudents | None = Field(description=SIMILAR)
    scorer: Literal["model", "rule"] = Field(description="what gave it; rule where the published rule serves")
    part: str | None = Field(default=None, description="the part of the school year; null where one serves all year")
    not_judged: NotJudgedWhy | None = Field(
        default=None,
        description=UNTOLD,
    )
    interval: GivenInterval | None = Field(description=INTERVAL)
    model_version: str
    release: str
    links: ScoreLinks
    as_of: date = Field(description="the date the score looks from: that of the district's last run")
    data_as_of: date = Field(description="the newest record that run could see was known on this date")


class InsufficientData(Message):
    """No score, and why: a valid answer."""

    status: Literal["insufficient_data"] = "insufficient_data"
    detail: str


class RefusedRecords(Message):
    """Records of one of several students that are not as expected; the others are answered all the same."""

    status: Literal["refused"] = "refused"
    errors: list[Mistake] = Field(description="each mistake, with a pointer into the whole request")


class LiveScores(Message):
    """The answers for several students, in the order in which they were sent."""

    scores: list[LiveScore | InsufficientData | RefusedRecords]


class PastScore(Message):
    """A score of a run."""

    run_id: str
    outcome: str
    as_of: date
    data_as_of: date = Field(description="the newest record the run could see was known on this date")
    risk: float | None = Field(
        description="calibrated probability of ending off track; null without enough data, or where none is told"
    )
    band: Band
    flagged: bool = Field(description="within the district's capacity")
    at_random: bool = Field(description="whether a lot alone listed the student, as a check of the list")
    list_probability: float | None = Field(
        description="the chance to be listed before lots were drawn; null in runs made before it was kept"
    )
    reasons: list[GivenReason] | None = Field(description=f"what stands out; {WITHOUT_SCOPE}")
    strengths: list[GivenReason] | None = Field(description=f"what speaks for the student; {WITHOUT_SCOPE}")
    change: GivenChange | None = Field(
        description="since the run before; null for the first score, too little evidence, or without `reasons.read`"
    )
    way_back: GivenWayBack | None = Field(
        description="the way back on track; null where the outcome has none, or without `reasons.read`"
    )
    track_record: GivenTrackRecord | None = Field(description="null without enough evidence")
    similar_students: GivenSimilarStudents | None = Field(description=SIMILAR)
    scorer: Literal["model", "rule"] = Field(description="what gave it; rule where the published rule serves")
    part: str | None = Field(default=None, description="the part of the school year; null where one serves all year")
    not_judged: NotJudgedWhy | None = Field(
        default=None,
        description=UNTOLD,
    )
    interval: GivenInterval | None = Field(description=INTERVAL)
    model_version: str
    release: str
    links: ScoreLinks


class Scores(Message):
    """A student's scores, latest first."""

    student_key: str
    scores: list[PastScore]


class ListedScore(PastScore):
    """A score with the student it is of."""

    student_key: str
    student_id: str = Field(description="the district's own number")
    school_id: str = Field(description="the student's school now")
    grade_level: int


class ScorePage(Message):
    """A page of scores, in an order that does not change while pages are read."""

    as_of: date | None = Field(description="the date of the list that the scores are of; null before the first")
    scores: list[ListedScore]
    next: str | None = Field(description="the address of the next page, as in the `Link` header; null on the last")


class StudentSearch(Message):
    """What to look for: a name, or numbers that the district gave. In a body, so that none stands in an address."""

    name: Annotated[str, Field(min_length=2, max_length=100)] | None = Field(
        default=None, description="parts of a name; case and accents do not count"
    )
    student_ids: list[Text] = Field(default_factory=list, max_length=500, description="the district's own numbers")
    with_scores: bool = Field(default=False, strict=True, description="add the scores of the newest list")

    @model_validator(mode="after")
    def asks_for_something(self) -> "StudentSearch":
        """The same; an error where neither a name nor a number is given, or both."""
        if bool(self.name) == bool(self.student_ids):
            raise PydanticCustomError("one_of", "expected either name or student_ids")
        return self


class FoundStudent(Message):
    """A student that a search found."""

    student_key: str
    student_id: str = Field(description="the district's own number")
    first_name: str
    last_name: str
    grade_level: int
    school_id: str
    scores: list[PastScore] | None = Field(
        description="those of the newest list, the most urgent first, where asked for"
    )


class FoundStudents(Message):
    """The students that a search found, by name; at most 500."""

    students: list[FoundStudent]


class RunLinks(ScoreLinks):
    """Where to read more about a run."""

    scores: str = Field(description="its scores as NDJSON or CSV")


class ScoringRun(Message):
    """A scoring run of one outcome."""

    run_id: str
    list_id: str | None = Field(description="runs with the same one made one list together")
    outcome: str
    as_of: date
    data_as_of: date
    created_at: datetime
    scorer: Literal["model", "rule"]
    verdict: GateVerdict = Field(description="the gate's on the district's model; no_model where none was tried")
    model_version: str
    release: str
    students: int
    flagged: int
    unscored: int = Field(description="students about whom too little is known")
    capacity: int
    links: RunLinks


class ScoringRuns(Message):
    """Scoring runs, the newest first."""

    runs: list[ScoringRun]
    next: str | None = Field(description="the address of the next ones; null where there are none")
