"""Risk and reasons from whatever serves: a model over its features, or the published rule over its signals."""

import numpy as np
import pandas as pd

from features.catalog import FEATURE_SETS
from features.language import FeatureSet
from models.bundle import Bundle, BundleRefused
from models.examples import Floats
from models.reasons import Reason, top_reasons
from models.risk import RiskModel
from models.rule import RuleModel

RULE_SIGNALS = "rule_signals"
"""The column of a snapshot that holds what the feature set's published rule counts."""

Scorer = RiskModel | RuleModel


def refuse_unknown_features(bundle: Bundle) -> None:
    """Raise BundleRefused where a bundle asks for features that this version of OnTrack does not compute."""
    known = set(FEATURE_SETS[bundle.feature_set].features()) if bundle.feature_set in FEATURE_SETS else set()
    unknown = sorted(set(bundle.dictionary.names) - known)
    if unknown:
        raise BundleRefused(f"bundle {bundle.path.name}: no feature {', '.join(unknown)} here; train again")


def risk_of(scorer: Scorer, features: pd.DataFrame) -> Floats:
    """The risk of each row of a snapshot, in [0, 1]."""
    if isinstance(scorer, RuleModel):
        return scorer.risk(features[RULE_SIGNALS].to_numpy(dtype=np.float64))
    return scorer.risk(features)


def reasons_of(scorer: Scorer, features: pd.DataFrame, feature_set: type[FeatureSet]) -> list[tuple[Reason, ...]]:
    """Per row, what raised its risk: a model's contributions, or the features that the rule counts, where above 0.

    A rule's contribution is what the feature adds to its count of signals.
    """
    if isinstance(scorer, RiskModel):
        return top_reasons(scorer, features)
    names = feature_set.indicator.reasons if feature_set.indicator else ()
    domains = {name: feature_set.features()[name].domain for name in names}
    return [
        tuple(Reason(name, value, value, domains[name]) for name, value in zip(names, row, strict=True) if value > 0)
        for row in features[list(names)].fillna(0.0).to_numpy(dtype=np.float64).tolist()
    ]
