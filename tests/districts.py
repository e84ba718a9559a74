"""Simulated districts at a stage, each made once for all workers and runs, and given to a test as a copy of its own.

They are kept in `.pytest_cache/districts` under a digest of the plan and of all that decides what comes of it: the
source of the simulator and of what it reaches, for a load that of all `features`, and the versions of the libraries. A
changed line makes them anew.
"""

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from features.engine.definition_digest import library_versions, source_digest
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import workspace_of
from features.progress import quietly
from features.settings import Settings
from features.simulator.district import simulate_district, simulate_state
from features.simulator.plan import Plan
from tests import warehouse_filling
from tests.kept_folders import code_of, kept
from tests.warehouse_filling import fill_warehouse

FILLED_BY = ("features.simulator.district", "features.snapshots.given_tables", "features.engine.stored_tables")
"""Modules that decide, with what they reach, what is in a warehouse that no load has checked."""
SIMULATED_BY = ("features.simulator.district",)
"""The module that decides, with what it reaches, what is in simulated files."""
KEPT = Path(__file__).parents[1] / ".pytest_cache" / "districts"


def simulated_files(plan: Plan) -> Path:
    """The folder with a district's simulated files and, in `truth`, what no district knows: to be read, not changed."""

    def make(to: Path) -> None:
        simulate_district(plan, to / "files", truth=to / "files" / "truth")

    return kept(f"files {plan!r}", code_of(SIMULATED_BY, [__file__]), make, under=KEPT) / "files"


def simulated_state(plans: Sequence[Plan]) -> Path:
    """The folder with the files of districts between which students move, by their ids, and the truth; the same."""

    def make(to: Path) -> None:
        simulate_state(plans, {plan.district_id: to / plan.district_id for plan in plans}, truth=to / "truth")

    return kept(f"state {tuple(plans)!r}", code_of(SIMULATED_BY, [__file__]), make, under=KEPT)


def simulated_warehouse(plan: Plan, path: Path) -> Path:
    """A district's warehouse at that path, filled straight from its simulated files: what a load would hold."""
    made = kept(
        f"filled {plan!r}", code_of(FILLED_BY, [warehouse_filling.__file__]), lambda to: filled(plan, to), under=KEPT
    )
    return copied(made / "warehouse.duckdb", path)


def filled(plan: Plan, folder: Path) -> None:
    """Writes a warehouse that no load has checked."""
    simulate_district(plan, folder / "records")
    fill_warehouse(plan, folder / "records", folder / "warehouse.duckdb")
    shutil.rmtree(folder / "records")


def load_simulated(settings: Settings, plan: Plan, today: date) -> None:
    """Puts the warehouse of a simulated district in its place, as loading its files on that day leaves it."""
    district = settings.district(plan.district_id)
    said = f"{plan!r} {district.model_dump_json(exclude={'name'})} {today}"
    made = kept_here(f"loaded {said}", lambda home: loaded(settings.model_copy(update={"home": home}), plan, today))
    copied(made / settings.warehouse(plan.district_id).relative_to(settings.home), settings.warehouse(plan.district_id))


def loaded(settings: Settings, plan: Plan, today: date) -> None:
    """Simulates a district's files and loads them."""
    records = settings.home / "records"
    simulate_district(plan, records)
    now = datetime(today.year, today.month, today.day, 17, tzinfo=UTC)
    ingest(workspace_of(settings, plan.district_id, today), records, now=now, progress=quietly)
    shutil.rmtree(records)


def kept_here(said: str, make: Callable[[Path], None]) -> Path:
    """The folder that was made from what is said."""
    return kept(said, f"{source_digest()} {library_versions()}", make, under=KEPT)


def copied(source: Path, target: Path) -> Path:
    """A copy that a test may spoil."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
