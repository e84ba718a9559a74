"""A sweep: one district in each format, and risk, list and reasons of one model are those of our own files.

`test_edu_warehouse.py` shows it for a warehouse in every run.
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


@pytest.mark.skipif(not swept("properties"), reason="make properties")
@pytest.mark.parametrize("form", FORMS)
def test_risk_list_and_reasons_are_those_of_our_own_files(form: str, ours: Ours, tmp_path: Path) -> None:
    FORMATS[form](ours.records, tmp_path / form, "harbor")
    files = SCALES if form == "oneroster" else {}
    said = {"id": "harbor", "name": "Harbor", "sources": SOURCES[form], "files": files}
    space = Workspace(District.model_validate(said), tmp_path / "home", TODAY)
    report = ingest(space, tmp_path / form, now=datetime(2026, 11, 20, 17, tzinfo=UTC), progress=quietly)
    assert report.quarantine == ()
    held, theirs = snapshots_by_own_id((ours.warehouse, space.warehouse), NinthGrade, TODAY)
    assert len(held.features) > 20
    assert held.features.equals(theirs.features)
    assert served_by(ours.model, held) == served_by(ours.model, theirs)
