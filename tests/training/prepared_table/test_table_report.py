"""The report of a prepared table: what it comes to first, every figure with an interval, no small group, no row."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient
from rich.console import Console

from models.metrics.intervals import Interval
from models.registry import MOST_METRICS, registry_in
from tests.training.prepared_table.test_prepared_table import BY_YEAR, FEW_FOLDS, MADE_ON, SPEC, fitted, made_table, run
from tests.training.report.report_page import FORBIDDEN, Page
from training.evaluation.leakage import Leak
from training.prepared_table.console import print_answer
from training.prepared_table.mlflow_record import numbers, record_table
from training.prepared_table.report import Source, render_table_report
from training.prepared_table.run import TableResult
from training.prepared_table.train import TableAnswer
from training.prepared_table.verdict import verdict_of

SOURCE = Source("students & more.csv", "ninth_graders.toml", "0123456789abcdef" * 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def trained(folder: Path) -> TableResult:
    return fitted(folder, made_table(), 'school = "school"\n' + SPEC + FEW_FOLDS)


@pytest.fixture(scope="module")
def by_year(folder: Path) -> TableResult:
    return fitted(folder, made_table(900), SPEC + BY_YEAR)


@pytest.fixture(scope="module")
def answer(folder: Path) -> TableAnswer:
    return run(folder, made_table(), SPEC + FEW_FOLDS)


def page_of(trained: TableResult) -> Page:
    """The report, read back."""
    return Page(render_table_report(trained, SOURCE, made_on=MADE_ON))


def with_lead(trained: TableResult, **leads: Interval) -> TableResult:
    """The same run, with other leads over logistic regression."""
    differences = {**trained.measured.differences, "logistic": {**trained.measured.differences["logistic"], **leads}}
    return replace(trained, measured=replace(trained.measured, differences=differences), leaks=())


AHEAD, LEVEL, BEHIND = Interval(0.05, 0.02, 0.08), Interval(0.01, -0.01, 0.03), Interval(-0.04, -0.07, -0.01)


@pytest.mark.parametrize("split", ["trained", "by_year"])
def test_the_page_is_whole_fetches_and_runs_nothing_and_speaks_with_respect(
    split: str, request: pytest.FixtureRequest
) -> None:
    html = render_table_report(request.getfixturevalue(split), SOURCE, made_on=MADE_ON)
    page = Page(html)
    assert page.open == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "form", "object"})
    assert not re.search(r"https?:|//|url\(|@import|javascript:|\son\w+=", html)
    assert [word for word in FORBIDDEN if word in html.lower()] == []
    assert "students &amp; more.csv" in html


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        (AHEAD, "The model beats logistic regression on rows that it had not seen: ROC AUC "),
        (LEVEL, "The model is not shown to beat logistic regression: ROC AUC "),
        (BEHIND, "Logistic regression beats the model on rows that neither had seen, and is simpler: use it."),
    ],
)
def test_the_first_sentence_says_whether_the_model_beats_logistic_regression(
    trained: TableResult, lead: Interval, words: str
) -> None:
    run = with_lead(trained, roc_auc=lead)
    assert page_of(run).texts["p"][1].startswith(words)
    assert verdict_of(run)[0].startswith(words)


def test_where_the_model_does_not_beat_it_is_said_next(trained: TableResult) -> None:
    at = {f"precision@{share:.3f}": AHEAD for share in (0.10, 0.15, 0.20)}
    said = verdict_of(with_lead(trained, roc_auc=AHEAD, pr_auc=AHEAD, brier=BEHIND, **{"precision@0.050": LEVEL}, **at))
    assert "Logistic regression does better in the distance of risks from what happened (Brier score)." in said
    assert "It may be chance which of the two does better in the list of 5 of 100." in said


def test_a_column_that_knows_the_end_is_said_before_any_figure(trained: TableResult) -> None:
    run = replace(trained, leaks=(Leak("filled_in_later", 0.97, 0.5),))
    first = page_of(run).texts["p"][1]
    assert first.startswith("Believe no figure yet: filled_in_later probably knows how it ended")
    assert 'class="verdict unproven"' in render_table_report(run, SOURCE, made_on=MADE_ON)


def test_every_scorer_has_its_figures_with_intervals_and_the_model_its_lead(trained: TableResult) -> None:
    page = page_of(trained)
    for name in ("This model", "Logistic regression", "Knowing only the school"):
        assert page.rows(name), name
    shown = trained.measured.intervals["model"]["roc_auc"]
    (technical,) = [row for row in page.texts["tr"] if row.startswith("This model ") and f"{shown.low:.3f} to" in row]
    assert technical.count(" to ") == 7


@pytest.mark.parametrize("what", ["precision", "recall", "lift"])
def test_each_length_of_a_list_has_its_interval(trained: TableResult, what: str) -> None:
    one = trained.measured.intervals["logistic"][f"{what}@0.200"]
    shown = f"{one.estimate:.3f} ({one.low:.3f} to {one.high:.3f})"
    assert [row for row in page_of(trained).texts["tr"] if row.startswith("Logistic regression ") and shown in row]


def test_a_column_that_no_scorer_has_is_not_shown(trained: TableResult, by_year: TableResult) -> None:
    assert "ROC AUC within schools" in render_table_report(trained, SOURCE, made_on=MADE_ON)
    assert "ROC AUC within schools" not in render_table_report(by_year, SOURCE, made_on=MADE_ON)


def test_a_small_group_is_told_with_another_and_has_no_figure_of_its_own(trained: TableResult) -> None:
    named = [row for row in page_of(trained).texts["tr"] if "Lao" in row]
    assert named
    assert all(re.search(r"Lao (/|or) |(/|or) Lao\b", row) for row in named)


def test_a_split_by_time_shows_each_time_beside_what_it_was_learned_from(by_year: TableResult) -> None:
    page = page_of(by_year)
    rows = [row.split() for row in page.texts["tr"] if row.startswith("Year 20")]
    assert [row[1:3] for row in rows] == [["2021", "300"], ["2022", "300"]]
    rates = by_year.as_json()["share_off_track"]
    assert isinstance(rates, dict)
    said = f"{rates['judged'] * 100:.1f} of 100 ended off track, after {rates['learned_from'] * 100:.1f} of 100"
    assert said in page.texts["p"][2]


def test_a_list_of_very_few_is_not_told(folder: Path) -> None:
    few = fitted(folder, made_table(90), SPEC + FEW_FOLDS)
    assert not [sentence for sentence in verdict_of(few) if sentence.startswith("Where 10 of 100")]
    page = page_of(few)
    assert "At 5, 10 of 100, fewer than 11 students would be listed: not shown." in page.texts["p"]
    assert few.as_json()["reliability"] == {}


def test_seeds_draws_and_the_digest_are_said(trained: TableResult) -> None:
    html = render_table_report(trained, SOURCE, made_on=MADE_ON)
    assert "200 bootstrap draws of whole students" in html
    assert "sha256 0123456789ab" in html
    assert "ontrack train-table students &amp; more.csv ninth_graders.toml" in html


def test_the_report_is_beside_the_bundle_and_the_same_twice(answer: TableAnswer, folder: Path) -> None:
    assert answer.report == folder / "home" / "reports" / f"table-spec-{answer.bundle.digest[:8]}.html"
    said = answer.report.read_text(encoding="utf-8")
    assert said == render_table_report(answer.trained, answer.source, made_on=MADE_ON)


def test_the_console_says_what_the_report_says(answer: TableAnswer) -> None:
    page = io.StringIO()
    print_answer(answer, Console(file=page, width=400))
    assert verdict_of(answer.trained)[0] in page.getvalue()


def test_the_run_is_recorded_with_its_figures_files_and_digests(answer: TableAnswer, folder: Path) -> None:
    registry = registry_in(folder / "home")
    record = record_table(answer, registry, "here")
    kept = MlflowClient(registry.tracking_uri).get_run(record.run_id)
    assert record.model_version == "1"
    lead = answer.trained.measured.differences["logistic"]["roc_auc"]
    assert kept.data.metrics["lead_over_logistic_roc_auc_low"] == pytest.approx(lead.low)
    assert kept.data.metrics["model_precision_at_0.100"] == pytest.approx(
        answer.trained.figures["model"].precision_at[0.1]
    )
    assert (kept.data.params["split"], kept.data.params["seeds"]) == ("folds", "0")
    assert (kept.data.params["lightgbm_num_leaves"], kept.data.params["code_version"]) == ("7", "here")
    assert kept.data.metrics["lightgbm_rounds"] == answer.trained.model.booster.num_trees()
    assert any(name.startswith("gain_share_") for name in kept.data.metrics)
    assert (kept.data.tags["data_version"], kept.data.tags["gate"]) == (answer.source.digest, "none")
    assert MlflowClient(registry.tracking_uri).get_experiment(kept.info.experiment_id).name == "table-spec"


def test_a_record_has_fewer_metrics_than_the_store_takes(trained: TableResult) -> None:
    found = numbers(trained)
    assert 100 < len(found) < MOST_METRICS
    assert {"school_only_roc_auc", "lead_over_school_only_recall_at_0.200_high"} <= set(found)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
