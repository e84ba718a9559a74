"""A scoring run: everything one run writes to the service database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from features.way_back.way_back import WayBack
from models.explanations.reasons import Reason
from models.explanations.risk_change import RiskChange
from models.feature_dictionary import Entry, FeatureDictionary
from models.metrics.track_record import ListRecord, TrackRecord
from serving.scoring.bands import Band
from serving.store.json_values import to_json_values
from serving.store.rows import (
    CalendarRow,
    CaseloadRow,
    ContactRow,
    DistrictRow,
    Role,
    Row,
    RunRow,
    SchoolRow,
    ScoreRow,
    SessionRow,
    StaffRow,
    StudentRow,
)
from serving.store.run_queries import latest_run, previous_run, run_scores

Value = None | bool | int | float | str | date
"""What a cell of a record may hold; dates are stored as ISO text."""

Record = Mapping[str, Value]
"""One row of a district's records, by canonical column name."""


@dataclass(frozen=True)
class School:
    """One school."""

    school_id: str
    name: str


@dataclass(frozen=True)
class StaffMember:
    """A person who may sign in, and the scope they have."""

    staff_id: str
    first_name: str
    last_name: str
    email: str
    role: Role
    school_id: str | None = None


@dataclass(frozen=True)
class Assignment:
    """A student on a counselor's caseload, from a first to a last day (None while it lasts)."""

    staff_id: str
    student_key: str
    start_date: date
    end_date: date | None = None


@dataclass(frozen=True)
class Student:
    """A student as people know them."""

    student_key: str
    student_id: str
    first_name: str
    last_name: str
    grade_level: int
    school_id: str


@dataclass(frozen=True)
class Contact:
    """A contact or plan, as a dated fact."""

    support_id: str
    student_key: str
    kind: Literal["contact", "plan"]
    date: date
    staff_id: str | None = None


@dataclass(frozen=True)
class Roster:
    """Who is who in the district on the run's as-of date; it replaces the one before."""

    schools: tuple[School, ...]
    staff: tuple[StaffMember, ...]
    caseloads: tuple[Assignment, ...]
    students: tuple[Student, ...]
    contacts: tuple[Contact, ...] = ()


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
    counts from 1; `flagged` says whether the student is within the district's capacity.
    `evidence` gives, per feature code of a reason, the records it was computed from. `track_record` says how flags
    like this one turned out, and is None without enough evidence. `way_back` is None where the outcome has none.
    """

    student_key: str
    school_id: str
    risk: float | None
    band: Band
    list_position: int | None = None
    flagged: bool = False
    reasons: tuple[Reason, ...] = ()  # what stands out
    strengths: tuple[Reason, ...] = ()
    evidence: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    history: History = History()
    way_back: WayBack | None = None
    track_record: TrackRecord | None = None
    change: RiskChange | None = None


@dataclass(frozen=True)
class SchoolCalendar:
    """The calendar rows a live score needs for one school: tables `calendar_days` and `terms`."""

    school_id: str
    calendar_days: tuple[Record, ...]
    terms: tuple[Record, ...]


@dataclass(frozen=True)
class Headline:
    """Of 100 students listed like this in the test year, how many ended off track.

    `per_hundred`, `low` and `high` (the interval) are counts of 100; a run has no headline at all
    where the evidence does not allow one.
    """

    per_hundred: float
    low: float
    high: float
    listed: int
    test_year: int


@dataclass(frozen=True)
class ScoringRun:
    """Everything one scoring run writes.

    `ended` is what is said of students whom the outcome came to: "ended grade 9 off track".
    `verdict` is the gate's on the model of this district, whether or not it is what serves.
    `dictionary` words the reasons of this run when they are shown. `data_through` is the newest
    `known_on` that the run could see. `created_at` is aware (UTC).
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
    roster: Roster
    scores: tuple[ScoredStudent, ...]
    calendars: tuple[SchoolCalendar, ...] = ()
    headline: Headline | None = None
    last_lists: ListRecord | None = None


def record_run(session: Session, run: ScoringRun) -> bool:
    """Writes a run into the session's transaction; False, and nothing written, where it is there already."""
    if session.get(RunRow, (run.district_id, run.run_id)) is not None:
        return False
    before = latest_run(session, run.district_id, run.outcome)
    if before is None or before.as_of <= run.as_of:
        replace_roster(session, run)
    session.add(run_row(run))
    session.flush()
    add_all(session, ScoreRow, score_values(session, run))
    add_all(session, CalendarRow, ({**keys_of(run), **to_json_values(asdict(c))} for c in run.calendars))
    return True


def replace_roster(session: Session, run: ScoringRun) -> None:
    """Puts the run's roster in place of the one before; people who stay keep their password."""
    district = session.get(DistrictRow, run.district_id) or DistrictRow(district_id=run.district_id)
    district.name = run.district_name
    session.add(district)
    session.flush()
    for table, parts in (
        (SchoolRow, run.roster.schools),
        (StudentRow, run.roster.students),
        (CaseloadRow, run.roster.caseloads),
        (ContactRow, run.roster.contacts),
    ):
        session.execute(delete(table).where(table.district_id == run.district_id))
        add_all(session, table, ({"district_id": run.district_id, **asdict(part)} for part in parts))
    replace_staff(session, run.district_id, run.roster.staff)


def replace_staff(session: Session, district_id: str, staff: Sequence[StaffMember]) -> None:
    """Adds and updates the district's people; those who are gone lose their password and are signed out."""
    gone = {row.staff_id: row for row in session.scalars(select(StaffRow).where(StaffRow.district_id == district_id))}
    for member in staff:
        gone.pop(member.staff_id, None)
        session.merge(StaffRow(district_id=district_id, **asdict(member)))
    for row in gone.values():
        session.execute(
            delete(SessionRow).where(SessionRow.district_id == district_id, SessionRow.staff_id == row.staff_id)
        )
        session.delete(row)
    session.flush()


def run_row(run: ScoringRun) -> RunRow:
    """The run without its students."""
    taken = ("roster", "scores", "calendars", "dictionary", "headline", "last_lists", "district_name")
    facts = {name: value for name, value in vars(run).items() if name not in taken}
    return RunRow(
        **facts,
        students=len(run.scores),
        flagged=sum(score.flagged for score in run.scores),
        unscored=sum(score.risk is None for score in run.scores),
        headline=asdict(run.headline) if run.headline else None,
        last_lists=asdict(run.last_lists) if run.last_lists else None,
        dictionary=[words_of(entry) for entry in run.dictionary.entries],
    )


def words_of(entry: Entry) -> dict[str, Value]:
    """What the pages need of a feature to say it."""
    return {
        "name": entry.name,
        "because": entry.because,
        "one": entry.one,
        "strength": entry.strength.words if entry.strength else "",
        "domain": entry.domain,
        "can_change": entry.can_change,
        "concept": entry.concept,
    }


def score_values(session: Session, run: ScoringRun) -> Iterable[dict[str, object]]:
    """The rows of the run's students, each beside the student's score in the run before."""
    before = previous_run(session, run.district_id, run.outcome, run.as_of)
    scores = {} if before is None else run_scores(session, before)
    for score in run.scores:
        previous = scores.get(score.student_key)
        yield {
            **keys_of(run),
            **to_json_values(vars(score)),
            "previous_risk": previous.risk if previous else None,
            "previous_band": previous.band if previous else None,
            "previous_as_of": before.as_of if before and previous else None,
        }


def keys_of(run: ScoringRun) -> dict[str, object]:
    """What every row of a run begins with."""
    return {"district_id": run.district_id, "run_id": run.run_id}


def add_all(session: Session, table: type[Row], rows: Iterable[dict[str, object]]) -> None:
    """Inserts the rows, if there are any."""
    batch = list(rows)
    if batch:
        session.execute(insert(table), batch)
