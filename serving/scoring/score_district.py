"""A scoring run: from a district's warehouse and its release to everything pages and the API answer with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from features.ledger.ledger import build_ledger
from features.quality.check import check_district, refuse_errors
from features.quality.check_codes import Finding
from features.settings import Settings
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from serving.scoring.district_release import DistrictRelease, load_current_release
from serving.scoring.district_roster import read_calendars, roster_of
from serving.scoring.flags import write_flags
from serving.scoring.headline import gate_verdict, headline_of_bundle
from serving.scoring.ranking import rank_cohort
from serving.scoring.risk_change import PreviousRun, load_previous_run
from serving.scoring.scoring_run import ScoringRun, record_run
from serving.scoring.student_scores import RunInputs, build_scores, last_year_lists
from serving.store.database import reading as reading_service
from serving.store.database import writing
from serving.store.rows import RunRow

Progress = Callable[[str], None]


@dataclass(frozen=True)
class RunSummary:
    """A scoring run in numbers; `written` is False where it was there already.

    `warnings` is what does not quite add up in the records.
    """

    run_id: str
    scorer: str
    students: int
    listed: int
    written: bool
    warnings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What `ontrack score --json` prints."""
        return {**vars(self), "warnings": [finding.as_json() for finding in self.warnings]}


def score_district(
    settings: Settings, engine: Engine, district_id: str, *, as_of: date, now: datetime, progress: Progress
) -> RunSummary:
    """Scores the cohort; flags go to the warehouse first, then everything pages need to the service database.

    The same release and records on the same date are the same run, which is made once. Refused where the records do
    not add up.
    """
    served = load_current_release(settings, district_id)
    warehouse, zone = settings.warehouse(district_id), ZoneInfo(served.district.timezone)
    with open_warehouse(warehouse) as reader:
        run_id = f"{as_of}-{served.release.release_id}-{reader.data_version()[:8]}"
        made = find_summary(engine, district_id, run_id)
        if made is not None:
            return made
        progress(f"{served.district.name}: checking records")
        today = settings.today or now.astimezone(zone).date()
        found = check_district(reader, served.district, today)
        refuse_errors(found)
        progress(f"{served.district.name}: scoring as of {as_of} by the {served.bundle.kind}")
        before = load_previous_run(settings, engine, served, as_of)
        run = build_run(settings, served, reader, run_id=run_id, as_of=as_of, now=now, before=before)
    write_flags(warehouse, run, today)
    with writing(engine) as session:
        record_run(session, run)
    listed = sum(score.flagged for score in run.scores)
    return RunSummary(run_id, run.scorer, len(run.scores), listed, written=True, warnings=found.warnings)


def find_summary(engine: Engine, district_id: str, run_id: str) -> RunSummary | None:
    """The run as an earlier call wrote it, None where it did not."""
    with reading_service(engine) as session:
        row = session.get(RunRow, (district_id, run_id))
        return RunSummary(run_id, row.scorer, row.students, row.flagged, written=False) if row else None


def build_run(
    settings: Settings,
    served: DistrictRelease,
    reader: Reader,
    *,
    run_id: str,
    as_of: date,
    now: datetime,
    before: PreviousRun | None = None,
) -> ScoringRun:
    """Everything the run will write, read from the warehouse in one go; `before` is the run that it follows."""
    view = reader.view(as_of)
    snapshot = build_snapshot(reader, served.feature_set, as_of, cohort=served.outcome.cohort)
    ranked = rank_cohort(served.bundle, snapshot, settings.gate.capacity, seed=settings.training.seed)
    looked = RunInputs(settings, served, reader, snapshot, ranked)
    ledger = build_ledger(reader, served.outcome, as_of)
    return ScoringRun(
        run_id=run_id,
        district_id=served.district.id,
        district_name=served.district.name,
        outcome=served.bundle.name,
        ended=served.outcome.ended,
        as_of=as_of,
        created_at=now,
        release_id=served.release.release_id,
        scorer=served.bundle.kind,
        verdict=gate_verdict(served.bundle),
        bundle_digest=served.bundle.digest,
        model_version=f"{served.bundle.name} {served.bundle.digest[:8]}",
        feature_set=served.bundle.feature_set,
        capacity=ranked.capacity,
        data_through=min(as_of, reader.data_through()),
        dictionary=served.bundle.dictionary,
        roster=roster_of(reader, view),
        scores=build_scores(looked, ledger, before),
        calendars=read_calendars(reader, view),
        headline=headline_of_bundle(served.bundle),
        last_lists=last_year_lists(ledger, snapshot.school_year),
    )
