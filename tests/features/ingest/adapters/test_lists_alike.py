"""One district in each format: features, and so risk, list and reasons of a model, are those of our own files.

A run shows the features of a small district's OneRoster package; the sweep risk, list and reasons of a larger one in
each format. `test_edu_warehouse.py` shows all of it for a warehouse in every run.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.adapters_child import SOURCES
from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.file_mapping.declaration import FileMapping
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.registry import FORMATS
from features.simulator.plan import Plan
from features.snapshots.snapshot import Snapshot
from features.warehouse.file import open_warehouse
from models.estimators.fitting import fit_risk_model
from models.estimators.risk_model import RiskModel
from tests.features.ingest.adapters.districts_alike import served_by, snapshots_by_own_id
from tests.features.ingest.adapters.test_edu_warehouse import DATES, PLAN, SMALL, TODAY
from tests.sweeps import swept
from tests.warehouse_filling import fill_warehouse
from training.cohort_examples import labelled_cohorts

FORMS = ("oneroster", "edfi")
"""The formats that tell, with our own files of the tables that they lack, every input of a feature set."""

FEW = Plan("harbor", 60, TODAY, years=2)
"""The district of every run."""

SCALES = {"marks": FileMapping(scale="letters")}
"""What a district says of marks without points."""


@dataclass(frozen=True)
class Ours:
    """A district's own files, their warehouse, and a model that is learnt from it."""

    records: Path
    warehouse: Path
    model: RiskModel


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Ours:
    """The district."""
    home = tmp_path_factory.mktemp("ours")
    simulate_district(PLAN, home / "records")
    fill_warehouse(PLAN, home / "records", home / "harbor.duckdb")
    with open_warehouse(home / "harbor.duckdb") as reader:
        cohorts = labelled_cohorts(reader, NinthGrade, OFF_TRACK_CHICAGO, DATES, observed_on=TODAY)
    model = fit_risk_model(cohorts.examples, seed=7, threads=1, tuned=SMALL)
    return Ours(home / "records", home / "harbor.duckdb", model)


def both_snapshots(form: str, records: Path, warehouse: Path, home: Path) -> tuple[Snapshot, Snapshot]:
    """What our own files and those of a format say of a cohort, after a load of which nothing waits."""
    FORMATS[form](records, home / form, "harbor")
    files = SCALES if form == "oneroster" else {}
    said = {"id": "harbor", "name": "Harbor", "sources": SOURCES[form], "files": files}
    space = Workspace(District.model_validate(said), home / "home", TODAY)
    report = ingest(space, home / form, now=datetime(2026, 11, 20, 17, tzinfo=UTC), progress=quietly)
    assert report.quarantine == ()
    return snapshots_by_own_id((warehouse, space.warehouse), NinthGrade, TODAY)


def test_features_of_a_roster_package_beside_our_own_files_are_those_of_our_own_files(tmp_path: Path) -> None:
    simulate_district(FEW, tmp_path / "records")
    fill_warehouse(FEW, tmp_path / "records", tmp_path / "harbor.duckdb")
    held, theirs = both_snapshots("oneroster", tmp_path / "records", tmp_path / "harbor.duckdb", tmp_path)
    assert len(held.features) >= 5
    assert held.features.equals(theirs.features)
    assert held.school_days.equals(theirs.school_days)


@pytest.mark.skipif(not swept("properties"), reason="make properties")
@pytest.mark.parametrize("form", FORMS)
def test_risk_list_and_reasons_are_those_of_our_own_files(form: str, ours: Ours, tmp_path: Path) -> None:
    held, theirs = both_snapshots(form, ours.records, ours.warehouse, tmp_path)
    assert len(held.features) > 20
    assert held.features.equals(theirs.features)
    assert served_by(ours.model, held) == served_by(ours.model, theirs)
