"""Train: from a district's warehouse to judged, signed bundles."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

import numpy as np
import pandas as pd

from features.definitions.catalog import outcome_of
from features.errors import Refused
from features.lake.records import open_records
from features.progress import Progress
from features.quality.check_codes import Finding
from features.settings import Settings
from features.warehouse.attendance_coverage import attendance_coverage
from features.warehouse.reader import Reader
from models.bundle.bundle import Bundle
from models.bundle.signing import KeyPair, ensure_keys
from models.estimators.parameter_search import SearchResult
from models.examples import Examples
from models.explanations.reason_stability import ReasonStability
from models.explanations.refits import measure_stability
from models.partitions.workers import WorkerLost
from training.bundle_writer import BundleWriter, provenance_of
from training.champion import champion_of, with_champion
from training.cohort_examples import NotJudgeable, school_names
from training.evaluation.evaluation import Evaluation, risks_with_protected
from training.evaluation.rolling_evaluation import YearEvaluation, evaluate_earlier_years, in_part, judge_by
from training.evaluation.scorers import PROTECTED
from training.evaluation.year_parts import YearPart, middle_part, review_week
from training.first_day_rule import first_day_rule
from training.gate.bound_checks import kinds_of
from training.recipe import recipe_of, tune_parameters
from training.reference_profile import profiles_by_week
from training.result_builder import AuditContext, build_training_result, in_week
from training.rule_result import result_without_model, with_rule_shares
from training.run_result import RunResult
from training.training_data import TrainingData, read_training_data
from training.training_request import TrainingRequest
from training.training_result import TrainingResult
from training.weeks_after import list_weeks_after

AT_ONCE = 2
"""Parts of a run that are worked on side by side: LightGBM and numpy leave the other core to a second thread."""


@dataclass(frozen=True)
class OwnRun:
    """A district's own run: its bundles, and where a model could be judged, its data and the judged years."""

    bundles: "TrainedBundles"
    writer: BundleWriter
    data: TrainingData | None = None
    years: tuple[YearEvaluation, ...] = ()


@dataclass(frozen=True)
class TrainedBundles:
    """The result of a run and its bundles: the rule's always, the model's where one could be fitted.

    `warnings` is what does not quite add up in the records; it depends on the day and is in no bundle.
    """

    result: RunResult
    rule: Bundle
    model: Bundle | None
    warnings: tuple[Finding, ...] = ()

    @property
    def best(self) -> Bundle:
        """What may serve: the model where it passed the gate, the rule otherwise."""
        return self.model if self.model and self.result.verdict == "pass" else self.rule


def training_request_of(settings: Settings, district_id: str, today: date) -> TrainingRequest:
    """The request that the settings ask for; SettingsRefused for an outcome that is not defined, or is off."""
    return TrainingRequest(settings, settings.district(district_id), outcome_of(settings), today)


def train(
    request: TrainingRequest, *, now: datetime, code_version: str, progress: Progress, trained_by: str = ""
) -> TrainedBundles:
    """Fits, judges and bundles; the same warehouse, code and settings give the same digests.

    The warehouse is opened once: a load that comes meanwhile is in no part of the run.
    """
    with open_records(request.settings, request.district.id) as reader:
        return train_from(
            reader, request, now=now, code_version=code_version, progress=progress, trained_by=trained_by
        ).bundles


def train_from(
    reader: Reader,
    request: TrainingRequest,
    *,
    now: datetime,
    code_version: str,
    progress: Progress,
    trained_by: str = "",
) -> OwnRun:
    """The same from an open warehouse, with what a pool needs of the run."""
    try:
        data = read_training_data(reader, request, progress)
    except NotJudgeable as refused:
        progress(f"{request.district.name}: {refused}")
        result = first_day_rule(reader, request, refused)
        version, policies = reader.data_version(), reader.declared_policies()
        provenance = provenance_of(now, code_version, trained_by, data_version=version, policies=policies)
        writer = BundleWriter(request, result, keys_of(request), provenance)
        return OwnRun(TrainedBundles(result, writer.write(None), None), writer)
    tuning = tune_parameters(request, data, progress)
    years: tuple[YearEvaluation, ...] = ()
    learned, tested = (len(np.unique(rows.student)) for rows in (data.learn, data.test))
    progress(f"{request.district.name}: fitting on {learned} students, judging on {tested} of {data.split.test}")
    evaluation = evaluate_test_year(request, data, tuning)
    if isinstance(evaluation, Refused):
        result = result_without_model(request, data, evaluation, schools_of(reader, data))
    else:
        years = evaluate_years(request, data, evaluation, tuning, progress)
        result = result_with_model(reader, request, data, years, tuning=tuning, progress=progress)
    provenance = provenance_of(now, code_version, trained_by, data_version=data.version, policies=data.policies)
    writer = BundleWriter(request, result, keys_of(request), provenance)
    model = None if isinstance(evaluation, Refused) else writer.write(evaluation.model)
    return OwnRun(TrainedBundles(result, writer.write(None), model, data.warnings), writer, data, years)


def keys_of(request: TrainingRequest) -> KeyPair:
    """The installation's keys, made where there are none."""
    return ensure_keys(request.settings.home / "keys")


def result_with_model(
    reader: Reader,
    request: TrainingRequest,
    data: TrainingData,
    years: tuple[YearEvaluation, ...],
    *,
    tuning: SearchResult | None,
    progress: Progress,
    learned: Examples | None = None,
    brief: bool = False,
) -> RunResult:
    """The result of a run in which a model could be fitted; `learned` are its rows where they are of a pool.

    A `brief` look fits nothing on the district's own rows.
    """
    evaluation = years[-1].judged
    progress(f"{request.district.name}: following the lists, auditing groups, refitting to see which reasons hold")
    after = list_weeks_after(reader, request, data.test_year, evaluation)
    context = AuditContext(after.lead, schools_of(reader, data))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        stability = pool.submit(reason_stability, request, learned or data.learn, evaluation, tuning)
        look = partial(result_of_part, request, data, years, context=context, brief=brief)
        results = list(pool.map(look, data.parts))
    profiles = profiles_by_week(request.settings, evaluation.test, evaluation.risks)
    parts = (replace(one, search=tuning, followed=after.lists, stability=stability.result()) for one in results)
    return RunResult(tuple(parts), profiles)


def schools_of(reader: Reader, data: TrainingData) -> pd.DataFrame:
    """Each school's attendance in the test year, by the school's name."""
    return attendance_coverage(reader, reader.view(data.test_year.scored_on[0])).rename(index=school_names(reader))


def result_of_part(
    request: TrainingRequest,
    data: TrainingData,
    years: tuple[YearEvaluation, ...],
    part: YearPart,
    *,
    context: AuditContext,
    brief: bool = False,
) -> TrainingResult:
    """What the run found out about one part of the year."""
    held = tuple(in_part(one, part) for one in years if part.holds(one.judged.test).any())
    learn, brief = data.seen.take(part.teaches(data.seen)), brief or part is not middle_part(data.parts)
    result = build_training_result(
        request,
        data.basis,
        held[-1].judged if brief else with_protected(request, held[-1].judged, learn),
        learn=learn,
        years=held,
        warnings=kinds_of(data.warnings, data.test_year.horizon),
        context=replace(context, brief=brief),
        part=part,
    )
    return with_rule_shares(result, learn, data.cohorts.examples)


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
    recipe = recipe_of(request, data, tuning)
    before = evaluate_earlier_years(data.cohorts.examples, earlier, recipe)
    years = (*before, YearEvaluation(split, evaluation, recipe))
    return with_champion(champion_of(request), evaluation.model, years)


def with_protected(request: TrainingRequest, judged: Evaluation, learn: Examples) -> Evaluation:
    """The evaluation with risks of a model that also has the protected attributes: a comparison, never kept.

    It learns from the week that is looked at closely, which is where it is compared.
    """
    training = request.settings.training
    week = None if judged.test.week is None else review_week(judged.test.week)
    taught = learn.take(in_week(learn, week))
    told = risks_with_protected(taught, judged.test, seed=training.seed, threads=training.threads)
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
    if not request.settings.training.model:
        return Refused("ontrack.toml asks for none (`model = false`)")
    try:
        return judge_by(recipe_of(request, data, tuning), data.learn, data.test)
    except WorkerLost:
        raise
    except Refused as refused:
        return refused
