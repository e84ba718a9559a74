"""One district of the demo: records, releases and lists, each as of its own day; what is there is used again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from features.atomic_files import file_lock
from features.definitions.served_outcomes import Served, served_outcome, served_outcomes
from features.ingest.load.district_import import ingest_district
from features.quality.records_summary import check_and_summarize
from features.settings import Settings
from features.simulator.district import simulate_district
from features.terminal import today_in, warn
from features.warehouse.file import open_warehouse
from models.bundle.signing import KeyPair, ensure_keys
from models.registry import registry_in
from models.release_loader import load_serving
from models.releases import Approval, promote
from ontrack_demo import DemoStep
from serving.scoring.score_district import score_district
from serving.store.database import engine_of
from training.champion import release_key
from training.gate.verdict import VERDICT_WORDS
from training.mlflow_record import experiment_of
from training.train import training_request_of
from training.train_and_record import train_and_record

LATELY = timedelta(weeks=2)
"""How long ago the list before today's was made."""
THEN = (timedelta(weeks=104), timedelta(weeks=52))
"""How long ago a district in use made the lists whose outcomes are known; it released a model before the first."""
FEWER_DRAWS = 200
"""Bootstrap replicates behind the intervals of the release of then: nobody reads them today."""


@dataclass(frozen=True)
class TrainedOutcome:
    """What a training run leaves to be released: its outcome, what it is, its folder and digest, verdict and report."""

    outcome: str
    kind: str
    bundle: Path
    digest: str
    verdict: str
    report: Path
    as_of: date


def load_records(step: DemoStep) -> None:
    """The district's records, simulated and loaded."""
    district = step.settings.district(step.district_id)
    records = district.records or step.settings.home / "records" / district.id
    note = records / ".simulated"
    if not note.exists() or note.read_text(encoding="utf-8") != repr(step.plan):
        step.progress(
            f"{district.name}: simulating {step.plan.students:,} students over {step.plan.years} school years"
        )
        simulate_district(step.plan, records)
        note.write_text(repr(step.plan), encoding="utf-8")
    step.progress(f"{district.name}: loading records")
    ingest_district(step.settings, district.id, records)
    check_and_summarize(step.settings, district, today_in(step.settings, district.id), warn=warn)


def release_of_then(step: DemoStep) -> None:
    """The releases of two years ago, unless what serves is later: judged on one November, and without weekly lists."""
    settings = step.settings
    training = settings.training.model_copy(update={"weeks": 0, "years": 1, "as_of": ("11-20",)})
    gate = settings.gate.model_copy(update={"replicates": FEWER_DRAWS})
    less = settings.model_copy(update={"training": training, "gate": gate, "districts": ()})
    district = settings.district(step.district_id).model_copy(update={"outcomes": ()})
    less = less.model_copy(update={"districts": (district,)})
    then = DemoStep(less, step.plan, step.today, step.started)
    release(then, train_as_of(then, step.today - THEN[0]))


def train_as_of(step: DemoStep, today: date, *, with_model: bool | None = None) -> list[TrainedOutcome]:
    """What training gives as one would have trained on that day; nothing of what was released that day or later.

    Of all outcomes, or of those alone for which a model is tried, or of the others.
    """
    keys_of(step.settings)
    return [
        train_outcome(step, served, today)
        for served in served_outcomes(step.settings, step.district_id)
        if with_model in (None, served.settings.training.model) and not is_released(step, served, today)
    ]


def train_outcome(step: DemoStep, served: Served, today: date) -> TrainedOutcome:
    """What training gives for one outcome."""
    trained, report, _ = train_and_record(served.settings, step.district_id, today, step.progress, now=noon(today))
    best, verdict = trained.best, VERDICT_WORDS[trained.result.verdict]
    return TrainedOutcome(served.outcome.name, best.kind, best.path, best.digest, verdict, report, today)


def release(step: DemoStep, trained: list[TrainedOutcome]) -> None:
    """Promotes what the gate allows."""
    settings, district_id = step.settings, step.district_id
    name = settings.district(district_id).name
    for one in trained:
        step.progress(f"{name}: {one.outcome}: gate says {one.verdict}; promoting the {one.kind} ({one.report})")
        served = served_outcome(settings, district_id, one.outcome)
        key = release_key(training_request_of(served.settings, district_id, one.as_of))
        approval = Approval("demo", f"gate: {one.verdict}", alone=True)
        public_key = keys_of(settings).public_key
        promote(settings.home, key, one.bundle, public_key=public_key, now=noon(one.as_of), approval=approval)
        registry = registry_in(settings.home, settings.training.experiment_tracking)
        registry.follow(experiment_of(district_id, key.outcome), one.digest)


def keys_of(settings: Settings) -> KeyPair:
    """The keys of the home, made by the first process that asks."""
    with file_lock(settings.home / ".demo.lock"):
        return ensure_keys(settings.home / "keys")


def is_released(step: DemoStep, served: Served, today: date) -> bool:
    """Whether what serves an outcome was made from the records that are loaded, on that day or later."""
    settings, district_id = served.settings, step.district_id
    serving_now = load_serving(settings.home, release_key(training_request_of(settings, district_id, today)))
    if serving_now is None:
        return False
    with open_warehouse(settings.warehouse(district_id)) as reader:
        data_version = reader.data_version()
    bundle = serving_now.bundle
    made_on = datetime.fromisoformat(bundle.provenance["created_at"]).date()
    return bundle.metrics["data_version"] == data_version and made_on >= today


def score_then(step: DemoStep) -> None:
    """The lists of then, unless today's release serves already: they were made before it."""
    if not is_released(step, served_outcomes(step.settings, step.district_id)[0], step.today):
        for ago in THEN:
            score(step, step.today - ago)


def score_lately(step: DemoStep) -> None:
    """The list before today's."""
    score(step, step.today - LATELY)


def score_today(step: DemoStep) -> None:
    """Today's list."""
    score(step, step.today)


def score(step: DemoStep, as_of: date) -> None:
    """Scores the district as it would have on that day."""
    then = step.settings.model_copy(update={"today": as_of})
    score_district(then, engine_of(then), step.district_id, as_of=as_of, now=noon(as_of), progress=step.progress)


def noon(day: date) -> datetime:
    """The demo's moment on a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
