"""Training results on made rows, and their reports read back."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape

import numpy as np
import pandas as pd

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.settings import District, Gate, Settings, Training
from models.examples import Examples
from models.metrics.paired_comparison import RecallLead
from tests.models.row_examples import made_examples
from tests.training.report.report_page import Page
from training.evaluation.evaluation import fit_and_evaluate
from training.evaluation.temporal_split import Split
from training.gate.list_checks import check_lead
from training.gate.verdict import gate_without_model
from training.report.technical_report import render_technical_report
from training.result_builder import build_training_result
from training.training_request import Basis, TrainingRequest
from training.training_result import TrainingResult

MADE_ON = date(2026, 11, 20)
DATA_VERSION = "5a529af20842aef3" * 4
LEAD = RecallLead(0.1, 0.05, 0.15, error=0.025)


def with_groups(examples: Examples) -> Examples:
    """The same examples with a group of seven students, a program of some and one of a few."""
    rows = np.arange(len(examples))
    groups = pd.DataFrame(
        {
            "language": np.where(rows < 7, "Hmong", np.where(rows % 3 == 0, "Spanish", "English")),
            "english_learner": np.where(rows % 4 == 0, "yes", "no"),
            "foster": np.where(rows < 15, "yes", "no"),
        }
    )
    return replace(examples, groups=groups)


@cache
def made_result(tested: int = 600) -> TrainingResult:
    """A result on made rows."""
    settings = Settings(
        districts=(District(id="north", name="North & South <b>Unified</b>"),),
        gate=Gate(replicates=100),
        training=Training(as_of=("11-20",), threads=1),
    )
    request = TrainingRequest(settings, settings.district("north"), OFF_TRACK_CHICAGO, MADE_ON)
    test = with_groups(made_examples(tested, seed=1))
    basis = Basis(Split((2024, 2025), 2026), 600, tested, {2024: 0, 2025: 3, 2026: 12}, DATA_VERSION)
    learn = with_groups(made_examples(600))
    return build_training_result(request, basis, fit_and_evaluate(learn, test, seed=7, threads=1), learn=learn)


def against_the_rule(lead: RecallLead) -> TrainingResult:
    """A result whose only question is the rule."""
    made = made_result()
    assert made.compared
    gate = replace(made.gate, checks=(check_lead("GATE02", "rule", "the rule", lead),))
    return replace(made, gate=gate, compared=replace(made.compared, leads={**made.compared.leads, "rule": lead}))


def not_fitted(*, tried: bool = True) -> TrainingResult:
    """A result of records that do not allow a model, or of an outcome for which none was asked for."""
    made = made_result()
    bounds = made.request.settings.gate
    gate = gate_without_model("north", OFF_TRACK_CHICAGO.name, bounds, "40 students are too few", tried=tried)
    return TrainingResult(made.request, made.basis, gate)


def page_of(result: TrainingResult) -> Page:
    """The report, read back."""
    return Page(render_technical_report(result, made_on=MADE_ON))


def first_sentence(result: TrainingResult) -> str:
    """The first thing said after the title and the date."""
    return page_of(result).texts["p"][1]


def bulleted(result: TrainingResult) -> list[str]:
    """What the report lists point by point."""
    html = render_technical_report(result, made_on=MADE_ON)
    return [unescape(item) for item in re.findall(r"<li>(.*?)</li>", html)]
