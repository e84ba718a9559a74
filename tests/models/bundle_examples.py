"""Made-up bundles for the tests of bundles, releases and the registry."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from models.bundle.bundle import BundleParts
from models.bundle.canonical_json import canonical_json, sha256_of
from models.bundle.definitions import PREPARED_TABLE
from models.bundle.signing import KeyPair, sign
from models.estimators.fitting import fit_risk_model
from models.estimators.published_rule import RuleModel, fit_rule
from models.estimators.risk_model import RiskModel
from models.feature_dictionary import fingerprint_of
from tests.models.row_examples import DICTIONARY, made_examples

OUTCOME = "grade9_off_track_chicago"
PASS: Mapping[str, object] = {
    "district_id": "harbor",
    "outcome": OUTCOME,
    "verdict": "pass",
    "features": fingerprint_of(DICTIONARY),
    "checks": [{"code": "rules", "title": "Beats the rules", "verdict": "pass", "says": "it does"}],
}
FAIL: Mapping[str, object] = {
    **PASS,
    "verdict": "fail",
    "checks": [
        {"code": "calibration", "title": "Calibrated", "verdict": "fail", "says": "risks are 9 in 100 too high"},
        {"code": "rules", "title": "Beats the rules", "verdict": "pass", "says": "it does"},
    ],
}

PROVENANCE = {"created_at": "2026-11-20T08:00:00+00:00", "code": "abc"}


@cache
def made_model() -> RiskModel:
    """A small fitted model, the same each time."""
    return fit_risk_model(made_examples(900), seed=7, threads=1)


@cache
def made_rule() -> RuleModel:
    """A small fitted rule, the same each time."""
    return fit_rule(made_examples(900))


def model_parts(gate: Mapping[str, object] | None = PASS, *, card: str = "# A card\n") -> BundleParts:
    """The parts of a model's bundle."""
    return BundleParts(
        kind="model",
        model=made_model(),
        rule=None,
        dictionary=DICTIONARY,
        metrics={"roc_auc": 0.8125, "at": {"0.15": 0.1 + 0.2}},
        card=card,
        gate=gate,
        name=OUTCOME,
        grade_band="9",
        feature_set=PREPARED_TABLE,
    )


def rule_parts(gate: Mapping[str, object] | None = None, *, card: str = "# A rule\n") -> BundleParts:
    """The parts of a rule's bundle."""
    return replace(model_parts(gate, card=card), kind="rule", model=None, rule=made_rule())


def sign_again(folder: Path, keys: KeyPair) -> None:
    """Lists and signs what is in the folder now, as its maker would have."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = [sha256_of(content), len(content)]
    (folder / "manifest.json").write_bytes(canonical_json(manifest))
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "model.sig"}
    (folder / "model.sig").write_bytes(sign(files, keys))
