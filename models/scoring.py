"""Risk and reasons from whatever serves: a model over its features, or the published rule over its signals."""

import numpy as np
import pandas as pd

from features.catalog import SERVED
from features.language import FeatureSet, Outcome
from models.bundle import Bundle, BundleRefused
from models.examples import Floats
from models.reasons import Reason, top_reasons
from models.risk import RiskModel
from models.rule import RuleModel

RULE_SIGNALS = "rule_signals"
"""The column of a snapshot that holds what the feature set's published rule counts."""

Scorer = RiskModel | RuleModel


def refuse_prepared_table(bundle: Bundle) -> None:
    """Raise BundleRefused where a bundle is over the columns of a table: there are no records to compute them from."""
    if bundle.feature_set not in SERVED:
        raise BundleRefused(f"bundle {bundle.path.name}: made from a prepared table; train on the district's records")


def refuse_other_definition(bundle: Bundle, outcome: Outcome) -> None:
    """Raise BundleRefused where the outcome has changed since the bundle learned it: a threshold, its cohort."""
    if bundle.metrics.get("definition", outcome.definition) != outcome.definition:
        raise BundleRefused(
            f"bundle {bundle.path.name}: it learned another definition of {outcome.name} than the settings have now "
            f"({outcome.says}); train again"
        )


def risk_of(scorer: Scorer, features: pd.DataFrame) -> Floats:
    """The risk of each row of a snapshot, in [0, 1]."""
    if isinstance(scorer, RuleModel):
        return scorer.risk(features[RULE_SIGNALS].to_numpy(dtype=np.float64))
    return scorer.risk(features)


def order_of(scorer: Scorer, features: pd.DataFrame) -> Floats:
    """What each row is listed by, the highest first: a model's risk, the rule's own count; one that is missing is 0."""
    if isinstance(scorer, RuleModel):
        return features[RULE_SIGNALS].fillna(0.0).to_numpy(dtype=np.float64)
    return scorer.risk(features)


def reasons_of(scorer: Scorer, features: pd.DataFrame, feature_set: type[FeatureSet]) -> list[tuple[Reason, ...]]:
    """Per row, what raised its risk: a model's contributions, or the features that meet a sign of the rule.

    A rule's contribution is what the feature adds to its count of signals.
    """
    if isinstance(scorer, RiskModel):
        return top_reasons(scorer, features)
    signs = feature_set.indicator.reasons if feature_set.indicator else ()
    domains = {sign.feature: feature_set.features()[sign.feature].domain for sign in signs}
    return [
        tuple(
            Reason(sign.feature, value, value if sign.each else 1.0, domains[sign.feature])
            for sign, value in zip(signs, row, strict=True)
            if sign.met_by(value)
        )
        for row in features[[sign.feature for sign in signs]].to_numpy(dtype=np.float64).tolist()
    ]
