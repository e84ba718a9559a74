"""Signed releases on the service: a small model of the grade 9 features, and a rule."""

import pickle
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from features.definitions.grade9 import NinthGrade
from models.bundle.bundle import BundleParts, write_bundle
from models.bundle.signing import PRIVATE, ensure_keys
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.examples import Examples
from models.feature_dictionary import dictionary_of, fingerprint_of
from models.releases import Approval, Release, ReleaseKey, promote
from tests.kept_folders import code_of, kept
from tests.models.kept_verdicts import own_folder, verdicts_kept
from tests.serving.example_service import NOW, ExampleService

OUTCOME = "grade9_off_track_chicago"
RULE = RuleModel(counts=(0.0, 1.0, 2.0), shares=(0.1, 0.3, 0.6), n=(500, 200, 100), overall=0.2)
GRADE9 = dictionary_of(NinthGrade)


@cache
def made_model() -> RiskModel:
    """A model in which absence and failing marks count, fitted once for all workers and runs."""
    code = code_of(["models.estimators.fitting", NinthGrade.__module__], [__file__])
    model = pickle.loads((kept("grade-9-model", code, write_model) / "model").read_bytes())
    assert isinstance(model, RiskModel)
    return model


def write_model(folder: Path) -> None:
    """Fits the model and puts it into a folder; what fits loads libraries that whoever finds it there does not need."""
    from models.estimators.fitting import fit_risk_model

    rng = np.random.default_rng(0)
    rows = 600
    features = pd.DataFrame({name: rng.random(rows) for name in GRADE9.names})
    features["absence_rate_20d"] *= 0.4
    odds = 15 * features["absence_rate_20d"] + 4 * features["core_failing_now"] - 5
    examples = Examples(
        dictionary=GRADE9,
        features=features,
        label=rng.random(rows) < 1 / (1 + np.exp(-odds.to_numpy())),
        student=np.array([f"student {i}" for i in range(rows)]),
        time=np.full(rows, 2026, dtype=np.int64),
    )
    (folder / "model").write_bytes(pickle.dumps(fit_risk_model(examples, seed=1, threads=1)))


def release_rule(service: ExampleService, district_id: str, rule: RuleModel = RULE) -> Release:
    """Puts the rule in service."""
    return release(service, district_id, replace(rule_parts(district_id), rule=rule, gate=None))


def release_model(service: ExampleService, district_id: str) -> Release:
    """Puts the model in service."""
    return release(service, district_id, model_parts(district_id))


def model_parts(district_id: str) -> BundleParts:
    """The model's bundle, passed by the gate."""
    return replace(rule_parts(district_id), kind="model", model=made_model(), rule=None)


def judged_rule_parts(district_id: str) -> BundleParts:
    """The rule's bundle with the figures of a test year, in which nothing could be judged."""
    metrics = {"headline": {}, "listed": 0, "test_year": 2026}
    return replace(rule_parts(district_id), metrics=metrics)


def rule_parts(district_id: str) -> BundleParts:
    """The rule's bundle, passed by the gate."""
    return BundleParts(
        kind="rule",
        model=None,
        rule=RULE,
        dictionary=GRADE9,
        metrics={},
        card="# A card\n",
        gate={
            "district_id": district_id,
            "outcome": OUTCOME,
            "verdict": "pass",
            "features": fingerprint_of(GRADE9),
            "checks": [],
        },
        name=OUTCOME,
        grade_band="9",
        feature_set=NinthGrade.name,
    )


def release(
    service: ExampleService, district_id: str, parts: BundleParts, provenance: Mapping[str, str] | None = None
) -> Release:
    """Writes, signs and promotes a bundle."""
    home = service.context.settings.home
    key = ReleaseKey(district_id, OUTCOME, "9")
    with verdicts_kept(home / "bundles"):
        bundle = bundle_in(home, parts, provenance or {})
        keys = ensure_keys(home / "keys")
        return promote(home, key, bundle, public_key=keys.public_key, approval=Approval("a test"), now=NOW)


def bundle_in(home: Path, parts: BundleParts, provenance: Mapping[str, str]) -> Path:
    """The folder of a signed bundle in a home: written once in a process, for all homes that have the same keys."""
    keys = shared_keys()
    if not (home / "keys").exists():
        shutil.copytree(keys, home / "keys")
    if (home / "keys" / PRIVATE).read_bytes() != (keys / PRIVATE).read_bytes():
        return write_bundle(home / "bundles", parts, ensure_keys(home / "keys"), provenance).path
    model = parts.model and (parts.model.booster_text, parts.model.calibrator)
    said = sha256(pickle.dumps((replace(parts, model=None), model, dict(provenance)))).hexdigest()
    made = own_folder("ontrack-bundles-") / said
    if not made.exists():
        with verdicts_kept(made):
            write_bundle(made, parts, ensure_keys(keys), provenance)
    (bundle,) = (one for one in made.iterdir() if not one.name.startswith("."))
    if not (home / "bundles" / bundle.name).exists():
        shutil.copytree(bundle, home / "bundles" / bundle.name)
    return home / "bundles" / bundle.name


@cache
def shared_keys() -> Path:
    """The keys of all homes of a process that sign with no keys of their own."""
    folder = own_folder("ontrack-keys-") / "keys"
    ensure_keys(folder)
    return folder
