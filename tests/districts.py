"""Simulated districts at a stage, each made once for all workers and runs, and given to a test as a copy of its own.

They are kept in `.pytest_cache/districts` under a digest of the plan and of all that decides what comes of it: the
source of `features` (simulator, ingest, tables) and the versions of its libraries. A changed line makes them anew.
"""

import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from features.atomic_files import file_lock
from features.engine.definition_digest import library_versions, source_digest
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import workspace_of
from features.progress import quietly
from features.settings import Settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from tests.warehouse_filling import fill_warehouse

KEPT = Path(__file__).parents[1] / ".pytest_cache" / "districts"
UNUSED = 3 * 24 * 3600
"""Seconds after which a district that no test asked for is removed."""


def simulated_warehouse(plan: Plan, path: Path) -> Path:
    """A district's warehouse at that path, filled straight from its simulated files: what a load would hold."""
    return copied(kept("filled", repr(plan), lambda folder: filled(plan, folder)) / "warehouse.duckdb", path)


def filled(plan: Plan, folder: Path) -> None:
    """Writes a warehouse that no load has checked."""
    simulate_district(plan, folder / "records")
    fill_warehouse(plan, folder / "records", folder / "warehouse.duckdb")
    shutil.rmtree(folder / "records")


def load_simulated(settings: Settings, plan: Plan, today: date) -> None:
    """Puts the warehouse of a simulated district in its place, as loading its files on that day leaves it."""
    district = settings.district(plan.district_id)
    said = f"{plan!r} {district.model_dump_json(exclude={'name'})} {today}"
    made = kept("loaded", said, lambda home: loaded(settings.model_copy(update={"home": home}), plan, today))
    copied(made / settings.warehouse(plan.district_id).relative_to(settings.home), settings.warehouse(plan.district_id))


def loaded(settings: Settings, plan: Plan, today: date) -> None:
    """Simulates a district's files and loads them."""
    records = settings.home / "records"
    simulate_district(plan, records)
    now = datetime(today.year, today.month, today.day, 17, tzinfo=UTC)
    ingest(workspace_of(settings, plan.district_id, today), records, now=now, progress=quietly)
    shutil.rmtree(records)


def kept(stage: str, said: str, make: Callable[[Path], None]) -> Path:
    """The folder that was made from what is said; whoever asks meanwhile waits, and a killed making leaves nothing."""
    digest = sha256("\n".join([stage, said, source_digest(), library_versions()]).encode()).hexdigest()
    folder = KEPT / f"{stage}-{digest[:24]}"
    with file_lock(KEPT / f".{folder.name}.lock"):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
            remove_unused()
        (folder / "used").touch()
    return folder


def remove_unused() -> None:
    """Removes what no test has asked for in days: it was made by other code."""
    for used in KEPT.glob("*/used"):
        if time.time() - used.stat().st_mtime > UNUSED:
            shutil.rmtree(used.parent, ignore_errors=True)


def copied(source: Path, target: Path) -> Path:
    """A copy that a test may spoil."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
