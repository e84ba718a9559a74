"""What a run on a prepared table finds out beside plain figures: intervals, leads, leaks, times, a search."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.examples import Examples, in_fixed_order
from models.metrics.bootstrap import ScoredRows, bootstrap_metrics, difference_intervals
from tests.models.row_examples import made_examples
from tests.training.prepared_table.test_prepared_table import BY_YEAR, FEW_FOLDS, SPEC, fitted, made_table
from training.evaluation.capacities import CAPACITIES
from training.evaluation.evaluation import CrossEvaluation
from training.prepared_table.evaluation import folds_of
from training.prepared_table.figures import draws_of, table_figures

TWO_SEEDS = 'split = { kind = "folds", k = 2, seeds = [0, 1] }\n'


@pytest.fixture(scope="module")
def test_rows() -> Examples:
    return in_fixed_order(made_examples(400, seed=1))


@pytest.fixture(scope="module")
def judged(test_rows: Examples) -> CrossEvaluation:
    """Two seeds of a good and a poor scorer."""
    rng = np.random.default_rng(0)
    seeds = [
        {
            "model": np.clip(0.3 * test_rows.label + rng.uniform(0.1, 0.6, 400), 0, 1),
            "logistic": np.clip(0.1 * test_rows.label + rng.uniform(0.1, 0.8, 400), 0, 1),
        }
        for _ in range(2)
    ]
    return CrossEvaluation(test_rows, tuple(seeds))


def test_with_one_seed_intervals_and_leads_are_those_of_every_training_run(judged: CrossEvaluation) -> None:
    one = CrossEvaluation(judged.examples, judged.risks[:1])
    found, (risks,), rows = table_figures(one, replicates=200, seed=3), one.risks, one.examples
    scored = ScoredRows(rows.label, risks["model"], rows.school)
    assert found.intervals["model"] == bootstrap_metrics(scored, rows.student, CAPACITIES, replicates=200, seed=3)
    lead = difference_intervals(
        rows.label, risks["model"], risks["logistic"], rows.student, capacity=0.1, replicates=200, seed=3
    )
    same = {"roc_auc": "roc_auc", "precision@0.100": "precision", "recall@0.100": "recall"}
    for name, known in same.items():
        assert vars(found.differences["logistic"][name]) == pytest.approx(vars(lead[known]))


def test_with_seeds_a_figure_and_its_interval_are_the_mean_over_them(judged: CrossEvaluation) -> None:
    found = table_figures(judged, replicates=400, seed=0)
    each = [table_figures(CrossEvaluation(judged.examples, (risks,)), replicates=200, seed=0) for risks in judged.risks]
    mean = np.mean([one.intervals["model"]["roc_auc"].estimate for one in each])
    one = found.intervals["model"]["roc_auc"]
    assert one.estimate == pytest.approx(mean) == pytest.approx(found.figures["model"].roc_auc)
    assert one.low < one.estimate < one.high


def test_a_better_scorer_leads_in_every_figure_the_brier_score_included(judged: CrossEvaluation) -> None:
    lead = table_figures(judged, replicates=200, seed=0).differences["logistic"]
    assert {name.partition("@")[0] for name in lead} == {"roc_auc", "pr_auc", "brier", "precision", "recall"}
    assert all(lead[name].low > 0 for name in ("roc_auc", "pr_auc", "brier"))


@pytest.mark.parametrize(
    ("rows", "seeds", "draws"), [(4_000, 1, 1000), (4_000, 3, 333), (4_000, 9, 200), (40_000, 1, 500)]
)
def test_draws_are_dealt_out_over_seeds_and_fewer_where_rows_are_many(rows: int, seeds: int, draws: int) -> None:
    assert draws_of(rows, seeds, 1000) == draws


def test_no_student_stands_on_both_sides_of_a_fold(test_rows: Examples) -> None:
    twice = replace(test_rows, student=np.array([f"s{i // 2}" for i in range(len(test_rows))]))
    wards = np.array([str(i % 7) for i in range(len(test_rows))])
    parts = [fold.part_of(twice) for fold in folds_of(wards, 7, 0)]
    assert not [part for part in parts if set(part.learn.student) & set(part.test.student)]
    assert sorted(np.concatenate([part.rows for part in parts])) == list(range(len(test_rows)))


def test_a_school_is_compared_with_and_stays_a_feature(tmp_path: Path) -> None:
    trained = fitted(tmp_path, made_table(), 'school = "school"\n' + SPEC + FEW_FOLDS)
    assert list(trained.figures) == ["model", "logistic", "school_only"]
    assert set(trained.measured.differences) == {"logistic", "school_only"}
    assert "within_school_auc" in trained.measured.intervals["model"]
    assert "school" in trained.model.dictionary.names


@pytest.mark.parametrize(
    ("spec", "is_told"),
    [
        (SPEC + TWO_SEEDS, True),
        ("protected_features = true\n" + SPEC + FEW_FOLDS, False),
        (SPEC[: SPEC.index("subgroups")] + FEW_FOLDS, False),
    ],
)
def test_protected_attributes_are_told_to_compare_where_there_are_any_that_are_not_features(
    tmp_path: Path, spec: str, is_told: bool
) -> None:
    told = fitted(tmp_path, made_table(), spec).told
    assert (told is not None) == is_told
    if told is not None:
        assert set(told.lead) == {"precision", "recall", "roc_auc"}
        assert told.figures.n == 300


def test_a_column_that_holds_the_end_is_named_in_any_split(tmp_path: Path) -> None:
    for split in (FEW_FOLDS, BY_YEAR):
        (leak,) = fitted(tmp_path, made_table(), SPEC.replace("secret_*", "school") + split).leaks
        assert leak.feature == "secret_code"


def test_a_column_filled_in_afterwards_is_named_where_the_split_is_by_time(tmp_path: Path) -> None:
    frame = made_table()
    later = frame["year"] == 2022
    frame["moved_on"] = np.where(later, np.random.default_rng(0).random(300), frame["secret_code"])
    assert [leak.feature for leak in fitted(tmp_path, frame, SPEC + BY_YEAR).leaks] == ["moved_on"]


def test_every_time_that_can_be_is_judged_by_a_model_of_the_times_before(tmp_path: Path) -> None:
    periods = fitted(tmp_path, made_table(900), SPEC + BY_YEAR).periods
    assert [(one.part.by, one.part.value, one.learned_from) for one in periods] == [
        ("year", "2021", 300),
        ("year", "2022", 600),
    ]
    assert all(one.part.gap is not None and one.part.n == 300 for one in periods)


def test_two_test_values_are_told_apart(tmp_path: Path) -> None:
    spec = SPEC + BY_YEAR.replace("2022", "2021, 2022")
    periods = fitted(tmp_path, made_table(900), spec).periods
    assert [(one.part.value, one.learned_from) for one in periods] == [("2021", 300), ("2022", 300)]


def test_a_split_by_folds_has_no_times(tmp_path: Path) -> None:
    assert fitted(tmp_path, made_table(), SPEC + FEW_FOLDS).periods == ()


def test_a_search_is_made_in_each_training_part_alone_and_is_kept(tmp_path: Path) -> None:
    trained = fitted(tmp_path, made_table(120), "search_trials = 2\n" + SPEC + FEW_FOLDS)
    kept = {path.name for path in (tmp_path / "searches").iterdir()}
    assert kept == {"made-all.log", "made-seed0-fold0.log", "made-seed0-fold1.log"}
    assert trained.search is not None
    assert trained.search.trials == 2
    again = fitted(tmp_path, made_table(120), "search_trials = 2\n" + SPEC + FEW_FOLDS)
    assert (again.figures, again.search) == (trained.figures, trained.search)


def test_a_search_in_a_split_by_time_sees_the_rows_before_only(tmp_path: Path) -> None:
    spec = "search_trials = 2\n" + SPEC + BY_YEAR
    frame = made_table(240)
    changed = frame.assign(absent=frame["absent"].where(frame["year"] < 2022, 0.5))
    (tmp_path / "other").mkdir()
    assert fitted(tmp_path, frame, spec).search == fitted(tmp_path / "other", changed, spec).search
    assert [path.name for path in (tmp_path / "searches").iterdir()] == ["made-before.log"]
