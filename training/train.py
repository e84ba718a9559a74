"""Train: from a district's warehouse to judged, signed bundles."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from features.definitions.catalog import outcome_of
from features.errors import Refused
from features.progress import Progress
from features.quality.check_codes import Finding
from features.settings import Settings
from features.warehouse.attendance_coverage import attendance_coverage
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from models.bundle.bundle import Bundle
from models.bundle.signing import ensure_keys
from models.estimators.parameter_search import SearchBudget, SearchResult, search_parameters
from models.examples import Examples
from models.explanations.reason_stability import ReasonStability
from models.explanations.refits import measure_stability
from training.bundle_writer import BundleWriter, provenance_of, rule_that_serves
from training.champion import champion_of, with_champion
from training.evaluation.capacities import capacities_of
from training.evaluation.evaluation import Evaluation, fit_and_evaluate, risks_with_protected
from training.evaluation.rolling_evaluation import (
    Recipe,
    YearEvaluation,
    evaluate_earlier_years,
    year_evaluation_of,
)
from training.evaluation.scorers import PROTECTED
from training.gate.bound_checks import kinds_of
from training.gate.verdict import DeclaredBounds, GateResult, checks_without_model
from training.reference_profile import build_reference_profile
from training.result_builder import AuditContext, build_training_result
from training.training_data import TrainingData, read_training_data
from training.training_request import TrainingRequest
from training.training_result import TrainingResult
from training.weeks_after import list_weeks_after

WHOLE_YEAR = "year"


@dataclass(frozen=True)
class TrainedBundles:
    """The result of a run and its bundles: the rule's always, the model's where one could be fitted.

    `warnings` is what does not quite add up in the records; it depends on the day and is in no bundle.
    """

    result: TrainingResult
    rule: Bundle
    model: Bundle | None
    warnings: tuple[Finding, ...] = ()

    @property
    def best(self) -> Bundle:
        """What may serve: the model where it passed the gate, the rule otherwise."""
        return self.model if self.model and self.result.gate.verdict == "pass" else self.rule


def training_request_of(settings: Settings, district_id: str, today: date) -> TrainingRequest:
    """The request that the settings ask for; SettingsRefused for an outcome that is not defined, or is off."""
    return TrainingRequest(settings, settings.district(district_id), outcome_of(settings), today)


def train(
    request: TrainingRequest, *, now: datetime, code_version: str, progress: Progress, trained_by: str = ""
) -> TrainedBundles:
    """Fits, judges and bundles; the same warehouse, code and settings give the same digests.

    The warehouse is opened once: a load that comes meanwhile is in no part of the run.
    """
    with open_warehouse(request.settings.warehouse(request.district.id)) as reader:
        data = read_training_data(reader, request, progress)
        tuning = tune_parameters(request, data, progress)
        learned, tested = len(data.learn), len(data.test)
        progress(f"{request.district.name}: fitting on {learned} students, judging on {tested} of {data.split.test}")
        evaluation = evaluate_test_year(request, data, tuning)
        if isinstance(evaluation, Refused):
            result = result_without_model(request, data, evaluation)
        else:
            result = result_with_model(reader, request, data, evaluation, tuning=tuning, progress=progress)
    rule_scorer = rule_that_serves(data.learn, result.serving_rule)
    result = replace(result, serving_rules={WHOLE_YEAR: rule_scorer})
    provenance = provenance_of(now, code_version, data.version, trained_by)
    writer = BundleWriter(request, result, ensure_keys(request.settings.home / "keys"), provenance)
    model = None if isinstance(evaluation, Refused) else writer.write(evaluation.model)
    rule = writer.write(rule_scorer)
    return TrainedBundles(result, rule, model, data.warnings)


def result_with_model(
    reader: Reader,
    request: TrainingRequest,
    data: TrainingData,
    evaluation: Evaluation,
    *,
    tuning: SearchResult | None,
    progress: Progress,
) -> TrainingResult:
    """The result of a run in which a model could be fitted."""
    years = evaluate_years(request, data, evaluation, tuning, progress)
    progress(f"{request.district.name}: following the lists, auditing groups, refitting to see which reasons hold")
    after = list_weeks_after(reader, request, data.test_year, evaluation)
    schools = attendance_coverage(reader, reader.view(data.test_year.scored_on[0]))
    result = build_training_result(
        request,
        data.basis,
        with_protected(request, years[-1].judged, data.learn),
        learn=data.learn,
        years=years,
        warnings=kinds_of(data.warnings, data.test_year.horizon),
        context=AuditContext(after.lead, schools),
    )
    stability = reason_stability(request, data.learn, evaluation, tuning)
    return replace(result, search=tuning, followed=after.lists, stability=stability)


def result_without_model(request: TrainingRequest, data: TrainingData, refusal: Refused) -> TrainingResult:
    """The result of a run in which no model could be fitted: the gate says why, and the rule serves."""
    checks, declared = checks_without_model(str(refusal)), DeclaredBounds(request.settings.gate)
    gate = GateResult(request.district.id, request.outcome.name, checks, declared)
    profile = build_reference_profile(request.settings, data.test, {})
    return TrainingResult(request, data.basis, gate, promised=profile)


def evaluate_years(
    request: TrainingRequest,
    data: TrainingData,
    evaluation: Evaluation,
    tuning: SearchResult | None,
    progress: Progress,
) -> tuple[YearEvaluation, ...]:
    """The years that can be judged, the test year last, with the champion among the scorers of those it never saw."""
    *earlier, split = data.splits
    progress(f"{request.district.name}: judging {len(earlier)} earlier years")
    recipe = recipe_of(request, len(data.test), tuning)
    before = evaluate_earlier_years(data.cohorts.examples, earlier, recipe)
    years = (*before, year_evaluation_of(split, evaluation, recipe))
    return with_champion(champion_of(request), evaluation.model, years)


def tune_parameters(request: TrainingRequest, data: TrainingData, progress: Progress) -> SearchResult | None:
    """The parameters that a search within the budget found; None where none is asked for."""
    training = request.settings.training
    if not training.search_trials:
        return None
    name = f"{request.district.id}-{request.outcome.name}-{data.version[:12]}-{training.seed}"
    budget = SearchBudget(training.search_trials, request.settings.home / "searches" / f"{name}.log", name)
    try:
        return search_parameters(data.learn, budget, seed=training.seed, threads=training.threads, progress=progress)
    except Refused:
        return None  # too little to learn from: the fit says so


def recipe_of(request: TrainingRequest, rows: int, tuning: SearchResult | None) -> Recipe:
    """How every year of a run is fitted and judged."""
    training, bounds = request.settings.training, request.settings.gate
    tuned = tuning.parameters if tuning else {}
    return Recipe(training.seed, training.threads, bounds.replicates, capacities_of(bounds, rows), tuned)


def with_protected(request: TrainingRequest, judged: Evaluation, learn: Examples) -> Evaluation:
    """The evaluation with risks of a model that also has the protected attributes: a comparison, never kept."""
    training = request.settings.training
    told = risks_with_protected(learn, judged.test, seed=training.seed, threads=training.threads)
    return replace(judged, risks={**judged.risks, PROTECTED: told})


def reason_stability(
    request: TrainingRequest, learn: Examples, judged: Evaluation, tuning: SearchResult | None
) -> ReasonStability:
    """How the model's reasons hold in refits on other draws of the same students."""
    tuned = tuning.parameters if tuning else {}
    return measure_stability(judged.model, learn, judged.test, seed=request.settings.training.seed, tuned=tuned)


def evaluate_test_year(
    request: TrainingRequest, data: TrainingData, tuning: SearchResult | None
) -> Evaluation | Refused:
    """The evaluation of the test year, or why there is none: a district too small for a model still has its rule."""
    training = request.settings.training
    try:
        tuned = tuning.parameters if tuning else {}
        judged = fit_and_evaluate(data.learn, data.test, seed=training.seed, threads=training.threads, tuned=tuned)
        judged.figures((request.settings.gate.capacity,))
    except Refused as refused:
        return refused
    return judged
