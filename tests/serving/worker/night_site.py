"""Two small districts whose nights are tried: their files, what serves them, and nights as processes of their own."""

import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pandas as pd
from sqlalchemy import func, select

from features.progress import quietly
from features.service_settings import Service
from features.settings import District, Settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from models.bundle.bundle import write_bundle
from models.bundle.signing import ensure_keys
from models.releases import Approval, ReleaseKey, promote
from serving.store.database import database_address, migrate, open_engine, read_session
from serving.store.rows import RunRow, ScoreRow
from serving.worker.import_workflow import Timeouts
from serving.worker.night_results import NightResult
from serving.worker.nightly import run_nights
from tests.serving.databases import ON_POSTGRESQL, owner_address, postgresql_address
from tests.serving.example_releases import OUTCOME, rule_parts
from tests.serving.example_service import NOW, TODAY
from tests.serving.worker.worker_driver import NEEDED

DISTRICTS = ("harbor", "mesa")
STUDENTS = 120


@dataclass(frozen=True)
class NightSite:
    """A folder with districts' files and a home; `made` has the files and the home before the first night."""

    folder: Path
    made: Path

    @property
    def settings(self) -> Settings:
        """The settings of its nights."""
        districts = tuple(District(id=one, name=one, records=self.made / "records" / one) for one in DISTRICTS)
        service = Service(database=postgresql_address(self.folder) if ON_POSTGRESQL else "")
        return Settings(home=self.folder / "home", today=TODAY, districts=districts, service=service)

    def start(self) -> "RunningNights":
        """Nights of both districts that have just begun."""
        return RunningNights(self, self.settings)

    def problems(self) -> Iterator[str]:
        """What is neither an old state nor a new one: half a load, half a list, or anything twice."""
        for district_id in DISTRICTS:
            warehouse = self.settings.warehouse(district_id)
            if warehouse.exists():
                yield from problems_of_warehouse(district_id, warehouse)
        if ON_POSTGRESQL or (self.settings.home / "service.db").exists():
            yield from self.problems_of_lists()

    def problems_of_lists(self) -> Iterator[str]:
        """What is wrong with the lists in the service database."""
        engine = open_engine(owner_address(self.folder) if ON_POSTGRESQL else database_address(self.settings))
        migrate(engine)
        with read_session(engine) as session:
            for run in session.scalars(select(RunRow)):
                of_run = (ScoreRow.district_id == run.district_id, ScoreRow.run_id == run.run_id)
                scores = session.scalar(select(func.count()).select_from(ScoreRow).where(*of_run))
                if scores != run.students:
                    yield f"{run.district_id}: {scores} of {run.students} scores"
            for district_id, lists in session.execute(
                select(RunRow.district_id, func.count()).group_by(RunRow.district_id)
            ):
                if lists != 1:
                    yield f"{district_id}: {lists} lists of one day"
        engine.dispose()


def problems_of_warehouse(district_id: str, warehouse: Path) -> Iterator[str]:
    """What is wrong with a warehouse that is there: anything but one load, and its flags once."""
    with open_warehouse(warehouse) as reader:
        loads, flags = reader.current("loads"), reader.current("flags")
    if len(loads) != 1:
        yield f"{district_id}: {len(loads)} loads of the same files"
    if pd.DataFrame(flags)[["run_id", "student_key"]].duplicated().any():
        yield f"{district_id}: a flag is there twice"


def make_site(folder: Path) -> Path:
    """The folder with the files of two districts, and a home in which a rule serves each."""
    home = folder / "home"
    keys = ensure_keys(home / "keys")
    for one in DISTRICTS:
        simulate_district(Plan(one, STUDENTS, TODAY, years=2), folder / "records" / one)
        metrics = {"headline": {}, "listed": 0, "test_year": TODAY.year}
        parts = replace(rule_parts(one), metrics=metrics)
        bundle = write_bundle(home / "bundles", parts, keys, {})
        key = ReleaseKey(one, OUTCOME, "9")
        promote(home, key, bundle.path, public_key=keys.public_key, approval=Approval("a test"), now=NOW)
    return folder


def site_at(folder: Path, made: Path) -> NightSite:
    """A site before its first night."""
    shutil.copytree(made / "home", folder / "home")
    return NightSite(folder, made)


class RunningNights:
    """`ontrack nightly` over both districts, as a process of its own."""

    def __init__(self, site: NightSite, settings: Settings) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, *NEEDED])
        self.answer = site.folder / f"answer-{time.monotonic_ns()}.json"
        self.said = self.answer.with_suffix(".txt")
        self.process = context.Process(target=drive, args=(settings, self.answer, self.said))
        self.process.start()

    def kill(self) -> bool:
        """Whether SIGKILL came before its end."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(timeout=60)
        return self.process.exitcode == -signal.SIGKILL

    def ended(self) -> list[NightResult]:
        """What became of each night, once all have ended."""
        self.process.join(timeout=300)
        assert self.process.exitcode == 0, self.said.read_text(encoding="utf-8")
        return cast(list[NightResult], json.loads(self.answer.read_text(encoding="utf-8")))


def drive(settings: Settings, answer: Path, said: Path) -> None:
    """Runs the nights and writes down what became of them."""
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT, 0o600), sys.stderr.fileno())
    ids = [district.id for district in settings.districts]
    nights = run_nights(settings, ids, progress=quietly, timeouts=Timeouts(first=0.01))
    answer.write_text(json.dumps(nights), encoding="utf-8")
