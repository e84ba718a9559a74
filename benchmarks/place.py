"""Where a simulated district is measured: its records, its warehouse, its release; made once, then used again."""

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import workspace_of
from features.progress import Progress, quietly
from features.settings import Settings
from features.settings_file import load_settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.snapshots.feature_requirements import unavailable_features
from features.warehouse.file import open_warehouse
from models.bundle.bundle import BundleParts, open_bundle, write_bundle
from models.bundle.signing import ensure_keys
from models.estimators.fitting import fit_risk_model
from models.estimators.risk_model import RiskModel
from models.feature_dictionary import dictionary_of, fingerprint_of
from models.releases import Approval, ReleaseKey, current_release, promote
from training.cohort_examples import labelled_cohorts

DISTRICT, TODAY, SEED = "harbor", date(2026, 11, 20), 7
NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
SETTINGS = f"""home = "home"
today = {TODAY}

[[districts]]
id = "{DISTRICT}"
name = "Harbor Unified (simulated)"
records = "records"

[training]
as_of = ["11-20"]
"""


@dataclass(frozen=True)
class Place:
    """A folder for one simulated district of so many students over so many school years."""

    folder: Path
    students: int
    years: int

    @property
    def records(self) -> Path:
        """The district's CSV files."""
        return self.folder / "records"

    @property
    def config(self) -> Path:
        """The installation's `ontrack.toml`."""
        return self.folder / "ontrack.toml"

    @cached_property
    def settings(self) -> Settings:
        """The installation's settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(SETTINGS, encoding="utf-8")
        return load_settings(self.config)

    @property
    def warehouse(self) -> Path:
        """The district's warehouse."""
        return self.settings.warehouse(DISTRICT)


def place_in(folder: Path, students: int, years: int) -> Place:
    """The place of a district of so many students over so many school years."""
    return Place(folder / f"students-{students}-years-{years}", students, years)


def simulate(place: Place, progress: Progress) -> None:
    """The district's files are there."""
    plan, note = Plan(DISTRICT, place.students, TODAY, place.years, SEED), place.folder / "simulated"
    if note.exists() and note.read_text(encoding="utf-8") == repr(plan):
        return
    progress(f"simulating {place.students:,} students over {plan.years} school years")
    shutil.rmtree(place.folder, ignore_errors=True)
    simulate_district(plan, place.records)
    note.write_text(repr(plan), encoding="utf-8")


def load(place: Place, progress: Progress) -> None:
    """The warehouse holds the files."""
    simulate(place, progress)
    if not place.warehouse.exists():
        progress(f"loading {place.students:,} students' records")
        ingest(workspace_of(place.settings, DISTRICT, TODAY), place.records, now=NOW, progress=quietly)


def release(place: Place, progress: Progress) -> None:
    """A model of the district's finished years serves it, whatever the gate would say: this is about speed."""
    load(place, progress)
    key = ReleaseKey(DISTRICT, OFF_TRACK_CHICAGO.name, OFF_TRACK_CHICAGO.grade_band)
    home, keys = place.settings.home, ensure_keys(place.settings.home / "keys")
    serving = current_release(home, key)
    # a kept folder may hold the release of an earlier checkout, with other features
    if serving is None or open_bundle(serving.bundle_path, keys.public_key).dictionary.names != fits(place):
        progress(f"fitting a model for {place.students:,} students")
        bundle = write_bundle(home / "bundles", parts_of(fitted(place)), keys, {})
        promote(home, key, bundle.path, public_key=keys.public_key, approval=Approval("benchmarks"), now=NOW)


def fits(place: Place) -> list[str]:
    """The features for which the district sends data."""
    with open_warehouse(place.warehouse) as reader:
        return dictionary_of(NinthGrade, without=unavailable_features(reader, NinthGrade)).names


def fitted(place: Place) -> RiskModel:
    """A model with the defaults, learnt from every finished year."""
    training = place.settings.training
    with open_warehouse(place.warehouse) as reader:
        cohorts = labelled_cohorts(reader, NinthGrade, OFF_TRACK_CHICAGO, training.as_of, observed_on=TODAY)
    return fit_risk_model(cohorts.examples, seed=SEED, threads=training.threads)


def parts_of(model: RiskModel) -> BundleParts:
    """A bundle that may serve here and claims nothing."""
    return BundleParts(
        kind="model",
        model=model,
        rule=None,
        dictionary=model.dictionary,
        metrics={"headline": {}, "listed": 0, "test_year": TODAY.year},
        card="# Made by the benchmark, not judged\n",
        gate={
            "district_id": DISTRICT,
            "outcome": OFF_TRACK_CHICAGO.name,
            "verdict": "pass",
            "checks": [],
            "features": fingerprint_of(model.dictionary),
        },
        name=OFF_TRACK_CHICAGO.name,
        grade_band=OFF_TRACK_CHICAGO.grade_band,
        feature_set=NinthGrade.name,
    )
