"""`ontrack demo`: two simulated districts from records to pages."""

import time
from datetime import UTC, date, datetime, timedelta

import typer

from features.errors import SettingsRefused
from features.ingest.load.district_import import ingest_district
from features.progress import Progress
from features.settings import Settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan, demo_plans
from features.warehouse.file import open_warehouse
from models.bundle.signing import ensure_keys
from models.registry import registry_in
from models.release_loader import load_serving
from models.releases import Approval, promote
from serving.access.demo_accounts import DemoAccount, demo_accounts, demo_key
from serving.scoring.score_district import score_district
from serving.server import free_port, serve
from serving.store.database import engine_of, writing
from training.champion import release_key
from training.gate.verdict import VERDICT_WORDS
from training.mlflow_record import experiment_of
from training.train import training_request_of
from training.train_and_record import train_and_record

IN_USE = ("harbor",)
"""Districts of the demo that have used OnTrack for two years; the others begin today."""
LATELY = timedelta(weeks=2)
"""How long ago the list before today's was made."""


def run_demo(settings: Settings, students: int, *, no_serve: bool) -> None:
    """Two simulated districts from records to pages, and serves them unless told not to."""
    if settings.today is None:
        raise SettingsRefused("the demo needs `today` in ontrack.toml: its records are simulated up to a date")
    started = time.monotonic()
    progress = timed(started)
    for plan in demo_plans(students, settings.today):
        prepare(settings, plan, settings.today, progress)
    typer.echo(f"ready after {time.monotonic() - started:.0f} s")
    if not no_serve:
        port = free_port(settings.service.host, settings.service.port)
        with writing(engine_of(settings)) as session:
            accounts = [a for district in settings.districts for a in demo_accounts(session, district.id)]
            keys = {district.id: demo_key(session, district.id) for district in settings.districts}
        typer.echo(how_to_sign_in(f"http://{settings.service.host}:{port}", accounts, keys))
        serve(settings, port)


def demo_settings(settings: Settings, students: int) -> Settings:
    """The settings with a home of their own for another number of students than the usual one."""
    home = settings.home / f"students-{students}"
    districts = tuple(d.model_copy(update={"records": home / "records" / d.id}) for d in settings.districts)
    return settings.model_copy(update={"home": home, "districts": districts})


def timed(started: float) -> Progress:
    """Says each step with the seconds since the start."""
    return lambda step: typer.echo(f"{time.monotonic() - started:6.1f} s  {step}", err=True)


def prepare(settings: Settings, plan: Plan, today: date, progress: Progress) -> None:
    """One district from records to scores; what an earlier run left is used again."""
    district = settings.district(plan.district_id)
    records = district.records or settings.home / "records" / district.id
    note = records / ".simulated"
    if not note.exists() or note.read_text(encoding="utf-8") != repr(plan):
        progress(f"{district.name}: simulating {plan.students:,} students over {plan.years} school years")
        simulate_district(plan, records)
        note.write_text(repr(plan), encoding="utf-8")
    progress(f"{district.name}: loading records")
    ingest_district(settings, district.id, records)
    if not is_released(settings, district.id, today):
        if plan.district_id in IN_USE:
            use_before(settings, district.id, today, progress)
        release_best(settings, district.id, today, progress)
    if plan.district_id not in IN_USE:
        score(settings, district.id, today - LATELY, progress)
    score(settings, district.id, today, progress)


def use_before(settings: Settings, district_id: str, today: date, progress: Progress) -> None:
    """The district's use of OnTrack so far: a release two years ago, and lists since then."""
    lists = [*(today - timedelta(weeks=ago) for ago in (104, 52, 48)), today - LATELY]
    if not is_released(settings, district_id, lists[0]):
        release_best(settings, district_id, lists[0], progress)
    for as_of in lists:
        score(settings, district_id, as_of, progress)


def score(settings: Settings, district_id: str, as_of: date, progress: Progress) -> None:
    """Scores a district as it would have on that day."""
    then = settings.model_copy(update={"today": as_of})
    score_district(then, engine_of(then), district_id, as_of=as_of, now=noon(as_of), progress=progress)


def noon(day: date) -> datetime:
    """The demo's moment on a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def release_best(settings: Settings, district_id: str, today: date, progress: Progress) -> None:
    """Trains as one would have on that day, and promotes what the gate allows."""
    key, keys = release_key(training_request_of(settings, district_id, today)), ensure_keys(settings.home / "keys")
    trained, report, _ = train_and_record(settings, district_id, today, progress, now=noon(today))
    verdict = VERDICT_WORDS[trained.result.gate.verdict]
    progress(
        f"{settings.district(district_id).name}: gate says {verdict}; promoting the {trained.best.kind} ({report})"
    )
    promote(
        settings.home, key, trained.best.path,
        public_key=keys.public_key, now=noon(today), approval=Approval("demo", f"gate: {verdict}", alone=True),
    )  # fmt: skip
    registry = registry_in(settings.home, settings.training.experiment_tracking)
    registry.follow(experiment_of(district_id, key.outcome), trained.best.digest)


def is_released(settings: Settings, district_id: str, today: date) -> bool:
    """Whether what serves was made from the records that are loaded, on that day or later."""
    serving_now = load_serving(settings.home, release_key(training_request_of(settings, district_id, today)))
    if serving_now is None:
        return False
    with open_warehouse(settings.warehouse(district_id)) as reader:
        data_version = reader.data_version()
    bundle = serving_now.bundle
    made_on = datetime.fromisoformat(bundle.provenance["created_at"]).date()
    return bundle.metrics["data_version"] == data_version and made_on >= today


def how_to_sign_in(address: str, accounts: list[DemoAccount], keys: dict[str, str]) -> str:
    """What a newcomer needs to look around. Passwords are new at every start and kept nowhere."""
    people = [f"  {a.district_id:<8} {a.role:<10} {a.email:<40} {a.password}" for a in accounts]
    programs = [f"  {district:<8} API key    {key}" for district, key in keys.items()]
    lines = ["", f"Open {address} and sign in as one of these (new at every start):", *people, *programs, ""]
    return "\n".join(lines)
