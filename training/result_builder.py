"""From an evaluation to a training result: figures, intervals, audit, and the gate's verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
import pandas as pd

from models.examples import Booleans, Examples
from models.feature_dictionary import fingerprint_of
from models.metrics.calibration_error import ReliabilityBin, reliability
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval
from models.metrics.ranking import list_length
from training.audit.group_calibration import group_calibration
from training.audit.run import AuditRequest, AuditResult, run_audit
from training.evaluation.calibration_by_date import DateCalibration, calibrations_by_date
from training.evaluation.capacities import capacities_of
from training.evaluation.evaluation import Evaluation
from training.evaluation.intervals import Differences, calibration_of, headline_of, intervals_of, leads_over_others
from training.evaluation.leakage import find_leaks
from training.evaluation.level_by_year import LevelGap, level_gaps, students_learned
from training.evaluation.pooled_calibration import gaps_by_week, pooled_gap
from training.evaluation.rolling_evaluation import YearEvaluation
from training.evaluation.scorers import FIRST, OWN_RULE
from training.evaluation.year_parts import WHOLE_YEAR, YearPart, review_week
from training.gate.band_check import check_bands
from training.gate.checks import GateEvidence, check_evidence
from training.gate.comparison import GateComparison, compare_lists
from training.gate.verdict import DeclaredBounds, GateResult
from training.reference_profile import ReferenceProfile, build_reference_profile
from training.training_request import Basis, TrainingRequest
from training.training_result import TrainingResult, serving_rule_of


@dataclass(frozen=True)
class AuditContext:
    """What an audit is told beyond the rows: weeks of lead by student, schools' attendance, the rule that serves.

    `brief` is for a part of the year beside the one that is looked at most closely.
    """

    lead: "pd.Series[float] | None" = None
    schools: pd.DataFrame | None = None
    brief: bool = False
    rule: str = OWN_RULE


NO_CONTEXT = AuditContext()


class Draws(TypedDict):
    """The settings of a bootstrap."""

    replicates: int
    seed: int


class Gaps(TypedDict):
    """What the gate looks at of calibration by school week and of the level by date."""

    week_calibration: dict[int, Interval]
    level: tuple[LevelGap, ...]


BRIEFLY = ("model", "logistic", "rule")
"""The scorers whose figures have intervals in a brief look, beside the rule that serves or has to be beaten."""


def build_training_result(
    request: TrainingRequest,
    basis: Basis,
    judged: Evaluation,
    *,
    learn: Examples | None = None,
    years: tuple[YearEvaluation, ...] = (),
    warnings: tuple[str, ...] = (),
    context: AuditContext = NO_CONTEXT,
    part: YearPart = WHOLE_YEAR,
) -> TrainingResult:
    """Figures, differences, groups and the gate's verdict of one part of the year.

    `judged` and the judged `years` hold its scoring dates, `learn` what was learned from for the test year.
    Figures with intervals, and the audit (`context`), are of the date in the middle.
    """
    compared = compare_over_years(request, basis, judged, learn=learn, years=years)
    context = replace(context, rule=serving_rule_of(request.outcome, compared))
    judged_years, splits = [one.judged for one in years] or [judged], [one.split for one in years] or [basis.split]
    learned, (reviewed, taught, week) = students_learned(learn, splits), in_review(judged, learn)
    review = review_list(request, reviewed, taught, compared, context)
    evidence = replace(
        evidence_of(request, compared, review.audited, [one.take(in_week(one.test, week)) for one in judged_years]),
        leaks=() if learn is None else find_leaks(learn, judged.test, least=request.settings.audit.smallest_group),
        warnings=warnings,
        dates=dates_of(request, judged, compared, part),
        **gaps_of(request, judged_years, learned),
    )
    return TrainingResult(
        request,
        basis,
        gate_of(request, evidence, reviewed.test),
        part=part,
        judged_weeks=judged_weeks(judged.test, years),
        slices=evidence.dates,
        years=years,
        compared=compared,
        rule_level=level_gaps(judged_years, context.rule, learned),
        **vars(review),
    )


def in_review(judged: Evaluation, learn: Examples | None) -> tuple[Evaluation, Examples | None, int | None]:
    """The scoring date in the middle: what is judged on it, what was learned of it, and its school week."""
    week = None if judged.test.week is None else review_week(judged.test.week)
    return judged.take(in_week(judged.test, week)), learn and learn.take(in_week(learn, week)), week


def gaps_of(request: TrainingRequest, judged: Sequence[Evaluation], learned: Mapping[int, int]) -> Gaps:
    """How far the model's risks are off in each school week, and on each date of the judged years."""
    by_week = gaps_by_week(judged, **draws_of(request))
    return {"week_calibration": by_week, "level": level_gaps(judged, "model", learned)}


def gate_of(request: TrainingRequest, evidence: GateEvidence, test: Examples) -> GateResult:
    """The gate's verdict on the evidence, with the bounds that were declared before."""
    bounds = request.settings.gate
    declared = DeclaredBounds(bounds, fingerprint_of(test.dictionary), evidence.compared)
    return GateResult(request.district.id, request.outcome.name, check_evidence(evidence, bounds), declared)


@dataclass(frozen=True)
class ListReview:
    """One list that is looked at closely: the figures of `TrainingResult` that are of one scoring date."""

    figures: Mapping[str, ClassificationMetrics]
    differences: Differences
    reliability: Mapping[str, tuple[ReliabilityBin, ...]]
    headline: Mapping[str, Interval]
    intervals: Mapping[str, Mapping[str, Interval]]
    listed: int
    audited: AuditResult | None
    promised: ReferenceProfile
    reviewed_on: str


def review_list(
    request: TrainingRequest,
    reviewed: Evaluation,
    learn: Examples | None,
    compared: GateComparison,
    context: AuditContext,
) -> ListReview:
    """The figures of one scoring date's list with intervals, and its audit; of fewer scorers in a brief look."""
    test, risks, bounds, seed = reviewed.test, reviewed.risks, request.settings.gate, request.settings.training.seed
    capacities = capacities_of(bounds, len(test))
    hardest = compared.rule.scorer if compared.rule else OWN_RULE
    told = {*BRIEFLY, hardest, context.rule} if context.brief else set(risks)
    return ListReview(
        figures=reviewed.figures(capacities),
        differences=leads_over_others(reviewed, bounds, seed, others=told),
        reliability={name: reliability(test.label, risk) for name, risk in risks.items()},
        headline={name: headline_of(test, reviewed.order(name), bounds, seed) for name in risks},
        intervals={
            one: intervals_of(reviewed, one, capacities, bounds, seed) for one in FIRST if one in risks and one in told
        },
        listed=int(list_length(len(test), bounds.capacity)),
        audited=None if learn is None else audit(request, learn, reviewed, capacities, context),
        promised=build_reference_profile(request.settings, test, risks),
        reviewed_on="" if test.as_of is None else str(test.as_of[0]),
    )


def draws_of(request: TrainingRequest) -> Draws:
    """How many bootstrap draws a run makes, and their seed."""
    return {"replicates": request.settings.gate.replicates, "seed": request.settings.training.seed}


def dates_of(
    request: TrainingRequest, judged: Evaluation, compared: GateComparison, part: YearPart
) -> tuple[DateCalibration, ...]:
    """Every scoring date, with the lists of the model and of the rule to beat; nothing where a year has one."""
    rule = compared.rule.scorer if compared.rule else OWN_RULE
    orders = {name: judged.order(name) for name in ("model", rule) if name in judged.risks}
    if part == WHOLE_YEAR and len(judged.test.lists()) < 2:
        return ()
    capacity = request.settings.gate.capacity
    return calibrations_by_date(judged.test, judged.risks["model"], orders, capacity=capacity, **draws_of(request))


def in_week(examples: Examples, week: int | None) -> Booleans:
    """Which rows are of the scoring date that is nearest to a school week in their year; all without a calendar."""
    if examples.week is None or week is None:
        return np.ones(len(examples), dtype=np.bool_)
    away = pd.Series(np.abs(examples.week - week))
    return np.asarray(away == away.groupby(examples.time).transform("min"), dtype=np.bool_)


def judged_weeks(test: Examples, years: Sequence[YearEvaluation]) -> Mapping[int, tuple[str, ...]]:
    """By school week, the scoring dates of all judged years."""
    tests = [*(one.judged.test for one in years if one.judged.test is not test), test]
    found: dict[int, set[str]] = {}
    for one in tests:
        if one.week is not None and one.as_of is not None:
            for week, day in set(zip(one.week.tolist(), one.as_of.tolist(), strict=True)):
                found.setdefault(week, set()).add(day)
    return {week: tuple(sorted(days)) for week, days in sorted(found.items())}


def evidence_of(
    request: TrainingRequest, compared: GateComparison, audited: AuditResult | None, lists: Sequence[Evaluation]
) -> GateEvidence:
    """What the gate looks at of lists, risks and groups; `lists` are those looked at closely of the judged years."""
    bounds, least, last = request.settings.gate, request.settings.audit.smallest_group, lists[-1]
    return GateEvidence(
        compared=compared,
        logistic=compared.leads["logistic"],
        calibration=pooled_gap(lists, **draws_of(request)),
        last_calibration=calibration_of(last, bounds, request.settings.training.seed),
        recall_gaps=audited.recall_gaps() if audited else {},
        group_calibration=group_calibration(audited, lists, least=least, **draws_of(request)) if audited else {},
        bands=check_bands(last.risks["model"], last.test.student, request.settings.service.bands),
    )


def audit(
    request: TrainingRequest, learn: Examples, judged: Evaluation, capacities: tuple[float, ...], context: AuditContext
) -> AuditResult:
    """The audit of the model's list in the test year."""
    asked = AuditRequest(
        learn, judged.test, judged.risks["model"], request.settings, capacities, context.lead, context.schools,
        context.rule, context.brief, judged.order("model"),
    )  # fmt: skip
    return run_audit(asked)


def compare_over_years(
    request: TrainingRequest,
    basis: Basis,
    judged: Evaluation,
    *,
    learn: Examples | None,
    years: Sequence[YearEvaluation],
) -> GateComparison:
    """The comparisons over the judged years; the rule is chosen on what the first of them was learned from."""
    every = {**{one.split.test: one.judged for one in years}, basis.split.test: judged}
    heard = {year: (one.test, one.listed_by) for year, one in every.items()}
    first = years[0].split if years else basis.split
    before = None if learn is None else learn.take(np.isin(learn.time, first.train))
    return compare_lists(heard, before, request.settings.gate, seed=request.settings.training.seed)
