"""Train: from a district's warehouse to judged, signed bundles."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from features.catalog import feature_set_of, outcome_of
from features.reconcile.check import checked, refuse_errors
from features.reconcile.codes import Finding
from features.settings import Refused, Settings
from features.warehouse import reading
from models.bundle import Bundle, BundleParts, BundleRefused, open_bundle, write_bundle
from models.dictionary import dictionary_of
from models.examples import Examples, Floats, in_fixed_order
from models.releases import ReleaseKey, current
from models.risk import RiskModel
from models.rule import RuleModel, fit_rule
from models.signing import KeyPair, ensure_keys
from training.card import card_of
from training.cohorts import Cohorts, labelled_cohorts
from training.gate import GateResult, unfitted
from training.judge import Judged, judge_on
from training.judgement import Basis, Judgement, Trial, judgement_of
from training.split import leave_future_out

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """A judged run and its bundles: the rule always, the model where one could be fitted.

    `warnings` is what does not quite add up in the records; it depends on the day and is in no bundle.
    """

    judgement: Judgement
    rule: Bundle
    model: Bundle | None
    warnings: tuple[Finding, ...] = ()

    @property
    def best(self) -> Bundle:
        """What may serve: the model where it passed the gate, the rule otherwise."""
        return self.model if self.model and self.judgement.gate.verdict == "pass" else self.rule


def trial_of(settings: Settings, district_id: str, today: date) -> Trial:
    """The trial that the settings ask for; SettingsRefused for an outcome that is not defined, or is off."""
    return Trial(settings, settings.district(district_id), outcome_of(settings), today)


def train(trial: Trial, *, now: datetime, code_version: str, progress: Progress, trained_by: str = "") -> Trained:
    """Fits, judges and bundles; the same warehouse, code and settings give the same digests."""
    progress(f"{trial.district.name}: checking records")
    warnings = check_records(trial)
    progress(f"{trial.district.name}: reading cohorts")
    cohorts, data_version = read_cohorts(trial)
    split = leave_future_out(cohorts.years)
    learn = cohorts.examples.take(np.isin(cohorts.examples.time, split.train))
    test = in_fixed_order(cohorts.examples.take(cohorts.examples.time == split.test))
    basis = Basis(split, len(learn), len(test), cohorts.unlabelled, data_version, cohorts.left_out)
    progress(f"{trial.district.name}: fitting on {len(learn)} students, judging on {len(test)} of {split.test}")
    judged = attempt(trial, learn, test)
    if isinstance(judged, Judged):
        judgement = judgement_of(trial, basis, with_champion(trial, judged))
    else:
        gate = GateResult(trial.district.id, trial.outcome.name, unfitted(str(judged)))
        judgement = Judgement(trial, basis, gate)
    provenance = {
        "created_at": now.isoformat(timespec="seconds"),
        "code": code_version,
        "data": data_version,
        "trained_by": trained_by,
    }
    write = Writing(trial, judgement, ensure_keys(trial.settings.home / "keys"), provenance)
    model = write.bundle(judged.model) if isinstance(judged, Judged) else None
    return Trained(judgement, write.bundle(fit_rule(learn)), model, warnings)


def check_records(trial: Trial) -> tuple[Finding, ...]:
    """What does not quite add up in the district's records; Refused where an error is found."""
    with reading(trial.settings.warehouse(trial.district.id)) as reader:
        found = checked(reader, trial.district, trial.today)
    refuse_errors(found)
    return found.warnings


def read_cohorts(trial: Trial) -> tuple[Cohorts, str]:
    """Every labelled cohort of the district, and the version of its data."""
    with reading(trial.settings.warehouse(trial.district.id)) as reader:
        month_days, feature_set = trial.settings.training.as_of, feature_set_of(trial.outcome)
        cohorts = labelled_cohorts(reader, feature_set, trial.outcome, month_days, observed_on=trial.today)
        return cohorts, reader.data_version()


def attempt(trial: Trial, learn: Examples, test: Examples) -> Judged | Refused:
    """What could be judged, or why nothing could: a district too small for a model still has its rule."""
    training = trial.settings.training
    try:
        judged = judge_on(learn, test, seed=training.seed, threads=training.threads)
        judged.figures((trial.settings.gate.capacity,))
    except Refused as refused:
        return refused
    return judged


def with_champion(trial: Trial, judged: Judged) -> Judged:
    """The same judgement with the model that serves now among the scorers, where it is another one."""
    serving = champion_of(trial)
    if serving is None or serving.booster_text == judged.model.booster_text:
        return judged
    risk: Floats = serving.risk(judged.test.features)
    return replace(judged, risks={**judged.risks, "champion": risk})


def champion_of(trial: Trial) -> RiskModel | None:
    """The model that serves the district now, over the features we have; None where a rule or nothing serves."""
    home = trial.settings.home
    release = current(home, release_key(trial))
    if release is None:
        return None
    try:
        bundle = open_bundle(release.bundle_path, ensure_keys(home / "keys").public_key)
    except BundleRefused:
        return None  # it could not serve either; a new one must not wait for it
    known = set(dictionary_of(feature_set_of(trial.outcome)).names)
    fits = isinstance(bundle.scorer, RiskModel) and known >= set(bundle.dictionary.names)
    return bundle.scorer if isinstance(bundle.scorer, RiskModel) and fits else None


def release_key(trial: Trial) -> ReleaseKey:
    """What a release of this trial is kept under."""
    return ReleaseKey(trial.district.id, trial.outcome.name, trial.outcome.grade_band)


@dataclass(frozen=True)
class Writing:
    """Where the bundles of one run are written, and what they all say."""

    trial: Trial
    judgement: Judgement
    keys: KeyPair
    provenance: dict[str, str]

    def bundle(self, scorer: RiskModel | RuleModel) -> Bundle:
        """The bundle of a model or of the rule, with the judgement beside it."""
        feature_set = feature_set_of(self.trial.outcome)
        is_model = isinstance(scorer, RiskModel)
        parts = BundleParts(
            kind="model" if is_model else "rule",
            model=scorer if isinstance(scorer, RiskModel) else None,
            rule=scorer if isinstance(scorer, RuleModel) else None,
            dictionary=dictionary_of(feature_set, without=self.judgement.basis.left_out),
            metrics=self.judgement.as_json(),
            card=card_of(self.judgement, "model" if is_model else "rule"),
            gate=self.judgement.gate.as_json(),
            name=self.trial.outcome.name,
            grade_band=self.trial.outcome.grade_band,
            feature_set=feature_set.name,
        )
        return write_bundle(self.trial.settings.home / "bundles", parts, self.keys, self.provenance)
