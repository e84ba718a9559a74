"""`ontrack demo`: two simulated districts from records to pages, in two processes side by side.

What an earlier run left is used again. Where nothing has changed since then, none of the libraries for models are
loaded.
"""

import gc
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from features.errors import SettingsRefused
from features.settings import Settings
from features.simulator.plan import Plan, demo_plans

if TYPE_CHECKING:
    from ontrack_demo_district import TrainedOutcome
    from serving.access.demo_accounts import DemoAccount

PEOPLE = 6
"""How many people of a district can sign in."""
IN_USE = ("harbor",)
"""Districts of the demo that have used OnTrack for two years; the others begin today."""


@dataclass(frozen=True)
class DemoStep:
    """What every step of the demo needs: the settings, a district's plan, its day, and when the demo began."""

    settings: Settings
    plan: Plan
    today: date
    started: float

    @property
    def district_id(self) -> str:
        """The district."""
        return self.plan.district_id

    def progress(self, step: str) -> None:
        """Says a step with the seconds since the start."""
        typer.echo(f"{time.monotonic() - self.started:6.1f} s  {step}", err=True)


def run_demo(settings: Settings, students: int, *, no_serve: bool) -> None:
    """Two simulated districts from records to pages, and serves them unless told not to."""
    if settings.today is None:
        raise SettingsRefused("the demo needs `today` in ontrack.toml: its records are simulated up to a date")
    started, plans = time.monotonic(), demo_plans(students, settings.today)
    note = settings.home / ".demo.json"
    if not is_prepared(settings, plans, note):
        prepare([DemoStep(settings, plan, settings.today, started) for plan in plans])
        note.write_text(json.dumps(state_of(settings, plans)), encoding="utf-8")
    typer.echo(f"ready after {time.monotonic() - started:.0f} s")
    if not no_serve:
        serve_demo(settings)


def demo_settings(settings: Settings, students: int) -> Settings:
    """The settings with a home of their own for another number of students than the usual one."""
    home = settings.home / f"students-{students}"
    districts = tuple(d.model_copy(update={"records": home / "records" / d.id}) for d in settings.districts)
    return settings.model_copy(update={"home": home, "districts": districts})


def is_prepared(settings: Settings, plans: tuple[Plan, ...], note: Path) -> bool:
    """Whether everything is as the demo left it. A database elsewhere is not looked into: the steps do that."""
    if settings.service.database or not (settings.home / "service.db").exists() or not note.exists():
        return False
    return bool(json.loads(note.read_text(encoding="utf-8")) == state_of(settings, plans))


def state_of(settings: Settings, plans: tuple[Plan, ...]) -> dict[str, object]:
    """The plans, the settings, and what of each district says whether it was changed."""
    home = settings.home
    places = [settings.warehouse(plan.district_id) for plan in plans]
    places += [place for plan in plans for place in sorted((home / "releases" / plan.district_id).rglob("*.json"))]
    files = {str(place): [place.stat().st_size, place.stat().st_mtime_ns] for place in places if place.exists()}
    return {"plans": repr(plans), "settings": settings.model_dump_json(), "files": files}


def prepare(steps: list[DemoStep]) -> None:
    """The districts from records to scores: those in use since two years, and beside them those that begin today.

    What takes longest has a process of its own and waits for nothing else: the records of a district in use, its
    release of two years ago, and today's training of the models that are compared with it.
    """
    processes = prepared_processes()
    with one_process(processes) as longest, one_process(processes) as beside:
        new = [beside.submit(begin_use, step) for step in steps if step.district_id not in IN_USE]
        for step in (step for step in steps if step.district_id in IN_USE):
            longest.submit(load, step).result()
            rules = beside.submit(train_rules_today, step)
            longest.submit(release_two_years_ago, step).result()
            models = longest.submit(train_models_today, step)
            beside.submit(list_until_lately, step, rules.result()).result()
            longest.submit(release_and_score, step, models.result()).result()
        for one in new:
            one.result()


def prepared_processes() -> ForkServerContext:
    """Where processes come from that have loaded what the steps need: both share one import of it."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["__main__", "ontrack_demo_district"])
    return processes


def one_process(processes: ForkServerContext) -> ProcessPoolExecutor:
    """A process that does one step after the other."""
    return ProcessPoolExecutor(1, processes, initializer=collect_seldom, initargs=gc.get_threshold())


def collect_seldom(*threshold: int) -> None:
    """Looks for garbage as seldom as the command does, and never among what was imported."""
    gc.set_threshold(*threshold)
    gc.freeze()


def begin_use(step: DemoStep) -> None:
    """A district that begins today: its releases, the list of two weeks ago that it would have made, and today's."""
    from ontrack_demo_district import load_records, release, score_lately, score_today, train_as_of

    load_records(step)
    release(step, train_as_of(step, step.today))
    score_lately(step)
    score_today(step)


def load(step: DemoStep) -> None:
    """The records of a district in use."""
    from ontrack_demo_district import load_records

    load_records(step)


def release_two_years_ago(step: DemoStep) -> None:
    """The release of two years ago of a district in use."""
    from ontrack_demo_district import release_of_then

    release_of_then(step)


def list_until_lately(step: DemoStep, rules: "list[TrainedOutcome]") -> None:
    """The lists of the district in use until two weeks ago; the last one also by the rules that serve today."""
    from ontrack_demo_district import release, score_lately, score_then

    score_then(step)
    release(step, rules)
    score_lately(step)


def train_models_today(step: DemoStep) -> "list[TrainedOutcome]":
    """What training gives today of the outcomes for which a model is tried, unless something of today serves them."""
    from ontrack_demo_district import train_as_of

    return train_as_of(step, step.today, with_model=True)


def train_rules_today(step: DemoStep) -> "list[TrainedOutcome]":
    """The same of the outcomes that the published rule serves: they wait for no release of two years ago."""
    from ontrack_demo_district import train_as_of

    return train_as_of(step, step.today, with_model=False)


def release_and_score(step: DemoStep, trained: "list[TrainedOutcome]") -> None:
    """Today's releases and today's list of the district in use."""
    from ontrack_demo_district import release, score_today

    release(step, trained)
    score_today(step)


def serve_demo(settings: Settings) -> None:
    """Serves the districts, and says how to sign in."""
    from serving.access.new_passwords import PasswordsAhead

    drawn = PasswordsAhead(PEOPLE * len(settings.districts))  # beside the imports, which take seconds
    from serving.access.demo_accounts import demo_accounts, demo_key
    from serving.listening import free_port
    from serving.server import serve
    from serving.store.database import engine_of, write_session

    now = datetime.now(UTC)
    port = free_port(settings.service.host, settings.service.port)
    with write_session(engine_of(settings)) as session:
        accounts = [a for district in settings.districts for a in demo_accounts(session, district.id, now, drawn)]
        keys = {district.id: demo_key(session, district.id) for district in settings.districts}
    typer.echo("\n".join(how_to_sign_in(f"http://{settings.service.host}:{port}", accounts, keys)))
    serve(settings, port)


def how_to_sign_in(address: str, accounts: "list[DemoAccount]", keys: dict[str, str]) -> Iterator[str]:
    """What a newcomer needs to look around. Passwords are new at every start and kept nowhere."""
    yield from ("", f"Open {address} and sign in as one of these (new at every start):")
    yield from (f"  {a.district_id:<8} {a.role:<36} {a.email:<40} {a.password}" for a in accounts)
    yield from (f"  {district:<8} {'API key':<36} {key}" for district, key in keys.items())
    yield ""
