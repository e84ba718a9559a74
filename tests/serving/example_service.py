"""An example service: educators and students of two districts in which every id is the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definitions.grade9 import NinthGrade
from features.service_settings import Service
from features.settings import District, Settings
from features.warehouse.roster import DistrictRoster
from features.way_back.steps import WayBack, WayBackStep
from models.estimators.published_rule import TOO_FEW, SimilarStudents
from models.explanations.reasons import Reason
from models.explanations.risk_change import FeatureChange, RiskChange
from models.feature_dictionary import dictionary_of
from models.metrics.track_record import ListRecord, TrackRecord
from serving.access.accounts import open_session
from serving.app import create_app
from serving.app_context import AppContext
from serving.scoring.bands import band_of
from serving.scoring.headline import Headline
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import Record, SchoolCalendar, ScoringRun
from serving.store.database import open_engine, read_session, write_session
from serving.store.rows import Row
from tests.serving.clock import Clock
from tests.serving.databases import ON_POSTGRESQL, owner_address, postgresql_address, put_empty_file
from tests.serving.example_collaborative import collaborative_in, share_examples
from tests.serving.example_records import absences, history, marks
from tests.serving.example_scores import ScoredStudent, with_scores

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
DISTRICTS = {"harbor": "Harbor Unified", "mesa": "Mesa Valley"}
XSS = "<img src=x onerror=alert(1)>"

# name of the student in harbor, in mesa; key, school, grade, risk, place on the list
STUDENTS = (
    ("Amara Boateng", "Abel Quintana", "k-amara", "north", 9, 0.83, 1),
    ("Bruno Castellanos", "Bea Rasmussen", "k-bruno", "north", 9, 0.41, 2),
    ("Chloe Dunham", "Cyrus Stavros", "k-chloe", "south", 9, 0.62, 3),
    ("Dmitri Eklund", "Dora Thibault", "k-dmitri", "south", 9, 0.07, 4),
    (f"Emil {XSS}", f"Edda {XSS}", "k-emil", "north", 9, None, None),
    ("Farah Grönholm", "Felix Umarov", "k-farah", "north", 10, None, None),
)
STAFF = (
    ("Ines Moreno", "Ilse Vandermeer", "s-ines", "counselor", "north"),
    ("Jonas Nakamura", "Jade Whitlock", "s-jonas", "counselor", "south"),
    ("Kira Olufsen", "Kwame Xavier", "s-kira", "principal", "north"),
    ("Lena Petrov", "Luis Yamada", "s-lena", "district", None),
    ("Mateo Quigley", "Mona Zielinski", "s-mateo", "counselor", "north"),
)
CASELOADS = {
    "harbor": {"s-ines": ("k-amara", "k-bruno", "k-emil", "k-farah"), "s-jonas": ("k-chloe", "k-dmitri")},
    "mesa": {"s-ines": ("k-bruno", "k-chloe"), "s-mateo": ("k-amara", "k-emil"), "s-jonas": ("k-farah",)},
}
CONTACTS = {
    "harbor": ("k-amara", "contact", date(2026, 11, 6), "s-ines"),
    "mesa": ("k-amara", "plan", date(2026, 11, 9), "s-mateo"),
}
FLAGGED = 3

DICTIONARY = dictionary_of(NinthGrade)
REASONS = (
    Reason("absence_rate_20d", 0.25, 0.9, "attendance", "absence_lately"),
    Reason("core_failing_now", 1.0, 0.6, "grades", "marks_now"),
    Reason("gpa_previous_year", 1.4, 0.2, "grades", "marks_before"),
)
OTHER_REASONS = {
    "k-bruno": (Reason("absence_rate_20d", 0.15, 0.5, "attendance", "absence_lately"), REASONS[2]),
    "k-chloe": (Reason("core_failing_now", 2.0, 0.8, "grades", "marks_now"), REASONS[2]),
}
STRENGTHS = (
    Reason("incidents_year", 0.0, -0.4, "behavior", "behavior_this_year"),
    Reason("tardies_45d", 0.0, -0.2, "attendance", "tardies"),
)
WAY_BACK = WayBack(
    "reachable",
    (
        WayBackStep(
            "earn_credits", {"credits": 5.0, "so_far": 0.0, "least": 5.0, "to_be_had": 6.0, "pass": 10, "of": 12}
        ),
        WayBackStep("pass_core", {"so_far": 0, "most": 1, "may": 1, "pass": 7, "of": 8}),
    ),
    date(2027, 6, 4),
)
LOST = replace(WAY_BACK, state="not_reachable", steps=(WayBackStep("pass_core", {"so_far": 3, "most": 1, "may": 0}),))
MET = replace(WAY_BACK, state="met", steps=())
TRACK_RECORD = TrackRecord("risk", 130, 81, 12, per_hundred=62.3, low=54.0, high=69.4, school_years=(2025, 2026))
SIMILAR_STUDENTS = {
    "k-amara": SimilarStudents(26, 0.66, 0.93),
    "k-bruno": SimilarStudents(82, 0.31, 0.52),
    "k-chloe": TOO_FEW,
    "k-dmitri": SimilarStudents(1640, 0.06, 0.08),
}
"""The past students behind the risks of a rule; those of k-chloe are too few to be told."""
MOVED = (FeatureChange("absence_rate_20d", 0.10, 0.25), FeatureChange("core_failing_now", 0.0, 1.0))
LAST_LISTS = ListRecord(2026, 212, 118, 61, 20, 13, 0, 0, never_listed=180, off_track=400)
MODEL_EVIDENCE = Headline(per_hundred=61.2, low=54.0, high=68.4, listed=212, test_year=2025)


def person(district_id: str, in_harbor: str, in_mesa: str) -> tuple[str, str]:
    """First and last name of the one who has this part in the district."""
    first, _, last = (in_harbor if district_id == "harbor" else in_mesa).partition(" ")
    return first, last


def roster_of(district_id: str) -> DistrictRoster:
    """Who is who in the district."""
    schools = [(school, f"{school.title()} {district_id.title()} High") for school in ("north", "south")]
    staff = [
        (staff_id, *person(district_id, harbor, mesa), f"{staff_id}@example.org", role, school)
        for harbor, mesa, staff_id, role, school in STAFF
    ]
    students = [
        (key, f"10{i}", *person(district_id, harbor, mesa), grade, school)
        for i, (harbor, mesa, key, school, grade, _, _) in enumerate(STUDENTS)
    ]
    start = date(2026, 8, 17)
    now = [(staff_id, key, start, None) for staff_id, keys in CASELOADS[district_id].items() for key in keys]
    past = ("s-jonas", "k-amara", start, date(2026, 11, 19))
    return DistrictRoster(
        schools=frame("school_id name", schools),
        staff=frame("staff_id first_name last_name email role school_id", staff),
        caseloads=frame("staff_id student_key start_date end_date", [*now, past]),
        students=frame("student_key student_id first_name last_name grade_level school_id", students),
        supports=frame("support_id student_key kind date staff_id", [("sup-1", *CONTACTS[district_id])]),
    )


def frame(columns: str, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Rows as the warehouse gives them: days as pandas has them."""
    table = pd.DataFrame(rows, columns=columns.split())
    days = [name for name in table if name == "date" or str(name).endswith("_date")]
    return table.assign(**{str(name): pd.to_datetime(table[name]) for name in days})


def scored(key: str, school: str, risk: float | None, place: int | None, *, change: float = 0.0) -> ScoredStudent:
    """A student's score, which moved by `change`; those with little risk have no reasons and nothing left to do."""
    reasons = OTHER_REASONS.get(key, REASONS) if risk is not None and risk >= 0.25 else ()
    core = tuple(row for row in marks() if row["mark"] == "F")
    listed = place is not None and place <= FLAGGED
    return ScoredStudent(
        student_key=key,
        school_id=school,
        risk=risk,
        band=band_of(risk, (0.25, 0.50)),
        list_position=place,
        flagged=listed,
        reasons=reasons,
        strengths=() if risk is None else STRENGTHS[1:] if key == "k-bruno" else STRENGTHS,
        evidence={"absence_rate_20d": absences(), "core_failing_now": core} if reasons else {},
        history=history(),
        absences=absences(),
        way_back=None if risk is None else WAY_BACK if key == "k-amara" else LOST if listed else MET,
        track_record=TRACK_RECORD if listed else None,
        change=RiskChange(change - 0.06, 0.06, MOVED) if change and risk is not None else None,
    )


def calendar(school_id: str) -> SchoolCalendar:
    """Weekdays of the fall up to today, and its term."""
    days = [date(2026, 8, 17) + timedelta(days=i) for i in range((TODAY - date(2026, 8, 17)).days + 1)]
    rows: tuple[Record, ...] = tuple(
        {
            "school_id": school_id, "track": "main", "date": day, "school_year": 2027,
            "in_session": True, "attendance_taken": True,
        }
        for day in days if day.weekday() < 5
    )  # fmt: skip
    term: Record = {
        "school_year": 2027, "term_id": "S1", "kind": "semester",
        "start_date": date(2026, 8, 17), "end_date": date(2027, 1, 22),
    }  # fmt: skip
    return SchoolCalendar(school_id, rows, (term,))


def run_of(district_id: str, as_of: date = TODAY, *, less: float = 0.0, change: float = 0.0) -> ScoringRun:
    """The district's run of that day, at so much `less` risk: harbor is served by a model, mesa by the rule."""
    model = district_id == "harbor"
    run = ScoringRun(
        ended="ended grade 9 off track",
        run_id=f"run-{as_of}",
        district_id=district_id,
        district_name=DISTRICTS[district_id],
        outcome="grade9_off_track_chicago",
        as_of=as_of,
        created_at=NOW - (TODAY - as_of),
        release_id="r-0001",
        scorer="model" if model else "rule",
        verdict="pass" if model else "not_enough_evidence",
        bundle_digest="0" * 64,
        model_version=f"grade9 {district_id}",
        feature_set="grade9",
        capacity=FLAGGED,
        data_through=as_of,
        dictionary=DICTIONARY,
        roster=roster_of(district_id),
        scores=pd.DataFrame(),
        calendars=(calendar("north"), calendar("south")),
        headline=MODEL_EVIDENCE if model else None,
        last_lists=LAST_LISTS if model else None,
    )
    return with_scores(run, scores_of(district_id, less=less, change=change))


def scores_of(district_id: str, *, less: float = 0.0, change: float = 0.0) -> tuple[ScoredStudent, ...]:
    """The scores of the district's ninth graders, at so much `less` risk."""
    model = district_id == "harbor"
    return tuple(
        replace(
            scored(key, school, None if risk is None else max(0.0, risk - less), place, change=change),
            similar_students=None if model or less else SIMILAR_STUDENTS.get(key),
        )
        for _, _, key, school, grade, risk, place in STUDENTS
        if grade == 9
    )


def settings_in(folder: Path, *, postgresql: bool = ON_POSTGRESQL) -> Settings:
    """An installation with both districts, whose clock stands still."""
    districts = tuple(District(id=d, name=name) for d, name in DISTRICTS.items())
    service = Service(database=postgresql_address(folder) if postgresql else "", hosts=("testserver",))
    shared = collaborative_in(folder)
    return Settings(home=folder, today=TODAY, districts=districts, service=service, collaborative=shared)


class ExampleService:
    """An application on a folder, and its clock."""

    def __init__(
        self,
        folder: Path,
        *,
        postgresql: bool = ON_POSTGRESQL,
        adapt: Callable[[Settings], Settings] = lambda settings: settings,
    ) -> None:
        if not postgresql:
            put_empty_file(folder)
        share_examples(folder)
        self.clock = Clock(NOW)
        self.app: FastAPI = create_app(adapt(settings_in(folder, postgresql=postgresql)), self.clock)
        self.context: AppContext = self.app.state.context
        self.engine = open_engine(owner_address(folder)) if postgresql else self.context.engine

    def close(self) -> None:
        """Closes every connection to the database."""
        self.context.engine.dispose()
        self.engine.dispose()

    def record_example_runs(self) -> None:
        """Records last week's run and today's, which another release scored, in both districts."""
        with self.write_session() as session:
            for district_id in DISTRICTS:
                write_run(session, run_of(district_id, TODAY - timedelta(days=7), less=0.2))
                write_run(session, replace(run_of(district_id, change=0.2), release_id="r-0002"))

    def record_next_run(self, district_id: str) -> None:
        """Records next week's run of a district."""
        with self.write_session() as session:
            write_run(session, run_of(district_id, TODAY + timedelta(days=7)))

    @contextmanager
    def write_session(self) -> Iterator[Session]:
        """A session that is kept."""
        with write_session(self.engine) as session:
            yield session

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """A session that only reads."""
        with read_session(self.engine) as session:
            yield session

    def rows(self, table: type[Row]) -> list[Row]:
        """Every row of a table."""
        with self.read_session() as session:
            return list(session.scalars(select(table)))

    def session_of(self, district_id: str, staff_id: str) -> str:
        """A token of somebody signed in, without typing a password."""
        with self.write_session() as session:
            return open_session(session, district_id, staff_id, self.clock())
