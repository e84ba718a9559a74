"""The results of a scoring run, before they are written to the service database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from features.warehouse.roster import DistrictRoster
from features.way_back.way_back import WayBack
from models.estimators.published_rule import SimilarStudents
from models.explanations.reasons import Reason
from models.explanations.risk_change import RiskChange
from models.feature_dictionary import FeatureDictionary
from models.metrics.track_record import ListRecord, TrackRecord
from models.served_scorer import NotJudged
from serving.scoring.bands import Band
from serving.scoring.headline import Headline

Value = None | bool | int | float | str | date
"""What a cell of a record may hold; dates are stored as ISO text."""

Record = Mapping[str, Value]
"""One row of a district's records, by canonical column name."""


@dataclass(frozen=True)
class History:
    """A student's records over time, oldest first.

    `attendance` has one row per school week: `week` (its Monday), `days` (school days enrolled), `missed`
    (hundredths of a day). `marks` has `term_id`, `course_name`, `subject`, `mark`, `mark_kind`, `known_on`.
    """

    attendance: tuple[Record, ...] = ()
    marks: tuple[Record, ...] = ()


@dataclass(frozen=True)
class ScoredStudent:
    """One student's score with what stands behind it.

    `risk` is None and `band` is "unknown" where the records do not allow a score. `list_position`
    counts from 1; `flagged` says whether the student is within the district's capacity. `list_probability` is the
    chance to be listed before lots were drawn, and `at_random` says that a lot alone listed the student. `place` is the
    student's place on the list of all outcomes, where this outcome is the student's most urgent one, and `kept` says
    that the student stays on it for having been there before.
    `evidence` gives, per feature code of a reason, the records it was computed from. `track_record` says how flags
    like this one turned out, and is None without enough evidence. `way_back` is None where the outcome has none.
    `similar_students` are those whose share the risk is; None where a model scores.
    """

    student_key: str
    school_id: str
    risk: float | None
    band: Band
    list_position: int | None = None
    flagged: bool = False
    list_probability: float | None = None
    at_random: bool = False
    place: int | None = None
    kept: bool = False
    reasons: tuple[Reason, ...] = ()  # what stands out
    strengths: tuple[Reason, ...] = ()
    evidence: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    history: History = History()
    way_back: WayBack | None = None
    track_record: TrackRecord | None = None
    change: RiskChange | None = None
    similar_students: SimilarStudents | None = None


@dataclass(frozen=True)
class SchoolCalendar:
    """The calendar rows a live score needs for one school: tables `calendar_days` and `terms`."""

    school_id: str
    calendar_days: tuple[Record, ...]
    terms: tuple[Record, ...]


@dataclass(frozen=True)
class ServedWeeks:
    """What serves from one school week through another in the release of a run."""

    name: str
    from_week: int
    through_week: int
    serves: Literal["model", "rule"]


@dataclass(frozen=True)
class ScoringRun:
    """Everything one scoring run writes.

    `ended` words what became of students with the outcome: "ended grade 9 off track".
    `verdict` is the gate's on the model of this district, whether or not it is what serves.
    `parts` are the parts of the school year of its release, and `part` the name of the run's own; none in a release
    that serves all year alike. `not_judged` says why nobody judged the run's date.
    `dictionary` words the reasons of this run when they are shown. `data_through` is the newest
    `known_on` that the run could see. `created_at` is aware (UTC). `list_seed` is, with the date, the seed of the lots
    of its list. `list_id` is that of the list to which the runs of several outcomes belong; empty where the run is a
    list of its own, whose students have their places in the order of `scores`.
    """

    run_id: str
    district_id: str
    district_name: str
    outcome: str
    ended: str
    as_of: date
    created_at: datetime
    release_id: str
    scorer: Literal["model", "rule"]
    verdict: Literal["pass", "fail", "not_enough_evidence"]
    bundle_digest: str
    model_version: str
    feature_set: str
    capacity: int
    data_through: date
    dictionary: FeatureDictionary
    roster: DistrictRoster
    scores: tuple[ScoredStudent, ...]
    calendars: tuple[SchoolCalendar, ...] = ()
    headline: Headline | None = None
    last_lists: ListRecord | None = None
    list_seed: int | None = None
    school_week: int | None = None
    part: str | None = None
    not_judged: NotJudged | None = None
    parts: tuple[ServedWeeks, ...] = ()
    list_id: str = ""
