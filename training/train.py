"""Train: from a district's warehouse to judged, signed bundles."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import pandas as pd
from pydantic import BaseModel

from features.definitions.catalog import feature_set_of, outcome_of
from features.errors import Refused
from features.quality.check import check_district, refuse_errors
from features.quality.check_codes import Finding
from features.settings import Settings
from features.snapshots.snapshot import build_snapshots
from features.warehouse.attendance_coverage import attendance_coverage
from features.warehouse.file import open_warehouse
from models.bundle.bundle import Bundle, BundleParts, open_bundle, write_bundle
from models.bundle.manifest import BundleRefused
from models.bundle.signing import KeyPair, ensure_keys
from models.estimators.parameter_search import SearchBudget, SearchResult, search_parameters
from models.estimators.published_rule import RuleModel, fit_rule, fit_shares
from models.estimators.risk_model import RiskModel
from models.examples import Examples, Floats, in_fixed_order
from models.explanations.reason_stability import ReasonStability
from models.explanations.refits import measure_stability
from models.feature_dictionary import dictionary_of
from models.releases import ReleaseKey, current_release
from models.scoring import Scorer, order_of
from training.cohort_examples import Cohorts, labelled_cohorts
from training.district_card import card_of
from training.evaluation.evaluation import Evaluation, counts_of, fit_and_evaluate, risks_with_protected
from training.evaluation.rolling_evaluation import Recipe, YearEvaluation, evaluate_earlier_years, year_evaluation_of
from training.evaluation.scorers import OWN_RULE, PROTECTED
from training.evaluation.temporal_split import Year, rolling_splits
from training.evaluation.weekly_lists import WeeklyLists, Weeks, lead_by_student, weekly, weekly_lists_by_scorer
from training.gate.bound_checks import kinds_of
from training.gate.verdict import DeclaredBounds, GateResult, checks_without_model
from training.reference_profile import build_reference_profile
from training.training_result import (
    AuditContext,
    Basis,
    TrainingRequest,
    TrainingResult,
    build_training_result,
    capacities_of,
)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class TrainedBundles:
    """A judged run and its bundles: the rule always, the model where one could be fitted.

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
    """Fits, judges and bundles; the same warehouse, code and settings give the same digests."""
    progress(f"{request.district.name}: checking records")
    warnings = check_records(request)
    progress(f"{request.district.name}: reading cohorts")
    cohorts, data_version = read_cohorts(request)
    *earlier, split = rolling_splits(cohorts.years, request.settings.training.years)
    learn = cohorts.examples.take(np.isin(cohorts.examples.time, split.train))
    test = in_fixed_order(cohorts.examples.take(cohorts.examples.time == split.test))
    basis = Basis(split, len(learn), len(test), cohorts.unlabelled, data_version, cohorts.left_out)
    found = searched(request, learn, data_version, progress)
    progress(f"{request.district.name}: fitting on {len(learn)} students, judging on {len(test)} of {split.test}")
    judged = attempt(request, learn, test, found)
    if isinstance(judged, Evaluation):
        progress(f"{request.district.name}: judging {len(earlier)} earlier years")
        recipe = recipe_of(request, len(test), found)
        own = (*evaluate_earlier_years(cohorts.examples, earlier, recipe), year_evaluation_of(split, judged, recipe))
        years = with_champion(champion_of(request), judged.model, own)
        compared = with_protected(request, years[-1].judged, learn)
        kinds = kinds_of(warnings, cohorts.years[split.test].horizon)
        progress(f"{request.district.name}: following the lists, auditing groups, refitting to see which reasons hold")
        followed = list_weeks_after(request, cohorts.years[split.test], judged)
        beside = AuditContext(followed.lead, schools_on(request, cohorts.years[split.test].scored_on[0]))
        result = replace(
            build_training_result(request, basis, compared, learn=learn, years=years, warnings=kinds, beside=beside),
            search=found,
            followed=followed.lists,
            stability=reason_stability(request, learn, judged, found),
        )
    else:
        gate = GateResult(
            request.district.id,
            request.outcome.name,
            checks_without_model(str(judged)),
            DeclaredBounds(request.settings.gate),
        )
        result = TrainingResult(request, basis, gate, promised=build_reference_profile(request.settings, test, {}))
    provenance = provenance_of(now, code_version, data_version, trained_by)
    write = BundleWriter(request, result, ensure_keys(request.settings.home / "keys"), provenance)
    model = write.bundle(judged.model) if isinstance(judged, Evaluation) else None
    return TrainedBundles(result, write.bundle(rule_that_serves(learn, result.serving_rule)), model, warnings)


def provenance_of(now: datetime, code_version: str, data_version: str, trained_by: str) -> dict[str, str]:
    """When a bundle was made, with which code, from which data and by whom."""
    made = {"created_at": now.isoformat(timespec="seconds"), "code": code_version, "data": data_version}
    return {**made, "trained_by": trained_by}


def rule_that_serves(learn: Examples, scorer: str) -> RuleModel:
    """The rule with the shares of the training rows: the feature set's own, or another published one."""
    if scorer == OWN_RULE:
        return fit_rule(learn)
    return fit_shares(counts_of(learn)[scorer], learn.label)


def check_records(request: TrainingRequest) -> tuple[Finding, ...]:
    """What does not quite add up in the district's records; Refused where an error is found."""
    with open_warehouse(request.settings.warehouse(request.district.id)) as reader:
        found = check_district(reader, request.district, request.today)
    refuse_errors(found)
    return found.warnings


def schools_on(request: TrainingRequest, day: date) -> pd.DataFrame:
    """Each school's attendance in the school year up to a day: days, days taken, entries and late ones."""
    with open_warehouse(request.settings.warehouse(request.district.id)) as reader:
        return attendance_coverage(reader, reader.view(day))


def read_cohorts(request: TrainingRequest) -> tuple[Cohorts, str]:
    """Every labelled cohort of the district, and the version of its data."""
    with open_warehouse(request.settings.warehouse(request.district.id)) as reader:
        month_days, feature_set = request.settings.training.as_of, feature_set_of(request.outcome)
        cohorts = labelled_cohorts(reader, feature_set, request.outcome, month_days, observed_on=request.today)
        return cohorts, reader.data_version()


def searched(request: TrainingRequest, learn: Examples, data_version: str, progress: Progress) -> SearchResult | None:
    """What a search within the settings' budget found in the training rows; None where none is asked for."""
    training = request.settings.training
    if not training.search_trials:
        return None
    name = f"{request.district.id}-{request.outcome.name}-{data_version[:12]}-{training.seed}"
    budget = SearchBudget(training.search_trials, request.settings.home / "searches" / f"{name}.log", name)
    try:
        return search_parameters(learn, budget, seed=training.seed, threads=training.threads, progress=progress)
    except Refused:
        return None  # too little to learn from: the fit says so


def recipe_of(request: TrainingRequest, rows: int, found: SearchResult | None) -> Recipe:
    """How every year of a run is fitted and judged."""
    training, bounds = request.settings.training, request.settings.gate
    tuned = found.parameters if found else {}
    return Recipe(training.seed, training.threads, bounds.replicates, capacities_of(bounds, rows), tuned)


def with_protected(request: TrainingRequest, judged: Evaluation, learn: Examples) -> Evaluation:
    """The same result beside trees that were told the protected attributes: a comparison, which is never kept."""
    training = request.settings.training
    told = risks_with_protected(learn, judged.test, seed=training.seed, threads=training.threads)
    return replace(judged, risks={**judged.risks, PROTECTED: told})


def reason_stability(
    request: TrainingRequest, learn: Examples, judged: Evaluation, found: SearchResult | None
) -> ReasonStability:
    """How the model's reasons hold in refits on other draws of the same students."""
    tuned = found.parameters if found else {}
    return measure_stability(judged.model, learn, judged.test, seed=request.settings.training.seed, tuned=tuned)


@dataclass(frozen=True)
class WeeksAfter:
    """The lists of the weeks after the first scoring date, and by student the weeks from the first one to the end."""

    lists: tuple[WeeklyLists, ...] = ()
    lead: "pd.Series[float] | None" = None


def list_weeks_after(request: TrainingRequest, year: Year, judged: Evaluation) -> WeeksAfter:
    """The lists of the model and the rule in the weeks after the test year's first scoring date."""
    training, first = request.settings.training, year.scored_on[0]
    dates = weekly(first, training.weeks, until=min(request.today, year.horizon))
    if len(dates) < 2:
        return WeeksAfter()
    feature_set = feature_set_of(request.outcome)
    with open_warehouse(request.settings.warehouse(request.district.id)) as reader:
        cohort = request.outcome.cohort
        snapshots = build_snapshots(reader, feature_set, dates, cohort=cohort, with_peers=True)
    test = judged.test
    begun = test.take(test.as_of == first.isoformat()) if test.as_of is not None else test
    weeks = Weeks(dates, pd.Index(begun.student), begun.label, year.horizon)
    scorers: dict[str, Scorer] = {"model": judged.model, **({"rule": judged.rule} if judged.rule else {})}
    orders = {
        name: [pd.Series(order_of(scorer, one.features), one.features.index) for one in snapshots]
        for name, scorer in scorers.items()
    }
    capacity, seed = request.settings.gate.capacity, training.seed
    lead = lead_by_student(orders["model"], weeks, capacity=capacity, seed=seed)
    return WeeksAfter(weekly_lists_by_scorer(orders, weeks, capacity=capacity, seed=seed), lead)


def attempt(
    request: TrainingRequest, learn: Examples, test: Examples, found: SearchResult | None
) -> Evaluation | Refused:
    """What could be judged, or why nothing could: a district too small for a model still has its rule."""
    training = request.settings.training
    try:
        tuned = found.parameters if found else {}
        judged = fit_and_evaluate(learn, test, seed=training.seed, threads=training.threads, tuned=tuned)
        judged.figures((request.settings.gate.capacity,))
    except Refused as refused:
        return refused
    return judged


@dataclass(frozen=True)
class Champion:
    """The model that serves now, and the last year that it learned from."""

    model: RiskModel
    learned_through: int


def with_champion(
    champion: Champion | None, model: RiskModel, years: tuple[YearEvaluation, ...]
) -> tuple[YearEvaluation, ...]:
    """The same years with the model that serves now among the scorers of those it never saw; not beside itself."""
    if champion is None or champion.model.booster_text == model.booster_text:
        return years
    return tuple(
        replace(one, judged=beside_champion(champion.model, one.judged))
        if one.split.test > champion.learned_through
        else one
        for one in years
    )


def beside_champion(champion: RiskModel, judged: Evaluation) -> Evaluation:
    """The same result with the champion's risks."""
    risk: Floats = champion.risk(judged.test.features)
    return replace(judged, risks={**judged.risks, "champion": risk})


def champion_of(request: TrainingRequest) -> Champion | None:
    """The model that serves the district now, over the features we have; None where a rule or nothing serves."""
    home = request.settings.home
    release = current_release(home, release_key(request))
    if release is None:
        return None
    try:
        bundle = open_bundle(release.bundle_path, ensure_keys(home / "keys").public_key)
    except BundleRefused:
        return None  # it could not serve either; a new one must not wait for it
    known = set(dictionary_of(feature_set_of(request.outcome)).names)
    if not isinstance(bundle.scorer, RiskModel) or not known >= set(bundle.dictionary.names):
        return None
    return Champion(bundle.scorer, max(LearnedFrom.model_validate(bundle.metrics).train_years))


class LearnedFrom(BaseModel):
    """What of a bundle's `metrics.json` says which years it learned from."""

    train_years: tuple[int, ...]


def release_key(request: TrainingRequest) -> ReleaseKey:
    """What a release of this request is kept under."""
    return ReleaseKey(request.district.id, request.outcome.name, request.outcome.grade_band)


@dataclass(frozen=True)
class BundleWriter:
    """Where the bundles of one run are written, and what they all say."""

    request: TrainingRequest
    result: TrainingResult
    keys: KeyPair
    provenance: dict[str, str]

    def bundle(self, scorer: RiskModel | RuleModel) -> Bundle:
        """The bundle of a model or of the rule, with the result beside it."""
        is_model = isinstance(scorer, RiskModel)
        feature_set = feature_set_of(self.request.outcome) if is_model else self.result.ruled_set
        parts = BundleParts(
            kind="model" if is_model else "rule",
            model=scorer if isinstance(scorer, RiskModel) else None,
            rule=scorer if isinstance(scorer, RuleModel) else None,
            dictionary=dictionary_of(feature_set, without=self.result.basis.left_out),
            metrics=self.result.as_json(),
            card=card_of(self.result, "model" if is_model else "rule"),
            gate=self.result.gate.as_json(),
            name=self.request.outcome.name,
            grade_band=self.request.outcome.grade_band,
            feature_set=feature_set.name,
        )
        return write_bundle(self.request.settings.home / "bundles", parts, self.keys, self.provenance)
