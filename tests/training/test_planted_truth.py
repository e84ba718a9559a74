"""What a report says of a truth that was planted in a simulated district's records: it must be right about it.

The cohorts are those of a real warehouse; only the ends, or one feature, are replaced by what the test knows.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from features.definitions.catalog import SERVABLE, feature_set_of
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.settings import District, Gate, Settings, Training
from features.simulator.plan import Plan
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from models.bundle.signing import ensure_keys
from models.examples import Examples, in_fixed_order
from models.scoring import order_of, reasons_of
from tests.districts import simulated_warehouse
from tests.training.evaluation.cross_evaluation import cross_evaluate
from training.bundle_writer import BundleWriter
from training.cohort_examples import labelled_cohorts
from training.evaluation.evaluation import fit_and_evaluate
from training.evaluation.leakage import find_leaks
from training.evaluation.temporal_split import Split
from training.report.technical_report import render_technical_report
from training.report.verdict import headline
from training.result_builder import build_training_result
from training.rule_result import with_rule_shares
from training.run_result import RunResult
from training.training_request import Basis, TrainingRequest
from training.training_result import TrainingResult

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
TODAY = date(2026, 11, 20)
TEST = 2026
FILLED_LATER = "days_suspended_in_school"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> TrainingRequest:
    home: Path = tmp_path_factory.mktemp("home")
    district = District(id="north", name="North Unified")
    settings = Settings(
        home=home,
        districts=(district,),
        gate=Gate(minimum_off_track=20, replicates=300),
        training=Training(as_of=("11-20",)),
    )
    simulated_warehouse(Plan("north", 1800, TODAY, years=5), settings.warehouse("north"))
    return TrainingRequest(settings, district, OFF_TRACK_CHICAGO, TODAY)


@pytest.fixture(scope="module")
def examples(asked: TrainingRequest) -> Examples:
    with open_warehouse(asked.settings.warehouse("north")) as reader:
        feature_set = feature_set_of(asked.outcome)
        cohorts = labelled_cohorts(reader, feature_set, asked.outcome, ("11-20",), observed_on=TODAY)
    return in_fixed_order(cohorts.examples)  # rows come by student key, which is drawn anew in each warehouse


def halves(examples: Examples) -> tuple[Examples, Examples]:
    """The years before the test year, and the test year."""
    tested = examples.time == TEST
    return examples.take(~tested), in_fixed_order(examples.take(tested))


def judged(asked: TrainingRequest, examples: Examples) -> TrainingResult:
    """The result of a run on these rows."""
    learn, test = halves(examples)
    basis = Basis(Split(tuple(sorted(set(learn.time.tolist()))), TEST), len(learn), len(test), {}, "0" * 64)
    return build_training_result(asked, basis, fit_and_evaluate(learn, test, seed=7, threads=1), learn=learn)


def by_the_rule(examples: Examples, years: np.ndarray) -> Examples:
    """In these years, who ended off track is whom the rule counts against; in others, who was absent and is not."""
    assert examples.rule is not None
    rng = np.random.default_rng(5)
    held = np.where(examples.rule > 0, 0.95, 0.03)
    absent = examples.features["absence_rate_20d"].to_numpy()
    unlisted = np.where(absent > np.quantile(absent, 0.8), 0.6, 0.03)
    other = np.where(examples.rule > 0, 0.05, unlisted)
    chance = np.where(np.isin(examples.time, years), held, other)
    return replace(examples, label=rng.random(len(examples)) < chance)


def test_a_model_of_a_truth_that_is_gone_loses_to_the_rule_and_the_report_begins_with_it(
    asked: TrainingRequest, examples: Examples
) -> None:
    result = judged(asked, by_the_rule(examples, np.array([TEST])))
    rule = next(check for check in result.gate.checks if check.code == "GATE02")
    assert (result.gate.verdict, rule.verdict) == ("fail", "fail")
    page = render_technical_report(result, made_on=TODAY)
    first = page[page.index('<p class="first">') :].partition("</p>")[0]
    assert "A simple rule did better than the model" in first
    assert "The published rule serves" in first


@pytest.fixture(scope="module")
def all_by_the_rule(asked: TrainingRequest, examples: Examples) -> TrainingResult:
    """The result of a run on rows whose ends the rule alone decides, in every year."""
    return judged(asked, by_the_rule(examples, np.unique(examples.time)))


def test_where_the_rule_is_all_there_is_to_know_the_model_does_not_pass(all_by_the_rule: TrainingResult) -> None:
    rule = next(check for check in all_by_the_rule.gate.checks if check.code == "GATE02")
    assert rule.verdict != "pass"
    assert all_by_the_rule.gate.verdict != "pass"


def filled_afterwards(examples: Examples) -> Examples:
    """A record that a school completes once it knows how the year ended: past years have it, the last one not yet."""
    told = examples.label & (examples.time < TEST)
    return replace(examples, features=examples.features.assign(**{FILLED_LATER: told.astype(float)}))


def test_a_record_that_is_filled_in_afterwards_shines_in_a_random_split_and_is_caught_by_the_year_ahead(
    asked: TrainingRequest, examples: Examples
) -> None:
    leaking = filled_afterwards(examples)
    learn, _ = halves(leaking)
    random = cross_evaluate(learn, learn.student, k=3, seeds=(1,)).figures((0.15,))["model"]
    result = judged(asked, leaking)
    assert random.roc_auc > 0.99
    assert result.figures["model"].roc_auc < random.roc_auc - 0.1
    named = next(check for check in result.gate.checks if check.code == "GATE08")
    assert (named.verdict, result.gate.verdict) == ("fail", "fail")
    assert FILLED_LATER in named.says
    assert "probably filled in afterwards" in render_technical_report(result, made_on=TODAY)


def test_no_feature_of_honest_records_is_called_a_leak(examples: Examples) -> None:
    assert find_leaks(*halves(examples)) == ()


def test_a_feature_that_holds_the_outcome_is_named_though_it_holds_it_every_year(examples: Examples) -> None:
    holding = replace(examples, features=examples.features.assign(**{FILLED_LATER: examples.label.astype(float)}))
    assert [leak.feature for leak in find_leaks(*halves(holding))] == [FILLED_LATER]
    assert "it probably holds the outcome" in find_leaks(*halves(holding))[0].says


def by_another_rule(examples: Examples) -> Examples:
    """In every year, who ended off track is whom the San Francisco rule counts against, not the own one."""
    rng = np.random.default_rng(6)
    counted = examples.peers["sfusd_incoming_grade9"].to_numpy() > 0
    return replace(examples, label=rng.random(len(examples)) < np.where(counted, 0.9, 0.02))


def test_where_another_published_rule_was_shown_to_find_more_it_serves_with_reasons_of_its_own(
    asked: TrainingRequest, examples: Examples
) -> None:
    planted = by_another_rule(examples)
    result = judged(asked, planted)
    assert result.serving_rule == "rule sfusd_incoming_grade9"
    assert "the San Francisco rule for incoming ninth graders" in headline(result)
    keys = ensure_keys(asked.settings.home / "keys")
    run = RunResult((with_rule_shares(result, halves(planted)[0], planted),))
    bundle = BundleWriter(asked, run, keys, {"trained_by": "ana"}).write(None)
    assert bundle.feature_set == "grade9 by sfusd_incoming_grade9"
    with open_warehouse(asked.settings.warehouse("north")) as reader:
        features = build_snapshot(reader, SERVABLE[bundle.feature_set], TODAY).features
    listed = order_of(bundle.scorer, features) > 0
    reasons = reasons_of(bundle.scorer, features, SERVABLE[bundle.feature_set])
    assert 0 < listed.sum() < len(listed)
    assert [bool(those.needs) for those in reasons] == listed.tolist()


def test_the_own_rule_serves_where_no_other_was_shown_to_find_more(all_by_the_rule: TrainingResult) -> None:
    assert all_by_the_rule.serving_rule == "rule"


@pytest.mark.parametrize("name", [name for name in SERVABLE if name.startswith("grade9 by")])
def test_a_rule_that_may_serve_gives_a_reason_for_everybody_it_counts_against(
    asked: TrainingRequest, name: str
) -> None:
    with open_warehouse(asked.settings.warehouse("north")) as reader:
        features = build_snapshot(reader, SERVABLE[name], TODAY).features
    indicator = SERVABLE[name].indicator
    assert indicator
    met = np.array([[sign.met_by(row[sign.feature]) for sign in indicator.reasons] for _, row in features.iterrows()])
    assert (met.any(axis=1) == (features["rule_signals"] > 0)).all()
