"""`ontrack demo-collaborative`: nine simulated districts, each in an installation of its own, and what they share.

Each district loads its records, lists students by its rule as it would have done a year ago, and shares one signed
file. The office's report, each district's own view and the page of the service are made from those files alone.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import typer

from features.collaborative_settings import Collaborative, Context, Member
from features.definitions.served_outcomes import served_outcomes
from features.errors import NothingKnown, SettingsRefused
from features.ingest.load.district_import import ingest_district
from features.settings import District, Settings
from features.simulator.collaborative import collaborative_plans, write_collaborative
from features.simulator.plan import Plan
from models.bundle.signing import PUBLIC, ensure_keys
from models.releases import Approval, promote
from ontrack_demo import how_to_sign_in
from serving.access.demo_accounts import demo_guests
from serving.listening import free_port
from serving.scoring.score_district import score_district
from serving.server import serve
from serving.store.database import engine_of, write_session
from training.champion import release_key
from training.collaborative.share import keys_folder, share_figures
from training.collaborative.write_report import write_report
from training.train import training_request_of
from training.train_and_record import train_and_record

DISTRICTS, YEARS, SEED = 9, 4, 7
A_YEAR = timedelta(weeks=52)
BEFORE = timedelta(weeks=2)
"""How long before its first list a district released its rule."""
LOCALES = ("city", "city", "suburb", "suburb", "city", "town", "suburb", "town", "rural")
"""The context that each simulated district declares."""
SHORT = {"as_of": ("week 14",), "model": False, "weeks": 0}
"""Training of the demo: one date a year, and the published rule alone."""


@dataclass(frozen=True)
class Installation:
    """A district's own installation: its settings, which name it alone, and the day."""

    settings: Settings
    plan: Plan
    today: date

    @property
    def district_id(self) -> str:
        """The district."""
        return self.plan.district_id

    def on(self, day: date) -> Settings:
        """Its settings as of another day."""
        return self.settings.model_copy(update={"today": day})


def run_collaborative(settings: Settings, students: int, *, no_serve: bool) -> None:
    """Prints where every report is, and serves the page of what they share unless told not to."""
    if settings.today is None:
        raise SettingsRefused("the demo needs `today` in ontrack.toml: its records are simulated up to a date")
    started, home = time.monotonic(), settings.home / "collaborative"
    plans = collaborative_plans(students, DISTRICTS, today=settings.today, years=YEARS, seed=SEED)
    write_collaborative(plans, home / "records", home / "truth")
    made = [installation(settings, home, plan, place) for place, plan in enumerate(plans)]
    shared = [file for one in made if (file := run_district(one, started)) is not None]
    office = office_settings(settings, home, made)
    for path in reports_of(office, shared, settings.today):
        typer.echo(path)
    receive(office, shared)
    if not no_serve:
        serve_office(office, shared)


def receive(office: Settings, shared: Sequence[Path]) -> None:
    """Puts what the districts shared where the page of the office finds it."""
    office.shared_files.mkdir(parents=True, exist_ok=True)
    for path in shared:
        copyfile(path, office.shared_files / path.name)


def serve_office(office: Settings, shared: Sequence[Path]) -> None:
    """Serves the page of the collaborative, and says how to sign in as its office and as a member."""
    member = shared[0].name.partition("-")[0]
    port = free_port(office.service.host, office.service.port)
    with write_session(engine_of(office)) as session:
        accounts = demo_guests(session, office.guests, [member])
    typer.echo("\n".join(how_to_sign_in(f"http://{office.service.host}:{port}", accounts, {})))
    serve(office, port)


def installation(settings: Settings, home: Path, plan: Plan, place: int) -> Installation:
    """A district's own installation, apart from the others: another home, another database and another key."""
    district = District(
        id=plan.district_id,
        name=f"District {place + 1} (simulated)",
        records=home / "records" / plan.district_id,
        context=Context.model_validate({"locale": LOCALES[place % len(LOCALES)]}),
    )
    own = {"home": home / "installations" / plan.district_id, "districts": (district,)}
    service = settings.service.model_copy(update={"database": ""})
    short = {"training": settings.training.model_copy(update=SHORT), "service": service}
    return Installation(settings.model_copy(update={**own, **short}), plan, plan.today)


def run_district(one: Installation, started: float) -> Path | None:
    """From a district's records to its signed file; None where it has no finished year to share."""
    typer.echo(f"{time.monotonic() - started:6.1f} s  {one.district_id}: {one.plan.students:,} students", err=True)
    if not one.settings.warehouse(one.district_id).exists():
        ingest_district(one.settings, one.district_id)
    then = one.today - A_YEAR
    if one.plan.years > 1:
        release_rule(one, then - BEFORE)
        score(one, then)
    served = served_outcomes(one.settings, one.district_id)[0]
    try:
        return share_figures(one.settings, one.district_id, served, one.today).path
    except NothingKnown as refused:
        typer.echo(f"{one.district_id} shares nothing yet: {refused}", err=True)
        return None


def release_rule(one: Installation, day: date) -> None:
    """Trains and releases the rule as of a day."""
    settings = one.on(day)
    trained, _, _ = train_and_record(settings, one.district_id, day, lambda step: None, now=noon(day))
    key = release_key(training_request_of(settings, one.district_id, day))
    public_key = ensure_keys(settings.home / "keys").public_key
    approval = Approval("demo", "the rule of the demo", alone=True)
    promote(settings.home, key, trained.rule.path, public_key=public_key, approval=approval, now=noon(day))


def score(one: Installation, day: date) -> None:
    """The list of a day, made on that day."""
    settings = one.on(day)
    engine = engine_of(settings)
    score_district(settings, engine, one.district_id, as_of=day, now=noon(day), progress=lambda step: None)


def office_settings(settings: Settings, home: Path, made: Sequence[Installation]) -> Settings:
    """The settings of the collaborative's office: its members and their public keys, and no record of anybody."""
    members = tuple(
        Member(
            id=one.district_id,
            name=one.settings.districts[0].name,
            key=keys_folder(one.settings, one.district_id) / PUBLIC,
        )
        for one in made
    )
    office = Collaborative(name="Nine districts (simulated)", members=members)
    service = settings.service.model_copy(update={"database": ""})
    return settings.model_copy(
        update={"home": home / "office", "districts": (), "collaborative": office, "service": service}
    )


def reports_of(office: Settings, shared: Sequence[Path], today: date) -> list[Path]:
    """The office's report, and each district's own view of itself."""
    own = ["", *(path.name.partition("-")[0] for path in shared)]
    return [write_report(office, shared, today, own=one)[0] for one in own]


def noon(day: date) -> datetime:
    """The demo's moment on a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
