"""The bundles of a training run: the model's and the rule's, each with the result beside it."""

from dataclasses import dataclass
from datetime import datetime

from features.definitions.catalog import feature_set_of
from models.bundle.bundle import Bundle, BundleParts, write_bundle
from models.bundle.signing import KeyPair
from models.estimators.published_rule import RuleModel, fit_rule, fit_shares
from models.estimators.risk_model import RiskModel
from models.examples import Examples
from models.feature_dictionary import dictionary_of
from training.district_card import card_of
from training.evaluation.evaluation import counts_of
from training.evaluation.scorers import OWN_RULE
from training.training_request import TrainingRequest
from training.training_result import TrainingResult


@dataclass(frozen=True)
class BundleWriter:
    """Where the bundles of one run are written, and what they all say."""

    request: TrainingRequest
    result: TrainingResult
    keys: KeyPair
    provenance: dict[str, str]

    def write(self, scorer: RiskModel | RuleModel) -> Bundle:
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


def provenance_of(now: datetime, code_version: str, data_version: str, trained_by: str) -> dict[str, str]:
    """When a bundle was made, with which code, from which data and by whom."""
    made = {"created_at": now.isoformat(timespec="seconds"), "code": code_version, "data": data_version}
    return {**made, "trained_by": trained_by}


def rule_that_serves(learn: Examples, scorer: str) -> RuleModel:
    """The rule with the shares of the training rows: the feature set's own, or another published one."""
    if scorer == OWN_RULE:
        return fit_rule(learn)
    return fit_shares(counts_of(learn)[scorer], learn.label, learn.student)
