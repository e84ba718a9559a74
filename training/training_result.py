"""A result: what a training run found out on a year that no training label was seen from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from features.definitions.catalog import SERVABLE, feature_set_of
from features.language.feature_set import FeatureSet, Outcome, served_name
from features.settings import District, Gate, Settings
from models.estimators.parameter_search import SearchResult
from models.examples import Booleans, Examples, Floats
from models.explanations.reason_stability import ReasonStability
from models.feature_dictionary import fingerprint_of
from models.metrics.bootstrap import (
    ScoredRows,
    bootstrap_metrics,
    calibration_gap,
    difference_intervals,
    student_weights,
)
from models.metrics.calibration_error import ReliabilityBin, reliability
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval, intervals_json, percentile_interval
from models.metrics.ranking import list_length, precision_and_recall
from training.audit.run import AuditRequest, AuditResult, run_audit
from training.evaluation.calibration_by_date import DateCalibration, calibrations_by_date
from training.evaluation.evaluation import Evaluation
from training.evaluation.leakage import find_leaks
from training.evaluation.rolling_evaluation import YearEvaluation
from training.evaluation.scorers import FIRST, OWN_RULE, PEER
from training.evaluation.temporal_split import Split
from training.evaluation.weekly_lists import WeeklyLists
from training.gate.checks import GateEvidence, check_evidence
from training.gate.comparison import GateComparison, compare_lists
from training.gate.verdict import DeclaredBounds, GateResult
from training.reference_profile import ReferenceProfile, build_reference_profile

Differences = Mapping[str, Mapping[str, Interval]]
"""In the test year, by how much the model is better than each other scorer: precision, recall, and ROC AUC."""
MOST_CELLS = 20_000_000
"""Replicates × rows behind the intervals of one scorer."""
CAPACITIES = (0.05, 0.10, 0.15, 0.20)
"""Shares of the cohort at which every run is reported, beside the district's own."""


@dataclass(frozen=True)
class TrainingRequest:
    """What a training run is asked: whose records, which outcome, as seen on which day."""

    settings: Settings
    district: District
    outcome: Outcome
    today: date


@dataclass(frozen=True)
class Basis:
    """What a result rests on: the split, the rows on each side, labels that are missing, and the data's digest.

    `left_out` names the features for which the district sends no data, each with what it lacks.
    """

    split: Split
    trained: int
    tested: int
    unlabelled: Mapping[int, int]
    data_version: str
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingResult:
    """Everything a training run found out.

    `compared` is what decides: recall at the capacity over all judged years, None where no model could be fitted.
    `figures` and `reliability` are by scorer: model, logistic, rule, school_only, champion. `headline` is, by
    scorer, the share of those it would have listed in the test year who ended off track. `audited` is about the groups
    of the model's list, None where nothing could be judged. `intervals` has every figure of the scorers that may serve
    or must be beaten; `slices` are the model's scoring dates, `years` the judged years, oldest first, the test year
    last. `stability` is how the model's reasons hold in refits.
    """

    request: TrainingRequest
    basis: Basis
    gate: GateResult
    figures: Mapping[str, ClassificationMetrics] = field(default_factory=dict)
    differences: Differences = field(default_factory=dict)
    reliability: Mapping[str, tuple[ReliabilityBin, ...]] = field(default_factory=dict)
    headline: Mapping[str, Interval] = field(default_factory=dict)
    listed: int = 0
    audited: AuditResult | None = None
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    slices: tuple[DateCalibration, ...] = ()
    years: tuple[YearEvaluation, ...] = ()
    search: SearchResult | None = None
    followed: tuple[WeeklyLists, ...] = ()
    compared: GateComparison | None = None
    promised: ReferenceProfile | None = None
    stability: ReasonStability | None = None

    @property
    def serving_rule(self) -> str:
        """The scorer that serves short of a pass: the feature set's own rule, where no better one can give reasons.

        Another is better where the own one was shown to find less on the years before the judged ones.
        """
        contenders = list(self.compared.contenders) if self.compared else []
        if not contenders or OWN_RULE in contenders:
            return OWN_RULE
        named = feature_set_of(self.request.outcome).name
        able = [one for one in contenders if served_name(named, one.removeprefix(PEER)) in SERVABLE]
        return able[0] if able else OWN_RULE

    @property
    def ruled_set(self) -> type[FeatureSet]:
        """The feature set with the rule that serves short of a pass."""
        own = feature_set_of(self.request.outcome)
        return (
            own
            if self.serving_rule == OWN_RULE
            else SERVABLE[served_name(own.name, self.serving_rule.removeprefix(PEER))]
        )

    def as_json(self) -> dict[str, object]:
        """What stands in the bundle as `metrics.json` and what `ontrack train --json` prints."""
        return {
            "district_id": self.request.district.id,
            "outcome": self.request.outcome.name,
            "definition": self.request.outcome.definition,
            "train_years": list(self.basis.split.train),
            "test_year": self.basis.split.test,
            "trained": self.basis.trained,
            "tested": self.basis.tested,
            "data_version": self.basis.data_version,
            "left_out": dict(self.basis.left_out),
            "capacity": self.request.settings.gate.capacity,
            "listed": self.listed,
            "verdict": self.gate.verdict,
            "serving_rule": self.serving_rule,
            "compared": self.compared.as_json() if self.compared else None,
            "metrics": {name: figures.as_json() for name, figures in self.figures.items()},
            "headline": {name: interval_json(one) for name, one in self.headline.items()},
            "differences": {
                name: {what: interval_json(one) for what, one in found.items()}
                for name, found in self.differences.items()
            },
            "audit": self.audited.as_json() if self.audited else None,
            "intervals": {name: intervals_json(found) for name, found in self.intervals.items()},
            "slices": [one.as_json() for one in self.slices],
            "years": [one.as_json() for one in self.years],
            "followed": [one.as_json() for one in self.followed],
            "promised": self.promised.as_json() if self.promised else None,
            "search": None if self.search is None else vars(self.search),
            "stability": self.stability.as_json() if self.stability else None,
        }


@dataclass(frozen=True)
class AuditContext:
    """What an audit is told beyond the rows: weeks of lead by student, and each school's attendance."""

    lead: "pd.Series[float] | None" = None
    schools: pd.DataFrame | None = None


NO_CONTEXT = AuditContext()


def interval_json(one: Interval) -> dict[str, float]:
    """An interval as JSON values."""
    return {"estimate": one.estimate, "low": one.low, "high": one.high}


def capacities_of(bounds: Gate, rows: int) -> tuple[float, ...]:
    """The shares at which lists are judged: the usual ones, the district's own, and what counselors have time for."""
    students = bounds.counselor_minutes // bounds.minutes_per_student
    by_time = (min(0.99, students / rows),) if students else ()
    return tuple(sorted({*CAPACITIES, bounds.capacity, *by_time}))


def build_training_result(
    request: TrainingRequest,
    basis: Basis,
    judged: Evaluation,
    *,
    learn: Examples | None = None,
    years: tuple[YearEvaluation, ...] = (),
    warnings: tuple[str, ...] = (),
    beside: AuditContext = NO_CONTEXT,
) -> TrainingResult:
    """Figures, differences, groups and the gate's verdict.

    `learn` is what was learned from for the test year: it is looked through for leaks, and the rule to beat is chosen
    on what of it is before the first of the judged `years`. `warnings` are kinds of warning about its records.
    `beside` is what the audit is told beyond the rows.
    """
    test, bounds, seed = judged.test, request.settings.gate, request.settings.training.seed
    capacities = capacities_of(bounds, len(test))
    differences = leads_over_others(judged, bounds, seed)
    compared = compare_over_years(request, basis, judged, learn=learn, years=years)
    audited = None if learn is None else audit(request, learn, judged, capacities, beside)
    heard = evidence_of(compared, differences, calibration_of(judged, bounds, seed), audited)
    evidence = replace(heard, leaks=() if learn is None else find_leaks(learn, test), warnings=warnings)
    declared = DeclaredBounds(bounds, fingerprint_of(test.dictionary), compared)
    return TrainingResult(
        request=request,
        basis=basis,
        gate=GateResult(request.district.id, request.outcome.name, check_evidence(evidence, bounds), declared),
        figures=judged.figures(capacities),
        differences=differences,
        reliability={name: reliability(test.label, risk) for name, risk in judged.risks.items()},
        headline={name: headline_of(test, judged.order(name), bounds, seed) for name in judged.risks},
        listed=int(list_length(len(test), bounds.capacity)),
        audited=audited,
        intervals={one: intervals_of(judged, one, capacities, bounds, seed) for one in FIRST if one in judged.risks},
        slices=calibrations_by_date(test, judged.risks["model"], replicates=bounds.replicates, seed=seed),
        years=years,
        compared=compared,
        promised=build_reference_profile(request.settings, test, judged.risks),
    )


def evidence_of(
    compared: GateComparison, leads: Differences, calibration: Interval, audited: AuditResult | None
) -> GateEvidence:
    """What the gate looks at of lists, risks and groups."""
    return GateEvidence(
        compared=compared,
        logistic=leads["logistic"]["roc_auc"],
        calibration=calibration,
        recall_gaps=audited.recall_gaps() if audited else {},
        group_calibration=audited.calibration_gaps() if audited else {},
    )


def leads_over_others(judged: Evaluation, bounds: Gate, seed: int) -> Differences:
    """The model's leads over every other scorer in the test year."""
    test, model, draws = judged.test, judged.risks["model"], bounds.replicates
    others = {name: judged.order(name) for name in judged.risks if name != "model"}
    return {
        name: difference_intervals(
            test.label, model, order, test.student, capacity=bounds.capacity, replicates=draws, seed=seed
        )
        for name, order in others.items()
    }


def calibration_of(judged: Evaluation, bounds: Gate, seed: int) -> Interval:
    """The share off track less the model's mean risk."""
    test, model = judged.test, judged.risks["model"]
    return calibration_gap(test.label, model, test.student, replicates=bounds.replicates, seed=seed)


def audit(
    request: TrainingRequest, learn: Examples, judged: Evaluation, capacities: tuple[float, ...], beside: AuditContext
) -> AuditResult:
    """The audit of the model's list in the test year."""
    asked = AuditRequest(
        learn, judged.test, judged.risks["model"], request.settings, capacities, beside.lead, beside.schools
    )
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
    heard = {year: (one.test, one.risks) for year, one in every.items()}
    first = years[0].split if years else basis.split
    before = None if learn is None else learn.take(np.isin(learn.time, first.train))
    return compare_lists(heard, before, request.settings.gate, seed=request.settings.training.seed)


def intervals_of(
    judged: Evaluation, scorer: str, capacities: Sequence[float], bounds: Gate, seed: int
) -> dict[str, Interval]:
    """Every figure of one scorer with its interval; fewer replicates where there are very many rows."""
    test = judged.test
    replicates = min(bounds.replicates, max(200, MOST_CELLS // max(1, len(test))))
    scored = ScoredRows(test.label, judged.risks[scorer], test.school, judged.order(scorer))
    return bootstrap_metrics(scored, test.student, capacities, replicates=replicates, seed=seed)


def headline_of(test: Examples, order: Floats, bounds: Gate, seed: int) -> Interval:
    """The share of those listed at the capacity who ended off track; the bootstrap draws whole students."""
    label: Booleans = test.label
    observed = precision_and_recall(label, order, np.ones((1, len(label))), bounds.capacity)[0]
    weights = student_weights(test.student, bounds.replicates, seed)
    drawn = [precision_and_recall(label, order, block, bounds.capacity)[0] for block in weights]
    return percentile_interval(float(observed[0]), np.concatenate(drawn))
