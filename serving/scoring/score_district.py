"""Scores a district: from its warehouse and its release to all that pages and API show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from features.ledger.ledger import build_ledger
from features.quality.check import check_district, refuse_errors
from features.settings import Settings
from features.snapshots.snapshot import snapshot_of_view
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from features.warehouse.roster import read_roster
from models.bundle.manifest import Kind
from models.bundle.parts_of_year import ServedPart
from models.feature_dictionary import FeatureDictionary
from models.served_scorer import NotJudged
from models.verdict import Verdict
from serving.scoring.district_release import DistrictRelease, load_current_release
from serving.scoring.flags import write_flags
from serving.scoring.headline import Headline, gate_verdict, headline_of_bundle
from serving.scoring.ranking import Places, rank_cohort
from serving.scoring.risk_change import PreviousRun, load_previous_run
from serving.scoring.run_summary import RunSummary, find_summary, summary_of
from serving.scoring.run_writer import run_row, write_run
from serving.scoring.school_calendars import read_calendars
from serving.scoring.scoring_run import ScoringRun, ServedWeeks
from serving.scoring.student_scores import RunInputs, build_scores, last_year_lists
from serving.store.database import write_session

Progress = Callable[[str], None]


def score_district(
    settings: Settings, engine: Engine, district_id: str, *, as_of: date, now: datetime, progress: Progress
) -> RunSummary:
    """Scores the cohort; flags go to the warehouse first, then everything pages need to the service database.

    The same release and records on the same date are the same run, which is made once. Refused where the records do
    not add up.
    """
    release = load_current_release(settings, district_id)
    district, warehouse = settings.district(district_id), settings.warehouse(district_id)
    with open_warehouse(warehouse) as reader:
        run_id = f"{as_of}-{release.release_id}-{reader.data_version()[:8]}"
        made = find_summary(engine, release, run_id)
        if made is not None:
            return made
        progress(f"{district.name}: checking records")
        today = settings.today or now.astimezone(ZoneInfo(district.timezone)).date()
        found = check_district(reader, district, today)
        refuse_errors(found)
        progress(f"{district.name}: scoring as of {as_of}")
        before = load_previous_run(settings, engine, release, as_of)
        run = build_run(settings, release, reader, run_id=run_id, as_of=as_of, now=now, before=before)
    write_flags(warehouse, run, today)
    with write_session(engine) as session:
        write_run(session, run)
    return replace(summary_of(run_row(run), release, written=True), warnings=found.warnings)


def build_run(
    settings: Settings,
    release: DistrictRelease,
    reader: Reader,
    *,
    run_id: str,
    as_of: date,
    now: datetime,
    before: PreviousRun | None = None,
) -> ScoringRun:
    """Everything the run will write, read from the warehouse in one go; `before` is the run that it follows."""
    view, district = reader.view(as_of), settings.district(release.district_id)
    release = release.on(view.school_week, as_of)
    snapshot = snapshot_of_view(reader, release.feature_set, view, cohort=release.outcome.cohort)
    places, seed = Places(settings.gate.capacity, settings.service.random_share), settings.training.seed
    ranking = rank_cohort(release.bundle, snapshot, places, seed=seed)
    inputs = RunInputs(settings, release, reader, view, snapshot, ranking)
    ledger = build_ledger(reader, release.outcome, as_of)
    return ScoringRun(
        run_id=run_id,
        district_id=district.id,
        district_name=district.name,
        as_of=as_of,
        created_at=now,
        capacity=ranking.capacity,
        data_through=min(as_of, reader.data_through()),
        roster=read_roster(reader, view),
        scores=build_scores(inputs, ledger, before),
        calendars=read_calendars(reader, view),
        last_lists=last_year_lists(ledger, snapshot.school_year),
        list_seed=seed,
        **vars(release_facts(release, view.school_week)),
    )


@dataclass(frozen=True)
class ReleaseFacts:
    """What a run says of the release that serves on its date: the same fields as `ScoringRun` has."""

    outcome: str
    ended: str
    release_id: str
    scorer: Kind
    verdict: Verdict
    bundle_digest: str
    model_version: str
    feature_set: str
    dictionary: FeatureDictionary
    headline: Headline | None
    school_week: int | None
    part: str | None
    not_judged: NotJudged | None
    parts: tuple[ServedWeeks, ...]


def release_facts(release: DistrictRelease, school_week: int | None) -> ReleaseFacts:
    """The facts of a release as it serves on a date of a school week."""
    bundle = release.bundle
    return ReleaseFacts(
        outcome=bundle.name,
        ended=release.outcome.ended,
        release_id=release.release_id,
        scorer=bundle.kind,
        verdict=gate_verdict(bundle),
        bundle_digest=bundle.digest,
        model_version=release.model_version,
        feature_set=bundle.feature_set,
        dictionary=bundle.dictionary,
        headline=headline_of_bundle(bundle),
        school_week=school_week,
        part=release.part.name if release.part else None,
        not_judged=release.not_judged,
        parts=served_weeks(bundle.parts),
    )


def served_weeks(parts: Sequence[ServedPart]) -> tuple[ServedWeeks, ...]:
    """What serves in which school weeks, as a run keeps it."""
    return tuple(ServedWeeks(part.name, part.from_week, part.through_week, part.serves) for part in parts)
