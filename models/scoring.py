"""Risk and reasons from whatever serves: a model over its features, or the published rule over its signals."""

import numpy as np
import pandas as pd

from models.examples import Floats
from models.reasons import Reason, top_reasons
from models.risk import RiskModel
from models.rule import RuleModel

RULE_SIGNALS = "rule_signals"
"""The column of a snapshot that holds what the feature set's published rule counts."""

Scorer = RiskModel | RuleModel


def risk_of(scorer: Scorer, features: pd.DataFrame) -> Floats:
    """The risk of each row of a snapshot, in [0, 1]."""
    if isinstance(scorer, RuleModel):
        return scorer.risk(features[RULE_SIGNALS].to_numpy(dtype=np.float64))
    return scorer.risk(features)


def reasons_of(scorer: Scorer, features: pd.DataFrame) -> list[tuple[Reason, ...]]:
    """Per row, what raised its risk: a model's contributions, or the rule's count where it holds anything.

    A rule's contribution is the share off track at that count less the overall share.
    """
    if isinstance(scorer, RiskModel):
        return top_reasons(scorer, features)
    signals = features[RULE_SIGNALS].fillna(0.0)
    raised = risk_of(scorer, features) - scorer.overall
    return [
        (Reason(RULE_SIGNALS, float(count), float(by), "grades"),) if count > 0 else ()
        for count, by in zip(signals, raised, strict=True)
    ]
