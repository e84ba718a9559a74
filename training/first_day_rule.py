"""A published rule that serves before any list can be judged: its shares where a year is known, else without any."""

import numpy as np

from features.definitions.catalog import feature_set_of
from features.errors import Refused
from features.snapshots.label_years import label_years
from features.warehouse.reader import Reader
from models.estimators.published_rule import RuleModel, fit_rule
from training.cohort_examples import Cohorts, NotJudgeable, labelled_cohorts
from training.evaluation.temporal_split import Split
from training.evaluation.year_parts import WHOLE_YEAR, YearPart, split_year
from training.gate.verdict import gate_without_model
from training.result_builder import judged_weeks
from training.run_result import RunResult
from training.training_request import Basis, TrainingRequest
from training.training_result import TrainingResult

NOBODY = 0
"""The test year of a rule that no year was there to judge."""


def first_day_rule(reader: Reader, request: TrainingRequest, why: Refused) -> RunResult:
    """The result by which the outcome's own rule serves, while no model can be judged, and why.

    Its shares are those of the years whose outcome is known. Before the first of them there are none: the rule puts a
    list in order and says its reasons, and nothing is told of how such students fared.
    """
    schedule, outcome = request.settings.training.as_of, request.outcome
    if not label_years(reader, outcome, schedule, observed_on=request.today):
        return RunResult((result_of(request, reader, WHOLE_YEAR, None, why),))
    rule = feature_set_of(outcome).rule_alone()
    try:
        cohorts = labelled_cohorts(reader, rule, outcome, schedule, observed_on=request.today, with_peers=False)
    except NotJudgeable as nobody:  # enrolled on any date, as of students who repeat a grade in a small district
        return RunResult((result_of(request, reader, WHOLE_YEAR, None, nobody),))
    if not len(cohorts.examples):
        return RunResult((result_of(request, reader, WHOLE_YEAR, None, why),))
    week = cohorts.examples.week
    parts = split_year(() if week is None else week[week > 0].tolist(), request.settings.training.parts)
    return RunResult(tuple(result_of(request, reader, part, cohorts, why) for part in parts))


def result_of(
    request: TrainingRequest, reader: Reader, part: YearPart, cohorts: Cohorts | None, why: Refused
) -> TrainingResult:
    """What is known of one part of the year."""
    settings = request.settings
    gate = gate_without_model(
        request.district.id, request.outcome.name, settings.gate, str(why), tried=settings.training.model
    )
    if cohorts is None:
        basis = Basis(Split((), NOBODY), 0, 0, {}, reader.data_version())
        return TrainingResult(request, basis, gate, part=part, serving_rules={part.name: ordering_rule(request)})
    rows, years = cohorts.examples, tuple(sorted(cohorts.years))
    basis = Basis(Split(years, NOBODY), len(rows), 0, cohorts.unlabelled, reader.data_version(), cohorts.left_out)
    return TrainingResult(
        request,
        basis,
        gate,
        part=part,
        judged_weeks=judged_weeks(rows.take(part.holds(rows)), ()),
        serving_rules={part.name: fit_rule(rows.take(part.teaches(rows)))},
    )


def ordering_rule(request: TrainingRequest) -> RuleModel:
    """A rule that only orders: a signal puts a student into the band of some signals, two and more into that of many.

    Its shares stand for bands, are of no past student, and are never told.
    """
    some, many = request.settings.service.bands
    none = (0.0, 0.0, 0.0)
    shares = (0.0, float(np.mean([some, many])), float(np.mean([many, 1.0])))
    return RuleModel((0.0, 1.0, 2.0), shares, none, 0.0, off_track=none, pooled_n=none, low=none, high=(1.0, 1.0, 1.0))
