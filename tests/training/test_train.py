"""Training on a small simulated district, with the real warehouse, bundles and keys."""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import ontrack
from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ledger.ledger import build_ledger
from features.progress import quietly
from features.settings import District, Gate, Settings, Training
from features.simulator.plan import Plan
from features.warehouse.file import change_warehouse, open_warehouse
from models.estimators import fitting
from models.estimators.fitting import GrownTrees, fit_risk_model
from models.estimators.published_rule import RuleModel
from models.feature_dictionary import fingerprint_of
from models.partitions.trees import PartitionedGrowth
from models.partitions.workers import WorkerLost
from models.served_scorer import serving_on
from serving.pages.equity_view import equity_view
from serving.wording.locale import load_language
from tests.districts import load_simulated
from tests.features.test_ledger import flag_rows
from training import train as training_run
from training.audit.checks import CODES
from training.champion import Champion, with_champion
from training.cohort_examples import Cohorts, labelled_cohorts
from training.district_card import card_of
from training.evaluation.rolling_evaluation import Recipe, evaluate_earlier_years
from training.evaluation.temporal_split import Split
from training.support_on_record import with_support
from training.train import TrainedBundles, train
from training.train_and_record import answer_of
from training.training_data import TrainingData
from training.training_request import TrainingRequest

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> TrainingRequest:
    home = tmp_path_factory.mktemp("home")
    district = District(id="north", name="North Unified")
    training = Training(as_of=("11-20",), weeks=0)
    settings = Settings(home=home, districts=(district,), gate=Gate(replicates=100), training=training)
    load_simulated(settings, Plan("north", 900), TODAY)
    return TrainingRequest(settings, district, OFF_TRACK_CHICAGO, TODAY)


@pytest.fixture(scope="module")
def trained(asked: TrainingRequest) -> TrainedBundles:
    return train(asked, now=NOW, code_version="here", progress=quietly)


@pytest.fixture(scope="module")
def cohorts(asked: TrainingRequest) -> Cohorts:
    with open_warehouse(asked.settings.warehouse("north")) as reader:
        return labelled_cohorts(reader, NinthGrade, OFF_TRACK_CHICAGO, ("11-20",), observed_on=TODAY)


def test_the_unfinished_year_neither_teaches_nor_judges(cohorts: Cohorts) -> None:
    assert sorted(cohorts.years) == [2022, 2023, 2024, 2025, 2026]


def test_a_student_stands_once_in_a_year(cohorts: Cohorts) -> None:
    pairs = set(zip(cohorts.examples.student, cohorts.examples.time, strict=True))
    assert len(pairs) == len(cohorts.examples)


def test_groups_travel_beside_features_and_are_none(cohorts: Cohorts) -> None:
    assert {"race_ethnicity", "sex", "english_learner"} <= set(cohorts.examples.groups)
    assert not set(cohorts.examples.groups) & set(cohorts.examples.dictionary.names)


def test_a_small_district_is_served_by_the_rule(trained: TrainedBundles) -> None:
    assert trained.result.main.gate.verdict == "not_enough_evidence"
    assert trained.best is trained.rule


def test_training_twice_gives_the_same_digests(asked: TrainingRequest, trained: TrainedBundles) -> None:
    """On another day, by other code: provenance is no part of a digest."""
    again = train(asked, now=datetime(2026, 12, 1, tzinfo=UTC), code_version="there", progress=quietly)
    assert trained.model is not None
    assert again.model is not None
    assert (again.model.digest, again.rule.digest) == (trained.model.digest, trained.rule.digest)
    assert trained.model.provenance["policies"] == "", "the district declares no policy of records"


def test_a_model_that_two_workers_grew_is_judged_as_any_other_and_says_so(
    trained: TrainedBundles, cohorts: Cohorts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ROWS_FOR_ONE_FOLD", 200)  # in the place of 100,000
    recipe = Recipe(7, 1, 100, (0.15,), {}, on_split=PartitionedGrowth(2, scratch=tmp_path))
    split = Split((2022, 2023, 2024), 2025)
    (year,) = evaluate_earlier_years(cohorts.examples, [split], recipe)
    (alone,) = evaluate_earlier_years(cohorts.examples, [split], replace(recipe, on_split=None))
    assert (year.judged.model.workers, alone.judged.model.workers) == (2, 1)
    assert np.array_equal(year.judged.test.label, alone.judged.test.label)
    assert set(year.judged.risks) == set(alone.judged.risks)
    together, own = (replace(trained.result.main, years=(one,)) for one in (year, alone))
    assert together.as_json() == {**together.as_json(), "grown_by_workers": 2}
    assert "grown_by_workers" not in own.as_json()
    told = [
        "Its trees were grown by 2 processes together" in card_of(result, kind)
        for result in (together, own)
        for kind in ("model", "rule")
    ]
    assert told == [True, False, False, False]


def test_a_lost_worker_ends_the_run_and_is_no_reason_to_serve_the_rule(
    asked: TrainingRequest, cohorts: Cohorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object) -> GrownTrees:
        raise WorkerLost("worker 2 of 2 was ended")

    monkeypatch.setattr(fitting, "ROWS_FOR_ONE_FOLD", 1)
    recipe = Recipe(7, 1, 100, (0.15,), {}, on_split=lose)
    with pytest.raises(WorkerLost):
        evaluate_earlier_years(cohorts.examples, [Split((2022, 2023), 2024)], recipe)
    monkeypatch.setattr(training_run, "recipe_of", lambda *_: recipe)
    data = TrainingData(cohorts, (Split((2022, 2023), 2024),), "", (), (11, 22))
    with pytest.raises(WorkerLost):
        training_run.evaluate_test_year(asked, data, None)


def test_other_student_keys_give_the_same_trees(cohorts: Cohorts) -> None:
    """Keys are random, and drawn again when a warehouse is made again."""
    renamed = np.array([f"{i:05d}" for i in np.random.default_rng(1).permutation(len(cohorts.examples))])
    first = fit_risk_model(cohorts.examples, seed=7, threads=1)
    second = fit_risk_model(replace(cohorts.examples, student=renamed), seed=7, threads=1)
    assert first.booster_text == second.booster_text


def test_metrics_in_the_bundle_are_those_of_the_judgement(trained: TrainedBundles) -> None:
    written = json.loads((trained.rule.path / "metrics.json").read_bytes())
    assert written["metrics"]["model"]["roc_auc"] == trained.result.main.figures["model"].roc_auc
    assert written["test_year"] == 2026


def test_both_scorers_are_asked_whether_every_band_can_be_reached_and_the_rules_card_has_its_shares(
    trained: TrainedBundles,
) -> None:
    (of_model,) = (check for check in trained.result.main.gate.checks if check.code == "GATE13")
    of_rule = json.loads((trained.rule.path / "metrics.json").read_bytes())["rule_bands"]["year"]
    assert of_model.says.startswith("Of 100 students of the test year, ")
    assert (of_rule["code"], of_rule["verdict"]) == ("GATE13", "pass")
    assert isinstance(trained.rule.scorer, RuleModel)
    assert trained.result.main.serving_rules == {"year": trained.rule.scorer}
    assert "| Signals | Past students | Off track, of 100 | Likely range |" in trained.rule.card


def test_the_signed_gate_says_what_was_declared_which_years_were_judged_and_what_they_could_show(
    trained: TrainedBundles,
) -> None:
    assert trained.model
    for bundle in (trained.model, trained.rule):
        gate = json.loads((bundle.path / "gate.json").read_bytes())
        assert gate["primary"] == "recall at 0.15 of the cohort"
        assert gate["bounds"]["champion_margin"] == 0.03
        assert gate["loosened"] == []
        assert gate["years"] == [2024, 2025, 2026]
        assert 0 < gate["power"]["smallest"] < 1
        assert gate["features"] == fingerprint_of(trained.model.dictionary)


def test_the_rule_to_beat_is_chosen_on_the_years_before_the_first_judged_one(trained: TrainedBundles) -> None:
    compared = trained.result.main.compared
    assert compared
    assert compared.rule
    among = compared.rule.among
    assert (among.years, among.rules) == ((2022, 2023), 9)
    assert compared.rule.scorer in among.scorers
    assert list(compared.contenders) == list(among.scorers)


def test_a_model_is_compared_with_the_one_that_serves_on_years_which_that_never_saw(
    trained: TrainedBundles, cohorts: Cohorts
) -> None:
    years = trained.result.main.years
    earlier = cohorts.examples.take(cohorts.examples.time < 2024)
    champion = Champion(fit_risk_model(earlier, seed=3, threads=1), learned_through=2024)
    beside = with_champion(champion, years[-1].judged.model, years)
    assert ["champion" in one.judged.risks for one in beside] == [False, True, True]
    assert with_champion(Champion(years[-1].judged.model, 2021), years[-1].judged.model, years) == years
    assert with_champion(None, years[-1].judged.model, years) == years


def test_a_bound_that_a_district_has_loosened_is_on_the_card_and_in_the_gate(trained: TrainedBundles) -> None:
    result = trained.result.main
    settings = result.request.settings
    gate = settings.gate.model_copy(update={"recall_gap_bound": 0.4})
    loose = replace(result, request=replace(result.request, settings=settings.model_copy(update={"gate": gate})))
    said = "The district has loosened what its gate asks: gate.recall_gap_bound is 0.4; the default is 0.2."
    assert said in card_of(loose, "model")
    assert "loosened" not in card_of(result, "model")


def test_no_student_key_is_in_a_bundle(trained: TrainedBundles, cohorts: Cohorts) -> None:
    assert trained.model is not None
    content = b"".join(file.read_bytes() for file in Path(trained.model.path).iterdir())
    assert not [key for key in cohorts.examples.student if key.encode() in content]


def test_a_day_before_any_outcome_leaves_the_rule_that_tells_no_risk(asked: TrainingRequest) -> None:
    trained = train(replace(asked, today=date(2022, 3, 1)), now=NOW, code_version="here", progress=quietly)
    assert trained.model is None
    says = trained.result.main.gate.checks[0].says
    assert re.search(r"cannot be judged yet on 2022-03-01: .* it can be judged from 2023-06-29 on", says)
    served = serving_on(trained.rule, 14, date(2022, 3, 1))
    assert served.not_judged == "no_year"
    assert isinstance(served.bundle.scorer, RuleModel)
    found = served.bundle.scorer.similar_students(np.array([0.0, 1.0, 5.0]), least=11)
    assert [one.are_told for one in found if one] == [False] * 3
    few, some, many = served.bundle.scorer.risk(np.array([0.0, 1.0, 5.0]))
    assert few < 0.25 <= some < 0.5 <= many
    assert "no school year: of none the outcome is known yet" in (trained.rule.path / "card.md").read_text("utf-8")


def test_where_no_model_is_asked_for_the_rule_is_judged_by_its_list(asked: TrainingRequest) -> None:
    training = asked.settings.training.model_copy(update={"model": False})
    request = replace(asked, settings=asked.settings.model_copy(update={"training": training}))
    trained = train(request, now=NOW, code_version="here", progress=quietly)
    assert trained.model is None
    main = trained.result.main
    assert main.audit_of("rule")
    assert equity_view(trained.rule, load_language("en"), {}), "the page of equity shows it"
    gate = json.loads((trained.rule.path / "gate.json").read_bytes())
    assert (gate["verdict"], gate["checks"]) == ("no_model", []), "nobody tried one, so nothing was found about one"
    assert set(gate["parts"].values()) == {"no_model"} == {part.verdict for part in trained.rule.parts}
    card = (trained.rule.path / "card.md").read_text("utf-8")
    assert "Verdict: **no model asked for**" in card
    assert 0 < main.headline["rule"].estimate < 1
    assert main.listed > 0


def test_what_the_audit_in_a_bundle_found_is_told_by_a_command(
    asked: TrainingRequest, trained: TrainedBundles, tmp_path: Path
) -> None:
    settings = tmp_path / "ontrack.toml"
    settings.write_text(f'home = "{asked.settings.home}"\n', encoding="utf-8")
    assert trained.model
    command = ["--config", str(settings), "audit", str(trained.model.path)]
    told = CliRunner().invoke(ontrack.app, command)
    assert told.exit_code == 0, told.output
    assert [line.split("  ")[-2] for line in told.stdout.splitlines() if "EWS" in line] == list(CODES)
    found = json.loads(CliRunner().invoke(ontrack.app, [*command, "--json"]).stdout)
    assert trained.result.main.audited
    assert found == trained.result.main.audited.as_json()


def test_the_answer_for_programs_has_the_verdict_the_figures_and_where_everything_is(
    trained: TrainedBundles, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    said = json.loads(json.dumps(answer_of(trained, report)))
    assert said["verdict"] == trained.result.verdict
    assert said["metrics"]["model"]["roc_auc"] == trained.result.main.figures["model"].roc_auc
    assert list(said["parts"]) == [one.part.name for one in trained.result.parts]
    assert (said["bundle"], said["report"]) == (str(trained.best.path), str(report))


def test_the_flags_and_contacts_of_a_past_year_are_read_with_its_cohort(
    asked: TrainingRequest, cohorts: Cohorts, tmp_path: Path
) -> None:
    warehouse, listed_on = tmp_path / "north.duckdb", date(2025, 11, 20)
    shutil.copy(asked.settings.warehouse("north"), warehouse)
    of_year = cohorts.examples.time == 2026
    with change_warehouse(warehouse) as writer:
        writer.add("flags", flag_rows(cohorts.examples.student[of_year].tolist(), listed_on))
    with open_warehouse(warehouse) as reader:
        found = with_support(reader, OFF_TRACK_CHICAGO, cohorts.examples, TODAY, seed=7)
        students = build_ledger(reader, OFF_TRACK_CHICAGO, TODAY).students.dropna(subset="supported_on")
        unflagged = with_support(reader, OFF_TRACK_CHICAGO, cohorts.examples, listed_on - timedelta(days=1), seed=7)
    assert found.support is not None
    assert set(found.student[found.support > 0]) == set(students["student_key"].astype("str")) != set()
    assert not found.support[~of_year].any()
    np.testing.assert_array_equal(found.observed, cohorts.examples.label)
    assert unflagged is cohorts.examples
