"""The registry: the same trees, the same files, and nobody's rows."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from models.bundle.bundle import Bundle, open_bundle, write_bundle
from models.bundle.golden_process import ROOT
from models.bundle.signing import ensure_keys, load_public_key
from models.bundle.tree_structure import parse_trees
from models.estimators.fitting import SMALL_AND_REGULARISED, fit_risk_model
from models.estimators.risk_model import RiskModel
from models.registry import IMPORTANCE, Registry, RunRecord, mlflow_client, registry_in
from tests.models.bundle_examples import model_parts, rule_parts
from tests.models.row_examples import made_examples

if TYPE_CHECKING:
    from mlflow import MlflowClient

# two libraries below MLflow warn of one another as they are loaded or asked
pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]

NAME = "harbor-grade9_off_track_chicago"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CANARY = "Zzcanary"
CANARY_NUMBER = 0.11223344556677


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def model() -> RiskModel:
    """A model that learned from a student with a name and a value found nowhere else."""
    examples = made_examples(600)
    student = np.array([f"{CANARY} {name}" for name in examples.student])
    features = examples.features.assign(absence_rate=[CANARY_NUMBER, *examples.features["absence_rate"][1:]])
    school = np.array([f"{CANARY} school"] * len(examples))
    return fit_risk_model(replace(examples, student=student, features=features, school=school), seed=1, threads=1)


@pytest.fixture(scope="module")
def bundle(home: Path, model: RiskModel) -> Bundle:
    return write_bundle(home / "bundles", replace(model_parts(), model=model), ensure_keys(home / "keys"), {})


@pytest.fixture(scope="module")
def registry(home: Path) -> Registry:
    return registry_in(home)


def aliases(client: "MlflowClient") -> dict[str, str]:
    return {alias: str(version) for alias, version in client.get_registered_model(NAME).aliases.items()}


def logged(registry: Registry, bundle: Bundle, report: Path | None = None) -> RunRecord:
    return registry.log_training(
        "harbor 2026",
        NAME,
        params={"seed": 7, "outcome": "grade9_off_track_chicago"},
        metrics={"roc_auc": 0.8},
        bundle=bundle,
        code=COMMIT,
        reports=(report,) if report else (),
        tags={"data": "abc"},
    )


@pytest.fixture(scope="module")
def record(registry: Registry, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    report = tmp_path_factory.mktemp("report") / "report.html"
    report.write_text("<h1>A report</h1>")
    return logged(registry, bundle, report)


def test_the_registered_model_gives_the_margins_of_ours(
    record: RunRecord, registry: Registry, model: RiskModel
) -> None:
    import mlflow

    with mlflow_client(registry.tracking_uri):
        registered = mlflow.lightgbm.load_model(f"models:/{NAME}/{record.model_version}")
    features = made_examples(300, seed=5).features
    margins = np.asarray(registered.predict(model.dictionary.encode(features), raw_score=True, num_threads=1))
    assert np.abs(margins - model.margin(features)).max() < 1e-9


def test_a_run_keeps_numbers_tags_the_bundles_files_and_the_report(
    record: RunRecord, registry: Registry, bundle: Bundle
) -> None:
    import mlflow

    client = mlflow.MlflowClient(registry.tracking_uri)
    run = client.get_run(record.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["roc_auc"] == 0.8
    assert {"seed": "7", "outcome": "grade9_off_track_chicago"}.items() <= run.data.params.items()
    assert (run.data.tags["bundle"], run.data.tags["data"]) == (bundle.digest, "abc")
    kept = {Path(file.path).name for file in client.list_artifacts(record.run_id, "bundle")}
    assert kept == {file.name for file in bundle.path.iterdir()}
    assert [file.path for file in client.list_artifacts(record.run_id, "report")] == ["report/report.html"]


def test_runs_are_compared_by_lightgbms_parameters_rounds_and_the_importance_of_features(
    record: RunRecord, registry: Registry, model: RiskModel
) -> None:
    import mlflow

    run = mlflow.MlflowClient(registry.tracking_uri).get_run(record.run_id)
    asked = {**SMALL_AND_REGULARISED, "seed": 1, "num_threads": 1, "monotone_constraints": 2}
    assert {name: run.data.params[f"lightgbm_{name}"] for name in asked} == {n: str(v) for n, v in asked.items()}
    assert run.data.metrics["lightgbm_rounds"] == model.booster.num_trees()
    gain, splits = (
        {name: run.data.metrics[f"{kind}_share_{name}"] for name in model.dictionary.names}
        for kind in ("gain", "split")
    )
    assert sum(gain.values()) == pytest.approx(1)
    split = [place for tree in parse_trees(model.booster_text, model.dictionary) for place in tree.feature]
    used = np.bincount(split, minlength=len(splits))  # gains are not in the text
    assert list(splits.values()) == pytest.approx((used / used.sum()).tolist())
    first = max(gain, key=lambda name: gain[name])
    assert run.data.params["most_important"].startswith(f"{first} {gain[first]:.0%}, ")
    with mlflow_client(registry.tracking_uri):
        table = pd.read_csv(mlflow.artifacts.download_artifacts(run_id=record.run_id, artifact_path=IMPORTANCE))
    assert dict(zip(table["feature"], table["gain_share"], strict=True)) == pytest.approx(gain)
    assert list(table["gain_share"]) == sorted(gain.values(), reverse=True)


def test_runs_are_compared_by_the_commit_that_ran(record: RunRecord, registry: Registry, bundle: Bundle) -> None:
    import mlflow

    client = mlflow.MlflowClient(registry.tracking_uri)
    run = client.get_run(record.run_id)
    assert run.data.params["code_version"] == COMMIT
    assert (run.data.tags["code_version"], run.data.tags["mlflow.source.git.commit"]) == (COMMIT, COMMIT)
    installed = registry.log_training("run", NAME, params={}, metrics={}, bundle=bundle, code="1.2.3")
    run = client.get_run(installed.run_id)
    assert run.data.params["code_version"] == "1.2.3"
    assert "mlflow.source.git.commit" not in run.data.tags


def test_how_a_model_was_fitted_is_in_no_file_of_its_bundle(bundle: Bundle, home: Path) -> None:
    assert isinstance(bundle.scorer, RiskModel)
    assert bundle.scorer.fit is not None
    opened = open_bundle(bundle.path, load_public_key(home / "keys"))
    assert isinstance(opened.scorer, RiskModel)
    assert opened.scorer.fit is None
    unknown = replace(bundle.scorer, fit=None)
    again = write_bundle(home / "again", replace(model_parts(), model=unknown), ensure_keys(home / "keys"), {})
    assert again.digest == bundle.digest


def test_the_newest_model_is_challenger_until_it_is_champion(registry: Registry, bundle: Bundle) -> None:
    import mlflow

    client = mlflow.MlflowClient(registry.tracking_uri)
    first, second = logged(registry, bundle), logged(registry, bundle)
    assert first.model_version is not None
    assert second.model_version is not None
    assert aliases(client) == {"challenger": second.model_version}
    registry.mark_champion(NAME, first.model_version)
    assert aliases(client) == {
        "champion": first.model_version,
        "challenger": second.model_version,
    }
    registry.mark_champion(NAME, second.model_version)
    assert aliases(client) == {"champion": second.model_version}


def test_the_champion_follows_what_serves(registry: Registry, home: Path) -> None:
    import mlflow

    client = mlflow.MlflowClient(registry.tracking_uri)
    keys = ensure_keys(home / "keys")
    model = write_bundle(home / "bundles", model_parts(), keys, {})
    rule = write_bundle(home / "bundles", rule_parts(), keys, {})
    version = logged(registry, model).model_version
    logged(registry, rule)
    assert registry.follow(NAME, model.digest) == version
    assert aliases(client)["champion"] == version
    assert registry.follow(NAME, rule.digest) is None
    assert "champion" not in aliases(client)


def test_a_store_that_never_saw_the_district_has_nothing_to_follow(registry: Registry) -> None:
    assert registry.follow("elsewhere-outcome", "0" * 64) is None


def test_a_rule_is_recorded_without_a_registered_model(registry: Registry, home: Path) -> None:
    rule = write_bundle(home / "bundles", rule_parts(), ensure_keys(home / "keys"), {})
    assert logged(registry, rule).model_version is None


def test_no_students_row_name_or_school_is_in_the_store(record: RunRecord, home: Path) -> None:
    assert record.run_id
    learned = made_examples(600).features
    rows = [repr(float(value)) for value in learned["noise"]]
    looked_at = 0
    for file in [*(home / "mlartifacts").rglob("*"), home / "mlflow.db"]:
        if not file.is_file():
            continue
        looked_at += 1
        content = file.read_bytes()
        assert CANARY.encode() not in content, file.name
        assert str(CANARY_NUMBER).encode() not in content, file.name
        if "example" in file.name or file.name == "golden.json":
            assert not [value for value in rows if value.encode() in content], file.name
    assert looked_at > 10


def test_the_store_does_not_say_whose_machine_it_was(record: RunRecord, registry: Registry) -> None:
    import mlflow

    client = mlflow.MlflowClient(registry.tracking_uri)
    run = client.get_run(record.run_id)
    version = client.get_model_version(NAME, str(record.model_version))
    logged_model = client.get_logged_model(str(version.source).removeprefix("models:/"))
    for tags in (run.data.tags, logged_model.tags):
        assert (tags["mlflow.user"], tags["mlflow.source.name"]) == ("ontrack", "ontrack train")


def test_the_registered_model_is_text_that_runs_no_code(record: RunRecord, home: Path) -> None:
    assert record.model_version
    folders = [file.parent for file in (home / "mlartifacts").rglob("MLmodel")]
    assert folders
    for folder in folders:
        files = {str(file.relative_to(folder)) for file in folder.rglob("*")}
        assert not [file for file in files if file.endswith((".py", ".pkl", ".skops", ".joblib")) or "code" in file]
        assert (folder / "model.lgb").read_text().startswith("tree\nversion=v4\n")
        described = (folder / "MLmodel").read_text()
        assert "loader_module: mlflow.lightgbm\n" in described
        assert "code: null\n" in described
        assert "model_class: lightgbm.basic.Booster\n" in described


def test_the_input_example_is_of_made_up_rows(record: RunRecord, home: Path) -> None:
    assert record.model_version
    example = next((home / "mlartifacts").rglob("input_example.json"))
    rows = pd.read_json(example, orient="split")
    assert list(rows.columns) == made_examples(10).dictionary.names
    assert len(rows) == 5


RECORDING = """
import sys
from pathlib import Path
from models.bundle.bundle import open_bundle
from models.registry import registry_in
from models.bundle.signing import load_public_key
home, empty = Path(sys.argv[1]), Path(sys.argv[2])
bundle = open_bundle(next((home / "bundles").glob(sys.argv[3])), load_public_key(home / "keys"))
registry_in(empty).log_training("run", "harbor-x", params={}, metrics={}, bundle=bundle, code="1")
import os
assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "true"
"""


def test_the_first_recording_of_a_process_says_nothing_and_reports_to_nobody(
    bundle: Bundle, home: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", RECORDING, str(home), str(tmp_path), bundle.path.name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "mlflow.db").exists()


def test_200_metrics_are_too_many(registry: Registry, bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="fewer than 200"):
        registry.log_training(
            "run", NAME, params={}, metrics={f"m{i}": 0.0 for i in range(200)}, bundle=bundle, code="1"
        )


def test_a_given_address_is_used_as_it_is(tmp_path: Path) -> None:
    assert registry_in(tmp_path, "http://tracking:5000") == Registry("http://tracking:5000", None)
