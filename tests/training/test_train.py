"""Training on a small simulated district, with the real warehouse, bundles and keys."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ingest.desk import desk_of
from features.ingest.steps import ingest
from features.progress import quietly
from features.settings import District, Refused, Settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.warehouse import reading
from models.fitting import fit_risk_model
from training.cohorts import Cohorts, labelled_cohorts
from training.judgement import Trial
from training.train import Trained, train

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    home = tmp_path_factory.mktemp("home")
    district = District(id="north", name="North Unified")
    settings = Settings(home=home, districts=(district,))
    simulate_district(Plan("north", 900), home / "records")
    ingest(desk_of(settings, "north", TODAY), home / "records", now=NOW, progress=quietly)
    return Trial(settings, district, OFF_TRACK_CHICAGO, TODAY)


@pytest.fixture(scope="module")
def trained(trial: Trial) -> Trained:
    return train(trial, now=NOW, code_version="here", progress=quietly)


@pytest.fixture(scope="module")
def cohorts(trial: Trial) -> Cohorts:
    with reading(trial.settings.warehouse("north")) as reader:
        return labelled_cohorts(reader, NinthGrade, OFF_TRACK_CHICAGO, ("11-20",), observed_on=TODAY)


def test_the_unfinished_year_neither_teaches_nor_judges(cohorts: Cohorts) -> None:
    assert sorted(cohorts.years) == [2022, 2023, 2024, 2025, 2026]


def test_a_student_stands_once_in_a_year(cohorts: Cohorts) -> None:
    pairs = set(zip(cohorts.examples.student, cohorts.examples.time, strict=True))
    assert len(pairs) == len(cohorts.examples)


def test_groups_travel_beside_features_and_are_none(cohorts: Cohorts) -> None:
    assert {"race_ethnicity", "sex", "english_learner"} <= set(cohorts.examples.groups)
    assert not set(cohorts.examples.groups) & set(cohorts.examples.dictionary.names)


def test_a_small_district_is_served_by_the_rule(trained: Trained) -> None:
    assert trained.judgement.gate.verdict == "not_enough_evidence"
    assert trained.best is trained.rule


def test_training_twice_gives_the_same_digests(trial: Trial, trained: Trained) -> None:
    """On another day, by other code: provenance is no part of a digest."""
    again = train(trial, now=datetime(2026, 12, 1, tzinfo=UTC), code_version="there", progress=quietly)
    assert trained.model is not None
    assert again.model is not None
    assert (again.model.digest, again.rule.digest) == (trained.model.digest, trained.rule.digest)


def test_other_student_keys_give_the_same_trees(cohorts: Cohorts) -> None:
    """Keys are random, and drawn again when a warehouse is made again."""
    renamed = np.array([f"{i:05d}" for i in np.random.default_rng(1).permutation(len(cohorts.examples))])
    first = fit_risk_model(cohorts.examples, seed=7, threads=1)
    second = fit_risk_model(replace(cohorts.examples, student=renamed), seed=7, threads=1)
    assert first.booster_text == second.booster_text


def test_metrics_in_the_bundle_are_those_of_the_judgement(trained: Trained) -> None:
    written = json.loads((trained.rule.path / "metrics.json").read_bytes())
    assert written["metrics"]["model"]["roc_auc"] == trained.judgement.figures["model"].roc_auc
    assert written["test_year"] == 2026


def test_no_student_key_is_in_a_bundle(trained: Trained, cohorts: Cohorts) -> None:
    assert trained.model is not None
    content = b"".join(file.read_bytes() for file in Path(trained.model.path).iterdir())
    assert not [key for key in cohorts.examples.student if key.encode() in content]


def test_a_day_before_any_outcome_is_refused(trial: Trial) -> None:
    with pytest.raises(Refused, match=r"cannot be judged yet on 2022-03-01: .* it can be judged from 2022-06-30"):
        train(replace(trial, today=date(2022, 3, 1)), now=NOW, code_version="here", progress=quietly)
