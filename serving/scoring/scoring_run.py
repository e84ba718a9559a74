"""The results of a scoring run, before they are written to the service database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import pandas as pd

from features.warehouse.roster import DistrictRoster
from models.feature_dictionary import FeatureDictionary
from models.metrics.track_record import ListRecord
from models.served_scorer import NotJudged
from models.verdict import GateVerdict
from serving.scoring.headline import Headline
from serving.store.student_records import NOTHING_CHANGED, RecordChanges

Value = None | bool | int | float | str | date
"""What a cell of a record may hold; dates are stored as ISO text."""

Record = Mapping[str, Value]
"""One row of a district's records, by canonical column name."""


@dataclass(frozen=True)
class SchoolCalendar:
    """The calendar rows a live score needs for one school: tables `calendar_days` and `terms`."""

    school_id: str
    calendar_days: tuple[Record, ...]
    terms: tuple[Record, ...]


@dataclass(frozen=True)
class ServedWeeks:
    """What serves from one school week through another in the release of a run, and what it tells beside an order."""

    name: str
    from_week: int
    through_week: int
    serves: Literal["model", "rule"]
    numbers: bool = True
    ranges: bool = False


@dataclass(frozen=True)
class ScoringRun:
    """Everything one scoring run writes.

    `ended` words what became of students with the outcome: "ended grade 9 off track".
    `verdict` is the gate's on the model of this district, whether or not it is what serves.
    `parts` are the parts of the school year of its release, and `part` the name of the run's own; none in a release
    that serves all year alike. `not_judged` says why no number is told of the run's date.
    `dictionary` words the reasons of this run when they are shown. `data_through` is the newest
    `known_on` that the run could see. `created_at` is aware (UTC). `list_seed` is, with the date, the seed of the lots
    of its list. `list_id` is that of the list to which the runs of several outcomes belong; empty where the run is a
    list of its own, whose students have their places in the order of `scores`.

    `scores` has a row per student in the order of the list, and a column per column of `ScoreRow` but for what only the
    database knows (the run, the run before): missing is NaN or None, and what is stored as JSON is there as its text.
    `risk` is missing and `band` is "unknown" where the records do not allow a score. `list_position` counts from 1;
    `flagged` says whether the student is within the district's capacity. `list_probability` is the chance to be listed
    before lots were drawn, and `at_random` says that a lot alone listed the student. `place` is the student's place on
    the list of all outcomes, where this outcome is the student's most urgent one, and `kept` says that the student
    stays on it for having been there before. `track_record` says how flags like this one turned out, and is missing
    without enough evidence. `similar_students` are those whose share the risk is; missing where a model scores.

    `records` is what changed of the students' records, `record_tables` the table of the records behind each feature,
    and `weeks` are those of which `history` tells the attendance.
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
    verdict: GateVerdict
    bundle_digest: str
    model_version: str
    feature_set: str
    capacity: int
    data_through: date
    dictionary: FeatureDictionary
    roster: DistrictRoster
    scores: pd.DataFrame
    records: RecordChanges = NOTHING_CHANGED
    record_tables: Mapping[str, str] = field(default_factory=dict)
    weeks: tuple[str, ...] = ()
    school_year: int | None = None
    calendars: tuple[SchoolCalendar, ...] = ()
    headline: Headline | None = None
    last_lists: ListRecord | None = None
    list_seed: int | None = None
    school_week: int | None = None
    part: str | None = None
    not_judged: NotJudged | None = None
    parts: tuple[ServedWeeks, ...] = ()
    list_id: str = ""
