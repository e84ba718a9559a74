"""What is known of a published rule's list: beside a model, and where there is none."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from features.errors import Refused
from models.examples import Examples
from models.metrics.intervals import Interval
from models.metrics.ranking import list_length
from training.audit.rule_audit import audit_rule
from training.evaluation.capacities import capacities_of
from training.evaluation.evaluation import shares_of_rule
from training.evaluation.intervals import headline_of
from training.evaluation.level_by_year import level_gaps_of_rule
from training.evaluation.rule_ranges import ranges_of_rule
from training.evaluation.scorers import OWN_RULE
from training.evaluation.year_parts import YearPart, review_week
from training.gate.verdict import GateResult, gate_without_model
from training.reference_profile import build_reference_profile, profiles_by_week
from training.result_builder import in_week, judged_weeks
from training.run_result import RunResult
from training.training_data import TrainingData
from training.training_request import TrainingRequest
from training.training_result import TrainingResult


def with_rule_shares(result: TrainingResult, learn: Examples, known: Examples) -> TrainingResult:
    """The result with the shares of the rule that serves short of a pass, from the training rows of its part.

    Where its level missed in a judged year it has ranges beside them, by all rows whose outcome is known.
    """
    part, scorer = result.part, result.serving_rule
    found = replace(result, serving_rules={part.name: shares_of_rule(learn, scorer)})
    if found.tells_numbers("rule"):
        return found
    return replace(found, rule_ranges=ranges_of_rule(found.serving_shares, known.take(part.teaches(known)), scorer))


def result_without_model(
    request: TrainingRequest, data: TrainingData, refusal: Refused, schools: pd.DataFrame
) -> RunResult:
    """The result of a run without a model, for none was asked for or none could be fitted: the rule serves."""
    settings = request.settings
    gate = gate_without_model(
        request.district.id, request.outcome.name, settings.gate, str(refusal), tried=settings.training.model
    )
    profiles = profiles_by_week(settings, data.test, {})
    parts = [rule_in_part(request, data, part, gate, schools) for part in data.parts]
    return RunResult(tuple(parts), profiles)


def rule_in_part(
    request: TrainingRequest, data: TrainingData, part: YearPart, gate: GateResult, schools: pd.DataFrame
) -> TrainingResult:
    """What is known of the rule's list in one part of the year, without a model beside it."""
    test, settings = data.test.take(part.holds(data.test)), request.settings
    reviewed = test if test.week is None or not len(test) else test.take(in_week(test, review_week(test.week)))
    result = TrainingResult(
        request,
        data.basis,
        gate,
        part=part,
        judged_weeks=judged_weeks(test, ()),
        headline=headline_of_rule(request, reviewed),
        listed=int(list_length(len(data.test) / len(data.test.lists()), settings.gate.capacity)),
        rule_audited=audit_rule(reviewed, settings, capacities_of(settings.gate, len(reviewed)), schools),
        promised=build_reference_profile(settings, data.test, {}),
        rule_level=level_gaps_of_rule(data.cohorts.examples, data.splits, part),
    )
    return with_rule_shares(result, data.learn.take(part.teaches(data.learn)), data.cohorts.examples)


def headline_of_rule(request: TrainingRequest, reviewed: Examples) -> Mapping[str, Interval]:
    """The share of those whom the rule would have listed on the part's date in the middle who ended off track."""
    if reviewed.rule is None or not len(reviewed):
        return {}
    settings = request.settings
    return {OWN_RULE: headline_of(reviewed, reviewed.rule, settings.gate, settings.training.seed)}
